//! One run: `sim replay`, `sim shrink`, `sim show` and `sim explain`.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroproof_sim::analysis::analyse;
use zeroproof_sim::hunt::breaks;
use zeroproof_sim::report;
use zeroproof_sim::schedule::write;
use zeroproof_sim::shrink;
use zeroproof_sim::verdict::outcome;

use super::super::Failure;
use super::super::outputs::{bug, can_write, save};
use super::source::{schedule, trace, zsim};

/// Runs of a shrinker that somebody waits for.
const SHRINKS: u64 = 20_000;

/// A run as a picture, or as its events
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// A name of `sim list`, a .toml or a .zsim file
    scenario: String,
    /// Of a scenario: which seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the schedule, to be replayed
    #[arg(long, value_name = "FILE")]
    zsim: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let schedule = schedule(&self.scenario, self.seed)?;
        for path in [&self.svg, &self.zsim].into_iter().flatten() {
            can_write(path)?;
        }
        let trace = trace(&schedule)?;
        let analysis = analyse(&schedule, &trace);
        save(self.svg.as_deref(), || report::svg(&schedule, &trace, &analysis))?;
        let hashes = [("tight".to_owned(), trace.hash)].into();
        let text = write(&schedule, &hashes).map_err(|error| bug(error.to_string()))?;
        save(self.zsim.as_deref(), || text)?;
        if self.svg.is_none() && self.zsim.is_none() {
            for event in &trace.events {
                say!("{event}");
            }
        }
        Ok(0)
    }
}

/// Runs a schedule again and compares the hash of its trace.
pub(super) fn replay(file: &Path) -> Result<u8, Failure> {
    let (schedule, hashes) = zsim(file)?;
    let trace = trace(&schedule)?;
    let (outcome, _) = outcome(&schedule, &trace);
    say!("{}", report::loss_report(&schedule, std::slice::from_ref(&outcome)).trim_end());
    let is_same = match hashes.get("tight") {
        Some(hash) if *hash != trace.hash => {
            say!("DIFFERS  the trace hashes to {:016x}, and the file has {hash:016x}", trace.hash);
            false
        }
        Some(_) => {
            say!("same     the trace is that of the file");
            true
        }
        None => true,
    };
    Ok(u8::from(!is_same || !outcome.breaches.is_empty()))
}

/// Takes away from a schedule whatever its failure does not need.
pub(super) fn shrink(file: &Path, output: &Path) -> Result<u8, Failure> {
    let (schedule, _) = zsim(file)?;
    can_write(output)?;
    let run = trace(&schedule)?;
    let (before, _) = outcome(&schedule, &run);
    let Some(breach) = before.breaches.first() else {
        return Err(Failure::usage(format!(
            "{} breaks no oracle: nothing to shrink for",
            file.display()
        )));
    };
    let shrunk = shrink::shrink(&schedule, SHRINKS, |candidate| breaks(candidate, breach.oracle));
    let hashes = [("tight".to_owned(), trace(&shrunk.schedule)?.hash)].into();
    let text = write(&shrunk.schedule, &hashes).map_err(|error| bug(error.to_string()))?;
    save(Some(output), || text)?;
    say!(
        "{}: {} operations and {} sockets, from {} and {}, after {} runs",
        breach.oracle,
        shrunk.schedule.op.len(),
        shrunk.schedule.socket.len(),
        schedule.op.len(),
        schedule.socket.len(),
        shrunk.runs
    );
    Ok(0)
}

/// Tells the life of one message.
pub(super) fn explain(scenario: &str, message: &str, seed: u64) -> Result<u8, Failure> {
    let schedule = schedule(scenario, seed)?;
    let id = report::parse_message(&schedule, message).map_err(Failure::usage)?;
    let trace = trace(&schedule)?;
    let analysis = analyse(&schedule, &trace);
    for line in report::explain(&schedule, &trace, &analysis, id) {
        say!("{line}");
    }
    Ok(0)
}
