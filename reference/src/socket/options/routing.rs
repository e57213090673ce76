//! Who peers are, and who they take us for (LZ-OPT-004..007).
//!
//! Deliberately absent: the peers.

use super::table::{Row, Rule};
use super::value::Allowed;
use crate::socket_type::SocketType;

/// Names of peers, and the rules of REQ, ROUTER and STREAM.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of libzmq")]
pub struct Routing {
    /// The name that ROUTER peers know us by, 1 to 255 octets; empty for one of their choice.
    pub routing_id: Vec<u8>,
    /// The name of the peer of the next connect, 1 to 255 octets; empty for the one it brings.
    /// Whoever uses it empties it.
    pub connect_routing_id: Vec<u8>,
    /// Properties of our metadata, names with `X-`.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// Refuse messages that no peer can take, rather than drop them.
    pub router_mandatory: bool,
    /// A new peer takes over a name in use.
    pub router_handover: bool,
    /// Send an empty message on each new connection.
    pub probe_router: bool,
    /// Tell replies apart by a request id.
    pub req_correlate: bool,
    /// Allow a request before the reply to the last one.
    pub req_relaxed: bool,
    /// Tell the application of new and lost peers by empty messages.
    pub stream_notify: bool,
}

impl Default for Routing {
    fn default() -> Self {
        Self {
            routing_id: Vec::new(),
            connect_routing_id: Vec::new(),
            metadata: Vec::new(),
            router_mandatory: false,
            router_handover: false,
            probe_router: false,
            req_correlate: false,
            req_relaxed: false,
            stream_notify: true,
        }
    }
}

impl Routing {
    /// Adds a property, or replaces the value of the one that has this name.
    fn put_property(&mut self, name: &str, value: &[u8]) {
        let old = self.metadata.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name));
        match old {
            Some((_, old)) => *old = value.to_vec(),
            None => self.metadata.push((name.to_owned(), value.to_vec())),
        }
    }
}

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "routing_id",
        5,
        Rule::Octets(
            Allowed::RoutingId,
            |o| &o.routing.routing_id,
            |o, id| o.routing.routing_id = id.to_vec(),
        ),
        "Name that a ROUTER knows this socket by; works on REQ, DEALER, ROUTER and REP.",
    ),
    Row::new(
        "connect_routing_id",
        61,
        Rule::Octets(
            Allowed::RoutingId,
            |o| &o.routing.connect_routing_id,
            |o, id| o.routing.connect_routing_id = id.to_vec(),
        ),
        "Name of the peer of the next connect, which can be sent to at once.",
    )
    .only(&[SocketType::Router, SocketType::Stream]),
    Row::new(
        "metadata",
        95,
        Rule::Property(|o, name, value| o.routing.put_property(name, value)),
        "A property for our peers to read, `X-name:value`; each call adds one.",
    ),
    Row::new(
        "router_mandatory",
        33,
        Rule::Flag(|o| o.routing.router_mandatory, |o, on| o.routing.router_mandatory = on),
        "Refuse a message for an unknown peer, and wait for room in the queue of a known one, \
         rather than drop it.",
    )
    .only(&[SocketType::Router])
    .at_once(),
    Row::new(
        "router_handover",
        56,
        Rule::Flag(|o| o.routing.router_handover, |o, on| o.routing.router_handover = on),
        "A new peer takes over a routing id in use, and the old one is disconnected.",
    )
    .only(&[SocketType::Router])
    .at_once(),
    Row::new(
        "probe_router",
        51,
        Rule::Flag(|o| o.routing.probe_router, |o, on| o.routing.probe_router = on),
        "Send an empty message on each new connection, so that a ROUTER learns of it.",
    )
    .only(&[SocketType::Router, SocketType::Dealer, SocketType::Req])
    .at_once(),
    Row::new(
        "req_correlate",
        52,
        Rule::Flag(|o| o.routing.req_correlate, |o, on| o.routing.req_correlate = on),
        "Put a request id before each request, and drop replies without it.",
    )
    .only(&[SocketType::Req])
    .at_once(),
    Row::new(
        "req_relaxed",
        53,
        Rule::Flag(|o| o.routing.req_relaxed, |o, on| o.routing.req_relaxed = on),
        "Allow a request before the reply to the last one, which is then dropped.",
    )
    .only(&[SocketType::Req])
    .at_once(),
    Row::new(
        "stream_notify",
        73,
        Rule::Flag(|o| o.routing.stream_notify, |o, on| o.routing.stream_notify = on),
        "Deliver an empty message when a peer connects or disconnects.",
    )
    .only(&[SocketType::Stream]),
];
