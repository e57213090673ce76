//! Messages that say who they are, so that loss, copies, inventions and tears all show.
//!
//! ```text
//! part = topic, fill, F5 5A, kind, flow (2), number (4), part, parts, check
//! ```
//!
//! The topic is in the first part only. The name stands at the end of each part, so that it is
//! found whatever the topic is.

use core::fmt;

/// Octets of the name at the end of a part.
pub const NAME: usize = 12;
const MARK: [u8; 2] = [0xF5, 0x5A];

/// Names one message of a run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MessageId {
    /// The flow that it belongs to, as numbered in the schedule.
    pub flow: u16,
    /// Its number there, from 0.
    pub number: u32,
    /// It is the reply to the message of that name.
    pub is_reply: bool,
}

impl MessageId {
    /// The reply to this one.
    #[must_use]
    pub const fn reply(self) -> Self {
        Self { is_reply: true, ..self }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_reply { "reply " } else { "" };
        write!(f, "{kind}{}/{}", self.flow, self.number)
    }
}

impl serde::Serialize for MessageId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// What a message looks like.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// The first octets of the first part; ASCII.
    pub topic: &'a [u8],
    /// Octets of all parts together, at least; names and topic may need more.
    pub size: usize,
    /// How many parts, at least one.
    pub parts: u8,
}

/// The parts of a message.
pub fn parts<P: for<'a> From<&'a [u8]>>(
    id: MessageId,
    shape: Shape<'_>,
) -> impl Iterator<Item = P> {
    let count = shape.parts.max(1);
    let each = (shape.size / usize::from(count)).saturating_sub(NAME);
    let mut octets = Vec::with_capacity(each.max(shape.topic.len()) + NAME);
    (0..count).map(move |part| {
        octets.clear();
        if part == 0 {
            octets.extend_from_slice(shape.topic);
        }
        octets.resize(each.max(octets.len()), fill(id));
        octets.extend_from_slice(&name(id, part, count));
        P::from(&octets)
    })
}

/// Never an octet of ASCII, which topics are made of.
const fn fill(id: MessageId) -> u8 {
    id.number.to_be_bytes()[3] | 0x80
}

fn name(id: MessageId, part: u8, parts: u8) -> [u8; NAME] {
    let [f1, f2] = id.flow.to_be_bytes();
    let [n1, n2, n3, n4] = id.number.to_be_bytes();
    let [m1, m2] = MARK;
    let mut name = [m1, m2, u8::from(id.is_reply), f1, f2, n1, n2, n3, n4, part, parts, 0];
    let check = checked(&name);
    let [.., last] = &mut name;
    *last = check;
    name
}

/// The last octet of a name, out of those before it.
fn checked(name: &[u8; NAME]) -> u8 {
    let [before @ .., _] = name;
    before.iter().fold(0x5C, |check: u8, octet| check.rotate_left(1) ^ octet)
}

/// The name at the end of a part: the message, which part, and of how many.
#[must_use]
pub fn named(part: &[u8]) -> Option<(MessageId, u8, u8)> {
    let octets: &[u8; NAME] = part.last_chunk()?;
    let [m1, m2, kind, f1, f2, n1, n2, n3, n4, number, count, check] = *octets;
    let is_name = [m1, m2] == MARK && kind < 2 && check == checked(octets);
    let (flow, is_reply) = (u16::from_be_bytes([f1, f2]), kind == 1);
    let id = MessageId { flow, number: u32::from_be_bytes([n1, n2, n3, n4]), is_reply };
    is_name.then_some((id, number, count))
}

/// What stands before the octets of this kind at the end.
fn without(fill: u8, mut octets: &[u8]) -> &[u8] {
    while let Some((before, last)) = octets.split_last_chunk()
        && u64::from_ne_bytes(*last) == u64::from_ne_bytes([fill; 8])
    {
        octets = before;
    }
    while let Some((last, before)) = octets.split_last()
        && *last == fill
    {
        octets = before;
    }
    octets
}

/// Whose message these parts are: whole, in order and nothing else; otherwise what is wrong.
///
/// # Errors
/// Says what is wrong: no name, a part missing, added or of another message, a wrong octet.
pub fn read<'a>(
    parts: impl ExactSizeIterator<Item = &'a [u8]>,
) -> Result<(MessageId, &'a [u8]), &'static str> {
    let (count, mut found, mut topic) = (parts.len(), None, Default::default());
    for (index, part) in parts.enumerate() {
        let (id, number, of) = named(part).ok_or("a part that nobody sent")?;
        if *found.get_or_insert(id) != id {
            return Err("parts of two messages in one");
        }
        if usize::from(number) != index || usize::from(of) != count {
            return Err("a part is missing or too many");
        }
        let body = part.get(..part.len() - NAME).unwrap_or_default();
        let rest = without(fill(id), body);
        if index == 0 {
            topic = rest;
        } else if !rest.is_empty() {
            return Err("an octet was changed");
        }
    }
    found.map(|id| (id, topic)).ok_or("a message without parts")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: MessageId = MessageId { flow: 3, number: 70_000, is_reply: false };
    const SHAPE: Shape<'_> = Shape { topic: b"news", size: 200, parts: 3 };

    fn told(parts: &[Vec<u8>]) -> Result<(MessageId, &[u8]), &'static str> {
        read(parts.iter().map(Vec::as_slice))
    }

    fn parts(id: MessageId, shape: Shape<'_>) -> Vec<Vec<u8>> {
        super::parts(id, shape).collect()
    }

    #[test]
    fn a_message_is_known_by_its_parts() {
        assert_eq!(told(&parts(ID, SHAPE)), Ok((ID, &b"news"[..])));
        let tiny = Shape { topic: b"", size: 0, parts: 1 };
        assert_eq!(told(&parts(ID.reply(), tiny)), Ok((ID.reply(), &[][..])));
    }

    #[test]
    fn whatever_is_done_to_it_shows() {
        let good = parts(ID, SHAPE);
        let other = parts(MessageId { number: 1, ..ID }, SHAPE);
        assert!(told(&good[..2]).is_err(), "the last part is missing");
        assert!(told(&good[1..]).is_err(), "the first part is missing");
        assert!(told(&[good[0].clone(), good[2].clone(), good[1].clone()]).is_err(), "order");
        assert!(told(&[good.clone(), other].concat()).is_err(), "two in one");
        assert!(told(&[]).is_err());
        for (part, octet) in [(1, 0), (2, 40), (0, 60), (1, 55)] {
            let mut bad = good.clone();
            bad[part][octet] ^= 0x10;
            let told = told(&bad);
            assert!(told != Ok((ID, &b"news"[..])), "{part} {octet}: {told:?}");
        }
    }
}
