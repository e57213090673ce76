//! Sockets for programs without tasks: each call waits on the thread that makes it.
//!
//! ```text
//! caller's thread   send, recv, poll: on the lock of the socket; waits only if it must
//! context's thread  one, and a runtime on it: dials, accepts, reads, writes, answers heartbeats
//! ```
//!
//! Why a thread: a runtime that ran on the caller's own would stand still between calls. A program
//! that sends a message and then computes for a minute would have it delivered after that minute,
//! and lose its peers meanwhile, as nobody answers their PINGs. A call costs no switch of threads
//! while it need not wait.
//!
//! The last of a context and its sockets to be dropped waits until all that was sent has left or
//! `linger` is over, as `zmq_ctx_term` does, so that a program may send and end.
//! Deliberately absent: whatever an asynchronous call does; [`Context::block_on`] runs those.

mod context;
mod socket;

pub use context::Context;
pub use socket::{Socket, poll};
