//! What peers older than 3.0 say: the frames of 1.0 (13) and 2.0 (15), and socket-type codes.
//!
//! ```text
//! 1.0   length (1, or FF and 8; counts the flags), flags, body    bit 0: MORE; others ignored
//! 2.0   flags 00..03, size (1 or 8), body                         the frames of 3.x, no commands
//! ```
//!
//! Deliberately absent: the identity frames that open both protocols; they are frames like any
//! other, and the handshake knows that they come first.

use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::frame::{self, Header, Kind};
use crate::wire::reader::Reader;

const MORE: u8 = 0x01;
const RESERVED_20: u8 = !0x03;
const LONG_10: u8 = 0xFF;

/// How frames are laid out on a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Framing {
    /// 1.0.
    V10,
    /// 2.0.
    V20,
    /// 3.0 and later.
    #[default]
    V3,
}

/// What stands where a frame begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Head {
    /// A frame.
    Frame(Header),
    /// A 1.0 frame of length 0, too short even for its flags; it is dropped.
    Nothing,
}

impl Framing {
    /// Reads the head of a frame from the start of `octets`; `None` asks for more.
    ///
    /// # Errors
    /// Flags or a size that this framing does not have.
    pub fn decode(self, octets: &[u8]) -> Result<Option<(Head, &[u8])>, Violation> {
        match self {
            Self::V10 => decode_10(octets),
            Self::V20 => decode_20(octets),
            Self::V3 => Ok(framed(Header::decode(octets)?)),
        }
    }

    /// Appends a whole frame. There are no commands before 3.0, so none is ever sent there.
    pub fn encode(self, kind: Kind, body: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::V10 => encode_10(kind, body, out),
            //= 37-WIRE-002
            Self::V20 | Self::V3 => frame::encode(kind, body, out), //= 15-FRAME-002
        }
    }
}

/// The code of a type in a 2.0 greeting; `None` for the types that came later.
#[must_use]
pub const fn socket_code(socket_type: SocketType) -> Option<u8> {
    //= 15-GREET-003
    match socket_type {
        SocketType::Pair => Some(0),
        SocketType::Pub | SocketType::Xpub => Some(1), //= 15-PUBSUB-001
        SocketType::Sub | SocketType::Xsub => Some(2),
        SocketType::Req => Some(3),
        SocketType::Rep => Some(4),
        SocketType::Dealer => Some(5),
        SocketType::Router => Some(6),
        SocketType::Pull => Some(7),
        SocketType::Push => Some(8),
        SocketType::Client
        | SocketType::Server
        | SocketType::Radio
        | SocketType::Dish
        | SocketType::Scatter
        | SocketType::Gather
        | SocketType::Peer
        | SocketType::Channel
        | SocketType::Stream => None,
    }
}

/// The type of a code in a 2.0 greeting.
#[must_use]
pub const fn socket_type(code: u8) -> Option<SocketType> {
    match code {
        0 => Some(SocketType::Pair),
        1 => Some(SocketType::Pub),
        2 => Some(SocketType::Sub),
        3 => Some(SocketType::Req),
        4 => Some(SocketType::Rep),
        5 => Some(SocketType::Dealer),
        6 => Some(SocketType::Router),
        7 => Some(SocketType::Pull),
        8 => Some(SocketType::Push),
        _ => None,
    }
}

fn framed(decoded: Option<(Header, &[u8])>) -> Option<(Head, &[u8])> {
    decoded.map(|(header, rest)| (Head::Frame(header), rest))
}

fn decode_20(octets: &[u8]) -> Result<Option<(Head, &[u8])>, Violation> {
    match octets.first() {
        Some(&flags) if flags & RESERVED_20 != 0 => {
            Err(Violation::ReservedFlags(flags)) //= 15-FRAME-005
        }
        Some(_) | None => Ok(framed(Header::decode(octets)?)),
    }
}

fn decode_10(octets: &[u8]) -> Result<Option<(Head, &[u8])>, Violation> {
    let mut reader = Reader::new(octets);
    let length = match reader.octet() {
        Some(LONG_10) => reader.array().map(u64::from_be_bytes), //= 13-FRAME-006
        short => short.map(u64::from),
    };
    let Some(length) = length else { return Ok(None) };
    let Some(size) = length.checked_sub(1) else {
        return Ok(Some((Head::Nothing, reader.rest()))); //= 13-FRAME-004
    };
    if i64::try_from(size).is_err() {
        return Err(Violation::SizeBeyondGrammar(size));
    }
    let Some(flags) = reader.octet() else { return Ok(None) };
    let kind = if flags & MORE == 0 { Kind::Last } else { Kind::More }; //= 13-FRAME-007
    Ok(Some((Head::Frame(Header { kind, size }), reader.rest())))
}

fn encode_10(kind: Kind, body: &[u8], out: &mut Vec<u8>) {
    //= 13-FRAME-001
    let length = u64::try_from(body.len()).unwrap_or(u64::MAX).saturating_add(1);
    match u8::try_from(length) {
        Ok(length) if length != LONG_10 => out.push(length), //= 13-FRAME-003
        Ok(_) | Err(_) => {
            out.push(LONG_10); //= 13-FRAME-005
            out.extend(length.to_be_bytes());
        }
    }
    //= 13-FRAME-008, 13-FRAME-009
    out.push(if kind == Kind::More { MORE } else { 0 });
    out.extend_from_slice(body);
}
