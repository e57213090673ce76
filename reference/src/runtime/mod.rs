//! The tokio driver: octets between transports and the sans-I/O core, and waiting. Nothing else.
//!
//! ```text
//! Context   what sockets of one program share: transport, inproc names, who judges peers
//! Socket    the core's socket behind one lock; send, recv, bind, connect, close
//! session   one task a connection: one poll, no select     dialer, listener   one task an endpoint
//! transport tcp and ipc behind one trait, so that simulated ones serve as well
//! ```
//!
//! On a multi-threaded runtime call sockets from spawned tasks: the root future of `block_on` pays
//! a thread switch for each wake-up. Deliberately absent: any rule of the protocol or of a type.

mod context;
mod endpoints;
mod inproc;
mod monitor;
mod session;
mod shared;
mod socket;
pub mod transport;
mod writing;
mod zap;

pub use context::Context;
pub use monitor::Monitor;
pub use socket::Socket;
