//! Endpoints of one socket: what it is bound to, what it is connected to, and when to dial.
//!
//! ```text
//! dialer   idle --dial--> busy --link over, or no answer--> idle, until the back-off says when
//! ```
//!
//! Types that queue before they have met anybody get a peer with the dialer, the early one, which
//! outlives every link of it; a ROUTER gets it with the first link.
//! Deliberately absent: dialing and listening themselves.

use super::Socket;
use super::closing::Closing;
use super::endpoint::{Endpoint, EndpointError};
use super::monitor::Event;
use super::options::OptionError;
use super::peers::{Bound, PeerId};
use super::reconnect::{Failure, Reconnect};
use super::security::{self, Setup};
use crate::connection::{Config, Role};
use crate::error::Refused;
use crate::pattern::Unwanted;
use crate::socket_type::SocketType;
use crate::time::Instant;
use core::time::Duration;
use std::collections::VecDeque;

/// Names an endpoint that a socket is bound to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ListenerId(u64);

/// Names an endpoint that a socket is connected to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DialerId(u64);

/// Where a link comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Origin {
    /// A peer came to an endpoint that the socket is bound to.
    Listener(ListenerId),
    /// The socket went to an endpoint that it is connected to.
    Dialer(DialerId),
}

/// What is to be done about a dialer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Dial {
    /// Dial this now; tell the outcome with [`Socket::dial_failed`] or [`super::Link::end`].
    Now(Endpoint),
    /// Ask again then.
    At(Instant),
    /// Nothing, while its link is up.
    Busy,
    /// Nothing, for ever.
    Never,
}

/// An endpoint that a socket is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Listener {
    pub(super) endpoint: Endpoint,
    /// Links whose handshake is under way, as their driver calls them; the oldest first.
    pub(super) shaking: VecDeque<u64>,
}

/// An endpoint that a socket is connected to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Dialer {
    endpoint: Endpoint,
    reconnect: Reconnect,
    /// An attempt or a link is under way.
    busy: bool,
    early: Option<PeerId>,
    /// The peer of its link, or the early one.
    peer: Option<PeerId>,
    /// It was disconnected.
    left: Option<Closing>,
}

impl Socket {
    /// The driver listens to this endpoint for the socket, with every wildcard filled in.
    pub fn listening(&mut self, endpoint: Endpoint) -> ListenerId {
        let id = ListenerId(self.next_endpoint());
        self.options.last_endpoint = endpoint.to_string();
        let text = endpoint.to_string();
        self.listeners.insert(id, Listener { endpoint, shaking: VecDeque::new() });
        self.report(Event::Listening, &text);
        id
    }

    /// Whether the type goes with the transport.
    ///
    /// # Errors
    /// A STREAM has nobody to speak to without octets.
    pub fn check_transport(&self, endpoint: &Endpoint) -> Result<(), Refused> {
        self.check_open()?;
        match endpoint {
            Endpoint::Inproc(_) if self.options.socket_type == SocketType::Stream => {
                Err(EndpointError::IncompatibleTransport("inproc").into())
            }
            Endpoint::Inproc(_) | Endpoint::Tcp(_) | Endpoint::Ipc(_) => Ok(()),
        }
    }

    /// Stops listening; peers that have come that way stay.
    ///
    /// # Errors
    /// [`EndpointError::NoSuchEndpoint`].
    pub fn unbind(&mut self, text: &str) -> Result<ListenerId, Refused> {
        self.check_open()?;
        let mut bound = self.listeners.iter();
        let found = bound.find(|(_, listener)| listener.endpoint.to_string() == text);
        let id = found
            .map(|(id, _)| *id)
            .ok_or_else(|| EndpointError::NoSuchEndpoint(text.to_owned()))?;
        self.listeners.remove(&id);
        self.report(Event::Closed, text);
        Ok(id)
    }

    /// Whether the socket still listens there.
    #[must_use]
    pub fn listens(&self, id: ListenerId) -> bool {
        self.listeners.contains_key(&id)
    }

    /// Connects to an endpoint: from now on [`Socket::dial`] says when to dial it.
    ///
    /// # Errors
    /// The endpoint is none to connect to, the socket is closed, or a peer has the name that
    /// `connect_routing_id` gives; there libzmq ends the process.
    pub fn connect(&mut self, text: &str) -> Result<DialerId, Refused> {
        self.check_open()?;
        let endpoint = Endpoint::to_connect(text)?;
        self.check_transport(&endpoint)?;
        let early = self.attach_early()?;
        let id = DialerId(self.next_endpoint());
        self.options.last_endpoint = endpoint.to_string();
        //= 37-SEM-002
        let (reconnect, busy, peer, left) = (Reconnect::new(), false, early, None);
        let dialer = Dialer { endpoint, reconnect, busy, early, peer, left };
        self.dialers.insert(id, dialer);
        self.refill();
        Ok(id)
    }

    /// A peer for the next endpoint, if its type queues before it has met anybody.
    fn attach_early(&mut self) -> Result<Option<PeerId>, Refused> {
        // It names the next endpoint only.
        let name = core::mem::take(&mut self.options.routing.connect_routing_id);
        if name.is_empty() && (!self.queues_early() || self.options.queues.immediate) {
            return Ok(None);
        }
        let peer = self.peers.insert(self.early_bound(), self.options.receive_bound());
        self.peers.set_routing_id(peer, name.clone().into());
        self.wakes.senders = true;
        let attached = self.pattern.attach(&mut self.peers, &self.options, peer);
        if attached.is_err() {
            self.peers.remove(peer);
        }
        if attached == Err(Unwanted::IdentityTaken) {
            self.options.routing.connect_routing_id = name;
            return Err(OptionError::Taken("connect_routing_id").into());
        }
        Ok(attached.ok().map(|()| peer))
    }

    /// Undoes every [`Socket::connect`] to this endpoint, as libzmq does: its links are closed when
    /// what is queued for them has left, or linger is over.
    ///
    /// # Errors
    /// [`EndpointError::NoSuchEndpoint`].
    pub fn disconnect(&mut self, text: &str, now: Instant) -> Result<(), Refused> {
        self.check_open()?;
        let closing = self.closing_from(now);
        let mut peers = Vec::new();
        let connected = self.dialers.values_mut().filter(|dialer| dialer.left.is_none());
        for dialer in connected.filter(|dialer| dialer.endpoint.to_string() == text) {
            dialer.left = Some(closing);
            dialer.reconnect.handle_disconnect(&self.options.timing);
            peers.push(dialer.peer);
        }
        if peers.is_empty() {
            return Err(EndpointError::NoSuchEndpoint(text.to_owned()).into());
        }
        peers.into_iter().flatten().for_each(|peer| self.retire(peer));
        self.wakes.links = true;
        Ok(())
    }

    /// Since when an endpoint, once connected, is none any more.
    pub(super) fn left(&self, origin: Origin) -> Option<Closing> {
        match origin {
            Origin::Listener(_) => None,
            Origin::Dialer(id) => self.dialers.get(&id)?.left,
        }
    }

    /// Forgets a dialer that will never dial again, if it was disconnected.
    fn forget_dialer(&mut self, id: DialerId) {
        if self.left(Origin::Dialer(id)).is_some()
            && let Some(Dialer { early, .. }) = self.dialers.remove(&id)
            && let Some(peer) = early
        {
            self.forget(peer);
        }
    }

    /// Notes whom a link of this origin leads to.
    pub(super) fn set_linked(&mut self, origin: Origin, peer: Option<PeerId>) {
        if let Origin::Dialer(id) = origin
            && let Some(dialer) = self.dialers.get_mut(&id)
        {
            dialer.peer = peer.or(dialer.early);
        }
    }

    /// The endpoint that links of this origin are reported under; empty once it is gone.
    pub(crate) fn endpoint(&self, origin: Origin) -> String {
        let endpoint = match origin {
            Origin::Listener(id) => self.listeners.get(&id).map(|listener| &listener.endpoint),
            Origin::Dialer(id) => self.dialers.get(&id).map(|dialer| &dialer.endpoint),
        };
        endpoint.map(Endpoint::to_string).unwrap_or_default()
    }

    /// What to do about a dialer now.
    pub fn dial(&mut self, id: DialerId, now: Instant) -> Dial {
        let is_wanted = self.wants_dialer(id, now);
        let Some(dialer) = self.dialers.get_mut(&id) else { return Dial::Never };
        if is_wanted && dialer.busy {
            return Dial::Busy;
        }
        if !is_wanted || dialer.reconnect.is_stopped() {
            self.forget_dialer(id);
            return Dial::Never;
        }
        if let Some(when) = dialer.reconnect.deadline()
            && !dialer.reconnect.handle_timeout(now)
        {
            let over = self.linger_deadline(Origin::Dialer(id));
            return Dial::At(over.map_or(when, |over| over.min(when)));
        }
        dialer.busy = true;
        let endpoint = dialer.endpoint.clone();
        self.report(Event::ConnectDelayed, &endpoint.to_string());
        Dial::Now(endpoint)
    }

    /// Whether dialing, or waiting to, still makes sense: not for a closed socket that has nothing
    /// left for that peer.
    #[must_use]
    pub fn wants_dialer(&self, id: DialerId, now: Instant) -> bool {
        let Some(dialer) = self.dialers.get(&id) else { return false };
        let origin = Origin::Dialer(id);
        !self.is_leaving(origin)
            || (!self.is_over(origin, now)
                && dialer.early.is_some_and(|peer| self.peers.has_outgoing(peer)))
    }

    /// Nobody answered there; the system said that nobody listens, or something else.
    pub fn dial_failed(&mut self, id: DialerId, now: Instant, is_refused: bool) {
        if let Some(dialer) = self.dialers.get(&id) {
            let endpoint = dialer.endpoint.to_string();
            self.report(Event::Closed, &endpoint);
        }
        let why = if is_refused { Failure::ConnectionRefused } else { Failure::Unreachable };
        self.dial_later(id, now, why);
    }

    /// The handshake of a link that came from there is complete.
    pub(super) fn dialed(&mut self, origin: Origin) {
        if let Origin::Dialer(id) = origin
            && let Some(dialer) = self.dialers.get_mut(&id)
        {
            dialer.reconnect.handle_ready();
        }
    }

    /// The link that came from there is over.
    pub(super) fn link_ended(&mut self, origin: Origin, now: Instant, failure: Option<Failure>) {
        if let (Origin::Dialer(id), Some(failure)) = (origin, failure) {
            self.dial_later(id, now, failure);
        }
    }

    fn dial_later(&mut self, id: DialerId, now: Instant, failure: Failure) {
        let chance = self.chance();
        let Some(dialer) = self.dialers.get_mut(&id) else { return };
        dialer.busy = false;
        let timing = &self.options.timing;
        //= 37-SEM-003
        if let Some(wait) = dialer.reconnect.handle_failure(failure, timing, now, chance) {
            let endpoint = dialer.endpoint.to_string();
            self.report(Event::ConnectRetried(wait), &endpoint);
        }
    }

    /// The peer that was there before any link of this origin.
    pub(super) fn early_peer(&self, origin: Origin) -> Option<PeerId> {
        match origin {
            Origin::Listener(_) => None,
            Origin::Dialer(id) => self.dialers.get(&id)?.early,
        }
    }

    /// The link of a peer is gone. A ROUTER knows by now who is there, so that peer waits for the
    /// next link as an early one, under its name.
    pub(super) fn keep(&mut self, origin: Origin, peer: PeerId) {
        let named = self.peers.is_open(peer) && !self.peers.routing_id(peer).is_empty();
        let waits =
            self.options.socket_type == SocketType::Router && !self.options.queues.immediate;
        if let Origin::Dialer(id) = origin
            && let Some(dialer) = self.dialers.get_mut(&id).filter(|_| named && waits)
        {
            //= 28-ROUTER-003
            dialer.early = dialer.early.or(Some(peer));
        }
    }

    /// What may wait for a peer that nobody has met: only messages are counted, as there is no
    /// link yet that large ones could hold up.
    pub(super) const fn early_bound(&self) -> Bound {
        Bound { messages: self.options.send_bound().messages, octets: 0 }
    }

    /// Whether messages may be queued for an endpoint before its peer has been met: not where the
    /// peer first has to say who it is, or what it wants.
    const fn queues_early(&self) -> bool {
        matches!(
            self.options.socket_type,
            SocketType::Req
                | SocketType::Dealer
                | SocketType::Push
                | SocketType::Pair
                | SocketType::Xsub
        )
    }

    fn next_endpoint(&mut self) -> u64 {
        self.endpoints = self.endpoints.saturating_add(1);
        self.endpoints
    }

    /// What a link of this origin is told.
    pub(super) fn config(&mut self, origin: Origin, setup: Setup) -> Config {
        let role = match origin {
            //= 37-SEM-001
            Origin::Listener(_) => Role::Binder,
            Origin::Dialer(_) => Role::Connecter,
        };
        let options = &self.options;
        let mut config = Config::new(role, options.socket_type);
        config.minor = self.minor;
        config.identity.clone_from(&options.routing.routing_id);
        config.properties.clone_from(&options.routing.metadata);
        config.security = security::security(options, &mut self.keys);
        config.zap = security::zap(options, &setup);
        config.entropy = setup.entropy;
        config.heartbeat = options.timing.heartbeat();
        if let Some(size) = options.queues.maxmsgsize {
            config.limits.max_message_size = size;
        }
        config.limits.handshake_timeout = options.timing.handshake_ivl.unwrap_or(Duration::MAX);
        config
    }
}
