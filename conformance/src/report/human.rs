//! The report for a terminal: what failed and why, then one line of totals.

use std::fmt::Write;

use super::dialogue;
use crate::runner::Record;
use crate::verdict::{Level, Verdict};

/// A failing case, ready to be understood without anything else at hand.
pub fn failure(record: &Record, peer: &str, known: &str, replay: &str) -> String {
    let case = record.case;
    let mut text = String::new();
    let verdict = record.verdict.name().to_uppercase();
    let cost = record.cost.as_secs_f64() * 1e3;
    let _ = writeln!(
        text,
        "{verdict}  {}      clause {}  {}  {cost:.1} ms",
        case.id,
        case.clauses.join(", "),
        case.level,
    );
    let _ = writeln!(text, "      {}", case.promise);
    let _ = writeln!(text, "      peer   {peer} as {} ({})", record.axes.kind, record.axes);
    if let Some(finding) = &record.finding {
        let _ = writeln!(text, "      expected  {}", finding.expected);
        let _ = writeln!(text, "      got       {}   [{}]", finding.got, finding.signature);
    }
    for finding in record.remarks.lenient.iter().skip(1) {
        let _ = writeln!(text, "      and       {}   [{}]", finding.got, finding.signature);
    }
    text.push_str(&dialogue::table(&record.steps));
    let rows = [
        ("effect", case.effect),
        ("reading", case.reading),
        ("seen in", &case.seen_in.join(", ")),
        ("known?", known),
        ("replay", replay),
        ("more", &format!("zeroproof explain {}", case.id)),
    ];
    for (name, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "      {name:<8}{value}");
    }
    text
}

/// How many records have this verdict.
pub fn count(records: &[Record], verdict: Verdict) -> usize {
    records.iter().filter(|record| record.verdict == verdict).count()
}

/// The share of judged records at a level that are not bad, as a percentage; `None` without any.
pub fn share(records: &[Record], level: Level) -> Option<f64> {
    let judged = |record: &&Record| {
        record.case.level == level
            && !matches!(
                record.verdict,
                Verdict::NotApplicable | Verdict::Blocked | Verdict::NotRun | Verdict::Info
            )
    };
    let all = records.iter().filter(judged).count();
    let good = records.iter().filter(judged).filter(|record| !record.verdict.is_bad()).count();
    (all > 0).then(|| good as f64 * 100.0 / all as f64)
}
