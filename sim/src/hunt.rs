//! Many seeds, until an oracle breaks: on all cores, in shards, with results that add up.
//!
//! A panic of the engine is a finding like any other (O10), and so is a run that comes out
//! otherwise the second time (O8), which every so many seeds are asked for. Each finding is shrunk.

use crate::bites::{Bites, add};
use crate::schedule::{FileError, Schedule, write};
use crate::shrink::shrink;
use crate::trace::Trace;
use crate::verdict::{Outcome, outcome};
use crate::world::{Unrunnable, Which};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The id of the oracle that the engine does not panic.
pub const PANIC: &str = "O10-panic";
/// The id of the oracle that the same schedule leads to the same trace.
pub const DETERMINISM: &str = "O8-determinism";
/// One seed of so many is run twice.
const TWICE_EVERY: u64 = 64;
/// Runs that a shrinker may take for one finding.
const SHRINKS: u64 = 400;

/// Something that no engine may do, and how to see it again.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The seed that found it.
    pub seed: u64,
    /// The oracle that it breaks.
    pub oracle: String,
    /// What is wrong.
    pub what: String,
    /// The shrunk schedule, as a `.zsim`.
    pub zsim: String,
}

/// What a hunt, or several, have seen: `zeroproof/hunt/1`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hunt {
    /// `zeroproof/hunt/1`.
    pub format: String,
    /// Seeds that were run.
    pub runs: u64,
    /// Of these, those with a finding.
    pub broken: u64,
    /// Of these, by the oracle that was broken first.
    #[serde(default)]
    pub oracles: BTreeMap<String, u64>,
    /// The lowest seed that broke each.
    #[serde(default)]
    pub first: BTreeMap<String, u64>,
    /// Messages that were sent.
    pub sent: u64,
    /// Of these, those that were lost, each with a cause.
    pub lost: u64,
    /// By the kind of fault.
    pub faults: Bites,
    /// What was found, as far as it was to be kept.
    pub findings: Vec<Finding>,
}

/// The format of [`Hunt`].
pub const FORMAT: &str = "zeroproof/hunt/1";

/// Which seeds, of which shard.
#[derive(Clone, Debug)]
pub struct Plan {
    /// All seeds of the hunt.
    pub seeds: core::ops::Range<u64>,
    /// This shard, from 1.
    pub shard: u64,
    /// Of so many.
    pub shards: u64,
    /// Threads.
    pub jobs: usize,
    /// Where.
    pub world: Which,
    /// Findings of a thread that are shrunk and kept; the others are counted.
    pub keep: usize,
}

impl Hunt {
    /// Adds what another shard has seen.
    pub fn merge(&mut self, other: Self) {
        self.format = FORMAT.to_owned();
        self.runs += other.runs;
        self.broken += other.broken;
        for (oracle, count) in other.oracles {
            *self.oracles.entry(oracle).or_default() += count;
        }
        for (oracle, seed) in other.first {
            let first = self.first.entry(oracle).or_insert(seed);
            *first = seed.min(*first);
        }
        self.sent += other.sent;
        self.lost += other.lost;
        add(&mut self.faults, &other.faults);
        self.findings.extend(other.findings);
        self.findings.sort_by_key(|finding| finding.seed);
    }

    fn count(&mut self, outcome: &Outcome) {
        self.sent += outcome.table.sent();
        self.lost += outcome.table.lost();
        add(&mut self.faults, &outcome.bites);
    }
}

/// Runs the seeds of a shard; `schedule` makes the schedule of each, `stop` ends it early, `tell`
/// is told how many are done. A seed without a schedule is left out.
///
/// # Errors
/// A schedule cannot be made, or cannot be run.
pub fn hunt(
    plan: &Plan,
    schedule: impl Fn(u64) -> Result<Option<Schedule>, String> + Sync,
    stop: &AtomicBool,
    tell: impl Fn(u64) + Sync,
) -> Result<Hunt, String> {
    let next = AtomicU64::new(plan.seeds.start + (plan.shard - 1));
    let done = AtomicU64::new(0);
    let sum: Mutex<Result<Hunt, String>> = Mutex::new(Ok(Hunt::default()));
    std::thread::scope(|scope| {
        for _ in 0..plan.jobs.max(1) {
            scope.spawn(|| {
                let mut own = Hunt::default();
                let failed = work(plan, &schedule, stop, &tell, (&next, &done), &mut own).err();
                if let Ok(mut sum) = sum.lock() {
                    match (failed, sum.as_mut()) {
                        (Some(error), _) => *sum = Err(error),
                        (None, Ok(sum)) => sum.merge(own),
                        (None, Err(_)) => {}
                    }
                }
            });
        }
    });
    let sum = sum.into_inner().map_err(|_| "a thread of the hunt has died".to_owned())?;
    sum.map(|sum| Hunt { format: FORMAT.to_owned(), ..sum })
}

fn work(
    plan: &Plan,
    schedule: &(impl Fn(u64) -> Result<Option<Schedule>, String> + Sync),
    stop: &AtomicBool,
    tell: &(impl Fn(u64) + Sync),
    (next, done): (&AtomicU64, &AtomicU64),
    own: &mut Hunt,
) -> Result<(), String> {
    loop {
        let seed = next.fetch_add(plan.shards, Ordering::Relaxed);
        if seed >= plan.seeds.end || stop.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Some(schedule) = schedule(seed)? else { continue };
        own.runs += 1;
        if let Some((oracle, what)) = judge(&schedule, plan.world, own)? {
            own.broken += 1;
            *own.oracles.entry(oracle.clone()).or_default() += 1;
            own.first.entry(oracle.clone()).or_insert(seed);
            if own.findings.len() < plan.keep {
                let found = finding(&schedule, plan.world, oracle, what);
                own.findings.push(found.map_err(|error| error.0)?);
            }
        }
        tell(done.fetch_add(1, Ordering::Relaxed) + 1);
    }
}

/// Runs one schedule, and gives the first oracle that it breaks.
fn judge(
    schedule: &Schedule,
    world: Which,
    own: &mut Hunt,
) -> Result<Option<(String, String)>, String> {
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let trace = world.run(schedule)?;
        let twice = schedule.seed.is_multiple_of(TWICE_EVERY);
        let differs = twice.then(|| differs(&trace, &world.run(schedule).ok()?)).flatten();
        Ok::<_, Unrunnable>((outcome(schedule, &trace).0, differs))
    }));
    match judged {
        Ok(Ok((outcome, differs))) => {
            own.count(&outcome);
            let first = outcome.breaches.first();
            let breach = first.map(|breach| (breach.oracle.to_owned(), breach.what.clone()));
            Ok(breach.or_else(|| differs.map(|what| (DETERMINISM.to_owned(), what))))
        }
        Ok(Err(error)) => Err(format!("seed {}: {}", schedule.seed, error)),
        Err(panic) => Ok(Some((PANIC.to_owned(), words(panic.as_ref())))),
    }
}

/// Where two runs of one schedule part, in words.
#[must_use]
pub fn differs(one: &Trace, other: &Trace) -> Option<String> {
    let number = one.divergence(other)?;
    let event = |trace: &Trace| {
        trace.events.get(number).map_or_else(|| "nothing more".to_owned(), ToString::to_string)
    };
    Some(format!("event {number} is {} once, and {} then", event(one).trim(), event(other).trim()))
}

fn words(panic: &(dyn core::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without words".to_owned())
}

/// Whether a schedule breaks this oracle; for [`PANIC`], whether the engine panics.
#[must_use]
pub fn breaks(schedule: &Schedule, world: Which, oracle: &str) -> bool {
    let judged = judge(schedule, world, &mut Hunt::default());
    matches!(judged, Ok(Some((broken, _))) if broken == oracle)
}

fn finding(
    schedule: &Schedule,
    world: Which,
    oracle: String,
    what: String,
) -> Result<Finding, FileError> {
    let fails = |candidate: &Schedule| breaks(candidate, world, &oracle);
    let shrunk = shrink(schedule, SHRINKS, fails).schedule;
    let trace = catch_unwind(AssertUnwindSafe(|| world.run(&shrunk)));
    let hash = trace.ok().and_then(Result::ok).map(|trace| (world.name().to_owned(), trace.hash));
    let zsim = write(&shrunk, &hash.into_iter().collect())?;
    Ok(Finding { seed: schedule.seed, oracle, what, zsim })
}
