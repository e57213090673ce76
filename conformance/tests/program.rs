//! The program as a user meets it: good use, bad use, and peers that are none.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;

use serde_json::Value;

fn zeroproof(arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_zeroproof");
    Command::new(program).args(arguments).env_remove("RUST_BACKTRACE").output().unwrap()
}

/// Runs it, checks the exit code, and that standard error says this.
fn refuses(arguments: &[&str], code: i32, says: &str) {
    let output = zeroproof(arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {error}");
    assert!(error.contains(says), "{arguments:?} says: {error}");
}

/// A server that answers every connection with these octets and then reads until it is left.
fn server(octets: &'static [u8], closes: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("tcp://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().take(64) {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(octets);
            if !closes {
                thread::spawn(move || while matches!(stream.read(&mut [0; 1024]), Ok(1..)) {});
            }
        }
    });
    endpoint
}

#[test]
fn wrong_use_is_told_with_the_fix_and_exit_code_2() {
    refuses(&["check", "--type", "REPP"], 2, "REQ, REP");
    refuses(&["check", "--run", "37/nothing/**"], 2, "zeroproof list");
    refuses(&["check", "tcp://127.0.0.1:5555"], 2, "--type");
    refuses(&["check", "tcp://127.0.0.1", "--type", "REP"], 2, "tcp://host:port");
    refuses(&["check", "no-such-peer"], 2, "libzmq");
    refuses(&["check", "--spec", "4.0"], 2, "3.1, 3.0, 2.0, 1.0");
    refuses(&["check", "--spec", "1.0", "--run", "37/framing/*"], 2, "no case applies");
    refuses(&["check", "--deadline", "0"], 2, "seconds");
    refuses(&["check", "--expect", "no/such/file"], 2, "no/such/file");
    refuses(&["check", "reference", "--", "true"], 2, "not both");
    refuses(&["check", "--json", "no/such/folder/r.json"], 2, "cannot write no/such/folder");
    refuses(&["check", "--run", "@no/such/file"], 2, "no/such/file");
    refuses(&["check", "127.0.0.1:5555"], 2, "tcp://127.0.0.1:5555");
    refuses(&["check", "--type", "RADIO"], 2, "offers no RADIO");
    refuses(&["peers", "install", "nobody"], 2, "libzmq");
    refuses(&["coverage", "999"], 2, "RFC 999");
    refuses(&["explain", "37/nothing/at-all"], 2, "zeroproof list");
    refuses(&["decode", "xyz"], 2, "neither a file nor hex");
    refuses(&["replay", "no/such/report", "a/b/c"], 2, "no/such/report");
    refuses(&["frobnicate"], 2, "frobnicate");
}

#[test]
fn a_peer_that_is_none_is_told_with_exit_code_4() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dead = format!("tcp://{free}");
    refuses(&["check", &dead, "--type", "REP"], 4, "nothing listens there");
    let http = server(b"HTTP/1.1 400 Bad Request\r\n\r\n", true);
    refuses(&["check", &http, "--type", "REP"], 4, "does not speak ZMTP");
    let noise = server(b"\x81\x02\x99\xfe\x01\x00\x17\x23\x42\x10\x11", false);
    refuses(&["check", &noise, "--type", "REP"], 4, "does not speak ZMTP");
    let silent = server(b"", false);
    refuses(&["check", &silent, "--type", "REP", "--deadline", "0.2"], 4, "sent nothing");
    let closing = server(b"\xff\x00\x00", true);
    refuses(&["check", &closing, "--type", "REP"], 4, "closed the connection");
    let strange = server(b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x02\x04\x00\x00", false);
    refuses(&["check", &strange, "--type", "REP"], 4, "octet 10 of the peer's greeting is 02");
    refuses(&["check", "--", "sh", "-c", "echo hello; cat"], 4, "adapter");
    refuses(&["check", "--", "no-such-program"], 4, "no-such-program");
}

/// An adapter that is killed after a number of lines, again after each new start.
fn mortal(lines: u32) -> Vec<String> {
    let peer = zeroproof_conformance::peers::install("libzmq", &mut |_| {}).unwrap();
    let script = format!(
        "import os, subprocess, sys\n\
         peer = subprocess.Popen({:?}, stdin=subprocess.PIPE)\n\
         for number, line in enumerate(sys.stdin.buffer):\n\
         \x20   if number == {lines}: peer.kill(); os.kill(os.getpid(), 9)\n\
         \x20   peer.stdin.write(line); peer.stdin.flush()\n\
         peer.stdin.close(); peer.wait()\n",
        peer.argv()
    );
    ["python3", "-c", &script].map(str::to_owned).to_vec()
}

#[test]
fn a_peer_that_dies_midway_is_a_crash_or_flaky_and_fails() {
    let adapter = mortal(40);
    let mut arguments = vec!["check", "--level", "quick", "--run", "37/framing/*", "-v", "--"];
    arguments.extend(adapter.iter().map(String::as_str));
    let output = zeroproof(&arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("died"), "{text}");
    let dead_at_once = mortal(1);
    let words: Vec<&str> =
        ["check", "--"].into_iter().chain(dead_at_once.iter().map(String::as_str)).collect();
    refuses(&words, 4, "signal 9");
}

#[test]
fn the_reference_passes_and_its_report_keeps_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let (json, junit) = (folder.path().join("r.json"), folder.path().join("r.xml"));
    let output =
        zeroproof(&["check", "--json", json.to_str().unwrap(), "--junit", junit.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let report: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    let schema = include_str!("../../vectors/schema/report.schema.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    if let Err(error) = validator.validate(&report) {
        panic!("{error} at {}", error.instance_path());
    }
    let totals: u64 =
        report["totals"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert_eq!(totals, report["cases"].as_array().unwrap().len() as u64, "totals add up");
    let mut broken = report;
    broken["totals"]["splendid"] = 1.into();
    assert!(!validator.is_valid(&broken), "the schema refuses a verdict it does not know");
    assert!(std::fs::read_to_string(&junit).unwrap().ends_with("</testsuite>\n"));
}

#[test]
fn two_runs_of_one_seed_give_one_report() {
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str| {
        let path = folder.path().join(name);
        zeroproof(&["check", "--seed", "42", "--json", path.to_str().unwrap()]);
        let report: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let of = |case: &Value| [&case["id"], &case["axes"], &case["verdict"]].map(Value::clone);
        report["cases"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(run("one"), run("two"));
}

#[test]
fn a_result_of_a_report_is_replayed_with_its_octets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.json");
    let path = path.to_str().unwrap();
    zeroproof(&["check", "--level", "quick", "--json", path]);
    let output = zeroproof(&["replay", path, "37/null/handshake"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("greeting 3.1 NULL") && text.contains("READY Socket-Type"), "{text}");
}

#[test]
fn a_run_out_of_time_is_partial_with_exit_code_6() {
    let output = zeroproof(&["check", "--max-time", "0.000001"]);
    assert_eq!(output.status.code(), Some(6), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn decode_explains_octets_field_by_field() {
    let output = zeroproof(&["decode", "040B09535542534352494245  41\n0001 61"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("SUBSCRIBE \"A\"") && text.contains("message \"a\""), "{text}");
}
