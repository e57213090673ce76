//! O1: per connection first in, first out; no copies, no inventions; whole multiparts.
//!
//! Out of a durable swap a message may come twice, which is for O11 to judge, and what a connection
//! had when it ended is given to another one out of order (`reference/docs/swap-format.md`). So may
//! the reply to such a request, and what is sent on of such a message: of two copies nobody can
//! tell which is which, and their order is not judged.

use super::{Breach, Case};
use crate::message::MessageId;
use crate::trace::{End, Item, What};
use crate::units::Span;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const ID: &str = "O1-order";

/// When a message entered a queue, and by which connection: queues keep that order. None if it
/// entered twice.
type Entered = BTreeMap<(u16, MessageId), Option<(u32, u32)>>;

fn enter(entered: &mut Entered, socket: u16, id: MessageId, place: (u32, u32)) {
    entered.entry((socket, id)).and_modify(|place| *place = None).or_insert(Some(place));
}

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let mut sent: Entered = BTreeMap::new();
    let mut arrived: Entered = BTreeMap::new();
    let mut received: BTreeSet<(u16, MessageId)> = BTreeSet::new();
    let mut known: BTreeSet<MessageId> = BTreeSet::new();
    let mut swaps = Swaps { case, kept: BTreeSet::new(), ended: BTreeSet::new() };
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
        swaps.observe(&event.what);
        match &event.what {
            What::Sent { socket, message, .. } | What::Doubtful { socket, message } => {
                known.insert(*message);
                enter(&mut sent, *socket, *message, (number, 0));
            }
            What::Foreign { socket, why } => {
                wrong(format!("{} received {why}", case.name(usize::from(*socket))));
            }
            What::Written { connection, side, item: Item::Message(id) } => {
                let from = socket_of(case, *connection, *side).unwrap_or(u16::MAX);
                match sent.get(&(from, *id)) {
                    None => wrong(format!("message {id} was written, and nobody had sent it")),
                    Some(None) => {}
                    Some(Some((entered, _))) => {
                        let before = written.insert((*connection, *side), *entered);
                        let is_late = before.is_some_and(|before| before >= *entered);
                        if is_late && !swaps.ended.contains(&from) {
                            let what = "carries message";
                            wrong(format!("connection {connection} {what} {id} after a later one"));
                        }
                    }
                }
            }
            What::Arrived { connection, side, item: Item::Message(id) } => {
                if let Some(to) = socket_of(case, *connection, 1 - side) {
                    enter(&mut arrived, to, *id, (number, *connection));
                }
            }
            What::Received { socket, message } => {
                let name = case.name(usize::from(*socket));
                if !received.insert((*socket, *message)) && !swaps.may_repeat(*message) {
                    wrong(format!("{name} received message {message} a second time"));
                }
                if !known.contains(message) {
                    wrong(format!("{name} received message {message}, which nobody has sent"));
                }
                let place = arrived.remove(&(*socket, *message)).flatten();
                if let Some((entered, connection)) = place {
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

/// As traces number them.
fn socket_of(case: Case<'_>, connection: u32, side: u8) -> Option<u16> {
    case.socket_of(connection, side).and_then(|socket| u16::try_from(socket).ok())
}

/// What is different where a durable swap is.
struct Swaps<'a> {
    case: Case<'a>,
    /// Messages that have gone through one.
    kept: BTreeSet<MessageId>,
    /// Sockets with one of which a connection has ended, since their process began.
    ended: BTreeSet<u16>,
}

impl Swaps<'_> {
    fn observe(&mut self, what: &What) {
        match what {
            What::Sent { socket, message, .. } | What::Doubtful { socket, message } => {
                self.kept.extend(self.keeps(*socket).then_some(*message));
            }
            What::Closed { connection, side, end } if *end != End::Died => {
                let socket = socket_of(self.case, *connection, *side);
                self.ended.extend(socket.filter(|socket| self.keeps(*socket)));
            }
            What::Died { node, .. } => {
                let case = self.case;
                self.ended.retain(|socket| !case.is_of(usize::from(*socket), *node));
            }
            _ => {}
        }
    }

    /// It, or the request that it replies to, has gone through one.
    fn may_repeat(&self, id: MessageId) -> bool {
        [id, MessageId { is_reply: false, ..id }].iter().any(|id| self.kept.contains(id))
    }

    fn keeps(&self, socket: u16) -> bool {
        self.case.keeps(usize::from(socket))
    }
}
