//! Expectation files as their users keep them: a run, `expect --fix`, a reason, `expect --check`,
//! and a run that is as expected.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::{Command, Output};

fn zeroproof(arguments: &[&str], at: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeroproof"));
    command.args(arguments).current_dir(at).output().unwrap()
}

/// Runs it, checks the exit code; what it said, on both outputs.
fn says(arguments: &[&str], at: &Path, code: i32) -> String {
    let output = zeroproof(arguments, at);
    let text = [&output.stdout, &output.stderr].map(|octets| String::from_utf8_lossy(octets));
    let text = text.concat();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {text}");
    text
}

/// Cases that libzmq does not pass as an endpoint, and one that it does.
const RUN: [&str; 4] = ["--run", "37/heartbeat/long-ttl", "--run", "37/null/handshake"];

/// The adapter of libzmq, as a peer of which nothing is known.
fn unknown() -> Vec<String> {
    let peer = zeroproof_conformance::peers::install("libzmq", &mut |_| {}).unwrap();
    peer.argv().to_vec()
}

#[test]
fn a_file_is_begun_by_a_run_and_true_after_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let adapter = unknown();
    let check = |more: &[&str]| {
        let mut words = vec!["check"];
        words.extend(RUN);
        words.extend(more);
        words.push("--");
        words.extend(adapter.iter().map(String::as_str));
        words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let run = |more: &[&str], code| {
        let words = check(more);
        says(&words.iter().map(String::as_str).collect::<Vec<_>>(), at, code)
    };
    std::fs::write(at.join("mine.toml"), "# Known of mine.\n").unwrap();
    run(&["--expect", "mine.toml", "--json", "one.json"], 1);
    let fixed = says(&["expect", "--fix", "one.json"], at, 0);
    assert!(fixed.contains("added    37/heartbeat/long-ttl: fail [ttl-cut]"), "{fixed}");
    let text = std::fs::read_to_string(at.join("mine.toml")).unwrap();
    assert!(text.starts_with("# Known of mine.\n"), "{text}");
    let told = says(&["expect", "--check", "mine.toml"], at, 1);
    assert!(told.contains("mend  mine.toml: 37/heartbeat/long-ttl: why is not written"), "{told}");

    let unwritten = format!("why = \"{}\"", zeroproof_conformance::expect::UNWRITTEN);
    let stale = "\n# Of an older release.\n[[expect]]\ncase = \"37/null/handshake\"\n\
                 verdict = \"fail\"\nsignature = \"was\"\nwhy = \"it did\"\n";
    let text = text.replace(&unwritten, "why = \"a TTL wraps at 6553 tenths\"") + stale;
    std::fs::write(at.join("mine.toml"), &text).unwrap();
    says(&["expect", "--check", "mine.toml"], at, 0);
    run(&["--expect", "mine.toml", "--json", "two.json"], 3);
    let fixed = says(&["expect", "--fix", "two.json", "mine.toml"], at, 0);
    assert!(fixed.contains("dropped  37/null/handshake: fail [was]"), "{fixed}");
    assert_eq!(std::fs::read_to_string(at.join("mine.toml")).unwrap(), text.replace(stale, ""));
    run(&["--expect", "mine.toml"], 0);
}

#[test]
fn what_is_skipped_is_not_run_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let skip = "[[skip]]\ncase = \"37/null/*\"\nwhy = \"it takes the machine down\"\n";
    std::fs::write(at.join("mine.toml"), skip).unwrap();
    let run = ["check", "--level", "quick", "-v", "--expect", "mine.toml", "--run"];
    let both = [&run[..], &["37/null/handshake", "--run", "37/greeting/signature"]].concat();
    let text = says(&both, at, 0);
    assert!(text.contains("not tried on this peer: it takes the machine down"), "{text}");
    let alone = [&run[..], &["37/null/handshake"]].concat();
    assert!(says(&alone, at, 2).contains("no case applies"));
}

#[test]
fn what_is_built_in_has_nothing_to_mend() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = says(&["expect", "--check"], here, 0);
    assert!(text.contains("ok    libzmq:") && !text.contains("mend"), "{text}");
}

#[test]
fn wrong_use_is_told_with_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("wide.toml"), "[[skip]]\ncase = \"37/**\"\nwhy = \"x\"\n").unwrap();
    std::fs::write(at.join("none.toml"), "[[skip]]\ncase = \"37/nothing/*\"\nwhy = \"x\"\n")
        .unwrap();
    std::fs::write(at.join("bare.toml"), "[[skip]]\ncase = \"37/null/handshake\"\n").unwrap();
    for (words, says_so) in [
        (&["expect"][..], "--check"),
        (&["expect", "--check", "libzqm"], "did you mean `libzmq`"),
        (&["expect", "--check", "no/such/file.toml"], "cannot read no/such/file.toml"),
        (&["expect", "--check", "wide.toml"], "and may for 20"),
        (&["expect", "--check", "none.toml"], "is no case"),
        (&["expect", "--check", "bare.toml"], "why"),
        (&["expect", "--fix", "no/such/report"], "no/such/report"),
    ] {
        let text = says(words, at, 2);
        assert!(text.contains(says_so), "{words:?}: {text}");
    }
    says(&["check", "--run", "37/null/handshake", "--json", "one.json"], at, 0);
    assert!(says(&["expect", "--fix", "one.json"], at, 2).contains("made without --expect"));
    assert!(
        says(&["expect", "--fix", "one.json", "a/b.toml"], at, 2).contains("cannot write a/b.toml")
    );
}
