//! Expectation files: what is known of a peer, with reasons. A result is expected, unexpected, or
//! new; an entry that no result confirms is stale.

use serde::Deserialize;

use crate::runner::Record;
use crate::verdict::Verdict;

/// Known deviations of one peer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// The entries, in the order of the file.
    #[serde(default)]
    pub expect: Vec<Expected>,
}

/// One known deviation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The id of the case.
    pub case: String,
    /// What it says of this peer: `fail`, `hang`, `crash` or `lenient`.
    pub verdict: Verdict,
    /// Which way of differing.
    pub signature: String,
    /// What the peer does.
    pub why: String,
    /// The public issue, if there is one.
    pub issue: Option<String>,
    /// Only where all of these hold: `type = SUB, role = bind`.
    pub when: Option<String>,
}

impl Expectations {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let all: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in &all.expect {
            if crate::cases::find(&entry.case).is_none() {
                return Err(format!("'{}' is no case: zeroproof list shows them", entry.case));
            }
        }
        Ok(all)
    }

    /// The entry that foretells this result.
    pub fn entry(&self, record: &Record) -> Option<&Expected> {
        self.expect.iter().find(|entry| entry.foretells(record))
    }

    /// Entries whose case was judged, but never as they say.
    pub fn stale<'a>(&'a self, records: &'a [Record]) -> impl Iterator<Item = &'a Expected> {
        self.expect.iter().filter(|entry| {
            let mut judged = records.iter().filter(|record| entry.speaks_of(record)).peekable();
            judged.peek().is_some() && !judged.any(|record| entry.foretells(record))
        })
    }
}

impl Expected {
    fn foretells(&self, record: &Record) -> bool {
        let signature = record.finding.as_ref().map(|finding| finding.signature.as_str());
        self.speaks_of(record)
            && self.verdict == record.verdict
            && signature == Some(self.signature.as_str())
    }

    /// Whether this is its case, on its axes, and was judged at all.
    fn speaks_of(&self, record: &Record) -> bool {
        let idle =
            matches!(record.verdict, Verdict::NotApplicable | Verdict::Blocked | Verdict::NotRun);
        let holds = |condition: &str| match condition.split_once('=') {
            Some((name, value)) => match name.trim() {
                "type" => record.axes.kind.name() == value.trim(),
                "role" => record.axes.role.name() == value.trim(),
                _ => false,
            },
            None => false,
        };
        record.case.id == self.case
            && !idle
            && self.when.as_ref().is_none_or(|when| when.split(',').all(holds))
    }
}
