//! What goes into a connection and what comes out of it.
//!
//! Deliberately absent: references into the connection. Every output owns what it carries.

use crate::connection::config::Misconfigured;
use crate::message::Message;
use crate::socket_type::SocketType;
use crate::time::Instant;
use crate::violation::Violation;
use crate::wire::batch::{Batch, Chunk};
use crate::wire::zap;
use core::fmt;

/// One thing that happened to a connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input<'a> {
    /// The transport delivered these octets; how they are cut has no meaning (37-FRAME-013).
    Octets(&'a [u8]),
    /// Octets have been read into [`Connection::buffer`](super::Connection::buffer).
    Read,
    /// The application sends a message. Before the handshake is over it is kept, in order.
    Message(Message),
    /// The application sends all of these, in order.
    Batch(Batch),
    /// The application, a subscriber, wants what starts with this topic.
    Subscribe(Vec<u8>),
    /// The application takes one such subscription back.
    Cancel(Vec<u8>),
    /// The application, a DISH, enters a group. A 3.0 peer cannot be told.
    Join(Vec<u8>),
    /// The application leaves a group. A 3.0 peer cannot be told.
    Leave(Vec<u8>),
    /// The ZAP handler's answer to [`Event::Authenticate`]; without a question it means nothing.
    Verdict(Result<zap::Reply, zap::Malformed>),
    /// The transport has ended.
    PeerClosed,
    /// The deadline of [`Output::Wait`] has come; too early is harmless.
    Timeout,
}

/// One thing for the driver to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Output {
    /// Write these octets, after all earlier ones.
    Transmit(Vec<u8>),
    /// Write the pieces of this, after all earlier octets.
    Send(Batch),
    /// Tell the application.
    Event(Event),
    /// Close the transport once everything transmitted has been written. Nothing follows.
    Close(Reason),
    /// Nothing more to do until the next input, or until this time.
    Wait(Option<Instant>),
}

/// One thing for the application to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// The ZAP handler is to judge the peer. Until [`Input::Verdict`] the connection wants no
    /// octets; only the handshake timeout can end the wait.
    Authenticate(Box<zap::Request>),
    /// The handshake is over and the peer is this.
    Ready(Box<PeerInfo>),
    /// Whole messages; to a DISH, each a group and a body.
    Messages(Chunk),
    /// The peer, a subscriber, wants what starts with this topic.
    Subscribe(Vec<u8>),
    /// The peer takes one such subscription back.
    Cancel(Vec<u8>),
    /// The peer, a DISH, enters a group.
    Join(Vec<u8>),
    /// The peer leaves a group.
    Leave(Vec<u8>),
}

/// What a peer told of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PeerInfo {
    /// Major and minor version it announced, which may be higher than ours.
    pub version: (u8, u8),
    /// Its type, if it told.
    pub socket_type: Option<SocketType>,
    /// Its identity; empty if it has none, or its type gives Identity no meaning.
    pub identity: Vec<u8>,
    /// Every property of its READY, in order, names as sent.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// Who it is, as the ZAP handler said; empty if it did not, or was not asked.
    pub user_id: String,
    /// What else the ZAP handler said of it, in order.
    pub zap_metadata: Vec<(String, Vec<u8>)>,
    /// Its IP address, numeric and without a port; empty if it has none, or nobody knows it.
    pub address: String,
}

impl PeerInfo {
    /// A property by name, whose case has no meaning: `Socket-Type`, `Routing-Id` or `Identity`,
    /// `User-Id`, `Peer-Address`, or one of the application, such as `X-Colour`.
    ///
    /// `None` if there is none, or it is empty where that means the same. Who a peer is, and where,
    /// is never what it says itself; of all else the word of the ZAP handler counts more than its.
    ///
    /// ```
    /// use zeroproof_reference::PeerInfo;
    ///
    /// let metadata = vec![("X-Colour".into(), b"red".into()), ("User-Id".into(), b"root".into())];
    /// let peer = PeerInfo { metadata, user_id: "admin".into(), ..PeerInfo::default() };
    /// assert_eq!(peer.property("x-colour"), Some(&b"red"[..]));
    /// assert_eq!(peer.property("User-Id"), Some(&b"admin"[..]));
    /// ```
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&[u8]> {
        let is = |known: &str| name.eq_ignore_ascii_case(known); //= 37-META-002
        let known: &[u8] = if is("Socket-Type") {
            self.socket_type.map_or(&[], |socket_type| socket_type.name().as_bytes())
        } else if is("Identity") || is("Routing-Id") {
            &self.identity
        } else if is("User-Id") {
            self.user_id.as_bytes()
        } else if is("Peer-Address") {
            self.address.as_bytes()
        } else {
            let mut said = self.zap_metadata.iter().chain(&self.metadata);
            return said.find(|(known, _)| is(known)).map(|(_, value)| &value[..]);
        };
        (!known.is_empty()).then_some(known)
    }
}

/// Why a connection ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The peer, or the network, closed it.
    PeerClosed,
    /// The peer broke the protocol or one of our limits.
    Violation(Violation),
    /// The peer sent ERROR; its reason. Do not try again with the same credentials (37-ERRH-003).
    RefusedByPeer(Vec<u8>),
    /// The ZAP handler does not let the peer in, for now or for good.
    Denied(zap::Status),
    /// The ZAP handler's answer makes no sense.
    Handler(zap::Malformed),
    /// There is no ZAP handler, and nobody comes in without one.
    NoHandler,
    /// The handshake was not over in time.
    HandshakeTimeout,
    /// Nothing came after a PING of ours.
    HeartbeatTimeout,
    /// Nothing came within the TTL of the peer's PING.
    TtlExpired,
    /// Our own configuration cannot be used.
    Misconfigured(Misconfigured),
}

impl From<Violation> for Reason {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PeerClosed => f.write_str("the peer or the network closed the transport"),
            Self::Violation(violation) => write!(f, "{violation}"),
            Self::RefusedByPeer(reason) => {
                write!(f, "the peer refused: \"{}\"", reason.escape_ascii())
            }
            Self::Denied(status) => write!(f, "the ZAP handler answered {}", status.code()),
            Self::Handler(malformed) => write!(f, "the answer of the ZAP handler: {malformed}"),
            Self::NoHandler => f.write_str("no ZAP handler is there to let the peer in"),
            Self::HandshakeTimeout => f.write_str("the handshake was not over in time"),
            Self::HeartbeatTimeout => f.write_str("nothing came after a PING"),
            Self::TtlExpired => f.write_str("nothing came within the TTL of the peer's PING"),
            Self::Misconfigured(misconfigured) => write!(f, "{misconfigured}"),
        }
    }
}
