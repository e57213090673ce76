//! The report as annotations of GitHub's workflows: an error or a warning for each promise that is
//! broken unexpectedly, and a notice that sums up.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::json::{CaseReport, Report};
use crate::verdict::Level;

/// The workflow commands. Results at `fail_on` or above are errors.
pub fn report(report: &Report, fail_on: Option<Level>) -> String {
    let mut by_case: BTreeMap<&str, Vec<&CaseReport>> = BTreeMap::new();
    for case in report.unexpected() {
        by_case.entry(&case.id).or_default().push(case);
    }
    let mut text = String::new();
    for (id, results) in by_case {
        let Some(first) = results.first() else { continue };
        let counts = fail_on.is_some_and(|level| first.level <= level);
        let kind = if counts { "error" } else { "warning" };
        let mut said =
            format!("{} ({}), clause {}", first.level, first.verdict, first.clauses.join(", "));
        if let Some(finding) = &first.finding {
            let _ = write!(said, "\nexpected {}\ngot {}", finding.expected, finding.got);
        }
        let _ = write!(said, "\non {}", first.axes);
        if results.len() > 1 {
            let _ = write!(said, " and {} more", results.len() - 1);
        }
        let _ = write!(said, "\n{}", first.replay);
        let title = property(&format!("{}: {id}", report.name()));
        let _ = writeln!(text, "::{kind} title={title}::{}", data(said.trim_end()));
    }
    for entry in &report.stale {
        let title = property(&format!("{}: {}", report.name(), entry.case));
        let said = format!("stale: {} [{}] no longer comes", entry.verdict, entry.signature);
        let _ = writeln!(text, "::warning title={title}::{}", data(&said));
    }
    let (must, should) = (report.score(Level::Must), report.score(Level::Should));
    let sum = format!("{}; MUST {must}, SHOULD {should}", report.outcome());
    let _ = writeln!(text, "::notice title={}::{}", property(&report.name()), data(&sum));
    text
}

/// What a peer says must not end the line, or it could give commands of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
