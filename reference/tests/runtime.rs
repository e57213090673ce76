//! The tokio runtime over real transports: stories of two sockets, each a promise.

#[path = "runtime/secure.rs"]
mod secure;
#[path = "runtime/talk.rs"]
mod talk;
