//! An adapter's process as a check sees it: raw lines in, raw lines out, in the order they came.
//! Deliberately absent: what a line means.

use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::BufReader;
use tokio::process::{Child, ChildStdout};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::adapter::AdapterError;
use crate::adapter::link::{MAX_LINE, describe};
use crate::adapter::pipes::{Line, Started, Tail, keep, read_line, spawn, write};

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
    stderr: Arc<Tail>,
}

impl Process {
    /// Starts it. Must be called on a tokio runtime.
    ///
    /// # Errors
    /// `Spawn`.
    pub(super) fn start(argv: &[String]) -> Result<Self, AdapterError> {
        let Started { child, stdin, stdout, stderr } = spawn(argv)?;
        let (input, lines) = mpsc::unbounded_channel();
        let (came, output) = mpsc::unbounded_channel();
        let words = Arc::<Tail>::default();
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
        self.stderr.text()
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
