//! The octets of a log: heads of segments, slots of the position, records (ZP-SWAP-001..004).
//!
//! ```text
//! segment    "ZPSWAP" version:2 number:8 first:8 salt:8 sum:4             then records
//! record     sum:4 length:4 sequence:8 unsynced:4 message:length
//! position   "ZPSPOS" version:2 generation:8 position:8 salt:8 sum:4      twice, at 0 and 512
//! ```
//!
//! Numbers are in network order, sums are CRC-32C; `docs/swap-format.md` has each field. A message
//! is its frames as ZMTP 3.1 writes them, so that what is queued, what is kept and what travels are
//! the same octets. Deliberately absent: where records lie, which is the log's business.

use super::crc::Crc;
use crate::message::Part;
use crate::wire::frame::{self, Header as FrameHeader, Kind};
use crate::wire::reader::Reader;

/// The only version there is.
const VERSION: u16 = 1;
const SEGMENT: &[u8; 6] = b"ZPSWAP";
const POSITION: &[u8; 6] = b"ZPSPOS";

/// Octets of the head of a segment, and of a slot of the position.
pub const HEAD: usize = 36;
/// Octets of a record before its message.
pub const RECORD: usize = 20;
/// The smallest record: a message of one empty part.
pub const SMALLEST: u64 = 22;
/// From one slot of the position to the next: a sector, so that a torn one leaves the other whole.
pub const SLOT: u64 = 512;

/// What the first octets of a segment say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// The number of the segment, which is in its name too.
    pub number: u64,
    /// The sequence number of its first record.
    pub first: u64,
    /// Mixed into the sum of every record, so that whoever sends a message cannot write a record
    /// into it.
    pub salt: u64,
}

/// What one slot says of the position.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Slot {
    /// Rises with each slot written; the higher one of two counts.
    pub generation: u64,
    /// Every message below this sequence number has been handed over.
    pub position: u64,
    /// As in [`Head::salt`].
    pub salt: u64,
}

/// What a record says before its message, its sum aside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record {
    /// Octets of the message.
    pub length: u32,
    /// Counts all messages of the log.
    pub sequence: u64,
    /// Messages before it that were not known to be durable when it was written.
    pub unsynced: u32,
}

fn head(name: &[u8; 6], fields: [u64; 3]) -> Vec<u8> {
    let mut octets = name.to_vec();
    octets.extend(VERSION.to_be_bytes());
    octets.extend(fields.iter().flat_map(|field| field.to_be_bytes()));
    let sum = Crc::EMPTY.of(&octets).value();
    octets.extend(sum.to_be_bytes());
    octets
}

fn fields(name: &[u8; 6], octets: &[u8]) -> Option<[u64; 3]> {
    let octets: &[u8; HEAD] = octets.first_chunk()?;
    let (summed, sum) = octets.split_last_chunk()?;
    let mut reader = Reader::new(summed);
    let named = reader.array() == Some(*name) && reader.array() == Some(VERSION.to_be_bytes());
    let fields = [reader.array()?, reader.array()?, reader.array()?].map(u64::from_be_bytes);
    let good = Crc::EMPTY.of(summed).value() == u32::from_be_bytes(*sum);
    (named && good).then_some(fields)
}

impl Head {
    /// Its octets.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        head(SEGMENT, [self.number, self.first, self.salt]) //= ZP-SWAP-001
    }

    /// What these octets begin with; `None` if that is no head.
    #[must_use]
    pub fn decode(octets: &[u8]) -> Option<Self> {
        let [number, first, salt] = fields(SEGMENT, octets)?;
        Some(Self { number, first, salt })
    }
}

impl Slot {
    /// Its octets.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        head(POSITION, [self.generation, self.position, self.salt])
    }

    /// What these octets begin with; `None` if that is no slot.
    #[must_use]
    pub fn decode(octets: &[u8]) -> Option<Self> {
        let [generation, position, salt] = fields(POSITION, octets)?;
        Some(Self { generation, position, salt })
    }
}

/// What the sum of every record of a log begins with.
#[must_use]
pub fn seed(salt: u64) -> Crc {
    Crc::EMPTY.of(&salt.to_be_bytes())
}

impl Record {
    /// Appends a record of these parts; false, and nothing is appended, if they are too many octets
    /// for one.
    pub fn encode(
        sequence: u64,
        unsynced: u32,
        parts: &[Part<'_>],
        seed: Crc,
        out: &mut Vec<u8>,
    ) -> bool {
        let begin = out.len();
        //= ZP-SWAP-002
        out.extend([0; 8]);
        out.extend(sequence.to_be_bytes());
        out.extend(unsynced.to_be_bytes());
        let more = parts.len().saturating_sub(1);
        for (part, at) in parts.iter().zip(0..) {
            let kind = if at < more { Kind::More } else { Kind::Last };
            frame::encode(kind, part.octets(), out);
        }
        let length = out.len().saturating_sub(begin).saturating_sub(RECORD);
        let Ok(length) = u32::try_from(length) else {
            out.truncate(begin);
            return false;
        };
        let Some((sum, summed)) = out.get_mut(begin..).and_then(<[u8]>::split_first_chunk_mut)
        else {
            return false;
        };
        if let Some(place) = summed.first_chunk_mut() {
            *place = length.to_be_bytes();
        }
        *sum = seed.of(summed).value().to_be_bytes();
        true
    }

    /// What these octets begin with, its sum not judged; `None` if they are too few, or if it
    /// announces no message.
    #[must_use]
    pub fn peek(octets: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(octets);
        let _sum: [u8; 4] = reader.array()?;
        let length = u32::from_be_bytes(reader.array()?);
        let sequence = u64::from_be_bytes(reader.array()?);
        let unsynced = u32::from_be_bytes(reader.array()?);
        (length > 0).then_some(Self { length, sequence, unsynced })
    }

    /// Octets of it and its message.
    #[must_use]
    pub fn size(self) -> u64 {
        u64::from(self.length).saturating_add(u64::try_from(RECORD).unwrap_or_default())
    }

    /// Whether these octets, all of the record, have their sum and hold one whole message.
    #[must_use]
    pub fn is_whole(octets: &[u8], seed: Crc) -> bool {
        let Some((sum, summed)) = octets.split_first_chunk() else { return false };
        //= ZP-SWAP-003
        seed.of(summed).value() == u32::from_be_bytes(*sum)
            && message(octets).is_some_and(|frames| with_parts(frames, |_| ()).is_some())
    }
}

/// The message of a record.
#[must_use]
pub fn message(record: &[u8]) -> Option<&[u8]> {
    record.get(RECORD..)
}

fn next_part(reader: &mut Reader<'_>) -> Option<(Kind, usize)> {
    let (FrameHeader { kind, size }, rest) = FrameHeader::decode(reader.rest()).ok()??;
    *reader = Reader::new(rest);
    Some((kind, usize::try_from(size).ok()?))
}

/// Lends the parts of a message in frames; `None` if it is not exactly one whole message.
pub fn with_parts<R>(frames: &[u8], lend: impl FnOnce(&[Part<'_>]) -> R) -> Option<R> {
    let mut reader = Reader::new(frames);
    let (kind, size) = next_part(&mut reader)?;
    let first = Part::Slice(reader.take(size)?);
    if kind == Kind::Last {
        return reader.is_empty().then(|| lend(&[first]));
    }
    let (mut parts, mut last) = (vec![first], kind);
    while last == Kind::More {
        let (kind, size) = next_part(&mut reader)?;
        parts.push(Part::Slice(reader.take(size)?));
        last = kind;
    }
    (last == Kind::Last && reader.is_empty()).then(|| lend(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Message, Parts};

    const SALT: u64 = 7;

    fn record(message: &Message) -> Vec<u8> {
        let mut octets = Vec::new();
        message.with_parts(|parts| assert!(Record::encode(5, 1, parts, seed(SALT), &mut octets)));
        octets
    }

    #[test]
    fn what_is_kept_comes_back_whole_and_no_part_of_it_alone() {
        let long = vec![7; 300];
        for message in [
            Message::from(""),
            Message::from("hello"),
            Message::new([&b"a"[..], b"", &long]),
            Message::new([&b""[..], b""]),
        ] {
            let octets = record(&message);
            let head = Record::peek(&octets).unwrap();
            assert_eq!((head.sequence, head.unsynced), (5, 1));
            assert_eq!(head.size(), u64::try_from(octets.len()).unwrap());
            assert!(Record::is_whole(&octets, seed(SALT)));
            assert!(!Record::is_whole(&octets, seed(SALT + 1)), "another log's");
            let frames = self::message(&octets).unwrap();
            let back = |parts: &[Part<'_>]| Message::new(parts.iter().map(|part| part.octets()));
            assert_eq!(with_parts(frames, back), Some(message));
            for cut in 0..octets.len() {
                assert!(!Record::is_whole(&octets[..cut], seed(SALT)), "cut at {cut}");
            }
            for cut in 1..frames.len() {
                let torn = frames.get(..cut).unwrap();
                assert!(with_parts(torn, |_| ()).is_none(), "cut at {cut}");
            }
        }
    }

    #[test]
    fn every_changed_bit_is_noticed() {
        let octets = record(&Message::new([&b"left"[..], b"right"]));
        let (segment, slot) = (
            Head { number: 1, first: 2, salt: 3 }.encode(),
            Slot { generation: 1, position: 2, salt: 3 }.encode(),
        );
        assert!(Head::decode(&segment).is_some() && Slot::decode(&slot).is_some());
        assert!(Head::decode(&slot).is_none() && Slot::decode(&segment).is_none());
        for bit in 0..8 {
            let turned = |octets: &[u8], at: usize| {
                let mut turned = octets.to_vec();
                turned[at] ^= 1 << bit;
                turned
            };
            (0..octets.len())
                .for_each(|at| assert!(!Record::is_whole(&turned(&octets, at), seed(SALT))));
            (0..HEAD).for_each(|at| assert!(Head::decode(&turned(&segment, at)).is_none()));
            (0..HEAD).for_each(|at| assert!(Slot::decode(&turned(&slot, at)).is_none()));
        }
    }
}
