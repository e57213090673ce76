//! Faults of a scenario: which fields each takes, and the operations at its beginning and its end.

use super::expand::{Expansion, OPS_MAX};
use super::{FaultText, Mistake};
use crate::schedule::{Op, Schedule, Socket, Timed};
use crate::units::Span;
use toml::Spanned;

/// What a scenario can do, the fields that it needs, and those that it may have.
const FAULTS: [(&str, &[&str], &[&str]); 20] = [
    ("cut", &["between"], &["way", "for"]),
    ("loss", &["between", "p"], &["for"]),
    ("latency", &["between", "latency"], &["for"]),
    ("bandwidth", &["between", "bandwidth"], &["for"]),
    ("chop", &["between", "most"], &["for"]),
    ("reset", &["between"], &[]),
    ("reset-after", &["between", "octets"], &["for"]),
    ("finish", &["between"], &[]),
    ("kill", &["node"], &["for", "new-identity"]),
    ("power-off", &["node"], &["for", "new-identity"]),
    ("pause", &["node"], &["for"]),
    ("stall", &["node"], &["for"]),
    ("refuse", &["node"], &["for"]),
    ("black-hole", &["node"], &["for"]),
    ("clock-rate", &["node", "percent"], &["for"]),
    ("disk-full", &["node"], &["for"]),
    ("sync-fails", &["node"], &[]),
    ("bit-rot", &["node"], &[]),
    ("evil", &["socket", "hex"], &["closes"]),
    ("boot", &["node"], &["new-identity"]),
];

impl FaultText {
    fn has(&self, field: &str) -> bool {
        match field {
            "node" => self.node.is_some(),
            "between" => self.between.is_some(),
            "for" => self.lasts.is_some(),
            "way" => self.way.is_some(),
            "p" => self.p.is_some(),
            "latency" => self.latency.is_some(),
            "bandwidth" => self.bandwidth.is_some(),
            "most" => self.most.is_some(),
            "octets" => self.octets.is_some(),
            "percent" => self.percent.is_some(),
            "new-identity" => self.new_identity.is_some(),
            "socket" => self.socket.is_some(),
            "hex" => self.hex.is_some(),
            "closes" => self.closes.is_some(),
            _ => false,
        }
    }
}

const FIELDS: [&str; 14] = [
    "node",
    "between",
    "for",
    "way",
    "p",
    "latency",
    "bandwidth",
    "most",
    "octets",
    "percent",
    "new-identity",
    "socket",
    "hex",
    "closes",
];

impl Expansion<'_> {
    pub(super) fn faults(&self, schedule: &Schedule) -> Result<Vec<Timed>, Mistake> {
        let mut ops = Vec::new();
        for text in &self.scenario.fault {
            let fault = text.get_ref();
            self.check_fields(text)?;
            let at = *fault.at.get_ref();
            let end = fault.lasts.map(|lasts| Span(at.0.saturating_add(lasts.0)));
            let last = end.unwrap_or(at);
            if last > schedule.duration {
                let what = format!(
                    "the scenario ends at {}, and this lasts until {last}",
                    schedule.duration
                );
                return Err(self.wrong(&fault.at, what));
            }
            let places = self.places(text, schedule)?;
            let all = (ops.len() + 2 * places.len()) as u64;
            if all > OPS_MAX {
                let what = format!("{all} operations, and at most {OPS_MAX} are possible");
                return Err(self.wrong(text, what));
            }
            for op in places {
                let mut undo = op.undo(&schedule.link);
                if let Some(Op::Boot { new_identity, .. }) = &mut undo {
                    *new_identity = fault.new_identity.unwrap_or(false);
                }
                ops.push(Timed { at, op });
                ops.extend(end.zip(undo).map(|(at, op)| Timed { at, op }));
            }
        }
        Ok(ops)
    }

    fn check_fields(&self, text: &Spanned<FaultText>) -> Result<(), Mistake> {
        let fault = text.get_ref();
        let kind = fault.kind.get_ref();
        let Some((_, needs, may)) = FAULTS.iter().find(|(name, ..)| name == kind) else {
            let names: Vec<_> = FAULTS.iter().map(|(name, ..)| *name).collect();
            let what = format!("{kind:?} is no fault; there are {}", names.join(", "));
            return Err(self.wrong(&fault.kind, what));
        };
        if let Some(missing) = needs.iter().find(|field| !fault.has(field)) {
            return Err(self.wrong(text, format!("{kind} needs `{missing}`")));
        }
        let allowed = |field: &str| needs.contains(&field) || may.contains(&field);
        match FIELDS.iter().find(|field| fault.has(field) && !allowed(field)) {
            Some(odd) => {
                let all: Vec<_> = ["at"].iter().chain(*needs).chain(*may).copied().collect();
                Err(self
                    .wrong(text, format!("{kind} takes no `{odd}`; it takes {}", all.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// What it does at each place it names, and what ends that.
    fn places(&self, text: &Spanned<FaultText>, schedule: &Schedule) -> Result<Vec<Op>, Mistake> {
        let fault = text.get_ref();
        if let Some(between) = &fault.between {
            let [one, other] = between.get_ref();
            let (ones, others) =
                (self.nodes(between, one, schedule)?, self.nodes(between, other, schedule)?);
            let all = (ones.len() * others.len()) as u64;
            if all > OPS_MAX {
                let what = format!("{all} places, and at most {OPS_MAX} are possible");
                return Err(self.wrong(between, what));
            }
            let pairs = ones
                .iter()
                .flat_map(|one| others.iter().map(move |other| [one.clone(), other.clone()]));
            return Ok(pairs.filter_map(|pair| between_op(fault, pair)).collect());
        }
        if let Some(node) = &fault.node {
            let nodes = self.nodes(node, node.get_ref(), schedule)?;
            let ops: Vec<Op> = nodes.into_iter().filter_map(|node| node_op(fault, node)).collect();
            let has_swap = |op: &Op| {
                let mut ours = schedule.socket.iter().filter(|s| op.node() == Some(&s.node));
                ours.any(Socket::has_swap)
            };
            if let Some(op) = ops.iter().find(|op| op.is_of_disks() && !has_swap(op)) {
                let name = op.node().unwrap_or_default();
                let what = format!("{name} has no disk: none of its sockets has the option swap");
                return Err(self.wrong(node, what));
            }
            return Ok(ops);
        }
        let (Some(socket), Some(hex)) = (&fault.socket, &fault.hex) else { return Ok(Vec::new()) };
        let octets: String = hex.get_ref().split_whitespace().collect();
        if !octets.len().is_multiple_of(2) || !octets.bytes().all(|digit| digit.is_ascii_hexdigit())
        {
            return Err(self.wrong(hex, "these are no octets; write two hex digits for each"));
        }
        let targets = self.group(socket, socket.get_ref())?;
        let closes = fault.closes.unwrap_or(false);
        let evil =
            targets.into_iter().map(|socket| Op::Evil { socket, octets: octets.clone(), closes });
        Ok(evil.collect())
    }

    /// The processes of this name: one, or all of a group.
    fn nodes<T>(
        &self,
        at: &Spanned<T>,
        name: &str,
        schedule: &Schedule,
    ) -> Result<Vec<String>, Mistake> {
        let all = schedule.nodes();
        let member = |node: &&&str| {
            node.rsplit_once('.')
                .is_some_and(|(stem, number)| stem == name && number.parse::<u32>().is_ok())
        };
        if all.contains(&name) {
            return Ok(vec![name.to_owned()]);
        }
        let group: Vec<String> = all.iter().filter(member).map(|node| (*node).to_owned()).collect();
        if group.is_empty() {
            let what = format!("there is no process {name:?}; there are {}", all.join(", "));
            return Err(self.wrong(at, what));
        }
        Ok(group)
    }
}

fn between_op(fault: &FaultText, between: [String; 2]) -> Option<Op> {
    Some(match fault.kind.get_ref().as_str() {
        "cut" => Op::Cut { between, way: fault.way.unwrap_or_default() },
        "loss" => {
            let per_million = (fault.p?.clamp(0.0, 0.9) * 1e6) as u32;
            Op::Loss { between, per_million }
        }
        "latency" => Op::Latency { between, latency: fault.latency? },
        "bandwidth" => Op::Bandwidth { between, bandwidth: fault.bandwidth },
        "chop" => Op::Chop { between, most: fault.most? },
        "reset" => Op::Reset { between },
        "reset-after" => Op::ResetAfter { between, octets: fault.octets? },
        "finish" => Op::Finish { between },
        _ => return None,
    })
}

fn node_op(fault: &FaultText, node: String) -> Option<Op> {
    Some(match fault.kind.get_ref().as_str() {
        "kill" => Op::Kill { node },
        "power-off" => Op::PowerOff { node },
        "boot" => Op::Boot { node, new_identity: fault.new_identity.unwrap_or(false) },
        "pause" => Op::Pause { node },
        "stall" => Op::Stall { node },
        "refuse" => Op::Refuse { node },
        "black-hole" => Op::BlackHole { node },
        "clock-rate" => Op::ClockRate { node, percent: fault.percent? },
        "disk-full" => Op::DiskFull { node },
        "sync-fails" => Op::SyncFails { node },
        "bit-rot" => Op::BitRot { node },
        _ => return None,
    })
}
