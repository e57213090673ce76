//! The built-in system under test: the reference engine, whole, in this process. The only place
//! where the suite touches the reference. In memory its octets go through pipes, in real time or
//! under tokio's paused clock, where thirty seconds cost nothing; or they cross the loopback
//! interface, cut and merged as the operating system pleases.

mod door;
mod panics;
mod pipes;
mod served;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use zeroproof_reference as reference;
use zeroproof_reference::runtime::transport::{Net, Transport};

use super::TargetError;
use super::tcp::{dial, listen, prepare};
use super::zap::Doorman;
use super::{About, Later, Need, Offers, Role, Setting, Socket, SocketSpec, Stream, Target};
use crate::adapter::ErrorKind;
use crate::socket_type::SocketType;
use door::Door;
use pipes::Pipes;

pub use served::serve;

/// An endpoint for pipes, which have no addresses.
const NOWHERE: &str = "tcp://127.0.0.1:1";

/// Options that cases may set, in libzmq's names and units.
const OPTIONS: [&str; 28] = [
    "curve_publickey",
    "curve_secretkey",
    "curve_server",
    "curve_serverkey",
    "handshake_ivl",
    "heartbeat_ivl",
    "heartbeat_timeout",
    "heartbeat_ttl",
    "immediate",
    "maxmsgsize",
    "plain_password",
    "plain_server",
    "plain_username",
    "probe_router",
    "rcvhwm",
    "reconnect_ivl",
    "reconnect_ivl_max",
    "req_correlate",
    "req_relaxed",
    "router_handover",
    "router_mandatory",
    "routing_id",
    "sndhwm",
    "xpub_nodrop",
    "xpub_verbose",
    "xpub_verboser",
    "zap_domain",
    "zap_enforce_domain",
];

/// The reference as a target.
#[derive(Debug)]
pub struct MemoryTarget {
    /// 1 for a 3.1 peer, 0 for a 3.0 peer.
    minor: u8,
    over_tcp: bool,
    /// Sockets that were opened.
    opened: Cell<u64>,
}

impl Default for MemoryTarget {
    fn default() -> Self {
        Self { minor: 1, over_tcp: false, opened: Cell::new(0) }
    }
}

impl MemoryTarget {
    /// The reference as a 3.0 peer.
    pub fn v30() -> Self {
        Self { minor: 0, ..Self::default() }
    }

    /// The reference behind real TCP.
    pub fn over_tcp() -> Self {
        Self { over_tcp: true, ..Self::default() }
    }
}

impl Target for MemoryTarget {
    fn about(&self) -> About {
        About {
            name: "reference".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            language: "Rust".to_owned(),
            via: if self.over_tcp { "TCP" } else { "in memory" }.to_owned(),
        }
    }

    fn offers(&self) -> Offers {
        Offers {
            types: SocketType::CLASSIC.to_vec(),
            roles: vec![Role::Bind, Role::Connect],
            needs: vec![Need::Recv, Need::Send, Need::Subscribe, Need::Zap],
            options: Some(OPTIONS.map(str::to_owned).to_vec()),
            pooled: true,
            concurrency: usize::MAX,
        }
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        Box::pin(async move {
            panics::watch();
            let door = Door::of(spec, self.opened.replace(self.opened.get() + 1));
            Ok(if self.over_tcp {
                let context = reference::runtime::Context::new();
                door.handle(&context).await?;
                let socket = opened(&context, spec, self.minor, &door)?;
                Built::boxed(Peers::over_tcp(socket, spec.role).await?, spec.kind, door)
            } else {
                let pipes = Pipes::new();
                let context = reference::runtime::Context::over(pipes.clone());
                door.handle(&context).await?;
                let socket = opened(&context, spec, self.minor, &door)?;
                Built::boxed(Peers::in_memory(pipes, socket, spec.role).await?, spec.kind, door)
            })
        })
    }

    fn buffers(&self) -> usize {
        // Pipes, and those of a liar.
        if self.over_tcp { 8 << 20 } else { 256 << 10 }
    }

    fn death(&self) -> Option<String> {
        panics::last()
    }

    fn restart(&self) -> Later<'_, ()> {
        panics::forget();
        Box::pin(async { Ok(()) })
    }
}

/// How the tester and the SUT find each other.
enum Peers {
    /// The SUT binds; the tester makes a pipe to it.
    Dial(Pipes),
    /// The SUT connects; its pipes come out here.
    Accept(Mutex<UnboundedReceiver<DuplexStream>>),
    /// The SUT binds to this address.
    DialTcp(String),
    /// The SUT connects to this listener.
    AcceptTcp(TcpListener),
}

impl Peers {
    async fn in_memory(
        pipes: Pipes,
        socket: reference::runtime::Socket<Pipes>,
        role: Role,
    ) -> Result<(reference::runtime::Socket<Pipes>, Self), TargetError> {
        match role {
            Role::Bind => {
                socket.bind(NOWHERE).await.map_err(refused)?;
                Ok((socket, Self::Dial(pipes)))
            }
            Role::Connect => {
                let far_ends = pipes.accept().ok_or_else(|| refused("the pipes are taken"))?;
                socket.connect(NOWHERE).map_err(refused)?;
                Ok((socket, Self::Accept(Mutex::new(far_ends))))
            }
        }
    }

    async fn over_tcp(
        socket: reference::runtime::Socket<Net>,
        role: Role,
    ) -> Result<(reference::runtime::Socket<Net>, Self), TargetError> {
        match role {
            Role::Bind => {
                let endpoint = socket.bind("tcp://127.0.0.1:*").await.map_err(refused)?;
                let address = endpoint.to_string().replace("tcp://", "");
                Ok((socket, Self::DialTcp(address)))
            }
            Role::Connect => {
                let listener = listen()?;
                let address = listener.local_addr().map_err(no_tcp)?;
                socket.connect(&format!("tcp://{address}")).map_err(refused)?;
                Ok((socket, Self::AcceptTcp(listener)))
            }
        }
    }

    async fn link(&self) -> Result<Stream, TargetError> {
        let stream = match self {
            Self::Dial(pipes) => Box::new(pipes.dial().map_err(refused)?) as Stream,
            Self::Accept(far_ends) => match far_ends.lock().await.recv().await {
                Some(stream) => Box::new(stream),
                None => return Err(refused("the socket is closed")),
            },
            Self::DialTcp(address) => dial(address).await?,
            Self::AcceptTcp(listener) => {
                let (stream, _) = listener.accept().await.map_err(no_tcp)?;
                prepare(&stream);
                Box::new(stream)
            }
        };
        Ok(stream)
    }
}

/// A socket of the reference, until it is closed.
struct Built<T: Transport> {
    socket: RefCell<Option<Rc<reference::runtime::Socket<T>>>>,
    kind: SocketType,
    peers: Peers,
    door: Door,
}

impl<T: Transport> Built<T> {
    fn boxed(
        (socket, peers): (reference::runtime::Socket<T>, Peers),
        kind: SocketType,
        door: Door,
    ) -> Rc<dyn Socket> {
        Rc::new(Self { socket: RefCell::new(Some(Rc::new(socket))), kind, peers, door })
    }

    fn socket(&self) -> Result<Rc<reference::runtime::Socket<T>>, TargetError> {
        self.socket.borrow().clone().ok_or_else(|| refused("the socket is closed"))
    }
}

impl<T: Transport> Socket for Built<T> {
    fn link(&self) -> Later<'_, Stream> {
        Box::pin(self.peers.link())
    }

    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()> {
        Box::pin(async move {
            let (socket, message) = (self.socket()?, reference::Message::new(parts.to_vec()));
            let sent = timeout(within, socket.send(&message)).await;
            sent.unwrap_or(Err(reference::Refused::WouldBlock)).map_err(unwilling)
        })
    }

    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>> {
        Box::pin(async move {
            let socket = self.socket()?;
            match timeout(within, socket.recv()).await {
                Err(_) => Ok(None),
                Ok(Ok(message)) => {
                    Ok(Some(message.parts().iter().map(|part| part.to_vec()).collect()))
                }
                Ok(Err(error)) => Err(unwilling(error)),
            }
        })
    }

    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()> {
        Box::pin(async move {
            let socket = self.socket()?;
            if self.kind == SocketType::Xsub {
                let wish = [&[u8::from(on)], topic].concat();
                return socket.send(&wish).await.map_err(refused);
            }
            let done = if on { socket.subscribe(topic) } else { socket.unsubscribe(topic) };
            done.map_err(refused)
        })
    }

    fn doorman(&self) -> Option<Rc<Doorman>> {
        self.door.doorman.clone()
    }

    fn close(&self) -> Later<'_, ()> {
        self.door.close();
        drop(self.socket.borrow_mut().take());
        Box::pin(async { Ok(()) })
    }
}

/// A socket with the options of the case.
fn opened<T: Transport>(
    context: &reference::runtime::Context<T>,
    spec: SocketSpec,
    minor: u8,
    door: &Door,
) -> Result<reference::runtime::Socket<T>, TargetError> {
    let name = spec.kind.name();
    let kind = reference::SocketType::parse(name.as_bytes())
        .ok_or_else(|| TargetError::Unsupported(format!("socket type {name}")))?;
    let socket = context.socket(kind).map_err(refused)?;
    socket.set_minor(minor);
    // Nobody waits for what a closed socket still has.
    socket.set("linger", 0).map_err(refused)?;
    for (name, value) in spec.options {
        if !OPTIONS.contains(name) {
            return Err(TargetError::Unsupported(format!("option {name}")));
        }
        let set = match value {
            Setting::Number(number) => socket.set(name, *number),
            Setting::Text(text) => socket.set(name, *text),
            Setting::Zap(_) => socket.set(name, door.domain()),
        };
        set.map_err(refused)?;
    }
    Ok(socket)
}

#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
fn refused(why: impl ToString) -> TargetError {
    TargetError::Refused(ErrorKind::Refused, why.to_string())
}

/// What the application is told when it may not send or receive.
#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
fn unwilling(why: reference::Refused) -> TargetError {
    use reference::error::Kind;
    let kind = match why.kind() {
        Kind::Again => ErrorKind::Again,
        Kind::Fsm | Kind::NotSupported => ErrorKind::State,
        Kind::Terminated => ErrorKind::Closed,
        _ => ErrorKind::Refused,
    };
    TargetError::Refused(kind, why.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
fn no_tcp(error: std::io::Error) -> TargetError {
    TargetError::Unreachable(format!("no TCP on the loopback interface: {error}"))
}
