//! Who may get what: the ways from a flow to those who take its messages.
//!
//! ```text
//! hop: socket --wire--> socket          a socket that forwards continues from its target
//! any: one of the ends gets a message   all: each end whose filter fits (past a publisher)
//! ```

use crate::message::MessageId;
use crate::schedule::{Schedule, Socket, Work};
use zeroproof_reference::SocketType;

/// A way from a sender to one who takes the message: its hops.
pub type Way = Vec<(usize, usize)>;

/// Whether a message of a flow is for one of the ends, or for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// One of them.
    Any,
    /// Each of them whose filter fits.
    All,
}

/// The ways of the messages of a flow, and of the replies to them.
#[derive(Clone, Debug)]
pub struct Ways {
    /// To those who take them.
    pub there: Vec<Way>,
    /// For one or for each.
    pub reach: Reach,
    /// Of the replies, to who asked.
    pub back: Vec<Way>,
}

/// The ways of each flow.
#[must_use]
pub fn ways(schedule: &Schedule) -> Vec<Ways> {
    let neighbours = neighbours(schedule);
    schedule
        .flow
        .iter()
        .map(|flow| {
            let from = schedule.socket_named(&flow.from).map_or(0, |(number, _)| number);
            let mut there = Vec::new();
            walk(schedule, &neighbours, from, &mut Vec::new(), &mut there);
            let publishes = |way: &Way| {
                way.iter()
                    .any(|(from, _)| kind(schedule, *from).is_some_and(SocketType::is_publisher))
            };
            let reach = if there.iter().any(publishes) { Reach::All } else { Reach::Any };
            let replies = |way: &Way| {
                let end = way.last().and_then(|(_, end)| schedule.socket.get(*end));
                end.is_some_and(|end| end.work == Work::Reply)
            };
            let back = there.iter().filter(|way| replies(way)).map(back).collect();
            Ways { there, reach, back }
        })
        .collect()
}

fn kind(schedule: &Schedule, socket: usize) -> Option<SocketType> {
    schedule.socket.get(socket).map(|socket| socket.kind)
}

/// Whom each socket has a wire to.
fn neighbours(schedule: &Schedule) -> Vec<Vec<usize>> {
    let mut neighbours = vec![Vec::new(); schedule.socket.len()];
    for (number, socket) in schedule.socket.iter().enumerate() {
        for (other, _) in socket.connect.iter().filter_map(|name| schedule.socket_named(name)) {
            neighbours.get_mut(number).into_iter().for_each(|list| list.push(other));
            neighbours.get_mut(other).into_iter().for_each(|list| list.push(number));
        }
    }
    neighbours
}

fn walk(
    schedule: &Schedule,
    neighbours: &[Vec<usize>],
    from: usize,
    way: &mut Way,
    found: &mut Vec<Way>,
) {
    for next in neighbours.get(from).into_iter().flatten() {
        // Nobody sends a message back where it was.
        if way.iter().any(|(one, other)| one == next || other == next) {
            continue;
        }
        let Some(Socket { work, to, .. }) = schedule.socket.get(*next) else { continue };
        way.push((from, *next));
        let onward = to.as_ref().filter(|_| *work == Work::Forward);
        match onward.and_then(|name| schedule.socket_named(name)) {
            Some((onward, _)) => walk(schedule, neighbours, onward, way, found),
            None => found.push(way.clone()),
        }
        way.pop();
    }
}

/// The same way, the other way round.
fn back(way: &Way) -> Way {
    way.iter().rev().map(|(from, to)| (*to, *from)).collect()
}

/// What a message begins with.
#[must_use]
pub fn topic(schedule: &Schedule, id: MessageId) -> &[u8] {
    let topics = schedule.flow.get(usize::from(id.flow)).map(|flow| flow.topics.as_slice());
    let topics = topics.unwrap_or_default();
    let nth = (id.number as usize).checked_rem(topics.len());
    nth.and_then(|nth| topics.get(nth)).map(String::as_bytes).unwrap_or_default()
}

/// The ways on which a message should be delivered: any of them, or each.
#[must_use]
pub fn expected<'a>(schedule: &Schedule, ways: &'a Ways, id: MessageId) -> (Reach, Vec<&'a Way>) {
    if id.is_reply {
        return (Reach::Any, ways.back.iter().collect());
    }
    let flow = schedule.flow.get(usize::from(id.flow));
    let to = flow.map(|flow| flow.to.as_slice()).unwrap_or_default();
    let chosen = (id.number as usize).checked_rem(to.len()).and_then(|nth| to.get(nth));
    let topic = topic(schedule, id);
    let fits = |way: &&Way| {
        let Some((_, first)) = way.first() else { return false };
        let name = schedule.socket.get(*first).map(|socket| &socket.name);
        let end = way.last().and_then(|(_, end)| schedule.socket.get(*end));
        chosen.is_none_or(|chosen| name == Some(chosen)) && end.is_some_and(|end| end.wants(topic))
    };
    (ways.reach, ways.there.iter().filter(fits).collect())
}
