//! `zeroproof sim`: what does my topology lose when something goes wrong?
//!
//! Only words and files; the simulator is the crate `sim`.

mod hunt;
mod one;
mod pcap;
mod replay;
mod run;
mod show;
mod source;
mod worlds;

use std::path::PathBuf;

use clap::Subcommand;

use super::Failure;

/// What a topology loses under faults: run, hunt, replay, shrink, show, explain, list, bench
#[derive(Debug, Subcommand)]
pub(super) enum Sim {
    /// The loss report of a scenario: a name of `sim list`, or a .toml file
    Run(run::Run),
    /// Many seeds until an oracle breaks: of a scenario, or of topologies that nobody thought of
    Hunt(hunt::Hunt),
    /// Add up the results of shards
    Merge {
        /// Files that `sim hunt --json` wrote
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write the sum
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// A .zsim again: the same trace?
    Replay(replay::Replay),
    /// A .zsim that breaks an oracle in fewer words
    Shrink {
        /// The file
        file: PathBuf,
        /// Where to write the shorter one
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
    },
    /// A run as a picture, as its events, or as a capture
    Show(show::Show),
    /// The life of one message
    Explain {
        /// A name of `sim list`, a .toml or a .zsim file
        scenario: String,
        /// FLOW/NUMBER, or "reply FLOW/NUMBER"
        message: String,
        /// Of a scenario: which seed
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// The scenarios that come with the program, and what each teaches
    List,
    /// How many runs a second this machine does, on one core
    Bench,
}

impl Sim {
    pub(super) fn run(self) -> Result<u8, Failure> {
        match self {
            Self::Run(run) => run.run(),
            Self::Hunt(hunt) => hunt.run(),
            Self::Merge { files, json } => hunt::merge(&files, json.as_deref()),
            Self::Replay(replay) => replay.run(),
            Self::Shrink { file, output } => one::shrink(&file, &output),
            Self::Show(show) => show.run(),
            Self::Explain { scenario, message, seed } => one::explain(&scenario, &message, seed),
            Self::List => run::list(),
            Self::Bench => run::bench(),
        }
    }
}
