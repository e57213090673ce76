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
    /// Install peers without root, pinned
    Install {
        /// Names of `peers list`, or all
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// What is missing, and how to get it
    Doctor {
        /// Names of `peers list`; all by default
        names: Vec<String>,
    },
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
                    let peers::Entry { name, version, language, title, .. } = entry;
                    say!("{name:<14} {version:<8} {language:<10} {state:<10} {title}");
                }
            }
            Self::Install { names } => return install(&names),
            Self::Doctor { names } => {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .map_err(|error| Failure::unreachable(error.to_string()))?;
                let all = runtime.block_on(peers::doctor(&names)).map_err(failed)?;
                all.iter().for_each(|diagnosis| say!("{diagnosis}"));
                return Ok(if all.iter().all(|d| d.missing.is_empty()) { 0 } else { 4 });
            }
        }
        Ok(0)
    }
}

/// Installs one after the other; what cannot be had does not keep the others out.
fn install(names: &[String]) -> Result<u8, Failure> {
    let all = names.iter().any(|name| name == "all");
    let names = match all {
        true => peers::list().map_err(failed)?.into_iter().map(|entry| entry.name).collect(),
        false => names.to_vec(),
    };
    let mut code = 0;
    for name in &names {
        match peers::install(name, &mut |step| aside(step)).map_err(failed) {
            Ok(peer) => say!("{0} is ready: zeroproof check {0}", peer.name()),
            Err(failure) if names.len() == 1 => return Err(failure),
            Err(failure) => {
                aside(&format!("zeroproof: {}", failure.message));
                code = code.max(failure.code);
            }
        }
    }
    Ok(code)
}
