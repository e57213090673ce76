//! A relay between the one that connects and the one that binds: it notes every octet of both
//! directions, sees handshakes and ends, and keeps its address while the one that binds is away.
//!
//! Deliberately absent: changes. What goes in comes out.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::cell::Transport;
use crate::octets::{Dialect, units};
use crate::target::Stream;
use crate::transcript::{Direction, Step, Transcript};

/// Octets that are told of each direction of a connection.
const TOLD: usize = 2048;
/// Connections that are told; those who do not agree may try for ever.
const CONNECTIONS: usize = 3;
/// The note of an end.
const CLOSED: &str = "closed";
/// Octets that are passed on at once. The allocator tidies up whenever twice that is given back.
const ONCE: usize = 32 << 10;
/// Octets in which a handshake is looked for.
const HANDSHAKE: usize = 4096;

/// What happened on the relay's connections so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Connections that were made.
    pub(super) made: usize,
    /// Handshakes that came to their end.
    pub(super) shaken: usize,
    /// Connections that ended.
    pub(super) ended: usize,
    /// Connections that ended within the handshake.
    pub(super) broken: usize,
}

/// A relay; its drop ends all its connections.
pub(super) struct Relay {
    endpoint: String,
    shared: Rc<Shared>,
    listens: JoinHandle<()>,
    file: Option<PathBuf>,
}

struct Shared {
    target: watch::Sender<Option<String>>,
    seen: watch::Sender<Seen>,
    tape: RefCell<Transcript>,
    made: Cell<usize>,
}

enum Door {
    Tcp(TcpListener),
    #[cfg(unix)]
    Ipc(tokio::net::UnixListener),
}

impl Door {
    async fn accept(&self) -> std::io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            #[cfg(unix)]
            Self::Ipc(listener) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

async fn dial(endpoint: &str) -> std::io::Result<Stream> {
    let (scheme, address) = endpoint.split_once("://").unwrap_or(("tcp", endpoint));
    match scheme {
        #[cfg(unix)]
        "ipc" => Ok(Box::new(tokio::net::UnixStream::connect(address).await?)),
        _ => {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream))
        }
    }
}

impl Relay {
    /// Listens at an address of its own; `file` is where, over ipc.
    ///
    /// # Errors
    /// What the system says.
    pub(super) async fn open(transport: Transport, file: PathBuf) -> std::io::Result<Self> {
        let (door, endpoint, file) = match transport {
            Transport::Tcp => {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let address = listener.local_addr()?;
                (Door::Tcp(listener), format!("tcp://{address}"), None)
            }
            #[cfg(unix)]
            Transport::Ipc => {
                let listener = tokio::net::UnixListener::bind(&file)?;
                (Door::Ipc(listener), format!("ipc://{}", file.display()), Some(file))
            }
            #[cfg(not(unix))]
            Transport::Ipc => return Err(std::io::ErrorKind::Unsupported.into()),
        };
        let shared = Rc::new(Shared {
            target: watch::Sender::new(None),
            seen: watch::Sender::new(Seen::default()),
            tape: RefCell::default(),
            made: Cell::new(0),
        });
        let listens = tokio::task::spawn_local(listen(door, Rc::clone(&shared)));
        Ok(Self { endpoint, shared, listens, file })
    }

    /// Where to connect to.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Where connections lead from now on; those that came before wait for it.
    pub(super) fn lead_to(&self, endpoint: Option<&str>) {
        self.shared.target.send_replace(endpoint.map(str::to_owned));
    }

    /// What happened so far.
    pub(super) fn seen(&self) -> Seen {
        *self.shared.seen.borrow()
    }

    /// Waits until something has happened.
    pub(super) async fn until(&self, holds: impl Fn(&Seen) -> bool) {
        let mut seen = self.shared.seen.subscribe();
        // The sender lives as long as this relay.
        let _ = seen.wait_for(|seen| holds(seen)).await;
    }

    /// What crossed it, cut to what is told.
    pub(super) fn steps(&self) -> Vec<Step> {
        told(self.shared.tape.borrow().steps())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.listens.abort();
        if let Some(file) = &self.file {
            let _ = std::fs::remove_file(file);
        }
    }
}

async fn listen(door: Door, shared: Rc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok(stream) = door.accept().await {
        while connections.try_join_next().is_some() {}
        connections.spawn_local(connect(stream, Rc::clone(&shared)));
    }
}

/// One connection, from its start to the first end of either side.
async fn connect(connector: Stream, shared: Rc<Shared>) {
    let target = {
        let mut target = shared.target.subscribe();
        let target = target.wait_for(Option::is_some).await;
        target.ok().and_then(|target| target.clone())
    };
    let Some(target) = target else { return };
    let dialed = dial(&target).await;
    let number = shared.made.replace(shared.made.get() + 1);
    let connection = (number < CONNECTIONS).then(|| shared.tape.borrow_mut().connection());
    shared.seen.send_modify(|seen| seen.made += 1);
    let (ended, broken) = match dialed {
        Ok(binder) => {
            let track = Track::new(connection, &shared);
            let (from_connector, to_connector) = split(connector);
            let (from_binder, to_binder) = split(binder);
            let ended = tokio::select! {
                () = pass(from_connector, to_binder, Direction::Sent, &track) => Direction::Sent,
                () = pass(from_binder, to_connector, Direction::Received, &track) => {
                    Direction::Received
                }
            };
            let broken = track.starts.borrow().is_some();
            (ended, broken)
        }
        // Nobody listens yet, or no more: the one that connects may try again for long.
        Err(_) => (Direction::Received, false),
    };
    if let Some(connection) = connection {
        shared.tape.borrow_mut().note(connection, ended, CLOSED);
    }
    shared.seen.send_modify(|seen| {
        seen.ended += 1;
        seen.broken += usize::from(broken);
    });
}

/// What is noted of one connection.
struct Track<'a> {
    connection: Option<usize>,
    shared: &'a Shared,
    /// The start of both directions, until the handshake has ended.
    starts: RefCell<Option<[Vec<u8>; 2]>>,
}

impl<'a> Track<'a> {
    fn new(connection: Option<usize>, shared: &'a Shared) -> Self {
        Self { connection, shared, starts: RefCell::new(Some([Vec::new(), Vec::new()])) }
    }

    fn note(&self, direction: Direction, octets: &[u8]) {
        if let Some(connection) = self.connection {
            self.shared.tape.borrow_mut().octets(connection, direction, octets);
        }
        let mut starts = self.starts.borrow_mut();
        let Some([connector, binder]) = starts.as_mut() else { return };
        let start = if direction == Direction::Sent { &mut *connector } else { &mut *binder };
        start.extend_from_slice(octets);
        if is_shaken(connector, binder) {
            *starts = None;
            self.shared.seen.send_modify(|seen| seen.shaken += 1);
        } else if connector.len().max(binder.len()) > HANDSHAKE {
            *starts = None;
        }
    }
}

/// Whether both directions hold a whole handshake.
fn is_shaken(connector: &[u8], binder: &[u8]) -> bool {
    let dialect = Dialect::of(connector, binder);
    let both = [connector, binder];
    match dialect {
        Dialect::V3 => {
            let titles = both.map(|octets| {
                let units = units(octets, dialect).into_iter();
                units.map(|unit| unit.title).collect::<Vec<_>>()
            });
            let null = titles
                .iter()
                .flatten()
                .any(|title| title.starts_with("greeting") && title.contains(" NULL"));
            let mut ready = titles.iter().map(|all| all.iter().any(|t| t.starts_with("READY")));
            if null { ready.all(|ready| ready) } else { ready.any(|ready| ready) }
        }
        Dialect::V2 => both.iter().all(|octets| {
            units(octets, dialect).first().is_some_and(|unit| unit.title.starts_with("2.0 opening"))
        }),
        Dialect::V1 => both.iter().all(|octets| {
            units(octets, dialect).first().is_some_and(|unit| !unit.title.ends_with("not whole"))
        }),
    }
}

/// Passes octets on until either end is gone.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    direction: Direction,
    track: &Track<'_>,
) {
    let mut octets = Vec::with_capacity(ONCE);
    loop {
        octets.clear();
        let Ok(1..) = from.read_buf(&mut octets).await else { return };
        if to.write_all(&octets).await.is_err() {
            return;
        }
        // After it was passed on, so that an end of the handshake is one for the peer as well.
        track.note(direction, &octets);
    }
}

/// Steps with so many octets of each direction as are told, and where they are cut.
fn told(steps: &[Step]) -> Vec<Step> {
    let mut left = [[Some(TOLD); 2]; CONNECTIONS];
    let mut told = Vec::new();
    for step in steps {
        let Some([sent, received]) = left.get_mut(step.connection) else { continue };
        let left = if step.direction == Direction::Sent { sent } else { received };
        if step.note.as_deref() == Some(CLOSED) {
            told.push(step.clone());
            continue;
        }
        // Octets that a transcript keeps no more have a note instead.
        let whole = step.note.is_none() && left.is_some_and(|left| left >= step.octets.len());
        let Some(room) = *left else { continue };
        let octets = step.octets.get(..room).unwrap_or(&step.octets).to_vec();
        *left = whole.then(|| room - octets.len());
        let note = (!whole).then(|| "more octets, not told".to_owned());
        told.push(Step { octets, note, ..step.clone() });
    }
    told
}

/// Whether an event comes in time.
pub(super) async fn in_time(limit: Duration, event: impl Future<Output = ()>) -> bool {
    timeout(limit, event).await.is_ok()
}
