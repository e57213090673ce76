//! The swap of a PUSH beside the bare disk:
//! `cargo run --release -p zeroproof-benches -- [CELL]...`.
//!
//! A ratio is the median of those of several runs, in each of which both take turns. Deliberately
//! absent: implementations side by side, which is `zeroproof bench`.

mod swap;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use swap::{CELLS, Cell};

/// What ends this program.
type Failure = Box<dyn Error + Send + Sync>;

/// Runs of each cell, unless `PAIRS` says otherwise.
const PAIRS: usize = 5;

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
    let names = CELLS.map(|cell| cell.name);
    if let Some(unknown) = args.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(format!("no cell {unknown}; there are: {}", names.join(" ")).into());
    }
    let pairs = env::var("PAIRS").ok().and_then(|pairs| pairs.parse().ok()).unwrap_or(PAIRS);
    println!("| cell | unit | disk | engine | ratio | target | runs |");
    println!("|---|---|---|---|---|---|---|");
    let wanted = |cell: &Cell| args.is_empty() || args.iter().any(|arg| arg == cell.name);
    CELLS.into_iter().filter(wanted).for_each(|cell| print_row(cell, pairs));
    Ok(())
}

fn print_row(cell: Cell, pairs: usize) {
    let failed = |failure: &Failure| eprintln!("{}: {failure}", cell.name);
    let runs: Vec<_> =
        (0..pairs).filter_map(|_| swap::run(cell).inspect_err(failed).ok()).collect();
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
