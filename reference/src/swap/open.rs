//! What a crash has left of a log, and how it goes on.
//!
//! ```text
//! position, newest valid slot --> segments in order --> the newest, to its end --> cut the rest
//! ```
//!
//! Only the newest segment can be torn, since each is durable before the next begins. A broken
//! record there is cut off with all behind it, unless a whole record behind it says that it was
//! durable: then it is damage, and the reader tells of it.
//! Deliberately absent: reading older segments, which the reader does when it comes to them.

use super::Config;
use super::disk::{Disk, Fault, FileName};
use super::error::{Damage, SwapError};
use super::format::{self, HEAD, Head, SLOT, Slot};
use super::log::{Log, Segment, count};
use super::read::Reader;
use super::window::{Found, Span};

/// Octets that are written once more at a time.
const PIECE: u64 = 64 << 10;

/// A segment as it was found.
struct Old {
    segment: Segment,
    head: Option<Head>,
}

impl Log {
    /// Opens the log in this folder, or begins one; nobody else may use the folder meanwhile. What
    /// a new one mixes into its sums is the salt, which no peer should know.
    ///
    /// # Errors
    /// [`SwapError::Disk`], and [`SwapError::Occupied`] if this log is not durable and that in the
    /// folder was.
    pub fn open(disk: Box<dyn Disk>, config: Config, salt: u64) -> Result<Self, SwapError> {
        let mut log = Self::empty(disk, config, salt);
        let opened = if log.is_durable() { log.recover() } else { log.start_empty() };
        opened.map(|()| log)
    }

    /// Begins without a message: a log that is not durable leaves none behind.
    fn start_empty(&mut self) -> Result<(), SwapError> {
        for file in self.files()? {
            if matches!(file, FileName::Segment(_))
                && self.disk.size(file).map_err(SwapError::Disk)? > count(HEAD)
            {
                return Err(SwapError::Occupied); //= ZP-SWAP-014
            }
        }
        self.remove_overflow()
    }

    fn remove_overflow(&mut self) -> Result<(), SwapError> {
        for file in self.files()? {
            if matches!(file, FileName::Overflow(_)) {
                self.disk.remove(file).map_err(SwapError::Disk)?;
            }
        }
        Ok(())
    }

    fn files(&mut self) -> Result<Vec<FileName>, SwapError> {
        let mut files = self.disk.list().map_err(SwapError::Disk)?;
        files.sort_unstable();
        Ok(files)
    }

    fn recover(&mut self) -> Result<(), SwapError> {
        self.remove_overflow()?;
        let files = self.files()?;
        let slot = self.read_position(&files).map_err(SwapError::Disk)?;
        let old = self.read_heads(&files).map_err(SwapError::Disk)?;
        let first_salt = old.iter().find_map(|old| old.head).map(|head| head.salt);
        self.salt = slot.map(|slot| slot.salt).or(first_salt).unwrap_or(self.salt);
        match slot {
            Some(slot) => self.renew_position(slot),
            None => self.begin_position(&old),
        }
        .map_err(SwapError::Disk)?;
        let position = self.slot.position;
        self.reader = Reader { segment: 0, at: count(HEAD), sequence: position };
        self.adopt(&old);
        let end = match self.segments.back().copied() {
            Some(last) => self.find_end(last).map_err(SwapError::Disk)?,
            None => position,
        };
        (self.next, self.flushed, self.synced) = (end, end, end);
        self.skip_to_position(&old)
    }

    /// The slot that counts.
    fn read_position(&mut self, files: &[FileName]) -> Result<Option<Slot>, Fault> {
        if !files.contains(&FileName::Position) {
            return Ok(None);
        }
        let mut slots = Vec::new();
        for at in [0, SLOT] {
            let mut octets = [0; HEAD];
            let read = self.disk.read(FileName::Position, at, &mut octets)?;
            slots.extend(octets.get(..read).and_then(Slot::decode));
        }
        Ok(slots.into_iter().max_by_key(|slot| slot.generation)) //= ZP-SWAP-004
    }

    /// What is read may be in memory only: a program that was killed has not synced it, and after a
    /// sync that failed the system believes that it has. Written once more, it is as durable as the
    /// next sync says; names need that too.
    fn renew_position(&mut self, slot: Slot) -> Result<(), Fault> {
        self.slot = Slot { generation: slot.generation.saturating_add(1), ..slot };
        self.write_slot(self.slot)?;
        self.disk.sync_directory()
    }

    /// Without a slot: a new log, or one that gives everything out again.
    fn begin_position(&mut self, old: &[Old]) -> Result<(), Fault> {
        if !old.is_empty() {
            self.damage.push(Damage::Position);
        }
        let position = old.first().and_then(|old| old.head).map_or(0, |head| head.first);
        self.slot = Slot { generation: 0, position, salt: self.salt };
        self.disk.create(FileName::Position)?;
        // All of the file at once, so that no later write makes it longer.
        let end = SLOT.saturating_add(SLOT).saturating_sub(1);
        self.disk.write(FileName::Position, end, &[0])?;
        self.write_slot(self.slot)?;
        self.disk.sync_directory()
    }

    /// The segments, oldest first. One that ends before its first record, and whose head is not
    /// whole, was just being made and holds nothing.
    fn read_heads(&mut self, files: &[FileName]) -> Result<Vec<Old>, Fault> {
        let mut segments = Vec::new();
        for &file in files {
            let FileName::Segment(number) = file else { continue };
            self.number = self.number.max(number);
            let mut octets = [0; HEAD];
            let read = self.disk.read(file, 0, &mut octets)?;
            let head = octets.get(..read).and_then(Head::decode);
            let head = head.filter(|head| head.number == number);
            let size = self.disk.size(file)?;
            if head.is_none() && size <= count(HEAD) {
                self.disk.remove(file)?;
                continue;
            }
            let seed = format::seed(head.map_or(self.salt, |head| head.salt));
            let first = head.map(|head| head.first);
            let segment = Segment { file, number, size, seed, first, until: None };
            segments.push(Old { segment, head });
        }
        Ok(segments)
    }

    /// Takes over segments; a head that is broken leaves the salt to the rest of the log.
    fn adopt(&mut self, old: &[Old]) {
        for (number, Old { segment, head }) in old.iter().enumerate() {
            let until =
                old.iter().skip(number.saturating_add(1)).find_map(|later| later.segment.first);
            let mut segment = Segment { until, ..*segment };
            if head.is_none() {
                segment.seed = format::seed(self.salt);
                self.damage.push(Damage::Head { segment: segment.number });
            }
            self.segments.push_back(segment);
            self.held = self.held.saturating_add(segment.size);
        }
    }

    /// The number behind the last record of the segments before the newest one.
    fn end_of_older(&mut self) -> Result<Option<u64>, Fault> {
        let older: Vec<_> = self.segments.iter().rev().skip(1).map(Segment::span).collect();
        for span in older {
            let (_, next) = self.scan(span)?;
            if next.is_some() {
                return Ok(next);
            }
        }
        Ok(None)
    }

    /// Below which sequence number everything was durable once, as the records of a segment tell,
    /// those behind broken ones too; and the number behind its last record.
    fn scan(&mut self, span: Span) -> Result<(u64, Option<u64>), Fault> {
        let (mut at, mut next) = (Some(count(HEAD)), span.first);
        let mut known = self.slot.position;
        while let Some(here) = at {
            match self.window.look(&mut *self.disk, span, here)? {
                Found::Record(record) if next.is_none_or(|next| record.sequence >= next) => {
                    known = known.max(record.sequence.saturating_sub(record.unsynced.into()));
                    next = Some(record.sequence.saturating_add(1));
                    at = Some(here.saturating_add(record.size()));
                }
                Found::End => at = None,
                Found::Record(_) | Found::Broken => {
                    let least = next.unwrap_or_default();
                    at = self.window.find(&mut *self.disk, span, here, least)?;
                }
            }
        }
        Ok((known, next))
    }

    /// Where the newest segment ends: at the first broken record that was not durable. Cuts off
    /// what is behind, makes the rest durable, and tells the sequence number that is next.
    fn find_end(&mut self, last: Segment) -> Result<u64, Fault> {
        let span = last.span();
        let (known, _) = self.scan(span)?; //= ZP-SWAP-010
        // Without a head it begins where the others end, if there are others.
        let first = if span.first.is_some() { span.first } else { self.end_of_older()? };
        let (mut at, mut next) = (count(HEAD), first);
        // From here on nothing is known to be durable.
        let mut doubt = 0;
        loop {
            match self.window.look(&mut *self.disk, span, at)? {
                Found::Record(record)
                    if next.is_none_or(|next| {
                        record.sequence == next || (record.sequence > next && next < known)
                    }) =>
                {
                    at = at.saturating_add(record.size());
                    next = Some(record.sequence.saturating_add(1));
                    doubt = if record.sequence < known { at } else { doubt };
                }
                Found::Record(_) | Found::Broken if next.is_none_or(|next| next < known) => {
                    let least = next.unwrap_or_default();
                    match self.window.find(&mut *self.disk, span, at, least)? {
                        Some(found) => at = found,
                        None => break,
                    }
                }
                Found::Record(_) | Found::Broken | Found::End => break,
            }
        }
        self.cut(last, at)?;
        self.renew(last, doubt, at)?; //= ZP-SWAP-015
        Ok(next.unwrap_or_default().max(known))
    }

    fn cut(&mut self, last: Segment, end: u64) -> Result<(), Fault> {
        if end < last.size {
            let octets = last.size.saturating_sub(end);
            self.damage.push(Damage::Tail { segment: last.number, octets });
            self.disk.truncate(last.file, end)?;
            self.window.forget();
            if let Some(kept) = self.segments.back_mut() {
                kept.size = end;
                self.held = self.held.saturating_sub(octets);
            }
        }
        Ok(())
    }

    /// Writes once more what is in doubt, for the reason given at `renew_position`.
    fn renew(&mut self, last: Segment, from: u64, end: u64) -> Result<(), Fault> {
        let (mut at, span) = (from, Span { end, ..last.span() });
        while at < end {
            let piece = end.saturating_sub(at).min(PIECE);
            let octets = self.window.octets(&mut *self.disk, span, at, piece)?;
            let octets = octets.unwrap_or_default().to_vec();
            self.disk.write(last.file, at, &octets)?;
            at = at.saturating_add(piece);
        }
        self.disk.sync(last.file)
    }

    /// Begins to read in the segment that the position is in.
    fn skip_to_position(&mut self, old: &[Old]) -> Result<(), SwapError> {
        let position = self.slot.position;
        let begins_before = |old: &&Old| old.head.is_some_and(|head| head.first <= position);
        let begin = old.iter().rfind(begins_before).or(old.first());
        self.reader.segment = begin.map_or(0, |old| old.segment.number);
        if self.is_drained() {
            self.reader.segment = self.number.saturating_add(1);
        }
        self.recycle()
    }
}
