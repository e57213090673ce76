//! `sim hunt` and `sim merge`.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use zeroproof_sim::hunt::{self, Plan};
use zeroproof_sim::scenario::seed_range;
use zeroproof_sim::schedule::invent;

use super::super::Failure;
use super::super::outputs::{bug, can_write, save};
use super::super::say::aside;
use super::source::{Source, read};
use super::worlds::World;

/// Many seeds until an oracle breaks
#[derive(Debug, Args)]
pub(in crate::cli) struct Hunt {
    /// A name of `sim list`, or a .toml file; without one, topologies are invented
    scenario: Option<String>,
    /// Which seeds, both ends included: 1..1000000
    #[arg(long, value_name = "A..B", default_value = "1..10000")]
    seeds: String,
    /// This part of so many: 2/8
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: String,
    /// Threads; one for each core if absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Where to run them; what turmoil cannot do of an invention is left out
    #[arg(long, value_enum, default_value_t)]
    world: World,
    /// Invented topologies without faults
    #[arg(long, conflicts_with = "scenario")]
    no_faults: bool,
    /// Findings of each thread to shrink and keep; the others are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    keep: usize,
    /// End after so many seconds
    #[arg(long, value_name = "SECONDS")]
    max_time: Option<u64>,
    /// Write what was seen, to be added up by `sim merge`
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write each finding, shrunk, as a .zsim into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Hunt {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let plan = self.plan()?;
        self.json.as_deref().map(can_write).transpose()?;
        if let Some(folder) = &self.out {
            let made = fs::create_dir_all(folder);
            made.map_err(|error| {
                Failure::usage(format!("cannot make {}: {error}", folder.display()))
            })?;
        }
        let source = self.scenario.as_deref().map(Source::open).transpose()?;
        let schedule = |seed: u64| match &source {
            Some(source) => source.schedule(seed).map(Some).map_err(|failure| failure.message),
            None => Ok(plan.world.adapted(invent(seed, !self.no_faults))),
        };
        let stop = Arc::new(AtomicBool::new(false));
        let interrupted = on_interrupt(&stop)?;
        let (began, ends) = (Instant::now(), self.max_time.map(Duration::from_secs));
        let tell = |done: u64| {
            if ends.is_some_and(|ends| began.elapsed() > ends) {
                stop.store(true, Ordering::Relaxed);
            }
            if done.is_multiple_of(10_000) {
                aside(&format!(
                    "{done} seeds, {:.0} a second",
                    done as f64 / began.elapsed().as_secs_f64()
                ));
            }
        };
        let seen = hunt::hunt(&plan, schedule, &stop, tell).map_err(Failure::usage)?;
        tell_hunt(&seen, began.elapsed());
        self.keep(&seen)?;
        if interrupted.load(Ordering::Relaxed) {
            return Ok(6);
        }
        Ok(u8::from(seen.broken > 0))
    }

    fn plan(&self) -> Result<Plan, Failure> {
        let seeds =
            seed_range(&self.seeds).map_err(|why| Failure::usage(format!("--seeds: {why}")))?;
        let parts = self.shard.split_once('/');
        let numbers = parts.and_then(|(shard, of)| Some((shard.parse().ok()?, of.parse().ok()?)));
        let (shard, shards) =
            numbers.filter(|(shard, of)| (1..=*of).contains(shard)).ok_or_else(|| {
                Failure::usage(format!(
                    "--shard: {:?} is no part; write it like 2/8, from 1/8 to 8/8",
                    self.shard
                ))
            })?;
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (jobs, world) = (self.jobs.map_or(cores, NonZeroUsize::get), self.world.which());
        Ok(Plan { seeds, shard, shards, jobs, world, keep: self.keep })
    }

    fn keep(&self, seen: &hunt::Hunt) -> Result<(), Failure> {
        for finding in &seen.findings {
            if let Some(folder) = &self.out {
                let path = folder.join(format!("{}-{}.zsim", finding.oracle, finding.seed));
                save(Some(&path), || finding.zsim.clone())?;
                say!("written  {}", path.display());
            }
        }
        keep_json(seen, self.json.as_deref())
    }
}

fn keep_json(seen: &hunt::Hunt, path: Option<&Path>) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(seen).map_err(|error| bug(error.to_string()))?;
    save(path, || text + "\n")
}

/// Ctrl-C and SIGTERM end the hunt; what was seen is written.
fn on_interrupt(stop: &Arc<AtomicBool>) -> Result<Arc<AtomicBool>, Failure> {
    let (stop, heard) = (Arc::clone(stop), Arc::new(AtomicBool::new(false)));
    let told = Arc::clone(&heard);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| bug(error.to_string()))?;
    std::thread::spawn(move || {
        runtime.block_on(crate::runner::asked());
        told.store(true, Ordering::Relaxed);
        stop.store(true, Ordering::Relaxed);
    });
    Ok(heard)
}

fn tell_hunt(seen: &hunt::Hunt, took: Duration) {
    let rate = seen.runs as f64 / took.as_secs_f64().max(1e-9);
    say!("{} seeds, {} with a finding; {rate:.0} seeds/s", seen.runs, seen.broken);
    say!("{} messages sent, {} lost, each with a cause", seen.sent, seen.lost);
    for (kind, count) in &seen.faults {
        say!("fault    {kind}: {} done, {} had an effect", count.done, count.bit);
    }
    for (oracle, count) in &seen.oracles {
        let first = seen.first.get(oracle).copied().unwrap_or(0);
        say!("oracle   {oracle}: broken by {count} of {} seeds, first by {first}", seen.runs);
    }
    for finding in &seen.findings {
        say!("FOUND    seed {}: {}: {}", finding.seed, finding.oracle, finding.what);
    }
}

/// Adds up what shards have seen.
pub(super) fn merge(files: &[PathBuf], json: Option<&Path>) -> Result<u8, Failure> {
    json.map(can_write).transpose()?;
    let mut sum = hunt::Hunt::default();
    for path in files {
        let wrong = |why: String| {
            Failure::usage(format!("{} is no result of a hunt: {why}", path.display()))
        };
        let seen: hunt::Hunt =
            serde_json::from_str(&read(path)?).map_err(|error| wrong(error.to_string()))?;
        if seen.format != hunt::FORMAT {
            return Err(wrong(format!("its format is {:?}", seen.format)));
        }
        sum.merge(seen);
    }
    tell_hunt(&sum, Duration::ZERO);
    keep_json(&sum, json)?;
    Ok(u8::from(sum.broken > 0))
}
