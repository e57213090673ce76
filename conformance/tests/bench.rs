//! `zeroproof bench` as its users meet it: a liar has no figure, and the reason is told; a real run
//! is valid. Deliberately absent: any demand on speed.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use zeroproof_conformance::benchmark::report::Report;
use zeroproof_conformance::peers;

fn bench(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeroproof"));
    command.args(["bench", "--quick", "--runs", "1"]).args(words).output().unwrap()
}

fn here(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).to_str().unwrap().to_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn who_lies_hangs_or_dies_has_no_figure_and_the_reason_is_told() {
    let program = here("tests/bench/liar.py");
    // Each has ports of its own, as tests run side by side.
    for (at, (lie, cell, reason)) in [
        ("moves_nothing", "tcp-1m", "crossed the loopback interface"),
        ("loses", "ipc-64", "157499 messages of 10079936 octets, where 157500"),
        ("grows", "ipc-64", "10080001 octets"),
        ("dreams", "ipc-64", "is no time that can be"),
        ("hurries", "ipc-64", "and the run took"),
        ("hangs", "ipc-64", "no answer to `bench`"),
        ("dies", "ipc-64", "exit code 3"),
    ]
    .into_iter()
    .enumerate()
    {
        let port = (18_000 + 100 * at).to_string();
        let deadline = if lie == "hangs" { "0.5" } else { "20" };
        let output = bench(&[
            "--cell",
            cell,
            "--deadline",
            deadline,
            "--port",
            &port,
            "--",
            "python3",
            &program,
            lie,
        ]);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{lie}: {text}");
        let told = text.lines().find(|line| line.starts_with(&format!("INVALID  {cell} yours: ")));
        assert!(told.is_some_and(|line| line.contains(reason)), "{lie}: {text}");
        assert!(text.contains("| INVALID |"), "{lie} has a figure: {text}");
    }
}

#[test]
fn what_cannot_be_measured_is_told_with_its_exit_code() {
    let toy = here("adapters/skeleton/python/adapter.py");
    for (words, code, says) in [
        (&["libzqm"][..], 2, "mean `libzmq`"),
        (&["--cell", "tcp-65"], 2, "no cell 'tcp-65'; there are tcp-16"),
        (&["--", "python3", &toy], 2, "yours: its adapter has no op `bench`"),
        (&["--", "sh", "-c", "exit 3"], 4, "yours does not start"),
        (&["--json", "/nonexistent/a"], 2, "cannot write"),
        (&["--runs", "0"], 2, "--runs"),
    ] {
        let output = bench(words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {error}");
        assert!(error.contains(says), "{words:?}: {error}");
    }
}

/// The reference, and a libzmq if one is installed that needs no Python.
#[test]
fn a_real_run_is_valid_and_its_files_are_what_they_should_be() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, html, history) = (path("bench.json"), path("html"), path("history"));
    let mut words = vec!["--port", "19000", "--json", &json, "--html", &html];
    words.extend(["--history", &history]);
    for cell in ["tcp-64", "ipc-1m", "req-rep-ipc", "pub-sub-10", "inproc-64", "connections"] {
        words.extend(["--cell", cell]);
    }
    let libzmq = peers::find("libzmq-c").is_ok();
    words.push(if libzmq { "libzmq-c" } else { "reference" });
    let output = bench(&words);
    assert_eq!(output.status.code(), Some(0), "{output:?}");

    let text = std::fs::read_to_string(&json).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let schema = include_str!("../../vectors/schema/bench.schema.json");
    let schema = jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap();
    if let Err(error) = schema.validate(&value) {
        assert!(schema.is_valid(&value), "{error}: {text}");
    }
    let report: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(report.cells.len(), 6);
    assert_eq!(report.invalid().count(), 0, "{text}");
    assert_eq!(report.valid(), 6 * report.peers.len(), "{text}");
    for cell in &report.cells {
        assert!(cell.peers.iter().all(|peer| peer.figures.as_ref().unwrap().spread.min > 0.0));
        assert_eq!(cell.floor.is_some(), cell.name != "connections", "{}", cell.name);
    }
    assert_eq!(std::fs::read_to_string(&history).unwrap().lines().count(), 1);

    let page = std::fs::read_to_string(folder.path().join("html/index.html")).unwrap();
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"));
    assert_eq!(page.matches("<svg").count(), 6, "a picture a group");
    for who in &report.peers {
        assert!(page.contains(&format!("<b>{}</b>", who.name)));
    }
}
