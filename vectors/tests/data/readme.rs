//! The README: its table counts right, and its readers run and find what the crate finds.
//!
//! The Rust reader is a documentation test of the crate itself. Absent: a way around a missing
//! program; a reader that was not run has not been tested.

use std::fmt::Write;
use std::process::Command;
use zeroproof_vectors::{Level, Observable, clauses, golden};

/// The fenced block of this language.
fn block(language: &str) -> String {
    let text = super::text("README.md");
    let (_, rest) = text.split_once(&format!("```{language}\n")).expect(language);
    let (code, _) = rest.split_once("```").expect(language);
    assert!(code.lines().count() <= 12, "the {language} reader is no longer a short one");
    code.to_owned()
}

/// Runs a reader in the folder of the data, where it prints what it has found.
fn run(program: &str, flag: &str, language: &str) {
    let (clauses, golden) = (clauses().unwrap(), golden().unwrap());
    let octets: usize = golden.vectors().iter().map(|vector| vector.as_octets().len()).sum();
    let (all, vectors) = (clauses.clauses().len(), golden.vectors().len());
    let output = Command::new(program)
        .args([flag, &block(language)])
        .current_dir(super::home())
        .output()
        .unwrap_or_else(|why| panic!("`{program}` cannot be run ({why}); this test needs it"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {errors}");
    let found = String::from_utf8_lossy(&output.stdout);
    assert_eq!(found.trim(), format!("{all} clauses, {vectors} vectors, {octets} octets"));
}

#[test]
fn the_python_reader_finds_everything() {
    run("python3", "-c", "python");
}

#[test]
fn the_javascript_reader_finds_everything() {
    run("node", "-e", "javascript");
}

#[test]
fn the_table_counts_the_clauses() {
    let counted = table();
    assert!(super::text("README.md").contains(&counted), "the table should read:\n{counted}");
}

/// Clauses of each RFC by level and by where they can be observed.
fn table() -> String {
    let catalogue = clauses().unwrap();
    let mut table = "| RFC | title | clauses |".to_owned();
    for level in Level::ALL {
        write!(table, " {level} |").unwrap();
    }
    for observable in Observable::ALL {
        write!(table, " {observable} |").unwrap();
    }
    let columns = 3 + Level::ALL.len() + Observable::ALL.len();
    writeln!(table, "\n|{}", "---|".repeat(columns)).unwrap();
    for (rfc, title) in catalogue.rfcs() {
        let name = if matches!(rfc, 0 | 99) { "–".to_owned() } else { rfc.to_string() };
        let counts = counts(|clause| clause.rfc == rfc);
        writeln!(table, "| {name} | {title} | {counts} |").unwrap();
    }
    writeln!(table, "| | **all** | {} |", counts(|_| true)).unwrap();
    table
}

fn counts(of: impl Fn(&zeroproof_vectors::Clause) -> bool) -> String {
    let clauses: Vec<_> = clauses().unwrap().clauses().iter().filter(|clause| of(clause)).collect();
    let mut counts = vec![clauses.len()];
    for level in Level::ALL {
        counts.push(clauses.iter().filter(|clause| clause.level == *level).count());
    }
    for observable in Observable::ALL {
        counts.push(clauses.iter().filter(|clause| clause.observable == *observable).count());
    }
    counts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ")
}

#[test]
fn the_list_of_vectors_counts_them() {
    let text = super::text("README.md");
    for file in super::files("golden") {
        let group = file.file_stem().unwrap().to_str().unwrap();
        let count = golden().unwrap().group(group).count();
        let row = format!("| `golden/{group}.json` | {count} |");
        assert!(text.contains(&row), "no row `{row}`");
    }
}
