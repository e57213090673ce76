//! The built-in system under test: the reference engine, whole, in this process. The only place
//! where the suite touches the reference. In memory its octets go through pipes, in real time or
//! under tokio's paused clock, where thirty seconds cost nothing; or they cross the loopback
//! interface, cut and merged as the operating system pleases.

mod pipes;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;
use zeroproof_reference as reference;
use zeroproof_reference::runtime::transport::{Net, Transport};

use super::TargetError;
use super::{About, Later, Need, Offers, Role, Setting, Socket, SocketSpec, Stream, Target};
use crate::socket_type::SocketType;
use pipes::Pipes;

/// Options that cases may set, in libzmq's names and units.
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
#[derive(Debug)]
pub struct MemoryTarget {
    /// 1 for a 3.1 peer, 0 for a 3.0 peer.
    minor: u8,
    over_tcp: bool,
}

impl Default for MemoryTarget {
    fn default() -> Self {
        Self { minor: 1, over_tcp: false }
    }
}

impl MemoryTarget {
    /// The reference as a 3.0 peer.
    pub fn v30() -> Self {
        Self { minor: 0, over_tcp: false }
    }

    /// The reference behind real TCP.
    pub fn over_tcp() -> Self {
        Self { minor: 1, over_tcp: true }
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
            needs: vec![Need::Recv, Need::Send, Need::Subscribe],
            options: Some(OPTIONS.map(str::to_owned).to_vec()),
            pooled: true,
        }
    }

    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>> {
        Box::pin(async move {
            if self.over_tcp {
                let socket = opened(&reference::runtime::Context::new(), spec, self.minor)?;
                return Ok(Rc::new(behind_tcp(socket, spec).await?) as Rc<dyn Socket>);
            }
            let pipes = Pipes::new();
            let context = reference::runtime::Context::over(pipes.clone());
            let socket = opened(&context, spec, self.minor)?;
            let peers = match spec.role {
                Role::Bind => {
                    socket.bind("inproc-free://").await.map_err(refused)?;
                    Peers::Dial(pipes)
                }
                Role::Connect => {
                    socket.connect("tcp://127.0.0.1:1").map_err(refused)?;
                    let far_ends = pipes.accept().ok_or_else(|| {
                        TargetError::Unreachable("the pipes are in use".to_owned())
                    })?;
                    Peers::Accept(Mutex::new(far_ends))
                }
            };
            Ok(Rc::new(Built { socket: RefCell::new(Some(Rc::new(socket))), peers }) as Rc<dyn Socket>)
        })
    }

    fn restart(&self) -> Later<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}
