//! The reading half of a log: give out, take back, done; and files that nobody needs any more.
//!
//! ```text
//! read --> given --done--> position moves          given --redo--> again, before all others
//! ```
//!
//! Deliberately absent: a copy of what was given out; whatever comes again is read again.

use super::disk::Fault;
use super::error::{Damage, SwapError};
use super::format::{self, HEAD, Record, SLOT, Slot};
use super::log::{Log, Segment, count};
use super::window::{Found, Window};

/// Where a message is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    /// The number of its segment.
    segment: u64,
    at: u64,
    size: u64,
}

/// Where to read on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Reader {
    /// The number of the segment; the oldest one with a higher number if it is gone.
    pub(super) segment: u64,
    pub(super) at: u64,
    /// The sequence number of the next message.
    pub(super) sequence: u64,
}

/// A message that is given out.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its number.
    pub sequence: u64,
    /// Its frames; see [`format::with_parts`].
    pub frames: &'a [u8],
}

/// What was found at the place of the reader.
enum Step {
    Give(Place, u64),
    /// From the buffer, so many octets.
    Memory(usize),
    Nothing,
}

impl Log {
    /// Messages that have been accepted and not been given out.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        let again = count(self.again.len());
        self.next.saturating_sub(self.reader.sequence).saturating_add(again)
    }

    /// Whether [`Log::read`] would give something out, as far as is known.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        !self.again.is_empty() || self.reader.sequence < self.readable_until()
    }

    /// Only what is durable is given out, so that nobody has a message that a power cut takes back
    /// from its sender.
    const fn readable_until(&self) -> u64 {
        match self.config.durability {
            super::Durability::None => self.next,
            super::Durability::Batch | super::Durability::Each => self.synced, //= ZP-SWAP-005
        }
    }

    /// Whether all has been handed over.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.position() == self.next
    }

    /// Everything below this has been handed over.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.oldest().map_or(self.reader.sequence, |(sequence, _)| sequence)
    }

    /// The first message that was read and not handed over, and where it is.
    fn oldest(&self) -> Option<(u64, Place)> {
        let first = [self.given.first_key_value(), self.again.first_key_value()];
        let oldest = first.into_iter().flatten().min_by_key(|(sequence, _)| **sequence);
        oldest.map(|(sequence, place)| (*sequence, *place))
    }

    /// Gives out the next message; `None` when there is none. It comes again after a crash until
    /// [`Log::done`]; in a log that is not durable it is done with that.
    ///
    /// # Errors
    /// [`SwapError`]: the disk cannot be read; nothing is lost by that.
    pub fn read(&mut self) -> Result<Option<Entry<'_>>, SwapError> {
        while let Some((sequence, place)) = self.again.pop_first() {
            if self.is_still_there(sequence, place)? {
                return self.give(sequence, place);
            }
            self.damage.push(Damage::Lost { first: sequence, messages: 1 });
        }
        match self.step()? {
            Step::Nothing => Ok(None),
            Step::Memory(size) => Ok(Some(self.give_from_memory(size))),
            Step::Give(place, sequence) => self.give(sequence, place),
        }
    }

    fn segment(&self, number: u64) -> Option<Segment> {
        let begin = self.segments.partition_point(|segment| segment.number < number);
        self.segments.get(begin).copied()
    }

    fn is_still_there(&mut self, sequence: u64, place: Place) -> Result<bool, SwapError> {
        let Some(segment) = self.segment(place.segment) else { return Ok(false) };
        match self.window.look(&mut *self.disk, segment.span(), place.at) {
            Ok(Found::Record(record)) => Ok(record.sequence == sequence),
            Ok(Found::End | Found::Broken) => Ok(false),
            Err(fault) => {
                self.again.insert(sequence, place);
                Err(self.fail(fault))
            }
        }
    }

    fn give(&mut self, sequence: u64, place: Place) -> Result<Option<Entry<'_>>, SwapError> {
        if self.is_durable() {
            self.given.insert(sequence, place);
        }
        let Some(segment) = self.segment(place.segment) else { return Ok(None) };
        let span = segment.span();
        let fail = |broken: &mut Option<Fault>, fault| {
            *broken = broken.or(Some(fault));
            SwapError::Broken(fault)
        };
        let octets = self.window.octets(&mut *self.disk, span, place.at, place.size);
        let octets = octets.map_err(|fault| fail(&mut self.broken, fault))?;
        let frames = octets.and_then(format::message);
        Ok(frames.map(|frames| Entry { sequence, frames }))
    }

    fn give_from_memory(&mut self, size: usize) -> Entry<'_> {
        let begin = self.consumed;
        self.consumed = self.consumed.saturating_add(size);
        let sequence = self.reader.sequence;
        self.reader.sequence = sequence.saturating_add(1);
        let octets = self.buffer.get(begin..self.consumed).unwrap_or_default();
        Entry { sequence, frames: format::message(octets).unwrap_or_default() }
    }

    /// Finds the next message, past whatever is broken.
    fn step(&mut self) -> Result<Step, SwapError> {
        while self.reader.sequence < self.readable_until() {
            let Some(segment) = self.segment(self.reader.segment) else {
                return Ok(self.at_the_end());
            };
            if segment.number != self.reader.segment {
                self.enter(segment.number);
            }
            let Reader { at, sequence, .. } = self.reader;
            let found = self.window.look(&mut *self.disk, segment.span(), at);
            let is_last = self.segments.back().is_some_and(|last| *last == segment);
            match found.map_err(|fault| self.fail(fault))? {
                Found::Record(record) if record.sequence >= self.readable_until() && is_last => {
                    return Ok(Step::Nothing);
                }
                Found::Record(record)
                    if (sequence..self.readable_until()).contains(&record.sequence) =>
                {
                    return Ok(self.pass(segment.number, record));
                }
                // Handed over before the log was opened.
                Found::Record(record) if self.slot.position > record.sequence => {
                    self.reader.at = at.saturating_add(record.size());
                }
                Found::Record(_) | Found::Broken => self.skip(segment)?,
                Found::End if is_last => return Ok(self.at_the_end()),
                Found::End => {
                    self.enter(segment.number.saturating_add(1));
                    self.recycle()?;
                }
            }
        }
        Ok(Step::Nothing)
    }

    fn enter(&mut self, segment: u64) {
        (self.reader.segment, self.reader.at) = (segment, count(HEAD));
    }

    /// Goes past a record that is to be given out.
    fn pass(&mut self, segment: u64, record: Record) -> Step {
        let Reader { at, sequence, .. } = self.reader;
        self.lose(sequence, record.sequence);
        self.reader.at = at.saturating_add(record.size());
        self.reader.sequence = record.sequence.saturating_add(1);
        Step::Give(Place { segment, at, size: record.size() }, record.sequence)
    }

    /// Goes past octets that are no record.
    fn skip(&mut self, segment: Segment) -> Result<(), SwapError> {
        let Reader { at, sequence, .. } = self.reader;
        let found = self.window.find(&mut *self.disk, segment.span(), at, sequence);
        let next = found.map_err(|fault| self.fail(fault))?.unwrap_or(segment.size);
        let octets = next.saturating_sub(at);
        self.damage.push(Damage::Skipped { segment: segment.number, at, octets });
        self.reader.at = next;
        Ok(())
    }

    /// Nothing more is in files: the rest is in memory, or nowhere.
    fn at_the_end(&mut self) -> Step {
        let unread = self.buffer.get(self.consumed..).unwrap_or_default();
        if let Some(record) = Record::peek(unread).filter(|_| !self.is_durable()) {
            return Step::Memory(usize::try_from(record.size()).unwrap_or(usize::MAX));
        }
        let until = self.readable_until();
        self.lose(self.reader.sequence, until);
        self.reader.sequence = until;
        Step::Nothing
    }

    fn lose(&mut self, first: u64, until: u64) {
        let messages = until.saturating_sub(first);
        if messages > 0 {
            self.damage.push(Damage::Lost { first, messages });
        }
    }

    /// A message has been handed over.
    ///
    /// # Errors
    /// [`SwapError`]: the disk fails; the message may come twice after a crash.
    pub fn done(&mut self, sequence: u64) -> Result<(), SwapError> {
        self.given.remove(&sequence);
        let moved = self.position().saturating_sub(self.slot.position);
        if self.is_durable() && moved >= self.config.position_every {
            self.persist()?; //= ZP-SWAP-012
        }
        self.recycle()
    }

    /// A message that was given out was not handed over: it is given out again, before all others.
    pub fn redo(&mut self, sequence: u64) {
        if let Some(place) = self.given.remove(&sequence) {
            self.again.insert(sequence, place);
        }
    }

    /// Makes the position durable, in a log that takes no more too: what is handed over then should
    /// not come twice.
    pub(super) fn persist(&mut self) -> Result<(), SwapError> {
        let position = self.position();
        if !self.is_durable() || position == self.slot.position {
            return Ok(());
        }
        if let Some(fault) = self.frozen {
            return Err(SwapError::Broken(fault));
        }
        let generation = self.slot.generation.saturating_add(1);
        let slot = Slot { generation, position, salt: self.salt };
        if let Err(fault) = self.write_slot(slot) {
            self.frozen = Some(fault);
            return Err(self.fail(fault));
        }
        self.slot = slot;
        Ok(())
    }

    pub(super) fn write_slot(&mut self, slot: Slot) -> Result<(), Fault> {
        let at = if slot.generation & 1 == 1 { SLOT } else { 0 };
        let file = super::FileName::Position;
        self.disk.write(file, at, &slot.encode())?;
        self.disk.sync(file)
    }

    /// Removes the segments that are behind the position, once it is durable that they are.
    pub(super) fn recycle(&mut self) -> Result<(), SwapError> {
        let needed = self.oldest().map_or(self.reader.segment, |(_, place)| place.segment);
        self.remove_before(needed)
    }

    fn remove_before(&mut self, number: u64) -> Result<(), SwapError> {
        while let Some(first) = self.segments.front().filter(|first| first.number < number) {
            let Segment { file, size, .. } = *first;
            self.persist()?; //= ZP-SWAP-011
            self.disk.remove(file).map_err(|fault| self.fail(fault))?;
            self.segments.pop_front();
            self.held = self.held.saturating_sub(size);
        }
        Ok(())
    }

    /// Removes every segment; all in them has been handed over, or is not to be kept.
    pub(super) fn clear(&mut self) -> Result<(), SwapError> {
        self.flush()?;
        self.remove_before(u64::MAX)?;
        self.window = Window::default();
        self.reader.segment = self.number.saturating_add(1);
        self.reader.at = count(HEAD);
        Ok(())
    }
}
