//! The matrix for programs: `zeroproof/matrix/1`, as values that are written and read back. The
//! other forms but the one for a terminal are made of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::{Mech, Side, Transport};
use super::crew::Crew;
use super::known::Known;
use super::outcome::{Outcome, Step};
use super::run::{Record, Run};
use crate::octets::hex;
use crate::report::dialogue;
use crate::transcript::Direction;

/// The name of this form.
pub const SCHEMA: &str = "zeroproof/matrix/1";

/// Cells by outcome.
pub type Totals = BTreeMap<Outcome, usize>;

/// The whole matrix.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Matrix {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of this program.
    pub suite_version: String,
    /// When the run began, UTC, as in RFC 3339.
    pub started: String,
    /// The command without its program.
    pub argv: Vec<String>,
    /// Whether every cell was tried.
    pub complete: bool,
    /// Milliseconds of the run.
    pub wall_ms: f64,
    /// Who met, in the order of the run.
    pub peers: Vec<PeerReport>,
    /// Cells by outcome; they add up to the number of cells.
    pub totals: Totals,
    /// Bad cells that no expectation foretold.
    pub unexpected: usize,
    /// Expectations that no cell confirmed.
    pub stale: Vec<StaleReport>,
    /// A result each.
    pub cells: Vec<CellReport>,
}

/// One of those who met.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PeerReport {
    /// What users type.
    pub name: String,
    /// What its adapter calls the implementation.
    pub implementation: String,
    /// Its own version.
    pub version: String,
    /// The language it is written in.
    pub language: String,
}

/// The result of one cell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CellReport {
    /// The peer that sends first.
    pub first: String,
    /// The peer that receives first.
    pub second: String,
    /// Which of them binds.
    pub bind: Side,
    /// The pattern: `push-pull`.
    pub pattern: String,
    /// The mechanisms of the first and the second.
    pub mechs: [Mech; 2],
    /// What carries the octets.
    pub transport: Transport,
    /// Whether messages are to arrive; nothing may, between strangers.
    pub talks: bool,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether an expectation foretold it; only beside what is bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownReport>,
    /// Where it ended, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultReport>,
    /// What is lacking, or what else there is to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Two, if the first was bad and not foretold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Outcome>,
    /// Microseconds of the first attempt.
    pub cost_us: u64,
    /// The command that tries it again; only beside what is bad.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub replay: String,
    /// What crossed the wire; only beside what is bad.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineReport>,
}

/// Where a cell ended, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FaultReport {
    /// The step.
    pub step: Step,
    /// A stable slug for this way to end.
    pub signature: String,
    /// What was to come.
    pub expected: String,
    /// What came.
    pub got: String,
}

/// The entry that foretold a result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KnownReport {
    /// Why.
    pub why: String,
    /// The public issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
}

/// An expectation that no cell confirmed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StaleReport {
    /// What was foretold.
    pub outcome: Outcome,
    /// Why.
    pub why: String,
}

/// Octets of one unit of a direction, or an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReport {
    /// Which connection, from 0.
    pub connection: usize,
    /// Microseconds since the first octet was possible.
    pub t_us: u64,
    /// Who sent.
    pub from: End,
    /// The octets in hex; none for an event.
    pub hex: String,
    /// What they say.
    pub meaning: String,
    /// The parts of it: offset, octets, what they say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(usize, usize, String)>,
}

/// Who sent octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// The one that connected.
    Connector,
    /// The one that bound.
    Binder,
}

impl CellReport {
    /// Whether it is bad, and nobody foretold it.
    pub fn is_unexpected(&self) -> bool {
        self.outcome.is_bad() && self.known.is_none()
    }

    /// The peer at this end.
    pub fn at(&self, end: End) -> &str {
        match (end, self.bind) {
            (End::Binder, Side::First) | (End::Connector, Side::Second) => &self.first,
            (End::Binder, Side::Second) | (End::Connector, Side::First) => &self.second,
        }
    }

    /// The mechanisms: `NULL`, or `PLAIN/CURVE` where they differ.
    pub fn mech(&self) -> String {
        match self.mechs {
            [one, other] if one == other => one.name().to_owned(),
            [one, other] => format!("{}/{}", one.name(), other.name()),
        }
    }
}

/// A report of a run; `replay` makes the command that tries a cell again.
pub fn report(run: &Run, crew: &Crew, known: &Known, replay: &dyn Fn(&Record) -> String) -> Matrix {
    let cells: Vec<CellReport> =
        run.records.iter().map(|record| cell(record, crew, known, replay)).collect();
    let mut totals: Totals = Outcome::ALL.iter().map(|outcome| (*outcome, 0)).collect();
    for cell in &cells {
        *totals.entry(cell.outcome).or_default() += 1;
    }
    let peers = crew.members().iter().map(|member| PeerReport {
        name: member.name.clone(),
        implementation: member.hello.implementation.name.clone(),
        version: member.hello.implementation.version.clone(),
        language: member.hello.implementation.language.clone(),
    });
    // What was not tried confirms nothing.
    let stale = if run.complete { known.stale(crew, &run.records) } else { Vec::new() };
    Matrix {
        schema: SCHEMA.to_owned(),
        suite_version: env!("CARGO_PKG_VERSION").to_owned(),
        started: crate::report::date::rfc3339(run.began),
        argv: std::env::args_os().skip(1).map(|word| word.to_string_lossy().into()).collect(),
        complete: run.complete,
        wall_ms: run.wall.as_secs_f64() * 1e3,
        peers: peers.collect(),
        totals,
        unexpected: cells.iter().filter(|cell| cell.is_unexpected()).count(),
        stale: stale
            .into_iter()
            .map(|entry| StaleReport { outcome: entry.outcome, why: entry.why.clone() })
            .collect(),
        cells,
    }
}

fn cell(
    record: &Record,
    crew: &Crew,
    known: &Known,
    replay: &dyn Fn(&Record) -> String,
) -> CellReport {
    let cell = &record.cell;
    let bad = record.outcome.is_bad();
    let entry = known.entry(crew, record).filter(|_| bad);
    let [first, second] = cell.peers.map(|peer| crew.name(peer).to_owned());
    let lines = if bad { dialogue::lines(&record.steps) } else { Vec::new() };
    CellReport {
        first,
        second,
        bind: cell.bind,
        pattern: cell.pattern.id.to_owned(),
        mechs: cell.mechs,
        transport: cell.transport,
        talks: cell.talks(),
        outcome: record.outcome,
        known: entry
            .map(|entry| KnownReport { why: entry.why.clone(), issue: entry.issue.clone() }),
        fault: record.fault.as_ref().filter(|_| bad).map(|fault| FaultReport {
            step: fault.step,
            signature: fault.signature.clone(),
            expected: fault.expected.clone(),
            got: fault.got.clone(),
        }),
        reason: record.reason.clone(),
        attempts: record.attempts.clone(),
        cost_us: u64::try_from(record.took.as_micros()).unwrap_or(u64::MAX),
        replay: if bad { replay(record) } else { String::new() },
        lines: lines.into_iter().map(line).collect(),
    }
}

fn line(line: dialogue::Line) -> LineReport {
    LineReport {
        connection: line.connection,
        t_us: line.at_us,
        from: match line.direction {
            Direction::Sent => End::Connector,
            Direction::Received => End::Binder,
        },
        hex: hex(&line.octets),
        meaning: line.meaning,
        fields: line.fields.into_iter().map(|field| (field.at, field.len, field.text)).collect(),
    }
}
