//! Every bound of the engine. Each is judged on what a peer announces, before it is stored.
//!
//! Deliberately absent: bounds the protocol itself sets (identity 255 octets, PING context 16,
//! sizes below 2^63); those live in the codec that reads them and cannot be configured.

use core::time::Duration;

/// Octets that the subscriptions of one peer may keep in memory, about; a peer that wants more is
/// not wanted.
pub const SUBSCRIPTIONS: usize = 256 << 20;

/// Octets of answers, such as PONGs, that may wait to be written to one peer; nothing more is read
/// from it meanwhile.
pub const ANSWERS: usize = 64 << 10;

/// Connections that have come to one endpoint and have not finished their handshake; of more, the
/// one that came first goes. Half of the 1,024 descriptors that a process usually has, so that
/// whoever only connects cannot take them all.
pub const HANDSHAKES: usize = 512;

/// What one connection may cost us; sizes in octets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Body of one message frame.
    pub max_message_size: u64,
    /// Frames of one message.
    pub max_parts: usize,
    /// Bodies of all frames of one message together.
    pub max_message_total: u64,
    /// Body of one command frame, during the handshake and after it.
    pub max_command_size: u64,
    /// Metadata properties in one READY.
    pub max_properties: usize,
    /// From the opening of the connection until both READYs have been exchanged.
    pub handshake_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message_size: 1 << 30,
            max_parts: 1 << 16,
            max_message_total: 1 << 30,
            max_command_size: 1 << 20,
            max_properties: 1 << 10,
            handshake_timeout: Duration::from_secs(30),
        }
    }
}
