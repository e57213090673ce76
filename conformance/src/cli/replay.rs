//! `zeroproof replay`: one result of a report again, alone, with all its octets.

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;

use super::say::aside;
use super::{Cli, Failure, dispatch};
use crate::report::json::rank;
use crate::report::read;

/// Flags of the first run that choose cases or write files; a replay has its own.
const DROPPED: [&str; 13] = [
    "--run", "--skip", "--type", "--role", "--split", "--seed", "--level", "--json", "--junit",
    "--html", "--pcap", "--badge", "--format",
];

/// Runs the worst result of a case in a report once more.
pub(super) fn replay(report: &Path, id: &str) -> Result<u8, Failure> {
    let name = report.display();
    let report = read::file(report).map_err(Failure::usage)?;
    let case =
        report.cases.iter().filter(|case| case.id == id).max_by_key(|case| rank(case.verdict));
    let case = case.ok_or_else(|| Failure::usage(format!("{name} has no case '{id}'")))?;
    let seed = report.seed.to_string();
    // A peer that connects to us has one role, and `listen` no flag for it.
    let mut flags = match report.argv.first().map(String::as_str) {
        Some("check") => vec!["--role", &case.axes.role],
        Some("listen") => Vec::new(),
        _ => return Err(Failure::usage(format!("{name} is of no command that judges"))),
    };
    flags.extend(["--run", id, "--split", &case.axes.split]);
    flags.extend(["--level", "exhaustive", "--seed", &seed, "-vv"]);
    flags.extend(["--type", &case.axes.r#type]);
    let line = command(&report.argv, &flags);
    let cli = Cli::try_parse_from(&line)
        .map_err(|error| Failure::usage(format!("the command of {name}: {error}")))?;
    // The report may be somebody else's, and its command starts programs: it is told.
    let told: Vec<_> = line.iter().map(|word| word.to_string_lossy()).collect();
    aside(&told.join(" "));
    dispatch(cli.command)
}

/// The command of the report with other flags; what follows `--` stays.
fn command(argv: &[String], flags: &[&str]) -> Vec<OsString> {
    let end = argv.iter().position(|word| word == "--").unwrap_or(argv.len());
    let (own, rest) = argv.split_at(end);
    let mut line = vec![OsString::from("zeroproof")];
    let mut words = own.iter();
    while let Some(word) = words.next() {
        if DROPPED.contains(&word.as_str()) {
            words.next();
        } else if !DROPPED.iter().any(|flag| word.starts_with(&format!("{flag}="))) {
            line.push(word.into());
        }
    }
    line.extend(flags.iter().map(OsString::from));
    line.extend(rest.iter().map(OsString::from));
    line
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_first_run_keeps_its_target_and_loses_its_choice() {
        let first = ["check", "--run", "a/**", "--json=x", "--deadline", "2", "--", "sh", "--run"];
        let line = command(&first.map(str::to_owned), &["--run", "a/b/c"]);
        let wanted =
            ["zeroproof", "check", "--deadline", "2", "--run", "a/b/c", "--", "sh", "--run"];
        assert_eq!(line, wanted);
    }
}
