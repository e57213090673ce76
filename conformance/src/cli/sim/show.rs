//! `sim show`.

use std::path::PathBuf;

use clap::Args;
use zeroproof_sim::analysis::analyse;
use zeroproof_sim::report;
use zeroproof_sim::schedule::write;
use zeroproof_sim::world::{Which, record};

use super::super::Failure;
use super::super::outputs::{bug, can_write, save};
use super::pcap;
use super::source::schedule;
use super::worlds::{World, trace};

/// A run as a picture, as its events, or as a capture
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// A name of `sim list`, a .toml or a .zsim file
    scenario: String,
    /// Of a scenario: which seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to run it
    #[arg(long, value_enum, default_value_t)]
    world: World,
    /// Write the picture
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the schedule, to be replayed
    #[arg(long, value_name = "FILE")]
    zsim: Option<PathBuf>,
    /// Write the events as lines of JSON, to be compared by `sim replay --trace`
    #[arg(long, value_name = "FILE")]
    ndjson: Option<PathBuf>,
    /// Write the octets as a capture for Wireshark (pcapng)
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
}

impl Show {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let schedule = schedule(&self.scenario, self.seed)?;
        let files = [&self.svg, &self.zsim, &self.ndjson, &self.pcap];
        files.into_iter().flatten().try_for_each(|path| can_write(path))?;
        let world = self.world.which();
        if self.pcap.is_some() && world != Which::Tight {
            return Err(Failure::usage("--pcap: only the world tight keeps octets".to_owned()));
        }
        // What is recorded is the same run.
        let trace = match self.pcap {
            Some(_) => record(&schedule).map_err(|error| Failure::usage(error.to_string()))?,
            None => trace(&schedule, world)?,
        };
        let analysis = analyse(&schedule, &trace);
        save(self.svg.as_deref(), || report::svg(&schedule, &trace, &analysis))?;
        let hashes = [(world.name().to_owned(), trace.hash)].into();
        let text = write(&schedule, &hashes).map_err(|error| bug(error.to_string()))?;
        save(self.zsim.as_deref(), || text)?;
        if let Some(path) = &self.ndjson {
            let text = report::ndjson(&schedule, world, &trace).map_err(bug)?;
            save(Some(path), || text)?;
        }
        if let Some(path) = &self.pcap {
            let capture = pcap::capture(&schedule, &trace).map_err(bug)?;
            save(Some(path), || capture)?;
        }
        if files.into_iter().flatten().next().is_none() {
            for event in &trace.events {
                say!("{event}");
            }
        }
        Ok(0)
    }
}
