//! Where schedules come from: scenarios of the library, files of either kind.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use zeroproof_sim::library::{LIBRARY, known};
use zeroproof_sim::scenario::{self, Mistake, Scenario};
use zeroproof_sim::schedule::{self, Schedule};

use super::super::Failure;

/// A scenario, its text, and what to call it in messages.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) scenario: Scenario,
}

impl Source {
    /// The scenario of this name or file.
    pub(super) fn open(name: &str) -> Result<Self, Failure> {
        let text = match known(name) {
            Some(known) => known.text.to_owned(),
            None if Path::new(name).exists() => read(Path::new(name))?,
            None => return Err(Failure::usage(unknown(name))),
        };
        let scenario = scenario::parse(&text).map_err(|mistake| wrong(name, &mistake))?;
        Ok(Self { name: name.to_owned(), text, scenario })
    }

    pub(super) fn schedule(&self, seed: u64) -> Result<Schedule, Failure> {
        let schedule = scenario::expand(&self.scenario, &self.text, seed);
        schedule.map_err(|mistake| wrong(&self.name, &mistake))
    }

    /// Its own seeds, or those asked for.
    pub(super) fn seeds(&self, asked: Option<&str>) -> Result<core::ops::Range<u64>, Failure> {
        match asked {
            Some(text) => {
                scenario::seed_range(text).map_err(|why| Failure::usage(format!("--seeds: {why}")))
            }
            None => scenario::seeds(&self.scenario, &self.text)
                .map_err(|mistake| wrong(&self.name, &mistake)),
        }
    }
}

fn wrong(name: &str, mistake: &Mistake) -> Failure {
    Failure::usage(format!("{name}:{mistake}"))
}

fn unknown(name: &str) -> String {
    let near = LIBRARY.iter().map(|known| (strsim::jaro_winkler(known.name, name), known.name));
    let nearest =
        near.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(near, _)| *near > 0.8);
    let hint = nearest.map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"));
    format!("{name} is neither a file nor a scenario of `zeroproof sim list`{hint}")
}

pub(super) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
}

/// The schedule of a `.zsim`, and the hashes in it.
pub(super) fn zsim(path: &Path) -> Result<(Schedule, BTreeMap<String, u64>), Failure> {
    schedule::read(&read(path)?)
        .map_err(|error| Failure::usage(format!("{} is no .zsim: {error}", path.display())))
}

/// The schedule of a `.zsim`, or of a scenario and a seed.
pub(super) fn schedule(name: &str, seed: u64) -> Result<Schedule, Failure> {
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "zsim") {
        return Ok(zsim(path)?.0);
    }
    Source::open(name)?.schedule(seed)
}
