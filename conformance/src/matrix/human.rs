//! The matrix for a terminal and as Markdown: a grid of peers, then what went wrong, each with its
//! octets and the line that tries it again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::outcome::Outcome;
use super::report::{CellReport, End, Matrix};
use crate::report::dialogue::short_hex;

/// Cells of one who binds and one who connects that ended in the same way, at the same step.
#[derive(Debug)]
pub struct Group<'a> {
    /// The cells, at least one; the first is shown.
    pub cells: Vec<&'a CellReport>,
}

impl Matrix {
    /// Bad cells, those that nobody foretold first, in groups.
    pub fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: BTreeMap<_, Vec<&CellReport>> = BTreeMap::new();
        for cell in self.cells.iter().filter(|cell| cell.outcome.is_bad()) {
            let how = cell.fault.as_ref().map(|fault| (fault.step, fault.signature.as_str()));
            let who = (cell.at(End::Binder), cell.at(End::Connector));
            let key = (cell.known.is_some(), who, cell.outcome, how);
            groups.entry(key).or_default().push(cell);
        }
        groups.into_values().map(|cells| Group { cells }).collect()
    }

    /// What the cells of one who binds and one who connects came to.
    fn tally(&self, binder: &str, connector: &str) -> Tally {
        let mut tally = Tally::default();
        let here = |cell: &&CellReport| {
            cell.at(End::Binder) == binder && cell.at(End::Connector) == connector
        };
        for cell in self.cells.iter().filter(here) {
            match cell.outcome {
                Outcome::Ok => tally.ok += 1,
                Outcome::NotApplicable => {}
                Outcome::NotRun => tally.open += 1,
                _ if cell.is_unexpected() => tally.bad += 1,
                _ => tally.known += 1,
            }
        }
        tally
    }
}

/// Cells of a pair by what they came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    ok: usize,
    bad: usize,
    known: usize,
    open: usize,
}

impl Tally {
    /// As in the grid: `✓24`, `✗3`, `~5`, `·`, or `–` when nothing applies.
    fn sign(self) -> String {
        match self {
            Self { bad: 1.., .. } => format!("✗{}", self.bad),
            Self { open: 1.., .. } => format!("·{}", self.open),
            Self { known: 1.., .. } => format!("~{}", self.known),
            Self { ok: 1.., .. } => format!("✓{}", self.ok),
            Self { .. } => "–".to_owned(),
        }
    }
}

/// What the pair of one who binds and one who connects comes to, as in the grid.
pub fn sign(matrix: &Matrix, binder: &str, connector: &str) -> String {
    matrix.tally(binder, connector).sign()
}

/// The grid: who binds, by who connects.
pub fn grid(matrix: &Matrix) -> String {
    let names: Vec<&str> = matrix.peers.iter().map(|peer| peer.name.as_str()).collect();
    let wide = names.iter().map(|name| name.len()).max().unwrap_or(0).max(16);
    let mut text = format!("{:<wide$}", "binds \\ connects");
    for name in &names {
        let _ = write!(text, "  {name:>6}");
    }
    text.push('\n');
    for binder in &names {
        let _ = write!(text, "{binder:<wide$}");
        for connector in &names {
            let width = connector.chars().count().max(6);
            let _ = write!(text, "  {:>width$}", matrix.tally(binder, connector).sign());
        }
        text.push('\n');
    }
    text
}

/// What a group of cells did, with the octets of the first.
pub fn failure(group: &Group<'_>) -> String {
    let Some(cell) = group.cells.first() else { return String::new() };
    let mut text = String::new();
    let (first, second) = (role(cell, true), role(cell, false));
    let _ = writeln!(
        text,
        "{}  {} {} > {} {}   {}",
        cell.outcome.name().to_uppercase(),
        cell.first,
        first,
        cell.second,
        second,
        by(group),
    );
    if let Some(fault) = &cell.fault {
        let _ = writeln!(text, "      at        {}   [{}]", fault.step, fault.signature);
        let _ = writeln!(text, "      expected  {}", fault.expected);
        let _ = writeln!(text, "      got       {}", fault.got.replace('\n', "\n                "));
    }
    text.push_str(&octets(cell));
    let known = match &cell.known {
        Some(known) => known.why.as_str(),
        None => "not in the expectations",
    };
    let _ = writeln!(text, "      known?    {known}");
    let _ = writeln!(text, "      replay    {}", cell.replay);
    text
}

/// `PUSH (binds)`.
fn role(cell: &CellReport, first: bool) -> String {
    let (one, other) = cell.pattern.split_once('-').unwrap_or((&cell.pattern, ""));
    let kind = if first { one } else { other }.to_uppercase();
    let binds = (cell.bind == super::cell::Side::First) == first;
    if binds { format!("{kind} (binds)") } else { kind }
}

/// Which cells they are: `push-pull NULL tcp`, or how many of which.
pub fn by(group: &Group<'_>) -> String {
    let [cell] = group.cells.as_slice() else {
        let all = |of: &dyn Fn(&CellReport) -> String| {
            let all: BTreeSet<String> = group.cells.iter().map(|cell| of(cell)).collect();
            all.into_iter().collect::<Vec<_>>().join(", ")
        };
        return format!(
            "{} cells: {}; {}; {}",
            group.cells.len(),
            all(&|cell| cell.pattern.clone()),
            all(&CellReport::mech),
            all(&|cell| cell.transport.name().to_owned()),
        );
    };
    format!("{} {} {}", cell.pattern, cell.mech(), cell.transport.name())
}

/// The dialogue as a table; `>` is from the one that connects.
fn octets(cell: &CellReport) -> String {
    if cell.lines.is_empty() {
        return String::new();
    }
    let (connector, binder) = (cell.at(End::Connector), cell.at(End::Binder));
    let many = cell.lines.iter().any(|line| line.connection > 0);
    let mut text =
        format!("   #{}    t/us  > {connector}   < {binder}\n", if many { " conn" } else { "" });
    for (at, line) in cell.lines.iter().enumerate() {
        let arrow = if line.from == End::Connector { '>' } else { '<' };
        let connection = if many { format!(" {:4}", line.connection + 1) } else { String::new() };
        let octets = zeroproof_vectors::hex::decode(&line.hex).unwrap_or_default();
        let octets =
            if octets.is_empty() { String::new() } else { format!("{:<40}  ", short_hex(&octets)) };
        let (number, meaning) = (at + 1, &line.meaning);
        let _ =
            writeln!(text, "  {number:2}{connection} {:7}  {arrow}  {octets}{meaning}", line.t_us);
    }
    text
}

/// One line of totals.
pub fn totals(matrix: &Matrix) -> String {
    let known = matrix.cells.iter().filter(|cell| cell.known.is_some()).count();
    let counts = matrix.totals.iter().filter(|(_, count)| **count > 0);
    let counts: Vec<String> = counts.map(|(outcome, count)| format!("{count} {outcome}")).collect();
    format!(
        "{} peers, {} cells: {}; {} unexpected, {known} known{}   {:.2} s",
        matrix.peers.len(),
        matrix.cells.len(),
        counts.join(", "),
        matrix.unexpected,
        if matrix.complete { "" } else { "; stopped early" },
        matrix.wall_ms / 1e3,
    )
}

/// The matrix as Markdown, for the summary of a job.
pub fn markdown(matrix: &Matrix) -> String {
    let escape = |text: &str| text.replace('|', "\\|").replace(['\n', '\r', '<', '`'], " ");
    let mut text = String::from("### Who talks to whom\n\n| binds \\ connects |");
    for peer in &matrix.peers {
        let _ = write!(text, " {} |", escape(&peer.name));
    }
    let _ = write!(text, "\n|---|{}\n", "---|".repeat(matrix.peers.len()));
    for binder in &matrix.peers {
        let _ = write!(text, "| **{}** |", escape(&binder.name));
        for connector in &matrix.peers {
            let _ = write!(text, " {} |", matrix.tally(&binder.name, &connector.name).sign());
        }
        text.push('\n');
    }
    let _ = writeln!(text, "\n{}\n", escape(&totals(matrix)));
    let groups = matrix.groups();
    let fresh = groups.iter().filter(|group| group.cells.iter().any(|cell| cell.is_unexpected()));
    for group in fresh {
        let Some(cell) = group.cells.first() else { continue };
        let fault = cell.fault.as_ref();
        let _ = writeln!(
            text,
            "- **{}** {} {} > {} {} ({}), at {}: {}",
            cell.outcome,
            escape(&cell.first),
            role(cell, true),
            escape(&cell.second),
            role(cell, false),
            by(group),
            fault.map_or("", |fault| fault.step.name()),
            escape(fault.map_or("", |fault| fault.got.as_str())),
        );
    }
    text
}
