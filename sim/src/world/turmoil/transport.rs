//! The engine's transport in this world: turmoil's streams, and what TCP does beyond them.
//!
//! ```text
//! dial --cut, off, silent--> wait 1, 2, 4 ... s, and again      --killed, refuses--> refused
//!      --turmoil's SYN-----> stream, or refused, or lost: again
//! ```

use super::super::host::{Door, Life, end};
use super::connection::{Connection, Dialing, Side};
use super::host::{host_at, port, socket_address};
use super::ledger::{State, World};
use super::stream::Stream;
use crate::trace::{End, What};
use core::future::{Future, poll_fn};
use core::net::{Ipv4Addr, SocketAddr};
use core::pin::pin;
use core::task::{Poll, Waker};
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use tokio::time::sleep;
use turmoil::net::{TcpListener, TcpStream};
use zeroproof_reference::runtime::transport::Transport;
use zeroproof_reference::socket::options::Tcp;
use zeroproof_reference::socket::{Ended, Endpoint};

/// The first wait before a SYN is sent again.
const SYN_WAIT: Duration = Duration::from_secs(1);
/// How often a SYN is sent again.
const SYN_TRIES: u32 = 6;

/// The transport of one socket of the schedule.
#[derive(Clone, Debug)]
pub(super) struct Simulated {
    pub(super) world: Arc<World>,
    pub(super) socket: usize,
}

/// What a SYN would meet now.
enum Way {
    Open,
    Silent,
    Refused,
}

impl State {
    /// A connection that is to be made.
    pub(super) fn dials(&mut self, connection: Connection) -> u32 {
        let id = self.connections.len() as u32;
        self.connections.push(connection);
        id
    }

    fn way(&self, id: u32) -> Way {
        let hosts = self.connections.get(id as usize).map(|connection| connection.hosts);
        let found = hosts.and_then(|[_, to]| self.hosts.get(to));
        match found {
            None => Way::Refused,
            Some(_) if self.is_cut(id) => Way::Silent,
            Some(host) if host.life == Life::Off || host.door == Door::Silent => Way::Silent,
            Some(host) if host.life == Life::Killed || host.door == Door::Refuses => Way::Refused,
            Some(_) => Way::Open,
        }
    }

    /// Before turmoil is asked for a stream, from which port it will dial.
    fn attempt(&mut self, id: u32) -> io::Result<u16> {
        let connection = self.connections.get_mut(id as usize).ok_or(ErrorKind::NotFound)?;
        let [from, _] = connection.hosts;
        connection.dialing = Some(Dialing::default());
        let port = self.hosts.get_mut(from).and_then(super::host::Host::take_port);
        let Some(port) = port else {
            self.failed = Some("one process has dialed more often than it has ports".to_owned());
            return Err(ErrorKind::AddrNotAvailable.into());
        };
        self.dialed_from.insert((from, port), id);
        Ok(port)
    }

    /// What has become of an attempt that turmoil says nothing of.
    fn fate(&mut self, id: u32, waker: &Waker) -> Option<ErrorKind> {
        let dialing = self.connections.get_mut(id as usize)?.dialing.as_mut()?;
        dialing.waker = Some(waker.clone());
        dialing.fate
    }
}

/// Dials until there is a stream, or until TCP would give up.
pub(super) async fn dial(world: &Arc<World>, id: u32, to: SocketAddr) -> io::Result<Stream> {
    for tries in 0..=SYN_TRIES {
        let way = world.state().way(id);
        let outcome = match way {
            Way::Open => attempt(world, id, to).await,
            Way::Silent => Err(ErrorKind::TimedOut.into()),
            Way::Refused => {
                let round_trip = world.state().round_trip(id);
                sleep(Duration::from_nanos(round_trip)).await;
                Err(io::Error::from(ErrorKind::ConnectionRefused))
            }
        };
        match outcome {
            Ok(inner) => {
                let stream = Stream::new(inner, Arc::clone(world), id, 0);
                world.state().note(What::Up { connection: id });
                return Ok(stream);
            }
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                world.state().note(What::Delayed { connection: id });
                sleep(SYN_WAIT * (1 << tries)).await;
            }
            Err(error) => return Err(failed(world, id, error)),
        }
    }
    Err(failed(world, id, ErrorKind::TimedOut.into()))
}

fn failed(world: &World, id: u32, error: io::Error) -> io::Error {
    world.state().note(What::Closed { connection: id, side: 0, end: End::Reset });
    error
}

/// One attempt of turmoil's, unless a fault ends it.
async fn attempt(world: &World, id: u32, to: SocketAddr) -> io::Result<TcpStream> {
    let mut connecting = pin!(TcpStream::connect(to));
    let mut port = None;
    let stream = poll_fn(|cx| {
        {
            let mut state = world.state();
            // turmoil takes its port when it is polled for the first time.
            if port.is_none() {
                port = Some(state.attempt(id)?);
            }
            if let Some(kind) = state.fate(id, cx.waker()) {
                return Poll::Ready(Err(kind.into()));
            }
        }
        connecting.as_mut().poll(cx)
    })
    .await?;
    if Some(stream.local_addr()?.port()) != port {
        let failed = "turmoil does not take its ports in a row any more".to_owned();
        world.state().failed = Some(failed);
    }
    Ok(stream)
}

impl Transport for Simulated {
    type Stream = Stream;
    type Listener = TcpListener;

    async fn bind(&self, endpoint: &Endpoint, _: &Tcp) -> io::Result<(TcpListener, Endpoint)> {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port(self.socket))).await?;
        Ok((listener, endpoint.clone()))
    }

    async fn accept(&self, listener: &mut TcpListener) -> io::Result<(Stream, String)> {
        let (inner, from) = listener.accept().await?;
        let host = host_at(from.ip()).ok_or(ErrorKind::AddrNotAvailable)?;
        let id = self.world.state().dialed_from.get(&(host, from.port())).copied();
        let id = id.ok_or(ErrorKind::AddrNotAvailable)?;
        Ok((Stream::new(inner, Arc::clone(&self.world), id, 1), from.ip().to_string()))
    }

    async fn connect(&self, endpoint: &Endpoint, _: &Tcp) -> io::Result<(Stream, String)> {
        let (id, to) = {
            let mut state = self.world.state();
            let name = endpoint.to_string();
            let found = state.sockets.iter().position(|socket| socket.endpoint == name);
            let found = found.ok_or(ErrorKind::ConnectionRefused)?;
            let sockets = [self.socket, found];
            let hosts = sockets.map(|socket| state.sockets.get(socket).map_or(0, |s| s.host));
            let publishes = |socket: usize| {
                let spec = self.world.schedule.socket.get(socket);
                spec.is_some_and(|spec| spec.kind.is_publisher())
            };
            // What goes to a publisher may ask for topics.
            let sides = [Side::new(publishes(found)), Side::new(publishes(self.socket))];
            let id = state.dials(Connection { hosts, sides, dialing: None });
            let (from, to) = (self.socket as u16, found as u16);
            state.note(What::Dialed { connection: id, from, to });
            let [_, host] = hosts;
            (id, socket_address(host, found))
        };
        Ok((dial(&self.world, id, to).await?, to.ip().to_string()))
    }

    fn entropy(&self, octets: &mut [u8]) -> io::Result<()> {
        let mut state = self.world.state();
        for octet in octets {
            let [first, ..] = state.entropy.draw().to_be_bytes();
            *octet = first;
        }
        Ok(())
    }

    fn leaving(&self, stream: &mut Stream, ended: &Ended) {
        stream.note_end(end(ended));
    }
}
