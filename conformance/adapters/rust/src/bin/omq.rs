//! Adapter of omq (crate `omq-tokio`). Options are arguments of its constructor. Deliberately
//! absent: the draft types of socket, udp and ws; a check of PLAIN's passwords, so its PLAIN server
//! takes everybody.

use std::time::Duration;

use omq_tokio::{
    CurveKeypair, CurvePublicKey, CurveSecretKey, Error, Message, OnMute, Options, Socket,
    SocketType,
    TrySendError,
};
use serde_json::{Value, json};
use zeroproof_adapters::{
    Answer, Failure, Implementation, Parts, Setting, Socket as Adapted, serve,
};

struct Omq;

struct Open(Socket);

const TYPES: [(&str, SocketType); 11] = [
    ("PAIR", SocketType::Pair),
    ("PUB", SocketType::Pub),
    ("SUB", SocketType::Sub),
    ("REQ", SocketType::Req),
    ("REP", SocketType::Rep),
    ("DEALER", SocketType::Dealer),
    ("ROUTER", SocketType::Router),
    ("PULL", SocketType::Pull),
    ("PUSH", SocketType::Push),
    ("XPUB", SocketType::XPub),
    ("XSUB", SocketType::XSub),
];

const OPTIONS: [&str; 17] = [
    "maxmsgsize",
    "handshake_ivl",
    "heartbeat_ivl",
    "heartbeat_timeout",
    "heartbeat_ttl",
    "linger",
    "sndhwm",
    "rcvhwm",
    "routing_id",
    "router_mandatory",
    "xpub_nodrop",
    "plain_server",
    "plain_username",
    "plain_password",
    "curve_server",
    "curve_secretkey",
    "curve_serverkey",
];

/// What an error of a call means.
fn failed(error: Error) -> Failure {
    let kind = match &error {
        Error::UnsupportedScheme(_) => "unsupported",
        Error::Timeout | Error::WouldBlock => "again",
        Error::Protocol(_) => "state",
        Error::Closed => "closed",
        _ => "refused",
    };
    Failure::new(kind, error)
}

fn options(settings: &[(String, Setting)]) -> Answer<Options> {
    let mut all = Options::default().linger(Duration::ZERO);
    let find =
        |name: &str| settings.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let text = |name: &str| -> Answer<Option<String>> {
        let octets = find(name).map(Setting::octets).transpose()?;
        Ok(octets.map(|octets| String::from_utf8_lossy(octets).into_owned()))
    };
    let refused = |error: &dyn std::fmt::Debug| Failure::new("refused", format!("{error:?}"));
    for (name, value) in settings {
        let unsigned =
            || u64::try_from(value.number()?).map_err(|error| Failure::new("refused", error));
        let count = || u32::try_from(unsigned()?).map_err(|error| Failure::new("refused", error));
        let time = || Ok::<_, Failure>(Duration::from_millis(unsigned()?));
        all = match name.as_str() {
            "maxmsgsize" => all.max_message_size(unsigned()? as usize),
            "handshake_ivl" => all.handshake_timeout(time()?),
            "heartbeat_ivl" => all.heartbeat_interval(time()?),
            "heartbeat_timeout" => all.heartbeat_timeout(time()?),
            "heartbeat_ttl" => all.heartbeat_ttl(time()?),
            "linger" => all.linger(time()?),
            "sndhwm" => all.send_hwm(count()?),
            "rcvhwm" => all.recv_hwm(count()?),
            "routing_id" => all.identity(value.octets()?.to_vec()),
            "xpub_nodrop" if value.number()? == 1 => all.on_mute(OnMute::Block),
            "router_mandatory" => all.router_mandatory(value.number()? == 1),
            "plain_server" if value.number()? == 1 => all.plain_server(|_| true),
            "plain_username" => {
                let password = text("plain_password")?.unwrap_or_default();
                all.plain_client(text(name)?.unwrap_or_default(), password)
            }
            "curve_secretkey" => {
                let secret = CurveSecretKey::from_z85(&text(name)?.unwrap_or_default());
                let secret = secret.map_err(|error| refused(&error))?;
                let pair = CurveKeypair { public: secret.derive_public(), secret };
                match text("curve_serverkey")? {
                    Some(key) => {
                        let key =
                            CurvePublicKey::from_z85(&key).map_err(|error| refused(&error))?;
                        all.curve_client(pair, key)
                    }
                    None => all.curve_server(pair),
                }
            }
            known if OPTIONS.contains(&known) => all,
            _ => return Err(Failure::new("unsupported", format!("option {name}"))),
        };
    }
    Ok(all)
}

impl Implementation for Omq {
    type Socket = Open;

    fn hello(&self) -> Value {
        json!({
            "impl": {"name": "omq-tokio", "version": "0.33.0", "language": "Rust"},
            "can": {"zmtp": ["3.1", "3.0"], "type": TYPES.map(|(name, _)| name),
                "mech": ["NULL", "PLAIN", "CURVE"], "transport": ["tcp", "ipc", "inproc"],
                "opt": OPTIONS}
        })
    }

    async fn open(&self, kind: &str, settings: &[(String, Setting)]) -> Answer<Open> {
        let found = TYPES.iter().find(|(name, _)| *name == kind);
        let unknown = || Failure::new("unsupported", format!("socket type {kind}"));
        let kind = found.ok_or_else(unknown)?.1;
        Ok(Open(Socket::try_new(kind, options(settings)?).map_err(failed)?))
    }
}

impl Adapted for Open {
    async fn bind(&mut self, to: &str) -> Answer<String> {
        let bound = self.0.bind(to.replace(":*", ":0").as_str()).await;
        Ok(bound.map_err(failed)?.to_string())
    }

    async fn connect(&mut self, to: &str) -> Answer<()> {
        self.0.connect(to).await.map(drop).map_err(failed)
    }

    async fn send(&mut self, parts: &Parts) -> Answer<()> {
        match self.0.try_send(Message::multipart(parts.clone())) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => Err(Failure::new("again", "nobody to take it")),
            Err(TrySendError::Closed) => Err(Failure::new("closed", "closed")),
            Err(TrySendError::Error(error)) => Err(failed(error)),
        }
    }

    async fn recv(&mut self) -> Answer<Parts> {
        match self.0.socket_type() {
            SocketType::Pub | SocketType::Push => {
                return Err(Failure::new("state", "this type does not receive"));
            }
            _ => {}
        }
        let message = self.0.recv().await.map_err(failed)?;
        let part = |n| message.part_slice(n).unwrap_or_default().to_vec();
        Ok((0..message.len()).map(part).collect())
    }

    async fn put(&mut self, body: Vec<u8>) -> Answer<()> {
        self.0.send(Message::single(body)).await.map_err(failed)
    }

    async fn take(&mut self) -> Answer<usize> {
        Ok(self.0.recv().await.map_err(failed)?.byte_len())
    }

    async fn subscribe(&mut self, topic: &[u8], on: bool) -> Answer<()> {
        if self.0.socket_type() != SocketType::Sub {
            return Err(Failure::new("state", "subscriptions are for SUB"));
        }
        let done = match on {
            true => self.0.subscribe(topic.to_vec()).await,
            false => self.0.unsubscribe(topic.to_vec()).await,
        };
        done.map_err(failed)
    }

    async fn close(self) {
        let _ = self.0.close().await;
    }
}

fn main() {
    serve(Omq);
}
