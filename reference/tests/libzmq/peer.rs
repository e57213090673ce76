//! A libzmq in a Python process of its own, driven by lines; what it understands is in `peer.py`.
//!
//! Deliberately absent: any knowledge of types and patterns.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use zeroproof_reference::Message;

use super::Outcome;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/libzmq/peer.py");

/// The Python with a libzmq, where `zeroproof peers install libzmq` puts it.
pub(super) fn python() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers");
    let peers = std::env::var_os("ZEROPROOF_PEERS").map_or(beside, PathBuf::from);
    Some(peers.join("libzmq/venv/bin/python")).filter(|python| python.exists())
}

/// One process: sockets of one context, by name.
pub(super) struct Peer {
    /// Dropped, it is killed.
    _process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    pub(super) fn spawn() -> Outcome<Self> {
        let mut process = Command::new(python().ok_or("libzmq is not installed")?)
            .arg(PROGRAM)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = process.stdin.take().ok_or("no stdin")?;
        let output = BufReader::new(process.stdout.take().ok_or("no stdout")?);
        Ok(Self { _process: process, input, output })
    }

    /// Gives a command and returns what it says.
    pub(super) async fn ask(&mut self, command: &str) -> Outcome<String> {
        self.input.write_all(format!("{command}\n").as_bytes()).await?;
        let answer = self.answer().await?;
        Ok(answer.strip_prefix("ok ").ok_or_else(|| format!("{command}: {answer}"))?.to_owned())
    }

    pub(super) async fn send(&mut self, name: &str, message: &Message) -> Outcome {
        let sizes: String = message.parts().iter().map(|part| format!(" {}", part.len())).collect();
        let mut octets = format!("send {name}{sizes}\n").into_bytes();
        for part in message.parts() {
            octets.extend_from_slice(part);
        }
        self.input.write_all(&octets).await?;
        let answer = self.answer().await?;
        if answer == "ok " { Ok(()) } else { Err(format!("send {name}: {answer}").into()) }
    }

    pub(super) async fn recv(&mut self, name: &str) -> Outcome<Message> {
        self.input.write_all(format!("recv {name}\n").as_bytes()).await?;
        let answer = self.answer().await?;
        let mut parts = Vec::new();
        for size in answer.split(' ') {
            let size = size.parse().map_err(|_| format!("recv {name}: {answer}"))?;
            let mut part = vec![0; size];
            self.output.read_exact(&mut part).await?;
            parts.push(part);
        }
        Ok(Message::new(parts))
    }

    async fn answer(&mut self) -> Outcome<String> {
        let mut line = String::new();
        self.output.read_line(&mut line).await?;
        match line.strip_suffix('\n') {
            Some(answer) => Ok(answer.to_owned()),
            None => Err("libzmq's process has ended".into()),
        }
    }
}
