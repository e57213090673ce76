//! Which clauses have a case, and why the others have none. The way from clause to case is counted
//! from the cases themselves, so it cannot be out of date.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use zeroproof_vectors::{Clause, Observable};

use crate::cases;

/// Written reasons, a file a group of sections.
const REASONS: &[(&str, &str)] = &[
    ("greeting.toml", include_str!("../coverage/greeting.toml")),
    ("framing.toml", include_str!("../coverage/framing.toml")),
    ("null.toml", include_str!("../coverage/null.toml")),
    ("cd.toml", include_str!("../coverage/cd.toml")),
    ("security.toml", include_str!("../coverage/security.toml")),
];

/// What is known of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// At least one case judges it.
    Judged,
    /// A unit test of the reference judges it; a SUT cannot be asked.
    Unit(String),
    /// Nothing can be seen of it from outside; why.
    Unobservable(String),
    /// No case yet; what it needs, if that was written down.
    Later(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    clause: Vec<Reason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    id: String,
    status: Status,
    why: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Unobservable,
    Later,
    Unit,
}

/// Clauses and cases, held against each other.
#[derive(Debug)]
pub struct Coverage {
    judged: BTreeSet<&'static str>,
    reasons: BTreeMap<String, Cover>,
}

impl Coverage {
    /// Reads the cases and the written reasons.
    ///
    /// # Errors
    /// What is wrong with a file of reasons: its name and the line.
    pub fn new() -> Result<Self, String> {
        let judged = cases::all().iter().flat_map(|case| case.clauses).copied().collect();
        let mut reasons = BTreeMap::new();
        for (name, text) in REASONS {
            let file: File = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
            for Reason { id, status, why } in file.clause {
                let cover = match status {
                    Status::Unobservable => Cover::Unobservable(why),
                    Status::Later => Cover::Later(why),
                    Status::Unit => Cover::Unit(why),
                };
                if reasons.insert(id.clone(), cover).is_some() {
                    return Err(format!("{name}: {id} has a reason already"));
                }
            }
        }
        Ok(Self { judged, reasons })
    }

    /// What is known of this clause.
    pub fn of(&self, clause: &Clause) -> Cover {
        if self.judged.contains(clause.id.as_str()) {
            return Cover::Judged;
        }
        match self.reasons.get(&clause.id) {
            Some(cover) => cover.clone(),
            None if clause.observable == Observable::None => {
                Cover::Unobservable(clause.how.clone())
            }
            None => Cover::Later(String::new()),
        }
    }

    /// The ids that cases cite or reasons are given for.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.judged.iter().copied().chain(self.reasons.keys().map(String::as_str))
    }

    /// Clauses that have both a case and a reason for having none.
    pub fn contradictions(&self) -> impl Iterator<Item = &str> {
        let both = |id: &&String| self.judged.contains(id.as_str());
        self.reasons.keys().filter(both).map(String::as_str)
    }
}
