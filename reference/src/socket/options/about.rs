//! Options that tell of the socket itself; none can be set.
//!
//! Deliberately absent: `fd` and `rcvmore`, which have no meaning here (see `absent.rs`).

use super::table::{Row, Rule};
use super::value::Value;
use crate::socket_type::SocketType;

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "type",
        16,
        Rule::Fact(|o| Value::Int(number(o.socket_type))),
        "Type of the socket: PAIR 0, PUB 1, SUB 2, REQ 3, REP 4, DEALER 5, ROUTER 6, PULL 7, \
         PUSH 8, XPUB 9, XSUB 10, STREAM 11.",
    ),
    Row::new(
        "last_endpoint",
        32,
        Rule::Fact(|o| Value::Text(o.last_endpoint.clone())),
        "Endpoint bound or connected last, with the port or path that was chosen for a `*`.",
    ),
    Row::new(
        "events",
        15,
        Rule::Asked,
        "What would not block now: 1 to receive, 2 to send, 3 both, 0 neither.",
    ),
    Row::new(
        "thread_safe",
        81,
        Rule::Fact(|_| Value::Bool(true)),
        "Whether several threads may use the socket: always.",
    ),
];

/// The number of libzmq for a type.
const fn number(socket_type: SocketType) -> i64 {
    match socket_type {
        SocketType::Pair => 0,
        SocketType::Pub => 1,
        SocketType::Sub => 2,
        SocketType::Req => 3,
        SocketType::Rep => 4,
        SocketType::Dealer => 5,
        SocketType::Router => 6,
        SocketType::Pull => 7,
        SocketType::Push => 8,
        SocketType::Xpub => 9,
        SocketType::Xsub => 10,
        SocketType::Stream => 11,
        SocketType::Server => 12,
        SocketType::Client => 13,
        SocketType::Radio => 14,
        SocketType::Dish => 15,
        SocketType::Gather => 16,
        SocketType::Scatter => 17,
        SocketType::Peer => 19,
        SocketType::Channel => 20,
    }
}
