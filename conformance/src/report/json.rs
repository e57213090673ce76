//! The report for programs: `zeroproof/report/1`, as values that are written and read back. Every
//! other form but the one for a terminal is made of it, so a saved report can still become any.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::expect::Expectations;
use crate::octets::hex;
use crate::runner::{Profile, Record, Run};
use crate::target::About;
use crate::transcript::{Direction, Step};
use crate::verdict::{Finding, Level, Verdict};

/// The name of this form.
pub const SCHEMA: &str = "zeroproof/report/1";

/// Results by verdict.
pub type Totals = BTreeMap<Verdict, usize>;

/// The whole report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of this program.
    pub suite_version: String,
    /// When the run began, UTC, as in RFC 3339; empty when unknown.
    #[serde(default)]
    pub started: String,
    /// The command without its program.
    pub argv: Vec<String>,
    /// Where nonces and splits came from.
    pub seed: u64,
    /// How strict.
    pub profile: Profile,
    /// How much of the axes.
    pub level: String,
    /// Whether everything planned was run.
    pub complete: bool,
    /// Milliseconds of the cases together.
    pub wall_ms: f64,
    /// Milliseconds in which quiet windows were waited out.
    pub quiet_ms: f64,
    /// Who was judged.
    pub peer: About,
    /// Results by verdict; they add up to the number of cases.
    pub totals: Totals,
    /// The same by level.
    #[serde(default)]
    pub by_level: BTreeMap<Level, Totals>,
    /// Expectations that no result confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stale: Vec<Stale>,
    /// The worst verdict of the cases that cite each clause.
    pub clauses: BTreeMap<String, Verdict>,
    /// A result each.
    pub cases: Vec<CaseReport>,
}

/// The result of a case on its axes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseReport {
    /// The id of the case.
    pub id: String,
    /// The clauses it judges.
    pub clauses: Vec<String>,
    /// How binding its promise is.
    pub level: Level,
    /// On what.
    pub axes: AxesReport,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether it was foretold.
    pub expectation: Expectation,
    /// What foretold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<Known>,
    /// What differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// What was accepted with a remark.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lenient: Vec<Finding>,
    /// What was seen and not judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub info: Vec<String>,
    /// Why it did not run.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The first in company, the others alone.
    pub attempts: Vec<Verdict>,
    /// Microseconds of the first attempt.
    pub cost_us: u64,
    /// How often the shared quiet window had to decide.
    pub quiet_windows: u32,
    /// The command that runs it again; only beside steps.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub replay: String,
    /// What crossed the wire; only beside what is neither a pass nor idle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepReport>,
}

/// On what a case ran.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AxesReport {
    /// The socket type of the SUT.
    pub r#type: String,
    /// Whether it binds or connects.
    pub role: String,
    /// How the tester's octets are cut.
    pub split: String,
}

/// Whether a result was foretold by the expectations of its peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expectation {
    /// It was.
    Expected,
    /// It is bad, and was not.
    Unexpected,
    /// There is nothing to foretell.
    None,
}

/// The entry that foretold a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What the peer does.
    pub why: String,
    /// The public issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
}

/// An expectation whose result no longer comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// The id of the case.
    pub case: String,
    /// What was foretold.
    pub verdict: Verdict,
    /// In which way.
    pub signature: String,
    /// On which axes and versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
}

/// Octets or an event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StepReport {
    /// Which connection of the case, from 0.
    pub connection: usize,
    /// Microseconds since the case began.
    pub t_us: u64,
    /// Who sent.
    pub dir: Dir,
    /// The octets in hex.
    pub hex: String,
    /// What happened besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who sent, seen from the tester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dir {
    /// The tester.
    Sent,
    /// The SUT.
    Received,
}

impl std::fmt::Display for AxesReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.r#type, self.role, self.split)
    }
}

impl StepReport {
    /// The step it tells of; octets that are no hex are none.
    pub fn step(&self) -> Step {
        Step {
            connection: self.connection,
            at_us: self.t_us,
            direction: match self.dir {
                Dir::Sent => Direction::Sent,
                Dir::Received => Direction::Received,
            },
            octets: zeroproof_vectors::hex::decode(&self.hex).unwrap_or_default(),
            note: self.note.clone(),
        }
    }
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

/// A report of a run; steps are kept for what is neither a pass nor idle. `replay` makes the
/// command that runs a record again.
pub fn report(
    run: &Run,
    about: &About,
    asked: Asked,
    known: &Expectations,
    replay: &dyn Fn(&Record) -> String,
) -> Report {
    let cases: Vec<CaseReport> =
        run.records.iter().map(|record| case(record, known, replay)).collect();
    let stale = known.stale(&run.records, asked.profile).map(|entry| Stale {
        case: entry.case.clone(),
        verdict: entry.verdict,
        signature: entry.signature.clone(),
        when: entry.when.clone(),
    });
    let mut by_level: BTreeMap<Level, Totals> = BTreeMap::new();
    for case in &cases {
        *by_level.entry(case.level).or_default().entry(case.verdict).or_default() += 1;
    }
    Report {
        schema: SCHEMA.to_owned(),
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        started: super::date::rfc3339(run.began),
        argv: std::env::args_os().skip(1).map(|word| word.to_string_lossy().into()).collect(),
        seed: asked.seed,
        profile: asked.profile,
        level: asked.level.to_owned(),
        complete: run.complete,
        wall_ms: run.wall.as_secs_f64() * 1e3,
        quiet_ms: run.quiet.as_secs_f64() * 1e3,
        peer: about.clone(),
        totals: totals(&cases),
        by_level,
        stale: stale.collect(),
        clauses: clauses(&cases),
        cases,
    }
}

/// How often each verdict came; every verdict is named.
pub fn totals(cases: &[CaseReport]) -> Totals {
    let mut totals: Totals = Verdict::ALL.iter().map(|verdict| (*verdict, 0)).collect();
    for case in cases {
        *totals.entry(case.verdict).or_default() += 1;
    }
    totals
}

/// How much a verdict says, and how bad it is: the worst of several results has the highest rank.
pub fn rank(verdict: Verdict) -> u8 {
    match verdict {
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
    }
}

/// The worst verdict of each clause: what was judged bad, else what was judged, else idle.
fn clauses(cases: &[CaseReport]) -> BTreeMap<String, Verdict> {
    let mut worst = BTreeMap::new();
    for case in cases {
        for clause in &case.clauses {
            let known = worst.entry(clause.clone()).or_insert(case.verdict);
            if rank(case.verdict) > rank(*known) {
                *known = case.verdict;
            }
        }
    }
    worst
}

/// The report of one record.
pub fn case(
    record: &Record,
    known: &Expectations,
    replay: &dyn Fn(&Record) -> String,
) -> CaseReport {
    let tells = record.verdict.is_bad() || record.verdict == Verdict::Lenient;
    let entry = known.entry(record);
    let expectation = match (entry, record.verdict.is_bad()) {
        (Some(_), _) => Expectation::Expected,
        (None, true) => Expectation::Unexpected,
        (None, false) => Expectation::None,
    };
    let steps = record.steps.iter().filter(|_| tells).map(|step| StepReport {
        connection: step.connection,
        t_us: step.at_us,
        dir: if step.direction == Direction::Sent { Dir::Sent } else { Dir::Received },
        hex: hex(&step.octets),
        note: step.note.clone(),
    });
    CaseReport {
        id: record.case.id.to_owned(),
        clauses: record.case.clauses.iter().map(|id| (*id).to_owned()).collect(),
        level: record.case.level,
        axes: AxesReport {
            r#type: record.axes.kind.name().to_owned(),
            role: record.axes.role.name().to_owned(),
            split: record.axes.split.to_string(),
        },
        verdict: record.verdict,
        expectation,
        known: entry.map(|entry| Known { why: entry.why.clone(), issue: entry.issue.clone() }),
        finding: record.finding.clone(),
        lenient: record.remarks.lenient.clone(),
        info: record.remarks.info.clone(),
        reason: record.reason.clone(),
        attempts: record.attempts.clone(),
        quiet_windows: record.windows,
        cost_us: u64::try_from(record.cost.as_micros()).unwrap_or(u64::MAX),
        replay: if tells { replay(record) } else { String::new() },
        steps: steps.collect(),
    }
}
