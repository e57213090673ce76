//! Sums of lives: what was sent, delivered and lost, where, and how long nothing came.

use super::topology::{Reach, Ways};
use super::{Fate, Life};
use crate::schedule::Schedule;
use crate::trace::{Trace, What};
use crate::units::Span;
use std::collections::BTreeMap;

/// One flow to one who takes it; or to several, where one of them does.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Row {
    /// `flow: sender > receiver`.
    pub name: String,
    /// The flow, as numbered in the schedule.
    pub flow: usize,
    /// These are the replies.
    pub is_reply: bool,
    /// Messages that should have come.
    pub sent: u64,
    /// Those that did.
    pub delivered: u64,
    /// How often more than once.
    pub copies: u64,
    /// Deliveries after one with a higher number.
    pub reordered: u64,
    /// Those that did not, by where they were lost or still are.
    pub fates: BTreeMap<Fate, u64>,
    /// The longest time between two deliveries while messages were sent.
    pub longest_gap: Span,
    /// From the last operation of the schedule to the first delivery of what was sent after it.
    pub recovered: Option<Span>,
}

impl Row {
    /// Messages that nobody will ever get.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.fates.iter().filter(|(fate, _)| fate.is_lost()).map(|(_, count)| count).sum()
    }
}

/// All sums of a run.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    /// In the order of flows; replies after what they answer.
    pub rows: Vec<Row>,
    /// How long senders had to wait for room in all, by flow.
    pub blocked: Vec<Span>,
    /// The most octets of messages in the queues of each process at one time.
    pub peak_queued: Vec<u64>,
    /// Requesters that wait for a reply at the end.
    pub stuck: u64,
}

impl Table {
    /// Messages that should have come, in all rows.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.rows.iter().map(|row| row.sent).sum()
    }

    /// Those that are lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.rows.iter().map(Row::lost).sum()
    }

    /// Per cent of them.
    #[must_use]
    pub fn lost_percent(&self) -> f64 {
        self.lost() as f64 * 100.0 / (self.sent().max(1)) as f64
    }

    /// Copies beyond the first.
    #[must_use]
    pub fn copies(&self) -> u64 {
        self.rows.iter().map(|row| row.copies).sum()
    }

    /// How many had this fate.
    #[must_use]
    pub fn of(&self, fate: Fate) -> u64 {
        self.rows.iter().filter_map(|row| row.fates.get(&fate)).sum()
    }

    /// Lost messages by fate, the most first.
    #[must_use]
    pub fn losses(&self) -> Vec<(Fate, u64)> {
        let mut sums: BTreeMap<Fate, u64> = BTreeMap::new();
        for (fate, count) in self.rows.iter().flat_map(|row| &row.fates) {
            if fate.is_lost() {
                *sums.entry(*fate).or_default() += count;
            }
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(_, count)| core::cmp::Reverse(*count));
        sums
    }
}

pub(super) fn table(schedule: &Schedule, trace: &Trace, ways: &[Ways], lives: &[Life]) -> Table {
    let mut groups: BTreeMap<(u16, bool, usize), Vec<&Life>> = BTreeMap::new();
    for life in lives {
        let all = ways.get(usize::from(life.id.flow)).map(|ways| ways.reach);
        let each = all == Some(Reach::All) && !life.id.is_reply;
        let chosen =
            schedule.flow.get(usize::from(life.id.flow)).is_some_and(|flow| !flow.to.is_empty());
        let end = if each || chosen { life.end } else { usize::MAX };
        groups.entry((life.id.flow, life.id.is_reply, end)).or_default().push(life);
    }
    let rows = groups.into_iter().map(|(key, lives)| row(schedule, key, &lives)).collect();
    let stuck =
        trace.left.iter().filter(|left| matches!(left, crate::trace::Left::Reply { .. })).count();
    Table {
        rows,
        blocked: blocked(schedule, trace),
        peak_queued: peaks(schedule, trace),
        stuck: stuck as u64,
    }
}

fn row(schedule: &Schedule, key: (u16, bool, usize), lives: &[&Life]) -> Row {
    let (flow, is_reply, _) = key;
    let spec = schedule.flow.get(usize::from(flow));
    let mut ends: Vec<usize> = lives.iter().map(|life| life.end).collect();
    ends.sort_unstable();
    ends.dedup();
    let names: Vec<&str> = ends
        .iter()
        .filter_map(|end| schedule.socket.get(*end))
        .map(|socket| socket.name.as_str())
        .collect();
    let kind = if is_reply { " (replies)" } else { "" };
    let from = spec.map(|flow| flow.from.as_str()).unwrap_or_default();
    let to = joined(&names);
    let name = spec.map(|flow| flow.name.as_str()).unwrap_or_default();
    let name =
        if is_reply { format!("{name}{kind}: > {to}") } else { format!("{name}: {from} > {to}") };
    let mut row = Row { name, flow: usize::from(flow), is_reply, ..Row::default() };
    let mut times: Vec<(u64, u32)> = Vec::new();
    let (mut first, mut last) = (u64::MAX, 0);
    for life in lives {
        row.sent += 1;
        row.copies += u64::from(life.copies);
        (first, last) = (first.min(life.sent), last.max(life.sent));
        if life.fate == Fate::Delivered {
            row.delivered += 1;
            times.extend(life.received.map(|at| (at, life.id.number)));
        } else {
            *row.fates.entry(life.fate).or_default() += 1;
        }
    }
    times.sort_unstable();
    let mut highest = None;
    for (_, number) in &times {
        row.reordered += u64::from(highest.is_some_and(|highest| number < highest));
        highest = highest.max(Some(number));
    }
    let marks =
        core::iter::once(first).chain(times.iter().map(|(at, _)| *at).filter(|at| *at <= last));
    let marks: Vec<u64> = marks.chain(core::iter::once(last)).collect();
    let gaps = marks.iter().zip(marks.iter().skip(1)).map(|(one, next)| next.saturating_sub(*one));
    row.longest_gap = Span(gaps.max().unwrap_or(0));
    let over = schedule.last_op().0;
    let after = lives.iter().filter(|life| life.sent >= over && life.fate == Fate::Delivered);
    let back = after.filter_map(|life| life.received).min();
    row.recovered = back.filter(|_| over > 0).map(|back| Span(back.saturating_sub(over)));
    row
}

/// `worker.1`, or `worker.*` for all that begin so.
fn joined(names: &[&str]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => (*one).to_owned(),
        [one, rest @ ..] => {
            let stem = one.rsplit_once('.').map(|(stem, _)| stem);
            let same = stem.filter(|stem| {
                rest.iter()
                    .all(|name| name.rsplit_once('.').is_some_and(|(other, _)| other == *stem))
            });
            same.map_or_else(|| names.join(", "), |stem| format!("{stem}.*"))
        }
    }
}

/// How long each flow waited for room.
fn blocked(schedule: &Schedule, trace: &Trace) -> Vec<Span> {
    let mut sums = vec![0; schedule.flow.len()];
    let mut since: Vec<Option<u64>> = vec![None; schedule.flow.len()];
    for event in &trace.events {
        match event.what {
            What::Blocked { message, .. } => {
                since
                    .get_mut(usize::from(message.flow))
                    .into_iter()
                    .for_each(|slot| *slot = Some(event.at));
            }
            What::Sent { message, .. }
            | What::Refused { message, .. }
            | What::Doubtful { message, .. }
                if !message.is_reply =>
            {
                let flow = usize::from(message.flow);
                let waited =
                    since.get_mut(flow).and_then(Option::take).map(|since| event.at - since);
                sums.get_mut(flow).into_iter().for_each(|sum| *sum += waited.unwrap_or(0));
            }
            _ => {}
        }
    }
    for (sum, since) in sums.iter_mut().zip(since) {
        *sum += since.map_or(0, |since| schedule.duration.0.saturating_sub(since));
    }
    sums.into_iter().map(Span).collect()
}

/// What was in the queues of each process at most: from sent to written, and from arrived to
/// received. A publisher's copies count once, where they were taken; nothing outlives its process.
fn peaks(schedule: &Schedule, trace: &Trace) -> Vec<u64> {
    let nodes = schedule.nodes();
    let node_of: Vec<usize> = schedule
        .socket
        .iter()
        .map(|socket| nodes.iter().position(|node| *node == socket.node).unwrap_or(usize::MAX))
        .collect();
    let mut held: Vec<BTreeMap<crate::message::MessageId, u64>> =
        vec![BTreeMap::new(); nodes.len()];
    let mut sizes: BTreeMap<crate::message::MessageId, u64> = BTreeMap::new();
    let mut sockets: Vec<[usize; 2]> = Vec::new();
    let (mut sums, mut peaks) = (vec![0_u64; nodes.len()], vec![0_u64; nodes.len()]);
    for event in &trace.events {
        let (node, id, octets) = match &event.what {
            What::Dialed { from, to, connection } => {
                let index = *connection as usize;
                sockets.resize(sockets.len().max(index + 1), [usize::MAX; 2]);
                sockets
                    .get_mut(index)
                    .into_iter()
                    .for_each(|slot| *slot = [usize::from(*from), usize::from(*to)]);
                continue;
            }
            What::Died { node, .. } => {
                let node = usize::from(*node);
                held.get_mut(node).into_iter().for_each(BTreeMap::clear);
                sums.get_mut(node).into_iter().for_each(|sum| *sum = 0);
                continue;
            }
            What::Sent { socket, message, octets } => {
                sizes.insert(*message, u64::from(*octets));
                (node_of.get(usize::from(*socket)), *message, Some(u64::from(*octets)))
            }
            What::Received { socket, message } => {
                (node_of.get(usize::from(*socket)), *message, None)
            }
            What::Written { connection, side, item: crate::trace::Item::Message(id) } => {
                let socket = sockets
                    .get(*connection as usize)
                    .and_then(|sides| sides.get(usize::from(*side)));
                (socket.and_then(|socket| node_of.get(*socket)), *id, None)
            }
            What::Arrived { connection, side, item: crate::trace::Item::Message(id) } => {
                let socket = sockets
                    .get(*connection as usize)
                    .and_then(|sides| sides.get(1 - usize::from(*side)));
                (socket.and_then(|socket| node_of.get(*socket)), *id, sizes.get(id).copied())
            }
            _ => continue,
        };
        let Some(node) = node.copied() else { continue };
        let (Some(held), Some(sum), Some(peak)) =
            (held.get_mut(node), sums.get_mut(node), peaks.get_mut(node))
        else {
            continue;
        };
        match octets {
            Some(octets) => *sum += octets.saturating_sub(held.insert(id, octets).unwrap_or(0)),
            None => *sum -= held.remove(&id).unwrap_or(0),
        }
        *peak = (*peak).max(*sum);
    }
    peaks
}
