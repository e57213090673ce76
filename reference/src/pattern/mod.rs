//! Socket types: a file each. Who gets a message, whose message is next, and what is legal now.
//!
//! ```text
//! attach -> met (each time the link is up) -> leave (we go) or not (it goes) -> detach
//! ```
//!
//! A pattern sees peers and messages. It never sees a frame, a connection or a clock: the socket
//! tells it who is there, and it queues and reads through [`Peers`]. What a caller must wait for is
//! [`Refused::WouldBlock`]; what a type discards, it discards here.
//! Deliberately absent: `router_raw`, which makes a ROUTER what [`stream`] is, and the draft types.

pub mod dealer;
pub mod pair;
#[path = "pub.rs"]
pub mod publisher;
pub mod pull;
pub mod push;
pub mod rep;
pub mod req;
pub mod router;
pub mod stream;
pub mod sub;
pub mod xpub;
pub mod xsub;

use crate::error::{Operation, Refused};
use crate::message::{Message, Part};
use crate::socket::options::{OptionError, Options};
use crate::socket::peers::{PeerId, Peers};
use crate::socket_type::SocketType;
use core::fmt::Debug;

/// Why a pattern does not want a peer; its link is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unwanted {
    /// The type has all the peers it may have.
    OneTooMany,
    /// Another peer has this identity, and keeps it.
    IdentityTaken,
    /// Its subscriptions would keep more octets in memory than
    /// [`SUBSCRIPTIONS`](crate::limits::SUBSCRIPTIONS).
    TooManySubscriptions,
}

/// A change of what a subscriber wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish<'a> {
    /// It wants what starts with this topic.
    Subscribe(&'a [u8]),
    /// It takes one such subscription back.
    Cancel(&'a [u8]),
}

impl<'a> Wish<'a> {
    /// A part of a message that says 01 or 00 and a topic: a wish, where one is expected.
    #[must_use]
    pub const fn parse(part: &'a [u8]) -> Option<Self> {
        match part {
            [1, topic @ ..] => Some(Self::Subscribe(topic)),
            [0, topic @ ..] => Some(Self::Cancel(topic)),
            [_, ..] | [] => None,
        }
    }
}

/// What a socket of one type does with its peers and messages. What is not said is not supported,
/// and what comes from a peer then is discarded.
pub trait Pattern: Debug + Send {
    /// A peer has come: an endpoint to queue for, or the link that was accepted. The caller may
    /// have given it a routing id.
    ///
    /// # Errors
    /// [`Unwanted`]: forget the peer.
    fn attach(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        peer: PeerId,
    ) -> Result<(), Unwanted>;

    /// The link of an attached peer is up, for the first time or again; [`Peers::info`] tells of
    /// the peer.
    ///
    /// # Errors
    /// [`Unwanted`]: close the link.
    fn met(
        &mut self,
        _peers: &mut Peers,
        _options: &Options,
        _peer: PeerId,
    ) -> Result<(), Unwanted> {
        Ok(())
    }

    /// We are about to close the link of a peer; what is queued now is still sent.
    fn leave(&mut self, _peers: &mut Peers, _peer: PeerId) {}

    /// A peer goes, and is ended in `peers` next. Nothing can be sent to it; what it sent before
    /// can still be received, and it is forgotten with the last of that.
    fn detach(&mut self, peers: &mut Peers, options: &Options, peer: PeerId);

    /// Messages of a peer that had none can be received.
    fn readable(&mut self, peers: &mut Peers, peer: PeerId) {
        //= 29-PUB-007
        peers.clear_incoming(peer);
    }

    /// There is room again for a peer: something was taken, or a bound was raised.
    fn writable(&mut self, _peer: PeerId) {}

    /// A peer, a subscriber, tells what it wants.
    ///
    /// # Errors
    /// [`Unwanted`]: close its link.
    fn wish(
        &mut self,
        _peers: &mut Peers,
        _options: &Options,
        _peer: PeerId,
        _wish: Wish<'_>,
    ) -> Result<(), Unwanted> {
        Ok(())
    }

    /// Our application, a subscriber, tells what it wants.
    ///
    /// # Errors
    /// [`OptionError::NotForType`] if the type subscribes to nothing.
    fn ask(
        &mut self,
        _peers: &mut Peers,
        options: &Options,
        _wish: Wish<'_>,
    ) -> Result<(), Refused> {
        let socket_type = options.socket_type;
        Err(OptionError::NotForType { name: "subscribe", socket_type }.into())
    }

    /// Sends one message of at least one part, to as many peers as the type says.
    ///
    /// # Errors
    /// [`Refused`]; the message has gone nowhere.
    fn send(
        &mut self,
        _peers: &mut Peers,
        options: &Options,
        _parts: &[Part<'_>],
    ) -> Result<(), Refused> {
        let socket_type = options.socket_type;
        //= 29-SUB-002, 30-PULL-002
        Err(Refused::NotSupported { socket_type, operation: Operation::Send })
    }

    /// Receives one message.
    ///
    /// # Errors
    /// [`Refused`].
    fn recv(&mut self, _peers: &mut Peers, options: &Options) -> Result<Message, Refused> {
        let socket_type = options.socket_type;
        //= 29-PUB-002, 30-PUSH-002
        Err(Refused::NotSupported { socket_type, operation: Operation::Receive })
    }

    /// Whether a message could be sent now, to some peer.
    fn can_send(&mut self, _peers: &mut Peers, _options: &Options) -> bool {
        false
    }

    /// Whether a message can be received now.
    fn can_recv(&mut self, _peers: &mut Peers, _options: &Options) -> bool {
        false
    }
}

/// The pattern of a type; `None` for the draft types. The numbers that it makes up, of peers and
/// requests, begin with `first`: another one after each start, so that stale ones meet nobody.
#[must_use]
pub fn new(socket_type: SocketType, first: u32) -> Option<Box<dyn Pattern>> {
    //= 37-SEM-008
    Some(match socket_type {
        SocketType::Req => Box::new(req::Req::new(first)),
        SocketType::Rep => Box::<rep::Rep>::default(),
        SocketType::Dealer => Box::<dealer::Dealer>::default(),
        SocketType::Router => Box::new(router::Router::new(first)),
        SocketType::Pub => Box::<publisher::Pub>::default(),
        SocketType::Xpub => Box::<xpub::Xpub>::default(),
        SocketType::Sub => Box::<sub::Sub>::default(),
        SocketType::Xsub => Box::<xsub::Xsub>::default(),
        SocketType::Push => Box::<push::Push>::default(),
        SocketType::Pull => Box::<pull::Pull>::default(),
        SocketType::Pair => Box::<pair::Pair>::default(),
        SocketType::Stream => Box::new(stream::Stream::new(first)),
        SocketType::Client
        | SocketType::Server
        | SocketType::Radio
        | SocketType::Dish
        | SocketType::Scatter
        | SocketType::Gather
        | SocketType::Peer
        | SocketType::Channel => return None,
    })
}

/// Sends an empty message to a peer that has just been met, if `probe_router` says so.
fn probe(peers: &mut Peers, options: &Options, peer: PeerId) {
    if options.routing.probe_router {
        peers.send(peer, &[], &[Part::Slice(&[])]);
    }
}
