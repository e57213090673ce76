//! The sans-I/O socket: a pattern, its peers and their queues, endpoints, and what is told of them.
//!
//! ```text
//! application --send, recv, set--> Socket <--meet, deliver, take, part-- Link <--octets-- driver
//! Wakes   who waits for what has just happened          Signal   which link is to be polled again
//! ```
//!
//! A driver keeps a socket behind one lock, does what [`Socket::dial`] says for each endpoint it is
//! connected to, and moves octets between transports and [`Link`]s.
//! Deliberately absent: octets of frames, which are a connection's, and I/O, which is a driver's.

mod closing;
mod dialing;
pub mod endpoint;
mod handshakes;
mod inproc;
mod link;
pub mod monitor;
pub mod options;
pub mod peers;
mod ready;
pub mod reconnect;
mod security;
mod swap;

pub use dialing::{Dial, DialerId, ListenerId, Origin};
pub use endpoint::{Endpoint, EndpointError};
pub use inproc::Inproc;
pub use link::{Ended, Link, LinkOutput};
pub use monitor::Monitor;
pub use options::{Options, Value};
pub use peers::{PeerId, Peers, Signal};
pub use ready::Ready;
pub use reconnect::Reconnect;
pub use security::Setup;
pub use swap::SwapState;

use crate::connection::PeerInfo;
use crate::error::Refused;
use crate::mechanism::curve::KeyPair;
use crate::message::{Message, Part};
use crate::pattern::{self, Pattern, Unwanted, Wish};
use crate::socket_type::SocketType;
use crate::wire::batch::{Batch, Chunk};
use closing::Closing;
use dialing::{Dialer, Listener};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who may have waited for what has just happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wakes {
    /// A message may find room.
    pub senders: bool,
    /// A message may be there.
    pub receivers: bool,
    /// The socket has closed: every link and dialer.
    pub links: bool,
    /// A report may be there.
    pub watchers: bool,
}

impl Wakes {
    const NONE: Self = Self { senders: false, receivers: false, links: false, watchers: false };
}

/// One socket.
#[derive(Debug)]
pub struct Socket {
    options: Options,
    pattern: Box<dyn Pattern>,
    peers: Peers,
    listeners: BTreeMap<ListenerId, Listener>,
    dialers: BTreeMap<DialerId, Dialer>,
    /// Endpoints that were ever bound or connected.
    endpoints: u64,
    monitor: Option<Monitor>,
    /// Of CURVE, made when first needed.
    keys: Option<KeyPair>,
    /// 1 to be a 3.1 peer, 0 to be a 3.0 peer.
    minor: u8,
    /// Grows by an odd constant with each number drawn.
    chance: u64,
    wakes: Wakes,
    /// A link that had to make room.
    crowded: Option<u64>,
    closing: Option<Closing>,
    swap: Option<Box<swap::Swap>>,
}

impl Socket {
    /// A socket with default options and no endpoints; `None` for a draft type. The numbers that
    /// it makes up, of peers and requests, begin with `first`.
    #[must_use]
    pub fn new(socket_type: SocketType, first: u32) -> Option<Self> {
        Some(Self {
            options: Options::new(socket_type),
            pattern: pattern::new(socket_type, first)?,
            peers: Peers::default(),
            listeners: BTreeMap::new(),
            dialers: BTreeMap::new(),
            endpoints: 0,
            monitor: None,
            keys: None,
            minor: 1,
            chance: u64::from(first),
            wakes: Wakes::default(),
            crowded: None,
            closing: None,
            swap: None,
        })
    }

    /// What it has been told.
    #[must_use]
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// Its peers.
    #[must_use]
    pub const fn peers(&self) -> &Peers {
        &self.peers
    }

    /// Gives an option a value; `subscribe` and `unsubscribe` act at once.
    ///
    /// # Errors
    /// See [`Options::set`].
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Refused> {
        self.check_open()?;
        match self.options.set(name, value)? {
            options::Change::Stored => {
                self.peers.set_conflate(self.options.conflates());
                Ok(())
            }
            options::Change::Subscribe(topic) => self.ask(Wish::Subscribe(&topic)),
            options::Change::Unsubscribe(topic) => self.ask(Wish::Cancel(&topic)),
        }
    }

    /// Speaks 3.1 from now on, or with 0 only 3.0, as older peers do.
    pub const fn set_minor(&mut self, minor: u8) {
        self.minor = minor;
    }

    /// The value of an option, `events` included.
    ///
    /// # Errors
    /// See [`Options::value`].
    pub fn value(&mut self, name: &str) -> Result<Value, Refused> {
        self.check_open()?;
        if let Some(value) = self.options.value(name)? {
            return Ok(value);
        }
        let Ready { recv, send } = self.ready()?;
        Ok(Value::Int(i64::from(recv) | (i64::from(send) << 1)))
    }

    /// Changes what the socket, a subscriber, wants.
    ///
    /// # Errors
    /// [`Refused::NotSupported`], [`Refused::Terminated`].
    pub fn ask(&mut self, wish: Wish<'_>) -> Result<(), Refused> {
        self.check_open()?;
        self.pattern.ask(&mut self.peers, &self.options, wish)
    }

    /// Sends one message.
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] until [`Wakes::senders`]; whatever else the type refuses.
    #[inline]
    pub fn send(&mut self, parts: &[Part<'_>]) -> Result<(), Refused> {
        self.check_open()?;
        if self.swap.is_some() {
            return self.send_through(parts);
        }
        self.pattern.send(&mut self.peers, &self.options, parts)
    }

    /// Receives one message.
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] until [`Wakes::receivers`]; whatever else the type refuses.
    pub fn recv(&mut self) -> Result<Message, Refused> {
        self.check_open()?;
        self.pattern.recv(&mut self.peers, &self.options)
    }

    /// Receives one message, and tells who sent it; nobody is known to have sent what does not come
    /// from a peer.
    ///
    /// # Errors
    /// See [`Socket::recv`].
    pub fn recv_from(&mut self) -> Result<(Message, Arc<PeerInfo>), Refused> {
        let message = self.recv()?;
        Ok((message, self.peers.sender().cloned().unwrap_or_default()))
    }

    const fn check_open(&self) -> Result<(), Refused> {
        if self.closing.is_some() { Err(Refused::Terminated) } else { Ok(()) }
    }

    /// A peer that has told who it is joins the socket.
    ///
    /// # Errors
    /// [`Unwanted`]: close the link.
    pub(crate) fn meet(&mut self, origin: Origin, info: PeerInfo) -> Result<PeerId, Unwanted> {
        let (out_bound, in_bound) = (self.options.send_bound(), self.options.receive_bound());
        let early = self.early_peer(origin);
        let peer = early.unwrap_or_else(|| self.peers.insert(out_bound, in_bound));
        self.peers.set_info(peer, Arc::new(info));
        self.peers.set_bounds(peer, out_bound, in_bound);
        let attached = match early {
            Some(_) => Ok(()),
            None => self.pattern.attach(&mut self.peers, &self.options, peer),
        };
        attached.inspect_err(|_| self.peers.remove(peer))?;
        self.set_linked(origin, Some(peer));
        // One that was disconnected only gets what is left.
        if self.peers.is_open(peer) {
            let met = self.pattern.met(&mut self.peers, &self.options, peer);
            met.inspect_err(|_| self.part(origin, peer))?;
            self.pattern.writable(peer);
            self.refill();
        }
        // Some types have something to receive when a peer comes.
        self.wake_users();
        Ok(peer)
    }

    /// The link of a peer is gone; an early peer waits for the next one.
    pub(crate) fn part(&mut self, origin: Origin, peer: PeerId) {
        self.take_back(peer);
        self.keep(origin, peer);
        self.set_linked(origin, None);
        if self.early_peer(origin) == Some(peer) {
            let waiting = self.early_bound();
            self.peers.set_bounds(peer, waiting, self.options.receive_bound());
            self.peers.rest(peer);
            self.refill();
        } else {
            self.forget(peer);
        }
    }

    const fn wake_users(&mut self) {
        (self.wakes.senders, self.wakes.receivers) = (true, true);
    }

    fn forget(&mut self, peer: PeerId) {
        if self.peers.is_open(peer) {
            self.pattern.detach(&mut self.peers, &self.options, peer);
        }
        self.take_back(peer);
        self.peers.end(peer);
        self.refill();
        // A sender may wait for a peer that will never take anything: let it find that out.
        self.wake_users();
    }

    /// Messages have come from a peer.
    pub(crate) fn deliver(&mut self, peer: PeerId, chunk: Chunk) {
        if self.peers.deliver(peer, chunk) {
            self.pattern.readable(&mut self.peers, peer);
            self.wakes.receivers = true;
        }
    }

    /// A peer, a subscriber, tells what it wants.
    ///
    /// # Errors
    /// [`Unwanted`]: close the link.
    pub(crate) fn wish(&mut self, peer: PeerId, wish: Wish<'_>) -> Result<(), Unwanted> {
        self.wakes.receivers = true;
        self.pattern.wish(&mut self.peers, &self.options, peer, wish)
    }

    /// Swaps what is queued for a peer against this empty batch; false if there is nothing.
    pub(crate) fn take(&mut self, peer: PeerId, into: &mut Batch) -> bool {
        // What its link took before is written, and there may be room for more.
        self.peers.settle(peer);
        self.refill();
        let taken = self.peers.take(peer, into);
        if taken {
            self.pattern.writable(peer);
            self.wakes.senders = true;
            self.refill();
        }
        taken
    }

    /// Whether a link that has written all it took has nothing to take now, and no reason to go.
    pub(crate) fn rests(&mut self, origin: Origin, peer: PeerId) -> bool {
        self.swap.is_none()
            && !self.is_leaving(origin)
            && !self.peers.is_unwanted(peer)
            && self.peers.starve(peer)
    }

    /// Who has to look again, since the last time this was asked.
    pub const fn take_wakes(&mut self) -> Wakes {
        core::mem::replace(&mut self.wakes, Wakes::NONE)
    }

    /// Whether there is room for what a peer sends; a signal tells when, if not.
    pub(crate) fn accepts(&mut self, peer: PeerId) -> bool {
        self.peers.accepts(peer)
    }

    /// Reports events whose bit is in the mask from now on, the last `limit` that nobody has taken;
    /// a mask of zero ends it.
    pub fn watch(&mut self, mask: u16, limit: usize) {
        self.monitor = (mask != 0).then(|| Monitor::new(mask, limit));
        self.wakes.watchers = true;
    }

    /// The next thing that has happened to an endpoint; `None` when there is none yet, and for ever
    /// when nothing is watched.
    pub fn poll_report(&mut self) -> Option<monitor::Report> {
        self.monitor.as_mut()?.poll_report()
    }

    /// Reports something that has happened to an endpoint.
    pub fn report(&mut self, event: monitor::Event, endpoint: &str) {
        if let Some(monitor) = &mut self.monitor {
            self.wakes.watchers |= monitor.handle_event(event, endpoint);
        }
    }

    /// Some bits of chance; nothing secret depends on them.
    const fn chance(&mut self) -> u64 {
        // SplitMix64.
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Whether anything is to be asked of it: a signal, a wake, a link to close, or its end.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.wakes != Wakes::NONE
            || self.peers.has_signals()
            || self.crowded.is_some()
            || self.closing.is_some()
    }

    /// The next link that has to be polled again.
    pub fn poll_signal(&mut self) -> Option<Signal> {
        self.peers.poll_signal()
    }
}
