//! The report for programs: `zeroproof/report/1`.

use serde::Serialize;
use std::collections::BTreeMap;

use crate::expect::Expectations;
use crate::octets::hex;
use crate::runner::{Profile, Record, Run};
use crate::target::About;
use crate::transcript::Direction;
use crate::verdict::{Finding, Level, Verdict};

/// The whole report.
#[derive(Debug, Serialize)]
pub struct Report {
    schema: &'static str,
    suite_version: &'static str,
    argv: Vec<String>,
    seed: u64,
    profile: Profile,
    level: &'static str,
    complete: bool,
    wall_ms: f64,
    quiet_ms: f64,
    peer: About,
    totals: BTreeMap<&'static str, usize>,
    clauses: BTreeMap<&'static str, Verdict>,
    cases: Vec<CaseReport>,
}

#[derive(Debug, Serialize)]
struct CaseReport {
    id: &'static str,
    clauses: &'static [&'static str],
    level: Level,
    axes: AxesReport,
    verdict: Verdict,
    expectation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Finding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lenient: Vec<Finding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    info: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    attempts: Vec<Verdict>,
    cost_us: u64,
    quiet_windows: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<StepReport>,
}

#[derive(Debug, Serialize)]
struct AxesReport {
    r#type: &'static str,
    role: &'static str,
    split: String,
}

#[derive(Debug, Serialize)]
struct StepReport {
    connection: usize,
    t_us: u64,
    dir: &'static str,
    hex: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// What the user asked for, as far as a report tells it.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Where nonces and splits came from.
    pub seed: u64,
    /// How strict.
    pub profile: Profile,
    /// How much of the axes.
    pub level: &'static str,
}

/// A report of a run; steps are kept for what is neither a pass nor idle.
pub fn report(run: &Run, about: &About, asked: Asked, known: &Expectations) -> Report {
    let totals = Verdict::ALL
        .iter()
        .map(|verdict| (verdict.name(), super::human::count(&run.records, *verdict)));
    Report {
        schema: "zeroproof/report/1",
        suite_version: env!("CARGO_PKG_VERSION"),
        argv: std::env::args_os().skip(1).map(|word| word.to_string_lossy().into()).collect(),
        seed: asked.seed,
        profile: asked.profile,
        level: asked.level,
        complete: run.complete,
        wall_ms: run.wall.as_secs_f64() * 1e3,
        quiet_ms: run.quiet.as_secs_f64() * 1e3,
        peer: about.clone(),
        totals: totals.collect(),
        clauses: clauses(&run.records),
        cases: run.records.iter().map(|record| case(record, known)).collect(),
    }
}

/// The worst verdict of each clause: what was judged bad, else what was judged, else idle.
fn clauses(records: &[Record]) -> BTreeMap<&'static str, Verdict> {
    let rank = |verdict: Verdict| match verdict {
        Verdict::NotRun => 0,
        Verdict::NotApplicable => 1,
        Verdict::Blocked => 2,
        Verdict::Info => 3,
        Verdict::Pass => 4,
        Verdict::Lenient => 5,
        Verdict::Flaky => 6,
        Verdict::Fail => 7,
        Verdict::Hang => 8,
        Verdict::Crash => 9,
    };
    let mut worst = BTreeMap::new();
    for record in records {
        for &clause in record.case.clauses {
            let known = worst.entry(clause).or_insert(record.verdict);
            if rank(record.verdict) > rank(*known) {
                *known = record.verdict;
            }
        }
    }
    worst
}

fn case(record: &Record, known: &Expectations) -> CaseReport {
    let tells = record.verdict.is_bad() || record.verdict == Verdict::Lenient;
    let expectation = match (known.entry(record), record.verdict.is_bad()) {
        (Some(_), _) => "expected",
        (None, true) => "unexpected",
        (None, false) => "none",
    };
    let steps = record.steps.iter().filter(|_| tells).map(|step| StepReport {
        connection: step.connection,
        t_us: step.at_us,
        dir: if step.direction == Direction::Sent { "sent" } else { "received" },
        hex: hex(&step.octets),
        note: step.note.clone(),
    });
    CaseReport {
        id: record.case.id,
        clauses: record.case.clauses,
        level: record.case.level,
        axes: AxesReport {
            r#type: record.axes.kind.name(),
            role: record.axes.role.name(),
            split: record.axes.split.to_string(),
        },
        verdict: record.verdict,
        expectation,
        finding: record.finding.clone(),
        lenient: record.remarks.lenient.clone(),
        info: record.remarks.info.clone(),
        reason: record.reason.clone(),
        attempts: record.attempts.clone(),
        quiet_windows: record.windows,
        cost_us: u64::try_from(record.cost.as_micros()).unwrap_or(u64::MAX),
        steps: steps.collect(),
    }
}
