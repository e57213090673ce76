//! Reads a saved report, which may be somebody else's: what is no report, is of a later form, or
//! does not add up is told, with the way out.

use std::path::Path;

use serde::Deserialize;

use super::json::{Report, SCHEMA, totals};

/// What every form of a report has.
#[derive(Deserialize)]
struct Form {
    schema: String,
}

/// Reads a report.
///
/// # Errors
/// A file that cannot be read, is no report, is of another form, or contradicts itself.
pub fn file(path: &Path) -> Result<Report, String> {
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    parse(&text).map_err(|why| format!("{name} {why}"))
}

/// Reads the text of a report.
///
/// # Errors
/// As [`file()`]: the words that follow the name of the file.
pub fn parse(text: &str) -> Result<Report, String> {
    let Form { schema } =
        serde_json::from_str(text).map_err(|error| format!("is no report: {error}"))?;
    if schema != SCHEMA {
        return Err(match schema.starts_with("zeroproof/report/") {
            true => format!("has schema '{schema}', and this program reads {SCHEMA}: update it"),
            false => format!("is no report: its schema is '{schema}'"),
        });
    }
    let report: Report =
        serde_json::from_str(text).map_err(|error| format!("is no report: {error}"))?;
    let counted = totals(&report.cases);
    let claimed = |verdict| report.totals.get(verdict).copied().unwrap_or(0);
    for (verdict, count) in &counted {
        if claimed(verdict) != *count {
            let claim = claimed(verdict);
            return Err(format!("does not add up: it claims {claim} {verdict} and has {count}"));
        }
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn text(schema: &str, passes: usize) -> String {
        format!(
            r#"{{"schema": "{schema}", "suite_version": "1", "argv": [], "seed": 1,
            "profile": "default", "level": "quick", "complete": true, "wall_ms": 1.5,
            "quiet_ms": 0.0, "totals": {{"pass": {passes}}}, "clauses": {{}}, "cases": [],
            "peer": {{"name": "p", "version": "", "language": "", "via": ""}}}}"#
        )
    }

    #[test]
    fn what_is_no_report_is_told_why() {
        assert!(parse(&text("zeroproof/report/1", 0)).is_ok());
        for (text, says) in [
            (String::from("{}"), "is no report"),
            (String::from("\u{0}"), "is no report"),
            (text("zeroproof/report/2", 0), "update it"),
            (text("zeroproof/clauses/1", 0), "is no report"),
            (text("zeroproof/report/1", 3), "claims 3 pass and has 0"),
            (r#"{"schema": "zeroproof/report/1"}"#.to_owned(), "missing field"),
        ] {
            let error = parse(&text).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
