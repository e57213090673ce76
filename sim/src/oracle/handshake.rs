//! O7: nothing is said before both are ready, and no handshake lasts for ever.

use super::{Breach, Case};
use crate::schedule::Op;
use crate::trace::{Item, What};
use crate::units::Span;

pub(super) const ID: &str = "O7-handshake";

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let mut ready: Vec<[bool; 2]> = vec![[false; 2]; case.analysis.wires.len()];
    for (number, event) in (0_u32..).zip(&case.trace.events) {
        let What::Written { connection, side, item } = &event.what else { continue };
        let wire = case.analysis.wires.get(*connection as usize);
        let from = wire.and_then(|wire| wire.sockets.get(usize::from(*side)).copied());
        if from.is_none_or(|from| case.schedule.socket.get(from).is_none()) {
            continue;
        }
        let sides = ready.get_mut(*connection as usize);
        let Some(own) = sides.and_then(|sides| sides.get_mut(usize::from(*side))) else { continue };
        match item {
            Item::Ready => *own = true,
            Item::Message(_) | Item::Subscribe(_) | Item::Cancel(_) | Item::Other if !*own => {
                let what = format!("{}: {item:?} was written before READY", Span(event.at));
                breaches.push(Breach { oracle: ID, what, event: Some(number) });
            }
            _ => {}
        }
    }
    unfinished(case, breaches);
}

/// A connection that is up is ready, over, or younger than the time limit of handshakes.
fn unfinished(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let disturbed = case
        .schedule
        .op
        .iter()
        .any(|timed| matches!(timed.op, Op::ClockRate { .. } | Op::Pause { .. }));
    if disturbed {
        return;
    }
    for wire in &case.analysis.wires {
        let Some(up) = wire.up else { continue };
        for side in [0, 1] {
            let socket = wire.sockets.get(side).copied().unwrap_or(usize::MAX);
            // What a stranger knows or not is its own affair.
            if case.schedule.socket.get(socket).is_none() {
                continue;
            }
            let limit =
                case.option(socket, "handshake_ivl").unwrap_or(30_000).max(0) as u64 * 1_000_000;
            let is_ready = wire.ready.get(side).copied().flatten().is_some();
            let closed = wire.closed.get(side).copied().flatten().map(|(at, _)| at);
            let until = closed.unwrap_or(case.schedule.duration.0);
            if limit > 0 && !is_ready && until > up + limit + 100_000_000 {
                let what = format!(
                    "a handshake of {} took {}, and {} are allowed",
                    case.name(socket),
                    Span(until - up),
                    Span(limit)
                );
                breaches.push(Breach { oracle: ID, what, event: None });
            }
        }
    }
}
