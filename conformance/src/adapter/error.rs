//! Why a call to an adapter has no result. Each variant names a different culprit: the
//! implementation (`Refused`, `Unsupported`), the adapter program (`Protocol`, `Died`, `Deadline`),
//! or the machine (`Spawn`). Deliberately absent: verdicts; a case decides what a refusal means.

use std::fmt;
use std::time::Duration;

/// How an adapter says no: the six `kind`s of an `err` reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The implementation or its adapter lacks the op, type, option or transport.
    Unsupported,
    /// Nothing arrived, or nobody took the message, within `within_ms`.
    Again,
    /// The op is legal, but not on this socket or not now.
    State,
    /// The implementation, or the adapter reading the request, said no.
    Refused,
    /// The socket was closed while the call waited.
    Closed,
    /// The adapter itself failed.
    Internal,
}

impl ErrorKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Unsupported, Self::Again, Self::State, Self::Refused, Self::Closed, Self::Internal];

    /// The kind of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == name)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unsupported => "unsupported",
            Self::Again => "again",
            Self::State => "state",
            Self::Refused => "refused",
            Self::Closed => "closed",
            Self::Internal => "internal",
        })
    }
}

/// Why a call to an adapter has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdapterError {
    /// The adapter declared that it lacks this; the case is not applicable.
    Unsupported {
        /// The op of the call.
        op: String,
        /// What is lacking, in the adapter's words; may be empty.
        message: String,
    },
    /// The adapter answered with an error of any other kind.
    Refused {
        /// The op of the call.
        op: String,
        /// The kind of the answer; never `Unsupported`.
        kind: ErrorKind,
        /// The adapter's words.
        message: String,
    },
    /// The adapter broke `zeroproof/adapter/1`. After a line that is no reply, or to nobody,
    /// it has been killed; after a reply with a wrong `ok` it runs on.
    Protocol {
        /// The offending line, verbatim up to 4096 octets, invalid UTF-8 replaced.
        line: String,
        /// The rule it breaks.
        why: String,
    },
    /// The process ended. Every pending call fails with it, and every later one.
    Died {
        /// `exit code 3`, or `signal 9 (SIGKILL)`.
        status: String,
        /// The last lines of its standard error, at most 20.
        stderr_tail: String,
    },
    /// No answer in time; the process runs on.
    Deadline {
        /// The op of the call.
        op: String,
        /// How long it was given.
        after: Duration,
    },
    /// The process could not be started.
    Spawn {
        /// The command, words joined by blanks.
        command: String,
        /// What the operating system said.
        why: String,
    },
}

impl fmt::Display for AdapterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported { op, message } => {
                write!(f, "the adapter does not support `{op}` ({message}): ")?;
                write!(f, "leave it out of `can`, and cases that need it are not run")
            }
            Self::Refused { op, kind, message } => write!(f, "`{op}` failed ({kind}): {message}"),
            Self::Protocol { line, why } => {
                write!(f, "the adapter broke zeroproof/adapter/1: {why}; mend the adapter ")?;
                write!(f, "(conformance/adapters/README.md has the rules). The line: {line}")
            }
            Self::Died { status, stderr_tail } if stderr_tail.is_empty() => {
                write!(f, "the adapter ended ({status}) and left nothing on standard error; ")?;
                write!(f, "start it by hand to see why")
            }
            Self::Died { status, stderr_tail } => {
                write!(f, "the adapter ended ({status}); its last words:\n{stderr_tail}")
            }
            Self::Deadline { op, after } => {
                write!(
                    f,
                    "no answer to `{op}` after {after:?}: the adapter or the implementation "
                )?;
                write!(f, "hangs; attach a debugger, or raise --deadline on a slow machine")
            }
            Self::Spawn { command, why } => {
                write!(
                    f,
                    "cannot start `{command}`: {why}; check that the program exists and may "
                )?;
                write!(f, "be run, or see `zeroproof peers doctor`")
            }
        }
    }
}

impl std::error::Error for AdapterError {}
