//! O4: queues hold what their high-water marks allow, and no run is a storm of events.
//!
//! Counted per connection: written octets are the kernel's, so a sender's queue is what it has
//! taken and not written, and a receiver's is what has come and was not received. An engine may
//! have one batch under way and one read beyond the mark.

use super::{Breach, Case};
use crate::trace::{Item, What};
use crate::units::Span;
use std::collections::BTreeMap;

pub(super) const ID: &str = "O4-bounds";

/// Octets that an engine may read at once beyond a full queue.
const READ: u64 = 64 << 10;
/// Events in a second of virtual time, for each socket, beyond those of messages.
const STORM: u64 = 20_000;

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    if case.trace.is_storm {
        let what = "more happened than any run needs: a loop that does nothing else".to_owned();
        breaches.push(Breach { oracle: ID, what, event: None });
    }
    received(case, breaches);
    dials(case, breaches);
}

/// What has come over each connection and waits for the application.
fn received(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let mut waiting: BTreeMap<u32, (u64, bool)> = BTreeMap::new();
    let mut over: BTreeMap<(u16, crate::message::MessageId), u32> = BTreeMap::new();
    let least =
        case.schedule.flow.iter().map(|flow| flow.size.least.0.max(12) + 2).min().unwrap_or(1);
    for (number, event) in (0_u32..).zip(&case.trace.events) {
        match &event.what {
            What::Arrived { connection, side, item: Item::Message(id) } => {
                let wire = case.analysis.wires.get(*connection as usize);
                let Some(to) = wire.and_then(|wire| wire.sockets.get(1 - usize::from(*side)))
                else {
                    continue;
                };
                over.insert((*to as u16, *id), *connection);
                let hwm = case.option(*to, "rcvhwm").unwrap_or(1000);
                let most = (hwm as u64).saturating_mul(2) + READ / least + 2;
                let (count, is_told) = waiting.entry(*connection).or_default();
                *count += 1;
                if hwm > 0 && *count > most && !*is_told {
                    *is_told = true;
                    let (name, at) = (case.name(*to), Span(event.at));
                    let what =
                        format!("{at}: {count} messages wait at {name}, whose rcvhwm is {hwm}");
                    breaches.push(Breach { oracle: ID, what, event: Some(number) });
                }
            }
            What::Received { socket, message } => {
                if let Some((count, _)) =
                    over.remove(&(*socket, *message)).and_then(|wire| waiting.get_mut(&wire))
                {
                    *count = count.saturating_sub(1);
                }
            }
            _ => {}
        }
    }
}

/// Nobody dials more often than the least interval between attempts allows.
fn dials(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let mut counts: BTreeMap<(usize, u64), u64> = BTreeMap::new();
    for (number, event) in (0_u32..).zip(&case.trace.events) {
        let What::Dialed { from, .. } = event.what else { continue };
        let count = counts.entry((usize::from(from), event.at / 1_000_000_000)).or_default();
        *count += 1;
        if *count == STORM {
            let what = format!("{} dials {STORM} times in a second", case.name(usize::from(from)));
            breaches.push(Breach { oracle: ID, what, event: Some(number) });
        }
    }
}
