//! `zeroproof adapter check`: an adapter against every rule of `conformance/adapters/README.md`.
//! A rule is tried on its own (`rules`), over raw lines (`process`), since the client of the
//! suite never sends what is malformed. What every line must be is watched all the time
//! (`reply`). Deliberately absent: what the implementation does on the wire, which is
//! for `zeroproof check` to judge.

mod desk;
mod process;
mod reply;
mod rules;

use std::time::Duration;

use futures_util::future::LocalBoxFuture;

use super::AdapterError;
use desk::Desk;

/// A rule of the protocol, and how it is tried.
pub struct Rule {
    /// Heading and number in `conformance/adapters/README.md`: `Lines 7`.
    pub place: &'static str,
    /// What an adapter does that keeps it.
    pub promise: &'static str,
    /// What the author of an adapter that breaks it should do.
    pub fix: &'static str,
    run: for<'a> fn(&'a mut Desk) -> LocalBoxFuture<'a, Tried>,
}

/// A rule that was broken.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The rule's heading and number.
    pub place: &'static str,
    /// What is wrong.
    pub wrong: String,
    /// The last lines in both directions, `> ` before what was sent and `< ` before what came.
    pub dialogue: Vec<String>,
    /// The last lines of standard error, if there were any.
    pub stderr: String,
}

impl Broken {
    /// Without its dialogue, which the desk adds.
    fn of(place: &'static str, wrong: impl Into<String>) -> Self {
        Self { place, wrong: wrong.into(), dialogue: Vec::new(), stderr: String::new() }
    }
}

/// What became of a rule.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is kept.
    Kept,
    /// It could not be tried, and why.
    Untried(String),
    /// It is broken.
    Broken(Box<Broken>),
}

/// Why a rule was not kept.
#[derive(Debug)]
enum Stop {
    Broken(Broken),
    /// What the adapter does not claim to have.
    Untried(String),
    /// It ended unasked: its status and last words.
    Died(String, String),
    /// It could not be started.
    NoStart(AdapterError),
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

type Tried = Result<(), Stop>;

/// Every rule, in the order in which they are tried.
pub fn rules() -> &'static [Rule] {
    rules::ALL
}

/// The rule with this heading and number.
pub fn rule(place: &str) -> Option<&'static Rule> {
    rules::ALL.iter().find(|rule| rule.place == place)
}

/// Tries the rules one after the other and tells what became of each; after the first broken one
/// only with `all`. No answer may take longer than `deadline`. Must run inside a `LocalSet` or on
/// a tokio runtime with time; dropping the future kills the adapter.
///
/// # Errors
/// `Spawn` and `Died` when the adapter does not even start: nothing was judged.
pub async fn check(
    argv: &[String],
    deadline: Duration,
    all: bool,
    tell: &mut dyn FnMut(&Rule, &Outcome),
) -> Result<(), AdapterError> {
    let mut desk = Desk::new(argv, deadline);
    let mut broken: Vec<&str> = Vec::new();
    for (at, rule) in rules::ALL.iter().enumerate() {
        desk.begin(rule.place);
        let mut tried = (rule.run)(&mut desk).await;
        if tried.is_ok() {
            tried = desk.settle().await;
        }
        let found = match tried {
            Ok(()) if broken.contains(&rule.place) => continue, // told already, beside another
            Ok(()) => {
                tell(rule, &Outcome::Kept);
                continue;
            }
            Err(Stop::Untried(why)) => {
                tell(rule, &Outcome::Untried(why));
                continue;
            }
            Err(Stop::NoStart(error)) => return Err(error),
            Err(Stop::Died(status, stderr_tail)) if at == 0 => {
                return Err(AdapterError::Died { status, stderr_tail });
            }
            Err(Stop::Died(status, _)) => {
                Broken::of("Errors internal", format!("the adapter ended unasked ({status})"))
            }
            Err(Stop::Broken(found)) => found,
        };
        let place = found.place;
        if !broken.contains(&place) {
            broken.push(place);
            let found = Box::new(desk.witness(found));
            tell(self::rule(place).unwrap_or(rule), &Outcome::Broken(found));
        }
        if !all {
            return Ok(());
        }
        if place != rule.place && !broken.contains(&rule.place) {
            tell(rule, &Outcome::Untried(format!("{place} was broken meanwhile")));
        }
        desk.drop_process();
    }
    Ok(())
}
