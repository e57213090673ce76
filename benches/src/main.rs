//! The engine and libzmq side by side: `cargo run --release -p zeroproof-benches -- [CELL]...`.
//!
//! ```text
//! main  arguments, pairs A B A B, the table     cell     what is measured
//! peer  the engine as one side                  measure  one run of one cell     raw  bare peers
//! swap  the engine's log beside the bare disk
//! ```
//!
//! A ratio is the median of the ratios of pairs that ran one after the other, as the machine's own
//! pace changes. Deliberately absent: figures without libzmq, or the bare disk, beside them.

mod cell;
mod measure;
mod peer;
mod raw;
mod swap;

use cell::{CELLS, Cell};
use measure::{Program, Run};
use peer::Failure;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Pairs of runs a cell, unless `PAIRS` says otherwise.
const PAIRS: usize = 5;
/// Ports from here on are asked for; ephemeral ones begin at 32768.
const FIRST_PORT: u16 = 17_000;

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Failure> {
    let args: Vec<String> = env::args().skip(1).collect();
    if let Some(("peer", side)) = args.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return peer::run(side);
    }
    let names: Vec<_> =
        CELLS.map(|cell| cell.name).into_iter().chain(swap::CELLS.map(|cell| cell.name)).collect();
    if let Some(unknown) = args.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("no cell {unknown}; there are: {}", names.join(" ")).into());
    }
    let pairs = env::var("PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    let wanted = |name: &str| args.is_empty() || args.iter().any(|arg| arg == name);
    let cells: Vec<_> = CELLS.iter().filter(|cell| wanted(cell.name)).collect();
    if !cells.is_empty() {
        beside_libzmq(&cells, pairs)?;
    }
    let cells: Vec<_> = swap::CELLS.into_iter().filter(|cell| wanted(cell.name)).collect();
    if !cells.is_empty() {
        beside_the_disk(&cells, pairs);
    }
    Ok(())
}

fn beside_libzmq(cells: &[&Cell], pairs: usize) -> Result<(), Failure> {
    let program = env::current_exe()?;
    let libzmq = Program { path: build_libzmq(&program)?, first: &[] };
    let engine = Program { path: program, first: &["peer"] };
    let mut ports = FIRST_PORT..;
    println!("| cell | unit | libzmq | engine | ratio | target | CPU ns/msg | runs |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut version = String::new();
    for cell in cells {
        let runs: Vec<_> = (0..pairs)
            .filter_map(|_| {
                let mut one = |program| attempt(program, cell, ports.next()?);
                one(&libzmq).zip(one(&engine))
            })
            .collect();
        print_row(cell, &runs, pairs);
        version = runs.first().map_or(version, |(theirs, _)| theirs.version.clone());
    }
    println!("\n{version}; each figure min/median/max; CPU of both sides, libzmq and engine");
    Ok(())
}

fn beside_the_disk(cells: &[swap::Cell], pairs: usize) {
    println!("\n| cell | unit | disk | engine | ratio | target | runs |");
    println!("|---|---|---|---|---|---|---|");
    for cell in cells {
        let failed = |failure: &Failure| eprintln!("{}: {failure}", cell.name);
        let runs: Vec<_> =
            (0..pairs).filter_map(|_| swap::run(*cell).inspect_err(failed).ok()).collect();
        let rates = |rate: fn(&swap::Run) -> f64| {
            let Spread { min, median, max } = Spread::of(runs.iter().map(rate));
            format!("{min:.0}/{median:.0}/{max:.0}")
        };
        let Spread { min, median, max } = Spread::of(runs.iter().map(|run| run.swap / run.raw));
        println!(
            "| {} | msg/s | {} | {} | {median:.2} ({min:.2}-{max:.2}) | {} | {}/{pairs} |",
            cell.name,
            rates(|run| run.raw),
            rates(|run| run.swap),
            cell.target,
            runs.len(),
        );
    }
}

/// Builds the other side beside this program. `LIBZMQ` names a library file to use instead of the
/// one that the system has.
fn build_libzmq(beside: &Path) -> Result<PathBuf, Failure> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/libzmq.c");
    let program = beside.with_file_name("zeroproof-benches-libzmq");
    let mut command = Command::new("cc");
    command.args(["-O2", "-pthread", source, "-o"]).arg(&program);
    match env::var("LIBZMQ") {
        Ok(library) => {
            let folder = Path::new(&library).parent().unwrap_or(Path::new("."));
            command.arg(&library).arg(format!("-Wl,-rpath,{}", folder.display()))
        }
        Err(_) => command.arg("-lzmq"),
    };
    if command.status()?.success() {
        Ok(program)
    } else {
        Err("cannot build peers/libzmq.c".into())
    }
}

/// A run that fails is told and not counted.
fn attempt(program: &Program, cell: &Cell, port: u16) -> Option<Run> {
    measure::run(program, cell, port)
        .inspect_err(|failure| eprintln!("{} {:?}: {failure}", cell.name, program.path))
        .ok()
}

fn print_row(cell: &Cell, runs: &[(Run, Run)], pairs: usize) {
    let theirs: Vec<_> = runs.iter().map(|(theirs, _)| theirs).collect();
    let ours: Vec<_> = runs.iter().map(|(_, ours)| ours).collect();
    let ratio = |(theirs, ours): &(Run, Run)| {
        let ratio = ours.figure / theirs.figure;
        if cell.work.less_is_more() { 1.0 / ratio } else { ratio }
    };
    let ratios = Spread::of(runs.iter().map(ratio));
    let cpu = |runs: &[&Run]| Spread::of(runs.iter().map(|run| run.cpu)).median;
    println!(
        "| {} | {} | {} | {} | {:.2} ({:.2}-{:.2}) | {} | {:.0} / {:.0} | {}/{pairs} |",
        cell.name,
        cell.work.unit(),
        figures(&theirs),
        figures(&ours),
        ratios.median,
        ratios.min,
        ratios.max,
        cell.target,
        cpu(&theirs),
        cpu(&ours),
        runs.len(),
    );
}

fn figures(runs: &[&Run]) -> String {
    let Spread { min, median, max } = Spread::of(runs.iter().map(|run| run.figure));
    let worse = Spread::of(runs.iter().filter_map(|run| run.worse)).median;
    let digits = if median < 1000.0 { 2 } else { 0 };
    let tail = if worse > 0.0 { format!(", p99 {worse:.1}") } else { String::new() };
    format!("{min:.digits$}/{median:.digits$}/{max:.digits$}{tail}")
}

/// Three numbers that stand for many; zero for none.
struct Spread {
    min: f64,
    median: f64,
    max: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        Self { min: at(0), median: at(values.len() / 2), max: at(values.len().saturating_sub(1)) }
    }
}
