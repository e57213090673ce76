//! O9: two worlds agree on a schedule.
//!
//! Without faults and losses everybody receives the same in both. Otherwise both lose next to
//! nothing, or both lose about as much and most of it for the same reason; times differ, so counts
//! do as well.

use crate::analysis::Fate;
use crate::message::MessageId;
use crate::schedule::Schedule;
use crate::trace::{Trace, What};
use crate::verdict::Outcome;

/// The id of this oracle.
pub const ID: &str = "O9-worlds";
/// Per cent of all messages by which losses may differ, as times do.
const PERCENT: f64 = 6.0;
/// Messages that may be lost in one world only: those that are under way when a fault begins.
const FEW: u64 = 8;

/// A run in one world.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The world.
    pub world: &'a str,
    /// What happened.
    pub trace: &'a Trace,
    /// What to think of it.
    pub outcome: &'a Outcome,
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
pub fn disagree(schedule: &Schedule, one: Run<'_>, other: Run<'_>) -> Option<String> {
    let lost = [one, other].map(|run| run.outcome.table.lost());
    if schedule.op.is_empty() && lost == [0, 0] && received(one.trace) != received(other.trace) {
        return Some(format!("{} and {} do not deliver the same", one.world, other.world));
    }
    let stuck = [one, other].map(|run| run.outcome.table.stuck);
    if schedule.expect.stuck.is_some() && stuck.first() != stuck.last() {
        let [here, there] = stuck;
        let (one, other) = (one.world, other.world);
        return Some(format!("{here} requesters wait for ever in {one}, and {there} in {other}"));
    }
    let percent = [one, other].map(|run| run.outcome.table.lost_percent());
    let few = lost.iter().all(|lost| *lost <= FEW);
    let [here, there] = percent;
    if !few && (here - there).abs() > PERCENT {
        let (one, other) = (one.world, other.world);
        return Some(format!("{here:.1} % are lost in {one}, and {there:.1} % in {other}"));
    }
    if lost.iter().any(|lost| *lost <= FEW) {
        return None;
    }
    let words = [one, other].map(|run| main_class(run).map_or("nowhere", Class::words));
    let [here, there] = words;
    (here != there).then(|| {
        let (one, other) = (one.world, other.world);
        format!("most losses are {here} in {one}, and {there} in {other}")
    })
}

/// The reason for most losses.
fn main_class(run: Run<'_>) -> Option<Class> {
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

    fn outcome(sent: u64, lost: &[(Fate, u64)]) -> Outcome {
        let mut outcome = Outcome::default();
        let row = Row { sent, fates: lost.iter().copied().collect(), ..Row::default() };
        outcome.table.rows.push(row);
        outcome
    }

    fn disagreement(one: &[(Fate, u64)], other: &[(Fate, u64)]) -> Option<String> {
        let (schedule, trace) = (crate::schedule::invent(1, true), Trace::default());
        let [one, other] = [one, other].map(|lost| outcome(1000, lost));
        let run = |world, outcome| Run { world, trace: &trace, outcome };
        disagree(&schedule, run("here", &one), run("there", &other))
    }

    #[test]
    fn worlds_that_lose_alike_agree_and_others_do_not() {
        assert_eq!(disagreement(&[], &[]), None);
        assert_eq!(disagreement(&[(Fate::Network, 5)], &[]), None, "what was under way");
        assert_eq!(disagreement(&[(Fate::Network, 90)], &[(Fate::SenderDied, 100)]), None);
        let more = disagreement(&[(Fate::Network, 90)], &[(Fate::Network, 200)]);
        assert!(more.is_some_and(|why| why.contains("9.0 % are lost in here, and 20.0 %")));
        let otherwise = disagreement(&[(Fate::Gap, 90)], &[(Fate::HighWater, 90)]);
        assert!(
            otherwise
                .is_some_and(|why| why.contains("for want of a subscription in here, and at full"))
        );
    }

    #[test]
    fn without_faults_everybody_receives_the_same() {
        let schedule = Schedule { op: Vec::new(), ..crate::schedule::invent(1, false) };
        let (nothing, mut something) = (Trace::default(), Trace::default());
        let message = MessageId { flow: 0, number: 0, is_reply: false };
        something.push(0, What::Received { socket: 0, message });
        let outcome = outcome(1, &[]);
        let run = |trace| Run { world: "a world", trace, outcome: &outcome };
        assert_eq!(disagree(&schedule, run(&something), run(&something)), None);
        assert!(disagree(&schedule, run(&something), run(&nothing)).is_some());
    }
}
