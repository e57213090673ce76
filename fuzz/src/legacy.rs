//! Peers older than 3.0, from their first octet on (13, 15, 37-BACK1, 37-BACK2).
//!
//! Octets: which type we are and how to cut, then what the peer sends. A model of both protocols
//! says who the peer is, which messages come, and why the link ends.

use crate::drive::{Heard, Link, end};
use crate::mutator::Shape;
use crate::named::{LIMIT, clause};
use crate::seeds::cut;
use zeroproof_reference::wire::legacy::{Framing, Head};
use zeroproof_reference::{Config, Role, SocketType};

/// Two octets of ours, then a session.
pub const SHAPE: Shape = Shape::Legacy { head: 2 };

const TYPES: [SocketType; 11] = [
    SocketType::Pair,
    SocketType::Pub,
    SocketType::Sub,
    SocketType::Req,
    SocketType::Rep,
    SocketType::Dealer,
    SocketType::Router,
    SocketType::Pull,
    SocketType::Push,
    SocketType::Xpub,
    SocketType::Xsub,
];

const LIMITS: (u64, usize, u64) = (512, 4, 700);

/// What comes of a session.
#[derive(Debug, Default, PartialEq)]
struct Story {
    ready: Option<(u8, Vec<u8>)>,
    heard: Vec<Heard>,
    end: &'static str,
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let Some(([ours, seed], wire)) = octets.split_first_chunk::<2>() else { return };
    let Some(ours) = TYPES.get(usize::from(*ours) % TYPES.len()).copied() else { return };
    frames(wire);
    let Some(expected) = story(wire, ours) else { return };
    for pieces in [vec![wire], wire.chunks(1).collect(), cut(wire, *seed)] {
        let mut config = Config::new(Role::Binder, ours);
        config.identity = b"ME".to_vec();
        (
            config.limits.max_message_size,
            config.limits.max_parts,
            config.limits.max_message_total,
        ) = LIMITS;
        let mut link = Link::new(config);
        pieces.into_iter().for_each(|piece| link.feed(piece));
        let mut heard = link.heard.into_iter();
        let ready = heard.next().map(|first| match first {
            Heard::Ready(peer) => (peer.version.0, peer.identity),
            other => {
                assert_eq!(other, Heard::Topic(false, Vec::new()), "nothing comes before Ready");
                (0, Vec::new())
            }
        });
        let end = link.closed.as_ref().map_or("", end);
        assert_eq!(Story { ready, heard: heard.collect(), end }, expected);
    }
}

/// Frames of both, to values and back.
fn frames(octets: &[u8]) {
    for framing in [Framing::V10, Framing::V20] {
        let Ok(Some((Head::Frame(header), behind))) = framing.decode(octets) else { continue };
        let size = usize::try_from(header.size).unwrap_or(usize::MAX);
        let Some(body) = behind.get(..size) else { continue };
        let mut encoded = Vec::new();
        framing.encode(header.kind, body, &mut encoded);
        let again = framing.decode(&encoded).map_err(|violation| clause(&violation));
        assert_eq!(again, Ok(Some((Head::Frame(header), body))), "{framing:?}");
        assert!(encoded.len() <= octets.len(), "the shortest form is not the shortest");
    }
}

/// A frame from the start of these octets: more, its size, and what is behind its header.
type Frame<'a> = (bool, u64, &'a [u8]);

/// Reads one; `None` for more octets.
type Framed = fn(&[u8]) -> Result<Option<Frame<'_>>, &'static str>;

/// One of 1.0; those too short for flags are passed over.
fn frame_10(mut octets: &[u8]) -> Result<Option<Frame<'_>>, &'static str> {
    loop {
        let (length, rest) = match octets {
            [0xFF, rest @ ..] => match rest.split_first_chunk::<8>() {
                Some((length, rest)) => (u64::from_be_bytes(*length), rest),
                None => return Ok(None),
            },
            [length, rest @ ..] => (u64::from(*length), rest),
            [] => return Ok(None),
        };
        if length == 0 {
            octets = rest;
            continue;
        }
        if length > 1 << 63 {
            return Err("37-FRAME-006");
        }
        return Ok(rest.split_first().map(|(flags, rest)| (flags & 1 == 1, length - 1, rest)));
    }
}

fn frame_20(octets: &[u8]) -> Result<Option<Frame<'_>>, &'static str> {
    let Some((&flags, rest)) = octets.split_first() else { return Ok(None) };
    if flags > 3 {
        return Err("37-FRAME-008");
    }
    let sized = if flags & 2 == 0 {
        rest.split_first().map(|(size, rest)| (u64::from(*size), rest))
    } else {
        rest.split_first_chunk::<8>().map(|(size, rest)| (u64::from_be_bytes(*size), rest))
    };
    let Some((size, rest)) = sized else { return Ok(None) };
    if size >> 63 == 1 { Err("37-FRAME-006") } else { Ok(Some((flags & 1 == 1, size, rest))) }
}

/// The story of a session; `None` if the peer is not older than 3.0.
fn story(wire: &[u8], ours: SocketType) -> Option<Story> {
    let ended = |end| Some(Story { end, ..Story::default() });
    let (version, wire) = match wire {
        [] => return None,
        [0xFF, _, _, _, _, _, _, _, _, 0x7F, 1 | 2, rest @ ..] => (2, rest),
        [0xFF, _, _, _, _, _, _, _, _, 0x7F, ..] => return None,
        [0xFF, _, _, _, _, _, _, _, _, last, ..] if last & 1 == 1 => return None,
        [0xFF, rest @ ..] if rest.len() < 9 => return None,
        wire => (1, wire),
    };
    let frame = if version == 1 { frame_10 as Framed } else { frame_20 };
    let mut rest = wire;
    if version == 2 {
        let Some((&code, behind)) = wire.split_first() else { return ended("") };
        let accepted = match TYPES.get(usize::from(code)).filter(|_| code < 9) {
            Some(theirs) => ours.accepts(*theirs),
            None => return ended("15-GREET-003"),
        };
        if !accepted {
            return ended("37-SOCKTYPE-002");
        }
        rest = behind;
    }
    let (more, size, behind) = match frame(rest) {
        Ok(Some(frame)) => frame,
        Ok(None) => return ended(""),
        Err(why) => return ended(why),
    };
    if more && version == 2 {
        return ended("15-GREET-004");
    }
    if size > 255 {
        return ended("37-IDENT-003");
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let Some((identity, rest)) = behind.split_at_checked(size) else { return ended("") };
    if identity.first() == Some(&0) {
        return ended("37-IDENT-004");
    }
    // Only three types give a name a meaning, and 1.0 does not tell its type.
    let code = wire.first().filter(|_| version == 2);
    let named = code.is_none_or(|code| matches!(code, 3 | 5 | 6));
    let identity = if named { identity.to_vec() } else { Vec::new() };
    let mut story = Story { ready: Some((version, identity)), ..Story::default() };
    traffic(rest, version, ours, frame, &mut story);
    Some(story)
}

fn traffic(mut rest: &[u8], version: u8, ours: SocketType, frame: Framed, story: &mut Story) {
    let publishes = matches!(ours, SocketType::Pub | SocketType::Xpub);
    if publishes && version == 1 {
        story.heard.push(Heard::Topic(true, Vec::new())); // 13-CONTENT-004
    }
    let (mut parts, mut total) = (Vec::new(), 0_u64);
    loop {
        let (more, size, behind) = match frame(rest) {
            Ok(Some(frame)) => frame,
            Ok(None) => return,
            Err(why) => {
                story.end = why;
                return;
            }
        };
        total = total.saturating_add(size);
        if size > LIMITS.0 || parts.len() >= LIMITS.1 || total > LIMITS.2 {
            story.end = LIMIT;
            return;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some((body, behind)) = behind.split_at_checked(size) else { return };
        parts.push(body.to_vec());
        rest = behind;
        if more {
            continue;
        }
        total = 0;
        let whole = core::mem::take(&mut parts);
        let heard = match whole.as_slice() {
            [single] => match single.split_first() {
                Some((1, topic)) if publishes && version == 2 => Heard::Topic(true, topic.to_vec()),
                Some((0, topic)) if publishes && version == 2 => {
                    Heard::Topic(false, topic.to_vec())
                }
                _ => Heard::Message(whole),
            },
            _ => Heard::Message(whole),
        };
        story.heard.push(heard);
    }
}

#[test]
fn a_session_of_each_has_its_story() {
    let story_of = |octets: &[u8]| story(octets, SocketType::Router);
    let ready = Some((1, b"BOB".to_vec()));
    let heard = vec![Heard::Message(vec![b"hi".to_vec()])];
    let expected = Story { ready, heard: heard.clone(), end: "" };
    assert_eq!(story_of(b"\x04\0BOB\x03\0hi"), Some(expected));
    let expected = Story { ready: Some((2, b"BOB".to_vec())), heard, end: "37-FRAME-008" };
    let octets = b"\xff\0\0\0\0\0\0\0\0\x7f\x01\x05\0\x03BOB\0\x02hi\x08";
    assert_eq!(story_of(octets), Some(expected));
}
