//! Peers: implementations this suite can install and judge by name. The registry is
//! `conformance/peers/peers.toml`; each is installed without root, pinned, into
//! `target/peers/NAME` or where `ZEROPROOF_PEERS` says (see [`directory`]).
//!
//! Deliberately absent: expectations, and anything that needs root or a container.

mod doctor;
mod error;
mod install;
mod place;
mod registry;

pub use doctor::{Diagnosis, Lack, doctor};
pub use error::PeersError;
pub use install::install;
pub use place::{PEERS_VARIABLE, PYTHON_VARIABLE, directory};
pub use registry::{Entry, Need, entry, list};

/// A peer that is installed and can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    name: String,
    title: String,
    argv: Vec<String>,
}

impl Peer {
    /// What users type: `libzmq`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One line for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The command that starts its adapter, for [`crate::adapter::Adapter::spawn`].
    pub fn argv(&self) -> &[String] {
        &self.argv
    }
}

/// An installed peer by name. Nothing is installed, but the adapter on disk is brought up to date.
///
/// # Errors
/// `Unknown` with the names there are; `NotInstalled` with the command to run.
pub fn find(name: &str) -> Result<Peer, PeersError> {
    install::ready(&directory(), &registry::entry(name)?)
}
