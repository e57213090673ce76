//! The sockets of one program in one value, without I/O: what simulators and tests drive.
//!
//! ```text
//! application --open, set, bind, connect, send, recv, close--> Node --Ready, Closed--> application
//! transports  --Connected, Octets, Written, …--> Node --Dial, Transmit, Close, Wait--> transports
//! ```
//!
//! Do any number of things to it, then drain [`Node::poll_output`] until [`Output::Wait`]. The
//! driver names the links, so that both ends of a transport can have the same name. The same calls
//! in the same order give the same outputs, octet for octet.
//! Deliberately absent: any rule of a socket, a link or a mechanism, which are those that
//! [`runtime`](crate::runtime) drives as well; which endpoint reaches which listener, and what a
//! wildcard becomes, which is the driver's world; and true chance: what is made up for CURVE, out
//! of the seed, keeps nothing secret.

mod event;
mod polling;
mod table;
mod touched;

pub use event::{Input, LinkId, Output, SocketId};

use crate::connection::{self, PeerInfo};
use crate::error::Refused;
use crate::limits::ANSWERS;
use crate::message::{Message, Parts};
use crate::pattern::Wish;
use crate::socket::{DialerId, Endpoint, Link, ListenerId, Origin, PeerId, Socket, Value};
use crate::socket_type::SocketType;
use crate::swap::{Damage, Disk};
use crate::time::Instant;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use table::Table;
use touched::Touched;

/// What has to be looked at, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Member {
    Socket(SocketId),
    Dialer(SocketId, DialerId),
    Link(LinkId),
}

/// A socket, and what belongs to it.
#[derive(Debug)]
struct Open {
    socket: Socket,
    /// Those without a link; while there is one, it decides.
    dialers: BTreeSet<DialerId>,
    links: usize,
    of_peer: Table<PeerId, LinkId>,
}

/// A link, and what its transport is doing.
#[derive(Debug)]
struct Live {
    socket: SocketId,
    origin: Origin,
    link: Link,
    /// All that was transmitted has been written.
    is_written: bool,
    /// Octets of answers that have not.
    answers: usize,
    /// The driver was told not to read.
    is_held: bool,
    /// When it is to be looked at again.
    deadline: Option<Instant>,
}

/// The sockets of one program.
#[derive(Debug, Default)]
pub struct Node {
    sockets: Table<SocketId, Open>,
    links: Table<LinkId, Live>,
    /// What something has happened to.
    touched: Touched,
    /// When to touch what.
    timers: BTreeSet<(Instant, Member)>,
    /// When dialers are touched; links know it themselves.
    deadlines: BTreeMap<Member, Instant>,
    out: VecDeque<Output>,
    opened: u32,
    seed: u32,
    has_zap_handler: bool,
    /// How often octets for handshakes were made up.
    drawn: u64,
}

impl Node {
    /// A program without sockets. The numbers that its sockets make up, of peers and requests,
    /// depend on `seed` alone.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self { seed, ..Self::default() }
    }

    /// From now on the driver answers to [`Output::Authenticate`].
    pub const fn set_zap_handler(&mut self) {
        self.has_zap_handler = true;
    }

    /// Opens a socket with default options and no endpoints.
    ///
    /// # Errors
    /// [`Refused::Draft`].
    pub fn open(&mut self, socket_type: SocketType) -> Result<SocketId, Refused> {
        self.opened = self.opened.wrapping_add(1);
        // An odd factor keeps what sockets make up apart from each other.
        let first = self.seed.wrapping_add(self.opened.wrapping_mul(0x9E37_79B9));
        let socket = Socket::new(socket_type, first).ok_or(Refused::Draft(socket_type))?;
        let (dialers, of_peer) = (BTreeSet::new(), Table::default());
        let id = SocketId(self.opened);
        self.sockets.insert(id, Open { socket, dialers, links: 0, of_peer });
        Ok(id)
    }

    /// A socket, until [`Output::Closed`].
    #[must_use]
    pub fn socket(&self, id: SocketId) -> Option<&Socket> {
        Some(&self.sockets.find(id)?.socket)
    }

    /// Does something to a socket, which is looked at again if that leads to something.
    fn with<R>(
        &mut self,
        id: SocketId,
        act: impl FnOnce(&mut Socket) -> Result<R, Refused>,
    ) -> Result<R, Refused> {
        let Open { socket, .. } = self.sockets.find_mut(id).ok_or(Refused::Terminated)?;
        let done = act(socket);
        if socket.has_news() {
            self.touched.insert(Member::Socket(id));
        }
        done
    }

    /// Gives an option a value.
    ///
    /// # Errors
    /// See [`Socket::set`]; and [`Refused::Terminated`], as in all below.
    pub fn set(
        &mut self,
        id: SocketId,
        name: &str,
        value: impl Into<Value>,
    ) -> Result<(), Refused> {
        self.with(id, |socket| socket.set(name, value))
    }

    /// Opens the swap that the options of a socket ask for, in this folder.
    ///
    /// # Errors
    /// See [`Socket::open_swap`].
    pub fn open_swap(
        &mut self,
        id: SocketId,
        disk: Box<dyn Disk>,
        salt: u64,
    ) -> Result<(), Refused> {
        self.with(id, |socket| socket.open_swap(disk, salt))
    }

    /// Makes durable what was sent, if that is promised.
    ///
    /// # Errors
    /// See [`Socket::sync_swap`].
    pub fn sync_swap(&mut self, id: SocketId) -> Result<(), Refused> {
        self.with(id, Socket::sync_swap)
    }

    /// What the swap of a socket has found broken since this was last asked.
    pub fn take_swap_damage(&mut self, id: SocketId) -> Vec<Damage> {
        let open = self.sockets.find_mut(id);
        open.map(|open| open.socket.take_swap_damage()).unwrap_or_default()
    }

    /// Binds to an endpoint, as it stands: the driver knows no wildcards, or fills them in before.
    ///
    /// # Errors
    /// It is none to bind to.
    pub fn bind(&mut self, id: SocketId, text: &str) -> Result<ListenerId, Refused> {
        let endpoint = Endpoint::to_bind(text)?;
        self.with(id, |socket| {
            if socket.is_closed() {
                Err(Refused::Terminated)
            } else {
                Ok(socket.listening(endpoint))
            }
        })
    }

    /// Stops listening; peers that have come that way stay.
    ///
    /// # Errors
    /// See [`Socket::unbind`].
    pub fn unbind(&mut self, id: SocketId, text: &str) -> Result<ListenerId, Refused> {
        self.with(id, |socket| socket.unbind(text))
    }

    /// Connects to an endpoint; [`Output::Dial`] says when to dial it.
    ///
    /// # Errors
    /// See [`Socket::connect`].
    pub fn connect(&mut self, id: SocketId, text: &str) -> Result<DialerId, Refused> {
        let dialer = self.with(id, |socket| socket.connect(text))?;
        if let Some(open) = self.sockets.find_mut(id) {
            open.dialers.insert(dialer);
        }
        self.touched.insert(Member::Dialer(id, dialer));
        Ok(dialer)
    }

    /// Undoes every [`Node::connect`] to this endpoint.
    ///
    /// # Errors
    /// See [`Socket::disconnect`].
    pub fn disconnect(&mut self, id: SocketId, text: &str, now: Instant) -> Result<(), Refused> {
        self.with(id, |socket| socket.disconnect(text, now))
    }

    /// Sends one message.
    ///
    /// # Errors
    /// See [`Socket::send`].
    pub fn send(&mut self, id: SocketId, message: impl Parts) -> Result<(), Refused> {
        message.with_parts(|parts| self.with(id, |socket| socket.send(parts)))
    }

    /// Receives one message.
    ///
    /// # Errors
    /// See [`Socket::recv`].
    pub fn recv(&mut self, id: SocketId) -> Result<Message, Refused> {
        self.with(id, Socket::recv)
    }

    /// Receives one message, and tells who sent it.
    ///
    /// # Errors
    /// See [`Socket::recv`].
    pub fn recv_from(&mut self, id: SocketId) -> Result<(Message, Arc<PeerInfo>), Refused> {
        self.with(id, Socket::recv_from)
    }

    /// Subscribes to what starts with this topic.
    ///
    /// # Errors
    /// See [`Socket::ask`].
    pub fn subscribe(&mut self, id: SocketId, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.with(id, |socket| socket.ask(Wish::Subscribe(topic.as_ref())))
    }

    /// Takes one subscription back.
    ///
    /// # Errors
    /// See [`Socket::ask`].
    pub fn unsubscribe(&mut self, id: SocketId, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.with(id, |socket| socket.ask(Wish::Cancel(topic.as_ref())))
    }

    /// Closes a socket; [`Output::Closed`] tells when nothing of it is left.
    pub fn close(&mut self, id: SocketId, now: Instant) {
        let closed = self.with(id, |socket| {
            socket.close(now);
            Ok(())
        });
        // One that is gone has nothing left to close.
        drop(closed);
    }

    /// Whether the driver should hand over octets of this link: not while there is no room for
    /// what they would bring. [`Output::Read`] follows then.
    pub fn reads(&mut self, id: LinkId) -> bool {
        let Some(live) = self.links.find_mut(id) else { return false };
        let Some(open) = self.sockets.find_mut(live.socket) else { return false };
        let reads = live.answers < ANSWERS && live.link.reads(&mut open.socket);
        live.is_held = !reads;
        reads
    }

    /// Takes one input. What no longer matters has no effect.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Accepted { socket, listener, link } => {
                self.establish(now, socket, Origin::Listener(listener), link);
            }
            Input::Connected { socket, dialer, link } => {
                self.establish(now, socket, Origin::Dialer(dialer), link);
            }
            Input::Failed { socket, dialer, is_refused } => {
                if let Some(open) = self.sockets.find_mut(socket) {
                    open.socket.dial_failed(dialer, now, is_refused);
                    self.touched.extend([Member::Socket(socket), Member::Dialer(socket, dialer)]);
                }
            }
            Input::Octets { link, octets } => {
                if let Some(live) = self.touch(link) {
                    live.link.buffer().extend_from_slice(octets);
                    live.link.handle_input(now, connection::Input::Read);
                }
            }
            Input::Written { link } => {
                if self.handle_written(link) {
                    self.touched.insert(Member::Link(link));
                }
            }
            Input::Ended { link } => {
                if let Some(live) = self.touch(link) {
                    live.is_written = true;
                    live.link.handle_input(now, connection::Input::PeerClosed);
                }
            }
            Input::Verdict { link, verdict } => {
                if let Some(live) = self.touch(link) {
                    live.link.handle_input(now, connection::Input::Verdict(verdict));
                }
            }
            Input::Timeout => self.handle_timeout(now),
        }
    }

    /// Whether there is more to do for a link that has written all.
    fn handle_written(&mut self, link: LinkId) -> bool {
        let Some(live) = self.links.find_mut(link) else { return false };
        (live.is_written, live.answers) = (true, 0);
        let open = self.sockets.find_mut(live.socket);
        live.is_held || open.is_some_and(|open| !live.link.rests(&mut open.socket))
    }

    fn touch(&mut self, link: LinkId) -> Option<&mut Live> {
        let live = self.links.find_mut(link)?;
        self.touched.insert(Member::Link(link));
        Some(live)
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some((_, member)) = self.timers.first().copied().filter(|(when, _)| *when <= now)
        {
            self.set_timer(member, None);
            self.touched.insert(member);
            if let Member::Link(link) = member
                && let Some(live) = self.links.find_mut(link)
            {
                live.link.handle_input(now, connection::Input::Timeout);
            }
        }
    }

    fn set_timer(&mut self, member: Member, when: Option<Instant>) {
        let before = match member {
            Member::Link(link) => {
                let Some(live) = self.links.find_mut(link) else { return };
                core::mem::replace(&mut live.deadline, when)
            }
            Member::Socket(_) | Member::Dialer(..) => match when {
                Some(when) => self.deadlines.insert(member, when),
                None => self.deadlines.remove(&member),
            },
        };
        // A message that comes or goes seldom moves a deadline.
        if before != when {
            if let Some(before) = before {
                self.timers.remove(&(before, member));
            }
            self.timers.extend(when.map(|when| (when, member)));
        }
    }
}
