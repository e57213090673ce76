//! How much a log takes, and who may open it.

use crate::memory::Memory;
use zeroproof_reference::Part;
use zeroproof_reference::swap::{Config, Durability, FileName, Log, SwapError};

const CAPACITY: u64 = 64 << 10;
const MODES: [Durability; 3] = [Durability::None, Durability::Batch, Durability::Each];

fn open(memory: &Memory, durability: Durability) -> Result<Log, SwapError> {
    Log::open(Box::new(memory.clone()), Config::new(CAPACITY, durability), 1)
}

fn append(log: &mut Log, octets: &[u8]) -> Result<u64, SwapError> {
    let appended = log.append(&[Part::Slice(octets)])?;
    log.sync()?;
    Ok(appended)
}

/// Reads and hands over one message; false if there is none.
fn take(log: &mut Log) -> bool {
    let sequence = log.read().unwrap().map(|entry| entry.sequence);
    sequence.is_some_and(|sequence| log.done(sequence) == Ok(()))
}

#[test]
fn a_full_log_says_so_and_takes_more_when_some_was_handed_over() {
    for mode in MODES {
        let memory = Memory::default();
        let mut log = open(&memory, mode).unwrap();
        let (mut sent, mut taken, mut refusals) = (0, 0, 0);
        // Ten times what fits, so that every octet is used again and again.
        while sent < 10 * CAPACITY / 1000 {
            match append(&mut log, &[1; 1000]) {
                Ok(sequence) => {
                    assert_eq!(sequence, sent, "{mode:?}");
                    sent += 1;
                }
                Err(SwapError::Full) => {
                    refusals += 1;
                    assert!(log.waiting() * 1036 > CAPACITY / 2, "{mode:?}: full with a half");
                    for _ in 0..20 {
                        taken += u64::from(take(&mut log));
                    }
                }
                Err(other) => panic!("{mode:?}: {other}"),
            }
            //= ZP-SWAP-013
            let size = u64::try_from(memory.size_of_all()).unwrap();
            assert!(size <= CAPACITY && log.size() <= CAPACITY, "{mode:?}: {size} octets");
            let is_told = log.size() == size || mode == Durability::None;
            assert!(is_told, "{mode:?}: {size} octets are there, and it says {}", log.size());
        }
        while take(&mut log) {
            taken += 1;
        }
        assert_eq!((sent, log.is_drained()), (taken, true), "{mode:?}");
        assert!(refusals > 10, "{mode:?}");
        log.close().unwrap();
        assert!(memory.size_of_all() <= 1024, "{mode:?}: nothing is left but the position");
    }
}

#[test]
fn a_message_that_never_fits_is_told_from_one_that_does_later() {
    for mode in MODES {
        let mut log = open(&Memory::default(), mode).unwrap();
        let too_large = append(&mut log, &[0; 65_536]).unwrap_err();
        assert!(matches!(too_large, SwapError::TooLarge { .. }), "{mode:?}: {too_large}");
        append(&mut log, &[0; 60_000]).unwrap();
        assert_eq!(append(&mut log, &[0; 60_000]), Err(SwapError::Full), "{mode:?}");
        assert!(take(&mut log));
        append(&mut log, &[0; 60_000]).unwrap();
    }
}

#[test]
fn what_was_kept_is_there_again_and_only_a_durable_log_opens_it() {
    let memory = Memory::default();
    let mut log = open(&memory, Durability::Each).unwrap();
    append(&mut log, b"kept").unwrap();
    drop(log);
    //= ZP-SWAP-014
    assert_eq!(open(&memory, Durability::None).unwrap_err(), SwapError::Occupied);
    let mut log = open(&memory, Durability::Batch).unwrap();
    assert_eq!(log.waiting(), 1);
    assert_eq!(log.read().unwrap().map(|entry| entry.frames.to_vec()), Some(b"\0\x04kept".into()));
    log.done(0).unwrap();
    log.close().unwrap();
    let log = open(&memory, Durability::None).unwrap();
    assert_eq!((log.waiting(), log.next_sequence()), (0, 0));
}

#[test]
fn overflow_is_gone_with_the_program_and_nobody_sees_it_again() {
    for next in MODES {
        let memory = Memory::default();
        let mut log = open(&memory, Durability::None).unwrap();
        log.append(&[Part::Slice(b"gone")]).unwrap();
        log.flush().unwrap();
        assert!(memory.0.lock().unwrap().contains_key(&FileName::Overflow(1)));
        drop(log);
        assert_eq!(open(&memory, next).unwrap().waiting(), 0);
        assert!(!memory.0.lock().unwrap().contains_key(&FileName::Overflow(1)));
    }
}

#[test]
fn small_messages_pass_through_memory_in_order_between_those_in_files() {
    let mut log = open(&Memory::default(), Durability::None).unwrap();
    let (mut sent, mut taken) = (0_u32, 0_u32);
    for round in 0..200_u32 {
        for _ in 0..round % 23 {
            log.append(&[Part::Slice(&sent.to_be_bytes())]).unwrap();
            sent += 1;
        }
        if round % 7 == 0 {
            log.flush().unwrap();
        }
        for _ in 0..round % 19 {
            let Some(entry) = log.read().unwrap() else { break };
            assert_eq!(entry.frames[2..], taken.to_be_bytes());
            taken += 1;
        }
    }
    assert!(taken > 1000 && log.waiting() == u64::from(sent - taken));
}

#[test]
fn what_was_not_handed_over_comes_again_first_and_holds_the_position() {
    let mut log = open(&Memory::default(), Durability::Each).unwrap();
    for octet in 0..6 {
        append(&mut log, &[octet]).unwrap();
    }
    let next = |log: &mut Log| log.read().unwrap().map(|entry| entry.sequence);
    assert_eq!([next(&mut log), next(&mut log), next(&mut log)], [Some(0), Some(1), Some(2)]);
    log.done(1).unwrap();
    assert_eq!(log.position(), 0);
    log.redo(2);
    log.redo(0);
    assert_eq!([next(&mut log), next(&mut log), next(&mut log)], [Some(0), Some(2), Some(3)]);
    log.done(0).unwrap();
    assert_eq!(log.position(), 2);
}
