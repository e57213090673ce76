//! Why a peer cannot be had. Every message ends with what to do about it.

use std::fmt;
use std::path::PathBuf;

/// Why a peer cannot be found or installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeersError {
    /// No peer of this name is registered.
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are, the nearest first.
        known: Vec<String>,
    },
    /// Registered, but not installed, or its installation is incomplete or out of date.
    NotInstalled {
        /// The peer.
        name: String,
        /// What is wrong with what is there.
        why: String,
    },
    /// The machine lacks something the installation needs.
    Missing {
        /// The peer.
        name: String,
        /// What is missing.
        what: String,
        /// How to get it.
        fix: String,
    },
    /// A command of the installation failed.
    Step {
        /// The peer.
        name: String,
        /// The command.
        command: String,
        /// How it ended and the last lines it wrote.
        output: String,
    },
    /// A file or directory could not be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        why: String,
    },
    /// The registry inside the program is malformed: a bug of this suite.
    Registry {
        /// What is wrong.
        why: String,
    },
}

impl fmt::Display for PeersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, known } => {
                let nearest = known.first().map_or("", String::as_str);
                write!(f, "no peer is called `{name}`: did you mean `{nearest}`? ")?;
                write!(f, "There are {}", known.join(", "))
            }
            Self::NotInstalled { name, why } => {
                write!(f, "{name} is not installed ({why}): run `zeroproof peers install {name}`")
            }
            Self::Missing { name, what, fix } => write!(f, "{name} needs {what}: {fix}"),
            Self::Step { name, command, output } => {
                writeln!(f, "installing {name} failed at `{command}`: {output}")?;
                write!(f, "mend that and run `zeroproof peers install {name}` again")
            }
            Self::Io { path, why } => {
                write!(f, "{}: {why}; ZEROPROOF_PEERS may name another place", path.display())
            }
            Self::Registry { why } => write!(f, "peers.toml is malformed, please report: {why}"),
        }
    }
}

impl std::error::Error for PeersError {}
