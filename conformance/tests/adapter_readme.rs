//! The session in `conformance/adapters/README.md`, typed to the libzmq adapter line by line: the
//! first thing an author of an adapter reads must be true.

#![expect(clippy::panic, reason = "helpers of tests may panic as tests do")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde_json::Value;
use zeroproof_conformance::peers;

const README: &str = include_str!("../adapters/README.md");

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn endpoint(reply: &Value) -> Option<&str> {
    reply.pointer("/ok/endpoint").and_then(Value::as_str)
}

#[test]
fn the_session_of_the_readme_is_what_happens() {
    let session = README.split("```text\n").nth(1).unwrap().split("```").next().unwrap();
    let peer = peers::install("libzmq", &mut |line| eprintln!("{line}")).unwrap();
    let (program, words) = peer.argv().split_first().unwrap();
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut port: Option<(String, String)> = None; // as printed, and as it is today
    for line in session.lines() {
        let (direction, text) = line.split_at(2);
        if direction == "> " {
            let mut request = parse(text).to_string();
            if let Some((printed, real)) = &port {
                request = request.replace(printed, real);
            }
            writeln!(stdin, "{request}").unwrap();
            continue;
        }
        let (printed, real) = (parse(text), parse(&stdout.next().unwrap().unwrap()));
        assert_eq!(printed.get("id"), real.get("id"), "{real}");
        if let (Some(printed), Some(real)) = (endpoint(&printed), endpoint(&real)) {
            port = Some((printed.to_owned(), real.to_owned()));
        } else if printed.pointer("/ok/can").is_some() {
            assert!(real.pointer("/ok/can").is_some(), "{real}");
        } else {
            assert_eq!(printed, real);
        }
    }
    assert!(stdout.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
