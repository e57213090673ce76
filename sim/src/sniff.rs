//! What passes on a wire, read by somebody who shares no code with the engine.
//!
//! ```text
//! greeting (64 octets) frame*   frame = flags, size, body   message = parts, the last without MORE
//! ```
//!
//! It reads ZMTP 3.x in clear; of CURVE it sees that boxes pass. Deliberately absent: judgement,
//! and older versions, where it sees nothing.

use crate::message::{self, MessageId};

const GREETING: usize = 64;
const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;

/// One thing that passes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Seen {
    /// The handshake of this side is over.
    Ready,
    /// A whole message of ours.
    Message(MessageId),
    /// A whole message that is none of ours, or in a box.
    Other,
    /// A topic is asked for.
    Subscribe(Vec<u8>),
    /// It is no longer.
    Cancel(Vec<u8>),
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// This side gives up and says why.
    Error,
}

/// One direction of a connection.
#[derive(Debug, Default)]
pub struct Sniffer {
    /// What was not whole yet.
    rest: Vec<u8>,
    /// Octets before it.
    passed: u64,
    is_greeted: bool,
    /// Not ZMTP 3: nothing is seen any more.
    is_lost: bool,
    /// Of the message whose last part has not come.
    found: Option<MessageId>,
    to_publisher: bool,
}

impl Sniffer {
    /// Of octets to a publisher, or not: there, messages that begin with 0 or 1 are about topics.
    #[must_use]
    pub fn new(to_publisher: bool) -> Self {
        Self { to_publisher, ..Self::default() }
    }

    /// Takes octets; gives what is whole now, each with the number of octets up to its end.
    pub fn take(&mut self, octets: &[u8], mut tell: impl FnMut(u64, Seen)) {
        if self.is_lost {
            return;
        }
        let kept = core::mem::take(&mut self.rest);
        let whole: Vec<u8>;
        let mut left = if kept.is_empty() {
            octets
        } else {
            whole = [&kept, octets].concat();
            &whole
        };
        if !self.is_greeted {
            let Some((greeting, behind)) = left.split_at_checked(GREETING) else {
                self.rest = left.to_vec();
                return;
            };
            self.is_lost = greeting.first() != Some(&0xFF) || greeting.get(10) < Some(&3);
            if self.is_lost {
                return;
            }
            (self.is_greeted, left) = (true, behind);
            self.passed += GREETING as u64;
        }
        while let Some((flags, body, behind)) = frame(left) {
            self.passed += (left.len() - behind.len()) as u64;
            left = behind;
            if let Some(seen) = self.see(flags, body) {
                tell(self.passed, seen);
            }
        }
        if !left.is_empty() {
            self.rest = left.to_vec();
        }
    }

    fn see(&mut self, flags: u8, body: &[u8]) -> Option<Seen> {
        if flags & COMMAND != 0 {
            return command(body);
        }
        self.found = self.found.or_else(|| message::named(body).map(|(id, ..)| id));
        if flags & MORE != 0 {
            return None;
        }
        match (self.found.take(), body.split_first()) {
            (Some(id), _) => Some(Seen::Message(id)),
            (None, Some((1, topic))) if self.to_publisher => Some(Seen::Subscribe(topic.to_vec())),
            (None, Some((0, topic))) if self.to_publisher => Some(Seen::Cancel(topic.to_vec())),
            (None, _) => Some(Seen::Other),
        }
    }
}

/// Flags, body and what is behind, of the first frame if it is whole.
fn frame(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&flags, rest) = octets.split_first()?;
    let (size, rest) = if flags & LONG == 0 {
        let (&size, rest) = rest.split_first()?;
        (u64::from(size), rest)
    } else {
        let (size, rest) = rest.split_first_chunk()?;
        (u64::from_be_bytes(*size), rest)
    };
    let (body, behind) = rest.split_at_checked(usize::try_from(size).ok()?)?;
    Some((flags, body, behind))
}

fn command(body: &[u8]) -> Option<Seen> {
    let (&size, rest) = body.split_first()?;
    let (name, data) = rest.split_at_checked(usize::from(size))?;
    match name {
        b"READY" => Some(Seen::Ready),
        b"ERROR" => Some(Seen::Error),
        b"PING" => Some(Seen::Ping),
        b"PONG" => Some(Seen::Pong),
        b"SUBSCRIBE" => Some(Seen::Subscribe(data.to_vec())),
        b"CANCEL" => Some(Seen::Cancel(data.to_vec())),
        b"MESSAGE" => Some(Seen::Other),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Shape;

    /// A greeting, READY, SUBSCRIBE, PING and a message of two parts, as octets of the RFC.
    fn wire() -> (Vec<u8>, Vec<Seen>) {
        let id = MessageId { flow: 1, number: 2, is_reply: false };
        let mut octets = vec![0; 64];
        octets[0] = 0xFF;
        octets[10] = 3;
        octets.extend(b"\x04\x06\x05READY\x04\x0b\x09SUBSCRIBEt\x04\x07\x04PING\0\0");
        for (flags, part) in [1, 0]
            .into_iter()
            .zip(message::parts::<Vec<u8>>(id, Shape { topic: b"t", size: 600, parts: 2 }))
        {
            octets.push(flags | LONG);
            octets.extend((part.len() as u64).to_be_bytes());
            octets.extend(part);
        }
        let seen = vec![Seen::Ready, Seen::Subscribe(b"t".to_vec()), Seen::Ping, Seen::Message(id)];
        (octets, seen)
    }

    #[test]
    fn it_sees_the_same_however_octets_are_cut() {
        let (octets, expected) = wire();
        for size in [1, 2, 7, 63, 64, 65, 4096] {
            let (mut sniffer, mut seen, mut last) = (Sniffer::default(), Vec::new(), 0);
            for piece in octets.chunks(size) {
                sniffer.take(piece, |end, what| {
                    assert!(end > last);
                    last = end;
                    seen.push(what);
                });
            }
            assert_eq!(seen, expected, "{size}");
            assert_eq!(last, octets.len() as u64);
        }
    }

    #[test]
    fn of_what_is_not_zmtp_3_it_sees_nothing() {
        let mut sniffer = Sniffer::default();
        sniffer.take(&[7; 200], |_, seen| panic!("{seen:?}"));
    }
}
