//! Mutations that keep the form: octets are read as greeting and frames, one of them is changed,
//! and all are written again.
//!
//! One in eight is libFuzzer's own. Raw octets seldom get past the first length; what gets past is
//! where the bugs are. Sizes are written true, unless to lie is the mutation. Deliberately absent:
//! the engine's codec, which would refuse what is wrong on purpose.

mod piece;

use crate::seeds::{body, greeting, property};
use piece::{Piece, frame, old, one_property, part, write};
use zeroproof_sim::chance::Chance;

/// What octets look like, behind so many octets of decisions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Words and lines.
    Text,
    /// Octets that are decisions.
    Choices,
    /// A greeting, then frames.
    Session {
        /// Octets of decisions.
        head: usize,
    },
    /// Frames.
    Frames {
        /// Octets of decisions.
        head: usize,
    },
    /// An opening of 1.0 or 2.0, then frames of it.
    Legacy {
        /// Octets of decisions.
        head: usize,
    },
    /// The body of one command.
    Body,
    /// Properties.
    Properties,
    /// Parts, each behind an octet of length.
    Parts,
}

/// libFuzzer's own mutation: data, size, and how large it may become; the new size.
pub type Plain = fn(&mut [u8], usize, usize) -> usize;

/// Names of commands that mean something somewhere, and one that does not.
const NAMES: [&str; 13] = [
    "READY",
    "ERROR",
    "PING",
    "PONG",
    "SUBSCRIBE",
    "CANCEL",
    "JOIN",
    "LEAVE",
    "HELLO",
    "WELCOME",
    "INITIATE",
    "MESSAGE",
    "VENDOR",
];

const TYPES: [&str; 12] = [
    "PUSH", "PULL", "DEALER", "ROUTER", "REQ", "REP", "PUB", "SUB", "PAIR", "RADIO", "DISH", "push",
];

/// Where counts and sizes change their meaning.
const EDGES: [usize; 12] = [0, 1, 2, 15, 16, 17, 127, 128, 254, 255, 256, 300];

/// Changes `size` octets of data, which may become as many as data has room for; the new size.
pub fn mutate(shape: Shape, data: &mut [u8], size: usize, seed: u32, plain: Plain) -> usize {
    let most = data.len();
    let mut chance = Chance::new(seed.into());
    if shape == Shape::Choices || chance.below(8) == 0 {
        return plain(data, size, most);
    }
    let Some(octets) = data.get(..size) else { return plain(data, size, most) };
    if shape == Shape::Text {
        let text = crate::text::mutate(octets, &mut chance);
        return put(&text, data);
    }
    let head = match shape {
        Shape::Session { head } | Shape::Frames { head } | Shape::Legacy { head } => head,
        _ => 0,
    };
    let (head, wire) = octets.split_at(head.min(size));
    let (mut head, mut pieces) = (head.to_vec(), pieces(shape, wire));
    for _ in 0..chance.within(1, 3) {
        match chance.below(8) {
            0 if !head.is_empty() => set_some(&mut head, &mut chance),
            0 | 1 => arrange(shape, &mut pieces, &mut chance),
            2 => insert(shape, &mut pieces, &mut chance),
            _ => change(&mut pieces, &mut chance, plain),
        }
    }
    let mut written = head;
    pieces.iter().for_each(|piece| write(piece, &mut written));
    if chance.below(12) == 0 {
        lie(&mut written, &mut chance);
    }
    put(&written, data)
}

/// As much as there is room for.
fn put(written: &[u8], data: &mut [u8]) -> usize {
    let size = written.len().min(data.len());
    if let (Some(to), Some(from)) = (data.get_mut(..size), written.get(..size)) {
        to.copy_from_slice(from);
    }
    size
}

/// An index below this, if there is one.
fn index(below: usize, chance: &mut Chance) -> Option<usize> {
    let at = chance.below(below as u64);
    usize::try_from(at).ok().filter(|_| below > 0)
}

fn set_some(octets: &mut [u8], chance: &mut Chance) {
    let at = index(octets.len(), chance);
    let value = match chance.below(3) {
        0 => *chance.pick(&[0, 1, 2, 4, 6, 0x7F, 0x80, 0xFE, 0xFF]).unwrap_or(&0),
        _ => chance.draw().to_be_bytes().first().copied().unwrap_or(0),
    };
    if let Some(octet) = at.and_then(|at| octets.get_mut(at)) {
        *octet = value;
    }
}

fn pieces(shape: Shape, wire: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = wire;
    let opening = match shape {
        Shape::Session { .. } => 64,
        Shape::Legacy { .. } if wire.first() == Some(&0xFF) && wire.get(9) == Some(&0x7F) => 12,
        _ => 0,
    };
    if opening > 0 {
        let (octets, behind) = rest.split_at(opening.min(rest.len()));
        pieces.push(Piece::Opening(octets.to_vec()));
        rest = behind;
    }
    while !rest.is_empty() {
        let taken = match shape {
            Shape::Session { .. } | Shape::Frames { .. } => frame(rest),
            Shape::Legacy { .. } if opening > 0 => frame(rest),
            Shape::Legacy { .. } => old(rest),
            Shape::Parts => part(rest),
            Shape::Properties => one_property(rest),
            Shape::Body | Shape::Text | Shape::Choices => None,
        };
        let Some((piece, behind)) = taken else {
            pieces.push(Piece::Other(rest.to_vec()));
            break;
        };
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// One piece twice, away, or elsewhere.
fn arrange(shape: Shape, pieces: &mut Vec<Piece>, chance: &mut Chance) {
    let first = usize::from(matches!(shape, Shape::Session { .. }));
    let Some(from) = index(pieces.len().saturating_sub(first), chance) else { return };
    let (from, how) = (from + first, chance.below(4));
    let to = first + index(pieces.len() - first, chance).unwrap_or(0);
    match how {
        0 => drop(pieces.remove(from)),
        1 => pieces.swap(from, to),
        2 => pieces.truncate(from + 1),
        _ => {
            let again = pieces.get(from).cloned();
            again.into_iter().for_each(|piece| pieces.insert(to, piece));
        }
    }
}

/// A new piece somewhere behind the opening.
fn insert(shape: Shape, pieces: &mut Vec<Piece>, chance: &mut Chance) {
    let first = usize::from(matches!(pieces.first(), Some(Piece::Opening(_))));
    let at = first + index(pieces.len() + 1 - first, chance).unwrap_or(0);
    let piece = match shape {
        Shape::Session { .. } | Shape::Frames { .. } if chance.below(3) > 0 => {
            Piece::Frame { flags: 4, body: command(chance) }
        }
        Shape::Session { .. } | Shape::Frames { .. } => {
            Piece::Frame { flags: flags(chance), body: octets(chance) }
        }
        Shape::Legacy { .. } if first > 0 => {
            Piece::Frame { flags: flags(chance) & 3, body: octets(chance) }
        }
        Shape::Legacy { .. } => Piece::Old { flags: flags(chance) & 1, body: octets(chance) },
        Shape::Parts => Piece::Part(octets(chance)),
        Shape::Properties => {
            let (name, value) = announced(chance);
            Piece::Property(name.as_bytes().to_vec(), value)
        }
        Shape::Body | Shape::Text | Shape::Choices => {
            *pieces = vec![Piece::Other(command(chance))];
            return;
        }
    };
    pieces.insert(at.min(pieces.len()), piece);
}

fn flags(chance: &mut Chance) -> u8 {
    *chance.pick(&[0, 0, 0, 1, 1, 2, 3, 4, 6, 5, 7, 8, 0x84]).unwrap_or(&0)
}

/// Octets of one value, as many as make a difference.
fn octets(chance: &mut Chance) -> Vec<u8> {
    let size = chance.pick(&EDGES).copied().unwrap_or(0);
    vec![*chance.pick(&[0, 1, b'a', 0xFF]).unwrap_or(&0); size]
}

/// Something that a peer may say of itself.
fn announced(chance: &mut Chance) -> (&'static str, Vec<u8>) {
    let name = *chance.pick(&["Socket-Type", "socket-TYPE", "Identity", "X-A"]).unwrap_or(&"X");
    let value = match name {
        "Identity" | "X-A" => octets(chance),
        _ => chance.pick(&TYPES).map_or(Vec::new(), |name| name.as_bytes().to_vec()),
    };
    (name, value)
}

/// The body of some command, mostly well-formed.
fn command(chance: &mut Chance) -> Vec<u8> {
    let name = *chance.pick(&NAMES).unwrap_or(&"PING");
    let mut data = match name {
        "READY" | "INITIATE" => {
            let (name, value) = announced(chance);
            property(name, &value)
        }
        "ERROR" => {
            let reason = octets(chance);
            [&[u8::try_from(reason.len()).unwrap_or(u8::MAX)], &reason[..]].concat()
        }
        "PING" => [&[0, 9], &octets(chance)[..]].concat(),
        "HELLO" => b"\x03joe\x03pwd".to_vec(),
        "WELCOME" => Vec::new(),
        _ => octets(chance),
    };
    if chance.below(6) == 0 {
        data.truncate(index(data.len(), chance).unwrap_or(0));
    }
    body(name, &data)
}

/// Changes one piece.
fn change(pieces: &mut [Piece], chance: &mut Chance, plain: Plain) {
    let at = index(pieces.len(), chance);
    let Some(piece) = at.and_then(|at| pieces.get_mut(at)) else { return };
    match piece {
        Piece::Opening(octets) => opening(octets, chance),
        Piece::Frame { flags, body } | Piece::Old { flags, body } => match chance.below(4) {
            0 => *flags = self::flags(chance),
            1 => *flags ^= 1 << chance.below(8),
            _ => resize_or(body, chance, plain),
        },
        Piece::Property(name, value) => match chance.below(3) {
            0 => resize_or(name, chance, plain),
            _ => resize_or(value, chance, plain),
        },
        Piece::Part(octets) | Piece::Other(octets) => resize_or(octets, chance, plain),
    }
}

fn resize_or(octets: &mut Vec<u8>, chance: &mut Chance, plain: Plain) {
    match chance.below(6) {
        0 => octets.resize(chance.pick(&EDGES).copied().unwrap_or(0), b'a'),
        1 => drop(octets.pop()),
        2 => octets.push(0),
        3 => set_some(octets, chance),
        _ => {
            let size = octets.len();
            octets.resize(size + 8, 0);
            let most = octets.len();
            let size = plain(octets, size, most).min(most);
            octets.truncate(size);
        }
    }
}

/// The fields of a greeting, each where it stands.
fn opening(octets: &mut Vec<u8>, chance: &mut Chance) {
    let mut set = |at: usize, value: u8| {
        if let Some(octet) = octets.get_mut(at) {
            *octet = value;
        }
    };
    match chance.below(7) {
        0 => set(10, *chance.pick(&[0, 1, 2, 3, 4, 0xFF]).unwrap_or(&3)),
        1 => set(11, *chance.pick(&[0, 1, 2, 3, 8]).unwrap_or(&1)),
        2 => set(9, *chance.pick(&[0x7F, 0, 1, 0xFF]).unwrap_or(&0x7F)),
        3 => set(32, *chance.pick(&[0, 1, 2]).unwrap_or(&0)),
        4 => {
            let name = *chance.pick(&["NULL", "PLAIN", "CURVE", "NULL2", ""]).unwrap_or(&"");
            *octets = greeting(name, 0);
        }
        5 => octets.truncate(index(octets.len(), chance).unwrap_or(0)),
        _ => set_some(octets, chance),
    }
}

/// A size that is not true.
fn lie(octets: &mut [u8], chance: &mut Chance) {
    let Some(at) = index(octets.len(), chance) else { return };
    let lies: [[u8; 8]; 4] = [[0xFF; 8], [0x7F; 8], [0x80, 0, 0, 0, 0, 0, 0, 0], [0; 8]];
    let lie = chance.pick(&lies).copied().unwrap_or_default();
    octets.iter_mut().skip(at).zip(lie).for_each(|(octet, lie)| *octet = lie);
}
