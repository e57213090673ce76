//! What a log needs of a disk: a folder of its own, files by name, and two ways to make sure.
//!
//! ```text
//! write, truncate --sync(file)--> durable            create, remove --sync_directory--> durable
//! ```
//!
//! Until then a power cut may keep any part of it. The driver has the folders of the operating
//! system (`runtime::Files`), the simulator one that loses what a real one may lose.
//! Deliberately absent: renaming, which the format does not need; locks, which whoever opens the
//! folder takes; time and tasks.

use core::fmt;

/// A file of a log; a log has no others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FileName {
    /// How far the log has been handed over.
    Position,
    /// Messages that are kept when the program ends, by the number of the segment.
    Segment(u64),
    /// Messages that are not.
    Overflow(u64),
}

impl FileName {
    /// The file that bears this name; `None` if the log has none such.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        if name == "position" {
            return Some(Self::Position);
        }
        let (number, kind) = name.split_once('.')?;
        // One spelling a file: sixteen digits, lower case.
        let number = u64::from_str_radix(number, 16).ok()?;
        let file = match kind {
            "swap" => Self::Segment(number),
            "overflow" => Self::Overflow(number),
            _ => return None,
        };
        (file.to_string() == name).then_some(file)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position => f.write_str("position"),
            Self::Segment(number) => write!(f, "{number:016x}.swap"),
            Self::Overflow(number) => write!(f, "{number:016x}.overflow"),
        }
    }
}

/// Why a disk did not do something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// ENOSPC, EDQUOT: there is no room, and there may be later.
    NoSpace,
    /// There is no such file.
    Missing,
    /// Anything else, with the errno of the system; EIO is 5.
    Failed(i32),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSpace => f.write_str("no space is left on it"),
            Self::Missing => f.write_str("a file is gone"),
            Self::Failed(errno) => write!(f, "errno {errno}"),
        }
    }
}

/// The folder of one log. What has not been synced may be lost, in any part, when power is.
pub trait Disk: fmt::Debug + Send {
    /// The files of a log that are there, in any order; others are none of its business.
    ///
    /// # Errors
    /// [`Fault`].
    fn list(&mut self) -> Result<Vec<FileName>, Fault>;

    /// Makes an empty file.
    ///
    /// # Errors
    /// [`Fault`].
    fn create(&mut self, file: FileName) -> Result<(), Fault>;

    /// Octets in a file.
    ///
    /// # Errors
    /// [`Fault`].
    fn size(&mut self, file: FileName) -> Result<u64, Fault>;

    /// Fills this from there on, and tells how much; less than all only at the end of the file.
    ///
    /// # Errors
    /// [`Fault`].
    fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, Fault>;

    /// Writes all of this there.
    ///
    /// # Errors
    /// [`Fault`]; any part of it may have been written.
    fn write(&mut self, file: FileName, at: u64, octets: &[u8]) -> Result<(), Fault>;

    /// Cuts a file to this size.
    ///
    /// # Errors
    /// [`Fault`].
    fn truncate(&mut self, file: FileName, size: u64) -> Result<(), Fault>;

    /// Returns when a power cut will leave the octets of this file, and its size, as they are.
    ///
    /// # Errors
    /// [`Fault`]; what is durable is not known then, and another call must not be believed.
    fn sync(&mut self, file: FileName) -> Result<(), Fault>;

    /// Returns when a power cut will leave the files that are there, by name.
    ///
    /// # Errors
    /// [`Fault`].
    fn sync_directory(&mut self) -> Result<(), Fault>;

    /// Removes a file.
    ///
    /// # Errors
    /// [`Fault`].
    fn remove(&mut self, file: FileName) -> Result<(), Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_one_name_and_no_other_name_has_a_file() {
        for file in [FileName::Position, FileName::Segment(10), FileName::Overflow(u64::MAX)] {
            assert_eq!(FileName::parse(&file.to_string()), Some(file));
        }
        for name in ["", "Position", "a.swap", "000000000000000A.swap", "+00000000000000a.swap"] {
            assert_eq!(FileName::parse(name), None, "{name}");
        }
        assert_eq!(FileName::Segment(10).to_string(), "000000000000000a.swap");
    }
}
