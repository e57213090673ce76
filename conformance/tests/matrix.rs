//! `zeroproof matrix`: honest peers talk, every liar is seen for what it is, and the program keeps
//! its word on reports, expectations, exit codes and Ctrl-C.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_zeroproof");
const LIAR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/matrix/liar.py");

/// Runs `zeroproof matrix` with an adapter that tells this lie.
fn matrix(words: &[&str], lie: Option<&str>) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("matrix").args(words).env_remove("RUST_BACKTRACE");
    if let Some(lie) = lie {
        let python = std::env::var("ZEROPROOF_PYTHON").unwrap_or("python3".into());
        command.args(["--", &python, LIAR, lie, PROGRAM, "adapter", "reference"]);
    }
    command.output().unwrap()
}

/// The same with its report, which is checked against the schema and against itself.
fn judged(words: &[&str], lie: Option<&str>) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("matrix.json");
    let words: Vec<&str> =
        words.iter().copied().chain(["--json", path.to_str().unwrap()]).collect();
    let output = matrix(&words, lie);
    let text = std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    let report: Value = serde_json::from_slice(&text).unwrap();
    check(&report);
    (output.status.code(), report)
}

fn check(report: &Value) {
    let schema = include_str!("../../vectors/schema/matrix.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    if let Err(error) = validator.validate(report) {
        panic!("{error} at {}", error.instance_path());
    }
    let cells = report["cells"].as_array().unwrap();
    let totals = report["totals"].as_object().unwrap();
    let sum: u64 = totals.values().filter_map(Value::as_u64).sum();
    assert_eq!(sum, cells.len() as u64, "the totals add up");
    for (outcome, count) in totals {
        let counted = cells.iter().filter(|cell| cell["outcome"] == outcome.as_str()).count();
        assert_eq!(count.as_u64(), Some(counted as u64), "{outcome}");
    }
    let bad = |cell: &&Value| cell.get("fault").is_some() && cell.get("known").is_none();
    assert_eq!(report["unexpected"], cells.iter().filter(bad).count());
}

#[test]
fn the_reference_talks_to_itself_by_every_pattern() {
    let (code, report) = judged(&["reference"], None);
    let cells = report["cells"].as_array().unwrap();
    let bad: Vec<_> = cells.iter().filter(|cell| cell["outcome"] != "ok").collect();
    assert!(bad.is_empty(), "{}", json!(bad));
    assert_eq!((code, cells.len()), (Some(0), if cfg!(unix) { 140 } else { 80 }));
    for pattern in ["push-pull", "req-router", "router-router", "xpub-xsub", "pair-pair"] {
        assert!(cells.iter().any(|cell| cell["pattern"] == pattern), "{pattern}");
    }
    assert_eq!(cells.iter().filter(|cell| cell["talks"] == false).count(), 20);
}

#[test]
fn unasked_each_pattern_and_each_mechanism_and_transport_is_met_but_not_all_of_them_together() {
    let (code, report) = judged(&["reference:yours", "yours:reference"], Some("none"));
    let cells = report["cells"].as_array().unwrap();
    assert_eq!((code, cells.len()), (Some(0), if cfg!(unix) { 68 } else { 64 }));
    let met = |field: &str| {
        cells.iter().map(|cell| cell[field].to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(met("pattern").len(), 14);
    assert_eq!(met("mechs").len(), 9);
    assert_eq!(met("transport").len(), if cfg!(unix) { 2 } else { 1 });
}

#[test]
fn an_adapter_that_only_passes_on_is_as_good_as_the_one_behind_it() {
    let (code, report) =
        judged(&["reference", "--mech", "NULL", "--transport", "tcp"], Some("none"));
    let cells = report["cells"].as_array().unwrap();
    let bad: Vec<_> = cells.iter().filter(|cell| cell["outcome"] != "ok").collect();
    assert!(bad.is_empty(), "{}", json!(bad));
    assert_eq!(code, Some(0));
    let others = |cell: &Value| cell["first"] == "reference" && cell["second"] == "reference";
    assert!(!cells.iter().any(others), "an adapter of one's own meets everybody, and nobody else");
}

/// A lie, the pair and pattern in which it is told, and how the cell must end.
const LIES: [(&str, &str, &str, &str, &str, &str); 17] = [
    ("swallow", "yours:reference", "push-pull", "fails", "multipart", "skipped"),
    ("swallow", "yours:reference", "req-rep", "fails", "multipart", "nothing"),
    ("change", "reference:yours", "push-pull", "fails", "multipart", "changed"),
    ("twice", "yours:reference", "push-pull", "fails", "empty-part", "twice"),
    ("tear", "yours:reference", "dealer-router", "fails", "multipart", "parts"),
    ("foreign", "reference:yours", "pair-pair", "fails", "multipart", "foreign"),
    ("no-empty", "yours:reference", "dealer-dealer", "fails", "empty-part", "parts"),
    ("no-long", "yours:reference", "push-pull", "fails", "255-256", "skipped"),
    ("short", "yours:reference", "push-pull", "fails", "1-mib", "size"),
    ("mute", "reference:yours", "push-pull", "fails", "first-message", "no-answer"),
    ("mute", "yours:reference", "req-rep", "fails", "reply", "no-answer"),
    ("refuse", "yours:reference", "push-pull", "refuses", "multipart", "refused"),
    ("die", "yours:reference", "push-pull", "dies", "multipart", "died"),
    ("greedy", "reference:yours", "pub-sub", "fails", "filter", "unwanted"),
    ("faithful", "reference:yours", "pub-sub", "fails", "unsubscribe", "unwanted"),
    ("never-again", "reference:yours", "push-pull", "fails", "reconnect", "no-connection"),
    ("stranger", "yours:yours", "push-sub", "fails", "silence", "delivered"),
];

#[test]
fn every_liar_makes_a_red_cell_that_names_the_step_and_shows_octets() {
    for (lie, pair, pattern, outcome, step, signature) in LIES {
        let words = [pair, "--pattern", pattern, "--mech", "NULL", "--transport", "tcp"];
        let words: Vec<&str> =
            words.into_iter().chain(["--bind", "first", "--deadline", "1"]).collect();
        let (code, report) = judged(&words, Some(lie));
        let cell = &report["cells"][0];
        let seen = [&cell["outcome"], &cell["fault"]["step"], &cell["fault"]["signature"]];
        assert_eq!(seen, [outcome, step, signature], "{lie} {pair}: {}", cell["fault"]);
        assert_eq!((code, report["cells"].as_array().unwrap().len()), (Some(1), 1), "{lie}");
        assert_eq!(cell["attempts"], json!([outcome, outcome]), "{lie}");
        let lines = cell["lines"].as_array().unwrap();
        assert!(lines.iter().any(|line| line["from"] == "binder"), "{lie}: {lines:?}");
        assert!(lines.iter().any(|line| line["from"] == "connector"), "{lie}: {lines:?}");
        let replay = cell["replay"].as_str().unwrap();
        assert!(replay.starts_with(&format!("zeroproof matrix {pair} --bind ")), "{replay}");
        assert!(replay.contains(&format!("--pattern {pattern} --mech NULL")), "{replay}");
    }
}

#[test]
fn who_delivers_although_the_mechanisms_differ_is_found() {
    let words = ["yours:yours", "--pattern", "push-pull", "--mech", "NULL/CURVE"];
    let (code, report) = judged(&words, Some("insecure"));
    let cells = report["cells"].as_array().unwrap();
    assert_eq!((code, cells.len()), (Some(1), 2));
    for cell in cells {
        assert_eq!(cell["talks"], false);
        let seen = [&cell["outcome"], &cell["fault"]["step"], &cell["fault"]["signature"]];
        assert_eq!(seen, ["fails", "silence", "delivered"], "{cell}");
    }
    let (code, report) = judged(&words, Some("none"));
    assert_eq!((code, &report["cells"][0]["outcome"]), (Some(0), &json!("ok")));
}

fn saved(folder: &Path, text: &str) -> String {
    let path = folder.join("known.toml");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn what_is_known_is_no_failure_and_what_comes_no_more_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(
        folder.path(),
        "[[expect]]\nsecond = 'yours'\npattern = 'push-pull'\noutcome = 'fails'\n\
         step = 'multipart'\nsignature = 'changed'\nwhy = 'it is a liar'\n",
    );
    let words = ["reference:yours", "--bind", "first", "--mech", "NULL", "--transport", "tcp"];
    let words: Vec<&str> = words.into_iter().chain(["--pattern", "push-pull"]).collect();
    let with: Vec<&str> = words.iter().copied().chain(["--expect", &file]).collect();
    let (code, report) = judged(&with, Some("change"));
    assert_eq!((code, &report["unexpected"]), (Some(0), &json!(0)));
    let cell = &report["cells"][0];
    assert_eq!(cell["known"]["why"], "it is a liar");
    assert_eq!(cell["attempts"], json!(["fails"]), "what was foretold is not tried again");
    assert!(!cell["lines"].as_array().unwrap().is_empty(), "and has its octets all the same");
    let (code, report) = judged(&with, Some("none"));
    assert_eq!((code, &report["stale"][0]["why"]), (Some(3), &json!("it is a liar")));
    let (code, _) = judged(&words, Some("change"));
    assert_eq!(code, Some(1));
    let wrong = saved(folder.path(), "[[expect]]\noutcome = 'fails'\nwhy = 'x'\n");
    let output = matrix(&["reference", "--expect", &wrong], None);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("names a peer"), "{said}");
}

#[test]
fn the_terminal_shows_the_octets_of_both_sides_and_how_to_try_again() {
    let words = ["reference:yours", "--bind", "reference", "--pattern", "push-pull"];
    let words: Vec<&str> =
        words.into_iter().chain(["--mech", "NULL", "--transport", "tcp"]).collect();
    let output = matrix(&words, Some("change"));
    let said = String::from_utf8_lossy(&output.stdout);
    for line in [
        "FAILS  reference PUSH (binds) > yours PULL   push-pull NULL tcp",
        "at        multipart   [changed]",
        "got       part 2, octet 0: 7a instead of 62",
        "> yours   < reference",
        "READY Socket-Type=\"PULL\"",
        "message \"b\", more follow",
        "replay    zeroproof matrix reference:yours --bind reference --pattern push-pull --mech",
        "binds \\ connects",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    let words: Vec<&str> = words.into_iter().chain(["--format", "md"]).collect();
    let said = matrix(&words, Some("change"));
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("| **reference** | – | ✗1 |") && said.contains("at multipart"), "{said}");
}

#[test]
fn wrong_use_is_told_with_its_exit_code() {
    for (words, code, says) in [
        (vec!["libzqm"], 2, "did you mean `libzmq`"),
        (vec!["reference:reference:reference"], 2, "write a pair as A:B"),
        (vec!["reference", "--pattern", "req-req"], 2, "there are push-pull"),
        (vec!["reference", "--mech", "GSSAPI"], 2, "NULL/CURVE"),
        (vec!["reference", "--transport", "udp"], 2, "tcp, ipc"),
        (vec!["reference", "--bind", "libzmq"], 2, "not one of these peers"),
        (vec!["reference", "--pattern", "push-sub", "--mech", "CURVE"], 2, "no cell is left"),
        (vec!["reference", "--json", "/no/such/folder/m.json"], 2, "cannot write"),
        (vec!["yours:reference"], 2, "adapter after --"),
        (vec!["reference", "--", "/no/such/program"], 4, "yours does not start"),
    ] {
        let output = matrix(&words, None);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(said.contains(says), "{words:?}: {said}");
    }
}

#[test]
fn ctrl_c_leaves_a_partial_report() {
    let (code, report) = judged(&["reference"], Some("interrupt"));
    assert_eq!((code, &report["complete"]), (Some(6), &json!(false)));
    assert!(report["totals"]["not-run"].as_u64() > Some(0), "{}", report["totals"]);
}
