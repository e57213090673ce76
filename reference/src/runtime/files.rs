//! The folder of a swap on the disk of the system.
//!
//! Files stay open while they are there. Deliberately absent: folders of other systems than unix
//! being durable by name; there is no call for that in the standard library.

use crate::swap::{Disk, Fault, FileName, SwapError};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file, opened twice: the system tells of a failed write once for each time, so that neither of
/// two syncs at the same time takes the error from the other.
#[derive(Clone, Debug)]
struct Opened {
    used: Arc<File>,
    synced: Arc<File>,
}

/// Files by name, open.
type Open = Arc<Mutex<BTreeMap<FileName, Opened>>>;

/// A folder that nobody else uses.
#[derive(Debug)]
pub(super) struct Files {
    folder: PathBuf,
    open: Open,
    /// Locked by the system, so that a killed program leaves no lock.
    held: File,
}

impl Drop for Files {
    /// Not by closing alone: a child process that is just being started has it open as well.
    fn drop(&mut self) {
        let _ = self.held.unlock();
    }
}

/// Syncs files of a folder while others use it.
#[derive(Clone, Debug)]
pub(super) struct Syncer(Open);

#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
fn fault(error: io::Error) -> Fault {
    const FULL: [ErrorKind; 3] =
        [ErrorKind::StorageFull, ErrorKind::QuotaExceeded, ErrorKind::FileTooLarge];
    let kind = error.kind();
    if FULL.contains(&kind) {
        return Fault::NoSpace;
    }
    let gone = kind == ErrorKind::NotFound;
    if gone { Fault::Missing } else { Fault::Failed(error.raw_os_error().unwrap_or_default()) }
}

impl Files {
    /// Opens a folder, and makes it if it is not there.
    pub(super) fn open(folder: &Path) -> Result<Self, SwapError> {
        let disk = |error| SwapError::Disk(fault(error));
        fs::create_dir_all(folder).map_err(disk)?;
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).open(folder.join("lock"));
        let lock = lock.map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), open: Open::default(), held: lock }),
            Err(TryLockError::WouldBlock) => Err(SwapError::Locked), //= ZP-SWAP-017
            Err(TryLockError::Error(error)) => Err(disk(error)),
        }
    }

    pub(super) fn syncer(&self) -> Syncer {
        Syncer(Arc::clone(&self.open))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<FileName, Opened>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, name: FileName) -> Result<Arc<File>, Fault> {
        let mut open = self.lock();
        if let Some(file) = open.get(&name) {
            return Ok(Arc::clone(&file.used));
        }
        let opened = self.opened(name, OpenOptions::new().read(true).write(true))?;
        Ok(Arc::clone(&open.entry(name).or_insert(opened).used))
    }

    fn opened(&self, name: FileName, options: &OpenOptions) -> Result<Opened, Fault> {
        let path = self.folder.join(name.to_string());
        let used = Arc::new(options.open(&path).map_err(fault)?);
        let synced = OpenOptions::new().write(true).open(path).map_err(fault)?;
        Ok(Opened { used, synced: Arc::new(synced) })
    }
}

impl Syncer {
    /// Makes a file durable.
    pub(super) fn sync(&self, name: FileName) -> Result<(), Fault> {
        let file = {
            let open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            open.get(&name).map(|file| Arc::clone(&file.synced))
        };
        // One that was removed meanwhile has been handed over.
        file.map_or(Ok(()), |file| file.sync_data().map_err(fault))
    }
}

impl Disk for Files {
    fn list(&mut self) -> Result<Vec<FileName>, Fault> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(fault)? {
            let name = entry.map_err(fault)?.file_name();
            names.extend(name.to_str().and_then(FileName::parse));
        }
        Ok(names)
    }

    fn create(&mut self, file: FileName) -> Result<(), Fault> {
        let mut options = OpenOptions::new();
        let made = self.opened(file, options.create(true).truncate(true).read(true).write(true))?;
        self.lock().insert(file, made);
        Ok(())
    }

    fn size(&mut self, file: FileName) -> Result<u64, Fault> {
        Ok(self.file(file)?.metadata().map_err(fault)?.len())
    }

    fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, Fault> {
        let file = self.file(file)?;
        let mut file = &*file;
        file.seek(SeekFrom::Start(at)).map_err(fault)?;
        let mut read = 0;
        while let Some(rest) = into.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match file.read(rest) {
                Ok(0) => break,
                Ok(more) => read = read.saturating_add(more),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(fault(error)),
            }
        }
        Ok(read)
    }

    fn write(&mut self, file: FileName, at: u64, octets: &[u8]) -> Result<(), Fault> {
        let file = self.file(file)?;
        let mut file = &*file;
        file.seek(SeekFrom::Start(at)).map_err(fault)?;
        file.write_all(octets).map_err(fault)
    }

    fn truncate(&mut self, file: FileName, size: u64) -> Result<(), Fault> {
        self.file(file)?.set_len(size).map_err(fault)
    }

    fn sync(&mut self, file: FileName) -> Result<(), Fault> {
        self.file(file)?.sync_data().map_err(fault)
    }

    fn sync_directory(&mut self) -> Result<(), Fault> {
        if cfg!(unix) {
            File::open(&self.folder).and_then(|f| f.sync_all()).map_err(fault)
        } else {
            Ok(())
        }
    }

    fn remove(&mut self, file: FileName) -> Result<(), Fault> {
        self.lock().remove(&file);
        fs::remove_file(self.folder.join(file.to_string())).map_err(fault)
    }
}
