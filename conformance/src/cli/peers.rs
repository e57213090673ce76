//! `zeroproof peers`: implementations that can be judged by name.

use clap::Subcommand;

use super::Failure;
use super::say::aside;
use crate::peers;

/// Lists, installs and examines known peers.
#[derive(Debug, Subcommand)]
pub(super) enum Peers {
    /// The peers there are, and whether they are installed
    List,
    /// Install a peer without root, pinned
    Install {
        /// A name of `peers list`
        name: String,
    },
    /// What is missing, and how to get it
    Doctor,
}

/// What an error of the registry means: a name that is none is wrong use.
pub(super) fn failed(error: peers::PeersError) -> Failure {
    match error {
        peers::PeersError::Unknown { .. } => Failure::usage(error.to_string()),
        other => Failure::unreachable(other.to_string()),
    }
}

impl Peers {
    pub(super) fn run(self) -> Result<u8, Failure> {
        match self {
            Self::List => {
                for entry in peers::list().map_err(failed)? {
                    let state = if peers::find(&entry.name).is_ok() { "installed" } else { "-" };
                    say!("{:<12} {state:<10} {}", entry.name, entry.title);
                }
            }
            Self::Install { name } => {
                let peer = peers::install(&name, &mut |step| aside(step)).map_err(failed)?;
                say!("{} is ready: zeroproof check {}", peer.title(), peer.name());
            }
            Self::Doctor => {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(|error| Failure::unreachable(error.to_string()))?;
                let all = runtime.block_on(peers::doctor()).map_err(failed)?;
                all.iter().for_each(|diagnosis| say!("{diagnosis}"));
                return Ok(if all.iter().all(|d| d.missing.is_empty()) { 0 } else { 4 });
            }
        }
        Ok(0)
    }
}
