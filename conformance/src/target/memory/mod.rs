//! The built-in system under test: the reference `Connection`, driven in this process over
//! in-memory pipes. The only place where the suite touches the reference. Runs in real time or
//! under tokio's paused clock, where thirty seconds cost nothing.

mod application;
mod driver;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{DuplexStream, duplex};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use zeroproof_reference as reference;

use super::TargetError;
use super::{
    About, Later, Need, Offers, Options, Role, Setting, Socket, SocketSpec, Stream, Target,
};
use crate::socket_type::SocketType;
use application::Application;

/// Octets one direction of an in-memory pipe holds.
const PIPE: usize = 64 << 10;

/// Options the in-memory socket understands, in libzmq's names and units.
const OPTIONS: [&str; 8] = [
    "handshake_ivl",
    "heartbeat_ivl",
    "heartbeat_timeout",
    "heartbeat_ttl",
    "maxmsgsize",
    "reconnect_ivl",
    "reconnect_ivl_max",
    "routing_id",
];

/// The reference as a target.
#[derive(Debug, Default)]
pub struct MemoryTarget {
    /// 1 for a 3.1 peer, 0 for a 3.0 peer.
    minor: Option<u8>,
}

impl MemoryTarget {
    /// The reference as a 3.0 peer.
    pub fn v30() -> Self {
        Self { minor: Some(0) }
    }
}

impl Target for MemoryTarget {
    fn about(&self) -> About {
        About {
            name: "reference".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            language: "Rust".to_owned(),
            via: "in memory".to_owned(),
        }
    }

    fn offers(&self) -> Offers {
        Offers {
            types: SocketType::CLASSIC.to_vec(),
            roles: vec![Role::Bind, Role::Connect],
            needs: vec![Need::Recv, Need::Send, Need::Subscribe],
            options: Some(OPTIONS.map(str::to_owned).to_vec()),
            pooled: true,
        }
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        let minor = self.minor.unwrap_or(1);
        Box::pin(async move {
            let config = config(spec, minor)?;
            let socket = Rc::new(Memory {
                application: Rc::new(Application::new(spec.kind)),
                config,
                accepted: RefCell::new(VecDeque::new()),
                came: Notify::new(),
                retry: Retry::of(spec.options),
            });
            if spec.role == Role::Connect {
                let weak = Rc::downgrade(&socket);
                tokio::task::spawn_local(connecter(weak));
            }
            Ok(socket as Rc<dyn Socket>)
        })
    }

    fn restart(&self) -> Later<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

struct Memory {
    application: Rc<Application>,
    config: reference::Config,
    /// Far ends of the connections a connecting SUT has made, oldest first.
    accepted: RefCell<VecDeque<DuplexStream>>,
    came: Notify,
    retry: Retry,
}

impl Socket for Memory {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(async move {
            if self.config.role == reference::Role::Connecter {
                loop {
                    if let Some(stream) = self.accepted.borrow_mut().pop_front() {
                        return Ok(Box::new(stream) as Stream);
                    }
                    self.came.notified().await;
                }
            }
            let (ours, theirs) = duplex(PIPE);
            let (application, config) = (Rc::clone(&self.application), self.config.clone());
            tokio::task::spawn_local(
                async move { driver::drive(application, theirs, config).await },
            );
            Ok(Box::new(ours) as Stream)
        })
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()> {
        Box::pin(async move {
            let sent = timeout(within, self.application.send(parts.to_vec())).await;
            sent.map_err(|_| TargetError::Refused("no peer takes the message".to_owned()))?
        })
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        Box::pin(async move { Ok(timeout(within, self.application.recv()).await.ok()) })
    }

    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()> {
        Box::pin(async move { self.application.subscribe(topic, on) })
    }

    fn close(&self) -> Later<'_, ()> {
        self.application.close();
        Box::pin(async { Ok(()) })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.application.close();
    }
}

/// When a connecting SUT tries again; a growing interval (37-ERRH-007, 37-ERRH-008).
#[derive(Clone, Copy)]
struct Retry {
    first: Duration,
    most: Duration,
}

impl Retry {
    fn of(options: Options) -> Self {
        let first = milliseconds(options, "reconnect_ivl").unwrap_or(Duration::from_millis(100));
        let most = milliseconds(options, "reconnect_ivl_max").unwrap_or(first * 8);
        Self { first, most: most.max(first) }
    }
}

/// Connects again and again for as long as the socket lives, unless the peer refused it.
async fn connecter(socket: std::rc::Weak<Memory>) {
    let mut delay = None;
    while let Some(memory) = socket.upgrade() {
        let (ours, theirs) = duplex(PIPE);
        memory.accepted.borrow_mut().push_back(ours);
        memory.came.notify_one();
        let (application, config, retry) =
            (Rc::clone(&memory.application), memory.config.clone(), memory.retry);
        drop(memory);
        let began = Instant::now();
        let reason = driver::drive(application, theirs, config).await;
        if matches!(reason, reference::Reason::RefusedByPeer(_)) {
            return;
        }
        // A connection that lasted starts the delays anew.
        let lasted = began.elapsed() > retry.most;
        let wait = delay.filter(|_| !lasted).unwrap_or(retry.first);
        sleep(wait).await;
        delay = Some((wait * 2).min(retry.most));
    }
}

fn number(options: Options, name: &str) -> Option<i64> {
    options.iter().find_map(|(known, value)| match value {
        Setting::Number(number) if *known == name => Some(*number),
        Setting::Number(_) | Setting::Text(_) => None,
    })
}

fn milliseconds(options: Options, name: &str) -> Option<Duration> {
    let number = number(options, name)?;
    u64::try_from(number).ok().filter(|&ms| ms > 0).map(Duration::from_millis)
}

fn config(spec: SocketSpec, minor: u8) -> Result<reference::Config, TargetError> {
    let role = match spec.role {
        Role::Bind => reference::Role::Binder,
        Role::Connect => reference::Role::Connecter,
    };
    let name = spec.kind.name();
    let kind = reference::SocketType::parse(name.as_bytes())
        .ok_or_else(|| TargetError::Unsupported(format!("socket type {name}")))?;
    let mut config = reference::Config::new(role, kind);
    config.minor = minor;
    let options = spec.options;
    for (name, value) in options {
        match (*name, value) {
            ("routing_id", Setting::Text(text)) => config.identity = text.as_bytes().to_vec(),
            ("routing_id", Setting::Number(_)) => {}
            ("maxmsgsize", Setting::Number(size)) => {
                let unlimited = config.limits.max_message_size;
                config.limits.max_message_size = u64::try_from(*size).unwrap_or(unlimited);
            }
            (name, _) if OPTIONS.contains(&name) => {}
            (name, _) => return Err(TargetError::Unsupported(format!("option {name}"))),
        }
    }
    if let Some(limit) = milliseconds(options, "handshake_ivl") {
        config.limits.handshake_timeout = limit;
    }
    config.heartbeat.interval = milliseconds(options, "heartbeat_ivl");
    if let Some(interval) = config.heartbeat.interval {
        config.heartbeat.timeout = milliseconds(options, "heartbeat_timeout").unwrap_or(interval);
    }
    if let Some(ttl) = milliseconds(options, "heartbeat_ttl") {
        config.heartbeat.ttl = ttl;
    }
    Ok(config)
}
