//! Adapter of zmq.rs (crate `zeromq`). Options are arguments of its constructors, and its `connect`
//! waits for the handshake. Deliberately absent: options it has no name for; ipc and its topics
//! that are no UTF-8, since its interface takes text.

use bytes::Bytes;
use serde_json::{Value, json};
use zeromq::util::PeerIdentity;
use zeromq::*;
use zeroproof_adapters::{
    Answer, Failure, Implementation, Parts, Setting, Socket as Adapted, serve,
};

struct ZmqRs;

macro_rules! kinds {
    ($($name:literal $variant:ident $type:ident)*) => {
        enum Any { $($variant($type),)* }
        const TYPES: &[&str] = &[$($name),*];
        fn new(kind: &str, options: SocketOptions) -> Answer<Any> {
            match kind {
                $($name => Ok(Any::$variant($type::with_options(options))),)*
                _ => Err(Failure::new("unsupported", format!("socket type {kind}"))),
            }
        }
        macro_rules! each {
            ($socket:expr, $s:ident => $e:expr) => {
                match $socket { $(Any::$variant($s) => $e,)* }
            };
        }
    };
}

kinds! {
    "REQ" Req ReqSocket "REP" Rep RepSocket
    "DEALER" Dealer DealerSocket "ROUTER" Router RouterSocket
    "PUB" Pub PubSocket "SUB" Sub SubSocket "XPUB" XPub XPubSocket "XSUB" XSub XSubSocket
    "PUSH" Push PushSocket "PULL" Pull PullSocket
}

/// What an error of a call means.
fn failed(error: ZmqError) -> Failure {
    let kind = match &error {
        ZmqError::BufferFull(_) => "again",
        ZmqError::ReturnToSender { reason, .. } if reason.starts_with("Not connected") => "again",
        ZmqError::ReturnToSender { .. } | ZmqError::Other(_) | ZmqError::Socket(_) => "state",
        ZmqError::Endpoint(why) if why.to_string().contains("transport") => "unsupported",
        _ => "refused",
    };
    Failure::new(kind, error)
}

impl Implementation for ZmqRs {
    type Socket = Any;

    fn hello(&self) -> Value {
        json!({
            "impl": {"name": "zmq.rs", "version": "0.7.0", "language": "Rust"},
            "can": {"zmtp": ["3.0"], "type": TYPES, "mech": ["NULL"], "transport": ["tcp", "ipc"],
                "opt": ["routing_id", "linger"]}
        })
    }

    async fn open(&self, kind: &str, options: &[(String, Setting)]) -> Answer<Any> {
        let mut all = SocketOptions::default();
        for (name, value) in options {
            match name.as_str() {
                "routing_id" => {
                    let identity = PeerIdentity::try_from(value.octets()?).map_err(failed)?;
                    all.peer_identity(identity);
                }
                "linger" if value.number()? == 0 => {} // it has no other
                _ => return Err(Failure::new("unsupported", format!("option {name}"))),
            }
        }
        new(kind, all)
    }
}

impl Any {
    async fn send_message(&mut self, message: ZmqMessage) -> Answer<()> {
        let sent = match self {
            Any::Req(s) => s.send(message).await,
            Any::Rep(s) => s.send(message).await,
            Any::Pub(s) => s.send(message).await,
            Any::Push(s) => s.send(message).await,
            Any::Dealer(s) => s.send(message).await,
            Any::Router(s) => s.send(message).await,
            Any::XPub(s) => s.send(message).await,
            Any::XSub(s) => s.send(message).await,
            Any::Sub(_) | Any::Pull(_) => Err(ZmqError::Other("this type does not send")),
        };
        sent.map_err(failed)
    }

    /// A peer that broke the protocol is told to whoever receives; the next call goes on.
    async fn recv_message(&mut self) -> Answer<ZmqMessage> {
        loop {
            let got = match self {
                Any::Req(s) => s.recv().await,
                Any::Rep(s) => s.recv().await,
                Any::Sub(s) => s.recv().await,
                Any::Pull(s) => s.recv().await,
                Any::Dealer(s) => s.recv().await,
                Any::Router(s) => s.recv().await,
                Any::XPub(s) => s.recv().await,
                Any::XSub(s) => s.recv().await,
                Any::Pub(_) | Any::Push(_) => Err(ZmqError::Other("this type does not receive")),
            };
            match got {
                Ok(message) => return Ok(message),
                Err(error @ (ZmqError::Codec(_) | ZmqError::Network(_))) => {
                    eprintln!("a peer was lost: {error}");
                    tokio::task::yield_now().await;
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }
}

impl Adapted for Any {
    async fn bind(&mut self, to: &str) -> Answer<String> {
        let to = to.replace(":*", ":0");
        let bound = each!(self, s => s.bind(&to).await);
        Ok(bound.map_err(failed)?.to_string())
    }

    async fn connect(&mut self, to: &str) -> Answer<()> {
        each!(self, s => s.connect(to).await).map_err(failed)
    }

    async fn send(&mut self, parts: &Parts) -> Answer<()> {
        let parts: Vec<Bytes> = parts.iter().cloned().map(Bytes::from).collect();
        let empty = || Failure::new("refused", "a message has at least one part");
        self.send_message(ZmqMessage::try_from(parts).map_err(|_| empty())?).await
    }

    async fn put(&mut self, body: Vec<u8>) -> Answer<()> {
        self.send_message(ZmqMessage::from(Bytes::from(body))).await
    }

    async fn take(&mut self) -> Answer<usize> {
        Ok(self.recv_message().await?.iter().map(|part| part.len()).sum())
    }

    async fn recv(&mut self) -> Answer<Parts> {
        Ok(self.recv_message().await?.iter().map(|part| part.to_vec()).collect())
    }

    async fn subscribe(&mut self, topic: &[u8], on: bool) -> Answer<()> {
        let Any::Sub(socket) = self else {
            return Err(Failure::new("state", "subscriptions are for SUB"));
        };
        let text = std::str::from_utf8(topic);
        let text = text.map_err(|_| Failure::new("unsupported", "a topic that is no UTF-8"))?;
        let done = match on {
            true => socket.subscribe(text).await,
            false => socket.unsubscribe(text).await,
        };
        done.map_err(failed)
    }

    async fn close(self) {
        each!(self, s => { s.close().await; });
    }
}

fn main() {
    serve(ZmqRs);
}
