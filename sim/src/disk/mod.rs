//! A disk that loses what a real one may lose, and says when: for the engine's log.
//!
//! ```text
//! Disk, a handle --operation, counted--> Folder --power off--> one of many folders
//! ```
//!
//! What was not synced may be there or not, sector by sector, size by size, name by name. A choice
//! of all that is left to chance is a list of numbers, so that every image can be made in turn, or
//! one out of a seed. [`Plan`] says what goes wrong at which operation.
//! Deliberately absent: sectors that are torn in themselves, which drives promise not to do, and
//! other folders.

mod choice;
mod file;
mod folder;

pub use choice::{Choices, Every, Seeded};
pub use folder::{Folder, Plan, Trouble};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroproof_reference::swap::{self, Fault, FileName};

/// A handle of a folder.
#[derive(Clone, Debug, Default)]
pub struct Disk(Arc<Mutex<Folder>>);

impl Disk {
    /// A handle of this folder.
    #[must_use]
    pub fn new(folder: Folder) -> Self {
        Self(Arc::new(Mutex::new(folder)))
    }

    /// The folder, to look at or to break.
    pub fn folder(&self) -> MutexGuard<'_, Folder> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl swap::Disk for Disk {
    fn list(&mut self) -> Result<Vec<FileName>, Fault> {
        self.folder().list()
    }

    fn create(&mut self, file: FileName) -> Result<(), Fault> {
        self.folder().create(file)
    }

    fn size(&mut self, file: FileName) -> Result<u64, Fault> {
        self.folder().size(file)
    }

    fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, Fault> {
        self.folder().read(file, at, into)
    }

    fn write(&mut self, file: FileName, at: u64, octets: &[u8]) -> Result<(), Fault> {
        self.folder().write(file, at, octets)
    }

    fn truncate(&mut self, file: FileName, size: u64) -> Result<(), Fault> {
        self.folder().truncate(file, size)
    }

    fn sync(&mut self, file: FileName) -> Result<(), Fault> {
        self.folder().sync(file)
    }

    fn sync_directory(&mut self) -> Result<(), Fault> {
        self.folder().sync_directory()
    }

    fn remove(&mut self, file: FileName) -> Result<(), Fault> {
        self.folder().remove(file)
    }
}
