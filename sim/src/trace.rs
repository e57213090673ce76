//! What happened, in order: all that oracles and reports know of a run.
//!
//! ```text
//! application  Sent Blocked Refused Received Foreign    process  Died Booted Op
//! swap         Doubtful Damaged
//! connection   Dialed Up Written Arrived Told Heard Closed
//! ```
//!
//! The hash is over every event and every octet that passed; equal hashes are equal runs. A mark of
//! it after every so many events finds the first that differs.

use crate::chance::mix;
use crate::message::MessageId;
use crate::units::Span;
use core::fmt;
use serde::{Serialize, Serializer};

/// Events between two marks of the hash.
pub const MARK_EVERY: usize = 256;

/// How a connection ended for one side.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// This side closed it, since the other has been silent for too long.
    Heartbeat,
    /// This side closed it for another reason of the protocol.
    Protocol,
    /// This side closed it, since the socket has closed or has no use for it.
    Local,
    /// The other side closed it.
    Finished,
    /// It was reset.
    Reset,
    /// The system gave up.
    TimedOut,
    /// The process of this side is gone.
    Died,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "fields are numbers of the schedule's sockets and of connections")]
pub enum What {
    /// A socket has taken a message.
    Sent { socket: u16, message: MessageId, octets: u32 },
    /// It has no room for this one now.
    Blocked { socket: u16, message: MessageId },
    /// It will not take it.
    Refused { socket: u16, message: MessageId },
    /// Its disk has failed under this one: it may be there after a restart, or not.
    Doubtful { socket: u16, message: MessageId },
    /// Its swap says that the disk has lost so many messages.
    Damaged { socket: u16, messages: u32 },
    /// An application has got a message.
    Received { socket: u16, message: MessageId },
    /// An application has got what nobody sent, or not whole.
    Foreign { socket: u16, why: &'static str },
    /// A SUB got a topic it did not ask for.
    Unasked { socket: u16, message: MessageId },
    /// A requester has waited long enough.
    GaveUp { socket: u16, message: MessageId },
    /// A socket, or a stranger as number 65535, tries to reach another: the connection gets this
    /// number.
    Dialed { connection: u32, from: u16, to: u16 },
    /// Both ends have it.
    Up { connection: u32 },
    /// A side has given the last octet of it to its system.
    Written { connection: u32, side: u8, item: Item },
    /// The other side has been given the last octet of what this side wrote.
    Arrived { connection: u32, side: u8, item: Item },
    /// It is over for this side.
    Closed { connection: u32, side: u8, end: End },
    /// A process is gone, with its memory.
    Died { node: u16, power: bool },
    /// It is there again.
    Booted { node: u16 },
    /// An operation of the schedule has begun.
    Op { number: u32 },
    /// Segments have been sent again, or were held up.
    Delayed { connection: u32 },
}

/// What passes, but for subscriptions, which have topics.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// The handshake of this side is over.
    Ready,
    /// A message of ours.
    Message(MessageId),
    /// One that cannot be read.
    Other,
    /// A topic is asked for.
    Subscribe(#[serde(serialize_with = "text")] Vec<u8>),
    /// It is no longer.
    Cancel(#[serde(serialize_with = "text")] Vec<u8>),
    /// PING, PONG or ERROR.
    Control,
}

/// The topics of schedules are texts.
fn text<S: Serializer>(topic: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&String::from_utf8_lossy(topic))
}

/// One event at its time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Event {
    /// Nanoseconds since the start.
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>14} {:?}", Span(self.at).to_string(), self.what)
    }
}

/// All events of a run, and what they hash to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Trace {
    /// In order.
    pub events: Vec<Event>,
    /// Of all events, and of all octets that passed.
    pub hash: u64,
    /// The hash after every [`MARK_EVERY`] events.
    pub marks: Vec<u64>,
    /// What waits at the end.
    pub left: Vec<Left>,
    /// The run was stopped, since it did more than anything that makes sense.
    pub is_storm: bool,
    /// What was written, if somebody wanted it kept; the hash is the same.
    pub packets: Option<Vec<Packet>>,
}

/// Octets that a side of a connection has given to its system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet {
    /// Nanoseconds since the start.
    pub at: u64,
    /// The connection.
    pub connection: u32,
    /// Which side of it.
    pub side: u8,
    /// The octets.
    pub octets: Vec<u8>,
}

/// What an application still waits for at the end.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "fields are numbers of the schedule's sockets and of connections")]
pub enum Left {
    /// A reply.
    Reply { socket: u16, message: MessageId },
    /// Room for this message.
    Room { socket: u16, message: MessageId },
    /// It is still at work on this one.
    Working { socket: u16, message: MessageId },
}

impl Trace {
    /// Notes an event.
    pub fn push(&mut self, at: u64, what: What) {
        self.stir(at ^ digest(&what));
        self.events.push(Event { at, what });
        if self.events.len().is_multiple_of(MARK_EVERY) {
            self.marks.push(self.hash);
        }
    }

    /// Octets that passed; only their hash is kept.
    pub fn octets(&mut self, octets: &[u8]) {
        let (words, rest) = octets.as_chunks();
        let stir = |sum: u64, word: &[u8; 8]| {
            (sum.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        };
        let mut sum = words.iter().fold(octets.len() as u64, stir);
        if !rest.is_empty() {
            let mut padded = [0; 8];
            for (to, from) in padded.iter_mut().zip(rest) {
                *to = *from;
            }
            sum = stir(sum, &padded);
        }
        self.stir(sum);
    }

    const fn stir(&mut self, word: u64) {
        self.hash = mix(self.hash.wrapping_add(0x9E37_79B9_7F4A_7C15) ^ word);
    }

    /// The first event in which two traces of one schedule differ, if they do: its number.
    #[must_use]
    pub fn divergence(&self, other: &Self) -> Option<usize> {
        if self.hash == other.hash && self.events == other.events {
            return None;
        }
        // Equal marks are equal pasts: begin behind the last of them.
        let equal = self.marks.iter().zip(&other.marks).take_while(|(one, two)| one == two).count();
        let from = equal * MARK_EVERY;
        let pairs = self.events.iter().zip(&other.events).skip(from);
        Some(from + pairs.take_while(|(one, two)| one == two).count())
    }
}

/// Some bits of an event, without the detour of its text.
fn digest(what: &What) -> u64 {
    let message = |id: &MessageId| {
        u64::from(id.number) << 20 | u64::from(id.flow) << 1 | u64::from(id.is_reply)
    };
    let item = |item: &Item| match item {
        Item::Ready => 1,
        Item::Message(id) => message(id) ^ 0x1_0000_0000_0000,
        Item::Other => 2,
        Item::Subscribe(topic) => {
            3 ^ topic.iter().fold(7, |sum, octet| sum * 31 + u64::from(*octet))
        }
        Item::Cancel(topic) => 4 ^ topic.iter().fold(9, |sum, octet| sum * 31 + u64::from(*octet)),
        Item::Control => 5,
    };
    let (kind, place, rest) = match what {
        What::Sent { socket, message: id, octets } => {
            (1, u32::from(*socket), message(id) ^ u64::from(*octets) << 40)
        }
        What::Blocked { socket, message: id } => (2, u32::from(*socket), message(id)),
        What::Refused { socket, message: id } => (3, u32::from(*socket), message(id)),
        What::Received { socket, message: id } => (4, u32::from(*socket), message(id)),
        What::Foreign { socket, why } => (5, u32::from(*socket), why.len() as u64),
        What::Unasked { socket, message: id } => (6, u32::from(*socket), message(id)),
        What::GaveUp { socket, message: id } => (7, u32::from(*socket), message(id)),
        What::Dialed { connection, from, to } => {
            (8, *connection, u64::from(*from) << 16 | u64::from(*to))
        }
        What::Up { connection } => (9, *connection, 0),
        What::Written { connection, side, item: what } => {
            (10, *connection, item(what) ^ u64::from(*side) << 60)
        }
        What::Arrived { connection, side, item: what } => {
            (11, *connection, item(what) ^ u64::from(*side) << 60)
        }
        What::Closed { connection, side, end } => {
            (12, *connection, u64::from(*side) << 8 | *end as u64)
        }
        What::Died { node, power } => (13, u32::from(*node), u64::from(*power)),
        What::Booted { node } => (14, u32::from(*node), 0),
        What::Op { number } => (15, *number, 0),
        What::Delayed { connection } => (16, *connection, 0),
        What::Doubtful { socket, message: id } => (17, u32::from(*socket), message(id)),
        What::Damaged { socket, messages } => (18, u32::from(*socket), u64::from(*messages)),
    };
    mix((kind << 56) ^ (u64::from(place) << 24) ^ rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(count: u32, odd: Option<u32>) -> Trace {
        let mut trace = Trace::default();
        for number in 0..count {
            let message = MessageId { flow: 0, number, is_reply: odd == Some(number) };
            trace.push(u64::from(number), What::Received { socket: 1, message });
        }
        trace
    }

    #[test]
    fn the_first_event_that_differs_is_found() {
        let one = trace(2000, None);
        assert_eq!(one.divergence(&trace(2000, None)), None);
        for odd in [0, 255, 256, 1999] {
            let other = trace(2000, Some(odd));
            assert_ne!(one.hash, other.hash);
            assert_eq!(one.divergence(&other), usize::try_from(odd).ok());
        }
        assert_eq!(one.divergence(&trace(1500, None)), Some(1500));
    }

    #[test]
    fn octets_count_even_where_events_do_not_show_them() {
        let (mut one, mut other) = (trace(3, None), trace(3, None));
        one.octets(b"hello, world");
        other.octets(b"hello, World");
        assert_ne!(one.hash, other.hash);
    }
}
