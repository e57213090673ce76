//! The run: every cell once, then those that ended badly once more, unless they ended as foretold.
//! What is known to end badly comes last, in processes of its own: some peers are busy for ever
//! after it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant, SystemTime};

use futures_util::StreamExt;
use futures_util::stream;

use super::attempt::{Attempt, Company, Folder, World};
use super::cell::Cell;
use super::crew::Crew;
use super::known::Known;
use super::outcome::{Fault, Outcome};
use super::patience::Patience;
use super::plan::Planned;
use crate::runner::Early;
use crate::transcript;

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Cells that are busy at once.
    pub jobs: usize,
    /// Nothing is waited for longer.
    pub deadline: Duration,
}

/// The result of a cell.
#[derive(Clone, Debug)]
pub struct Record {
    /// The cell.
    pub cell: Cell,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it ended early; of the last attempt that did.
    pub fault: Option<Fault>,
    /// Why it was not tried, or what else there is to say.
    pub reason: String,
    /// Outcomes of its attempts: two, if the first was bad and not foretold.
    pub attempts: Vec<Outcome>,
    /// How long the first attempt took.
    pub took: Duration,
    /// What crossed the wire, sent by the one that connects or received by it.
    pub steps: Vec<transcript::Step>,
}

/// All results.
#[derive(Debug)]
pub struct Run {
    /// A record a cell, in the order of the plan.
    pub records: Vec<Record>,
    /// Whether every cell was tried.
    pub complete: bool,
    /// When it began.
    pub began: SystemTime,
    /// How long it took.
    pub wall: Duration,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Cells that were tried.
    pub done: usize,
    /// Cells to try.
    pub all: usize,
    /// Whether this is the second attempt at those that ended badly.
    pub again: bool,
}

/// Runs a plan; must be called inside a `LocalSet`. Ctrl-C ends it early.
///
/// # Errors
/// No folder for the files of ipc can be made.
pub async fn run(
    crew: &Crew,
    plan: Vec<Planned>,
    settings: Settings,
    known: &Known,
    tell: &dyn Fn(Progress),
) -> std::io::Result<Run> {
    let (began, start) = (SystemTime::now(), Instant::now());
    let folder = Folder::new()?;
    let patience = || Patience::new(settings.jobs, settings.deadline);
    let (busy, calm) = (patience(), patience());
    let world = World { crew, patience: &busy, folder: &folder };
    // What took long among the busy says nothing of those who mostly wait.
    let after = World { crew, patience: &calm, folder: &folder };
    let early = Early::new(None);
    let tasks = tasks(crew, &plan, known);
    let (trusted, doubted) =
        tasks.split_at(tasks.partition_point(|task| task.company == Company::Shared));
    let first = RefCell::default();
    let told = |done| tell(Progress { done, all: tasks.len(), again: false });
    let mut complete = all(&world, trusted, &early, &first, &told).await
        && all(&after, doubted, &early, &first, &told).await;
    let first = first.into_inner();
    let bad = bad(crew, &tasks, &first, known);
    let second = RefCell::default();
    if complete {
        crew.renew().await;
        let told = |done| tell(Progress { done, all: bad.len(), again: true });
        complete = all(&after, &bad, &early, &second, &told).await;
    }
    let records = conclude(plan, first, second.into_inner());
    Ok(Run { records, complete, began, wall: start.elapsed() })
}

/// A cell to be tried.
#[derive(Clone, Copy)]
struct Task {
    number: usize,
    cell: Cell,
    company: Company,
}

/// What there is to try, in this order. Pair by pair: few processes are busy at once then, and each
/// finds its caches warm. Those who must not talk come after those who do: who falls over at them
/// has met everybody by then. What is known to end badly comes last.
fn tasks(crew: &Crew, plan: &[Planned], known: &Known) -> Vec<Task> {
    let possible = plan.iter().enumerate().filter(|(_, planned)| planned.lacks.is_empty());
    let mut tasks: Vec<Task> = possible
        .map(|(number, &Planned { cell, .. })| {
            let company =
                if known.doubts(crew, &cell) { Company::Doubted } else { Company::Shared };
            Task { number, cell, company }
        })
        .collect();
    tasks.sort_by_key(|task| {
        (task.company == Company::Doubted, !task.cell.talks(), task.cell.peers)
    });
    tasks
}

/// What ended badly and not as foretold, to be tried again.
fn bad(crew: &Crew, tasks: &[Task], first: &[(usize, Attempt)], known: &Known) -> Vec<Task> {
    let faults: BTreeMap<usize, &Fault> = first
        .iter()
        .filter_map(|(number, attempt)| Some((*number, attempt.fault.as_ref()?)))
        .filter(|(_, fault)| fault.outcome.is_bad())
        .collect();
    let again = |task: &Task| {
        let fault = faults.get(&task.number)?;
        match fault.outcome {
            Outcome::Dies => Some(Task { company: Company::Alone, ..*task }),
            _ if known.foretells(crew, &task.cell, fault) => None,
            _ => Some(*task),
        }
    };
    tasks.iter().filter_map(again).collect()
}

type Attempts = Vec<(usize, Attempt)>;

/// Tries cells; whether all of them were tried. Each begins when both its peers have a place for
/// it, so that a slow peer holds up nobody but its own cells.
async fn all(
    world: &World<'_>,
    tasks: &[Task],
    early: &Early,
    attempts: &RefCell<Attempts>,
    told: &dyn Fn(usize),
) -> bool {
    let work = stream::iter(tasks).for_each_concurrent(None, |task| async move {
        let seats = world.seats(&task.cell, task.company).await;
        // Boxed: thousands wait for a place, and need no room for a dialogue yet.
        let attempt = Box::pin(world.attempt(&task.cell, task.number, seats)).await;
        attempts.borrow_mut().push((task.number, attempt));
        told(attempts.borrow().len());
    });
    tokio::select! {
        () = work => true,
        () = early.over() => false,
    }
}

/// What both attempts make of each cell.
fn conclude(plan: Vec<Planned>, first: Attempts, second: Attempts) -> Vec<Record> {
    let mut records: Vec<Record> = plan.into_iter().map(idle).collect();
    let mut deaths = vec![None; records.len()];
    for (number, attempt) in first {
        let Some(record) = records.get_mut(number) else { continue };
        let fault = attempt.fault;
        record.outcome = fault.as_ref().map_or(Outcome::Ok, |fault| fault.outcome);
        if let Some(death) = deaths.get_mut(number) {
            *death = fault.as_ref().and_then(|fault| fault.dead);
        }
        record.attempts.push(record.outcome);
        record.took = attempt.took;
        if record.outcome == Outcome::NotApplicable {
            record.attempts.clear();
            record.reason = fault.map(|fault| fault.got).unwrap_or_default();
        } else {
            record.fault = fault;
        }
        record.steps = attempt.steps;
    }
    // A process that one cell takes down again, alone, was taken down by that cell for all others.
    let guilty = second.iter().filter(|(_, attempt)| {
        attempt.fault.as_ref().is_some_and(|fault| fault.outcome == Outcome::Dies)
    });
    let guilty: BTreeSet<u32> =
        guilty.filter_map(|(number, _)| deaths.get(*number).copied().flatten()).collect();
    for (number, attempt) in second {
        let excused =
            deaths.get(number).copied().flatten().is_some_and(|pid| guilty.contains(&pid));
        if let Some(record) = records.get_mut(number) {
            again(record, attempt, excused);
        }
    }
    for record in &mut records {
        if record.outcome == Outcome::Ok {
            record.fault = None;
            record.steps.clear();
        }
    }
    records
}

fn again(record: &mut Record, attempt: Attempt, excused: bool) {
    let outcome = attempt.fault.as_ref().map_or(Outcome::Ok, |fault| fault.outcome);
    record.attempts.push(outcome);
    match (&mut record.fault, attempt.fault) {
        (_, Some(fault)) if excused => (record.fault, record.outcome) = (Some(fault), outcome),
        (_, None) if excused => {
            record.outcome = Outcome::Ok;
            record.reason = "its process was taken down by another cell".to_owned();
            return;
        }
        (Some(one), Some(other)) if one.is_like(&other) => record.fault = Some(other),
        (Some(one), Some(other)) => {
            record.outcome = Outcome::Flaky;
            let got = format!("{}; then, at {}: {}", one.got, other.step, other.got);
            record.fault = Some(Fault { got, outcome: Outcome::Flaky, ..one.clone() });
        }
        (Some(one), None) => {
            record.outcome = Outcome::Flaky;
            let got = format!("{}; then all was well", one.got);
            record.fault = Some(Fault { got, outcome: Outcome::Flaky, ..one.clone() });
        }
        (None, fault) => record.fault = fault,
    }
    record.steps = attempt.steps;
}

fn idle(planned: Planned) -> Record {
    let lacks = !planned.lacks.is_empty();
    Record {
        cell: planned.cell,
        outcome: if lacks { Outcome::NotApplicable } else { Outcome::NotRun },
        fault: None,
        reason: planned.lacks,
        attempts: Vec::new(),
        took: Duration::ZERO,
        steps: Vec::new(),
    }
}
