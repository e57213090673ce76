//! `sim run`, `sim list` and `sim bench`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use zeroproof_sim::agree::{self, Run as Seen, disagree};
use zeroproof_sim::bites::{Bites, add, is_vacuous};
use zeroproof_sim::library::LIBRARY;
use zeroproof_sim::report::{loss_report, outcome_lines};
use zeroproof_sim::schedule::write;
use zeroproof_sim::speed;
use zeroproof_sim::trace::Trace;
use zeroproof_sim::verdict::Outcome;
use zeroproof_sim::world::Which;

use super::super::Failure;
use super::super::outputs::{bug, can_write, save};
use super::source::Source;
use super::worlds::{Worlds, run};

/// The loss report of a scenario
#[derive(Debug, Args)]
pub(in crate::cli) struct Run {
    /// A name of `sim list`, or a .toml file
    scenario: String,
    /// Which seeds, both ends included: 1..20
    #[arg(long, value_name = "A..B")]
    seeds: Option<String>,
    /// Where to run it
    #[arg(long, value_enum, default_value_t)]
    world: Worlds,
    /// A line for each seed
    #[arg(long, short)]
    verbose: bool,
    /// Write the worst seed, to be replayed
    #[arg(long, value_name = "FILE")]
    zsim: Option<PathBuf>,
}

impl Run {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let source = Source::open(&self.scenario)?;
        let seeds = source.seeds(self.seeds.as_deref())?;
        self.zsim.as_deref().map(can_write).transpose()?;
        let each = self.world.each();
        let mut code = 0;
        let mut runs = Vec::new();
        for world in each {
            if each.len() > 1 {
                say!("WORLD    {}", world.name());
            }
            let mut of_world = Vec::new();
            for seed in seeds.clone() {
                of_world.push(self.one(&source, seed, *world)?);
            }
            code = code.max(self.tell(&source, *world, &of_world)?);
            runs.push(of_world);
        }
        if let [here, there] = runs.as_slice() {
            code = code.max(tell_agreement(&source, here, there)?);
        }
        Ok(code)
    }

    fn one(&self, source: &Source, seed: u64, world: Which) -> Result<Seen, Failure> {
        let mut seen = run(&source.schedule(seed)?, world)
            .map_err(|failure| Failure::usage(format!("{}: {}", source.name, failure.message)))?;
        if self.verbose {
            say!("{}", outcome_lines(&seen.outcome));
        }
        if self.world != Worlds::All {
            // What runs over many seeds need not hold.
            seen.trace = Trace::default();
        }
        Ok(seen)
    }

    /// The report of a world, the worst seed first: what fails, then what loses most.
    fn tell(&self, source: &Source, world: Which, runs: &[Seen]) -> Result<u8, Failure> {
        let mut outcomes: Vec<&Outcome> = runs.iter().map(|seen| &seen.outcome).collect();
        outcomes
            .sort_by_key(|outcome| (outcome.is_good(), core::cmp::Reverse(outcome.table.lost())));
        let Some(worst) = outcomes.first() else { return Ok(0) };
        let schedule = source.schedule(worst.seed)?;
        say!("{}", loss_report(&schedule, &outcomes).trim_end());
        say!("see it   zeroproof sim show {} --seed {} --svg FILE", self.scenario, worst.seed);
        if let Some(path) = &self.zsim {
            let hashes = [(world.name().to_owned(), worst.hash)].into();
            let text = write(&schedule, &hashes).map_err(|error| bug(error.to_string()))?;
            save(Some(path), || text)?;
        }
        let mut sums = Bites::new();
        outcomes.iter().for_each(|outcome| add(&mut sums, &outcome.bites));
        Ok(if !outcomes.iter().all(|outcome| outcome.is_good()) {
            1
        } else if is_vacuous(&sums) {
            3
        } else {
            0
        })
    }
}

/// Whether two worlds lose alike, seed by seed.
fn tell_agreement(source: &Source, here: &[Seen], there: &[Seen]) -> Result<u8, Failure> {
    let mut code = 0;
    for (one, other) in here.iter().zip(there) {
        let schedule = source.schedule(one.outcome.seed)?;
        if let Some(why) = disagree(&schedule, one, other) {
            say!("BREACH   {}: seed {}: {why}", agree::ID, one.outcome.seed);
            code = 1;
        }
    }
    if code == 0 {
        say!("agree    the worlds lose alike, in {} of {} seeds", here.len(), here.len());
    }
    Ok(code)
}

/// A line for each scenario of the library.
pub(super) fn list() -> Result<u8, Failure> {
    for known in LIBRARY {
        let source = Source::open(known.name)?;
        say!("{}", known.name);
        say!("    {}", source.scenario.scenario.teaches);
    }
    Ok(0)
}

/// Runs a second, of the workloads that have a budget.
pub(super) fn bench() -> Result<u8, Failure> {
    let mut misses = 0;
    for workload in speed::WORKLOADS {
        let schedule = workload.schedule();
        let (began, mut runs) = (Instant::now(), 0_u64);
        while began.elapsed().as_millis() < 1_000 {
            let mut schedule = schedule.clone();
            schedule.seed = runs;
            let trace = workload.world.run(&schedule).map_err(|error| bug(error.to_string()))?;
            if let Some(wrong) = workload.wrong(&schedule, &trace) {
                return Err(bug(wrong));
            }
            runs += 1;
        }
        let rate = runs as f64 / began.elapsed().as_secs_f64();
        // Only what users run has a budget.
        let verdict = match rate >= workload.least {
            true => "ok",
            false if cfg!(debug_assertions) => "not judged",
            false => "TOO SLOW",
        };
        misses += u8::from(verdict == "TOO SLOW");
        say!(
            "{:<10} {rate:>9.0} seeds/s on one core, at least {:>6} wanted  {verdict}",
            workload.name,
            workload.least
        );
        say!("           {}", workload.what);
    }
    if cfg!(debug_assertions) {
        say!("a build with debug assertions is not judged; build with --release for that");
    }
    Ok(u8::from(misses > 0))
}
