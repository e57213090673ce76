//! Frame headers of ZMTP 3.x: one flags octet, then a size of one or eight octets
//! (37-FRAME-001..013).
//!
//! The two flag bits MORE and COMMAND have three legal meanings, so [`Kind`] has three values and
//! the fourth cannot be built. Deliberately absent: size limits; the assembler judges sizes.

use crate::violation::Violation;
use crate::wire::reader::Reader;
use bytes::BufMut;

const MORE: u8 = 0x01;
const LONG: u8 = 0x02;
const COMMAND: u8 = 0x04;
const RESERVED: u8 = !(MORE | LONG | COMMAND);
const SIZE_END: u64 = 1 << 63;
/// Octets of the longest header.
const HEADER_MAX: usize = 9;

/// What a frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The last, or only, frame of a message.
    Last,
    /// A frame of a message with more to follow.
    More,
    /// A command; always a single frame.
    Command,
}

impl Kind {
    const fn flags(self) -> u8 {
        match self {
            //= 15-FRAME-003
            Self::Last => 0,
            Self::More => MORE,
            Self::Command => COMMAND,
        }
    }
}

/// What is known of a frame before its body: enough to judge it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// What the frame is.
    pub kind: Kind,
    /// Octets of body, below 2^63. A `u64` until judged: it counts octets we may not hold.
    pub size: u64,
}

impl Header {
    /// Reads a header from the start of `octets`; `None` asks for more.
    ///
    /// # Errors
    /// [`Violation::ReservedFlags`], [`Violation::CommandWithMore`] as soon as the flags are there,
    /// [`Violation::SizeBeyondGrammar`] as soon as the size is.
    #[inline]
    pub fn decode(octets: &[u8]) -> Result<Option<(Self, &[u8])>, Violation> {
        let mut reader = Reader::new(octets);
        let Some(flags) = reader.octet() else { return Ok(None) };
        if flags & RESERVED != 0 {
            return Err(Violation::ReservedFlags(flags)); //= 37-FRAME-008
        }
        let kind = match (flags & COMMAND != 0, flags & MORE != 0) {
            (false, false) => Kind::Last,
            (false, true) => Kind::More,    //= 37-FRAME-011
            (true, false) => Kind::Command, //= 37-FRAME-009
            (true, true) => return Err(Violation::CommandWithMore), //= 37-FRAME-012
        };
        let size = if flags & LONG == 0 {
            reader.octet().map(u64::from) //= 37-FRAME-003
        } else {
            reader.array().map(u64::from_be_bytes) //= 37-FRAME-005
        };
        let Some(size) = size else { return Ok(None) };
        if size >= SIZE_END {
            return Err(Violation::SizeBeyondGrammar(size)); //= 37-FRAME-006
        }
        Ok(Some((Self { kind, size }, reader.rest())))
    }

    /// Appends the header in the shortest form that holds its size.
    #[inline]
    pub fn encode(self, out: &mut impl BufMut) {
        //= 37-FRAME-007
        let flags = self.kind.flags();
        //= 37-MECH-010
        if let Ok(size) = u8::try_from(self.size) {
            out.put_slice(&[flags, size]);
        } else {
            out.put_u8(flags | LONG); //= 37-MECH-011
            out.put_slice(&self.size.to_be_bytes());
        }
    }
}

/// Changes what the frame is that begins with these octets.
pub fn relabel(frame: &mut [u8], kind: Kind) {
    if let Some(flags) = frame.first_mut() {
        *flags = *flags & LONG | kind.flags();
    }
}

/// Appends a whole frame: header and body.
#[inline]
pub fn encode(kind: Kind, body: &[u8], out: &mut Vec<u8>) {
    // A slice is shorter than 2^63 octets, so the size is always in the grammar.
    let size = u64::try_from(body.len()).unwrap_or(u64::MAX);
    out.reserve(body.len().saturating_add(HEADER_MAX));
    Header { kind, size }.encode(out);
    out.extend_from_slice(body);
}
