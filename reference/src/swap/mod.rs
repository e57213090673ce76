//! Messages on a disk: what a queue has no room for, or must not lose with the power.
//!
//! ```text
//! append --> buffer --flush--> segment --sync--> durable --read--> given out --done--> position
//!                                                   ^------redo------'
//! ```
//!
//! A [`Log`] is a queue in segments, each a file; the position says how far it has been handed
//! over, and segments before it are removed. Every octet that is read back is judged by its sum
//! first. `docs/swap-format.md` has the format, and what is promised after a crash, in which mode.
//!
//! Deliberately absent: files, which are a [`Disk`]'s; sockets; locks; retries: after a failed
//! [`Disk::sync`] nobody knows what is durable, so a log takes no more then.

mod crc;
mod disk;
mod error;
pub mod format;
mod log;
mod open;
mod read;
mod window;

pub use crc::Crc;
pub use disk::{Disk, Fault, FileName};
pub use error::{Damage, SwapError};
pub use log::{Log, Pending};
pub use read::Entry;

/// When a message counts as kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Durability {
    /// Never: the log is more memory, and gone with the program.
    #[default]
    None,
    /// Once it is durable; many that wait at the same time share one sync.
    Batch,
    /// Once it is durable. A sync is shared as with `Batch`: to wait for one of its own would keep
    /// nothing better.
    Each,
}

/// How much a log may hold, and what it promises.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Octets of all its files, at most.
    pub capacity: u64,
    /// What is promised.
    pub durability: Durability,
    /// Octets of a segment after which the next one begins.
    pub segment: u64,
    /// Messages handed over after which the position is made durable: so many, at most, may come
    /// twice after a crash.
    pub position_every: u64,
}

impl Config {
    /// A log of so many octets.
    #[must_use]
    pub fn new(capacity: u64, durability: Durability) -> Self {
        let segment = (capacity / 8).clamp(SEGMENT_MIN, SEGMENT_MAX);
        Self { capacity, durability, segment, position_every: POSITION_EVERY }
    }
}

const SEGMENT_MIN: u64 = 4 << 10;
const SEGMENT_MAX: u64 = 16 << 20;
const POSITION_EVERY: u64 = 1000;
