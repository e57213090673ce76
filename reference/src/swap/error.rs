//! What a log refuses, and what it has found broken.
//!
//! Deliberately absent: a full log, which is room to be waited for.

use super::disk::Fault;
use core::fmt;

/// Why a log does not take a message, or cannot be opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SwapError {
    /// The disk did not do something; nothing has changed, and a later attempt may succeed.
    Disk(Fault),
    /// The disk did not do something after which nobody knows what it holds. No more is taken until
    /// the log is opened again; what was kept before is still handed over.
    Broken(Fault),
    /// The message would fill the log alone.
    TooLarge {
        /// Octets it would need.
        size: u64,
        /// Octets of the whole log.
        capacity: u64,
    },
    /// There is no room until messages have been handed over.
    Full,
    /// The folder holds messages that were kept for a durable log.
    Occupied,
    /// Another socket, or another program, has the folder.
    Locked,
    /// `swap` is set without `swap_dir`.
    NoFolder,
    /// `conflate` is set, which keeps one message only.
    Conflates,
}

impl fmt::Display for SwapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(fault) => {
                write!(f, "the swap takes nothing now: {fault}; make room and send again")
            }
            Self::Broken(fault) => write!(
                f,
                "the disk of the swap failed ({fault}), so it takes no more, and whether it holds \
                 the last messages is not known: repair it and open the socket again"
            ),
            Self::TooLarge { size, capacity } => {
                write!(f, "{size} octets never fit into a swap of {capacity}: raise swap")
            }
            Self::Full => f.write_str("the swap is full: wait until a peer has taken something"),
            Self::Occupied => f.write_str(
                "swap_dir holds messages of a durable swap: set swap_durable as it was, or choose \
                 another folder",
            ),
            Self::Locked => {
                f.write_str("another socket uses this swap_dir: give each a folder of its own")
            }
            Self::NoFolder => f.write_str("swap needs a folder: set swap_dir"),
            Self::Conflates => {
                f.write_str("a conflating queue has no swap: unset swap or conflate")
            }
        }
    }
}

impl core::error::Error for SwapError {}

/// Something that a log has found broken, and what it did about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Damage {
    /// The end of the newest segment was not whole and not known to be durable, as after a power
    /// cut: it was cut off.
    Tail {
        /// The segment.
        segment: u64,
        /// Octets that were cut.
        octets: u64,
    },
    /// Octets within a segment were not what had been written: reading went on at the next whole
    /// record.
    Skipped {
        /// The segment.
        segment: u64,
        /// Where they are.
        at: u64,
        /// How many.
        octets: u64,
    },
    /// Messages that should have been there and are not, from a sequence number on.
    Lost {
        /// The first.
        first: u64,
        /// How many.
        messages: u64,
    },
    /// The head of a segment is not what had been written; its records were read all the same.
    Head {
        /// The segment, by its name.
        segment: u64,
    },
    /// Both slots of the position are: messages may come again.
    Position,
}
