//! The golden octets: valid ones are read and written as the file says, invalid ones give nothing.

use crate::memory::Memory;
use zeroproof_reference::swap::format::{self, HEAD, Head, Record, Slot};
use zeroproof_reference::swap::{Config, Damage, Durability, FileName, Log};
use zeroproof_reference::{Message, Part, Parts};
use zeroproof_vectors::{Decoded, Vector, Verdict};

fn vectors() -> impl Iterator<Item = &'static Vector> {
    zeroproof_vectors::golden().unwrap().group("swap")
}

/// What comes out of a log with this segment, and what it says.
fn read(segment: &[u8], number: u64) -> (Vec<(u64, Message)>, Vec<Damage>) {
    let memory = Memory::default();
    memory.put(FileName::Segment(number), segment);
    let mut log = Log::open(Box::new(memory), Config::new(1 << 20, Durability::Each), 0).unwrap();
    let mut messages = Vec::new();
    let gather = |parts: &[Part<'_>]| Message::new(parts.iter().map(|part| part.octets()));
    while let Some(entry) = log.read().unwrap() {
        messages.push((entry.sequence, format::with_parts(entry.frames, gather).unwrap()));
    }
    (messages, log.take_damage())
}

#[test]
fn valid_octets_mean_what_the_file_says_and_are_written_back() {
    for vector in vectors().filter(|vector| vector.verdict == Verdict::Valid) {
        let octets = vector.as_octets();
        match vector.decoded.as_ref().unwrap() {
            Decoded::Segment { number, first, salt, records } => {
                let head = Head { number: *number, first: *first, salt: *salt };
                assert_eq!(Head::decode(octets), Some(head), "{}", vector.id);
                let mut written = head.encode();
                let mut expected = Vec::new();
                for each in records {
                    let message = Message::new(each.parts.iter().map(|part| &part[..]));
                    let encoded = message.with_parts(|parts| {
                        let seed = format::seed(*salt);
                        Record::encode(each.sequence, each.unsynced, parts, seed, &mut written)
                    });
                    assert!(encoded);
                    expected.push((each.sequence, message));
                }
                assert_eq!(written, octets, "{}", vector.id);
                let (messages, damage) = read(octets, *number);
                assert_eq!(messages, expected, "{}", vector.id);
                // There is no position in that folder.
                assert_eq!(damage, [Damage::Position], "{}", vector.id);
            }
            Decoded::Position { generation, position, salt } => {
                let slot = Slot { generation: *generation, position: *position, salt: *salt };
                assert_eq!(Slot::decode(octets), Some(slot), "{}", vector.id);
                assert_eq!(slot.encode(), octets, "{}", vector.id);
            }
            other => panic!("{}: {other:?}", vector.id),
        }
    }
}

#[test]
fn invalid_octets_give_no_message() {
    for vector in vectors().filter(|vector| vector.verdict == Verdict::Invalid) {
        let octets = vector.as_octets();
        assert_eq!(Slot::decode(octets), None, "{}", vector.id);
        let (messages, damage) = read(octets, 1);
        assert!(messages.is_empty(), "{}: {messages:?}", vector.id);
        let told = damage.iter().any(|damage| *damage != Damage::Position);
        assert!(told || octets.len() <= HEAD, "{} is broken, and nobody says so", vector.id);
    }
}

#[test]
fn a_segment_cut_anywhere_gives_the_messages_that_are_whole() {
    let vector = vectors().find(|vector| vector.id == "Q03").unwrap();
    let octets = vector.as_octets();
    let (whole, _) = read(octets, 2);
    for cut in 0..octets.len() {
        let (messages, _) = read(&octets[..cut], 2);
        let expected = match cut {
            68..95 => 1,
            _ => 0,
        };
        assert_eq!(messages, whole[..expected], "cut at {cut}");
    }
}
