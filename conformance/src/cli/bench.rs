//! `zeroproof bench`: implementations side by side.

use std::fs::OpenOptions;
use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};

use super::Failure;
use super::judge::block_on;
use super::options::seconds;
use super::outputs::{can_write, probe_folder, save};
use super::peers::failed;
use crate::benchmark::cell::{self, Cell};
use crate::benchmark::crew::{self, Absent, FLOOR, Member, REFERENCE};
use crate::benchmark::machine::{Machine, Ports};
use crate::benchmark::report::{Report, SCHEMA, Who};
use crate::benchmark::series::{self, Progress, Settings};
use crate::benchmark::{html, human};
use crate::glob::matches;
use crate::peers;
use crate::report::date::rfc3339;

/// The name of the adapter behind `--`.
const YOURS: &str = "yours";
/// What others are compared with, if it is there.
const BASES: [&str; 2] = ["libzmq", "libzmq-c"];

const EXIT_CODES: &str = "Exit codes:
  0  every run was valid
  1  a run was INVALID: it did not deliver everything, hung, died, or told what cannot be
  2  usage: an unknown peer or cell, a peer that is not installed or has no op `bench`, a file
     that cannot be written
  4  a peer does not start, or nothing could be measured
  6  stopped early, results partial";

/// Implementations side by side: the same work in the same run, by native loops of their adapters,
/// beside what the machine does without messages
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Bench {
    /// Names of `peers list`; without any, all that are installed and have the op `bench`. The
    /// built-in reference is always beside them. Ratios are to libzmq, or else to the first
    peers: Vec<String>,
    /// Only these cells, as `tcp-*` (repeatable)
    #[arg(long, value_name = "GLOB")]
    cell: Vec<String>,
    /// Rounds of each cell, in each of which every peer runs once
    #[arg(long, value_name = "N", default_value = "5")]
    runs: NonZeroUsize,
    /// A tenth of the messages and three rounds unless --runs says otherwise: a look, not a result
    #[arg(long)]
    quick: bool,
    /// After this a run has hung
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = seconds)]
    deadline: f64,
    /// Ports from here to 32767 are used
    #[arg(long, value_name = "PORT", default_value = "17000")]
    port: u16,
    /// Form of standard output
    #[arg(long, value_enum, default_value = "human")]
    format: Form,
    /// Write the result as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the result as a page for a browser, which needs no network
    #[arg(long, value_name = "DIR")]
    html: Option<PathBuf>,
    /// Append the result to this file, a line of JSON
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// The cells, a line each; nothing is measured
    #[arg(long)]
    list: bool,
    /// An adapter and its arguments, as `yours`
    #[arg(last = true, value_name = "ADAPTER")]
    adapter: Vec<String>,
}

/// Forms of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Tables, which are Markdown
    Human,
    /// JSON
    Json,
}

impl Bench {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let cells = self.cells()?;
        if self.list {
            for cell in cells {
                say!(
                    "{:<22} {} messages of {} B, {}",
                    cell.name,
                    cell.count,
                    cell.size,
                    cell.group()
                );
            }
            return Ok(0);
        }
        let files = [&self.json, &self.history].into_iter().flatten();
        files.map(PathBuf::as_path).try_for_each(can_write)?;
        self.html.iter().try_for_each(|folder| probe_folder(folder))?;
        let folder = scratch()?;
        let result = block_on(false, self.measured(cells, folder.clone()));
        let _ = std::fs::remove_dir_all(&folder);
        result
    }

    fn cells(&self) -> Result<Vec<Cell>, Failure> {
        let all = cell::all();
        for glob in &self.cell {
            if !all.iter().any(|cell| matches(glob, &cell.name)) {
                let names: Vec<&str> = all.iter().map(|cell| cell.name.as_str()).collect();
                let names = names.join(" ");
                return Err(Failure::usage(format!("no cell '{glob}'; there are {names}")));
            }
        }
        let wanted = |cell: &Cell| match self.cell.is_empty() {
            true => self.list || !cell.on_demand,
            false => self.cell.iter().any(|glob| matches(glob, &cell.name)),
        };
        let cells = all.into_iter().filter(wanted);
        Ok(cells.map(|cell| if self.quick { cell.quick() } else { cell }).collect())
    }

    async fn measured(self, cells: Vec<Cell>, folder: PathBuf) -> Result<u8, Failure> {
        let started = rfc3339(SystemTime::now());
        let members = self.members().await?;
        let settings = Settings {
            runs: self.rounds(),
            deadline: Duration::from_secs_f64(self.deadline),
            folder,
        };
        let (mut machine, mut ports) = (Machine::here(), Ports::from(self.port));
        let mut reports = Vec::new();
        let tell = progress();
        let complete = tokio::select! {
            biased;
            () = crate::runner::asked() => false,
            () = series::measure(
                (&cells, &members), &settings, (&mut machine, &mut ports), &tell, &mut reports,
            ) => true,
        };
        let report = Report {
            schema: SCHEMA.to_owned(),
            suite_version: env!("CARGO_PKG_VERSION").to_owned(),
            started,
            argv: std::env::args().skip(1).collect(),
            optimised: !cfg!(debug_assertions),
            machine,
            peers: members.iter().filter(|member| member.name != FLOOR).map(who).collect(),
            runs: settings.runs,
            complete,
            cells: reports,
        };
        self.write(&report)?;
        Ok(code(&report))
    }

    fn rounds(&self) -> usize {
        match self.quick {
            true if self.runs.get() == 5 => 3,
            _ => self.runs.get(),
        }
    }

    /// Who is measured: what others are compared with comes first, the floor last.
    async fn members(&self) -> Result<Vec<Member>, Failure> {
        let named = !self.peers.is_empty() || !self.adapter.is_empty();
        let mut names: Vec<String> = match named {
            true => self.peers.clone(),
            false => peers::list().map_err(failed)?.into_iter().map(|entry| entry.name).collect(),
        };
        names.retain(|name| name != REFERENCE);
        if !self.adapter.is_empty() {
            names.push(YOURS.to_owned());
        }
        names.push(REFERENCE.to_owned());
        let base = names.iter().position(|name| BASES.contains(&name.as_str())).unwrap_or(0);
        let base = names.remove(base);
        names.insert(0, base);
        names.push(FLOOR.to_owned());
        let mut members: Vec<Member> = Vec::new();
        for name in names {
            if members.iter().any(|member| member.name == name) {
                continue;
            }
            let member = match self.command(&name) {
                Ok(command) => crew::enlist(&name, command).await,
                Err(absent) => Err(absent),
            };
            match member {
                Ok(member) => members.push(member),
                Err(_) if !named && name != REFERENCE => {}
                Err(absent) => return Err(explained(&name, &absent)),
            }
        }
        Ok(members)
    }

    fn command(&self, name: &str) -> Result<(Vec<String>, Option<String>), Absent> {
        let own = || {
            let program = std::env::current_exe().unwrap_or_else(|_| "zeroproof".into());
            vec![program.display().to_string(), "adapter".to_owned(), name.to_owned()]
        };
        match name {
            REFERENCE | FLOOR => Ok((own(), None)),
            YOURS if !self.adapter.is_empty() => Ok((self.adapter.clone(), None)),
            name => crew::command(name),
        }
    }

    fn write(&self, report: &Report) -> Result<(), Failure> {
        let json = || serde_json::to_string(report).unwrap_or_default() + "\n";
        save(self.json.as_deref(), json)?;
        if let Some(folder) = &self.html {
            save(Some(&folder.join("index.html")), || html::page(report))?;
        }
        if let Some(path) = &self.history {
            append(path, &json())?;
        }
        match self.format {
            Form::Human => say!("{}", human::text(report).trim_end()),
            Form::Json => say!("{}", json().trim_end()),
        }
        if !report.complete {
            say!("stopped early: these results are partial");
        }
        Ok(())
    }
}

fn explained(name: &str, absent: &Absent) -> Failure {
    match absent {
        Absent::Peer(_) => Failure::usage(absent.to_string()),
        Absent::NoBench => Failure::usage(format!("{name}: {absent}")),
        Absent::Adapter(_) => Failure::unreachable(format!("{name} does not start: {absent}")),
    }
}

fn who(member: &Member) -> Who {
    let implementation = &member.hello.implementation;
    Who {
        name: member.name.clone(),
        implementation: implementation.name.clone(),
        version: implementation.version.clone(),
        language: implementation.language.clone(),
        via: member.via.clone(),
    }
}

/// From the table in `--help`.
fn code(report: &Report) -> u8 {
    match () {
        () if !report.complete => 6,
        () if report.invalid().next().is_some() => 1,
        () if report.valid() == 0 => 4,
        () => 0,
    }
}

fn append(path: &Path, line: &str) -> Result<(), Failure> {
    let file = OpenOptions::new().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|error| Failure::usage(format!("cannot write {}: {error}", path.display())))
}

/// A folder for the files of ipc, whose paths are short.
fn scratch() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(format!("zeroproof-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::usage(format!("cannot make {}: {error}", folder.display())))?;
    Ok(folder)
}

/// Tells how far the run is, on a terminal.
fn progress() -> impl Fn(Progress<'_>) {
    let shows = std::io::stderr().is_terminal();
    move |Progress { cell, peer, done, all }| {
        if shows {
            let end = if done + 1 == all { "\r\x1b[K" } else { "" };
            eprint!("\r{done} of {all} runs: {cell} {peer}\x1b[K{end}");
        }
    }
}
