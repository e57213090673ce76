//! Socket types: a file each. Who gets a message, whose message is next, and what is legal now.
//!
//! A pattern sees peers and messages. It never sees a frame, a connection or a clock: the socket
//! tells it who is there, and it queues and reads through [`Peers`]. What a caller must wait for is
//! [`Refused::WouldBlock`]; what a type discards, it discards here.

use crate::error::Refused;
use crate::message::{Message, Part};
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};
use core::fmt::Debug;

/// Why a pattern does not want a peer; its link is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unwanted {
    /// The type has all the peers it may have.
    OneTooMany,
    /// Another peer has this identity, and keeps it.
    IdentityTaken,
}

/// A change of what a peer, a subscriber, wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish<'a> {
    /// It wants what starts with this topic.
    Subscribe(&'a [u8]),
    /// It takes one such subscription back.
    Cancel(&'a [u8]),
}

/// What a socket of one type does with its peers and messages.
pub trait Pattern: Debug + Send {
    /// Whether messages may be queued for an endpoint before its peer has been met.
    fn queues_early(&self) -> bool {
        false
    }

    /// A peer has come: one that was met, or an endpoint to queue for. An early peer is met later,
    /// through [`Pattern::met`].
    ///
    /// # Errors
    /// [`Unwanted`]: forget the peer and close its link.
    fn attach(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        peer: PeerId,
    ) -> Result<(), Unwanted>;

    /// The link of an early peer is up, for the first time or again.
    fn met(&mut self, _peers: &mut Peers, _options: &Options, _peer: PeerId) {}

    /// A peer has gone. Nothing can be sent to it; what it sent before can still be received, and
    /// it is forgotten with the last of that.
    fn detach(&mut self, peers: &mut Peers, options: &Options, peer: PeerId);

    /// Messages of a peer that had none can be received.
    fn readable(&mut self, _peer: PeerId) {}

    /// There is room again for a peer.
    fn writable(&mut self, _peer: PeerId) {}

    /// A peer, a subscriber, tells what it wants.
    fn wish(&mut self, _peers: &mut Peers, _options: &Options, _peer: PeerId, _wish: Wish<'_>) {}

    /// Our application, a subscriber, tells what it wants.
    ///
    /// # Errors
    /// [`Refused::NotSupported`] if the type subscribes to nothing.
    fn ask(&mut self, peers: &mut Peers, options: &Options, wish: Wish<'_>) -> Result<(), Refused>;

    /// Sends one message, to as many peers as the type says.
    ///
    /// # Errors
    /// [`Refused`]; the message has gone nowhere.
    fn send(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        parts: &[Part<'_>],
    ) -> Result<(), Refused>;

    /// Receives one message.
    ///
    /// # Errors
    /// [`Refused`].
    fn recv(&mut self, peers: &mut Peers, options: &Options) -> Result<Message, Refused>;
}
