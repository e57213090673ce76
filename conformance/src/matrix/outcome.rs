//! What comes of a cell, and where it ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The result of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything arrived as sent; or, between strangers, nothing did.
    Ok,
    /// A message is missing, is another one, or arrived where none may.
    Fails,
    /// A call of the application was refused.
    Refuses,
    /// A process ended.
    Dies,
    /// It failed, and then it did not, or failed in another way.
    Flaky,
    /// A side lacks what the cell needs.
    NotApplicable,
    /// The run ended before.
    NotRun,
}

impl Outcome {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Fails,
        Self::Refuses,
        Self::Dies,
        Self::Flaky,
        Self::NotApplicable,
        Self::NotRun,
    ];

    /// Whether a run with this outcome is not clean.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Fails | Self::Refuses | Self::Dies | Self::Flaky)
    }

    /// Whether the cell was tried to its end.
    pub fn is_judged(self) -> bool {
        !matches!(self, Self::NotApplicable | Self::NotRun)
    }

    /// The name in reports and expectations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fails => "fails",
            Self::Refuses => "refuses",
            Self::Dies => "dies",
            Self::Flaky => "flaky",
            Self::NotApplicable => "not-applicable",
            Self::NotRun => "not-run",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The steps of a cell, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The socket, and its options.
    Open,
    /// To listen.
    Bind,
    /// To connect.
    Connect,
    /// Greetings and commands, up to READY: told by the octets.
    Handshake,
    /// What the second wants reaches the first.
    Subscription,
    /// One small message from the first to the second.
    FirstMessage,
    /// One small message back.
    Reply,
    /// Only what is wanted arrives.
    Filter,
    /// Three parts stay together.
    Multipart,
    /// Parts without octets are parts.
    EmptyPart,
    /// A size of one octet, and the first that needs eight.
    #[serde(rename = "255-256")]
    Boundary,
    /// What is wanted no more arrives no more.
    Unsubscribe,
    /// 1048576 octets in one part.
    #[serde(rename = "1-mib")]
    Mebibyte,
    /// The one that binds goes and comes back, and the other finds it.
    Reconnect,
    /// Nothing arrives between those who do not go together.
    Silence,
}

impl Step {
    /// The name in reports and expectations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Bind => "bind",
            Self::Connect => "connect",
            Self::Handshake => "handshake",
            Self::Subscription => "subscription",
            Self::FirstMessage => "first-message",
            Self::Reply => "reply",
            Self::Filter => "filter",
            Self::Multipart => "multipart",
            Self::EmptyPart => "empty-part",
            Self::Boundary => "255-256",
            Self::Unsubscribe => "unsubscribe",
            Self::Mebibyte => "1-mib",
            Self::Reconnect => "reconnect",
            Self::Silence => "silence",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a cell ended before its last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it makes of the cell.
    pub outcome: Outcome,
    /// Where it ended.
    pub step: Step,
    /// A stable slug for this way to end: `nothing`, `changed`.
    pub signature: String,
    /// What was to come.
    pub expected: String,
    /// What came.
    pub got: String,
    /// The process that ended, by its id.
    pub dead: Option<u32>,
}

impl Fault {
    /// A message that is missing, or another one.
    pub(super) fn fails(
        step: Step,
        signature: &str,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Self {
        Self {
            outcome: Outcome::Fails,
            step,
            signature: signature.to_owned(),
            expected: expected.into(),
            got: got.into(),
            dead: None,
        }
    }

    /// Whether it ended before any message had arrived.
    fn is_at_start(&self) -> bool {
        matches!(
            self.step,
            Step::Connect | Step::Handshake | Step::Subscription | Step::FirstMessage
        )
    }

    /// Whether nothing came: that may be told by the one that waits, or by the one that sends.
    fn is_silence(&self) -> bool {
        let silent =
            ["nothing", "not-taken", "no-answer", "skipped", "no-connection", "no-handshake"];
        silent.contains(&self.signature.as_str())
    }

    /// Whether another attempt ended in the same way. Who cannot connect may be told so, or never
    /// hear from the other; who loses messages may lose one more or less.
    pub fn is_like(&self, other: &Self) -> bool {
        if self.is_at_start() && other.is_at_start() {
            let died = [self, other].map(|fault| fault.outcome == Outcome::Dies);
            let [one, other] = died;
            return one == other;
        }
        (self.outcome, self.step) == (other.outcome, other.step)
            && (self.signature == other.signature || (self.is_silence() && other.is_silence()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Outcome, Step};

    #[test]
    fn two_attempts_are_alike_when_the_same_thing_is_missing() {
        let fault = |step, signature: &str| Fault::fails(step, signature, "", "");
        let rows = [
            (Step::FirstMessage, "nothing", Step::Handshake, "nothing", true),
            (Step::FirstMessage, "not-taken", Step::FirstMessage, "nothing", true),
            (Step::Multipart, "skipped", Step::Multipart, "nothing", true),
            (Step::Multipart, "changed", Step::Multipart, "nothing", false),
            (Step::Multipart, "nothing", Step::Reply, "nothing", false),
        ];
        for (step, signature, other_step, other, like) in rows {
            let alike = fault(step, signature).is_like(&fault(other_step, other));
            assert_eq!(alike, like, "{step} {signature} {other_step} {other}");
        }
        let dies = Fault { outcome: Outcome::Dies, ..fault(Step::FirstMessage, "died") };
        assert!(!dies.is_like(&fault(Step::FirstMessage, "nothing")));
    }
}
