//! The worlds by their names, and what of a schedule each can do.

use super::{Unrunnable, turmoil};
use crate::schedule::Schedule;
use crate::trace::Trace;
use crate::units::Span;

/// A world that runs schedules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Which {
    /// The engine without I/O, in a queue of events.
    #[default]
    Tight,
    /// The engine's tokio runtime, on hosts of turmoil.
    Turmoil,
}

impl Which {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Tight, Self::Turmoil];

    /// What it is called in files and on command lines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tight => "tight",
            Self::Turmoil => "turmoil",
        }
    }

    /// Runs a schedule to its end.
    ///
    /// # Errors
    /// A socket does not exist or takes an option that it should not, or this world cannot do what
    /// the schedule asks for.
    ///
    /// # Panics
    /// The engine has: in turmoil the same panic goes on.
    pub fn run(self, schedule: &Schedule) -> Result<Trace, Unrunnable> {
        match self {
            Self::Tight => super::run(schedule),
            Self::Turmoil => turmoil::run(schedule),
        }
    }

    /// The schedule without what this world cannot do; none if it has too many processes.
    #[must_use]
    pub fn adapted(self, mut schedule: Schedule) -> Option<Schedule> {
        if self == Self::Tight {
            return Some(schedule);
        }
        schedule.op.retain(|timed| turmoil::refusal(&timed.op).is_none());
        // Its hosts have no disks either.
        for socket in &mut schedule.socket {
            socket.options.retain(|name, _| !name.starts_with("swap"));
        }
        schedule.link.bandwidth = None;
        // Ticks are as long as the least latency, and what they cost is what a run costs.
        let latency = &mut schedule.link.latency;
        latency.least = latency.least.max(Span::ms(10));
        latency.most = latency.most.max(latency.least);
        // One for the stranger.
        (schedule.nodes().len() < turmoil::HOSTS_MAX).then_some(schedule)
    }
}
