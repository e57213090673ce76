//! `--world`: where a schedule is run.

use clap::ValueEnum;
use zeroproof_sim::agree::Run;
use zeroproof_sim::schedule::Schedule;
use zeroproof_sim::trace::Trace;
use zeroproof_sim::world::{Unrunnable, Which};

use super::super::Failure;

/// One of the worlds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum World {
    /// The engine without I/O, in a queue of events: fast, and every fault
    #[default]
    Tight,
    /// The engine's tokio runtime on simulated hosts: slow, at most 10 processes, fewer faults
    Turmoil,
}

/// One of them, or all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(super) enum Worlds {
    /// The engine without I/O, in a queue of events: fast, and every fault
    #[default]
    Tight,
    /// The engine's tokio runtime on simulated hosts: slow, at most 10 processes, fewer faults
    Turmoil,
    /// Each of them; do they agree?
    All,
}

impl World {
    pub(super) const fn which(self) -> Which {
        match self {
            Self::Tight => Which::Tight,
            Self::Turmoil => Which::Turmoil,
        }
    }
}

impl Worlds {
    pub(super) const fn each(self) -> &'static [Which] {
        match self {
            Self::Tight => &[Which::Tight],
            Self::Turmoil => &[Which::Turmoil],
            Self::All => &Which::ALL,
        }
    }
}

/// The run of a schedule.
pub(super) fn trace(schedule: &Schedule, world: Which) -> Result<Trace, Failure> {
    world.run(schedule).map_err(|error| unrunnable(&error, world))
}

/// The run of a schedule, judged.
pub(super) fn run(schedule: &Schedule, world: Which) -> Result<Run, Failure> {
    Run::new(schedule, world).map_err(|error| unrunnable(&error, world))
}

fn unrunnable(error: &Unrunnable, world: Which) -> Failure {
    Failure::usage(format!("in the world {}: {error}", world.name()))
}
