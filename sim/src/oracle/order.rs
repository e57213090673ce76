//! O1: per connection first in, first out; no copies, no inventions; whole multiparts.

use super::{Breach, Case};
use crate::message::MessageId;
use crate::trace::{Item, What};
use crate::units::Span;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ID: &str = "O1-order";

/// When a message entered a queue, and by which connection: queues keep that order.
type Entered = BTreeMap<(u16, MessageId), (u32, u32)>;

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let mut sent: Entered = BTreeMap::new();
    let mut arrived: Entered = BTreeMap::new();
    let mut received: BTreeSet<(u16, MessageId)> = BTreeSet::new();
    let mut known: BTreeSet<MessageId> = BTreeSet::new();
    // The last that left a queue, by connection: when it had entered it.
    let mut written: BTreeMap<(u32, u8), u32> = BTreeMap::new();
    let mut taken: BTreeMap<(u16, u32), u32> = BTreeMap::new();
    for (number, event) in (0_u32..).zip(&case.trace.events) {
        let at = Span(event.at);
        let mut wrong = |what: String| {
            breaches.push(Breach {
                oracle: ID,
                what: format!("{at}: {what}"),
                event: Some(number),
            });
        };
        let socket_of = |connection: u32, side: usize| {
            let wire = case.analysis.wires.get(connection as usize)?;
            u16::try_from(*wire.sockets.get(side)?).ok()
        };
        match &event.what {
            What::Sent { socket, message, .. } => {
                known.insert(*message);
                sent.insert((*socket, *message), (number, 0));
            }
            What::Foreign { socket, why } => {
                wrong(format!("{} received {why}", case.name(usize::from(*socket))));
            }
            What::Written { connection, side, item: Item::Message(id) } => {
                let from = socket_of(*connection, usize::from(*side)).unwrap_or(u16::MAX);
                match sent.get(&(from, *id)) {
                    None => wrong(format!("message {id} was written, and nobody had sent it")),
                    Some((entered, _)) => {
                        let before = written.insert((*connection, *side), *entered);
                        if before.is_some_and(|before| before >= *entered) {
                            let what = "carries message";
                            wrong(format!("connection {connection} {what} {id} after a later one"));
                        }
                    }
                }
            }
            What::Arrived { connection, side, item: Item::Message(id) } => {
                if let Some(to) = socket_of(*connection, 1 - usize::from(*side)) {
                    arrived.insert((to, *id), (number, *connection));
                }
            }
            What::Received { socket, message } => {
                let name = case.name(usize::from(*socket));
                if !received.insert((*socket, *message)) {
                    wrong(format!("{name} received message {message} a second time"));
                }
                if !known.contains(message) {
                    wrong(format!("{name} received message {message}, which nobody has sent"));
                }
                if let Some((entered, connection)) = arrived.remove(&(*socket, *message)) {
                    let before = taken.insert((*socket, connection), entered);
                    if before.is_some_and(|before| before > entered) {
                        let what = "after a later one of the same connection";
                        wrong(format!("{name} received message {message} {what}"));
                    }
                }
            }
            _ => {}
        }
    }
}
