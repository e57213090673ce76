//! Whether faults bit: what each kind of operation did that can be seen.
//!
//! A scenario whose faults never bite proves nothing, and is reported as vacuous.

use crate::schedule::{Op, Schedule};
use crate::trace::{End, Event, Trace, What};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often a kind of operation was done, and how often that could be seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bite {
    /// Times it was done.
    pub done: u64,
    /// Times it showed.
    pub bit: u64,
}

/// By the name of the operation; those that only end something else are not counted.
pub type Bites = BTreeMap<String, Bite>;

/// What the operations of a run did.
#[must_use]
pub fn bites(schedule: &Schedule, trace: &Trace) -> Bites {
    let mut bites = Bites::new();
    for (number, timed) in schedule.op.iter().enumerate() {
        if !timed.op.begins() {
            continue;
        }
        // What is on its way when it ends still shows it.
        let window = timed.at.0..=schedule.until(number).0.saturating_add(1_000_000_000);
        let first = trace.events.partition_point(|event| event.at < timed.at.0);
        let events = trace.events.iter().skip(first).take_while(|event| window.contains(&event.at));
        let shows = events.into_iter().any(|event| shows(&timed.op, event));
        let bite = bites.entry(timed.op.kind().to_owned()).or_default();
        bite.done += 1;
        bite.bit += u64::from(shows);
    }
    bites
}

/// Adds up.
pub fn add(sum: &mut Bites, more: &Bites) {
    for (kind, bite) in more {
        let entry = sum.entry(kind.clone()).or_default();
        entry.done += bite.done;
        entry.bit += bite.bit;
    }
}

/// Whether a run has faults, and none of them showed.
#[must_use]
pub fn is_vacuous(bites: &Bites) -> bool {
    !bites.is_empty() && bites.values().all(|bite| bite.bit == 0)
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
            | (
                Op::DiskFull { .. } | Op::SyncFails { .. },
                What::Refused { .. } | What::Doubtful { .. } | What::Died { .. },
            )
            | (Op::BitRot { .. }, What::Damaged { .. })
            | (Op::Evil { .. }, What::Op { .. })
    )
}
