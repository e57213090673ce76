//! `action.yml` as a runner would take it: its form, and its scripts, which are run here with the
//! variables that its steps set. What a runner adds, the upload of files, is only looked at.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::{Command, Output};

use saphyr::{LoadableYamlNode, Yaml};

const ACTION: &str = include_str!("../../action.yml");
const PAGE: &str = include_str!("../../docs/quick-start.md");

fn parsed(text: &'static str) -> Yaml<'static> {
    Yaml::load_from_str(text).unwrap().remove(0)
}

/// The text of a key, if it is there.
fn text<'a>(mapping: &'a Yaml<'_>, key: &str) -> Option<&'a str> {
    mapping.as_mapping_get(key)?.as_str()
}

fn keys<'a>(mapping: &'a Yaml<'_>) -> Vec<&'a str> {
    mapping.as_mapping().unwrap().keys().map(|key| key.as_str().unwrap()).collect()
}

/// The value of `${{ … }}` in an expression of the action, with these inputs.
fn evaluated(text: &str, inputs: &BTreeMap<&str, &str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, expression)) = rest.split_once("${{ ") {
        let (name, after) = expression.split_once(" }}").unwrap();
        let value = match name.split_once('.') {
            Some(("inputs", input)) => match inputs.get(input) {
                Some(given) => *given,
                None => parsed_default(input),
            },
            Some(("github", "server_url")) => "https://github.example",
            Some(("github", "action_repository")) => "somebody/zeroproof",
            Some(("github", "action_path")) => "/the/action",
            _ => panic!("{name} is not known here"),
        };
        out += before;
        out += value;
        rest = after;
    }
    out + rest
}

fn parsed_default(input: &str) -> &'static str {
    let declared = ACTION.split_once(&format!("\n  {input}:\n")).unwrap().1;
    let default = declared.split_once("default: ").unwrap().1.lines().next().unwrap();
    default.trim_matches('"')
}

/// Runs the script of a step as a runner does, in this folder, with a program folder first in PATH.
fn step(name: &str, inputs: &[(&str, &str)], at: &Path, programs: &Path) -> Output {
    let action = parsed(ACTION);
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let step = steps.iter().find(|step| text(step, "name") == Some(name)).unwrap();
    let inputs: BTreeMap<&str, &str> = inputs.iter().copied().collect();
    let mut path = vec![programs.to_owned()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap()));
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]);
    command.arg(step["run"].as_str().unwrap()).current_dir(at);
    command.env("PATH", env::join_paths(path).unwrap());
    command.env("GITHUB_OUTPUT", at.join("output")).env("GITHUB_STEP_SUMMARY", at.join("summary"));
    for (name, value) in step["env"].as_mapping().unwrap() {
        let value = evaluated(value.as_str().unwrap(), &inputs);
        command.env(name.as_str().unwrap(), value);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|octets| String::from_utf8_lossy(octets)).concat()
}

/// The folder of the program that was built.
fn built() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_zeroproof")).parent().unwrap()
}

fn judge(inputs: &[(&str, &str)], at: &Path) -> Output {
    step("Judge", inputs, at, built())
}

#[test]
fn the_action_has_the_form_that_a_runner_takes() {
    let action = parsed(ACTION);
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    for name in ["name", "description"] {
        assert!(action[name].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    for input in keys(&action["inputs"]) {
        let declared = &action["inputs"][input];
        assert!(declared["description"].as_str().is_some_and(|text| text.len() > 10), "{input}");
        assert!(ACTION.contains(&format!("inputs.{input} }}")), "{input} is used nowhere");
    }
    for step in action["runs"]["steps"].as_vec().unwrap() {
        let script = text(step, "run");
        assert!(script.is_some() == text(step, "shell").is_some(), "{step:?}");
        assert!(script.is_some() != text(step, "uses").is_some(), "{step:?}");
        // An input within a script would be run by it.
        assert!(script.is_none_or(|script| !script.contains("${{")), "{step:?}");
    }
    let output = action["outputs"]["exit-code"]["value"].as_str().unwrap();
    assert_eq!(output, "${{ steps.judge.outputs.exit-code }}");
}

#[test]
fn the_workflow_of_the_quick_start_gives_inputs_that_there_are() {
    let yaml = PAGE.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let workflow = parsed(yaml);
    let steps = workflow["jobs"]["zeroproof"]["steps"].as_vec().unwrap();
    let uses = |step: &&Yaml<'_>| text(step, "uses").is_some_and(|it| it.contains("/zeroproof@"));
    let step = steps.iter().find(uses).unwrap();
    let action = parsed(ACTION);
    for input in keys(&step["with"]) {
        assert!(keys(&action["inputs"]).contains(&input), "{input} is no input");
    }
}

#[test]
fn it_is_built_from_the_action_itself_or_from_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let cargo = at.join("cargo");
    std::fs::write(&cargo, "#!/bin/sh\necho \"$@\"\n").unwrap();
    assert!(
        Command::new("chmod").args(["+x", cargo.to_str().unwrap()]).status().unwrap().success()
    );
    for (inputs, words) in [
        (&[][..], "install --locked --path /the/action/conformance\n"),
        (
            &[("version", "v1; rm -rf x")],
            "install --locked --git https://github.example/somebody/zeroproof \
             --rev v1; rm -rf x zeroproof-conformance\n",
        ),
    ] {
        assert_eq!(said(&step("Install Zeroproof", inputs, at, at)), words);
    }
}

#[test]
fn a_peer_is_judged_and_everything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let args = "--run 37/greeting/* --run 37/null/handshake";
    let inputs = [("peer", "reference"), ("level", "quick"), ("args", args)];
    let output = judge(&inputs, at);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("::notice title=reference"), "{text}");
    for file in ["report.json", "report.xml", "html/index.html", "badge.json", "pcap"] {
        assert!(at.join("zeroproof-report").join(file).exists(), "{file}");
    }
    assert_eq!(std::fs::read_to_string(at.join("output")).unwrap(), "exit-code=0\n");
    assert!(std::fs::read_to_string(at.join("summary")).unwrap().contains("MUST"));
}

#[test]
fn an_adapter_that_breaks_its_protocol_is_told_before_anything_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("noise.sh"), "echo warming up\nwhile read -r _; do :; done\n").unwrap();
    let output = judge(&[("adapter", "sh noise.sh")], at);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("BROKEN     Lines 2") && !at.join("output").exists(), "{text}");
}

#[test]
fn an_adapter_is_judged_and_its_failures_are_annotations() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let peer = zeroproof_conformance::peers::install("libzmq", &mut |_| {}).unwrap();
    let adapter = peer.argv().join(" ");
    let output = judge(&[("adapter", &adapter), ("args", "--run 37/heartbeat/long-ttl")], at);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("::error title=libzmq"), "{text}");
    assert_eq!(std::fs::read_to_string(at.join("output")).unwrap(), "exit-code=1\n");
    assert!(std::fs::read_to_string(at.join("summary")).unwrap().contains("37/heartbeat/long-ttl"));
}

#[test]
fn neither_and_both_are_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    for inputs in [&[][..], &[("adapter", "true"), ("peer", "reference")]] {
        let output = judge(inputs, folder.path());
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("::error title=Zeroproof::give either adapter or peer"));
    }
}
