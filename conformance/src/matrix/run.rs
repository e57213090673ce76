//! The run: every cell once, then those that ended badly once more with every octet noted. What is
//! known to end badly comes last, when it is known how long to wait here, with its octets noted at
//! once; when it ends as foretold there is nothing to try again.

use std::cell::RefCell;
use std::collections::BTreeSet;
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
    /// Outcomes, the first in company, the second with every octet noted; one, if it was foretold.
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
    let patience = Patience::new(settings.jobs, settings.deadline);
    let world = World { crew, patience: &patience, folder: &folder };
    let early = Early::new(None);
    let possible = |planned: &(usize, &Planned)| planned.1.lacks.is_empty();
    let cells = plan.iter().enumerate().filter(possible);
    let mut cells: Vec<(usize, Cell)> = cells.map(|(number, each)| (number, each.cell)).collect();
    cells.sort_by_key(|(_, cell)| known.doubts(crew, cell));
    let doubted = cells.iter().filter(|(_, cell)| known.doubts(crew, cell));
    let doubted: BTreeSet<usize> = doubted.map(|(number, _)| *number).collect();
    let company = |number: usize| match doubted.contains(&number) {
        true => Company::Recorded,
        false => Company::Shared,
    };
    let (first, whole) = all(&world, &cells, &early, company, false, tell).await;
    let mut bad = Vec::new();
    for (number, attempt) in &first {
        let fault = attempt.fault.as_ref().filter(|fault| fault.outcome.is_bad());
        if let (Some(fault), Some(planned)) = (fault, plan.get(*number)) {
            let dies = fault.outcome == Outcome::Dies;
            if dies || !known.foretells(crew, &planned.cell, fault) {
                bad.push((*number, planned.cell, dies));
            }
        }
    }
    let alone = |number: usize| {
        let dies = bad.iter().any(|(other, _, dies)| *other == number && *dies);
        if dies { Company::Alone } else { Company::Recorded }
    };
    let cells: Vec<(usize, Cell)> = bad.iter().map(|(number, cell, _)| (*number, *cell)).collect();
    crew.renew().await;
    let (second, again) = match whole {
        true => all(&world, &cells, &early, alone, true, tell).await,
        false => (Vec::new(), false),
    };
    let records = conclude(plan, first, second);
    Ok(Run { records, complete: whole && again, began, wall: start.elapsed() })
}

type Attempts = Vec<(usize, Attempt)>;

/// Tries cells; whether all of them were tried. Each begins when both its peers have a place for
/// it, so that a slow peer holds up nobody but its own cells.
async fn all(
    world: &World<'_>,
    cells: &[(usize, Cell)],
    early: &Early,
    company: impl Fn(usize) -> Company,
    again: bool,
    tell: &dyn Fn(Progress),
) -> (Attempts, bool) {
    let attempts = RefCell::new(Vec::with_capacity(cells.len()));
    let (attempts_of, company) = (&attempts, &company);
    let work = stream::iter(cells).for_each_concurrent(None, |(number, cell)| async move {
        let company = company(*number);
        let seats = world.seats(cell, company).await;
        // Boxed: thousands wait for a place, and need no room for a dialogue yet.
        let attempt = Box::pin(world.attempt(cell, *number, company, seats)).await;
        attempts_of.borrow_mut().push((*number, attempt));
        let done = attempts_of.borrow().len();
        tell(Progress { done, all: cells.len(), again });
    });
    let whole = tokio::select! {
        () = work => true,
        () = early.over() => false,
    };
    (attempts.into_inner(), whole)
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
