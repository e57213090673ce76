//! The tokio runtime over real transports: stories of two sockets, each a promise.

#[path = "runtime/batches.rs"]
mod batches;
#[path = "runtime/blocking.rs"]
mod blocking;
#[path = "runtime/closing.rs"]
mod closing;
#[path = "runtime/crowd.rs"]
mod crowd;
#[path = "runtime/events.rs"]
mod events;
#[path = "runtime/greeting.rs"]
mod greeting;
#[path = "runtime/inproc.rs"]
mod inproc;
#[path = "runtime/old_peers.rs"]
mod old_peers;
#[path = "runtime/proxy.rs"]
mod proxy;
#[path = "runtime/queues.rs"]
mod queues;
#[path = "runtime/secure.rs"]
mod secure;
#[path = "runtime/senders.rs"]
mod senders;
#[path = "runtime/simulated.rs"]
mod simulated;
#[path = "runtime/streams.rs"]
mod streams;
#[path = "runtime/talk.rs"]
mod talk;
#[path = "runtime/transport.rs"]
mod transport;
