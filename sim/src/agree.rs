//! O9: two worlds agree on a schedule.
//!
//! Without faults and losses everybody receives the same in both. Otherwise both lose next to
//! nothing, or both lose about as much and most of it for the same reason; times differ, so counts
//! do as well.

use crate::analysis::Fate;
use crate::message::MessageId;
use crate::schedule::Schedule;
use crate::trace::{Trace, What};
use crate::verdict::{Outcome, outcome};
use crate::world::{Unrunnable, Which};
use core::fmt::Display;

/// The id of this oracle.
pub const ID: &str = "O9-worlds";
/// Per cent of all messages by which losses may differ, as times do.
const PERCENT: f64 = 6.0;
/// Messages that may be lost in one world only: those that are under way when a fault begins.
const FEW: u64 = 8;

/// A run in one world.
#[derive(Debug)]
pub struct Run {
    /// The world.
    pub world: Which,
    /// What happened.
    pub trace: Trace,
    /// What to think of it.
    pub outcome: Outcome,
}

impl Run {
    /// Runs and judges a schedule.
    ///
    /// # Errors
    /// It cannot be run in this world.
    pub fn new(schedule: &Schedule, world: Which) -> Result<Self, Unrunnable> {
        let trace = world.run(schedule)?;
        let (outcome, _) = outcome(schedule, &trace);
        Ok(Self { world, trace, outcome })
    }
}

/// Why a message is lost, as coarse as worlds can agree on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Class {
    /// A connection ended, or one of the processes at its ends.
    Broken,
    /// Nobody had subscribed, or the subscriber was away.
    NotSubscribed,
    /// A queue was full.
    Full,
    /// Nobody of that name was there, or would take it.
    Unroutable,
}

impl Class {
    const fn words(self) -> &'static str {
        match self {
            Self::Broken => "by broken connections",
            Self::NotSubscribed => "for want of a subscription",
            Self::Full => "at full queues",
            Self::Unroutable => "for want of a peer",
        }
    }
}

const fn class(fate: Fate) -> Class {
    match fate {
        Fate::SlowJoiner | Fate::Gap => Class::NotSubscribed,
        Fate::HighWater => Class::Full,
        Fate::NoRoute | Fate::Refused | Fate::StaleReply => Class::Unroutable,
        _ => Class::Broken,
    }
}

/// What two worlds do not agree on, in words.
#[must_use]
pub fn disagree(schedule: &Schedule, one: &Run, other: &Run) -> Option<String> {
    let told = |what: &str, here: &dyn Display, there: &dyn Display| {
        let (one, other) = (one.world.name(), other.world.name());
        Some(format!("{what}: {here} in {one}, {there} in {other}"))
    };
    let (here, there) = (&one.outcome.table, &other.outcome.table);
    let lost = [here.lost(), there.lost()];
    if schedule.op.is_empty() && lost == [0, 0] {
        let (here, there) = (received(&one.trace), received(&other.trace));
        if here != there {
            return told("messages that came, not the same", &here.len(), &there.len());
        }
    }
    if schedule.expect.stuck.is_some() && here.stuck != there.stuck {
        return told("requesters that wait for ever", &here.stuck, &there.stuck);
    }
    let percent = [here.lost_percent(), there.lost_percent()];
    let [here, there] = percent.map(|percent| format!("{percent:.1} %"));
    let [least, most] = [lost.iter().min(), lost.iter().max()].map(|lost| *lost.unwrap_or(&0));
    let [one_percent, other_percent] = percent;
    if most > FEW && (one_percent - other_percent).abs() > PERCENT {
        return told("lost", &here, &there);
    }
    let [here, there] = [one, other].map(|run| main_class(run).map_or("nowhere", Class::words));
    if least > FEW && here != there {
        return told("most losses are", &here, &there);
    }
    None
}

/// The reason for most losses.
fn main_class(run: &Run) -> Option<Class> {
    let mut sums: std::collections::BTreeMap<Class, u64> = std::collections::BTreeMap::new();
    for (fate, count) in run.outcome.table.losses() {
        *sums.entry(class(fate)).or_default() += count;
    }
    sums.into_iter().max_by_key(|(_, count)| *count).map(|(class, _)| class)
}

/// Who received what, without times.
fn received(trace: &Trace) -> Vec<(u16, MessageId)> {
    let events = trace.events.iter().filter_map(|event| match event.what {
        What::Received { socket, message } => Some((socket, message)),
        _ => None,
    });
    let mut received: Vec<_> = events.collect();
    received.sort_unstable();
    received
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Row;

    fn run(world: Which, sent: u64, lost: &[(Fate, u64)]) -> Run {
        let mut outcome = Outcome::default();
        let row = Row { sent, fates: lost.iter().copied().collect(), ..Row::default() };
        outcome.table.rows.push(row);
        Run { world, trace: Trace::default(), outcome }
    }

    fn disagreement(one: &[(Fate, u64)], other: &[(Fate, u64)]) -> Option<String> {
        let schedule = crate::schedule::invent(1, true);
        disagree(&schedule, &run(Which::Tight, 1000, one), &run(Which::Turmoil, 1000, other))
    }

    #[test]
    fn worlds_that_lose_alike_agree_and_others_do_not() {
        assert_eq!(disagreement(&[], &[]), None);
        assert_eq!(disagreement(&[(Fate::Network, 5)], &[]), None, "what was under way");
        assert_eq!(disagreement(&[(Fate::Network, 90)], &[(Fate::SenderDied, 100)]), None);
        let more = disagreement(&[(Fate::Network, 90)], &[(Fate::Network, 200)]);
        assert_eq!(more.as_deref(), Some("lost: 9.0 % in tight, 20.0 % in turmoil"));
        let otherwise = disagreement(&[(Fate::Gap, 90)], &[(Fate::HighWater, 90)]);
        let told =
            "most losses are: for want of a subscription in tight, at full queues in turmoil";
        assert_eq!(otherwise.as_deref(), Some(told));
    }

    #[test]
    fn without_faults_everybody_receives_the_same() {
        let schedule = Schedule { op: Vec::new(), ..crate::schedule::invent(1, false) };
        let (nothing, mut something) = (run(Which::Tight, 1, &[]), run(Which::Turmoil, 1, &[]));
        let message = MessageId { flow: 0, number: 0, is_reply: false };
        something.trace.push(0, What::Received { socket: 0, message });
        assert_eq!(disagree(&schedule, &something, &something), None);
        assert!(disagree(&schedule, &something, &nothing).is_some());
    }

    #[test]
    fn requesters_that_wait_in_one_world_only_are_told() {
        let mut schedule = crate::schedule::invent(1, true);
        let (mut stuck, free) = (run(Which::Tight, 1, &[]), run(Which::Turmoil, 1, &[]));
        stuck.outcome.table.stuck = 3;
        assert_eq!(disagree(&schedule, &stuck, &free), None, "nobody has counted on it");
        schedule.expect.stuck = Some(3);
        let told = disagree(&schedule, &stuck, &free).unwrap();
        assert_eq!(told, "requesters that wait for ever: 3 in tight, 0 in turmoil");
    }
}
