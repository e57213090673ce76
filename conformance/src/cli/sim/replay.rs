//! `sim replay`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use zeroproof_sim::agree::{self, Run};
use zeroproof_sim::report;
use zeroproof_sim::schedule::Schedule;
use zeroproof_sim::trace::Trace;
use zeroproof_sim::world::Which;

use super::super::Failure;
use super::super::outputs::bug;
use super::source::{read, zsim};
use super::worlds::{Worlds, run};

/// A .zsim again: the same trace?
#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    /// The file
    file: PathBuf,
    /// Where to run it, without what that world cannot do
    #[arg(long, value_enum, default_value_t)]
    world: Worlds,
    /// Events that `sim show --ndjson` wrote: which is the first that is otherwise now?
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
}

impl Replay {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let (schedule, hashes) = zsim(&self.file)?;
        let mut runs = Vec::new();
        let mut is_good = true;
        for world in self.world.each() {
            let adapted = world.adapted(schedule.clone()).ok_or_else(|| {
                Failure::usage(format!("the world {} runs at most 9 processes", world.name()))
            })?;
            let run = run(&adapted, *world)?;
            if self.world == Worlds::All {
                say!("WORLD    {}", world.name());
            }
            say!("{}", report::loss_report(&adapted, &[&run.outcome]).trim_end());
            is_good &= tell_hash(&hashes, *world, &run.trace) && run.outcome.breaches.is_empty();
            is_good &= self.tell_difference(&adapted, *world, &run.trace)?;
            runs.push(run);
        }
        Ok(u8::from(!(is_good && tell_agreement(&schedule, &runs))))
    }

    /// Whether the events are those of a file.
    fn tell_difference(
        &self,
        schedule: &Schedule,
        world: Which,
        trace: &Trace,
    ) -> Result<bool, Failure> {
        let Some(path) = &self.trace else { return Ok(true) };
        let before = read(path)?;
        let now = report::ndjson(schedule, world, trace).map_err(bug)?;
        let difference = report::first_difference(&before, &now);
        match &difference {
            Some(difference) => say!("DIFFERS  {difference}"),
            None => say!("same     every event is as in {}", path.display()),
        }
        Ok(difference.is_none())
    }
}

fn tell_hash(hashes: &BTreeMap<String, u64>, world: Which, trace: &Trace) -> bool {
    match hashes.get(world.name()) {
        Some(hash) if *hash != trace.hash => {
            say!("DIFFERS  the trace hashes to {:016x}, and the file has {hash:016x}", trace.hash);
            false
        }
        Some(_) => {
            say!("same     the trace is that of the file");
            true
        }
        None => true,
    }
}

/// Whether the worlds say the same; one does.
fn tell_agreement(schedule: &Schedule, runs: &[Run]) -> bool {
    let [one, other] = runs else { return true };
    match agree::disagree(schedule, one, other) {
        Some(why) => {
            say!("BREACH   {}: {why}", agree::ID);
            false
        }
        None => {
            say!("agree    {} and {} lose alike", one.world.name(), other.world.name());
            true
        }
    }
}
