//! The sans-I/O socket: what it is told ([`options`]), where its peers are ([`endpoint`]), when to
//! look for them again ([`reconnect`]) and what it tells of them ([`monitor`]).
//!
//! Deliberately absent: octets of frames, which are a connection's, and I/O, which is a driver's.

pub mod endpoint;
pub mod monitor;
pub mod options;
pub mod peers;
pub mod reconnect;

pub use endpoint::{Endpoint, EndpointError};
pub use monitor::Monitor;
pub use options::{Options, Value};
pub use peers::{PeerId, Peers};
pub use reconnect::Reconnect;
