//! RFC 26, CurveZMQ, and RFC 25, its use in ZMTP. A SUT that binds is the server and one that
//! connects the client; the tester is the other end, with a CURVE of its own ([`crate::curve`]).

mod client;
mod errors;
mod general;
mod hello;
mod implementation;
mod initiate;
mod inside;
mod message;
mod metadata;
mod order;
mod server;
mod welcome;

use crate::case::{BIND, CONNECT, Case, Depth};
use crate::curve::{CLIENT_OPTIONS, SERVER_OPTIONS};
use crate::socket_type::SocketType;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[
    implementation::CASES,
    general::CASES,
    order::CASES,
    errors::CASES,
    hello::CASES,
    welcome::CASES,
    initiate::CASES,
    metadata::CASES,
    server::CASES,
    client::CASES,
    message::CASES,
    inside::CASES,
];

/// A type that both sends and receives.
const TYPES: &[SocketType] = &[SocketType::Dealer];

/// The SUT is the server.
const SERVER: Case =
    Case { types: TYPES, roles: BIND, options: SERVER_OPTIONS, depth: Depth::Full, ..Case::BASE };
/// The SUT is the client.
const CLIENT: Case = Case {
    types: TYPES,
    roles: CONNECT,
    options: CLIENT_OPTIONS,
    depth: Depth::Full,
    ..Case::BASE
};

/// A case as it stands for one of the roles.
const fn of(id: &'static str, clauses: &'static [&'static str], case: &Case, role: &Case) -> Case {
    let Case { types, roles, options, depth, .. } = *role;
    Case { id, clauses, types, roles, options, depth, ..*case }
}
