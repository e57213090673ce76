//! What a case finds, and what the run makes of it.

use std::fmt;

/// How binding a promise is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// An absolute duty of the SUT.
    Must,
    /// Expected, with room for good reasons.
    Should,
    /// A freedom, or a duty of the other side: what the SUT does is told, not judged.
    Observe,
}

/// The result of one case on one SUT.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As promised.
    Pass,
    /// Nothing to judge; what was seen is told.
    Info,
    /// Accepted, but not what a strict reading asks for.
    Lenient,
    /// Against the promise.
    Fail,
    /// Something that must happen did not, within the deadline.
    Hang,
    /// The SUT died.
    Crash,
    /// Failed, and then did not, or failed in another way.
    Flaky,
    /// The SUT or its connection lacks what the case needs.
    NotApplicable,
    /// A sanity case failed, so this one would say nothing.
    Blocked,
    /// Skipped, or out of time.
    NotRun,
}

impl Verdict {
    /// Every verdict, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Pass,
        Self::Info,
        Self::Lenient,
        Self::Fail,
        Self::Hang,
        Self::Crash,
        Self::Flaky,
        Self::NotApplicable,
        Self::Blocked,
        Self::NotRun,
    ];

    /// Whether a run with this verdict is not clean.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Fail | Self::Hang | Self::Crash | Self::Flaky)
    }

    /// The name in reports and expectation files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Info => "info",
            Self::Lenient => "lenient",
            Self::Fail => "fail",
            Self::Hang => "hang",
            Self::Crash => "crash",
            Self::Flaky => "flaky",
            Self::NotApplicable => "not-applicable",
            Self::Blocked => "blocked",
            Self::NotRun => "not-run",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::Observe => "OBSERVE",
        })
    }
}

/// A difference between the promise and what was seen.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// A stable slug for this way of differing: `accepted`, `eof-before-greeting`.
    pub signature: String,
    /// What the promise asks for.
    pub expected: String,
    /// What was seen.
    pub got: String,
}

impl Finding {
    /// A finding from its three parts.
    pub fn new(
        signature: impl Into<String>,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Self {
        Self { signature: signature.into(), expected: expected.into(), got: got.into() }
    }
}

/// Why a case ends before its last line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The promise is broken.
    Fail(Finding),
    /// Nothing came where something must.
    Hang(Finding),
    /// The SUT died.
    Crash(Finding),
    /// The SUT lacks what the case needs: a short noun phrase.
    NotApplicable(String),
    /// The connection to the SUT could not be had: no judgement is possible.
    Unreachable(String),
}

/// What a case function returns: to reach the end is to keep the promise.
pub type Outcome = Result<(), Stop>;
