//! `.zsim`: a schedule as text, to be replayed anywhere.
//!
//! TOML of [`Schedule`] under a first line that names the format, and the hash of the trace that it
//! led to, by world. Times are exact; writing what was read gives the same octets.

use super::Schedule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the format.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    zsim: u32,
    /// By world; a number of 64 bits in hex.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    trace: BTreeMap<String, String>,
    schedule: Schedule,
}

/// Why a file is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileError(pub String);

impl core::fmt::Display for FileError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The schedule in this text, and the hashes of traces by world.
///
/// # Errors
/// What is wrong with it and in which line.
pub fn read(text: &str) -> Result<(Schedule, BTreeMap<String, u64>), FileError> {
    let file: File = toml::from_str(text).map_err(|error| FileError(error.to_string()))?;
    if file.zsim != FORMAT {
        let message = format!("format {} is not known here, which reads {FORMAT}", file.zsim);
        return Err(FileError(message));
    }
    let mut hashes = BTreeMap::new();
    for (world, hash) in file.trace {
        let number = u64::from_str_radix(&hash, 16).map_err(|_| {
            FileError(format!("trace.{world}: {hash:?} is no hash of 16 hex digits"))
        })?;
        hashes.insert(world, number);
    }
    Ok((file.schedule, hashes))
}

/// The text of a schedule, with the hashes of its traces by world.
///
/// # Errors
/// A number is too large for TOML.
pub fn write(schedule: &Schedule, hashes: &BTreeMap<String, u64>) -> Result<String, FileError> {
    let trace =
        hashes.iter().map(|(world, hash)| (world.clone(), format!("{hash:016x}"))).collect();
    let file = File { zsim: FORMAT, trace, schedule: schedule.clone() };
    toml::to_string(&file).map_err(|error| FileError(error.to_string()))
}
