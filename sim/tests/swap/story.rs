//! What was offered to a log, and what became of it, over many lives of the program.
//!
//! ```text
//! offered --refused--> never to be seen      --accepted--> in doubt --durable--> kept --> done
//! ```
//!
//! After each crash the whole of the log is compared with that. The oracle knows nothing of the
//! format: only messages, and what the log has said.

use std::collections::{BTreeMap, BTreeSet};

use zeroproof_reference::swap::{Config, Damage, Durability, Log, SwapError, format};
use zeroproof_reference::{Message, Part, Parts};
use zeroproof_sim::chance::{Chance, mix};
use zeroproof_sim::disk::Disk;

/// Small, so that segments and positions come often.
pub(crate) const SEGMENT: u64 = 6 << 10;
pub(crate) const POSITION_EVERY: u64 = 8;
/// Messages that are given out at the same time, at most: so many more may come twice.
pub(crate) const GIVEN: usize = 8;
pub(crate) const SALT: u64 = 0x5A17;

pub(crate) fn config(durability: Durability) -> Config {
    Config { capacity: 1 << 20, durability, segment: SEGMENT, position_every: POSITION_EVERY }
}

/// How a log is opened: honestly, or through a liar.
pub(crate) type Open<'a> = &'a dyn Fn(&Disk, Durability) -> Result<Log, SwapError>;

pub(crate) fn open(disk: &Disk, durability: Durability) -> Result<Log, SwapError> {
    Log::open(Box::new(disk.clone()), config(durability), SALT)
}

/// The message of this number: one to four parts, most of them small.
pub(crate) fn message(number: usize) -> Message {
    let mut chance = Chance::new(mix(u64::try_from(number).unwrap()));
    let mut parts = vec![number.to_string().into_bytes()];
    for _ in 0..chance.below(4) {
        let most = [8, 60, 700, 2600][usize::try_from(chance.below(4)).unwrap()];
        let size = usize::try_from(chance.below(most)).unwrap();
        parts.push(vec![u8::try_from(chance.below(256)).unwrap(); size]);
    }
    Message::new(parts)
}

/// Which message this is; `None` if it is none that was ever offered.
pub(crate) fn number_of(frames: &[u8]) -> Option<usize> {
    let lend = |parts: &[Part<'_>]| Message::new(parts.iter().map(|part| part.octets()));
    let read = format::with_parts(frames, lend)?;
    let number = std::str::from_utf8(read.first()).ok()?.parse().ok()?;
    (read == message(number)).then_some(number)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fate {
    /// It may never be seen.
    Refused,
    /// Accepted, not acknowledged: after a crash it is there or not.
    InDoubt,
    /// Acknowledged: it must be handed over.
    Kept,
}

/// All that is known of the messages of one log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story {
    fates: Vec<Fate>,
    /// Handed over at least once.
    done: BTreeSet<usize>,
    /// Accepted and not given out.
    queue: BTreeSet<usize>,
    /// Given out and not done, by sequence number.
    given: BTreeMap<u64, usize>,
    /// Messages that came again after a crash.
    pub(crate) twice: u64,
}

pub(crate) type Judged<T> = Result<T, String>;

macro_rules! demand {
    ($holds:expr, $($says:tt)*) => {
        if !$holds {
            return Err(format!($($says)*));
        }
    };
}

impl Story {
    /// Messages that were offered.
    pub(crate) fn offered(&self) -> usize {
        self.fates.len()
    }

    pub(crate) fn kept(&self) -> usize {
        self.fates.iter().filter(|fate| **fate == Fate::Kept).count()
    }

    /// Offers the next message; true if it was accepted.
    pub(crate) fn append(&mut self, log: &mut Log) -> bool {
        let number = self.fates.len();
        let outcome = message(number).with_parts(|parts| log.append(parts));
        self.fates.push(match outcome {
            Ok(_) | Err(SwapError::Broken(_)) => Fate::InDoubt,
            Err(_) => Fate::Refused,
        });
        if log.durable_until() == outcome.unwrap_or(log.next_sequence()) {
            // A new segment was to begin with it, and all before is durable then.
            self.acknowledge();
        }
        if outcome.is_ok() {
            self.queue.insert(number);
        }
        outcome.is_ok()
    }

    /// A log that was opened has made durable what it found.
    pub(crate) fn reopen(
        &mut self,
        open: Open<'_>,
        disk: &Disk,
        durability: Durability,
    ) -> Option<Log> {
        let log = open(disk, durability).ok()?;
        self.acknowledge();
        Some(log)
    }

    /// Syncs; what was accepted is acknowledged then.
    pub(crate) fn sync(&mut self, log: &mut Log) {
        if log.sync().is_ok() {
            self.acknowledge();
        }
    }

    pub(crate) fn acknowledge(&mut self) {
        for number in &self.queue {
            self.fates[*number] = Fate::Kept;
        }
    }

    /// Takes the next message: the oldest that is kept and not given out.
    pub(crate) fn take(&mut self, log: &mut Log) -> Judged<Option<u64>> {
        if self.given.len() == GIVEN {
            return Ok(None);
        }
        let entry = match log.read() {
            Ok(entry) => entry,
            Err(SwapError::Broken(_)) => return Ok(None),
            Err(other) => return Err(format!("reading says {other}")),
        };
        let next = self.queue.first().copied().filter(|next| self.fates[*next] == Fate::Kept);
        let Some(entry) = entry else {
            demand!(next.is_none(), "{next:?} is kept and was not given out");
            return Ok(None);
        };
        let number = number_of(entry.frames);
        demand!(number.is_some() && number == next, "{number:?} came instead of {next:?}");
        self.queue.pop_first();
        self.given.extend(number.map(|number| (entry.sequence, number)));
        Ok(Some(entry.sequence))
    }

    pub(crate) fn done(&mut self, log: &mut Log, sequence: u64) {
        self.done.extend(self.given.remove(&sequence));
        // A disk that fails lets it come twice, which is judged later.
        let _ = log.done(sequence);
    }

    pub(crate) fn redo(&mut self, log: &mut Log, sequence: u64) {
        log.redo(sequence);
        self.queue.extend(self.given.remove(&sequence));
    }

    /// Gives back, or hands over, what is given out.
    pub(crate) fn settle(&mut self, log: &mut Log, chance: &mut Chance) {
        for sequence in self.given.keys().copied().collect::<Vec<_>>() {
            if chance.happens(800_000) {
                self.done(log, sequence);
            } else {
                self.redo(log, sequence);
            }
        }
    }

    /// After a crash, before which the position was this, unless the disk had failed: what the
    /// folder holds is what it has to, and the story goes on from there.
    pub(crate) fn judge(
        &mut self,
        open: Open<'_>,
        disk: &Disk,
        durability: Durability,
        position: Option<u64>,
    ) -> Judged<()> {
        let copy = Disk::new(disk.folder().killed());
        let mut log = open(&copy, durability).map_err(|error| format!("cannot open: {error}"))?;
        let (mut found, mut first) = (Vec::new(), None);
        while let Some(entry) = log.read().map_err(|error| format!("cannot read: {error}"))? {
            let number = number_of(entry.frames);
            demand!(number.is_some(), "torn or invented: {:?}", entry.frames);
            first = first.or(Some(entry.sequence));
            found.extend(number);
        }
        let damage = log.take_damage();
        let harmless = |damage: &Damage| matches!(damage, Damage::Tail { .. });
        demand!(damage.iter().all(harmless), "found broken, and nothing was: {damage:?}");
        demand!(found.is_sorted_by(|one, next| one < next), "not in order: {found:?}");
        let most = POSITION_EVERY + u64::try_from(GIVEN).unwrap_or_default();
        let least = position.unwrap_or_default().saturating_sub(most);
        demand!(first.is_none_or(|first| first >= least), "{first:?} again, {position:?} was done");
        self.go_on(found)
    }

    fn go_on(&mut self, found: Vec<usize>) -> Judged<()> {
        let found: BTreeSet<usize> = found.into_iter().collect();
        for number in &found {
            let fate = self.fates.get(*number);
            demand!(fate.is_some_and(|fate| *fate != Fate::Refused), "{number} was refused");
        }
        for (number, fate) in self.fates.iter_mut().enumerate() {
            let is_there = found.contains(&number);
            let owed = *fate == Fate::Kept && !self.done.contains(&number);
            demand!(is_there || !owed, "{number} was acknowledged and is lost");
            if *fate == Fate::InDoubt && !is_there {
                *fate = Fate::Refused;
            }
        }
        self.twice += u64::try_from(found.intersection(&self.done).count()).unwrap_or_default();
        (self.queue, self.given) = (found, BTreeMap::new());
        Ok(())
    }
}
