//! `conformance/peers/peers.toml` and the adapters, both embedded: an installed program needs no
//! checkout. Deliberately absent: what a peer is expected to fail; that is in its expectation file.

use serde::{Deserialize, Serialize};

use super::PeersError;

const REGISTRY: &str = include_str!("../../peers/peers.toml");

/// The source of an adapter by its path below `conformance/adapters/`.
fn adapter_source(path: &str) -> Option<&'static str> {
    match path {
        "pyzmq/adapter.py" => Some(include_str!("../../adapters/pyzmq/adapter.py")),
        _ => None,
    }
}

/// A registered peer, installed or not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What users type: `libzmq`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// How it is installed.
    pub install: Install,
    /// What the machine must have for that.
    pub needs: Vec<Need>,
    pub(super) adapter: String,
    pub(super) command: Vec<String>,
}

/// How a peer is installed; never as root, always pinned.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Install {
    /// A Python virtual environment with these wheels.
    Pip {
        /// Requirements, each with `==`.
        packages: Vec<String>,
    },
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
    pub(super) fn source(&self) -> Result<&'static str, PeersError> {
        adapter_source(&self.adapter).ok_or_else(|| PeersError::Registry {
            why: format!("{}: no embedded adapter {}", self.name, self.adapter),
        })
    }
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
pub(super) fn entry(name: &str) -> Result<Entry, PeersError> {
    let entries = list()?;
    let known = entries.iter().map(|entry| entry.name.clone()).collect();
    let found = entries.into_iter().find(|entry| entry.name == name);
    found.ok_or_else(|| PeersError::Unknown { name: name.to_owned(), known })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_well_formed_its_adapters_are_embedded_and_its_packages_pinned() {
        let entries = list().unwrap();
        assert!(entries.iter().any(|entry| entry.name == "libzmq"));
        for entry in entries {
            assert!(!entry.source().unwrap().is_empty());
            assert!(!entry.command.is_empty() && !entry.needs.is_empty());
            assert!(entry.needs.iter().all(|need| !need.probe.is_empty()));
            let Install::Pip { packages } = &entry.install;
            assert!(packages.iter().all(|package| package.contains("==")), "{packages:?}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = entry("libzqm").unwrap_err().to_string();
        assert!(error.contains("`libzqm`") && error.contains("libzmq"), "{error}");
    }
}
