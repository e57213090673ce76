//! What is known of pairs: expectations with reasons. A result is expected, unexpected or new; an
//! entry that no result confirms is stale.

use serde::Deserialize;

use super::cell::{Cell, Side, Transport};
use super::crew::Crew;
use super::outcome::{Fault, Outcome, Step};
use super::pattern::Pattern;
use super::run::Record;

/// What is known of the peers that this suite installs.
const BUILT_IN: &str = include_str!("../../peers/matrix.toml");

/// Known deviations.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The entries, in the order of the file.
    #[serde(default)]
    pub expect: Vec<Entry>,
}

/// One known deviation: of the cells that all of its fields fit. Names are patterns with `*`, or
/// several of them separated by commas.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The peer on either side.
    pub peer: Option<String>,
    /// The peer that binds.
    pub binder: Option<String>,
    /// The peer that connects.
    pub connector: Option<String>,
    /// The peer that sends first.
    pub first: Option<String>,
    /// The peer that receives first.
    pub second: Option<String>,
    /// The pattern: `req-rep`.
    pub pattern: Option<String>,
    /// The mechanism: `PLAIN`, or `NULL/CURVE` where the sides differ.
    pub mech: Option<String>,
    /// The transport.
    pub transport: Option<Transport>,
    /// What comes of it; `flaky` stands beside `or`.
    pub outcome: Outcome,
    /// Also accepted, where it does not always come.
    #[serde(default)]
    pub or: Vec<Outcome>,
    /// Where it ends.
    pub step: Option<Step>,
    /// In which way.
    pub signature: Option<String>,
    /// Why.
    pub why: String,
    /// The public issue, if there is one.
    pub issue: Option<String>,
}

impl Known {
    /// What is known of the peers that this suite installs.
    ///
    /// # Errors
    /// What is wrong, which a test of this crate rules out.
    pub fn built_in() -> Result<Self, String> {
        Self::parse(BUILT_IN)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let all: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for entry in &all.expect {
            entry.check().map_err(|why| format!("{why}, in the entry '{}'", entry.why))?;
        }
        Ok(all)
    }

    /// The entry that foretells this result.
    pub fn entry(&self, crew: &Crew, record: &Record) -> Option<&Entry> {
        self.expect.iter().find(|entry| entry.foretells(crew, record))
    }

    /// Whether a cell is known to end badly, in whatever way.
    pub(super) fn doubts(&self, crew: &Crew, cell: &Cell) -> bool {
        self.expect.iter().any(|entry| entry.speaks_of(crew, cell))
    }

    /// Whether an entry foretells that a cell ends so.
    pub(super) fn foretells(&self, crew: &Crew, cell: &Cell, fault: &Fault) -> bool {
        let fits = |entry: &Entry| entry.fits(fault.outcome, fault) && entry.speaks_of(crew, cell);
        self.expect.iter().any(fits)
    }

    /// Entries whose cells were tried, but never ended as they say.
    pub fn stale<'a>(&'a self, crew: &Crew, records: &[Record]) -> Vec<&'a Entry> {
        let is_stale = |entry: &&Entry| {
            let tried = |record: &&Record| record.outcome.is_judged();
            let mut cells = records
                .iter()
                .filter(tried)
                .filter(|record| entry.speaks_of(crew, &record.cell))
                .peekable();
            cells.peek().is_some() && !cells.any(|record| entry.foretells(crew, record))
        };
        self.expect.iter().filter(is_stale).collect()
    }
}

impl Entry {
    /// What would make the entry never hold, and so never be missed.
    fn check(&self) -> Result<(), String> {
        if self.why.trim().is_empty() {
            return Err("an entry says why".to_owned());
        }
        if [self.outcome].iter().chain(&self.or).any(|outcome| !outcome.is_judged()) {
            return Err("outcome: write ok, fails, refuses, dies or flaky".to_owned());
        }
        if self.outcome == Outcome::Ok {
            return Err("outcome ok is what everybody expects: remove the entry".to_owned());
        }
        let peers = [&self.peer, &self.binder, &self.connector, &self.first, &self.second];
        if peers.iter().all(|peer| peer.is_none()) {
            return Err("an entry names a peer".to_owned());
        }
        let unknown = self.pattern.iter().flat_map(|names| names.split(','));
        let mut unknown = unknown.map(str::trim).filter(|name| !name.contains('*'));
        match unknown.find(|name| Pattern::find(name).is_none()) {
            Some(name) => Err(format!("'{name}' is no pattern")),
            None => Ok(()),
        }
    }

    /// Whether this is one of its cells.
    fn speaks_of(&self, crew: &Crew, cell: &Cell) -> bool {
        let name = |side: Side| crew.name(*side.of(&cell.peers));
        let peers = [name(Side::First), name(Side::Second)];
        let is = |wanted: &Option<String>, got: &str| {
            wanted.as_deref().is_none_or(|names| names.split(',').any(|n| fits(n.trim(), got)))
        };
        let (first, second) = (name(Side::First), name(Side::Second));
        (self.peer.is_none() || peers.iter().any(|peer| is(&self.peer, peer)))
            && is(&self.binder, name(cell.bind))
            && is(&self.connector, name(cell.bind.other()))
            && is(&self.first, first)
            && is(&self.second, second)
            && is(&self.pattern, cell.pattern.id)
            && is(&self.mech, &cell.mech())
            && self.transport.is_none_or(|transport| transport == cell.transport)
    }

    fn foretells(&self, crew: &Crew, record: &Record) -> bool {
        let Some(fault) = &record.fault else { return false };
        self.fits(record.outcome, fault) && self.speaks_of(crew, &record.cell)
    }

    fn fits(&self, outcome: Outcome, fault: &Fault) -> bool {
        let step = self.step.is_none_or(|step| step == fault.step);
        let signature = self.signature.as_deref().is_none_or(|one| one == fault.signature);
        (self.outcome == outcome || self.or.contains(&outcome)) && step && signature
    }
}

/// Whether a name fits a pattern with at most one `*`.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| rest.ends_with(tail)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Known, fits};

    #[test]
    fn what_is_built_in_can_be_read() {
        Known::built_in().unwrap();
    }

    #[test]
    fn a_star_stands_for_any_end() {
        for (pattern, name, holds) in [
            ("libzmq*", "libzmq-4.1", true),
            ("libzmq", "libzmq-4.1", false),
            ("*", "omq", true),
            ("*-rs", "zmq-rs", true),
            ("*-rs", "rs", false),
        ] {
            assert_eq!(fits(pattern, name), holds, "{pattern} {name}");
        }
    }

    #[test]
    fn what_could_never_hold_or_says_nothing_is_refused() {
        for (text, says) in [
            ("outcome = 'fails'\nwhy = 'x'", "names a peer"),
            ("peer = 'a'\noutcome = 'fails'\nwhy = ' '", "says why"),
            ("peer = 'a'\noutcome = 'ok'\nwhy = 'x'", "everybody expects"),
            ("peer = 'a'\noutcome = 'not-run'\nwhy = 'x'", "fails, refuses"),
            ("peer = 'a'\noutcome = 'fails'\nwhy = 'x'\npattern = 'req-req'", "no pattern"),
            ("peer = 'a'\noutcome = 'fails'\nwhy = 'x'\nstep = 'dance'", "dance"),
            ("peer = 'a'\noutcome = 'fails'\nwhy = 'x'\nper = 'b'", "per"),
        ] {
            let error = Known::parse(&format!("[[expect]]\n{text}")).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
