//! What a report comes to: who was judged, how many promises are kept, what was not foretold.

use std::collections::BTreeMap;

use super::json::{CaseReport, Expectation, Report};
use crate::verdict::{Level, Verdict};

/// Kept promises of those that were judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Promises no result of which is bad.
    pub kept: usize,
    /// Promises that were judged at all.
    pub judged: usize,
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kept, self.judged)
    }
}

/// Whether a verdict says nothing of the peer.
pub fn is_idle(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NotApplicable | Verdict::Blocked | Verdict::NotRun)
}

impl Report {
    /// Who was judged: `libzmq 4.3.5`.
    pub fn name(&self) -> String {
        format!("{} {}", self.peer.name, self.peer.version).trim_end().to_owned()
    }

    /// The promises of a level, each counted once, on whatever axes it was judged.
    pub fn score(&self, level: Level) -> Score {
        let mut kept: BTreeMap<&str, bool> = BTreeMap::new();
        let says = |case: &&CaseReport| {
            case.level == level && !is_idle(case.verdict) && case.verdict != Verdict::Info
        };
        for case in self.cases.iter().filter(says) {
            *kept.entry(&case.id).or_insert(true) &= !case.verdict.is_bad();
        }
        Score { kept: kept.values().filter(|kept| **kept).count(), judged: kept.len() }
    }

    /// The bad results that nothing foretold.
    pub fn unexpected(&self) -> impl Iterator<Item = &CaseReport> {
        self.cases.iter().filter(|case| case.expectation == Expectation::Unexpected)
    }

    /// The outcome in a few words.
    pub fn outcome(&self) -> String {
        let (new, known) = (self.unexpected().count(), self.known_bad());
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        if !self.cases.iter().any(|case| !is_idle(case.verdict)) {
            return "nothing was judged".to_owned();
        }
        let early = if self.complete { "" } else { "stopped early, " };
        match (new, known) {
            (0, 0) => format!("{early}no failure"),
            (0, known) => format!("{early}{known} known failure{}, no other", plural(known)),
            (new, _) => format!("{early}{new} unexpected failure{}", plural(new)),
        }
    }

    /// How many bad results were foretold.
    pub fn known_bad(&self) -> usize {
        let known =
            |case: &&CaseReport| case.verdict.is_bad() && case.expectation == Expectation::Expected;
        self.cases.iter().filter(known).count()
    }
}
