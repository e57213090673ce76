//! One run of one cell: starts the programs, reads their figure, refuses what went wrong.
//!
//! ```text
//! binding side --"ready ..."--> connecting side, or raw peers --> figure; both must end well
//! ```
//!
//! Deliberately absent: sleeps. A side that is ready says so, and one that hangs is ended by
//! `timeout`.

use crate::cell::{Cell, Work};
use crate::peer::Failure;
use crate::raw;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// An engine to measure: a program, and what comes before its other arguments.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) first: &'static [&'static str],
}

/// What one run gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    pub(crate) figure: f64,
    /// The 99th percentile, of round trips.
    pub(crate) worse: Option<f64>,
    /// Of all processes, user and system, start included; in nanoseconds a message.
    pub(crate) cpu: f64,
    /// How the engine calls itself.
    pub(crate) version: String,
}

/// A program that runs, and what it prints.
struct Side {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Side {
    fn start(program: &Program, cell: &Cell, mode: &str, endpoint: &str) -> Result<Self, Failure> {
        let mut words = match cell.work {
            // Whose memory is measured has to be our own child.
            Work::Idle => vec![],
            Work::RoundTrip => vec!["timeout", "60", "taskset", "-c", "0"],
            _ => vec!["timeout", "60"],
        };
        let path = program.path.to_string_lossy();
        words.push(&path);
        words.extend(program.first);
        let (size, count) = (cell.size.to_string(), cell.count.to_string());
        let Work::FanOut(subscribers) = cell.work else {
            words.extend([mode, endpoint, &size, &count]);
            return Self::spawn(&words);
        };
        let subscribers = subscribers.to_string();
        words.extend([mode, endpoint, &size, &count, &subscribers]);
        Self::spawn(&words)
    }

    fn spawn(words: &[&str]) -> Result<Self, Failure> {
        let (program, args) = words.split_first().ok_or("no program")?;
        let mut command = Command::new(program);
        let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        Ok(Self { child, lines })
    }

    fn line(&mut self) -> Result<String, Failure> {
        Ok(self.lines.next().ok_or("a side ended early")??)
    }

    /// All that it still prints; it must end well.
    fn finish(mut self) -> Result<String, Failure> {
        drop(self.child.stdin.take());
        let text = self.lines.by_ref().collect::<Result<Vec<_>, _>>()?.join(" ");
        let status = self.child.wait()?;
        if status.success() { Ok(text) } else { Err(format!("a side ended: {status}").into()) }
    }
}

/// Runs a cell once; the port is free.
///
/// # Errors
/// A program cannot be started, ended badly, or did not deliver everything.
pub(crate) fn run(program: &Program, cell: &Cell, port: u16) -> Result<Run, Failure> {
    let endpoint = if cell.is_ipc {
        let path = std::env::temp_dir().join(format!("zeroproof-bench-{port}.sock"));
        format!("ipc://{}", path.display())
    } else {
        format!("tcp://127.0.0.1:{port}")
    };
    let before = children_ticks()?;
    let (bound, connected) = cell.work.modes();
    let mut server = Side::start(program, cell, bound, &endpoint)?;
    let ready = server.line()?;
    let version = ready.strip_prefix("ready ").ok_or("not ready")?.to_owned();
    let mut text = match (connected, cell.work) {
        (Some(mode), _) => Side::start(program, cell, mode, &endpoint)?.finish()?,
        (None, Work::Visits { minor }) => {
            raw::visit(port, minor, cell.count).map(|()| String::new())?
        }
        (None, Work::Idle) => idle(&server.child, port, cell.count)?,
        (None, _) => String::new(),
    };
    text = format!("{text} {}", server.finish()?);
    let figures: Vec<f64> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let figure = figures.first().copied().ok_or("no figure")?;
    // A tick is a hundredth of a second.
    let cpu = (children_ticks()? - before) * 1e7 / cell.count as f64;
    Ok(Run { figure, worse: figures.get(1).copied(), cpu, version })
}

/// KiB a connection that a process holds more when so many peers are there.
fn idle(child: &Child, port: u16, count: usize) -> Result<String, Failure> {
    // The first ones pay for what all share.
    let warm = (0..20).map(|_| raw::connect(port, 1)).collect::<Result<Vec<_>, _>>()?;
    let before = resident(child.id())?;
    let held = (0..count).map(|_| raw::connect(port, 1)).collect::<Result<Vec<_>, _>>()?;
    let grown = resident(child.id())? - before;
    drop((warm, held));
    Ok(format!("{:.2}", grown / count as f64))
}

fn resident(process: u32) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim_end_matches("kB").trim().parse()?)
}

/// CPU time of all children that have ended, in ticks.
fn children_ticks() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may hold spaces, come the third field and those after it.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in stat")?;
    let mut fields = fields.split_whitespace().skip(13);
    let mut next = || fields.next().unwrap_or_default().parse::<f64>();
    Ok(next()? + next()?)
}
