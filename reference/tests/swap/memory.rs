//! A folder in memory, which does as it is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use zeroproof_reference::swap::{Disk, Fault, FileName};

/// Clones are the same folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(pub(crate) Arc<Mutex<BTreeMap<FileName, Vec<u8>>>>);

impl Memory {
    pub(crate) fn size_of_all(&self) -> usize {
        self.0.lock().unwrap().values().map(Vec::len).sum()
    }

    pub(crate) fn put(&self, file: FileName, octets: &[u8]) {
        self.0.lock().unwrap().insert(file, octets.to_vec());
    }

    fn with<R>(&self, file: FileName, act: impl FnOnce(&mut Vec<u8>) -> R) -> Result<R, Fault> {
        self.0.lock().unwrap().get_mut(&file).map(act).ok_or(Fault::Missing)
    }
}

impl Disk for Memory {
    fn list(&mut self) -> Result<Vec<FileName>, Fault> {
        Ok(self.0.lock().unwrap().keys().copied().collect())
    }

    fn create(&mut self, file: FileName) -> Result<(), Fault> {
        self.put(file, &[]);
        Ok(())
    }

    fn size(&mut self, file: FileName) -> Result<u64, Fault> {
        self.with(file, |octets| u64::try_from(octets.len()).unwrap())
    }

    fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, Fault> {
        self.with(file, |octets| {
            let rest = octets.get(usize::try_from(at).unwrap()..).unwrap_or_default();
            let read = rest.len().min(into.len());
            into[..read].copy_from_slice(&rest[..read]);
            read
        })
    }

    fn write(&mut self, file: FileName, at: u64, written: &[u8]) -> Result<(), Fault> {
        self.with(file, |octets| {
            let (at, end) = (usize::try_from(at).unwrap(), written.len());
            octets.resize(octets.len().max(at + end), 0);
            octets[at..at + end].copy_from_slice(written);
        })
    }

    fn truncate(&mut self, file: FileName, size: u64) -> Result<(), Fault> {
        self.with(file, |octets| octets.truncate(usize::try_from(size).unwrap()))
    }

    fn sync(&mut self, file: FileName) -> Result<(), Fault> {
        self.with(file, |_| ())
    }

    fn sync_directory(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn remove(&mut self, file: FileName) -> Result<(), Fault> {
        self.0.lock().unwrap().remove(&file).map(drop).ok_or(Fault::Missing)
    }
}
