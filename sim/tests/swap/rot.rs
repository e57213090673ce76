//! Turned bits: nothing torn or invented comes out, and whatever does not come is told.

use crate::crashes;
use crate::story::{self, Story};
use zeroproof_reference::Part;
use zeroproof_reference::swap::format::{Record, seed};
use zeroproof_reference::swap::{self, Damage, Durability, FileName, Log};
use zeroproof_sim::chance::Chance;
use zeroproof_sim::disk::Disk;

/// Sequence numbers that come out of a log, and what it says of its damage.
fn drain(log: &mut Log) -> (Vec<u64>, Vec<Damage>) {
    let mut sequences = Vec::new();
    while let Some(entry) = log.read().unwrap() {
        assert!(story::number_of(entry.frames).is_some(), "torn or invented");
        sequences.push(entry.sequence);
    }
    (sequences, log.take_damage())
}

/// How many messages the damage accounts for, from a sequence number on.
fn told(damage: &[Damage], from: u64) -> u64 {
    let lost = damage.iter().map(|damage| match damage {
        Damage::Lost { first, messages } => (first + messages).saturating_sub(from.max(*first)),
        _ => 0,
    });
    lost.sum()
}

#[test]
fn what_turned_bits_cost_is_told_and_never_more() {
    let disk = Disk::default();
    let (_, position) = crashes::tell(&story::open, &disk, Durability::Each, 120).unwrap();
    let position = position.unwrap();
    let copy = Disk::new(disk.folder().killed());
    let whole = drain(&mut story::open(&copy, Durability::Each).unwrap());
    let next = whole.0.last().unwrap() + 1;
    let (mut skipped, mut lost) = (0, 0);
    for seed in 0..2_000 {
        let rotten = Disk::new(disk.folder().killed());
        let mut chance = Chance::new(seed);
        let turned = rotten.folder().rot(&mut chance).unwrap();
        let mut log = story::open(&rotten, Durability::Each).unwrap();
        let (sequences, damage) = drain(&mut log);
        assert!(sequences.is_sorted_by(|one, next| one < next), "{turned:?}: order");
        let owed = |sequence: &&u64| **sequence >= position;
        let came = u64::try_from(sequences.iter().filter(owed).count()).unwrap();
        // The very last record may be torn, for all that the disk says: then it is a tail.
        let tail = damage.iter().any(|damage| matches!(damage, Damage::Tail { .. }));
        let missing = next - position - came;
        let accounted = told(&damage, position) + u64::from(tail);
        assert!(missing <= accounted, "{turned:?}: {missing} are missing, {damage:?}");
        assert!(missing <= 1, "{turned:?}: one bit costs {missing} messages");
        skipped += damage.iter().filter(|one| matches!(one, Damage::Skipped { .. })).count();
        lost += missing;
    }
    println!("2000 turned bits: {skipped} places skipped, {lost} messages lost, all told");
    assert!(skipped > 200 && lost > 100, "{skipped} skipped, {lost} lost");
}

#[test]
fn a_record_within_a_message_is_never_taken_for_one() {
    // A peer that knew the next sequence number, and not the salt, writes a record into its body.
    let mut story = Story::default();
    let disk = Disk::default();
    let mut log = story::open(&disk, Durability::Each).unwrap();
    story.append(&mut log);
    let mut forged = Vec::new();
    assert!(Record::encode(2, 0, &[Part::Slice(b"forged")], seed(0), &mut forged));
    log.append(&[Part::Slice(&forged)]).unwrap();
    log.sync().unwrap();
    log.append(&[Part::Slice(b"behind")]).unwrap();
    log.sync().unwrap();
    // The length of the record that holds it is broken, so that its body is searched.
    let file = FileName::Segment(1);
    let at = disk.folder().contents().find(|(name, _)| *name == file).map(|(_, octets)| {
        octets.windows(forged.len()).position(|window| window == forged).unwrap()
    });
    let length = u64::try_from(at.unwrap()).unwrap() - 2 - 16;
    let mut handle = disk.clone();
    swap::Disk::write(&mut handle, file, length, &[0xFF]).unwrap();
    let mut log = story::open(&disk, Durability::Each).unwrap();
    let mut came = Vec::new();
    while let Some(entry) = log.read().unwrap() {
        came.push((entry.sequence, entry.frames.to_vec()));
    }
    let behind = came.last().unwrap();
    assert_eq!((behind.0, &behind.1[2..]), (2, &b"behind"[..]));
    assert!(came.iter().all(|(_, frames)| !frames.ends_with(b"forged")), "{came:?}");
}
