//! How much may wait in the queues of a socket, and for whom (LZ-OPT-002, LZ-OPT-003, LZ-OPT-010).
//!
//! Every peer has a queue in and a queue out. Each is bounded by messages, as in libzmq, and in
//! types that block where others drop also by octets, so that big messages do not fill memory.
//!
//! Deliberately absent: the queues.

use super::Options;
use super::table::{Row, Rule, number_in};
use super::value::{Allowed, INT_MAX, Unit, unless_negative};
use crate::socket::peers::Bound;
use crate::socket_type::SocketType;

/// Bounds of queues and messages.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queues {
    /// Messages that may wait for one peer; 0 for any number.
    pub sndhwm: usize,
    /// Messages of one peer that may wait for the application; 0 for any number.
    pub rcvhwm: usize,
    /// Octets that may wait for one peer; 0 for any number. One message always fits.
    pub sndhwm_octets: usize,
    /// Octets of one peer that may wait for the application, likewise.
    pub rcvhwm_octets: usize,
    /// Keep the last message only; see [`Options::conflates`].
    pub conflate: bool,
    /// Queue nothing for a peer whose connection is not made.
    pub immediate: bool,
    /// Octets of the largest message frame taken from a peer; `None` for any.
    pub maxmsgsize: Option<u64>,
}

impl Default for Queues {
    fn default() -> Self {
        Self {
            sndhwm: 1000,
            rcvhwm: 1000,
            sndhwm_octets: 256 << 10,
            rcvhwm_octets: 256 << 10,
            conflate: false,
            immediate: false,
            maxmsgsize: None,
        }
    }
}

impl Options {
    /// What may wait for one peer. Octets count only where a full queue makes the sender wait:
    /// where it loses messages, big ones would be lost before `sndhwm` of them are queued.
    #[must_use]
    pub const fn send_bound(&self) -> Bound {
        let drops = match self.socket_type {
            SocketType::Pub | SocketType::Xpub => !self.pubsub.xpub_nodrop,
            SocketType::Router => !self.routing.router_mandatory,
            SocketType::Rep | SocketType::Xsub | SocketType::Sub | SocketType::Stream => true,
            SocketType::Req
            | SocketType::Dealer
            | SocketType::Push
            | SocketType::Pull
            | SocketType::Pair
            | SocketType::Client
            | SocketType::Server
            | SocketType::Radio
            | SocketType::Dish
            | SocketType::Scatter
            | SocketType::Gather
            | SocketType::Peer
            | SocketType::Channel => false,
        };
        let octets = if drops { 0 } else { self.queues.sndhwm_octets };
        Bound { messages: self.queues.sndhwm, octets }
    }

    /// What may wait for the application from one peer. Octets count unless a full queue makes a
    /// publisher lose messages.
    #[must_use]
    pub const fn receive_bound(&self) -> Bound {
        let drops = matches!(self.socket_type, SocketType::Sub | SocketType::Xsub);
        let octets = if drops { 0 } else { self.queues.rcvhwm_octets };
        Bound { messages: self.queues.rcvhwm, octets }
    }

    /// Whether queues keep the last message only: `conflate` on a type that it is for.
    #[must_use]
    pub const fn conflates(&self) -> bool {
        let meant = matches!(
            self.socket_type,
            SocketType::Dealer
                | SocketType::Push
                | SocketType::Pull
                | SocketType::Pub
                | SocketType::Sub
        );
        meant && self.queues.conflate
    }
}

const MESSAGES: Allowed = number_in(0, INT_MAX, Unit::Messages);
const OCTETS: Allowed = number_in(0, INT_MAX, Unit::Octets);

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "sndhwm",
        23,
        Rule::Number(MESSAGES, |o| to_number(o.queues.sndhwm), |o, n| o.queues.sndhwm = count(n)),
        "Messages that may wait for one peer; 0 for any number.",
    )
    .at_once(),
    Row::new(
        "rcvhwm",
        24,
        Rule::Number(MESSAGES, |o| to_number(o.queues.rcvhwm), |o, n| o.queues.rcvhwm = count(n)),
        "Messages of one peer that may wait for the application; 0 for any number.",
    )
    .at_once(),
    Row::new(
        "sndhwm_octets",
        0,
        Rule::Number(
            OCTETS,
            |o| to_number(o.queues.sndhwm_octets),
            |o, n| o.queues.sndhwm_octets = count(n),
        ),
        "Octets that may wait for one peer where a full queue blocks; one message always fits; 0 \
         for any number.",
    )
    .ours()
    .at_once(),
    Row::new(
        "rcvhwm_octets",
        0,
        Rule::Number(
            OCTETS,
            |o| to_number(o.queues.rcvhwm_octets),
            |o, n| o.queues.rcvhwm_octets = count(n),
        ),
        "Octets of one peer that may wait for the application, unless it is a publisher; one \
         message always fits; 0 for any number.",
    )
    .ours()
    .at_once(),
    Row::new(
        "conflate",
        54,
        Rule::Flag(|o| o.queues.conflate, |o, on| o.queues.conflate = on),
        "Keep the last message only, of one part; works on DEALER, PUSH, PULL, PUB and SUB.",
    ),
    Row::new(
        "immediate",
        39,
        Rule::Flag(|o| o.queues.immediate, |o, on| o.queues.immediate = on),
        "Queue messages only for peers whose connection is made.",
    ),
    Row::new(
        "maxmsgsize",
        22,
        Rule::Number(
            number_in(-1, i64::MAX, Unit::Octets),
            |o| o.queues.maxmsgsize.map_or(-1, |size| i64::try_from(size).unwrap_or(i64::MAX)),
            |o, n| o.queues.maxmsgsize = unless_negative(n, i64::unsigned_abs),
        ),
        "Octets of the largest frame of a message; a peer that sends more is disconnected; -1 \
         for any number.",
    ),
];

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0) // The row has no negative ones.
}

fn to_number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
