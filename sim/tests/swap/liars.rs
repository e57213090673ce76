//! Disks that make the log break one promise each: the crash points catch every one.
//!
//! ```text
//! log --Disk--> Liar --Disk--> folder        what the liar leaves out, the log has not done
//! ```

use crate::crashes::every_crash;
use crate::story;
use zeroproof_reference::swap::format::{self, HEAD, Head, RECORD, Record, Slot};
use zeroproof_reference::swap::{Disk, Durability, Fault, FileName, Log, SwapError};
use zeroproof_sim::disk;

/// Messages before the crash, and so many after it that another segment begins.
const MESSAGES: (usize, usize) = (60, 20);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lie {
    /// None: the control.
    Honest,
    /// Names are never made durable.
    NoDirectorySync,
    /// Messages are acknowledged before they are durable.
    AckBeforeSync,
    /// The position is ahead of what has been handed over.
    PositionAhead,
    /// A torn tail is not cut off.
    TailKept,
    /// The sums of records are not compared: all of them are right when they are read.
    NoSum,
}

/// A disk that lies about one thing.
#[derive(Clone, Debug)]
struct Liar {
    disk: disk::Disk,
    lie: Lie,
}

impl Liar {
    /// The octets of a segment, with the sum of every record made right.
    fn righted(&self, file: FileName) -> Vec<u8> {
        let folder = self.disk.folder();
        let found = folder.contents().find(|(name, _)| *name == file);
        let mut octets = found.map(|(_, octets)| octets.to_vec()).unwrap_or_default();
        let Some(head) = Head::decode(&octets) else { return octets };
        let mut at = HEAD;
        while let Some(record) = octets.get(at..).and_then(Record::peek) {
            let end = at + RECORD + usize::try_from(record.length).unwrap();
            let Some(record) = octets.get_mut(at..end) else { break };
            let sum = format::seed(head.salt).of(&record[4..]).value();
            record[..4].copy_from_slice(&sum.to_be_bytes());
            at = end;
        }
        octets
    }
}

impl Disk for Liar {
    fn list(&mut self) -> Result<Vec<FileName>, Fault> {
        self.disk.list()
    }

    fn create(&mut self, file: FileName) -> Result<(), Fault> {
        self.disk.create(file)
    }

    fn size(&mut self, file: FileName) -> Result<u64, Fault> {
        self.disk.size(file)
    }

    fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let read = self.disk.read(file, at, into)?;
        if self.lie == Lie::NoSum && matches!(file, FileName::Segment(_)) {
            let at = usize::try_from(at).unwrap();
            let righted = self.righted(file);
            into[..read].copy_from_slice(&righted[at..at + read]);
        }
        Ok(read)
    }

    fn write(&mut self, file: FileName, at: u64, octets: &[u8]) -> Result<(), Fault> {
        if let (Lie::PositionAhead, Some(slot)) = (self.lie, Slot::decode(octets))
            && slot.position > 0
        {
            let ahead = Slot { position: slot.position + 1, ..slot };
            return self.disk.write(file, at, &ahead.encode());
        }
        self.disk.write(file, at, octets)
    }

    fn truncate(&mut self, file: FileName, size: u64) -> Result<(), Fault> {
        if self.lie == Lie::TailKept { Ok(()) } else { self.disk.truncate(file, size) }
    }

    fn sync(&mut self, file: FileName) -> Result<(), Fault> {
        // The head is made durable, what is behind it is not.
        let has_messages = self.disk.size(file)? > 36 && file != FileName::Position;
        let lies = self.lie == Lie::AckBeforeSync && has_messages;
        if lies { Ok(()) } else { self.disk.sync(file) }
    }

    fn sync_directory(&mut self) -> Result<(), Fault> {
        if self.lie == Lie::NoDirectorySync { Ok(()) } else { self.disk.sync_directory() }
    }

    fn remove(&mut self, file: FileName) -> Result<(), Fault> {
        self.disk.remove(file)
    }
}

fn opener(lie: Lie) -> impl Fn(&disk::Disk, Durability) -> Result<Log, SwapError> {
    move |disk, durability| {
        let liar = Liar { disk: disk.clone(), lie };
        Log::open(Box::new(liar), story::config(durability), story::SALT)
    }
}

#[test]
fn each_liar_is_caught_at_some_crash_point() {
    for (lie, says) in [
        (Lie::NoDirectorySync, "found broken"),
        (Lie::AckBeforeSync, "lost"),
        (Lie::PositionAhead, "lost"),
        (Lie::TailKept, "found broken"),
        (Lie::NoSum, "torn or invented"),
    ] {
        let caught = every_crash(&opener(lie), Durability::Batch, MESSAGES).unwrap_err();
        println!("{lie:?}: {caught}");
        assert!(caught.contains(says), "{lie:?} is caught, but: {caught}");
    }
    every_crash(&opener(Lie::Honest), Durability::Batch, MESSAGES).unwrap();
}
