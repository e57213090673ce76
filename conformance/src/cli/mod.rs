//! The command line of `zeroproof`.

mod check;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Judges any ZeroMQ implementation, clause by clause, with octets as evidence.
#[derive(Debug, Parser)]
#[command(name = "zeroproof", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
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
    let result = match Cli::parse().command {
        Command::Check(check) => check.run(),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("zeroproof: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}
