//! Reports as a user meets them: every form of them, what changed between two, and bad use.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

mod report;

use std::path::Path;
use std::process::Output;

use report::{EVIL, case, report, saved, zeroproof};
use serde_json::{Value, json};
use zeroproof_conformance::capture::Capture;

const ID: &str = "37/heartbeat/long-ttl";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refuses(arguments: &[&str], says: &str) {
    let output = zeroproof(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert!(error.contains(says), "{arguments:?} says: {error}");
}

/// A saved report of a peer named like an attack, with a pass, a failure and one that did not run.
fn evil(folder: &Path) -> String {
    let mut idle = case("37/null/handshake", "REP", "not-applicable");
    idle["reason"] = json!(EVIL);
    let cases = [case(ID, "PULL", "fail"), case("37/greeting/signature", "PULL", "pass"), idle];
    saved(folder, "evil.json", &report(EVIL, &cases)).display().to_string()
}

#[test]
fn bad_use_of_reports_is_told_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let good = evil(folder.path());
    let mut later = report("p", &[]);
    later["schema"] = json!("zeroproof/report/2");
    saved(folder.path(), "later.json", &later);
    let mut wrong = report("p", &[case(ID, "PULL", "pass")]);
    wrong["totals"]["pass"] = json!(7);
    saved(folder.path(), "wrong.json", &wrong);
    saved(folder.path(), "other.json", &json!({ "schema": "zeroproof/clauses/1" }));
    refuses(&["report", &path("none.json")], "cannot read");
    refuses(&["report", &path("other.json")], "is no report");
    refuses(&["report", &path("later.json")], "update it");
    refuses(&["report", &path("wrong.json")], "does not add up");
    refuses(&["diff", &good, &path("later.json")], "update it");
    refuses(&["replay", &path("later.json"), ID], "update it");
    refuses(&["report", &good, "--html", &good], "cannot write");
    refuses(&["report", &good, "--badge", &path("no/such/folder")], "cannot write");
    refuses(&["report", &good, "--pcap", "/dev/null/here"], "cannot write");
    refuses(&["report", &good, &good, "--badge", &path("badge.json")], "holds one report");
    refuses(&["report", &good, "--kills", &good, "--html", &path("html")], "no kill matrix");
    refuses(&["report"], "REPORT");
    refuses(&["check", "--html", &good], "cannot write");
    refuses(&["check", "--format", "yaml"], "jsonl");
    assert!(!Path::new(&path("html")).exists(), "nothing is written for wrong use");
}

#[test]
fn tap_says_each_result_and_no_peer_gives_a_directive() {
    let folder = tempfile::tempdir().unwrap();
    let text = said(&zeroproof(&["report", &evil(folder.path()), "--format", "tap"]));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["TAP version 14", "1..3"]);
    assert!(text.contains("\nnot ok 1 - 37/heartbeat/long-ttl PULL bind whole\n  ---\n"), "{text}");
    assert!(text.contains("\nok 2 - 37/greeting/signature"), "{text}");
    assert!(lines.last().unwrap().starts_with("ok 3 - ") && text.contains(" # SKIP not-appl"));
    for line in &lines[2..] {
        let legal = ["ok ", "not ok ", "# ", "  "].iter().any(|start| line.starts_with(start));
        assert!(legal, "{line}");
    }
}

#[test]
fn github_gets_commands_of_ours_only() {
    let folder = tempfile::tempdir().unwrap();
    let text = said(&zeroproof(&["report", &evil(folder.path()), "--format", "github"]));
    let kinds: Vec<&str> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(kinds, ["::error", "::notice"], "{text}");
    assert!(text.contains("%0A::error::owned") || text.contains("%0A%3A%3Aerror"), "{text}");
}

#[test]
fn markdown_shows_what_a_peer_says_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = said(&zeroproof(&["report", &evil(folder.path()), "--format", "md"]));
    assert!(text.contains("### Unexpected") && text.contains("| MUST |"), "{text}");
    for markup in ["<script", "<img", " @all", "`@all`", "\n::error"] {
        assert!(!text.contains(markup), "{markup} in {text}");
    }
}

#[test]
fn json_lines_come_as_results_do_and_hold_the_report() {
    let output =
        zeroproof(&["check", "--level", "quick", "--run", "37/null/*", "--format", "jsonl"]);
    let text = said(&output);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!((events.first(), events.last()), (Some(&"run"), Some(&"end")));
    let cases = events.iter().filter(|event| **event == "case").count();
    let totals = lines.last().unwrap()["totals"].as_object().unwrap();
    let total: u64 = totals.values().filter_map(Value::as_u64).sum();
    assert_eq!((cases, cases as u64), (events.len() - 2, total));
    assert!(cases > 3 && output.status.success());
}

#[test]
fn a_badge_counts_promises() {
    let folder = tempfile::tempdir().unwrap();
    let badge = folder.path().join("badge.json");
    zeroproof(&["report", &evil(folder.path()), "--badge", badge.to_str().unwrap()]);
    let badge: Value = serde_json::from_slice(&std::fs::read(badge).unwrap()).unwrap();
    assert_eq!(badge["schemaVersion"], 1);
    assert_eq!(badge["label"], "zeroproof 0.1.0 default");
    assert!(badge["message"].as_str().unwrap().ends_with("MUST 1/2, SHOULD 0/0"), "{badge}");
    assert_eq!(badge["color"], "red");
}

#[test]
fn captures_hold_the_octets_and_decode_reads_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pcap");
    let mut made = report("p", &[case(ID, "PULL", "fail")]);
    made["cases"][0]["id"] = json!("../../37/heartbeat/long-ttl");
    let path = saved(folder.path(), "r.json", &made);
    zeroproof(&["report", path.to_str().unwrap(), "--pcap", out.to_str().unwrap()]);
    let files: Vec<_> = std::fs::read_dir(&out).unwrap().map(|file| file.unwrap().path()).collect();
    let [file] = &files[..] else { panic!("one file a result that did not pass: {files:?}") };
    let connections = Capture::read(&std::fs::read(file).unwrap()).unwrap().connections();
    let [((from, to), sent, received)] = &connections[..] else { panic!("{connections:?}") };
    assert_eq!((from.1, to.1), (40_000, 5555), "the SUT binds");
    assert_eq!((sent.len(), &received[64..]), (64, &b"\x04\x07\x04PING\x1c\x29"[..]));
    let text = said(&zeroproof(&["decode", file.to_str().unwrap()]));
    assert!(text.contains("greeting 3.1 NULL") && text.contains("PING ttl=7209"), "{text}");
}

#[test]
fn a_difference_is_worse_better_or_other() {
    let folder = tempfile::tempdir().unwrap();
    let other = "37/greeting/signature";
    let one = |name: &str, cases: &[Value]| {
        saved(folder.path(), name, &report("p", cases)).display().to_string()
    };
    let pass = one("pass.json", &[case(ID, "PULL", "pass"), case(ID, "SUB", "pass")]);
    let fail = one("fail.json", &[case(ID, "PULL", "fail"), case(ID, "SUB", "fail")]);
    let idle = one("idle.json", &[case(ID, "PULL", "pass"), case(ID, "SUB", "not-run")]);
    let more = one(
        "more.json",
        &[case(ID, "PULL", "pass"), case(ID, "SUB", "pass"), case(other, "SUB", "pass")],
    );
    let mut otherwise = case(ID, "PULL", "fail");
    otherwise["finding"]["signature"] = json!("another");
    let changed = one("changed.json", &[otherwise, case(ID, "SUB", "fail")]);
    for (old, new, code, says) in [
        (&pass, &pass, 0, "0 worse, 0 better, 0 otherwise"),
        (
            &pass,
            &fail,
            1,
            "WORSE  37/heartbeat/long-ttl  pass -> fail [ttl-cut]  on PULL bind whole and 1 more",
        ),
        (&fail, &pass, 0, "0 worse, 2 better"),
        (&fail, &changed, 1, "fail [ttl-cut] -> fail [another]"),
        (&pass, &idle, 1, "pass -> not-run"),
        (&idle, &pass, 0, "other  37/heartbeat/long-ttl  not-run -> pass"),
        (&pass, &more, 0, "- -> pass"),
        (&more, &pass, 1, "WORSE  37/greeting/signature  pass -> -"),
    ] {
        let output = zeroproof(&["diff", old, new]);
        let text = said(&output);
        assert!(text.contains(says), "{says} is not in:\n{text}");
        assert_eq!(output.status.code(), Some(code), "{text}");
    }
    let text = said(&zeroproof(&["diff", &pass, &fail, "--format", "md"]));
    assert!(
        text.contains(r"| WORSE | 37/heartbeat/long-ttl | pass | fail \[ttl-cut\] | 2 |"),
        "{text}"
    );
}

/// An adapter that interrupts whoever started it after some lines, and then answers no more.
fn interrupting(lines: u32, pid: &Path, signal: &str) -> Vec<String> {
    let peer = zeroproof_conformance::peers::install("libzmq", &mut |_| {}).unwrap();
    let script = format!(
        "import os, signal, subprocess, sys\n\
         open({pid:?}, 'w').write(str(os.getpid()))\n\
         peer = subprocess.Popen({:?}, stdin=subprocess.PIPE)\n\
         for number, line in enumerate(sys.stdin.buffer):\n\
         \x20   if number == {lines}: os.kill(os.getppid(), signal.{signal})\n\
         \x20   if number < {lines}: peer.stdin.write(line); peer.stdin.flush()\n\
         peer.stdin.close(); peer.wait()\n",
        peer.argv()
    );
    ["python3", "-c", &script].map(str::to_owned).to_vec()
}

#[cfg(unix)]
#[test]
fn an_interrupt_midway_leaves_a_partial_report_and_no_orphan() {
    for signal in ["SIGINT", "SIGTERM"] {
        interrupted_by(signal);
    }
}

#[cfg(unix)]
fn interrupted_by(signal: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (json, pid) = (folder.path().join("r.json"), folder.path().join("pid"));
    let adapter = interrupting(60, &pid, signal);
    let mut arguments =
        vec!["check", "--run", "37/**", "--jobs", "4", "--json", json.to_str().unwrap()];
    arguments.push("--");
    arguments.extend(adapter.iter().map(String::as_str));
    let output = zeroproof(&arguments);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(6), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("stopped early"), "{text}");
    let report = zeroproof_conformance::report::read::file(&json).unwrap();
    assert!(!report.complete);
    let pid = std::fs::read_to_string(pid).unwrap();
    assert!(!Path::new("/proc").join(pid).join("cwd").exists(), "the adapter lives on");
}
