//! The tokio runtime over real transports: stories of two sockets, each a promise.

#[path = "runtime/closing.rs"]
mod closing;
#[path = "runtime/events.rs"]
mod events;
#[path = "runtime/greeting.rs"]
mod greeting;
#[path = "runtime/inproc.rs"]
mod inproc;
#[path = "runtime/old_peers.rs"]
mod old_peers;
#[path = "runtime/queues.rs"]
mod queues;
#[path = "runtime/secure.rs"]
mod secure;
#[path = "runtime/talk.rs"]
mod talk;
