//! One run: `sim shrink` and `sim explain`.

use std::path::Path;

use zeroproof_sim::analysis::analyse;
use zeroproof_sim::hunt::breaks;
use zeroproof_sim::report;
use zeroproof_sim::schedule::write;
use zeroproof_sim::shrink;
use zeroproof_sim::verdict::outcome;
use zeroproof_sim::world::Which;

use super::super::Failure;
use super::super::outputs::{bug, can_write, save};
use super::source::{schedule, zsim};
use super::worlds::trace;

/// Runs of a shrinker that somebody waits for.
const SHRINKS: u64 = 20_000;

/// Takes away from a schedule whatever its failure does not need.
pub(super) fn shrink(file: &Path, output: &Path) -> Result<u8, Failure> {
    let (schedule, _) = zsim(file)?;
    can_write(output)?;
    let run = trace(&schedule, Which::Tight)?;
    let (before, _) = outcome(&schedule, &run);
    let Some(breach) = before.breaches.first() else {
        return Err(Failure::usage(format!(
            "{} breaks no oracle: nothing to shrink for",
            file.display()
        )));
    };
    let shrunk = shrink::shrink(&schedule, SHRINKS, |candidate| {
        breaks(candidate, Which::Tight, breach.oracle)
    });
    let hashes = [("tight".to_owned(), trace(&shrunk.schedule, Which::Tight)?.hash)].into();
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
    let trace = trace(&schedule, Which::Tight)?;
    let analysis = analyse(&schedule, &trace);
    for line in report::explain(&schedule, &trace, &analysis, id) {
        say!("{line}");
    }
    Ok(0)
}
