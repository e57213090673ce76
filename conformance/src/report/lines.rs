//! The report as JSON lines, one as soon as each result is known, so that a run that is killed
//! still told what it saw: `run`, `case`…, `end`.

use serde::Serialize;
use serde_json::{Value, json};

use super::json::{CaseReport, Report, SCHEMA};
use crate::target::About;

/// The first line.
pub fn run(about: &About) -> String {
    json!({ "event": "run", "schema": SCHEMA, "peer": about }).to_string()
}

/// The line of a result, with the members of its entry in the report.
pub fn case(case: &CaseReport) -> String {
    tagged("case", case)
}

/// The last line: the report without its cases.
pub fn end(report: &Report) -> String {
    let mut line = serde_json::to_value(report).unwrap_or_default();
    if let Some(members) = line.as_object_mut() {
        members.remove("cases");
    }
    tagged("end", &line)
}

/// All lines of a report that is there already.
pub fn all(report: &Report) -> String {
    let cases = report.cases.iter().map(case);
    let lines: Vec<String> =
        std::iter::once(run(&report.peer)).chain(cases).chain([end(report)]).collect();
    lines.join("\n") + "\n"
}

fn tagged(event: &str, of: &impl Serialize) -> String {
    let mut line = serde_json::to_value(of).unwrap_or_default();
    if let Some(members) = line.as_object_mut() {
        members.insert("event".to_owned(), Value::from(event));
    }
    line.to_string()
}
