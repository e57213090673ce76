//! The report as JUnit XML, for the CI systems that read it: a case on its axes is a test case, a
//! result that is not as expected a failure, one that did not run is skipped.

use std::fmt::Write;

use super::dialogue;
use super::json::{CaseReport, Expectation, Report};
use super::score::is_idle;

/// The XML text.
pub fn report(report: &Report) -> String {
    let skipped = report.cases.iter().filter(|case| is_idle(case.verdict)).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuite name=\"zeroproof {}\" tests=\"{}\" failures=\"{}\" skipped=\"{skipped}\" \
         time=\"{:.3}\" timestamp=\"{}\">",
        escape(&report.peer.name),
        report.cases.len(),
        report.unexpected().count(),
        report.wall_ms / 1e3,
        escape(report.started.trim_end_matches('Z')),
    );
    for case in &report.cases {
        let _ = writeln!(
            xml,
            "  <testcase classname=\"{}\" name=\"{}\" time=\"{:.6}\">",
            escape(&case.id.replace('/', ".")),
            escape(&case.axes.to_string()),
            case.cost_us as f64 / 1e6
        );
        if case.expectation == Expectation::Unexpected {
            let got = case.finding.as_ref().map_or("", |finding| &finding.got);
            let message = escape(got);
            let text = escape(&failure(case));
            let _ = writeln!(xml, "    <failure message=\"{message}\">{text}</failure>");
        } else if is_idle(case.verdict) {
            let message = escape(&format!("{} {}", case.verdict, case.reason));
            let _ = writeln!(xml, "    <skipped message=\"{message}\"/>");
        }
        xml.push_str("  </testcase>\n");
    }
    xml + "</testsuite>\n"
}

fn failure(case: &CaseReport) -> String {
    let promise = crate::cases::find(&case.id).map_or("", |case| case.promise);
    let mut text = format!("{} {} {}\n", case.verdict, case.level, case.clauses.join(", "));
    let _ = writeln!(text, "{promise}");
    if let Some(finding) = &case.finding {
        let _ = writeln!(text, "expected {}\ngot {}", finding.expected, finding.got);
    }
    let steps: Vec<_> = case.steps.iter().map(super::json::StepReport::step).collect();
    text + &dialogue::table(&steps) + &case.replay + "\n"
}

fn escape(text: &str) -> String {
    let legal = |c: &char| {
        (!c.is_control() || matches!(c, '\n' | '\t')) && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    text.chars().filter(legal).fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
        out
    })
}
