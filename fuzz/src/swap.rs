//! The log of a swap, when somebody has been at its files (`reference/docs/swap-format.md`).
//!
//! Octets: decisions. Messages are kept, read and done with; the program is killed; octets of its
//! files are turned, cut, exchanged or written over; and the log is opened again. Whatever was done
//! to it, it gives out what it was given, whole, in order and once; what is missing is told; and it
//! goes on. Or the decisions are a segment as they are, and its sums are made right.

use crate::bounded::Bound;
use crate::choices::Choices;
use crate::mutator::Shape;
use std::collections::BTreeSet;
use zeroproof_reference::swap::format::{self, HEAD, Head, RECORD, Record};
use zeroproof_reference::swap::{Config, Damage, Disk as _, Durability, FileName, Log};
use zeroproof_reference::{Message, Part, Parts};
use zeroproof_sim::disk::{Disk, Folder};

/// Decisions.
pub const SHAPE: Shape = Shape::Choices;

/// What is written is held by the folder, twice, and by the log; a record may claim four gigabytes.
const BOUND: Bound = Bound { each: 64, once: 4 << 20 };

/// Small, so that segments and positions come often.
const SEGMENT: u64 = 1 << 10;
const POSITION_EVERY: u64 = 4;
const SALT: u64 = 0x5A17_0000_5A17;

/// Messages of a run, and changes to its files, at most.
const MESSAGES: u64 = 40;
const CHANGES: usize = 4;

/// See the module.
pub fn judge(octets: &[u8]) {
    BOUND.watch(octets.len(), || {
        let mut choices = Choices::new(octets);
        if choices.flag() {
            given(choices.rest());
        } else {
            changed(&mut choices);
        }
    });
}

fn open(disk: &Disk) -> Log {
    let config = Config {
        capacity: 1 << 20,
        durability: Durability::Batch,
        segment: SEGMENT,
        position_every: POSITION_EVERY,
    };
    match Log::open(Box::new(disk.clone()), config, SALT) {
        Ok(log) => log,
        Err(error) => unreachable!("the disk does all it is asked to, and yet: {error}"),
    }
}

/// The message of this number: one to three parts, the second of which says nothing new.
fn message(number: u64) -> Message {
    let octet = number as u8;
    let size = 3 + usize::from(octet % 4) * 97;
    let mut parts = vec![number.to_be_bytes().to_vec()];
    parts.extend((0..octet % 3).map(|_| vec![octet; size]));
    Message::new(parts)
}

fn append(log: &mut Log, number: u64) {
    let sequence = message(number).with_parts(|parts| log.append(parts));
    assert_eq!(sequence, Ok(number), "each message has its number");
}

/// Reads and is done with all that comes: the numbers.
fn read_all(log: &mut Log) -> Vec<u64> {
    let mut numbers = Vec::new();
    loop {
        let number = match log.read() {
            Ok(Some(entry)) => {
                let lend =
                    |parts: &[Part<'_>]| Message::new(parts.iter().map(|part| part.octets()));
                let came = format::with_parts(entry.frames, lend);
                assert_eq!(came, Some(message(entry.sequence)), "torn, or nobody's");
                entry.sequence
            }
            Ok(None) => return numbers,
            Err(error) => unreachable!("the disk does all it is asked to, and yet: {error}"),
        };
        assert!(numbers.last().is_none_or(|last| *last < number), "{number} after {numbers:?}");
        numbers.push(number);
        assert_eq!(log.done(number), Ok(()));
    }
}

/// A log, and what is done to its files.
fn changed(choices: &mut Choices<'_>) {
    let disk = Disk::new(Folder::default());
    let mut log = open(&disk);
    let (mut written, mut done) = (0, 0);
    for _ in 0..choices.octet() {
        match choices.below(4) {
            0 | 1 if written < MESSAGES => {
                append(&mut log, written);
                written += 1;
            }
            2 => assert_eq!(log.sync(), Ok(())),
            _ => done += take(&mut log),
        }
    }
    assert_eq!(log.sync(), Ok(()));
    if choices.flag() {
        assert_eq!(log.close(), Ok(()));
    }
    drop(log);
    let disk = Disk::new(disk.folder().killed());
    let changes = change(&disk, choices);

    let mut log = open(&disk);
    let came = read_all(&mut log);
    let damage = log.take_damage();
    let missing = (done..written).filter(|number| !came.contains(number)).collect();
    told(&changes, &damage, &missing, &came);

    // It goes on behind whatever it has found.
    let next = log.next_sequence();
    append(&mut log, next);
    assert_eq!(log.sync(), Ok(()));
    assert_eq!(read_all(&mut log), [next], "{changes:?} {damage:?}, {came:?} of {written} came");
    append(&mut log, next + 1);
    assert_eq!(log.sync(), Ok(()));
    drop(log);
    let mut again = open(&disk);
    assert_eq!(read_all(&mut again).last(), Some(&(next + 1)));
}

/// Takes one, and is done with it; how many there were.
fn take(log: &mut Log) -> u64 {
    let Ok(Some(entry)) = log.read() else { return 0 };
    let number = entry.sequence;
    assert_eq!(log.done(number), Ok(()));
    1
}

/// What was done to which file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    /// A bit turned behind the head of a segment.
    Bit,
    /// The newest segment lost octets at its end, or is gone.
    Shorter,
    /// The files of the position are not what they were.
    Position,
    /// Anything else.
    Other,
}

fn change(disk: &Disk, choices: &mut Choices<'_>) -> Vec<Change> {
    let mut disk = disk.clone();
    let mut changes = Vec::new();
    for _ in 0..choices.below(CHANGES + 1) {
        let mut files = disk.list().unwrap_or_default();
        files.sort_unstable();
        let newest = files.last().copied();
        let Some(file) = choices.pick(&files) else { break };
        let size = disk.size(file).unwrap_or(0);
        let at = u64::from(choices.number()).checked_rem(size).unwrap_or(0);
        let is_newest = Some(file) == newest && file != FileName::Position;
        let (change, outcome) = match choices.below(6) {
            0 | 1 if size > 0 => {
                let mut octet = [0];
                let read = disk.read(file, at, &mut octet);
                let turned = octet.map(|octet| octet ^ 1 << choices.below(8));
                let is_record = at >= HEAD as u64 && file != FileName::Position;
                let change = if is_record { Change::Bit } else { Change::Other };
                (change, read.and_then(|_| disk.write(file, at, &turned)))
            }
            2 => (if is_newest { Change::Shorter } else { Change::Other }, disk.truncate(file, at)),
            3 => (if is_newest { Change::Shorter } else { Change::Other }, disk.remove(file)),
            4 => (Change::Other, disk.write(file, at, choices.take(40))),
            _ => {
                let other = choices.pick(&files).unwrap_or(file);
                let mut octets = vec![0; 4 << 10];
                let read = disk.read(other, 0, &mut octets).unwrap_or(0);
                let octets = octets.get(..read).unwrap_or_default();
                (Change::Other, disk.write(file, 0, octets))
            }
        };
        let is_position = file == FileName::Position && change == Change::Other;
        changes.push(if is_position { Change::Position } else { change });
        assert_eq!(outcome, Ok(()), "{file}");
    }
    changes
}

/// What is missing has been told, and is as little as what was done explains.
fn told(changes: &[Change], damage: &[Damage], missing: &BTreeSet<u64>, came: &[u64]) {
    let all = || format!("{changes:?} {damage:?}, missing {missing:?} of {came:?}");
    if changes.is_empty() {
        assert!(damage.is_empty() && missing.is_empty(), "nobody was at it: {}", all());
    }
    // What was synced together with it goes with it, at the very end.
    let is_tail = damage.iter().any(|damage| matches!(damage, Damage::Tail { .. }));
    if changes == [Change::Bit] && !is_tail {
        assert!(missing.len() <= 1, "one bit, one message: {}", all());
    }
    let lost: BTreeSet<u64> = damage
        .iter()
        .filter_map(|damage| match damage {
            Damage::Lost { first, messages } => Some(*first..first.saturating_add(*messages)),
            _ => None,
        })
        .flat_map(|numbers| numbers.take(2 * MESSAGES as usize))
        .collect();
    let is_last = |number: &u64| came.last().is_none_or(|last| number > last);
    let silent: Vec<_> = missing.difference(&lost).collect();
    // Of the end nobody can know how much there was, where it was cut; and without a position
    // nobody can know where the beginning was.
    let cut = is_tail
        || changes.iter().any(|change| *change != Change::Bit && *change != Change::Position);
    let unplaced = damage.contains(&Damage::Position);
    let is_excused = |number: &u64| {
        (cut && is_last(number)) || (unplaced && came.first().is_none_or(|first| number < first))
    };
    assert!(silent.iter().all(|number| is_excused(number)), "not told: {}", all());
}

/// A segment that somebody made up; half of its sums are made right.
fn given(octets: &[u8]) {
    let mut octets = octets.to_vec();
    if let Some((head, records)) = octets.split_at_mut_checked(HEAD) {
        let wanted = Head { number: 1, first: 0, salt: SALT };
        head.copy_from_slice(&wanted.encode());
        right(records);
    }
    let disk = Disk::new(Folder::default());
    let mut handle = disk.clone();
    let file = FileName::Segment(1);
    assert_eq!(handle.create(file), Ok(()));
    assert_eq!(handle.write(file, 0, &octets), Ok(()));
    let mut log = open(&disk);
    let mut last = None;
    while let Ok(Some(entry)) = log.read() {
        let sequence = entry.sequence;
        assert!(last.is_none_or(|last| last < sequence), "{sequence} after {last:?}");
        let lend = |parts: &[Part<'_>]| assert!(!parts.is_empty(), "a message of nothing");
        assert!(format::with_parts(entry.frames, lend).is_some(), "not whole: {sequence}");
        assert!(entry.frames.len() <= octets.len(), "more than there was");
        assert_eq!(log.done(sequence), Ok(()));
        last = Some(sequence);
    }
}

/// Makes the sums of records right, one behind the other, as far as they are whole.
fn right(records: &mut [u8]) {
    let mut at = 0;
    while let Some(record) = records.get(at..).and_then(Record::peek) {
        let Some(size) = usize::try_from(record.size()).ok().filter(|size| *size > RECORD) else {
            break;
        };
        let Some(octets) = records.get_mut(at..at + size) else { break };
        let Some((sum, rest)) = octets.split_at_mut_checked(4) else { break };
        sum.copy_from_slice(&format::seed(SALT).of(rest).value().to_be_bytes());
        at += size;
    }
}
