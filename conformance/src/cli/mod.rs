//! The command line of `zeroproof`.

#[macro_use]
mod say;
mod adapter;
mod bench;
mod check;
mod coverage;
mod decode;
mod expect;
mod glob;
mod judge;
mod line;
mod list;
mod listen;
mod matrix;
mod options;
mod outputs;
mod peers;
mod replay;
mod report;
mod selftest;
mod sim;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

const EXIT_CODES: &str = "Exit codes:
  0  every verdict as expected, at least one case ran
  1  unexpected fail, crash, hang or flaky at the --fail-on level; diff: something is
     worse; selftest: a mutant that the suite does not notice; matrix: a pair that
     should talk does not; adapter check: a rule broken;
     expect --check: an entry to mend; sim: an oracle or an expectation broken, or another trace
  2  usage, unreadable or unwritable file, pattern that matches nothing
  3  only stale expectations; sim: no fault had any effect
  4  no judgement possible: peer unreachable, adapter broken, sanity case failed
  5  bug in the suite
  6  stopped early, results partial";

/// Judges any ZeroMQ implementation, clause by clause, with octets as evidence.
#[derive(Debug, Parser)]
#[command(name = "zeroproof", version, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(Box<check::Check>),
    Listen(Box<listen::Listen>),
    /// The cases, a line each
    List,
    /// All that is known of a case or a clause
    Explain {
        /// A case id or a clause id
        id: String,
    },
    /// Clauses by RFC: judged, unit tested, not observable, not yet
    Coverage {
        /// Also list the clauses of this RFC that have no case
        rfc: Option<u16>,
    },
    /// What octets mean: hex (`04*2` repeats), a file, a pcap or pcapng capture, a file of a swap
    /// log, or - for stdin
    Decode {
        /// Hex, a path, or -
        input: String,
    },
    /// One result of a JSON report again, alone, with all its octets
    Replay {
        /// A report that --json wrote
        report: std::path::PathBuf,
        /// The id of the case
        id: String,
    },
    Expect(expect::Expect),
    Matrix(Box<matrix::Matrix>),
    Bench(Box<bench::Bench>),
    Report(report::Report),
    Diff(report::Diff),
    Selftest(selftest::Selftest),
    /// Adapters: begin one, check one against the protocol
    #[command(subcommand)]
    Adapter(adapter::Adapter),
    #[command(subcommand)]
    Sim(sim::Sim),
    /// Known peers: list, install, doctor
    #[command(subcommand)]
    Peers(peers::Peers),
}

/// Why a command ends without its result: what to say, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// Says what is wrong and what to do.
    pub message: String,
    /// From the table in `--help`.
    pub code: u8,
}

impl Failure {
    /// Exit code 2: usage, unreadable file, pattern that matches nothing.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// Exit code 4: no judgement possible.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 4 }
    }
}

/// The program.
pub fn main() -> ExitCode {
    match dispatch(Cli::parse().command) {
        Ok(code) => match say::lost() {
            None => ExitCode::from(code),
            Some(error) => {
                say::aside(&format!("zeroproof: cannot write standard output: {error}"));
                ExitCode::from(2)
            }
        },
        Err(failure) => {
            say::aside(&format!("zeroproof: {}", failure.message));
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Check(check) => check.run(),
        Command::Listen(listen) => listen.run(),
        Command::List => Ok(list::list()),
        Command::Explain { id } => list::explain(&id),
        Command::Coverage { rfc } => coverage::coverage(rfc),
        Command::Decode { input } => decode::decode(&input),
        Command::Replay { report, id } => replay::replay(&report, &id),
        Command::Expect(expect) => expect.run(),
        Command::Matrix(matrix) => matrix.run(),
        Command::Bench(bench) => bench.run(),
        Command::Report(report) => report.run(),
        Command::Diff(diff) => diff.run(),
        Command::Selftest(selftest) => selftest.run(),
        Command::Adapter(adapter) => adapter.run(),
        Command::Sim(sim) => sim.run(),
        Command::Peers(peers) => peers.run(),
    }
}
