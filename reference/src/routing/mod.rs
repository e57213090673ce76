//! Small data structures that decide which peer gets what.
//!
//! Deliberately absent: octets, connections and time.

pub mod subscriptions;

pub use subscriptions::Subscriptions;
