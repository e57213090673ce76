//! Two reports held against each other: what is new, gone, or judged otherwise, case by case.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::json::{CaseReport, Report, rank};
use super::markdown;
use super::score::is_idle;
use crate::verdict::Verdict;

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// Bad and was not, bad in another way, or no longer judged.
    Worse,
    /// No longer bad, or less so.
    Better,
    /// Judged otherwise, and no worse.
    Other,
}

/// A change that several axes of a case share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What it is to the user.
    pub turn: Turn,
    /// The case.
    pub id: String,
    /// What was said before; `-` when the case was not there.
    pub old: String,
    /// What is said now; `-` when the case is not there.
    pub new: String,
    /// On what, as `PULL bind whole`.
    pub axes: Vec<String>,
}

/// The changes, the worse ones first.
pub fn changes(old: &Report, new: &Report) -> Vec<Change> {
    let (before, now) = (by_axes(old), by_axes(new));
    let mut groups: BTreeMap<(Turn, String, String, String), Vec<String>> = BTreeMap::new();
    let keys: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).collect();
    for key in keys {
        let (was, is) = (before.get(key).copied(), now.get(key).copied());
        let Some(turn) = turn(was, is) else { continue };
        let group = (turn, key.0.clone(), said(was), said(is));
        groups.entry(group).or_default().push(key.1.clone());
    }
    let change = |((turn, id, old, new), axes)| Change { turn, id, old, new, axes };
    groups.into_iter().map(change).collect()
}

/// Results by id and axes.
fn by_axes(report: &Report) -> BTreeMap<(String, String), &CaseReport> {
    let key = |case: &CaseReport| (case.id.clone(), case.axes.to_string());
    report.cases.iter().map(|case| (key(case), case)).collect()
}

/// `None` when nothing changed that a verdict or a signature shows.
fn turn(was: Option<&CaseReport>, is: Option<&CaseReport>) -> Option<Turn> {
    let signature = |case: &CaseReport| case.finding.as_ref().map(|found| found.signature.clone());
    let judged = |case: &CaseReport| !is_idle(case.verdict);
    match (was, is) {
        (None, None) => None,
        (None, Some(is)) if is.verdict.is_bad() => Some(Turn::Worse),
        (None, Some(_)) => Some(Turn::Other),
        (Some(was), None) if judged(was) => Some(Turn::Worse),
        (Some(_), None) => Some(Turn::Other),
        (Some(was), Some(is)) if was.verdict == is.verdict && signature(was) == signature(is) => {
            None
        }
        (Some(was), Some(is)) if judged(was) != judged(is) => {
            let worse = judged(was) || is.verdict.is_bad();
            Some(if worse { Turn::Worse } else { Turn::Other })
        }
        (Some(was), Some(is)) => Some(judged_otherwise(was.verdict, is.verdict)),
    }
}

fn judged_otherwise(was: Verdict, is: Verdict) -> Turn {
    // A promise that is neither kept nor broken is as good as a kept one.
    let grade = |verdict| rank(verdict).max(rank(Verdict::Pass));
    match grade(is).cmp(&grade(was)) {
        std::cmp::Ordering::Greater => Turn::Worse,
        std::cmp::Ordering::Less => Turn::Better,
        // Another way of failing is a failure that nobody knows yet.
        std::cmp::Ordering::Equal if is.is_bad() => Turn::Worse,
        std::cmp::Ordering::Equal => Turn::Other,
    }
}

fn said(case: Option<&CaseReport>) -> String {
    let Some(case) = case else { return "-".to_owned() };
    match &case.finding {
        Some(finding) => format!("{} [{}]", case.verdict, finding.signature),
        None => case.verdict.to_string(),
    }
}

/// The line that sums up.
pub fn summary(old: &Report, new: &Report, changes: &[Change]) -> String {
    let of = |turn| -> usize {
        changes.iter().filter(|change| change.turn == turn).map(|change| change.axes.len()).sum()
    };
    format!(
        "{} -> {}: {} worse, {} better, {} otherwise; {} results, then {}",
        old.name(),
        new.name(),
        of(Turn::Worse),
        of(Turn::Better),
        of(Turn::Other),
        old.cases.len(),
        new.cases.len()
    )
}

fn word(turn: Turn) -> &'static str {
    match turn {
        Turn::Worse => "WORSE",
        Turn::Better => "better",
        Turn::Other => "other",
    }
}

/// For a terminal: a line a change.
pub fn human(old: &Report, new: &Report, changes: &[Change]) -> String {
    let mut text = String::new();
    for change in changes {
        let on = change.axes.first().map_or("", String::as_str);
        let more = match change.axes.len() {
            0 | 1 => String::new(),
            many => format!(" and {} more", many - 1),
        };
        let Change { id, old, new, .. } = change;
        let _ = writeln!(text, "{:<7}{id}  {old} -> {new}  on {on}{more}", word(change.turn));
    }
    text + &summary(old, new, changes) + "\n"
}

/// The same as a table in Markdown.
pub fn markdown(old: &Report, new: &Report, changes: &[Change]) -> String {
    let mut text = format!("## {}\n", markdown::escape(&summary(old, new, changes)));
    if !changes.is_empty() {
        text.push_str("\n|  | case | before | now | axes |\n|---|---|---|---|---:|\n");
    }
    for change in changes {
        let cells = [word(change.turn), &change.id, &change.old, &change.new];
        let cells: Vec<String> = cells.iter().map(|cell| markdown::escape(cell)).collect();
        let _ = writeln!(text, "| {} | {} |", cells.join(" | "), change.axes.len());
    }
    text
}
