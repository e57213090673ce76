//! Small data structures that decide which peer gets what.
//!
//! Deliberately absent: octets of frames, connections and time.

pub mod fair_queue;
pub mod identities;
pub mod round_robin;
pub mod subscriptions;
pub mod topics;

pub use fair_queue::FairQueue;
pub use identities::Identities;
pub use round_robin::RoundRobin;
pub use subscriptions::Subscriptions;
pub use topics::Topics;
