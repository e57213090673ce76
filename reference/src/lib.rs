//! The reference engine: the smallest ZMTP engine that obeys every clause, and the map of its code.
//!
//! ```text
//! message limits time violation error socket_type   vocabulary: used by everything below
//! wire/        octets <-> values; total, pure, borrowing; asks for more instead of failing early
//! mechanism/   security handshakes: one enum of states each, one `match`
//! connection/  ONE peer link: octets in; octets, messages and events out
//! routing/     small data structures that choose peers
//! swap/        messages on a disk, over a small trait: segments, sums, recovery
//! socket/      options, endpoints, reconnects, monitor events; peers and their queues
//! pattern/     a file per socket type: peers and messages only
//! node/        many sockets and links in one deterministic value, for simulators and tests
//! runtime/     tokio: the same core over real transports
//! ```
//!
//! A line may use the lines above it, never those below.
//!
//! [`runtime::Socket`] is the door for applications; `examples/` shows it. [`runtime::blocking`] is
//! the same for programs without tasks, [`runtime::Messages`] for those of streams and sinks,
//! [`runtime::Proxy`] joins two sockets. Below them
//! [`Connection`] is the one for whoever wants to see octets: mutate it once with
//! [`Connection::handle_input`], drain it with [`Connection::poll_output`] until
//! [`Output::Wait`], then mutate it again.
//!
//! Deliberately absent: logging; and, outside `runtime/`, clocks, transports, threads, tasks,
//! random numbers and hash maps: time, octets and entropy are arguments. A peer's mistake is a
//! [`Violation`], never a string, never a panic; an announced size is judged before one octet of
//! it is stored.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::wildcard_enum_match_arm)]

pub mod connection;
pub mod error;
pub mod limits;
pub mod mechanism;
pub mod message;
pub mod node;
pub mod pattern;
pub mod routing;
pub mod runtime;
pub mod socket;
pub mod socket_type;
pub mod swap;
pub mod time;
pub mod violation;
pub mod wire;

pub use connection::{
    Config, Connection, Event, Heartbeat, Input, Misconfigured, Output, PeerInfo, Reason, Role,
};
pub use error::Refused;
pub use limits::Limits;
pub use mechanism::{Entropy, KeyPair, PublicKey, SecretKey, Security, Zap};
pub use message::{Message, Part, Parts};
pub use routing::Subscriptions;
pub use socket::{Endpoint, Options};
pub use socket_type::SocketType;
pub use time::Instant;
pub use violation::Violation;
pub use wire::plain::Password;
