//! The report as JUnit XML, for the CI systems that read it: a case on its axes is a test case, a
//! result that is not as expected a failure, one that did not run is skipped.

use std::fmt::Write;

use super::human;
use crate::expect::Expectations;
use crate::runner::{Record, Run};
use crate::target::About;
use crate::verdict::Verdict;

/// The XML text.
pub fn report(run: &Run, about: &About, known: &Expectations) -> String {
    let new = |record: &&Record| record.verdict.is_bad() && known.entry(record).is_none();
    let failures = run.records.iter().filter(new).count();
    let idle = [Verdict::NotApplicable, Verdict::Blocked, Verdict::NotRun];
    let skipped: usize = idle.iter().map(|verdict| human::count(&run.records, *verdict)).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuite name=\"zeroproof {}\" tests=\"{}\" failures=\"{failures}\" \
         skipped=\"{skipped}\" time=\"{:.3}\">",
        escape(&about.name),
        run.records.len(),
        run.wall.as_secs_f64()
    );
    for record in &run.records {
        let _ = writeln!(
            xml,
            "  <testcase classname=\"{}\" name=\"{}\" time=\"{:.6}\">",
            record.case.id.replace('/', "."),
            record.axes,
            record.cost.as_secs_f64()
        );
        if new(&record) {
            let got = record.finding.as_ref().map(|finding| finding.got.as_str());
            let text = human::failure(record, &about.name, "new", "");
            let message = escape(got.unwrap_or_default());
            let _ = writeln!(xml, "    <failure message=\"{message}\">{}</failure>", escape(&text));
        } else if idle.contains(&record.verdict) {
            let message = escape(&format!("{} {}", record.verdict, record.reason));
            let _ = writeln!(xml, "    <skipped message=\"{message}\"/>");
        }
        xml.push_str("  </testcase>\n");
    }
    xml + "</testsuite>\n"
}

fn escape(text: &str) -> String {
    let legal = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
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
