//! `conformance/peers/peers.toml` and the adapters, both embedded: an installed program needs no
//! checkout. Deliberately absent: what a peer is expected to fail; that is in its expectation file.

use serde::Deserialize;

use super::PeersError;

const REGISTRY: &str = include_str!("../../peers/peers.toml");

macro_rules! embedded {
    ($($path:literal)*) => {
        /// The text of a file of `conformance/`.
        fn embedded(path: &str) -> Option<&'static str> {
            match path {
                $($path => Some(include_str!(concat!("../../", $path))),)*
                _ => None,
            }
        }
    };
}

embedded! {
    "peers/libzmq.toml" "peers/zmq-rs.toml" "peers/rzmq.toml" "peers/omq.toml" "peers/azmq.toml"
    "peers/jeromq.toml"
    "adapters/pyzmq/adapter.py"
    "adapters/libzmq/adapter.c" "adapters/libzmq/json.h"
    "adapters/libzmq/lines.h" "adapters/libzmq/bench.h"
    "adapters/libzmq/options.h" "adapters/libzmq/bundled.sh"
    "adapters/azmq/adapter.py"
    "adapters/nodejs/adapter.js" "adapters/nodejs/package.json" "adapters/nodejs/package-lock.json"
    "adapters/jeromq/Adapter.java" "adapters/jeromq/Call.java" "adapters/jeromq/Failure.java"
    "adapters/jeromq/Json.java" "adapters/jeromq/Part.java" "adapters/jeromq/Sock.java"
    "adapters/rust/Cargo.toml" "adapters/rust/Cargo.lock"
    "adapters/rust/src/bench.rs" "adapters/rust/src/lib.rs"
    "adapters/rust/src/line.rs" "adapters/rust/src/task.rs"
    "adapters/rust/src/bin/zmq-rs.rs" "adapters/rust/src/bin/rzmq.rs" "adapters/rust/src/bin/omq.rs"
}

/// A registered peer, installed or not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What users type: `libzmq`.
    pub name: String,
    /// The version of the implementation; `any` for the one that the system has.
    pub version: String,
    /// The language it is written in.
    pub language: String,
    /// One line for people.
    pub title: String,
    /// The commands that install it, each a program and its words; never as root, always pinned.
    pub install: Vec<Vec<String>>,
    /// What the machine must have for that.
    pub needs: Vec<Need>,
    /// Whether `install` compiles the adapter, so that another source needs another installation.
    #[serde(default)]
    pub(super) compiled: bool,
    /// Files of `conformance/adapters/`, laid into the installation by their last name.
    pub(super) files: Vec<String>,
    /// A file of `conformance/peers/`: one for all versions of an implementation.
    pub(super) expectations: String,
    pub(super) command: Vec<String>,
}

/// Something the machine must have before a peer can be installed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// A command that exits with 0 if it is there.
    pub(super) probe: Vec<String>,
    /// Its name for people.
    pub what: String,
    /// How to get it.
    pub fix: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registry {
    peer: Vec<Entry>,
}

impl Entry {
    /// The adapter's files: the path within the installation, and the text.
    pub(super) fn sources(&self) -> Result<Vec<(&str, &'static str)>, PeersError> {
        let source = |path: &'_ String| {
            let why = format!("{}: no embedded file {path}", self.name);
            embedded(&format!("adapters/{path}")).ok_or(PeersError::Registry { why })
        };
        self.files.iter().map(|path| Ok((within(path), source(path)?))).collect()
    }

    /// What is known of this implementation: the name of the file, and its text.
    ///
    /// # Errors
    /// `Registry`, which a test of this crate rules out.
    pub fn expectations(&self) -> Result<(&str, &'static str), PeersError> {
        let path = &self.expectations;
        let why = format!("{}: no embedded file {path}", self.name);
        let text = embedded(&format!("peers/{path}")).ok_or(PeersError::Registry { why })?;
        Ok((path, text))
    }
}

/// `libzmq/adapter.c` -> `adapter.c`: the path without the folder of the adapter.
fn within(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, rest)| rest)
}

/// Every registered peer, in the order of the file.
///
/// # Errors
/// `Registry`, which a test of this crate rules out.
pub fn list() -> Result<Vec<Entry>, PeersError> {
    let registry: Registry = toml::from_str(REGISTRY)
        .map_err(|error| PeersError::Registry { why: error.to_string() })?;
    Ok(registry.peer)
}

/// One registered peer.
///
/// # Errors
/// `Unknown`, with the nearest names first.
pub fn entry(name: &str) -> Result<Entry, PeersError> {
    let mut known: Vec<String> = Vec::new();
    for entry in list()? {
        if entry.name == name {
            return Ok(entry);
        }
        known.push(entry.name);
    }
    known.sort_by_key(|known| strsim::levenshtein(known, name));
    Err(PeersError::Unknown { name: name.to_owned(), known })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that fetch something say exactly which: a version, or a lock file.
    fn pinned(step: &[String]) -> bool {
        let has = |word: &str| step.iter().any(|w| w == word);
        let versions = |after: &str, mark: &str| {
            let mut words = step.iter().skip_while(|w| *w != after).skip(1);
            words.all(|w| w.starts_with(['-', ':', '{']) || w.contains(mark))
        };
        match () {
            () if has("pip") && has("install") => versions("install", "=="),
            () if has("pip") => versions("download", "=="),
            () if has("apt-get") => versions("download", "="),
            () if has("cargo") => has("--locked"),
            () if has("npm") => has("ci"),
            () => true,
        }
    }

    #[test]
    fn the_registry_is_well_formed_its_adapters_are_embedded_and_its_packages_pinned() {
        let entries = list().unwrap();
        assert!(entries.iter().any(|entry| entry.name == "libzmq"));
        for entry in entries {
            assert!(entry.sources().unwrap().iter().all(|(_, text)| !text.is_empty()));
            assert!(!entry.command.is_empty() && !entry.needs.is_empty());
            let (name, text) = entry.expectations().unwrap();
            crate::expect::Expectations::parse(text).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert!(entry.needs.iter().all(|need| !need.probe.is_empty()));
            for step in &entry.install {
                assert!(pinned(step), "{}: {step:?}", entry.name);
            }
        }
    }

    #[test]
    fn what_is_not_pinned_is_found() {
        for loose in ["x -m pip install pyzmq", "npm install", "cargo install x"] {
            let step: Vec<String> = loose.split(' ').map(String::from).collect();
            assert!(!pinned(&step), "{loose}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest_first() {
        let error = entry("libzqm").unwrap_err().to_string();
        assert!(error.contains("`libzqm`") && error.contains("mean `libzmq`"), "{error}");
    }
}
