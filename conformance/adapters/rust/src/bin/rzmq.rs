//! Adapter of rzmq. Its numbers of options differ from libzmq's in places, so its own constants are
//! used; DEALER and ROUTER neither add nor strip the empty delimiter, as everybody else's.
//! Deliberately absent: multi-part requests of a REQ, which it refuses.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use rzmq::socket::options as o;
use rzmq::{Context, Msg, MsgFlags, Socket, SocketType, ZmqError};
use serde_json::{Value, json};
use zeroproof_adapters::{
    Answer, Failure, Implementation, Parts, Setting, Socket as Adapted, serve,
};

struct Rzmq;

struct Open {
    // Kept as long as the socket.
    _context: Context,
    kind: SocketType,
    socket: Socket,
}

const TYPES: [(&str, SocketType); 8] = [
    ("REQ", SocketType::Req),
    ("REP", SocketType::Rep),
    ("DEALER", SocketType::Dealer),
    ("ROUTER", SocketType::Router),
    ("PUB", SocketType::Pub),
    ("SUB", SocketType::Sub),
    ("PUSH", SocketType::Push),
    ("PULL", SocketType::Pull),
];

const OPTIONS: [(&str, i32); 20] = [
    ("linger", o::LINGER),
    ("maxmsgsize", o::MAXMSGSIZE),
    ("handshake_ivl", o::HANDSHAKE_IVL),
    ("heartbeat_ivl", o::HEARTBEAT_IVL),
    ("heartbeat_timeout", o::HEARTBEAT_TIMEOUT),
    ("heartbeat_ttl", o::HEARTBEAT_TTL),
    ("reconnect_ivl", o::RECONNECT_IVL),
    ("reconnect_ivl_max", o::RECONNECT_IVL_MAX),
    ("routing_id", o::ROUTING_ID),
    ("sndhwm", o::SNDHWM),
    ("rcvhwm", o::RCVHWM),
    ("immediate", o::IMMEDIATE),
    ("router_mandatory", o::ROUTER_MANDATORY),
    ("plain_server", o::PLAIN_SERVER),
    ("plain_username", o::PLAIN_USERNAME),
    ("plain_password", o::PLAIN_PASSWORD),
    ("curve_server", o::CURVE_SERVER),
    ("curve_publickey", o::CURVE_PUBLIC_KEY),
    ("curve_secretkey", o::CURVE_SECRET_KEY),
    ("curve_serverkey", o::CURVE_SERVER_KEY),
];

/// What an error of a call means.
fn failed(error: ZmqError) -> Failure {
    let kind = match &error {
        ZmqError::Timeout | ZmqError::ResourceLimitReached => "again",
        ZmqError::InvalidState(_) | ZmqError::InvalidSocketType(_) => "state",
        ZmqError::UnsupportedTransport(_)
        | ZmqError::UnsupportedOption(_)
        | ZmqError::UnsupportedFeature(_) => "unsupported",
        ZmqError::ConnectionClosed => "closed",
        _ => "refused",
    };
    Failure::new(kind, error)
}

/// A panic within the library is no death: it is told, as any other refusal.
async fn unless_it_panics<T>(call: impl Future<Output = T>) -> Answer<T> {
    let mut call = pin!(call);
    poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx)));
        polled.map_or_else(
            |_| Poll::Ready(Err(Failure::new("refused", "the call panics"))),
            |polled| polled.map(Ok),
        )
    })
    .await
}

impl Implementation for Rzmq {
    type Socket = Open;

    fn hello(&self) -> Value {
        json!({
            "impl": {"name": "rzmq", "version": "0.5.28", "language": "Rust"},
            "can": {"zmtp": ["3.0", "2.0"], "type": TYPES.map(|(name, _)| name),
                "mech": ["NULL", "PLAIN", "CURVE"], "transport": ["tcp", "ipc"],
                "opt": OPTIONS.map(|(name, _)| name)}
        })
    }

    async fn open(&self, kind: &str, options: &[(String, Setting)]) -> Answer<Open> {
        let found = TYPES.iter().find(|(name, _)| *name == kind);
        let unknown = || Failure::new("unsupported", format!("socket type {kind}"));
        let kind = found.ok_or_else(unknown)?.1;
        // Sockets of a context share a bus of events, and when it runs over, connections and
        // listeners end that have done nothing. So each has a context of its own, without inproc.
        let context = Context::new().map_err(failed)?;
        let socket = context.socket(kind).map_err(failed)?;
        let mut open = Open { _context: context, kind, socket };
        let mut start = vec![(o::LINGER, 0i32), (o::SNDTIMEO, 0)];
        if matches!(kind, SocketType::Dealer | SocketType::Router) {
            start.push((o::AUTO_DELIMITER, 0));
        }
        for (option, value) in start {
            open.socket.set_option(option, value).await.map_err(failed)?;
        }
        for (name, value) in options {
            open.set(name, value).await?;
        }
        Ok(open)
    }
}

impl Adapted for Open {
    async fn bind(&mut self, to: &str) -> Answer<String> {
        self.socket.bind(&to.replace(":*", ":0")).await.map_err(failed)?;
        let bound = self.socket.get_option(o::LAST_ENDPOINT).await.map_err(failed)?;
        Ok(String::from_utf8_lossy(&bound).trim_end_matches('\0').to_owned())
    }

    async fn connect(&mut self, to: &str) -> Answer<()> {
        self.socket.connect(to).await.map_err(failed)
    }

    async fn send(&mut self, parts: &Parts) -> Answer<()> {
        if matches!(self.kind, SocketType::Pull | SocketType::Sub) {
            return Err(Failure::new("state", "this type does not send"));
        }
        let mut frames: Vec<Msg> = parts.iter().cloned().map(Msg::from_vec).collect();
        let last = frames.len().saturating_sub(1);
        for frame in frames.iter_mut().take(last) {
            frame.set_flags(MsgFlags::MORE); // its ROUTER does not set it
        }
        // Its REQ refuses send_multipart, even for one part.
        let alone = if last == 0 { frames.pop() } else { None };
        let sent = match alone {
            Some(frame) => unless_it_panics(self.socket.send(frame)).await?,
            None => unless_it_panics(self.socket.send_multipart(frames)).await?,
        };
        sent.map_err(failed)
    }

    async fn recv(&mut self) -> Answer<Parts> {
        if matches!(self.kind, SocketType::Push | SocketType::Pub) {
            return Err(Failure::new("state", "this type does not receive"));
        }
        let frames = self.socket.recv_multipart().await.map_err(failed)?;
        if frames.is_empty() {
            return Err(Failure::new("refused", "a message of no frames is received"));
        }
        Ok(frames.iter().map(|frame| frame.data().unwrap_or_default().to_vec()).collect())
    }

    async fn put(&mut self, body: Vec<u8>) -> Answer<()> {
        self.socket.send(Msg::from_vec(body)).await.map_err(failed)
    }

    async fn take(&mut self) -> Answer<usize> {
        Ok(self.socket.recv().await.map_err(failed)?.size())
    }

    async fn be_patient(&mut self) -> Answer<()> {
        self.socket.set_option(o::SNDTIMEO, -1i32).await.map_err(failed)
    }

    async fn subscribe(&mut self, topic: &[u8], on: bool) -> Answer<()> {
        if !matches!(self.kind, SocketType::Sub) {
            return Err(Failure::new("state", "subscriptions are for SUB"));
        }
        let option = if on { o::SUBSCRIBE } else { o::UNSUBSCRIBE };
        self.socket.set_option_raw(option, topic).await.map_err(failed)
    }

    async fn set(&mut self, name: &str, value: &Setting) -> Answer<()> {
        let found = OPTIONS.iter().find(|(known, _)| *known == name);
        let unknown = || Failure::new("unsupported", format!("option {name}"));
        let option = found.ok_or_else(unknown)?.1;
        let set = match value {
            Setting::Octets(octets) => self.socket.set_option_raw(option, octets).await,
            Setting::Number(number) if option == o::MAXMSGSIZE => {
                self.socket.set_option_raw(option, &number.to_ne_bytes()).await
            }
            Setting::Number(number) => {
                let number = i32::try_from(*number);
                let number = number.map_err(|error| Failure::new("refused", error))?;
                if option == o::RECONNECT_IVL {
                    // Its own maximum is a minute, where libzmq has none: the interval stays.
                    self.socket.set_option(o::RECONNECT_IVL_MAX, number).await.map_err(failed)?;
                }
                self.socket.set_option(option, number).await
            }
        };
        set.map_err(failed)
    }

    async fn close(self) {
        let _ = self.socket.close().await;
    }
}

fn main() {
    serve(Rzmq);
}
