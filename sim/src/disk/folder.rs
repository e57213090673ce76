//! The folder: names, files, the plan of what goes wrong, and what a power cut leaves.
//!
//! ```text
//! create, remove --sync_directory--> durable names        power off: any of those since, or none
//! ```
//!
//! Deliberately absent: two programs in one folder.

use super::choice::Choices;
use super::file::File;
use crate::chance::Chance;
use std::collections::BTreeMap;
use zeroproof_reference::swap::{Fault, FileName};

/// Something that happens instead of, or during, one operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The power goes; nothing works from then on.
    PowerOff,
    /// EIO.
    Fails,
}

/// What goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Plan {
    /// At the operation of this number.
    pub trouble: Option<(u64, Trouble)>,
    /// Octets of all files, at most.
    pub capacity: Option<usize>,
}

/// A change of names.
#[derive(Clone, Copy, Debug)]
enum Change {
    Made(FileName, usize),
    Removed(FileName),
}

/// A folder on a drive.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    plan: Plan,
    operations: u64,
    is_dead: bool,
    sync_fails: bool,
    files: Vec<File>,
    names: BTreeMap<FileName, usize>,
    durable: BTreeMap<FileName, usize>,
    changes: Vec<Change>,
}

const EIO: Fault = Fault::Failed(5);

impl Folder {
    /// The same files, with a plan, counting from zero.
    #[must_use]
    pub fn with(mut self, plan: Plan) -> Self {
        (self.plan, self.operations) = (plan, 0);
        self
    }

    /// Operations that change something, so far.
    #[must_use]
    pub const fn operations(&self) -> u64 {
        self.operations
    }

    /// Whether the power has gone.
    #[must_use]
    pub const fn is_dead(&self) -> bool {
        self.is_dead
    }

    /// Octets in all files.
    #[must_use]
    pub fn size_of_all(&self) -> usize {
        self.names.values().filter_map(|id| self.files.get(*id)).map(|file| file.live().len()).sum()
    }

    /// The files that are there, and what is in them.
    pub fn contents(&self) -> impl Iterator<Item = (FileName, &[u8])> {
        self.names.iter().filter_map(|(name, id)| Some((*name, self.files.get(*id)?.live())))
    }

    /// From now on its files have no more than so many octets, if that is told.
    pub const fn limit(&mut self, capacity: Option<usize>) {
        self.plan.capacity = capacity;
    }

    /// The next sync of a file fails, whichever it is.
    pub const fn fail_next_sync(&mut self) {
        self.sync_fails = true;
    }

    /// Turns one bit of one file, and tells which and where; `None` if there is none.
    pub fn rot(&mut self, chance: &mut Chance) -> Option<(FileName, usize)> {
        let named: Vec<(FileName, usize)> = self.names.iter().map(|(n, id)| (*n, *id)).collect();
        let (name, id) = *chance.pick(&named)?;
        let file = self.files.get_mut(id)?;
        let size = u64::try_from(file.live().len()).ok()?;
        let at = usize::try_from(chance.below(size)).ok()?;
        file.rot(at, u32::try_from(chance.below(8)).ok()?);
        Some((name, at))
    }

    /// What is on the drive after the power has been cut now.
    #[must_use]
    pub fn cut_off(&self, choices: &mut dyn Choices) -> Self {
        let mut names = self.durable.clone();
        for change in &self.changes {
            if choices.choose(2) == 1 {
                match *change {
                    Change::Made(name, id) => drop(names.insert(name, id)),
                    Change::Removed(name) => drop(names.remove(&name)),
                }
            }
        }
        let mut folder = Self::default();
        for (name, id) in names {
            let octets = self.files.get(id).map(|file| file.cut_off(choices)).unwrap_or_default();
            folder.names.insert(name, folder.files.len());
            folder.files.push(File::of(octets));
        }
        folder.durable.clone_from(&folder.names);
        folder
    }

    /// What is there after the program has been killed: all that it had written.
    #[must_use]
    pub fn killed(&self) -> Self {
        Self {
            plan: Plan::default(),
            operations: 0,
            is_dead: false,
            sync_fails: false,
            ..self.clone()
        }
    }

    /// Counts an operation; an error if it is not to take place at all.
    fn begin(&mut self) -> Result<Option<Trouble>, Fault> {
        if self.is_dead {
            return Err(EIO);
        }
        let now = self.operations;
        self.operations += 1;
        let trouble = self.plan.trouble.filter(|(at, _)| *at == now).map(|(_, trouble)| trouble);
        self.is_dead = trouble == Some(Trouble::PowerOff);
        Ok(trouble)
    }

    fn end(trouble: Option<Trouble>) -> Result<(), Fault> {
        if trouble.is_some() { Err(EIO) } else { Ok(()) }
    }

    fn file(&mut self, name: FileName) -> Result<&mut File, Fault> {
        let id = *self.names.get(&name).ok_or(Fault::Missing)?;
        self.files.get_mut(id).ok_or(Fault::Missing)
    }

    pub(super) fn list(&self) -> Result<Vec<FileName>, Fault> {
        if self.is_dead { Err(EIO) } else { Ok(self.names.keys().copied().collect()) }
    }

    pub(super) fn size(&mut self, name: FileName) -> Result<u64, Fault> {
        if self.is_dead {
            return Err(EIO);
        }
        u64::try_from(self.file(name)?.live().len()).map_err(|_| EIO)
    }

    pub(super) fn read(
        &mut self,
        name: FileName,
        at: u64,
        into: &mut [u8],
    ) -> Result<usize, Fault> {
        if self.is_dead {
            return Err(EIO);
        }
        let at = usize::try_from(at).map_err(|_| EIO)?;
        let rest = self.file(name)?.live().get(at..).unwrap_or_default();
        let read = rest.len().min(into.len());
        let (Some(place), Some(octets)) = (into.get_mut(..read), rest.get(..read)) else {
            return Ok(0);
        };
        place.copy_from_slice(octets);
        Ok(read)
    }

    pub(super) fn create(&mut self, name: FileName) -> Result<(), Fault> {
        let trouble = self.begin()?;
        if trouble != Some(Trouble::Fails) {
            let id = self.files.len();
            self.files.push(File::default());
            self.names.insert(name, id);
            self.changes.push(Change::Made(name, id));
        }
        Self::end(trouble)
    }

    pub(super) fn remove(&mut self, name: FileName) -> Result<(), Fault> {
        let trouble = self.begin()?;
        if trouble != Some(Trouble::Fails) {
            self.names.remove(&name).ok_or(Fault::Missing)?;
            self.changes.push(Change::Removed(name));
        }
        Self::end(trouble)
    }

    pub(super) fn write(&mut self, name: FileName, at: u64, octets: &[u8]) -> Result<(), Fault> {
        let trouble = self.begin()?;
        let at = usize::try_from(at).map_err(|_| EIO)?;
        let room = self.plan.capacity.map(|most| most.saturating_sub(self.size_of_all()));
        let file = self.file(name)?;
        let within = file.live().len().saturating_sub(at);
        let fits = room.map_or(octets.len(), |room| (room + within).min(octets.len()));
        let written = match trouble {
            // Any part of it: the first half.
            Some(Trouble::Fails) => octets.len() / 2,
            Some(Trouble::PowerOff) | None => fits,
        };
        file.write(at, octets.get(..written).unwrap_or_default());
        match trouble {
            None if fits < octets.len() => Err(Fault::NoSpace),
            other => Self::end(other),
        }
    }

    pub(super) fn truncate(&mut self, name: FileName, size: u64) -> Result<(), Fault> {
        let trouble = self.begin()?;
        let size = usize::try_from(size).map_err(|_| EIO)?;
        let file = self.file(name)?;
        if trouble != Some(Trouble::Fails) {
            file.truncate(size);
        }
        Self::end(trouble)
    }

    pub(super) fn sync(&mut self, name: FileName) -> Result<(), Fault> {
        let trouble = self.begin()?;
        let fails = core::mem::take(&mut self.sync_fails);
        let trouble = trouble.or(fails.then_some(Trouble::Fails));
        let file = self.file(name)?;
        match trouble {
            None => file.sync(),
            Some(Trouble::Fails) => file.fail_sync(),
            Some(Trouble::PowerOff) => {}
        }
        Self::end(trouble)
    }

    pub(super) fn sync_directory(&mut self) -> Result<(), Fault> {
        let trouble = self.begin()?;
        if trouble.is_none() {
            self.durable.clone_from(&self.names);
            self.changes.clear();
        }
        Self::end(trouble)
    }
}
