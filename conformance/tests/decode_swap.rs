//! `zeroproof decode` of the files of a swap log says what the golden vectors say, and where they
//! are broken.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use zeroproof_conformance::octets::{Unit, swap};
use zeroproof_vectors::{Decoded, Vector, Verdict, golden};

fn vectors() -> impl Iterator<Item = &'static Vector> {
    golden().unwrap().group("swap")
}

fn is_broken(units: &[Unit]) -> bool {
    let bad = ["BROKEN", "cut short", "unknown", "no slot"];
    units.iter().any(|unit| bad.iter().any(|bad| unit.title.contains(bad)))
}

#[test]
fn the_vectors_decode_to_what_they_hold_and_each_octet_is_explained_once() {
    let mut seen = 0;
    for vector in vectors() {
        let octets = vector.octets();
        let units = swap(&octets).unwrap();
        let mut at = 0;
        for unit in &units {
            assert_eq!(unit.at, at, "{}", vector.id);
            at += unit.len;
        }
        assert_eq!(at, octets.len(), "{}", vector.id);
        assert_eq!(
            is_broken(&units),
            vector.verdict == Verdict::Invalid,
            "{} {units:?}",
            vector.id
        );
        let titles: Vec<&str> = units.iter().map(|unit| unit.title.as_str()).collect();
        let wanted = match vector.decoded.as_ref() {
            Some(Decoded::Segment { number, first, records, .. }) => {
                let head = format!("segment: number {number}, first record {first}");
                let records = records.iter().map(|record| {
                    let frames = if record.parts.len() == 1 { "frame" } else { "frames" };
                    format!("record {}: {} {frames}", record.sequence, record.parts.len())
                });
                [head].into_iter().chain(records).collect()
            }
            Some(Decoded::Position { generation, position, .. }) => {
                vec![format!("slot: generation {generation}, all handed over before {position}")]
            }
            _ => continue,
        };
        assert_eq!(titles, wanted, "{}", vector.id);
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
}

#[test]
fn no_octet_can_change_and_none_be_missing_unseen() {
    for vector in vectors().filter(|vector| vector.verdict == Verdict::Valid) {
        let octets = vector.octets();
        for at in 6..octets.len() {
            let mut bent = octets.clone();
            bent[at] ^= 0x10;
            assert!(is_broken(&swap(&bent).unwrap()), "{} octet {at}", vector.id);
        }
        for len in 6..octets.len() {
            let units = swap(&octets[..len]).unwrap();
            // A segment that ends with its head, or with a record, is a shorter one.
            let whole = units.iter().map(|unit| unit.at + unit.len).any(|end| end == len);
            assert!(whole && (is_broken(&units) || ends_whole(vector, len)), "{} {len}", vector.id);
        }
    }
}

/// Whether the first octets of a vector end where its head or a record ends.
fn ends_whole(vector: &Vector, len: usize) -> bool {
    let units = swap(vector.as_octets()).unwrap();
    units.iter().any(|unit| unit.at + unit.len == len)
}

#[test]
fn what_is_whole_behind_a_broken_record_is_found() {
    let vector = vectors().find(|vector| vector.id == "Q03").unwrap();
    let mut octets = vector.octets();
    octets[36 + 20 + 3] ^= 1;
    let units = swap(&octets).unwrap();
    let titles: Vec<&str> = units.iter().map(|unit| unit.title.as_str()).collect();
    let [_, broken, whole] = titles[..] else { panic!("{titles:?}") };
    assert!(broken.starts_with("BROKEN: 32 octets that are no record: the sum"), "{broken}");
    assert_eq!(whole, "record 8: 1 frame");
}

#[test]
fn a_hostile_segment_is_not_searched_for_ever() {
    // Each octet may start a record of half a megabyte, whose sum has to be taken to be refused.
    let head = vectors().find(|vector| vector.id == "Q01").unwrap().octets();
    let claim = [&[0; 4][..], &[0, 8, 0, 0], &[0; 8], &[0; 4]].concat();
    let octets = [head, claim.repeat(50_000)].concat();
    let units = swap(&octets).unwrap();
    assert_eq!(units.len(), 2);
    assert!(is_broken(&units));
}

#[test]
fn other_octets_are_not_taken_for_a_log() {
    for octets in [&b""[..], b"ZPSWA", b"\xff\0\0\0\0\0\0\0\x01\x7f", b"zpswap and so on"] {
        assert_eq!(swap(octets), None);
    }
}
