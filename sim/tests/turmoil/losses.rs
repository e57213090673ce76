//! Where messages are lost: what two worlds have to agree on, whatever their clocks do.

use std::collections::{BTreeMap, BTreeSet};
use zeroproof_sim::message::MessageId;
use zeroproof_sim::schedule::{Op, Schedule};
use zeroproof_sim::trace::{Item, Trace, What};

/// Where a message that a socket had taken was when it was lost.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Place {
    /// Written, or just about to be, on a connection that ended before the other side had read it.
    Wire,
    /// In the queues of a process that died.
    Process,
    /// Anywhere else: nobody has an excuse.
    Nowhere,
}

/// What may be lost under operations, whatever the time: the loss class of a schedule.
pub(super) fn allowed(schedule: &Schedule) -> BTreeSet<Place> {
    let of = |op: &Op| match op {
        Op::Kill { .. } | Op::PowerOff { .. } => vec![Place::Wire, Place::Process],
        Op::Reset { .. } | Op::ResetAfter { .. } => vec![Place::Wire],
        // An end that comes while there is something on its way back is a reset.
        Op::Finish { .. } => vec![Place::Wire],
        Op::Cut { .. } if has_long_cut(schedule) => vec![Place::Wire],
        _ => Vec::new(),
    };
    schedule.op.iter().flat_map(|timed| of(&timed.op)).collect()
}

fn has_long_cut(schedule: &Schedule) -> bool {
    let mut since = BTreeMap::new();
    schedule.op.iter().any(|timed| match &timed.op {
        Op::Cut { between, .. } => {
            since.entry(between.clone()).or_insert(timed.at);
            false
        }
        Op::Heal { between } => {
            since.remove(between).is_some_and(|at| timed.at.0 - at.0 > schedule.link.tcp_give_up.0)
        }
        _ => false,
    })
}

/// Where a trace has lost messages of sockets that queue and do not drop, and how many.
pub(super) fn losses(schedule: &Schedule, trace: &Trace) -> BTreeMap<Place, Vec<MessageId>> {
    let (mut on_wire, mut arrived) = (BTreeMap::new(), BTreeSet::new());
    let (mut over, mut received) = (BTreeSet::new(), BTreeMap::<_, u32>::new());
    let mut sent: BTreeMap<MessageId, (u32, u16, u64)> = BTreeMap::new();
    let mut died = BTreeMap::new();
    let (mut ends, mut last_end) = (BTreeMap::new(), BTreeMap::new());
    for event in &trace.events {
        match &event.what {
            // A forwarder sends it once more.
            What::Sent { socket, message, .. } => {
                let before = sent.get(message).map_or(0, |(times, ..)| *times);
                sent.insert(*message, (before + 1, *socket, event.at));
            }
            What::Received { message, .. } => *received.entry(*message).or_default() += 1,
            What::Written { connection, item: Item::Message(id), .. } => {
                on_wire.insert(*id, *connection);
            }
            What::Arrived { item: Item::Message(id), .. } => drop(arrived.insert(*id)),
            What::Dialed { connection, from, to } => {
                ends.insert(*connection, [*from, *to]);
            }
            What::Closed { connection, side, .. } => {
                over.insert(*connection);
                let ends = ends.get(connection).copied().unwrap_or([u16::MAX; 2]);
                last_end.insert(ends[usize::from(*side)], event.at);
            }
            What::Died { node, .. } => drop(died.insert(usize::from(*node), event.at)),
            _ => {}
        }
    }
    // A reply that comes when its requester has gone on is not received.
    let events = trace.events.iter();
    let given_up = events.filter_map(|event| match event.what {
        What::GaveUp { message, .. } => Some(message.reply()),
        _ => None,
    });
    let given_up: BTreeSet<MessageId> = given_up.collect();
    let mut lost: BTreeMap<Place, Vec<MessageId>> = BTreeMap::new();
    for (message, (times, socket, at)) in sent {
        let came = received.get(&message).copied().unwrap_or(0);
        if came >= times || given_up.contains(&message) {
            continue;
        }
        let node = &schedule.socket[usize::from(socket)].node;
        let host = schedule.nodes().iter().position(|name| name == node).unwrap();
        let sender_died = died.get(&host).is_some_and(|died| *died >= at);
        let any_died = !died.is_empty();
        let place = match on_wire.get(&message) {
            Some(_) if arrived.contains(&message) && any_died => Place::Process,
            Some(_) if arrived.contains(&message) => Place::Nowhere,
            Some(connection) if over.contains(connection) => Place::Wire,
            Some(_) => Place::Nowhere,
            None if sender_died => Place::Process,
            // A reply to somebody who is gone is dropped.
            None if message.is_reply && !over.is_empty() => Place::Wire,
            // It was being written when the connection ended.
            None if last_end.get(&socket).is_some_and(|end| *end >= at) => Place::Wire,
            None => Place::Nowhere,
        };
        lost.entry(place).or_default().push(message);
    }
    lost
}

/// The first message that one socket has received twice.
pub(super) fn twice(trace: &Trace) -> Option<(u16, MessageId)> {
    let mut seen = BTreeSet::new();
    trace.events.iter().find_map(|event| match &event.what {
        What::Received { socket, message } if !seen.insert((*socket, *message)) => {
            Some((*socket, *message))
        }
        _ => None,
    })
}

/// Whether somebody has connected again: two connections of one sender are in no order.
fn has_reconnected(trace: &Trace) -> bool {
    let mut dialed = BTreeMap::new();
    let mut up = BTreeSet::new();
    trace.events.iter().any(|event| match event.what {
        What::Dialed { connection, from, to } => {
            dialed.insert(connection, (from, to));
            false
        }
        What::Up { connection } => !up.insert(dialed.get(&connection).copied()),
        _ => false,
    })
}

/// What nobody sent, what nobody asked for, and what came in another order than it was sent in to
/// one socket by one flow.
pub(super) fn nonsense(trace: &Trace) -> Vec<String> {
    let mut last: BTreeMap<(u16, u16, bool), u32> = BTreeMap::new();
    let (mut found, in_order) = (Vec::new(), !has_reconnected(trace));
    for event in &trace.events {
        match &event.what {
            What::Foreign { .. } | What::Unasked { .. } => found.push(event.to_string()),
            What::Received { socket, message } if in_order => {
                let before = last.insert((*socket, message.flow, message.is_reply), message.number);
                if before.is_some_and(|before| before >= message.number) {
                    found.push(format!("{event} after {before:?}"));
                }
            }
            _ => {}
        }
    }
    found
}
