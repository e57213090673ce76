//! Faults out of a seed: some kinds of them, at some times, at some places, each with its end.
//!
//! A run with all kinds at once finds less than many runs with a few each, so each seed enables a
//! random subset (a swarm). All of them are over before the quiet tail begins.

use super::{Line, Op, Timed, Way};
use crate::chance::Chance;
use crate::units::{Bandwidth, Range, Size, Span};

/// The kinds that can be asked for.
pub const SWARM: [&str; 17] = [
    "cut",
    "one-way-cut",
    "loss",
    "latency",
    "bandwidth",
    "chop",
    "reset",
    "reset-after",
    "finish",
    "kill",
    "power-off",
    "pause",
    "stall",
    "refuse",
    "black-hole",
    "clock-rate",
    "evil",
];

/// The kinds for processes whose sockets have a swap.
pub const DISKS: [&str; 3] = ["disk-full", "sync-fails", "bit-rot"];

/// What strangers say and then wait: nothing, the beginning of a greeting, one of NULL without the
/// READY that should follow, and something else. None becomes a peer, who would be given messages.
const STRANGERS: [&str; 4] = [
    "",
    "ff00000000000000017f",
    concat!(
        "ff00000000000000017f03014e554c4c00000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000"
    ),
    "474554202f20485454502f312e310d0a",
];

/// Where and when faults may come.
#[derive(Clone, Debug)]
pub struct Swarm<'a> {
    /// Of [`SWARM`], or of [`DISKS`].
    pub kinds: Vec<&'a str>,
    /// From one fault to the next, in the mean.
    pub every: Span,
    /// The first is not before this.
    pub from: Span,
    /// The last is over by then.
    pub until: Span,
    /// The longest that one lasts.
    pub longest: Span,
    /// The processes.
    pub nodes: Vec<&'a str>,
    /// Those with a connection between them.
    pub pairs: Vec<[&'a str; 2]>,
    /// The sockets that strangers can reach.
    pub binds: Vec<&'a str>,
    /// What a connection is like without faults.
    pub line: &'a Line,
}

impl Swarm<'_> {
    /// The faults of this stream of chance, in order of time.
    #[must_use]
    pub fn faults(&self, chance: &mut Chance) -> Vec<Timed> {
        let enabled: Vec<&str> =
            self.kinds.iter().copied().filter(|_| chance.below(2) == 0).collect();
        let mut ops = Vec::new();
        let mut at = self.from.0;
        loop {
            at = at.saturating_add(chance.within(1, self.every.0.saturating_mul(2).max(1)));
            if at >= self.until.0 {
                break;
            }
            let most = self.longest.0.min(self.until.0 - at);
            // In whole milliseconds, which are easier to read and to shrink.
            let lasts = chance.within(1, (most / 1_000_000).max(1)) * 1_000_000;
            let begin = Span(at / 1_000_000 * 1_000_000);
            let end = Span(begin.0.saturating_add(lasts).min(self.until.0));
            let Some(kind) = chance.pick(&enabled).copied() else { break };
            let Some(op) = self.fault(kind, chance) else { continue };
            let mut undo = op.undo(self.line);
            if let Some(Op::Boot { new_identity, .. }) = &mut undo {
                *new_identity = chance.below(4) == 0;
            }
            ops.push(Timed { at: begin, op });
            ops.extend(undo.map(|op| Timed { at: end, op }));
        }
        ops.sort_by_key(|timed| timed.at);
        ops
    }

    fn fault(&self, kind: &str, chance: &mut Chance) -> Option<Op> {
        let node = (*chance.pick(&self.nodes)?).to_owned();
        let mut pair = *chance.pick(&self.pairs)?;
        if chance.below(2) == 0 {
            pair.reverse();
        }
        let between = pair.map(str::to_owned);
        Some(match kind {
            "cut" => Op::Cut { between, way: Way::Both },
            "one-way-cut" => Op::Cut { between, way: Way::There },
            "loss" => Op::Loss { between, per_million: chance.within(1_000, 200_000) as u32 },
            "latency" => {
                let latency = Range { least: Span(0), most: Span::ms(chance.within(1, 200)) };
                Op::Latency { between, latency }
            }
            "bandwidth" => {
                let bandwidth = Some(Bandwidth(Size(chance.within(1_000, 200_000))));
                Op::Bandwidth { between, bandwidth }
            }
            "chop" => Op::Chop { between, most: Size(chance.within(1, 40)) },
            "reset" => Op::Reset { between },
            "reset-after" => Op::ResetAfter { between, octets: Size(chance.within(1, 2_000)) },
            "finish" => Op::Finish { between },
            "kill" => Op::Kill { node },
            "power-off" => Op::PowerOff { node },
            "pause" => Op::Pause { node },
            "stall" => Op::Stall { node },
            "refuse" => Op::Refuse { node },
            "black-hole" => Op::BlackHole { node },
            "disk-full" => Op::DiskFull { node },
            "sync-fails" => Op::SyncFails { node },
            "bit-rot" => Op::BitRot { node },
            "clock-rate" => Op::ClockRate { node, percent: chance.within(50, 200) as u32 },
            "evil" => {
                let socket = (*chance.pick(&self.binds)?).to_owned();
                let octets = (*chance.pick(&STRANGERS)?).to_owned();
                Op::Evil { socket, octets, closes: chance.below(4) == 0 }
            }
            _ => return None,
        })
    }
}
