//! Whether faults bit: what each kind of operation did that can be seen.
//!
//! A scenario whose faults never bite proves nothing, and is reported as vacuous.

use crate::schedule::{Op, Schedule};
use crate::trace::{End, Event, Trace, What};
use std::collections::BTreeMap;

/// How often a kind of operation was done, and how often that could be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bite {
    /// Times it was done.
    pub done: u64,
    /// Times it showed.
    pub bit: u64,
}

/// By the name of the operation; those that only end something else are not counted.
pub type Bites = BTreeMap<&'static str, Bite>;

/// What the operations of a run did.
#[must_use]
pub fn bites(schedule: &Schedule, trace: &Trace) -> Bites {
    let mut bites = Bites::new();
    for (number, timed) in schedule.op.iter().enumerate() {
        if !begins(&timed.op) {
            continue;
        }
        // Until something else is done at the same place, or the end.
        let later = schedule.op.iter().skip(number + 1);
        let mut same = later.filter(|next| {
            next.op.node() == timed.op.node() && next.op.between() == timed.op.between()
        });
        let until = same.next().map_or(schedule.duration.0, |next| next.at.0);
        // What is on its way when it ends still shows it.
        let window = timed.at.0..=until.saturating_add(1_000_000_000);
        let first = trace.events.partition_point(|event| event.at < timed.at.0);
        let events = trace.events.iter().skip(first).take_while(|event| window.contains(&event.at));
        let shows = events.into_iter().any(|event| shows(&timed.op, event));
        let bite = bites.entry(timed.op.kind()).or_default();
        bite.done += 1;
        bite.bit += u64::from(shows);
    }
    bites
}

/// Adds up.
pub fn add(sum: &mut Bites, more: &Bites) {
    for (kind, bite) in more {
        let entry = sum.entry(kind).or_default();
        entry.done += bite.done;
        entry.bit += bite.bit;
    }
}

/// Whether a run has faults, and none of them showed.
#[must_use]
pub fn is_vacuous(bites: &Bites) -> bool {
    !bites.is_empty() && bites.values().all(|bite| bite.bit == 0)
}

const fn begins(op: &Op) -> bool {
    match op {
        Op::Heal { .. }
        | Op::Resume { .. }
        | Op::Flow { .. }
        | Op::Accept { .. }
        | Op::Boot { .. } => false,
        Op::Loss { per_million, .. } => *per_million > 0,
        Op::Chop { most, .. } => most.0 > 0,
        Op::ResetAfter { octets, .. } => octets.0 > 0,
        Op::Bandwidth { bandwidth, .. } => bandwidth.is_some(),
        Op::ClockRate { percent, .. } => *percent != 100,
        _ => true,
    }
}

const fn shows(op: &Op, event: &Event) -> bool {
    matches!(
        (op, &event.what),
        (Op::Cut { .. } | Op::Loss { .. } | Op::BlackHole { .. }, What::Delayed { .. })
            | (Op::Kill { .. } | Op::PowerOff { .. }, What::Died { .. })
            | (
                Op::Reset { .. } | Op::ResetAfter { .. } | Op::Refuse { .. },
                What::Closed { end: End::Reset, .. },
            )
            | (Op::Finish { .. }, What::Closed { end: End::Finished, .. })
            | (
                Op::Latency { .. } | Op::Bandwidth { .. } | Op::Chop { .. } | Op::ClockRate { .. },
                What::Written { .. },
            )
            | (Op::Pause { .. } | Op::Stall { .. }, What::Sent { .. } | What::Blocked { .. })
            | (Op::Evil { .. }, What::Op { .. })
    )
}
