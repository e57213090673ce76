//! `zeroproof matrix`: who talks to whom.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Failure;
use super::judge::block_on;
use super::line::Line;
use super::options::seconds;
use super::outputs::{bug, can_write, probe_folder, save};
use super::peers::failed;
use super::say::aside;
use crate::matrix::cell::{Mech, Side, Transport};
use crate::matrix::{self, Bind, Choice, Crew, Known, Pattern, Record, Recruit, Settings};
use crate::matrix::{html, human, report};
use crate::peers;

/// The name of the adapter behind `--`.
const YOURS: &str = "yours";
/// The name of the engine of this program.
const REFERENCE: &str = "reference";
/// Seconds after which nothing is waited for.
const DEADLINE: f64 = 6.0;
/// Groups of failures that are told whole.
const TOLD: usize = 12;

/// Who talks to whom: every pair of peers, by pattern, mechanism, transport and who binds
#[derive(Debug, Args)]
pub(super) struct Matrix {
    /// Names of `peers list`, or `reference`: all pairs of them meet; `A:B` is one pair, in which A
    /// sends first. Without any, all that are installed meet
    peers: Vec<String>,
    /// Only this pattern, as `req-rep` (repeatable)
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pattern: Vec<&'static Pattern>,
    /// Only this mechanism: NULL, PLAIN, CURVE, or `NULL/CURVE` for two that must not talk
    /// (repeatable)
    #[arg(long, value_name = "MECHANISM", value_parser = mechs)]
    mech: Vec<Mechs>,
    /// Only this transport
    #[arg(long, value_parser = transport)]
    transport: Vec<Transport>,
    /// Only where this peer binds; `first` or `second` names a side
    #[arg(long, value_name = "PEER")]
    bind: Option<String>,
    /// Every pattern by every mechanism over every transport, whoever binds, and a message of 1 MiB
    /// in each. Without this each pair meets by every pattern with NULL over tcp, and by a few with
    /// what else both have; any of the flags above, or a single pair, chooses everything that fits
    #[arg(long)]
    every: bool,
    /// Cells that are busy at once
    #[arg(long, value_name = "N", default_value = "12")]
    jobs: NonZeroUsize,
    /// Nothing is waited for longer; most waits end sooner, after what is usual here
    #[arg(long, value_name = "SECONDS", default_value_t = DEADLINE, value_parser = seconds)]
    deadline: f64,
    /// Known failures; those of the peers of `peers list` are built in
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Form of standard output
    #[arg(long, value_enum, default_value = "human")]
    format: Form,
    /// Write the matrix as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the matrix as a page for a browser, which needs no network
    #[arg(long, value_name = "DIR")]
    html: Option<PathBuf>,
    /// Also tell what is known, with octets
    #[arg(short, long)]
    verbose: bool,
    /// An adapter and its arguments: it meets everybody, as `yours`
    #[arg(last = true, value_name = "ADAPTER")]
    adapter: Vec<String>,
}

/// The mechanisms of the first and the second side.
type Mechs = [Mech; 2];

/// Forms of standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people
    Human,
    /// Markdown, for the summary of a job
    Md,
    /// JSON
    Json,
}

fn pattern(text: &str) -> Result<&'static Pattern, String> {
    let names = matrix::PATTERNS.iter().map(|pattern| pattern.id).collect::<Vec<_>>().join(", ");
    Pattern::find(text).ok_or_else(|| format!("no pattern; there are {names}"))
}

fn mechs(text: &str) -> Result<Mechs, String> {
    let one = |name: &str| {
        let found = Mech::ALL.into_iter().find(|mech| mech.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| "write NULL, PLAIN, CURVE, or two of them as NULL/CURVE".to_owned())
    };
    match text.split_once('/') {
        Some((first, second)) => Ok([one(first)?, one(second)?]),
        None => Ok([one(text)?; 2]),
    }
}

fn transport(text: &str) -> Result<Transport, String> {
    let found = Transport::ALL.into_iter().find(|transport| transport.name() == text);
    found.ok_or_else(|| "no transport; there are tcp, ipc".to_owned())
}

impl Matrix {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let known = self.known()?;
        for path in self.json.iter() {
            can_write(path)?;
        }
        self.html.iter().try_for_each(|folder| probe_folder(folder))?;
        let recruits = self.recruits()?;
        block_on(false, async move {
            let (crew, absent) = Crew::muster(&recruits).await;
            for (name, error) in absent {
                let asked = !self.peers.is_empty() || name == YOURS;
                let message = format!("{name} does not start: {error}");
                if asked {
                    return Err(Failure::unreachable(message));
                }
                aside(&format!("zeroproof: left out: {message}"));
            }
            let choice = self.choice(&crew)?;
            let plan = matrix::plan(&crew, &choice);
            if plan.is_empty() {
                return Err(Failure::usage("no cell is left by these flags"));
            }
            let settings = Settings {
                jobs: self.jobs.get(),
                deadline: Duration::from_secs_f64(self.deadline),
            };
            let run = matrix::run(&crew, plan, settings, &known, &progress()).await;
            let run = run.map_err(|error| {
                Failure::unreachable(format!("no folder for the files of ipc: {error}"))
            })?;
            let matrix = report::report(&run, &crew, &known, &|record| self.replay(&crew, record));
            self.write(&matrix)?;
            self.print(&matrix);
            Ok(code(&matrix))
        })
    }

    fn known(&self) -> Result<Known, Failure> {
        let Some(path) = &self.expect else { return Known::built_in().map_err(bug) };
        let name = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
        Known::parse(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))
    }

    /// The names on the command line, each once.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for name in self.peers.iter().flat_map(|word| word.split(':')) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    fn recruits(&self) -> Result<Vec<Recruit>, Failure> {
        let mut names = self.names();
        if names.is_empty() {
            let all = peers::list().map_err(failed)?.into_iter().map(|entry| entry.name);
            let installed = all.filter(|name| peers::find(name).is_ok());
            names = std::iter::once(REFERENCE.to_owned()).chain(installed).collect();
        }
        if !self.adapter.is_empty() && !names.iter().any(|name| name == YOURS) {
            names.push(YOURS.to_owned());
        }
        names.into_iter().map(|name| self.recruit(name)).collect()
    }

    fn recruit(&self, name: String) -> Result<Recruit, Failure> {
        let argv = match name.as_str() {
            REFERENCE => {
                let program = std::env::current_exe();
                let program = program.map_err(|error| Failure::unreachable(error.to_string()))?;
                let words = [&program.display().to_string(), "adapter", REFERENCE];
                words.map(str::to_owned).to_vec()
            }
            YOURS if !self.adapter.is_empty() => self.adapter.clone(),
            YOURS => return Err(Failure::usage("'yours' is the adapter after --: give one")),
            name => peers::find(name).map_err(failed)?.argv().to_vec(),
        };
        Ok(Recruit { name, argv })
    }

    fn choice(&self, crew: &Crew) -> Result<Choice, Failure> {
        let number = |name: &str| {
            let at = crew.members().iter().position(|member| member.name == name);
            at.ok_or_else(|| Failure::usage(format!("{name} is not one of these peers")))
        };
        let mut pairs = Vec::new();
        for word in self.peers.iter().filter(|word| word.contains(':')) {
            match word.split(':').collect::<Vec<_>>().as_slice() {
                [first, second] => pairs.push([number(first)?, number(second)?]),
                _ => return Err(Failure::usage(format!("'{word}': write a pair as A:B"))),
            }
        }
        let many = crew.members().len();
        let alone: Vec<usize> = match self.peers.is_empty() {
            true => (0..many).collect(),
            false => {
                let names = self.peers.iter().filter(|word| !word.contains(':'));
                names.map(|name| number(name)).collect::<Result<_, _>>()?
            }
        };
        let yours = crew.members().iter().position(|member| member.name == YOURS);
        let all: Vec<usize> = alone
            .iter()
            .copied()
            .chain(yours.filter(|at| !alone.contains(at) && pairs.is_empty()))
            .collect();
        for &first in &all {
            // An adapter of one's own meets everybody; the others have met before.
            let meets = |second: &&usize| yours.is_none_or(|at| first == at || **second == at);
            pairs.extend(all.iter().filter(meets).map(|&second| [first, second]));
        }
        let bind = match self.bind.as_deref() {
            None => None,
            Some("first") => Some(Bind::Side(Side::First)),
            Some("second") => Some(Bind::Side(Side::Second)),
            Some(name) => Some(Bind::Peer(number(name)?)),
        };
        let wide = self.pattern.is_empty()
            && self.mech.is_empty()
            && self.transport.is_empty()
            && self.bind.is_none();
        Ok(Choice {
            every: self.every || !wide || pairs.len() == 1,
            pairs,
            patterns: self.pattern.clone(),
            mechs: self.mech.clone(),
            transports: self.transport.clone(),
            bind,
        })
    }

    fn replay(&self, crew: &Crew, record: &Record) -> String {
        let cell = &record.cell;
        let [first, second] = cell.peers.map(|peer| crew.name(peer));
        let own = ["matrix".to_owned(), format!("{first}:{second}")].to_vec();
        let bind = match first == second {
            true => cell.bind.name(),
            false if cell.bind == Side::First => first,
            false => second,
        };
        let (mech, transport) = (cell.mech(), cell.transport.name());
        let yours = first == YOURS || second == YOURS;
        let rest = if yours { self.adapter.clone() } else { Vec::new() };
        let flags = [
            "--bind",
            bind,
            "--pattern",
            cell.pattern.id,
            "--mech",
            &mech,
            "--transport",
            transport,
        ];
        Line { own, rest, takes_role: false }.with(&flags)
    }

    fn write(&self, matrix: &report::Matrix) -> Result<(), Failure> {
        let json = || serde_json::to_string(matrix).unwrap_or_default() + "\n";
        save(self.json.as_deref(), json)?;
        let Some(folder) = &self.html else { return Ok(()) };
        let page = html::page(matrix).map_err(bug)?;
        save(Some(&folder.join("index.html")), || page)
    }

    fn print(&self, matrix: &report::Matrix) {
        match self.format {
            Form::Human => {}
            Form::Md => return say!("{}", human::markdown(matrix).trim_end()),
            Form::Json => {
                return say!("{}", serde_json::to_string(matrix).unwrap_or_default());
            }
        }
        let groups = matrix.groups();
        let told = groups
            .iter()
            .filter(|group| self.verbose || group.cells.iter().any(|cell| cell.is_unexpected()));
        let told: Vec<_> = told.collect();
        let most = if self.verbose { usize::MAX } else { TOLD };
        for group in told.iter().take(most) {
            say!("{}", human::failure(group).trim_end());
        }
        if told.len() > most {
            let left = told.len() - most;
            say!("... and {left} groups more: -v tells all, --html DIR shows them\n");
        }
        for stale in &matrix.stale {
            say!("STALE  {} no longer comes, remove the entry: {}", stale.outcome, stale.why);
        }
        say!("{}", human::grid(matrix).trim_end());
        say!("✓ ok  ~ known  ✗ unexpected  · not run  – nothing in common");
        say!("{}", human::totals(matrix));
    }
}

/// From the table in `--help`.
fn code(matrix: &report::Matrix) -> u8 {
    let judged = matrix.cells.iter().any(|cell| cell.outcome.is_judged());
    match () {
        () if !matrix.complete => 6,
        () if matrix.unexpected > 0 => 1,
        () if !judged => 4,
        () if !matrix.stale.is_empty() => 3,
        () => 0,
    }
}

/// Tells how far the run is, on a terminal.
fn progress() -> impl Fn(matrix::Progress) {
    let shows = std::io::stderr().is_terminal();
    move |matrix::Progress { done, all, again }| {
        if shows && (done % 50 == 0 || done == all) {
            let what = if again { "again" } else { "cells" };
            let end = if done == all { "\r\x1b[K" } else { "" };
            eprint!("\r{done} of {all} {what} \x1b[K{end}");
        }
    }
}
