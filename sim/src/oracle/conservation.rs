//! O2: nothing vanishes: each message is delivered, or lost where the trace shows why, or still
//! there.
//!
//! Without a fault and without a slow receiver nothing is lost at all, but for what is published
//! before anybody has subscribed (29/PUB).

use super::{Breach, Case};
use crate::analysis::Fate;
use crate::units::Span;

pub(super) const ID: &str = "O2-conservation";

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let quiet = case.schedule.op.is_empty();
    for life in &case.analysis.lives {
        let is_wrong = match life.fate {
            Fate::Unknown => true,
            Fate::QueueDiscarded
            | Fate::SenderDied
            | Fate::ReceiverDied
            | Fate::Network
            | Fate::Gap => quiet && !has_patience(case, life.id.flow),
            _ => false,
        };
        if is_wrong {
            let what = format!(
                "message {} of {}, sent at {}: {}, on its way to {}",
                life.id.number,
                case.schedule
                    .flow
                    .get(usize::from(life.id.flow))
                    .map(|flow| flow.name.as_str())
                    .unwrap_or_default(),
                Span(life.sent),
                life.fate,
                case.name(life.end),
            );
            breaches.push(Breach { oracle: ID, what, event: None });
        }
    }
}

/// A requester that gives up abandons what is on its way.
fn has_patience(case: Case<'_>, flow: u16) -> bool {
    case.schedule.flow.get(usize::from(flow)).is_some_and(|flow| flow.patience.is_some())
}
