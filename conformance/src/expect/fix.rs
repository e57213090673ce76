//! Brings an expectation file up to date with a report: what no longer comes leaves, what came
//! unforeseen enters. The file is edited in place: comments and order stay. A comment right above
//! an entry leaves with it; a paragraph of comments further above stays.
//! Deliberately absent: reasons. Nobody but the author knows them.

use std::collections::BTreeSet;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{Expectations, UNWRITTEN};
use crate::glob::matches;
use crate::report::json::{Expectation, Report, Stale};
use crate::runner::Profile;
use crate::verdict::Verdict;

/// A file as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// Its text.
    pub text: String,
    /// The entries that entered, as `case: verdict [signature]`.
    pub added: Vec<String>,
    /// The entries that left, in the same form.
    pub dropped: Vec<String>,
    /// Bad results that no entry can foretell, and why not.
    pub left: Vec<String>,
}

/// Edits the text of a file after a report that was made with it.
///
/// # Errors
/// A text that is no expectation file; a report of another profile, whose verdicts are not those
/// of a file.
pub fn fix(text: &str, report: &Report) -> Result<Fixed, String> {
    if report.profile != Profile::Default {
        return Err("a file holds the verdicts of the default profile, and this report is of \
                    another: run check without --profile"
            .into());
    }
    let known = Expectations::parse(text)?;
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let dropped = report.stale.iter().filter(|stale| drop_entry(&mut document, stale));
    let dropped: Vec<String> =
        dropped.map(|stale| named(&stale.case, stale.verdict, &stale.signature)).collect();
    let (mut added, mut left) = (Vec::new(), BTreeSet::new());
    for (case, verdict, signature) in news(report, &mut left) {
        let told = known.expect.iter().any(|entry| {
            matches(&entry.case, case) && entry.verdict == verdict && entry.signature == signature
        });
        if told {
            left.insert(format!("{case}: {verdict}: an entry has it, but not on these axes"));
            continue;
        }
        let mut entry = Table::new();
        let fields = [
            ("case", case),
            ("verdict", verdict.name()),
            ("signature", signature),
            ("why", UNWRITTEN),
        ];
        for (name, text) in fields {
            entry.insert(name, value(text));
        }
        entry.decor_mut().set_prefix(if document.as_table().is_empty() {
            // What stands in a file without entries stays above the first.
            let above = document.trailing().as_str().unwrap_or_default().trim_end().to_owned();
            document.set_trailing("");
            if above.is_empty() { above } else { above + "\n\n" }
        } else {
            "\n".to_owned()
        });
        let entries = document.entry("expect").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let entries =
            entries.as_array_of_tables_mut().ok_or("`expect` is written as [[expect]]")?;
        entries.push(entry);
        added.push(named(case, verdict, signature));
    }
    let text = document.to_string();
    Ok(Fixed { text, added, dropped, left: left.into_iter().collect() })
}

fn named(case: &str, verdict: Verdict, signature: &str) -> String {
    format!("{case}: {verdict} [{signature}]")
}

/// What came and was not foretold, each once; in `left` what cannot be.
fn news<'a>(
    report: &'a Report,
    left: &mut BTreeSet<String>,
) -> BTreeSet<(&'a str, Verdict, &'a str)> {
    let mut news = BTreeSet::new();
    for result in report.cases.iter().filter(|r| r.expectation == Expectation::Unexpected) {
        let signature = result.finding.as_ref().map(|finding| finding.signature.as_str());
        match (result.verdict, signature) {
            (Verdict::Fail | Verdict::Hang | Verdict::Crash, Some(signature)) => {
                news.insert((result.id.as_str(), result.verdict, signature));
            }
            (verdict, _) => {
                left.insert(format!("{}: {verdict} is never expected", result.id));
            }
        }
    }
    news
}

/// Removes the entry that no longer comes; whether it was there.
fn drop_entry(document: &mut DocumentMut, stale: &Stale) -> bool {
    let Some(entries) = document.get_mut("expect").and_then(Item::as_array_of_tables_mut) else {
        return false;
    };
    let text = |entry: &Table, name| entry.get(name).and_then(Item::as_str).map(str::to_owned);
    let at = entries.iter().position(|entry| {
        text(entry, "case").as_deref() == Some(&stale.case)
            && text(entry, "verdict").as_deref() == Some(stale.verdict.name())
            && text(entry, "signature").as_deref() == Some(&stale.signature)
            && text(entry, "when") == stale.when
    });
    let Some(at) = at else { return false };
    let kept = entries.get(at).map(paragraphs_above).unwrap_or_default();
    entries.remove(at);
    if kept.is_empty() {
        return true;
    }
    match entries.get_mut(at) {
        Some(next) => {
            let own = prefix(next);
            next.decor_mut().set_prefix(format!("{kept}{}", own.trim_start_matches('\n')));
        }
        None => {
            let rest = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(format!("{kept}{rest}"));
        }
    }
    true
}

fn prefix(entry: &Table) -> String {
    entry.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned()
}

/// The comments above an entry that are not its own: those with an empty line behind them.
fn paragraphs_above(entry: &Table) -> String {
    let prefix = prefix(entry);
    let end = prefix.rfind("\n\n").map_or(0, |at| at + 2);
    let above = prefix.get(..end).unwrap_or_default();
    if above.trim().is_empty() { String::new() } else { above.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::fix;
    use crate::expect::{Expectations, UNWRITTEN};
    use crate::report::json::Report;
    use crate::report::read;

    const CASE: &str = "37/greeting/signature";
    const OTHER: &str = "37/framing/command-bit";

    /// A report of one bad result, and of what no longer came.
    fn report(verdict: &str, signature: &str, stale: &str) -> Report {
        let text = format!(
            r#"{{"schema": "zeroproof/report/1", "suite_version": "1", "argv": [], "seed": 1,
            "profile": "default", "level": "quick", "complete": true, "wall_ms": 1.5,
            "quiet_ms": 0.0, "totals": {{"{verdict}": 1}}, "clauses": {{}}, "stale": [{stale}],
            "peer": {{"name": "p", "version": "", "language": "", "via": ""}},
            "cases": [{{"id": "{CASE}", "clauses": [], "level": "MUST", "verdict": "{verdict}",
              "axes": {{"type": "PULL", "role": "bind", "split": "whole"}},
              "expectation": "unexpected", "attempts": [], "cost_us": 1, "quiet_windows": 0,
              "finding": {{"signature": "{signature}", "expected": "even", "got": "odd"}}}}]}}"#
        );
        read::parse(&text).unwrap()
    }

    fn stale(case: &str) -> String {
        format!(r#"{{"case": "{case}", "verdict": "fail", "signature": "was"}}"#)
    }

    fn entry(case: &str, signature: &str) -> String {
        format!(
            "[[expect]]\ncase = '{case}'   # a glob would do\nverdict = 'fail'\n\
             signature = \"{signature}\"\nwhy = 'it does'\n"
        )
    }

    #[test]
    fn what_came_enters_without_a_reason_and_the_rest_stays_octet_by_octet() {
        let text = format!("# All of it was checked.\n\n{}\n# The end.\n", entry(OTHER, "is"));
        let fixed = fix(&text, &report("fail", "odd", "")).unwrap();
        assert_eq!(fixed.added, [format!("{CASE}: fail [odd]")]);
        assert!(fixed.dropped.is_empty() && fixed.left.is_empty());
        let (before, after) =
            fixed.text.split_once(&format!("[[expect]]\ncase = \"{CASE}\"")).unwrap();
        assert!(before.starts_with(text.trim_end_matches("# The end.\n").trim_end()), "{before}");
        assert!(
            after.contains(&format!("why = \"{UNWRITTEN}\"")) && fixed.text.contains("# The end.")
        );
        let known = Expectations::parse(&fixed.text).unwrap();
        assert_eq!(known.expect.len(), 2);
        assert_eq!(fix(&fixed.text, &report("fail", "odd", "")).unwrap().text, fixed.text);
    }

    #[test]
    fn what_no_longer_comes_leaves_with_its_own_comment_only() {
        let text = format!(
            "# The file.\n\n# of the first\n{}\n# of the second\n{}",
            entry(OTHER, "was"),
            entry(CASE, "odd")
        );
        let fixed = fix(&text, &report("fail", "odd", &stale(OTHER))).unwrap();
        assert_eq!(fixed.dropped, [format!("{OTHER}: fail [was]")]);
        let expected = format!("# The file.\n\n# of the second\n{}", entry(CASE, "odd"));
        assert_eq!(fixed.text, expected);
        let last = format!("{}\n# A section.\n\n{}", entry(CASE, "odd"), entry(OTHER, "was"));
        let fixed = fix(&last, &report("fail", "odd", &stale(OTHER))).unwrap();
        assert_eq!(fixed.text, format!("{}\n# A section.\n\n", entry(CASE, "odd")));
    }

    #[test]
    fn an_empty_file_is_begun_and_what_cannot_be_expected_is_told() {
        let fixed = fix("", &report("hang", "mute", "")).unwrap();
        assert!(fixed.text.starts_with("[[expect]]\n"), "{}", fixed.text);
        let fixed = fix("# Known.\n", &report("hang", "mute", "")).unwrap();
        assert!(fixed.text.starts_with("# Known.\n\n[[expect]]\n"), "{}", fixed.text);
        let flaky = fix("", &report("flaky", "odd", "")).unwrap();
        assert_eq!((flaky.text.as_str(), flaky.left.len()), ("", 1));
        let mut strict = report("fail", "odd", "");
        strict.profile = crate::runner::Profile::Strict;
        assert!(fix("", &strict).unwrap_err().contains("--profile"));
        assert!(fix("[[expect]]\n", &report("fail", "odd", "")).is_err());
    }
}
