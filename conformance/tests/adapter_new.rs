//! `zeroproof adapter new`: what it writes runs at once and keeps every rule of the protocol, in
//! each language that this machine has.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use zeroproof_conformance::adapter::skeleton::Language;

fn zeroproof(arguments: &[&str], at: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zeroproof"));
    command.args(arguments).current_dir(at).output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|octets| String::from_utf8_lossy(octets)).concat()
}

/// What a skeleton needs beside a shell, and how to ask for it.
fn tool(language: Language) -> [&'static str; 2] {
    match language {
        Language::Python => ["python3", "--version"],
        Language::C => ["cc", "--version"],
        Language::Java => ["javac", "-version"],
        Language::Js => ["node", "--version"],
        Language::Rust => ["cargo", "--version"],
    }
}

fn is_there([program, word]: [&str; 2]) -> bool {
    let mut asked = Command::new(program);
    asked.arg(word).stdout(Stdio::null()).stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

/// Writes, builds and checks one, by the very lines that `adapter new` prints.
fn runs_at_once(language: Language) {
    if !is_there(tool(language)) {
        eprintln!("skipped: this machine has no {}", tool(language)[0]);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let written = zeroproof(&["adapter", "new", language.name(), "mine"], folder.path());
    let text = said(&written);
    assert_eq!(written.status.code(), Some(0), "{text}");
    let after = |word: &str| text.lines().find_map(|line| line.strip_prefix(word)).map(str::trim);
    if let Some(build) = after("build  ") {
        let built = Command::new("sh").args(["-c", build]).current_dir(folder.path()).output();
        let built = built.unwrap();
        assert!(built.status.success(), "{build}: {}", said(&built));
    }
    let check: Vec<&str> = after("check  zeroproof ").unwrap().split(' ').collect();
    let (own, adapter) = check.split_at(2);
    let words = [own, &["--all", "--deadline", "60"], adapter].concat();
    let checked = zeroproof(&words, folder.path());
    let text = said(&checked);
    assert_eq!(checked.status.code(), Some(0), "{text}");
    assert!(text.contains("26 of 30 rules kept, 0 broken, 4 not tried"), "{text}");
}

#[test]
fn python_runs_at_once() {
    runs_at_once(Language::Python);
}

#[test]
fn c_runs_at_once() {
    runs_at_once(Language::C);
}

#[test]
fn java_runs_at_once() {
    runs_at_once(Language::Java);
}

#[test]
fn js_runs_at_once() {
    runs_at_once(Language::Js);
}

#[test]
fn rust_runs_at_once() {
    runs_at_once(Language::Rust);
}

#[test]
fn nothing_is_overwritten_and_then_nothing_is_written() {
    for language in Language::ALL {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("mine").join(language.library());
        std::fs::create_dir_all(library.parent().unwrap()).unwrap();
        std::fs::write(&library, "weeks of work").unwrap();
        let refused = zeroproof(&["adapter", "new", language.name(), "mine"], folder.path());
        let text = said(&refused);
        assert_eq!(refused.status.code(), Some(2), "{text}");
        assert!(text.contains("is not overwritten: name another folder"), "{text}");
        assert_eq!(std::fs::read_to_string(&library).unwrap(), "weeks of work");
        let there = std::fs::read_dir(library.parent().unwrap()).unwrap().count();
        assert_eq!(there, 1, "{language:?}");
    }
}

#[test]
fn a_language_that_is_none_and_a_place_that_cannot_be_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let unknown = zeroproof(&["adapter", "new", "cobol"], folder.path());
    let text = said(&unknown);
    assert_eq!(unknown.status.code(), Some(2), "{text}");
    assert!(text.contains("python, c, java, js, rust"), "{text}");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let below = zeroproof(&["adapter", "new", "python", "file/below"], folder.path());
    let text = said(&below);
    assert_eq!(below.status.code(), Some(2), "{text}");
    assert!(text.contains("cannot write file/below/adapter.py"), "{text}");
}

/// A toy is not on the wire: the suite says so, and judges nothing.
#[test]
fn a_skeleton_is_not_judged_before_it_has_a_library() {
    let folder = tempfile::tempdir().unwrap();
    zeroproof(&["adapter", "new", "python"], folder.path());
    let words = ["check", "--", "python3", "zeroproof-adapter/adapter.py"];
    let judged = zeroproof(&words, folder.path());
    let text = said(&judged);
    assert_eq!(judged.status.code(), Some(4), "{text}");
    assert!(text.contains("transport of tcp://"), "{text}");
}
