//! The report in Markdown, for the summary of a job or a comment: totals, then what is new, then
//! what is known of the peer.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::json::{CaseReport, Expectation, Report};
use crate::verdict::{Level, Verdict};

/// The Markdown text.
pub fn report(report: &Report) -> String {
    let mut text = format!("## {}: {}\n\n", escape(&report.name()), report.outcome());
    let _ = writeln!(
        text,
        "MUST {}, SHOULD {}; {} results in {:.2} s; zeroproof {}, profile {}, {}\n",
        report.score(Level::Must),
        report.score(Level::Should),
        report.cases.len(),
        report.wall_ms / 1e3,
        escape(&report.suite_version),
        serde_json::to_value(report.profile)
            .ok()
            .and_then(|v| Some(v.as_str()?.to_owned()))
            .unwrap_or_default(),
        escape(&report.started),
    );
    if !report.complete {
        text.push_str("**Stopped early: these results are partial.**\n\n");
    }
    text.push_str(&totals(report));
    let of = |expectation| {
        let chosen = move |case: &&CaseReport| case.expectation == expectation;
        report.cases.iter().filter(chosen).collect::<Vec<_>>()
    };
    let (new, known) = (of(Expectation::Unexpected), of(Expectation::Expected));
    if !new.is_empty() {
        let _ = writeln!(text, "\n### Unexpected\n\n{}", table(&new));
    }
    if !known.is_empty() {
        let _ = writeln!(
            text,
            "\n<details><summary>Known of this peer: {} results</summary>\n\n{}\n</details>",
            known.len(),
            table(&known)
        );
    }
    text
}

fn totals(report: &Report) -> String {
    let came = |verdict: &&Verdict| report.totals.get(verdict).is_some_and(|count| *count > 0);
    let columns: Vec<Verdict> = Verdict::ALL.iter().filter(came).copied().collect();
    let head: Vec<&str> = columns.iter().map(|verdict| verdict.name()).collect();
    let mut text = format!("| level | {} |\n|---|", head.join(" | "));
    text.push_str(&"---:|".repeat(columns.len()));
    text.push('\n');
    for (level, counts) in &report.by_level {
        let cells = columns.iter().map(|verdict| counts.get(verdict).copied().unwrap_or(0));
        let cells: Vec<String> = cells.map(|count| count.to_string()).collect();
        let _ = writeln!(text, "| {level} | {} |", cells.join(" | "));
    }
    text
}

/// A row for each way in which a case differs.
fn table(cases: &[&CaseReport]) -> String {
    let mut rows: BTreeMap<(Level, &str, Verdict, &str), Vec<&CaseReport>> = BTreeMap::new();
    for case in cases {
        let signature = case.finding.as_ref().map_or("", |finding| &finding.signature);
        rows.entry((case.level, &case.id, case.verdict, signature)).or_default().push(case);
    }
    let mut text = String::from("| case | level | verdict | got | on |\n|---|---|---|---|---|\n");
    for ((level, id, verdict, signature), cases) in rows {
        let Some(first) = cases.first() else { continue };
        let got = first.finding.as_ref().map_or("", |finding| &finding.got);
        let more = if cases.len() > 1 { format!(" +{}", cases.len() - 1) } else { String::new() };
        let _ = writeln!(
            text,
            "| {} | {level} | {verdict} | {} [{}] | {}{more} |",
            escape(id),
            escape(got),
            escape(signature),
            escape(&first.axes.to_string()),
        );
    }
    text
}

/// One line of plain text, whatever a peer said: no markup, no mention, no end of a cell.
pub(super) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
        out
    })
}
