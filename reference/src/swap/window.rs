//! Reading ahead in a segment: records one by one, and the next whole one after a broken one.
//!
//! Whatever is announced is compared with the end of the segment before room is made for it.
//! Deliberately absent: what a gap means, which the reader and the opener judge.

use super::crc::Crc;
use super::disk::{Disk, Fault, FileName};
use super::format::{RECORD, Record, SMALLEST};

/// Octets read at once.
const READ: u64 = 64 << 10;

/// Where to read: a file, and what is in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) file: FileName,
    /// Octets of the file that may be read.
    pub(super) end: u64,
    /// What the sums of its records begin with.
    pub(super) seed: Crc,
    /// The sequence number of its first record; `None` if its head was broken.
    pub(super) first: Option<u64>,
    /// The sequence number that the next segment begins with, if that is known.
    pub(super) until: Option<u64>,
}

impl Span {
    /// The sequence number that a record of it may have at most.
    fn most(&self) -> u64 {
        let fits = self.first.map_or(u64::MAX, |first| first.saturating_add(self.end / SMALLEST));
        self.until.map_or(fits, |until| fits.min(until.saturating_sub(1)))
    }
}

/// What lies at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// A whole record.
    Record(Record),
    /// Nothing: the end.
    End,
    /// Octets that are no record.
    Broken,
}

/// Octets of one file, read ahead.
#[derive(Debug, Default)]
pub(super) struct Window {
    file: Option<FileName>,
    from: u64,
    octets: Vec<u8>,
}

impl Window {
    /// Forgets what was read: the file has changed.
    pub(super) fn forget(&mut self) {
        self.file = None;
    }

    fn held(&self, file: FileName, at: u64, count: u64) -> Option<core::ops::Range<usize>> {
        let begin = usize::try_from(at.checked_sub(self.from)?).ok()?;
        let end = begin.checked_add(usize::try_from(count).ok()?)?;
        (self.file == Some(file) && end <= self.octets.len()).then_some(begin..end)
    }

    /// So many octets from there on; `None` if the segment ends before.
    pub(super) fn octets(
        &mut self,
        disk: &mut dyn Disk,
        span: Span,
        at: u64,
        count: u64,
    ) -> Result<Option<&[u8]>, Fault> {
        if at.checked_add(count).is_none_or(|end| end > span.end) {
            return Ok(None);
        }
        if self.held(span.file, at, count).is_none() {
            self.file = None;
            let ahead = count.max(READ).min(span.end.saturating_sub(at));
            self.octets.clear();
            self.octets.resize(usize::try_from(ahead).unwrap_or(usize::MAX), 0);
            let read = disk.read(span.file, at, &mut self.octets)?;
            self.octets.truncate(read);
            (self.file, self.from) = (Some(span.file), at);
        }
        Ok(self.held(span.file, at, count).and_then(|range| self.octets.get(range)))
    }

    /// What lies there.
    pub(super) fn look(
        &mut self,
        disk: &mut dyn Disk,
        span: Span,
        at: u64,
    ) -> Result<Found, Fault> {
        if at >= span.end {
            return Ok(Found::End);
        }
        let head = self.octets(disk, span, at, u64::try_from(RECORD).unwrap_or_default())?;
        let Some(record) = head.and_then(Record::peek) else { return Ok(Found::Broken) };
        let whole = self.octets(disk, span, at, record.size())?;
        let is_whole = whole.is_some_and(|octets| Record::is_whole(octets, span.seed));
        // Of another segment, if a drive has written that over this one.
        let is_ours = span.until.is_none_or(|until| record.sequence < until);
        Ok(if is_whole && is_ours { Found::Record(record) } else { Found::Broken })
    }

    /// The next whole record behind a place where none is, with a sequence number from `least` on,
    /// and not beyond what the segment could hold.
    pub(super) fn find(
        &mut self,
        disk: &mut dyn Disk,
        span: Span,
        broken: u64,
        least: u64,
    ) -> Result<Option<u64>, Fault> {
        //= ZP-SWAP-010
        let most = span.most();
        let header = u64::try_from(RECORD).unwrap_or_default();
        let mut at = broken.saturating_add(1);
        while let Some(octets) = self.octets(disk, span, at, header)? {
            let plausible = Record::peek(octets)
                .is_some_and(|record| (least..=most).contains(&record.sequence));
            if plausible && matches!(self.look(disk, span, at)?, Found::Record(_)) {
                return Ok(Some(at));
            }
            at = at.saturating_add(1);
        }
        Ok(None)
    }
}
