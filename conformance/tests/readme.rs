//! The commands of the README, word by word, with a real peer where it needs one.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use zeroproof_conformance::adapter::Adapter;
use zeroproof_conformance::peers;

fn commands() -> Vec<&'static str> {
    let readme = include_str!("../../README.md");
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).collect()
}

/// The words of a command line; double quotes keep blanks together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, piece) in line.split('"').enumerate() {
        match at % 2 {
            0 => words.extend(piece.split_whitespace().map(str::to_owned)),
            _ => words.push(piece.to_owned()),
        }
    }
    words
}

#[tokio::test(flavor = "current_thread")]
async fn every_command_of_the_readme_works() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    std::fs::create_dir_all(workspace.join("target")).unwrap();
    let _ = std::fs::remove_dir_all(workspace.join("target/my-adapter")); // of the run before
    let peer = peers::install("libzmq", &mut |_| {}).unwrap();
    let adapter = Adapter::spawn(peer.argv(), Duration::from_secs(20)).await.unwrap();
    let socket = adapter.open("REP", &[]).await.unwrap();
    let endpoint = adapter.bind(&socket, "tcp://127.0.0.1:*").await.unwrap();
    let mut run = 0;
    for line in commands() {
        let line = line.replace("tcp://127.0.0.1:5555", &endpoint);
        let (program, arguments) = match line.strip_prefix("cargo zeroproof ") {
            Some(arguments) => (env!("CARGO_BIN_EXE_zeroproof"), arguments),
            // What this test itself is part of.
            None if line == "cargo test --workspace" => continue,
            None => (env!("CARGO"), line.strip_prefix("cargo ").unwrap()),
        };
        let output =
            Command::new(program).args(words(arguments)).current_dir(workspace).output().unwrap();
        // A plain endpoint has no expectations: what libzmq does otherwise is a failure there.
        let judged = line.contains("tcp://") && output.status.code() == Some(1);
        let error = String::from_utf8_lossy(&output.stderr);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() || judged, "{line}\n{said}\n{error}");
        run += 1;
    }
    assert!(run > 8, "only {run} commands found");
}
