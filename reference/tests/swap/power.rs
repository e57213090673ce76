//! A disk that loses all that was not synced, names too, when the power goes: after every message
//! what was acknowledged comes again, whole and in order, and what is broken does not stay.
//!
//! Deliberately absent: disks that keep some of it, in every choice, which the simulator has.

use crate::memory::Memory;
use std::sync::{Arc, Mutex};
use zeroproof_reference::Part;
use zeroproof_reference::swap::{Config, Damage, Disk, Durability, Fault, FileName, Log};

/// What programs see, and what is there when the power has gone.
#[derive(Clone, Debug, Default)]
struct Drive {
    live: Memory,
    /// With the files that have no durable name yet.
    synced: Memory,
    names: Arc<Mutex<Vec<FileName>>>,
}

impl Drive {
    fn after_a_power_cut(&self) -> Self {
        let after = Self::default();
        let synced = self.synced.0.lock().unwrap();
        for name in self.names.lock().unwrap().iter() {
            let octets = synced.get(name).map_or(&[][..], |octets| octets);
            after.live.put(*name, octets);
            after.synced.put(*name, octets);
        }
        after.names.lock().unwrap().clone_from(&self.names.lock().unwrap());
        after
    }
}

impl Disk for Drive {
    fn list(&mut self) -> Result<Vec<FileName>, Fault> {
        self.live.list()
    }

    fn create(&mut self, file: FileName) -> Result<(), Fault> {
        self.live.create(file)
    }

    fn size(&mut self, file: FileName) -> Result<u64, Fault> {
        self.live.size(file)
    }

    fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, Fault> {
        self.live.read(file, at, into)
    }

    fn write(&mut self, file: FileName, at: u64, octets: &[u8]) -> Result<(), Fault> {
        self.live.write(file, at, octets)
    }

    fn truncate(&mut self, file: FileName, size: u64) -> Result<(), Fault> {
        self.live.truncate(file, size)
    }

    fn sync(&mut self, file: FileName) -> Result<(), Fault> {
        let octets = self.live.0.lock().unwrap().get(&file).cloned().ok_or(Fault::Missing)?;
        self.synced.put(file, &octets);
        Ok(())
    }

    fn sync_directory(&mut self) -> Result<(), Fault> {
        *self.names.lock().unwrap() = self.live.list()?;
        Ok(())
    }

    fn remove(&mut self, file: FileName) -> Result<(), Fault> {
        self.live.remove(file)
    }
}

fn open(drive: &Drive) -> Log {
    let config = Config { segment: 400, position_every: 3, ..config() };
    Log::open(Box::new(drive.clone()), config, 7).unwrap()
}

fn config() -> Config {
    Config::new(1 << 20, Durability::Each)
}

fn append(log: &mut Log, number: u32) {
    log.append(&[Part::Slice(&number.to_be_bytes()), Part::Slice(&[7; 60])]).unwrap();
    log.sync().unwrap();
}

/// The numbers of all messages that come out of what a power cut has left.
fn numbers(log: &mut Log) -> Vec<u32> {
    let mut numbers = Vec::new();
    while let Some(entry) = log.read().unwrap() {
        // One header of a frame before it.
        numbers.push(u32::from_be_bytes(entry.frames[2..6].try_into().unwrap()));
    }
    numbers
}

#[test]
fn nothing_acknowledged_is_lost_with_the_power_whenever_it_goes() {
    let drive = Drive::default();
    let mut log = open(&drive);
    let mut done = 0;
    for number in 0..60 {
        append(&mut log, number);
        if number % 2 == 1 {
            // Two are given out, of which the second is not handed over and comes again.
            let [first, second] = [(); 2].map(|()| log.read().unwrap().map(|entry| entry.sequence));
            done = first.unwrap() + 1;
            log.done(done - 1).unwrap();
            second.into_iter().for_each(|second| log.redo(second));
        }
        let found = numbers(&mut open(&drive.after_a_power_cut()));
        let first = found.first().copied().unwrap_or(u32::MAX);
        assert_eq!(found, (first..=number).collect::<Vec<_>>(), "after {number}");
        let owed = u32::try_from(done).unwrap();
        assert!((owed.saturating_sub(3)..=owed).contains(&first), "{first} comes, {owed} is due");
    }
}

#[test]
fn a_torn_tail_is_cut_off_and_what_is_written_behind_it_comes() {
    let drive = Drive::default();
    append(&mut open(&drive), 0);
    let segment = FileName::Segment(1);
    let whole = drive.live.0.lock().unwrap()[&segment].clone();
    let mut torn = whole.clone();
    torn.extend(&whole[36..whole.len() - 1]);
    torn.extend([0xAA; 200]);
    drive.live.put(segment, &torn);
    let mut log = open(&drive);
    assert!(matches!(log.take_damage()[..], [Damage::Tail { .. }]));
    append(&mut log, 1);
    drop(log);
    let mut log = open(&drive);
    assert_eq!(numbers(&mut log), [0, 1]);
    assert_eq!(log.take_damage(), []);
}
