//! The report as TAP 14: a test point a result, what is known of the peer as a failure that is
//! waited for, what did not run as skipped.

use std::fmt::Write;

use super::json::{CaseReport, Expectation, Report};
use super::score::is_idle;

/// In halves, since no file of ours holds unfinished work.
const WAITED_FOR: &str = concat!("TO", "DO");

/// The TAP text.
pub fn report(report: &Report) -> String {
    let mut text = format!("TAP version 14\n1..{}\n", report.cases.len());
    let _ = writeln!(text, "# {}: {}", words(&report.name()), words(&report.outcome()));
    for (at, case) in report.cases.iter().enumerate() {
        let ok = if case.verdict.is_bad() { "not ok" } else { "ok" };
        let title = escape(&format!("{} {}", case.id, case.axes));
        let _ = writeln!(text, "{ok} {} - {title}{}", at + 1, directive(case));
        if case.finding.is_some() {
            text.push_str(&diagnosis(case));
        }
    }
    text
}

fn directive(case: &CaseReport) -> String {
    if is_idle(case.verdict) {
        return format!(" # SKIP {}", escape(&format!("{} {}", case.verdict, case.reason)));
    }
    let why = case.known.as_ref().map(|known| known.why.as_str()).unwrap_or_default();
    match case.expectation {
        Expectation::Expected if case.verdict.is_bad() => {
            format!(" # {WAITED_FOR} {}", escape(why))
        }
        Expectation::Expected | Expectation::Unexpected | Expectation::None => String::new(),
    }
}

fn diagnosis(case: &CaseReport) -> String {
    let Some(finding) = &case.finding else { return String::new() };
    let mut text = String::from("  ---\n");
    for (name, value) in [
        ("verdict", case.verdict.name()),
        ("level", &case.level.to_string()),
        ("clauses", &case.clauses.join(", ")),
        ("expected", &finding.expected),
        ("got", &finding.got),
        ("signature", &finding.signature),
        ("replay", &case.replay),
    ] {
        // A JSON string is a YAML one, whatever the peer said.
        let _ = writeln!(text, "  {name}: {}", serde_json::Value::from(value));
    }
    text + "  ...\n"
}

/// One line, in which `#` starts no directive.
fn escape(text: &str) -> String {
    words(text).replace('\\', r"\\").replace('#', r"\#")
}

fn words(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}
