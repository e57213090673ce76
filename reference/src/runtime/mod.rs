//! The tokio driver: octets between transports and the sans-I/O core, and waiting. Nothing else.
//!
//! ```text
//! Context   what sockets of one program share: transport, inproc names, who judges peers
//! Socket    the core's socket behind one lock; send, recv, bind, connect, close
//! Messages  a socket as a Stream and a Sink     Proxy   two sockets that pass on what they receive
//! blocking  the same sockets for programs without tasks
//! session   one task a connection: one poll, no select     dialer, listener   one task an endpoint
//! keeping   the swap of a socket: its files, and syncs that many sends share
//! transport tcp and ipc behind one trait, so that simulated ones serve as well
//! ```
//!
//! On a multi-threaded runtime call sockets from spawned tasks: the root future of `block_on` pays
//! a thread switch for each wake-up. Deliberately absent: any rule of the protocol or of a type.

pub mod blocking;
mod context;
mod endpoints;
mod files;
mod inproc;
mod keeping;
mod messages;
mod monitor;
mod proxy;
mod session;
mod shared;
mod socket;
pub mod transport;
mod writing;
mod zap;

pub use crate::socket::{Ready, SwapState};
pub use context::Context;
pub use messages::Messages;
pub use monitor::Monitor;
pub use proxy::{Proxy, Statistics, Traffic};
pub use socket::Socket;
