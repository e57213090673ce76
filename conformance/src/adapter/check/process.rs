//! An adapter's process as a check sees it: raw lines in, raw lines out, in the order they came.
//! Deliberately absent: what a line means.

use std::collections::VecDeque;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::adapter::AdapterError;
use crate::adapter::link::{Line, MAX_LINE, STDERR_LINE, STDERR_LINES, describe, read_line};

/// What came from standard output.
pub(super) enum Came {
    /// A line, without its newline.
    Line(Vec<u8>),
    /// A line beyond what the protocol allows: its beginning.
    TooLong(Vec<u8>),
    /// The end, and what stood before it without a newline.
    End(Vec<u8>),
}

/// A running adapter; killed when it is dropped.
pub(super) struct Process {
    child: Child,
    input: Option<mpsc::UnboundedSender<Vec<u8>>>,
    output: mpsc::UnboundedReceiver<Came>,
    stderr: Arc<Mutex<VecDeque<String>>>,
}

impl Process {
    /// Starts it. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// `Spawn`.
    pub(super) fn start(argv: &[String]) -> Result<Self, AdapterError> {
        let failed = |why: String| AdapterError::Spawn { command: argv.join(" "), why };
        let (program, words) = argv.split_first().ok_or_else(|| failed("no program".into()))?;
        let mut child = Command::new(program)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let (Some(stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(failed("its standard streams could not be opened".into()));
        };
        let (input, lines) = mpsc::unbounded_channel();
        let (came, output) = mpsc::unbounded_channel();
        let words = Arc::<Mutex<VecDeque<String>>>::default();
        tokio::spawn(write(stdin, lines));
        tokio::spawn(read(stdout, came));
        tokio::spawn(keep(stderr, Arc::clone(&words)));
        Ok(Self { child, input: Some(input), output, stderr: words })
    }

    /// Queues octets for standard input; an adapter that does not read blocks nobody.
    pub(super) fn write(&self, octets: Vec<u8>) {
        if let Some(input) = &self.input {
            // Nobody reads what a dead process is told; the end of its output tells of it.
            let _ = input.send(octets);
        }
    }

    /// Closes standard input, once everything queued is written.
    pub(super) fn hang_up(&mut self) {
        self.input = None;
    }

    /// What comes next; after the end, the end again.
    pub(super) async fn next(&mut self) -> Came {
        self.output.recv().await.unwrap_or(Came::End(Vec::new()))
    }

    /// How it ended, if it does within this time: whether with code 0, and in words.
    pub(super) async fn ended(&mut self, within: Duration) -> Option<(bool, String)> {
        let status = timeout(within, self.child.wait()).await.ok()?;
        let good = status.as_ref().is_ok_and(ExitStatus::success);
        Some((good, status.map_or_else(|error| error.to_string(), describe)))
    }

    /// The last lines of standard error so far.
    pub(super) fn stderr_tail(&self) -> String {
        let lines = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect::<Vec<_>>().join("\n")
    }
}

async fn write(mut stdin: ChildStdin, mut lines: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(octets) = lines.recv().await {
        if stdin.write_all(&octets).await.is_err() {
            return;
        }
    }
}

async fn read(stdout: ChildStdout, to: mpsc::UnboundedSender<Came>) {
    let mut stdout = BufReader::with_capacity(64 << 10, stdout);
    loop {
        let mut line = Vec::new();
        let came = match read_line(&mut stdout, &mut line, MAX_LINE).await {
            Line::Whole => Came::Line(line),
            Line::TooLong => Came::TooLong(line),
            Line::End => Came::End(line),
        };
        let last = matches!(came, Came::End(_));
        if to.send(came).is_err() || last {
            return;
        }
    }
}

async fn keep(stderr: ChildStderr, tail: Arc<Mutex<VecDeque<String>>>) {
    let mut stderr = BufReader::new(stderr);
    loop {
        let mut line = Vec::new();
        let end = read_line(&mut stderr, &mut line, STDERR_LINE).await;
        if !line.is_empty() {
            let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
            tail.push_back(String::from_utf8_lossy(&line).into_owned());
            if tail.len() > STDERR_LINES {
                tail.pop_front();
            }
        }
        if matches!(end, Line::End) {
            return;
        }
    }
}
