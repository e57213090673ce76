//! The result of a benchmark, `zeroproof/bench/1`: `vectors/schema/bench.schema.json`.

use serde::{Deserialize, Serialize};

use super::machine::Machine;

/// The name of the form.
pub const SCHEMA: &str = "zeroproof/bench/1";

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Of this program.
    pub suite_version: String,
    /// When it began, UTC.
    pub started: String,
    /// The command, without its program.
    pub argv: Vec<String>,
    /// Whether this program was built with optimisation, as the reference has to be.
    pub optimised: bool,
    /// Where.
    pub machine: Machine,
    /// Who was measured; the first is what the others are compared with.
    pub peers: Vec<Who>,
    /// Rounds of each cell.
    pub runs: usize,
    /// Whether every cell has had all its rounds.
    pub complete: bool,
    /// What it came to.
    pub cells: Vec<CellReport>,
}

/// Who was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    /// What users type.
    pub name: String,
    /// What its adapter calls it.
    pub implementation: String,
    /// Its version.
    pub version: String,
    /// Its language.
    pub language: String,
    /// By which way, where it is not the peer's own adapter.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub via: Option<String>,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellReport {
    /// `tcp-64`.
    pub name: String,
    /// What it belongs to.
    pub group: String,
    /// Of the figures.
    pub unit: String,
    /// Whether a smaller figure is the better one.
    pub less_is_more: bool,
    /// Octets of a message.
    pub size: usize,
    /// Messages, round trips or connections of a run.
    pub count: u64,
    /// Sockets of the side that has many.
    pub many: usize,
    /// In the order of the peers of the report.
    pub peers: Vec<PeerReport>,
    /// The same work without messages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub floor: Option<Spread>,
}

/// One peer in one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerReport {
    /// What users type.
    pub peer: String,
    /// Of the runs that were good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub figures: Option<Figures>,
    /// Why the others were not, one by one.
    pub invalid: Vec<String>,
    /// Why there was no run.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub missing: Option<Missing>,
}

/// Why there was no run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// For people.
    pub why: String,
}

/// Good runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// Each of them.
    pub runs: Vec<f64>,
    /// All of them.
    pub spread: Spread,
    /// How many times better than the first peer, round by round.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ratio: Option<Spread>,
    /// Processor time of all processes, nanoseconds a message; the median.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cpu_ns: Option<f64>,
    /// Of round trips: one of a hundred took longer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p99_us: Option<Spread>,
    /// Of round trips: one of a thousand took longer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p999_us: Option<Spread>,
}

/// Three numbers that stand for many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// In the middle.
    pub median: f64,
    /// The most.
    pub max: f64,
}

impl Spread {
    /// Of these; zeroes for none.
    pub fn of(values: &[f64]) -> Self {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        let middle = values.len() / 2;
        let median = match values.len() {
            0 => 0.0,
            many if many % 2 == 0 => f64::midpoint(at(middle - 1), at(middle)),
            _ => at(middle),
        };
        Self { min: at(0), median, max: at(values.len().saturating_sub(1)) }
    }
}

impl Report {
    /// Runs that have no figure, and why: cell, peer, reason.
    pub fn invalid(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.cells.iter().flat_map(|cell| {
            cell.peers.iter().flat_map(|peer| {
                let reasons = peer.invalid.iter();
                reasons.map(|why| (cell.name.as_str(), peer.peer.as_str(), why.as_str()))
            })
        })
    }

    /// Runs that have one.
    pub fn valid(&self) -> usize {
        let peers = self.cells.iter().flat_map(|cell| &cell.peers);
        peers.filter_map(|peer| peer.figures.as_ref()).map(|figures| figures.runs.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn a_spread_is_that_of_its_values() {
        assert_eq!(Spread::of(&[3.0, 1.0, 2.0]), Spread { min: 1.0, median: 2.0, max: 3.0 });
        assert_eq!(Spread::of(&[4.0, 1.0]), Spread { min: 1.0, median: 2.5, max: 4.0 });
        assert_eq!(Spread::of(&[]), Spread::default());
    }
}
