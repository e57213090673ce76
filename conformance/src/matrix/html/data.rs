//! What the page of the matrix knows. Cells are rows of numbers, evidence stands once for all cells
//! that ended alike, and units of octets once for all evidence, or ten peers would not fit.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::matrix::cell::Side;
use crate::matrix::report::{CellReport, End, LineReport, Matrix, PeerReport};

/// How much evidence a page tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Telling {
    /// Lines of a dialogue; the middle is left out.
    lines: usize,
    /// Octets of a unit.
    octets: usize,
    /// Whether what is known has octets as well.
    known: bool,
}

impl Telling {
    /// From all to what is needed most.
    pub(super) const LESS_AND_LESS: [Self; 4] = [
        Self { lines: 60, octets: 96, known: true },
        Self { lines: 24, octets: 64, known: true },
        Self { lines: 16, octets: 48, known: false },
        Self { lines: 8, octets: 32, known: false },
    ];
}

/// All of it.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    suite_version: &'a str,
    started: &'a str,
    complete: bool,
    peers: &'a [PeerReport],
    patterns: Vec<&'a str>,
    mechs: Vec<String>,
    outcomes: Vec<&'static str>,
    reasons: Vec<&'a str>,
    groups: Vec<Group<'a>>,
    units: Vec<Unit>,
    cells: Vec<Row>,
    /// What stands behind `--` in replay lines of an adapter of one's own.
    rest: String,
    /// What the shared script knows of reports; there is none here.
    rfcs: [(); 0],
    cases: BTreeMap<String, ()>,
}

/// First and second peer, whether the second binds, pattern, mechanism, whether it is ipc, outcome,
/// whether messages are to arrive, the group, the reason.
type Row = (usize, usize, u8, usize, usize, u8, usize, u8, Option<usize>, Option<usize>);

/// Cells that ended alike; the evidence is that of the first.
#[derive(Debug, Serialize)]
struct Group<'a> {
    step: &'static str,
    signature: &'a str,
    expected: &'a str,
    got: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issue: Option<&'a str>,
    attempts: Vec<&'static str>,
    replay: &'a str,
    /// The one that connects, and the one that binds.
    names: [&'a str; 2],
    lines: Vec<(usize, u64, u8, usize)>,
    #[serde(skip_serializing_if = "is_zero")]
    left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Unit {
    hex: String,
    len: usize,
    title: String,
    fields: Vec<(usize, usize, String)>,
}

/// Values that are told once, by number.
struct Once<T>(BTreeMap<T, usize>);

impl<T: Ord> Once<T> {
    fn number(&mut self, value: T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    fn into_values(self) -> Vec<T> {
        let mut all: Vec<(T, usize)> = self.0.into_iter().collect();
        all.sort_by_key(|(_, number)| *number);
        all.into_iter().map(|(value, _)| value).collect()
    }
}

impl<'a> Page<'a> {
    pub(super) fn new(matrix: &'a Matrix, telling: Telling) -> Self {
        let peer = |name: &str| matrix.peers.iter().position(|peer| peer.name == name);
        let mut units = Once(BTreeMap::new());
        let (mut groups, mut group_of) = (Vec::new(), BTreeMap::new());
        for (number, cells) in matrix.groups().iter().enumerate() {
            let Some(first) = cells.cells.first() else { continue };
            for cell in &cells.cells {
                group_of.insert(std::ptr::from_ref(*cell), number);
            }
            groups.push(Group::new(first, telling, &mut units));
        }
        let (mut patterns, mut mechs) = (Once(BTreeMap::new()), Once(BTreeMap::new()));
        let (mut outcomes, mut reasons) = (Once(BTreeMap::new()), Once(BTreeMap::new()));
        let cells = matrix.cells.iter().map(|cell| {
            let reason = Some(cell.reason.as_str()).filter(|reason| !reason.is_empty());
            (
                peer(&cell.first).unwrap_or_default(),
                peer(&cell.second).unwrap_or_default(),
                u8::from(cell.bind == Side::Second),
                patterns.number(cell.pattern.as_str()),
                mechs.number(cell.mech()),
                u8::from(cell.transport.name() == "ipc"),
                outcomes.number(cell.outcome.name()),
                u8::from(cell.talks),
                group_of.get(&std::ptr::from_ref(cell)).copied(),
                reason.map(|reason| reasons.number(reason)),
            )
        });
        let cells = cells.collect();
        let replays = matrix.cells.iter().find_map(|cell| cell.replay.split_once(" -- "));
        Self {
            suite_version: &matrix.suite_version,
            started: &matrix.started,
            complete: matrix.complete,
            peers: &matrix.peers,
            patterns: patterns.into_values(),
            mechs: mechs.into_values(),
            outcomes: outcomes.into_values(),
            reasons: reasons.into_values(),
            groups,
            units: units.into_values(),
            cells,
            rest: replays.map(|(_, rest)| format!(" -- {rest}")).unwrap_or_default(),
            rfcs: [],
            cases: BTreeMap::new(),
        }
    }
}

impl<'a> Group<'a> {
    fn new(cell: &'a CellReport, telling: Telling, units: &mut Once<Unit>) -> Self {
        let fault = cell.fault.as_ref();
        let tells = telling.known || cell.known.is_none();
        let most = if tells { telling.lines } else { 0 };
        let half = most.div_ceil(2);
        let left_out = cell.lines.len().saturating_sub(most);
        let is_told = |at: usize| at < half || at >= half + left_out;
        let lines =
            cell.lines.iter().enumerate().filter(|(at, _)| is_told(*at)).map(|(_, line)| {
                let from = u8::from(line.from == End::Binder);
                (line.connection, line.t_us, from, units.number(unit(line, telling.octets)))
            });
        Self {
            step: fault.map_or("", |fault| fault.step.name()),
            signature: fault.map_or("", |fault| &fault.signature),
            expected: fault.map_or("", |fault| &fault.expected),
            got: fault.map_or("", |fault| &fault.got),
            known: cell.known.as_ref().map(|known| known.why.as_str()),
            issue: cell.known.as_ref().and_then(|known| known.issue.as_deref()),
            attempts: cell.attempts.iter().map(|outcome| outcome.name()).collect(),
            replay: &cell.replay,
            names: [cell.at(End::Connector), cell.at(End::Binder)],
            lines: lines.collect(),
            left_out: if tells { left_out } else { 0 },
        }
    }
}

fn unit(line: &LineReport, octets: usize) -> Unit {
    let len = line.hex.len() / 2;
    let hex = line.hex.get(..octets * 2).unwrap_or(&line.hex).to_owned();
    let told = |field: &&(usize, usize, String)| field.0 < octets;
    let fields = line.fields.iter().filter(told).cloned().collect();
    Unit { hex, len, title: line.meaning.clone(), fields }
}
