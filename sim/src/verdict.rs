//! One run, judged: by oracles, and by what its scenario expects.

use crate::analysis::{Analysis, Table};
use crate::bites::{Bites, bites};
use crate::oracle::{self, Breach};
use crate::schedule::Schedule;
use crate::trace::Trace;
use crate::world::{Unrunnable, Which};

/// A run, and what to think of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// The hash of its trace.
    pub hash: u64,
    /// Sums.
    pub table: Table,
    /// What no engine may do.
    pub breaches: Vec<Breach>,
    /// What the scenario expected, and was not so.
    pub missed: Vec<String>,
    /// What its faults did.
    pub bites: Bites,
}

impl Outcome {
    /// No oracle is broken and every expectation holds.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.breaches.is_empty() && self.missed.is_empty()
    }
}

/// Runs and judges a schedule.
///
/// # Errors
/// It cannot be run in this world.
pub fn run(schedule: &Schedule, world: Which) -> Result<Outcome, Unrunnable> {
    let trace = world.run(schedule)?;
    Ok(outcome(schedule, &trace).0)
}

/// Judges a run.
#[must_use]
pub fn outcome(schedule: &Schedule, trace: &Trace) -> (Outcome, Analysis) {
    let (analysis, breaches) = oracle::judge(schedule, trace);
    let outcome = Outcome {
        seed: schedule.seed,
        hash: trace.hash,
        table: analysis.table.clone(),
        breaches,
        missed: missed(schedule, &analysis.table),
        bites: bites(schedule, trace),
    };
    (outcome, analysis)
}

/// What was expected, and is not so.
fn missed(schedule: &Schedule, table: &Table) -> Vec<String> {
    let expect = &schedule.expect;
    let percent = table.lost_percent();
    let mut missed = Vec::new();
    if let Some(most) = expect.lost_max.filter(|most| percent > *most) {
        missed.push(format!("lost-max is {most} %, and {percent:.2} % are lost"));
    }
    if let Some(least) = expect.lost_min.filter(|least| percent < *least) {
        missed.push(format!("lost-min is {least} %, and {percent:.2} % are lost"));
    }
    if let Some(most) = expect.dup.filter(|most| table.copies() > *most) {
        missed.push(format!("dup is {most}, and {} copies came", table.copies()));
    }
    if let Some(most) = expect.stuck.filter(|most| table.stuck != *most) {
        missed.push(format!("stuck is {most}, and {} requesters wait for ever", table.stuck));
    }
    if let Some(most) = expect.recover_within {
        for row in table.rows.iter().filter(|row| row.recovered.is_none_or(|took| took > most)) {
            let took = row.recovered.map_or_else(
                || "never".to_owned(),
                |took| format!("after {:.2} s", took.as_secs()),
            );
            missed.push(format!("recover-within is {most}, and {} recovered {took}", row.name));
        }
    }
    if let Some(most) = expect.memory_max {
        let peak = table.peak_queued.iter().copied().max().unwrap_or(0);
        if peak > most.0 {
            missed.push(format!(
                "memory-max is {most}, and a process had {peak} octets in its queues"
            ));
        }
    }
    missed
}
