//! What the page knows, as JSON inside it: clauses, peers, and for each case what each peer did.
//! Results of one case that differ in nothing but their axes are one group with one evidence, and
//! units of octets are stored once, or ten peers would not fit.

use std::collections::BTreeMap;

use serde::Serialize;
use zeroproof_vectors::Clause;

use super::kills::Kills;
use crate::cases;
use crate::coverage::{Cover, Coverage};
use crate::octets::hex;
use crate::report::dialogue;
use crate::report::json::{CaseReport, Known, Report, StepReport, rank};
use crate::report::score::is_idle;
use crate::transcript::{Direction, Step};
use crate::verdict::{Finding, Level, Verdict};

/// How much of the evidence is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// Lines of a dialogue.
    lines: usize,
    /// Octets of a unit.
    octets: usize,
}

impl Evidence {
    /// From all that helps to none.
    pub(super) const LESS_AND_LESS: [Self; 4] = [
        Self { lines: 80, octets: 512 },
        Self { lines: 32, octets: 128 },
        Self { lines: 12, octets: 64 },
        Self { lines: 0, octets: 0 },
    ];
}

/// Everything.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    suite: &'static str,
    /// Whether evidence was left out for size.
    cut: bool,
    peers: Vec<Peer>,
    rfcs: Vec<Rfc>,
    cases: BTreeMap<String, Case>,
    axes: Vec<String>,
    units: Vec<Unit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kills: Option<Kills>,
}

#[derive(Debug, Serialize)]
struct Peer {
    name: String,
    outcome: String,
    started: String,
    suite: String,
    level: String,
    complete: bool,
    wall_ms: f64,
    quiet_ms: f64,
    results: usize,
}

#[derive(Debug, Serialize)]
struct Rfc {
    number: u16,
    title: String,
    clauses: Vec<ClauseRow>,
}

#[derive(Debug, Serialize)]
struct ClauseRow {
    id: String,
    section: String,
    level: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<String>,
    /// `judged`, `unit`, `unobservable` or `later`.
    cover: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    why: String,
    /// The cases that judge it and are in a report.
    cases: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Case {
    level: Level,
    clauses: Vec<String>,
    promise: &'static str,
    effect: &'static str,
    reading: &'static str,
    seen: &'static [&'static str],
    /// By peer, the worst group first; none where the report lacks the case.
    peers: Vec<Vec<Group>>,
}

/// Results of a case on a peer that differ in their axes only.
#[derive(Debug, Serialize)]
struct Group {
    verdict: Verdict,
    unexpected: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<Known>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding: Option<Finding>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    info: Vec<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    reason: String,
    axes: Vec<usize>,
    /// The most expensive one.
    cost_us: u64,
    windows: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attempts: Vec<Verdict>,
    #[serde(skip_serializing_if = "String::is_empty")]
    replay: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Line>,
    /// Lines left out before the last ones.
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
}

/// Connection, microseconds, whether the SUT speaks, index of the unit.
#[derive(Debug, Serialize)]
struct Line(usize, u64, u8, usize);

/// Octets and their meaning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Unit {
    title: String,
    hex: String,
    len: usize,
    /// Offset, octets, meaning.
    fields: Vec<(usize, usize, String)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Values with an index each, stored once.
struct Store<T>(BTreeMap<T, usize>);

impl<T: Ord> Store<T> {
    fn index(&mut self, value: T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    fn into_values(self) -> Vec<T> {
        let mut all: Vec<(T, usize)> = self.0.into_iter().collect();
        all.sort_by_key(|(_, index)| *index);
        all.into_iter().map(|(value, _)| value).collect()
    }
}

impl Page {
    /// The data of these reports.
    pub(super) fn new(
        reports: &[Report],
        kills: Option<&Kills>,
        evidence: Evidence,
    ) -> Result<Self, String> {
        let mut builder = Builder {
            evidence,
            cut: false,
            axes: Store(BTreeMap::new()),
            units: Store(BTreeMap::new()),
        };
        let cases = builder.cases(reports);
        Ok(Self {
            suite: env!("CARGO_PKG_VERSION"),
            peers: peers(reports),
            rfcs: rfcs(&cases)?,
            cases,
            cut: builder.cut,
            axes: builder.axes.into_values(),
            units: builder.units.into_values(),
            kills: kills.cloned(),
        })
    }
}

fn peers(reports: &[Report]) -> Vec<Peer> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let peer = |report: &Report| {
        let name = report.name();
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        Peer {
            name: if *count > 1 { format!("{name} #{count}") } else { name },
            outcome: report.outcome(),
            started: report.started.clone(),
            suite: report.suite_version.clone(),
            level: report.level.clone(),
            complete: report.complete,
            wall_ms: report.wall_ms,
            quiet_ms: report.quiet_ms,
            results: report.cases.len(),
        }
    };
    reports.iter().map(peer).collect()
}

fn rfcs(cases: &BTreeMap<String, Case>) -> Result<Vec<Rfc>, String> {
    let catalogue = zeroproof_vectors::clauses().map_err(ToString::to_string)?;
    let coverage = Coverage::new()?;
    let mut judges: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (id, case) in cases {
        for clause in &case.clauses {
            judges.entry(clause).or_default().push(id.clone());
        }
    }
    let row = |clause: &Clause| {
        let (cover, why) = match coverage.of(clause) {
            Cover::Judged => ("judged", String::new()),
            Cover::Unit(why) => ("unit", why),
            Cover::Unobservable(why) => ("unobservable", why),
            Cover::Later(why) => ("later", why),
        };
        ClauseRow {
            id: clause.id.clone(),
            section: clause.section.clone(),
            level: clause.level.as_str(),
            text: clause.text.clone(),
            reading: clause.reading.clone(),
            cover,
            why,
            cases: judges.get(clause.id.as_str()).cloned().unwrap_or_default(),
        }
    };
    let rfc = |(number, title): (u16, &str)| Rfc {
        number,
        title: title.to_owned(),
        clauses: catalogue.rfc(number).map(row).collect(),
    };
    Ok(catalogue.rfcs().map(rfc).collect())
}

struct Builder {
    evidence: Evidence,
    cut: bool,
    axes: Store<String>,
    units: Store<Unit>,
}

impl Builder {
    fn cases(&mut self, reports: &[Report]) -> BTreeMap<String, Case> {
        let mut all: BTreeMap<String, Case> = BTreeMap::new();
        let known: BTreeMap<&str, _> =
            cases::all().into_iter().map(|case| (case.id, case)).collect();
        for (peer, report) in reports.iter().enumerate() {
            for result in &report.cases {
                let told = known.get(result.id.as_str());
                let case = all.entry(result.id.clone()).or_insert_with(|| Case {
                    level: result.level,
                    clauses: result.clauses.clone(),
                    promise: told.map_or("", |case| case.promise),
                    effect: told.map_or("", |case| case.effect),
                    reading: told.map_or("", |case| case.reading),
                    seen: told.map_or(&[], |case| case.seen_in),
                    peers: reports.iter().map(|_| Vec::new()).collect(),
                });
                if let Some(groups) = case.peers.get_mut(peer) {
                    self.add(groups, result);
                }
            }
        }
        for case in all.values_mut() {
            for groups in &mut case.peers {
                groups.sort_by_key(|group| {
                    std::cmp::Reverse((rank(group.verdict), group.unexpected))
                });
            }
        }
        all
    }

    fn add(&mut self, groups: &mut Vec<Group>, result: &CaseReport) {
        use crate::report::json::Expectation;
        let unexpected = result.expectation == Expectation::Unexpected;
        let signature = |finding: &Option<Finding>| finding.as_ref().map(|f| f.signature.clone());
        let axes = self.axes.index(result.axes.to_string());
        let same = |group: &&mut Group| {
            group.verdict == result.verdict
                && group.unexpected == unexpected
                && signature(&group.finding) == signature(&result.finding)
                && group.known == result.known
                && group.reason == result.reason
        };
        if let Some(group) = groups.iter_mut().find(same) {
            group.axes.push(axes);
            group.cost_us = group.cost_us.max(result.cost_us);
            group.windows += result.quiet_windows;
            return;
        }
        let (lines, left_out) = self.lines(&result.steps);
        groups.push(Group {
            verdict: result.verdict,
            unexpected,
            known: result.known.clone(),
            finding: result.finding.clone(),
            info: result.info.iter().take(4).cloned().collect(),
            reason: result.reason.clone(),
            axes: vec![axes],
            cost_us: result.cost_us,
            windows: result.quiet_windows,
            attempts: if result.attempts.len() > 1 { result.attempts.clone() } else { Vec::new() },
            replay: if is_idle(result.verdict) { String::new() } else { result.replay.clone() },
            lines,
            left_out,
        });
    }

    fn lines(&mut self, steps: &[StepReport]) -> (Vec<Line>, usize) {
        let steps: Vec<Step> = steps.iter().map(StepReport::step).collect();
        let mut all = dialogue::lines(&steps);
        let left_out = all.len().saturating_sub(self.evidence.lines);
        // The end tells most, the beginning why.
        let from = self.evidence.lines / 2;
        all.drain(from.min(all.len())..(from + left_out).min(all.len()));
        self.cut |= left_out > 0;
        let lines = all.into_iter().map(|line| self.line(line)).collect();
        (lines, left_out)
    }

    fn line(&mut self, line: dialogue::Line) -> Line {
        let shown = line.octets.get(..self.evidence.octets).unwrap_or(&line.octets);
        self.cut |= shown.len() < line.octets.len();
        let unit = Unit {
            title: line.meaning,
            hex: hex(shown),
            len: line.octets.len(),
            fields: line
                .fields
                .into_iter()
                .map(|field| (field.at, field.len, field.text))
                .collect(),
        };
        let speaker = u8::from(line.direction == Direction::Received);
        Line(line.connection, line.at_us, speaker, self.units.index(unit))
    }
}
