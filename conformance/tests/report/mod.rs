//! A report of a peer that would like to be more than text, and the program to give it to.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// What ends an element, an attribute, a line and a cell, wherever it is put unescaped.
pub(crate) const EVIL: &str = "\"'></script><script>document.title='owned'</script><img src=x \
     onerror=\"document.title='owned'\">|`@all`\n::error::owned\r\u{202e}";

/// Runs the program.
pub(crate) fn zeroproof(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_zeroproof");
    Command::new(program).args(arguments).env_remove("RUST_BACKTRACE").output().unwrap()
}

/// A result of `id` with this verdict.
pub(crate) fn case(id: &str, kind: &str, verdict: &str) -> Value {
    let bad = ["fail", "hang", "crash", "flaky"].contains(&verdict);
    let mut case = json!({
        "id": id, "clauses": ["37-HB-003"], "level": "MUST", "verdict": verdict,
        "axes": { "type": kind, "role": "bind", "split": "whole" },
        "expectation": if bad { "unexpected" } else { "none" },
        "attempts": [verdict], "cost_us": 1500, "quiet_windows": 1,
    });
    if bad {
        case["finding"] = json!({ "signature": "ttl-cut", "expected": EVIL, "got": EVIL });
        case["replay"] = json!(format!("zeroproof check {EVIL}"));
        let greeting = format!("ff00000000000000017f03014e554c4c{}", "00".repeat(48));
        case["steps"] = json!([
            { "connection": 0, "t_us": 10, "dir": "sent", "hex": greeting },
            { "connection": 0, "t_us": 20, "dir": "received", "hex": greeting, "note": EVIL },
            { "connection": 0, "t_us": 25, "dir": "received", "hex": "04070450494e471c29" },
            { "connection": 0, "t_us": 30, "dir": "received", "hex": "", "note": "closed" },
        ]);
    }
    case
}

/// A whole report of these results.
pub(crate) fn report(peer: &str, cases: &[Value]) -> Value {
    let mut totals = serde_json::Map::new();
    let mut worst = json!("pass");
    for case in cases {
        let verdict = case["verdict"].as_str().unwrap();
        let count = totals.get(verdict).and_then(Value::as_u64).unwrap_or(0);
        totals.insert(verdict.to_owned(), json!(count + 1));
        worst = json!(verdict);
    }
    json!({
        "schema": "zeroproof/report/1", "suite_version": "0.1.0",
        "started": "2026-11-24T17:35:22Z", "argv": ["check"], "seed": 1, "profile": "default",
        "level": "full", "complete": true, "wall_ms": 20.5, "quiet_ms": 3.25,
        "peer": { "name": peer, "version": "1.2", "language": peer, "via": peer },
        "totals": totals, "by_level": { "MUST": totals }, "clauses": { "37-HB-003": worst },
        "cases": cases,
    })
}

/// Writes a report into a folder.
pub(crate) fn saved(folder: &Path, name: &str, report: &Value) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, report.to_string()).unwrap();
    path
}
