//! Socket types without connections: what a pattern does with its peers and their queues.
//!
//! Stories, a file a family, each a promise of an RFC or a manual page; and `machine`: random
//! operations on every type, compared with a `model` that is smaller. Deliberately absent: octets.

#[cfg(test)]
mod patterns {
    mod bench;
    mod bounds;
    mod exclusive;
    mod liars;
    mod machine;
    mod model;
    mod pipeline;
    mod publisher;
    mod replies;
    mod requests;
    mod routing;
    mod senders;
    mod stream;
    mod subscriber;
}
