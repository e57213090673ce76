//! The writing half of a log: append, sync, one segment after the other.
//!
//! What is refused leaves nothing behind, and what was accepted stays. Deliberately absent: reading
//! back, which is in `read`, and what a crash has left, which is in `open`.

use super::crc::Crc;
use super::disk::{Disk, Fault, FileName};
use super::error::{Damage, SwapError};
use super::format::{self, HEAD, Head, RECORD, Record, SLOT, Slot};
use super::read::{Place, Reader};
use super::window::{Span, Window};
use super::{Config, Durability};
use crate::message::Part;
use core::mem;
use std::collections::{BTreeMap, VecDeque};

/// Octets that wait in memory before they are written, in a log that is not durable.
const BUFFER: usize = 64 << 10;

/// A file of messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Segment {
    pub(super) file: FileName,
    pub(super) number: u64,
    /// Octets in it, its head included.
    pub(super) size: u64,
    pub(super) seed: Crc,
    pub(super) first: Option<u64>,
    /// The first sequence number of the next segment, once there is one.
    pub(super) until: Option<u64>,
}

impl Segment {
    pub(super) const fn span(&self) -> Span {
        let Self { file, size, seed, first, until, .. } = *self;
        Span { file, end: size, seed, first, until }
    }
}

/// A sync that somebody else does, so that the log can go on meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// What to sync.
    pub file: FileName,
    /// Every message below this is durable then.
    until: u64,
}

/// A queue of messages on a disk.
#[derive(Debug)]
pub struct Log {
    pub(super) disk: Box<dyn Disk>,
    pub(super) config: Config,
    pub(super) salt: u64,
    pub(super) segments: VecDeque<Segment>,
    /// Octets of all segments.
    pub(super) held: u64,
    /// The number of the newest segment there ever was.
    pub(super) number: u64,
    /// The sequence number of the next message.
    pub(super) next: u64,
    /// Messages below this are in files.
    pub(super) flushed: u64,
    /// Messages below this are durable.
    pub(super) synced: u64,
    pub(super) buffer: Vec<u8>,
    /// Octets of the buffer that were read from it, and are never written.
    pub(super) consumed: usize,
    pub(super) reader: Reader,
    pub(super) window: Window,
    /// Messages given out and not done, and where they are.
    pub(super) given: BTreeMap<u64, Place>,
    /// Messages to give out once more, before all others.
    pub(super) again: BTreeMap<u64, Place>,
    /// The durable position.
    pub(super) slot: Slot,
    /// Somebody else does a sync.
    syncing: bool,
    pub(super) broken: Option<Fault>,
    /// The position could not be made durable, and is not to be written again.
    pub(super) frozen: Option<Fault>,
    pub(super) damage: Vec<Damage>,
}

impl Log {
    /// An empty one.
    pub(super) fn empty(disk: Box<dyn Disk>, config: Config, salt: u64) -> Self {
        Self {
            disk,
            config,
            salt,
            segments: VecDeque::new(),
            held: 0,
            number: 0,
            next: 0,
            flushed: 0,
            synced: 0,
            buffer: Vec::new(),
            consumed: 0,
            reader: Reader::default(),
            window: Window::default(),
            given: BTreeMap::new(),
            again: BTreeMap::new(),
            slot: Slot { salt, ..Slot::default() },
            syncing: false,
            broken: None,
            frozen: None,
            damage: Vec::new(),
        }
    }

    pub(super) fn is_durable(&self) -> bool {
        self.config.durability != Durability::None
    }

    /// What it promises.
    #[must_use]
    pub const fn durability(&self) -> Durability {
        self.config.durability
    }

    /// Octets on the disk and on their way there.
    #[must_use]
    pub fn size(&self) -> u64 {
        let position = if self.is_durable() { SLOT.saturating_mul(2) } else { 0 };
        let files = position.saturating_add(self.held);
        files.saturating_add(count(self.buffer.len().saturating_sub(self.consumed)))
    }

    /// The sequence number of the next message: below it are all that were accepted.
    #[must_use]
    pub const fn next_sequence(&self) -> u64 {
        self.next
    }

    /// Messages below this are durable; in a log that is not, those in files.
    #[must_use]
    pub fn durable_until(&self) -> u64 {
        if self.is_durable() { self.synced } else { self.flushed }
    }

    /// What has been found broken since this was last asked.
    pub fn take_damage(&mut self) -> Vec<Damage> {
        mem::take(&mut self.damage)
    }

    /// Why it takes no more, if it does not.
    #[must_use]
    pub fn broken(&self) -> Option<SwapError> {
        self.broken.map(SwapError::Broken)
    }

    /// Nobody knows what the disk holds any more.
    pub(super) fn fail(&mut self, fault: Fault) -> SwapError {
        self.broken = self.broken.or(Some(fault));
        SwapError::Broken(fault)
    }

    pub(super) fn check(&self) -> Result<(), SwapError> {
        self.broken().map_or(Ok(()), Err)
    }

    /// Takes one message, of these parts, behind all others, and tells its sequence number. In a
    /// durable log it is in a file then, and durable with the next sync.
    ///
    /// # Errors
    /// [`SwapError`]; the message is not in the log.
    pub fn append(&mut self, parts: &[Part<'_>]) -> Result<u64, SwapError> {
        let sequence = self.push(parts)?;
        if self.is_durable() {
            self.flush()?;
        }
        Ok(sequence)
    }

    /// Takes one message as [`Log::append`] does, which in a durable log is nowhere before
    /// [`Log::flush`]: many are then written at once.
    ///
    /// # Errors
    /// [`SwapError`]; the message is not in the log, nor, in a durable one, are those pushed since
    /// the last flush, if that is what failed.
    pub fn push(&mut self, parts: &[Part<'_>]) -> Result<u64, SwapError> {
        self.check()?;
        let frames = parts.iter().fold(0, |sum, part| {
            let octets = part.octets().len();
            // The headers of frames as `frame::encode` writes them.
            let header: usize = if octets > usize::from(u8::MAX) { 9 } else { 2 };
            usize::saturating_add(sum, octets.saturating_add(header))
        });
        let size = frames.saturating_add(RECORD);
        self.make_room(count(size))?;
        if self.buffer.len() > self.consumed && self.buffer.len().saturating_add(size) > BUFFER {
            self.flush()?;
        }
        let seed = self.segments.back().map_or(Crc::EMPTY, |segment| segment.seed);
        let unsynced = u32::try_from(self.next.saturating_sub(self.synced)).unwrap_or(u32::MAX);
        if !Record::encode(self.next, unsynced, parts, seed, &mut self.buffer) {
            return Err(self.too_large(count(size)));
        }
        let sequence = self.next;
        self.next = self.next.saturating_add(1);
        Ok(sequence)
    }

    const fn too_large(&self, size: u64) -> SwapError {
        SwapError::TooLarge { size, capacity: self.config.capacity }
    }

    /// Sees to a segment in which a record of this size may be.
    fn make_room(&mut self, size: u64) -> Result<(), SwapError> {
        let overhead = count(HEAD).saturating_add(SLOT.saturating_mul(2));
        let alone = size.saturating_add(overhead);
        if alone > self.config.capacity {
            return Err(self.too_large(alone));
        }
        let fits = |log: &Self| {
            let begun = log.segments.back().is_some_and(|last| log.has_room(last));
            let head = if begun { 0 } else { count(HEAD) };
            let size = log.size().saturating_add(size).saturating_add(head);
            (begun, size <= log.config.capacity)
        };
        let (mut begun, mut enough) = fits(self);
        if !enough && self.is_drained() {
            self.clear()?;
            (begun, enough) = fits(self);
        }
        //= ZP-SWAP-013
        if !enough {
            return Err(SwapError::Full);
        }
        if begun { Ok(()) } else { self.turn_over() }
    }

    fn has_room(&self, segment: &Segment) -> bool {
        let waiting = count(self.buffer.len().saturating_sub(self.consumed));
        segment.size.saturating_add(waiting) < self.config.segment
    }

    /// Begins the next segment. All before it is durable first, so that only the newest can be torn
    /// by a power cut.
    fn turn_over(&mut self) -> Result<(), SwapError> {
        self.sync()?; //= ZP-SWAP-006
        self.number = self.number.saturating_add(1);
        let number = self.number;
        let durable = self.is_durable();
        let file = if durable { FileName::Segment(number) } else { FileName::Overflow(number) };
        let head = Head { number, first: self.next, salt: self.salt }.encode();
        let made = self.disk.create(file).and_then(|()| self.disk.write(file, 0, &head));
        if let Err(fault) = made {
            // What is there of it holds nothing, and its number is not used again.
            let _ = self.disk.remove(file);
            return Err(self.refuse(fault));
        }
        if durable {
            let synced = self.disk.sync(file).and_then(|()| self.disk.sync_directory());
            synced.map_err(|fault| self.fail(fault))?; //= ZP-SWAP-007
        }
        let seed = format::seed(self.salt);
        let (size, first) = (count(head.len()), Some(self.next));
        if let Some(before) = self.segments.back_mut() {
            before.until = first;
        }
        self.segments.push_back(Segment { file, number, size, seed, first, until: None });
        self.held = self.held.saturating_add(size);
        self.recycle()
    }

    /// The disk refused, and holds what it held: without room that is to be tried again.
    fn refuse(&mut self, fault: Fault) -> SwapError {
        match fault {
            Fault::NoSpace => SwapError::Disk(fault),
            Fault::Missing | Fault::Failed(_) => self.fail(fault),
        }
    }

    /// Writes what waits in memory.
    ///
    /// # Errors
    /// [`SwapError`]; in a durable log, what waited is not in it any more.
    pub fn flush(&mut self) -> Result<(), SwapError> {
        if self.buffer.len() <= self.consumed {
            self.buffer.clear();
            (self.consumed, self.flushed) = (0, self.next);
            return Ok(());
        }
        self.check()?;
        let waiting = self.buffer.get(self.consumed..).unwrap_or_default();
        let Some(last) = self.segments.back_mut() else { return Ok(()) };
        let Segment { file, size, .. } = *last;
        match self.disk.write(file, size, waiting) {
            Ok(()) => {
                let written = count(waiting.len());
                last.size = size.saturating_add(written);
                self.held = self.held.saturating_add(written);
                self.buffer.clear();
                (self.consumed, self.flushed) = (0, self.next);
                Ok(())
            }
            Err(fault) => {
                //= ZP-SWAP-009
                let cut = self.disk.truncate(file, size);
                if self.is_durable() {
                    self.buffer.clear();
                    self.next = self.flushed;
                }
                match cut {
                    Ok(()) => Err(self.refuse(fault)),
                    Err(_) => Err(self.fail(fault)),
                }
            }
        }
    }

    /// Makes all of it durable.
    ///
    /// # Errors
    /// [`SwapError`]; messages that were not durable before are in doubt.
    pub fn sync(&mut self) -> Result<(), SwapError> {
        self.flush()?;
        if self.synced == self.flushed || !self.is_durable() {
            return Ok(());
        }
        self.check()?;
        if let Some(last) = self.segments.back() {
            //= ZP-SWAP-008
            self.disk.sync(last.file).map_err(|fault| self.fail(fault))?;
        }
        self.synced = self.flushed;
        Ok(())
    }

    /// What to sync, by somebody else; `None` while somebody does, and if all is durable.
    pub fn begin_sync(&mut self) -> Option<Pending> {
        let wanted = self.is_durable() && !self.syncing && self.broken.is_none();
        let last = self.segments.back().filter(|_| wanted && self.synced < self.flushed)?;
        self.syncing = true;
        Some(Pending { file: last.file, until: self.flushed })
    }

    /// It has been synced, or not.
    pub fn end_sync(&mut self, pending: Pending, outcome: Result<(), Fault>) {
        self.syncing = false;
        match outcome {
            // Another segment may have begun meanwhile, and then more is durable by now. Where
            // another sync has failed meanwhile, this one may only have missed the error.
            Ok(()) if self.broken.is_none() => self.synced = self.synced.max(pending.until),
            Ok(()) => {}
            Err(fault) => drop(self.fail(fault)),
        }
    }

    /// The end of the program, in good order: nothing comes twice after it.
    ///
    /// # Errors
    /// [`SwapError`]; messages may come twice then.
    pub fn close(&mut self) -> Result<(), SwapError> {
        if !self.is_durable() {
            return self.clear();
        }
        self.sync()?;
        if self.is_drained() { self.clear() } else { self.persist() }
    }
}

/// A number of octets that we hold.
pub(super) fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
