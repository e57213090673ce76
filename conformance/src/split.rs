//! How the tester's octets are cut into segments (37-FRAME-013).

use crate::entropy::Entropy;

/// A way to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// One segment a write.
    Whole,
    /// One octet a segment, for writes of up to 1024 octets; more goes in pieces.
    Bytes,
    /// Pieces of 1 to n octets.
    Random(u16),
    /// Writes are held back and leave together when the tester next waits for the SUT.
    Coalesced,
}

/// Octets of one write that are sent one by one; the rest of a bigger one goes whole.
const BYTEWISE: usize = 1024;

impl Split {
    /// The split written as on the command line: `whole`, `byte`, `random:8`, `coalesced`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "whole" => Some(Self::Whole),
            "byte" => Some(Self::Bytes),
            "coalesced" => Some(Self::Coalesced),
            _ => {
                let most = text.strip_prefix("random:")?.parse().ok().filter(|&most| most > 0)?;
                Some(Self::Random(most))
            }
        }
    }

    /// Cuts octets into the pieces to write one after the other.
    pub fn cut<'a>(self, octets: &'a [u8], entropy: &mut Entropy) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        let (mut rest, whole) = match self {
            Self::Whole | Self::Coalesced => (&[][..], octets),
            Self::Bytes | Self::Random(_) => octets.split_at(octets.len().min(BYTEWISE)),
        };
        while !rest.is_empty() {
            let size = match self {
                Self::Random(most) => 1 + entropy.below(usize::from(most)),
                Self::Whole | Self::Bytes | Self::Coalesced => 1,
            };
            let (piece, after) = rest.split_at(size.min(rest.len()));
            pieces.push(piece);
            rest = after;
        }
        if !whole.is_empty() {
            pieces.push(whole);
        }
        pieces
    }
}

impl std::fmt::Display for Split {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole => f.pad("whole"),
            Self::Bytes => f.pad("byte"),
            Self::Random(most) => f.pad(&format!("random:{most}")),
            Self::Coalesced => f.pad("coalesced"),
        }
    }
}
