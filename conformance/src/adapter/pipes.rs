//! An adapter's process and its three pipes: lines in, lines out, and the end of standard error.
//! Deliberately absent: what a line means.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;

use super::error::AdapterError;

/// Kept lines of standard error.
const STDERR_LINES: usize = 20;
/// The longest kept line of standard error, in octets.
const STDERR_LINE: usize = 1000;

/// A process, killed when it is dropped, and its pipes.
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

/// Starts a program. Must be called on a tokio runtime.
///
/// # Errors
/// `Spawn`.
pub(super) fn spawn(argv: &[String]) -> Result<Started, AdapterError> {
    let failed = |why: String| AdapterError::Spawn { command: argv.join(" "), why };
    let (program, words) = argv.split_first().ok_or_else(|| failed("no command".into()))?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        (Some(stdin), Some(stdout), Some(stderr)) => Ok(Started { child, stdin, stdout, stderr }),
        _ => Err(failed("its standard streams could not be opened".into())),
    }
}

/// Writes what is queued until the queue or the pipe ends; lines that are ready together go out
/// together.
pub(super) async fn write(mut stdin: ChildStdin, mut queue: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(mut lines) = queue.recv().await {
        while let Ok(next) = queue.try_recv() {
            lines.extend(next);
        }
        if stdin.write_all(&lines).await.is_err() {
            return; // the reader of the pipe is gone; the end of its output tells of it
        }
    }
}

/// The last lines of standard error.
#[derive(Debug, Default)]
pub(super) struct Tail(Mutex<VecDeque<String>>);

impl Tail {
    /// All of them, as one text.
    pub(super) fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect::<Vec<_>>().join("\n")
    }

    fn push(&self, line: &[u8]) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_back(String::from_utf8_lossy(line).into_owned());
        if lines.len() > STDERR_LINES {
            lines.pop_front();
        }
    }
}

/// Keeps the end of standard error, until it ends.
pub(super) async fn keep(stderr: ChildStderr, tail: Arc<Tail>) {
    let mut stderr = BufReader::new(stderr);
    loop {
        let mut line = Vec::new();
        let end = read_line(&mut stderr, &mut line, STDERR_LINE).await;
        if !line.is_empty() {
            tail.push(&line);
        }
        if matches!(end, Line::End) {
            return;
        }
    }
}

/// How a line ended.
pub(super) enum Line {
    Whole,
    TooLong,
    End,
}

/// Appends to `line` up to and without the next newline, at most `limit` octets.
pub(super) async fn read_line<R: AsyncBufReadExt + Unpin>(
    from: &mut R,
    line: &mut Vec<u8>,
    limit: usize,
) -> Line {
    loop {
        let octets = match from.fill_buf().await {
            Ok(octets) if !octets.is_empty() => octets,
            _ => return Line::End,
        };
        let end = octets.iter().position(|octet| *octet == b'\n');
        let body = end.and_then(|end| octets.get(..end)).unwrap_or(octets);
        let room = limit.saturating_sub(line.len());
        line.extend_from_slice(body.get(..room).unwrap_or(body));
        let too_long = body.len() > room;
        let used = body.len() + usize::from(end.is_some());
        from.consume(used);
        match end {
            _ if too_long => return Line::TooLong,
            Some(_) => return Line::Whole,
            None => {}
        }
    }
}
