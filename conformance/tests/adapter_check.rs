//! `zeroproof adapter check` as its users meet it: each rule has a liar that it must catch by name,
//! and what a user may do wrong is told with the fix.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::thread;

use serde_json::Value;
use zeroproof_conformance::adapter::check::{rule, rules};

/// A lie of `adapter_check/liar.py`, and the rule it breaks.
const LIES: &[(&str, &str)] = &[
    ("hello_without_language", "hello 1"),
    ("a_type_twice", "hello 1"),
    ("replies_on_many_lines", "Lines 1"),
    ("reads_only_its_own_form", "Lines 1"),
    ("names_in_ascii", "Lines 1"),
    ("prints_when_it_opens", "Lines 2"),
    ("flushes_late", "Lines 4"),
    ("cuts_large_parts", "Lines 5"),
    ("answers_empty_lines", "Lines 7"),
    ("says_nothing_to_nonsense", "Lines 7"),
    ("nonsense_is_internal", "Lines 7"),
    ("answers_twice", "Requests 1"),
    ("ids_of_32_bits", "Requests 1"),
    ("a_kind_of_its_own", "Requests 1"),
    ("ok_with_the_name", "Requests 2"),
    ("bind_answers_another_endpoint", "Requests 2"),
    ("keeps_names_after_close", "Requests 3"),
    ("shows_the_delimiter", "Requests 4"),
    ("lingers", "Requests 5"),
    ("takes_any_option", "Requests 6"),
    ("linger_is_no_number", "Requests 6"),
    ("fills_are_whole_patterns", "Requests 7"),
    ("takes_half_octets", "Requests 8"),
    ("builds_parts_of_any_size", "Requests 8"),
    ("never_waits", "Requests 9"),
    ("guesses_at_ops", "Errors unsupported"),
    ("nobody_to_take_it_is_a_state", "Errors again"),
    ("push_receives", "Errors state"),
    ("an_endpoint_may_be_bound_twice", "Errors refused"),
    ("defaults_for_what_is_missing", "Errors refused"),
    ("dies_of_deep_nesting", "Errors internal"),
    ("a_recv_blocks_all", "Order 2"),
    ("the_last_recv_comes_first", "Order 3"),
    ("closes_before_it_answers", "Order 4"),
    ("forgets_what_waits", "Order 4"),
    ("speaks_any_proto", "hello 2"),
    ("claims_an_op", "hello 3"),
    ("claims_an_option", "hello 3"),
    ("has_room_for_twelve_sockets", "hello 4"),
    ("a_bench_forgets_the_warm_up", "bench 1"),
    ("a_median_above_the_worst", "bench 2"),
    ("a_bench_without_anybody_is_done", "bench 3"),
    ("stays_after_the_end", "Lines 8"),
    ("ends_with_code_one", "Lines 8"),
];

/// Numbered rules of the README that bind the suite, are of later versions, or are held by
/// `zeroproof bench` against every run.
const NOT_TRIED: [&str; 6] = ["Lines 3", "Lines 6", "Lines 9", "Order 1", "bench 4", "bench 5"];

fn here(path: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    path.to_str().unwrap().to_owned()
}

fn liar(lie: &str) -> Vec<String> {
    let program = here("tests/adapter_check/liar.py");
    vec!["python3".into(), program, here("adapters/skeleton/python"), lie.into()]
}

fn check(flags: &[&str], adapter: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeroproof"));
    command.args(["adapter", "check"]).args(flags).arg("--").args(adapter);
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The rules that a check names as broken.
fn broken(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("BROKEN"));
    lines.filter_map(|line| line.get(5..24)).map(str::trim).collect()
}

#[test]
fn each_lie_is_caught_by_the_rule_it_breaks_and_by_no_other() {
    let waiting = Mutex::new(LIES.to_vec());
    let wrong = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = waiting.lock().unwrap().pop();
            let Some((lie, place)) = next else { return };
            let output = check(&["--deadline", "15"], &liar(lie));
            let text = said(&output);
            if output.status.code() != Some(1) || broken(&text) != [place] {
                wrong.lock().unwrap().push(format!("{lie} should break {place}:\n{text}"));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(work);
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_rule_has_a_liar() {
    let caught: BTreeSet<&str> = LIES.iter().map(|(_, place)| *place).collect();
    let all: BTreeSet<&str> = rules().iter().map(|rule| rule.place).collect();
    assert_eq!(caught, all);
}

/// Heading and number of each numbered rule, and each kind of error.
fn numbered(readme: &str) -> Vec<String> {
    let mut heading = "";
    let mut all = Vec::new();
    for line in readme.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title.split(' ').next().unwrap();
        }
        if heading.is_empty() {
            continue; // the steps at the top are no rules
        }
        let number = line.split_once(". ").map(|(number, _)| number);
        if let Some(number) = number.filter(|number| number.parse::<u32>().is_ok()) {
            all.push(format!("{heading} {number}"));
        }
        if let Some(kind) = line.strip_prefix("| `").filter(|_| heading == "Errors") {
            all.push(format!("Errors {}", kind.split('`').next().unwrap()));
        }
    }
    all
}

#[test]
fn each_rule_of_the_readme_is_tried_or_binds_others() {
    let readme = numbered(include_str!("../adapters/README.md"));
    assert!(readme.len() > 25, "{readme:?}");
    for place in &readme {
        let other = NOT_TRIED.contains(&place.as_str()) || place == "Errors closed"; // Order 4
        assert!(rule(place).is_some() != other, "{place}");
    }
    for rule in rules() {
        assert!(readme.iter().any(|place| place == rule.place), "{}", rule.place);
    }
}

#[test]
fn an_honest_adapter_keeps_all_and_its_replies_keep_to_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("from");
    let script = r#"from=$1; shift; "$@" | tee "$from"; exit "${PIPESTATUS[0]}""#;
    let mut adapter =
        ["bash", "-c", script, "bash", from.to_str().unwrap()].map(String::from).to_vec();
    adapter.extend(liar("honest"));
    let output = check(&["--all"], &adapter);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.ends_with("30 of 30 rules kept, 0 broken\n"), "{text}");

    let schema = include_str!("../../vectors/schema/adapter.schema.json");
    let mut schema: Value = serde_json::from_str(schema).unwrap();
    let top = schema.as_object_mut().unwrap();
    top.remove("anyOf");
    top.insert("$ref".into(), "#/$defs/reply".into());
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    let lines = std::fs::read_to_string(&from).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let replies: Vec<Value> = lines.filter(|line| line.get("ev").is_none()).collect();
    assert!(!replies.is_empty());
    for reply in replies {
        assert!(schema.is_valid(&reply), "{reply}");
    }
}

#[test]
fn all_goes_on_after_the_first_broken_rule() {
    let output = check(&["--all", "--deadline", "15"], &liar("push_receives"));
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert_eq!(broken(&text), ["Errors state"], "{text}");
    assert!(text.contains("29 of 30 rules kept, 1 broken"), "{text}");
    assert!(text.contains("> {\"id\":") && text.contains("      fix  map"), "{text}");
}

#[test]
fn what_does_not_start_or_is_no_adapter_is_told_with_its_exit_code() {
    let shell = |script: &str| ["sh", "-c", script].map(String::from).to_vec();
    for (flags, adapter, code, says) in [
        (&[][..], vec!["no-such-program".to_owned()], 4, "no-such-program"),
        (&[], shell("echo oh no >&2; exit 3"), 4, "oh no"),
        (&["--deadline", "0"], shell("true"), 2, "seconds"),
        (&["libzmq"], shell("true"), 2, "not both"),
        (&[], vec![], 2, "adapter check -- python3"),
    ] {
        let output = check(flags, &adapter);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{adapter:?}: {error}");
        assert!(error.contains(says), "{adapter:?}: {error}");
    }
    let output = check(&["--deadline", "0.3"], &shell("while read _; do :; done"));
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("no answer to `hello`"), "{text}");
}

/// An adapter that says on standard error who it is, and never answers.
#[test]
fn control_c_ends_the_check_and_its_adapter() {
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join("pid");
    let script =
        format!("echo $$ > {0}.new; mv {0}.new {0}; while read _; do :; done", named.display());
    let mut checks = Command::new(env!("CARGO_BIN_EXE_zeroproof"))
        .args(["adapter", "check", "--deadline", "60", "--", "sh", "-c", &script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    while !named.exists() {
        thread::yield_now();
    }
    let pid = std::fs::read_to_string(&named).unwrap();
    let signal = |name: &str, pid: &str| {
        let kill = Command::new("kill").args([name, pid.trim()]).stderr(Stdio::null()).status();
        kill.unwrap().success()
    };
    assert!(signal("-INT", &checks.id().to_string()));
    assert_eq!(checks.wait().unwrap().code(), Some(6));
    while signal("-0", &pid) {
        thread::yield_now();
    }
}
