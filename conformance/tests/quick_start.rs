//! The quick start, word by word: its commands run in an empty folder, its file is written where it
//! says, and each command ends as the page says. What is not a ```sh block is not run.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::env;
use std::path::Path;
use std::process::Command;

const PAGE: &str = include_str!("../../docs/quick-start.md");

/// A fenced block: what stands behind its fence, and its text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut blocks = Vec::new();
    let mut rest = PAGE;
    while let Some((_, fenced)) = rest.split_once("```") {
        let (head, body) = fenced.split_once('\n').unwrap();
        let (text, after) = body.split_once("```").unwrap();
        blocks.push((head, text));
        rest = after;
    }
    blocks
}

/// Runs a line in a shell that finds this build first, and checks how it ends.
fn run(line: &str, at: &Path) {
    let (command, code) = match line.split_once("  # exit code ") {
        Some((command, code)) => (command, code.parse().unwrap()),
        None => (line, 0),
    };
    let program = Path::new(env!("CARGO_BIN_EXE_zeroproof"));
    let mut path = vec![program.parent().unwrap().to_owned()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap()));
    let output = Command::new("bash")
        .args(["-c", command])
        .current_dir(at)
        .env("PATH", env::join_paths(path).unwrap())
        .output()
        .unwrap();
    let said = [&output.stdout, &output.stderr].map(|octets| String::from_utf8_lossy(octets));
    assert_eq!(output.status.code(), Some(code), "{line}\n{}", said.concat());
}

#[test]
fn the_page_is_followed_word_by_word() {
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for (head, text) in blocks() {
        if head == "sh" {
            for line in text.lines() {
                run(line, folder.path());
                commands += 1;
            }
        } else if let Some(("python", file)) = head.split_once(' ') {
            std::fs::write(folder.path().join(file), text).unwrap();
        }
    }
    assert!(commands > 10, "only {commands} commands found");
    assert!(folder.path().join("report/index.html").exists());
    let known = std::fs::read_to_string(folder.path().join("known.toml")).unwrap();
    assert!(known.contains("37/heartbeat/long-ttl"), "{known}");
}
