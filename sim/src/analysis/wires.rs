//! Connections as a trace shows them: when they were up, ready and over, and who asked for what.

use crate::trace::{End, Item, Trace, What};

/// One connection. Side 0 dialled.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    /// The sockets of both sides.
    pub sockets: [usize; 2],
    /// When both ends had it.
    pub up: Option<u64>,
    /// When each side had the other's READY.
    pub ready: [Option<u64>; 2],
    /// When and how it ended for each side.
    pub closed: [Option<(u64, End)>; 2],
    /// Topics as they came to each side: when, which, and whether asked for or taken back.
    pub wishes: [Vec<(u64, Vec<u8>, bool)>; 2],
    /// Messages that each side wrote last, and when.
    pub last_written: [Option<u64>; 2],
    /// When anything at all came to each side last.
    pub last_heard: [Option<u64>; 2],
    /// Octets were sent again, or held up, at these times.
    pub delayed: Vec<u64>,
}

impl Wire {
    /// The side of this socket.
    #[must_use]
    pub fn side(&self, socket: usize) -> Option<usize> {
        self.sockets.iter().position(|side| *side == socket)
    }

    /// Whether this side has met the other, and has not lost it, at this time.
    #[must_use]
    pub fn is_ready(&self, side: usize, at: u64) -> bool {
        let ready = self.ready.get(side).copied().flatten().is_some_and(|since| since <= at);
        let over = self.closed.get(side).copied().flatten().is_some_and(|(end, _)| end <= at);
        ready && !over
    }

    /// Whether the other side has asked this one for what begins so, at this time.
    #[must_use]
    pub fn is_asked(&self, side: usize, topic: &[u8], at: u64) -> bool {
        let wishes = self.wishes.get(side).map(Vec::as_slice).unwrap_or_default();
        let past = wishes.iter().filter(|(when, wish, _)| *when <= at && topic.starts_with(wish));
        past.fold(0_i32, |count, (.., asked)| count + if *asked { 1 } else { -1 }) > 0
    }
}

/// All connections of a run, by number.
#[must_use]
pub(super) fn wires(trace: &Trace) -> Vec<Wire> {
    let mut wires: Vec<Wire> = Vec::new();
    for event in &trace.events {
        let at = event.at;
        match &event.what {
            What::Dialed { connection, from, to } => {
                let wire = wire(&mut wires, *connection);
                wire.sockets = [usize::from(*from), usize::from(*to)];
            }
            What::Up { connection } => wire(&mut wires, *connection).up = Some(at),
            What::Delayed { connection } => wire(&mut wires, *connection).delayed.push(at),
            What::Closed { connection, side, end } => {
                let wire = wire(&mut wires, *connection);
                set(&mut wire.closed, usize::from(*side), (at, *end));
            }
            What::Written { connection, side, item: Item::Message(_) } => {
                set(&mut wire(&mut wires, *connection).last_written, usize::from(*side), at);
            }
            What::Arrived { connection, side, item } => {
                let wire = wire(&mut wires, *connection);
                let to = 1 - usize::from(*side);
                set(&mut wire.last_heard, to, at);
                match item {
                    Item::Ready => set(&mut wire.ready, to, at),
                    Item::Subscribe(topic) => wish(wire, to, at, topic, true),
                    Item::Cancel(topic) => wish(wire, to, at, topic, false),
                    Item::Message(_) | Item::Other | Item::Control => {}
                }
            }
            _ => {}
        }
    }
    wires
}

fn set<T>(slots: &mut [Option<T>; 2], side: usize, value: T) {
    if let Some(slot) = slots.get_mut(side) {
        *slot = Some(value);
    }
}

fn wish(wire: &mut Wire, to: usize, at: u64, topic: &[u8], asked: bool) {
    wire.wishes.get_mut(to).into_iter().for_each(|list| list.push((at, topic.to_vec(), asked)));
}

/// The connection of this number; strangers have none that was dialled.
fn wire(wires: &mut Vec<Wire>, number: u32) -> &mut Wire {
    let index = number as usize;
    while wires.len() <= index {
        wires.push(Wire { sockets: [usize::MAX; 2], ..Wire::default() });
    }
    let last = wires.len() - 1;
    // The loop has made it; the last is there in any case.
    let index = index.min(last);
    #[expect(clippy::indexing_slicing, reason = "the loop above has made it")]
    &mut wires[index]
}
