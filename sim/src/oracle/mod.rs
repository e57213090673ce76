//! What must be true of every run, whatever is done to it: a sentence of an RFC each.
//!
//! ```text
//! order  conservation  pattern  bounds  liveness  heartbeat  handshake  swap
//! ```
//!
//! Oracles see a schedule, a trace and its analysis, and nothing of the engine. Every one has a
//! liar in its tests that it must catch.

mod bounds;
mod conservation;
mod handshake;
mod heartbeat;
mod liveness;
mod order;
mod pattern;
mod swap;

use crate::analysis::{Analysis, analyse};
use crate::schedule::{Schedule, Setting};
use crate::trace::Trace;

/// Something that must not be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Breach {
    /// The id of the oracle: `O1-order`.
    pub oracle: &'static str,
    /// What is wrong, with names and times.
    pub what: String,
    /// The number of the event that shows it, if one does.
    pub event: Option<u32>,
}

/// What oracles look at.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What was to be done.
    pub schedule: &'a Schedule,
    /// What happened.
    pub trace: &'a Trace,
    /// What that means.
    pub analysis: &'a Analysis,
}

/// An oracle: its id, what it promises and where that is from, and itself.
pub struct Oracle {
    /// As in reports.
    pub id: &'static str,
    /// The promise.
    pub promise: &'static str,
    judge: fn(Case<'_>, &mut Vec<Breach>),
}

/// All of them.
pub const ORACLES: [Oracle; 8] = [
    Oracle {
        id: order::ID,
        promise: "a connection keeps order, repeats nothing, invents nothing, and messages come \
                  whole (23: messages are atomic; 37-MSG-001)",
        judge: order::judge,
    },
    Oracle {
        id: conservation::ID,
        promise: "what was sent was delivered, or lost at a place that has its cause in the trace, \
                  or is still there",
        judge: conservation::judge,
    },
    Oracle {
        id: pattern::ID,
        promise: "replies go to who asked, routed messages to whom they name, and subscribers get \
                  what they asked for (28, 29)",
        judge: pattern::judge,
    },
    Oracle {
        id: bounds::ID,
        promise: "queues are bounded by the high-water marks, and nothing happens for ever",
        judge: bounds::judge,
    },
    Oracle {
        id: liveness::ID,
        promise: "once the faults are over everybody is connected again, and what is sent arrives",
        judge: liveness::judge,
    },
    Oracle {
        id: heartbeat::ID,
        promise: "with heartbeats a silent peer is found in time, and a living one is never given \
                  up (37-HB-*)",
        judge: heartbeat::judge,
    },
    Oracle {
        id: handshake::ID,
        promise: "nothing passes before both sides are ready, and no handshake lasts for ever \
                  (37-SEC-*)",
        judge: handshake::judge,
    },
    Oracle {
        id: swap::ID,
        promise: "what comes twice out of a durable swap has its cause and its bound, and what its \
                  disk has lost is told (ZP-SWAP-*)",
        judge: swap::judge,
    },
];

/// All that is wrong with a run.
#[must_use]
pub fn judge(schedule: &Schedule, trace: &Trace) -> (Analysis, Vec<Breach>) {
    let analysis = analyse(schedule, trace);
    let case = Case { schedule, trace, analysis: &analysis };
    let mut breaches = Vec::new();
    for oracle in &ORACLES {
        (oracle.judge)(case, &mut breaches);
    }
    (analysis, breaches)
}

impl Case<'_> {
    fn name(&self, socket: usize) -> &str {
        self.schedule.socket.get(socket).map_or("a stranger", |socket| socket.name.as_str())
    }

    /// The socket at this side of a connection, if it is no stranger.
    fn socket_of(&self, connection: u32, side: u8) -> Option<usize> {
        let wire = self.analysis.wires.get(connection as usize)?;
        wire.sockets.get(usize::from(side)).copied()
    }

    /// Whether a socket is of this node, by the number that traces have.
    fn is_of(&self, socket: usize, node: u16) -> bool {
        let own = self.schedule.socket.get(socket).map(|socket| socket.node.as_str());
        own.is_some() && self.schedule.nodes().get(usize::from(node)).copied() == own
    }

    /// Whether what a socket has taken outlives its process.
    fn keeps(&self, socket: usize) -> bool {
        self.schedule.socket.get(socket).is_some_and(crate::schedule::Socket::keeps)
    }

    /// Whether a switch of a socket is on.
    fn is_set(&self, socket: usize, name: &str) -> bool {
        let spec = self.schedule.socket.get(socket);
        spec.is_some_and(|spec| spec.options.get(name) == Some(&Setting::Flag(true)))
    }

    /// An option of a socket, if it is a number.
    fn option(&self, socket: usize, name: &str) -> Option<i64> {
        match self.schedule.socket.get(socket)?.options.get(name)? {
            Setting::Number(number) => Some(*number),
            Setting::Flag(_) | Setting::Text(_) => None,
        }
    }
}
