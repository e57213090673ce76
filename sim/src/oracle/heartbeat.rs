//! O6: heartbeats find the dead in time and spare the living (37-HB-*).

use super::{Breach, Case};
use crate::schedule::Op;
use crate::trace::{End, What};
use crate::units::Span;

pub(super) const ID: &str = "O6-heartbeat";

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    // A clock that is wrong makes every limit wrong.
    let is_skewed = case.schedule.op.iter().any(|timed| matches!(timed.op, Op::ClockRate { .. }));
    if is_skewed {
        return;
    }
    false_deaths(case, breaches);
    late_deaths(case, breaches);
}

/// The least silence after which a peer of these sockets may be given up: their own time limit, or
/// the one the other side has announced.
fn limits(case: Case<'_>, sockets: [usize; 2], side: usize) -> Option<(u64, u64)> {
    let millis = |socket: usize, name: &str| {
        case.option(socket, name).map(|ms| ms.max(0) as u64 * 1_000_000)
    };
    let (ours, theirs) = (sockets.get(side).copied()?, sockets.get(1 - side).copied()?);
    let ivl = millis(ours, "heartbeat_ivl").filter(|ivl| *ivl > 0);
    let own = ivl.map(|ivl| (millis(ours, "heartbeat_timeout").unwrap_or(ivl), ivl));
    let ttl = millis(theirs, "heartbeat_ttl").filter(|ttl| *ttl > 0);
    let least = own.map(|(timeout, _)| timeout).into_iter().chain(ttl).min()?;
    let most = own.map_or(u64::MAX, |(timeout, ivl)| timeout + ivl);
    Some((least, most))
}

fn false_deaths(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let mut heard: Vec<[u64; 2]> = vec![[0; 2]; case.analysis.wires.len()];
    for (number, event) in (0_u32..).zip(&case.trace.events) {
        match &event.what {
            What::Up { connection } => {
                heard
                    .get_mut(*connection as usize)
                    .into_iter()
                    .for_each(|sides| *sides = [event.at; 2]);
            }
            What::Arrived { connection, side, .. } => {
                let sides = heard.get_mut(*connection as usize);
                sides
                    .and_then(|sides| sides.get_mut(1 - usize::from(*side)))
                    .into_iter()
                    .for_each(|at| *at = event.at);
            }
            What::Closed { connection, side, end: End::Heartbeat } => {
                let index = *connection as usize;
                let Some(wire) = case.analysis.wires.get(index) else { continue };
                let side = usize::from(*side);
                let last = heard.get(index).and_then(|sides| sides.get(side)).copied().unwrap_or(0);
                let silence = event.at.saturating_sub(last);
                let Some((least, _)) = limits(case, wire.sockets, side) else { continue };
                // Milliseconds are as exact as the options are.
                if silence + 1_000_000 < least {
                    let what = format!(
                        "{}: {} gave {} up after {} of silence, and {} are allowed",
                        Span(event.at),
                        case.name(wire.sockets.get(side).copied().unwrap_or(usize::MAX)),
                        case.name(wire.sockets.get(1 - side).copied().unwrap_or(usize::MAX)),
                        Span(silence),
                        Span(least)
                    );
                    breaches.push(Breach { oracle: ID, what, event: Some(number) });
                }
            }
            _ => {}
        }
    }
}

/// A side that is ready and hears nothing until the end has to have noticed.
fn late_deaths(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let has = |kinds: &[&str]| case.schedule.op.iter().any(|op| kinds.contains(&op.op.kind()));
    // Pieces of a message are heard as well, and a trace has whole ones only.
    let trickles = has(&["bandwidth"]) || has(&["chop"]) && has(&["loss"]);
    if trickles || has(&["pause", "stall"]) {
        return;
    }
    for wire in &case.analysis.wires {
        for side in [0, 1] {
            let until = wire
                .closed
                .get(side)
                .copied()
                .flatten()
                .map_or(case.schedule.duration.0, |(at, _)| at);
            let since = wire.last_heard.get(side).copied().flatten();
            let ready = wire.ready.get(side).copied().flatten();
            let (Some(since), Some(_), Some((_, most))) =
                (since, ready, limits(case, wire.sockets, side))
            else {
                continue;
            };
            let silence = until.saturating_sub(since);
            if most < u64::MAX && silence > most + most / 4 + 50_000_000 {
                let what = format!(
                    "{} heard nothing from {} for {}, and its heartbeats should have ended it \
                    after {}",
                    case.name(wire.sockets.get(side).copied().unwrap_or(usize::MAX)),
                    case.name(wire.sockets.get(1 - side).copied().unwrap_or(usize::MAX)),
                    Span(silence),
                    Span(most)
                );
                breaches.push(Breach { oracle: ID, what, event: None });
            }
        }
    }
}
