//! What can be done to a topology, and when: the vocabulary of faults.
//!
//! Each has a beginning and an end as operations of their own, so that a shrinker can take away one
//! of them.

use super::Line;
use crate::units::{Bandwidth, Range, Size, Span};
use serde::{Deserialize, Serialize};

/// One operation at its time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Timed {
    /// Since the start.
    pub at: Span,
    /// What.
    #[serde(flatten)]
    pub op: Op,
}

/// Which directions between two processes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// Both.
    #[default]
    Both,
    /// From the first to the second.
    There,
    /// From the second to the first.
    Back,
}

/// One thing done to processes and what lies between them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Op {
    /// Nothing passes; TCP keeps trying.
    Cut {
        /// The two processes.
        between: [String; 2],
        /// Which directions.
        #[serde(default)]
        way: Way,
    },
    /// It passes again.
    Heal {
        /// The two processes.
        between: [String; 2],
    },
    /// So many segments of a million are lost and sent again.
    Loss {
        /// The two processes.
        between: [String; 2],
        /// Of a million.
        per_million: u32,
    },
    /// From one side to the other takes this long from now on.
    Latency {
        /// The two processes.
        between: [String; 2],
        /// The least and the most.
        latency: Range<Span>,
    },
    /// So many octets a second from now on.
    Bandwidth {
        /// The two processes.
        between: [String; 2],
        /// In each direction; unlimited if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bandwidth: Option<Bandwidth>,
    },
    /// Segments are cut at random, into at most so many octets.
    Chop {
        /// The two processes.
        between: [String; 2],
        /// Octets of the largest; 0 for no more cuts.
        most: Size,
    },
    /// Connections are reset: what is on its way is lost.
    Reset {
        /// The two processes.
        between: [String; 2],
    },
    /// Connections are reset once so many more octets have passed from the first to the second.
    ResetAfter {
        /// The two processes.
        between: [String; 2],
        /// Octets; 0 for no such reset any more.
        octets: Size,
    },
    /// The first of the two seems to close its connections: what is on its way arrives.
    Finish {
        /// The two processes.
        between: [String; 2],
    },
    /// The process is killed; its system closes its connections.
    Kill {
        /// The process.
        node: String,
    },
    /// The machine loses power: silence.
    PowerOff {
        /// The process.
        node: String,
    },
    /// The process runs again, with empty queues.
    Boot {
        /// The process.
        node: String,
        /// With other routing ids than before.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        new_identity: bool,
    },
    /// The process is stopped, as by SIGSTOP; its system and its clock go on.
    Pause {
        /// The process.
        node: String,
    },
    /// And continues.
    Resume {
        /// The process.
        node: String,
    },
    /// Its application takes no more messages.
    Stall {
        /// The process.
        node: String,
    },
    /// And takes them again.
    Flow {
        /// The process.
        node: String,
    },
    /// Its system refuses new connections.
    Refuse {
        /// The process.
        node: String,
    },
    /// Its system does not answer to new connections.
    BlackHole {
        /// The process.
        node: String,
    },
    /// New connections are accepted again.
    Accept {
        /// The process.
        node: String,
    },
    /// Its clock runs at this rate from now on.
    ClockRate {
        /// The process.
        node: String,
        /// 100 is right.
        percent: u32,
    },
    /// The disks of its swaps have no room for another octet.
    DiskFull {
        /// The process.
        node: String,
    },
    /// And have room again.
    DiskRoom {
        /// The process.
        node: String,
    },
    /// The next sync of each disk of its swaps fails, and the system forgets what it has not
    /// written.
    SyncFails {
        /// The process.
        node: String,
    },
    /// A bit turns on each disk of its swaps.
    BitRot {
        /// The process.
        node: String,
    },
    /// A peer that is not one of ours connects, says this and listens to what comes.
    Evil {
        /// The socket that it connects to.
        socket: String,
        /// Its octets in hex.
        octets: String,
        /// It closes then.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        closes: bool,
    },
}

impl Op {
    /// Its name in files.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Cut { .. } => "cut",
            Self::Heal { .. } => "heal",
            Self::Loss { .. } => "loss",
            Self::Latency { .. } => "latency",
            Self::Bandwidth { .. } => "bandwidth",
            Self::Chop { .. } => "chop",
            Self::Reset { .. } => "reset",
            Self::ResetAfter { .. } => "reset-after",
            Self::Finish { .. } => "finish",
            Self::Kill { .. } => "kill",
            Self::PowerOff { .. } => "power-off",
            Self::Boot { .. } => "boot",
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::Stall { .. } => "stall",
            Self::Flow { .. } => "flow",
            Self::Refuse { .. } => "refuse",
            Self::BlackHole { .. } => "black-hole",
            Self::Accept { .. } => "accept",
            Self::ClockRate { .. } => "clock-rate",
            Self::DiskFull { .. } => "disk-full",
            Self::DiskRoom { .. } => "disk-room",
            Self::SyncFails { .. } => "sync-fails",
            Self::BitRot { .. } => "bit-rot",
            Self::Evil { .. } => "evil",
        }
    }

    /// Whether it begins something, and does not only end it.
    #[must_use]
    pub const fn begins(&self) -> bool {
        match self {
            Self::Heal { .. }
            | Self::Resume { .. }
            | Self::Flow { .. }
            | Self::Accept { .. }
            | Self::DiskRoom { .. }
            | Self::Boot { .. } => false,
            Self::Loss { per_million, .. } => *per_million > 0,
            Self::Chop { most, .. } => most.0 > 0,
            Self::ResetAfter { octets, .. } => octets.0 > 0,
            Self::Bandwidth { bandwidth, .. } => bandwidth.is_some(),
            Self::ClockRate { percent, .. } => *percent != 100,
            _ => true,
        }
    }

    /// What ends it, so that all is again as the line has it; none if it is over at once.
    #[must_use]
    pub fn undo(&self, line: &Line) -> Option<Self> {
        if !self.begins() {
            return None;
        }
        Some(match self.clone() {
            Self::Cut { between, .. } => Self::Heal { between },
            Self::Loss { between, .. } => Self::Loss { between, per_million: 0 },
            Self::Latency { between, .. } => Self::Latency { between, latency: line.latency },
            Self::Bandwidth { between, .. } => {
                Self::Bandwidth { between, bandwidth: line.bandwidth }
            }
            Self::Chop { between, .. } => Self::Chop { between, most: Size(0) },
            Self::ResetAfter { between, .. } => Self::ResetAfter { between, octets: Size(0) },
            Self::Kill { node } | Self::PowerOff { node } => {
                Self::Boot { node, new_identity: false }
            }
            Self::Pause { node } => Self::Resume { node },
            Self::Stall { node } => Self::Flow { node },
            Self::Refuse { node } | Self::BlackHole { node } => Self::Accept { node },
            Self::ClockRate { node, .. } => Self::ClockRate { node, percent: 100 },
            Self::DiskFull { node } => Self::DiskRoom { node },
            _ => return None,
        })
    }

    /// The process, if it is about one.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        match self {
            Self::Kill { node }
            | Self::PowerOff { node }
            | Self::Boot { node, .. }
            | Self::Pause { node }
            | Self::Resume { node }
            | Self::Stall { node }
            | Self::Flow { node }
            | Self::Refuse { node }
            | Self::BlackHole { node }
            | Self::Accept { node }
            | Self::DiskFull { node }
            | Self::DiskRoom { node }
            | Self::SyncFails { node }
            | Self::BitRot { node }
            | Self::ClockRate { node, .. } => Some(node),
            _ => None,
        }
    }

    /// Whether it is done to disks, which only swaps have.
    #[must_use]
    pub const fn is_of_disks(&self) -> bool {
        matches!(
            self,
            Self::DiskFull { .. }
                | Self::DiskRoom { .. }
                | Self::SyncFails { .. }
                | Self::BitRot { .. }
        )
    }

    /// The two processes, if it is about what lies between them.
    #[must_use]
    pub const fn between(&self) -> Option<&[String; 2]> {
        match self {
            Self::Cut { between, .. }
            | Self::Heal { between }
            | Self::Loss { between, .. }
            | Self::Latency { between, .. }
            | Self::Bandwidth { between, .. }
            | Self::Chop { between, .. }
            | Self::Reset { between }
            | Self::ResetAfter { between, .. }
            | Self::Finish { between } => Some(between),
            _ => None,
        }
    }
}
