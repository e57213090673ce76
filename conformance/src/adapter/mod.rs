//! Drives an implementation through an adapter: a program that speaks `zeroproof/adapter/1`, one
//! JSON object a line on standard input and output. The protocol is in `conformance/adapters/`.
//!
//! `client` has the calls, `begun` a benchmark that runs, `link` the answers by id, `reply` a line
//! of them, `pipes` the process, `hello` what an adapter says of itself, `part` the octets of
//! messages; `check` tries the rules of the protocol on an adapter; `skeleton` has adapters to
//! begin with.
//! Deliberately absent: judgement, restarts and pools; the runner decides what a dead adapter
//! means. Real processes need real time: under a paused tokio clock every deadline here would pass
//! at once.

mod begun;
pub mod check;
mod client;
mod error;
mod hello;
mod link;
pub(crate) mod part;
mod pipes;
mod reply;
pub mod skeleton;

pub use begun::Begun;
pub use client::{Adapter, SocketId};
pub use error::{AdapterError, ErrorKind};
pub use hello::{Can, Hello, Implementation, PROTO};
pub use part::{MAX_PART, from_json as part_of_json, to_json as part_as_json};
pub use reply::{Reply, read_reply};
