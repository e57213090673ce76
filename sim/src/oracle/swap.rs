//! O11: what comes twice out of a durable swap has its cause, and is as little as is promised; what
//! a disk has lost is told (ZP-SWAP-005, -010, -012).
//!
//! That nothing acknowledged is lost is O2's, which knows no cause for it, and order is O1's.

use super::{Breach, Case};
use crate::message::MessageId;
use crate::schedule::Op;
use crate::trace::{Item, What};
use crate::units::Span;
use std::collections::BTreeMap;

pub(super) const ID: &str = "O11-swap";

/// Messages handed over after which a log makes its position durable.
const POSITION_EVERY: u64 = 1000;

/// What is known of one socket with a swap.
#[derive(Debug, Default)]
struct Kept {
    /// How often each message was sent, as its application may have got it twice; and how often it
    /// may still be written.
    sent: BTreeMap<MessageId, (u32, u32)>,
    /// When each message was last written, by the number of the event.
    written: BTreeMap<MessageId, u32>,
    /// When the process last died, and when a connection last ended.
    died: Option<u32>,
    deaths: u64,
    ended: Option<u32>,
    /// Messages written again since the process died.
    again: u64,
    /// Messages that the disk has lost, as the swap says.
    told: u64,
}

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let ours = case.schedule.socket.iter().enumerate().filter(|(_, socket)| socket.has_swap());
    let mut kept: BTreeMap<usize, Kept> =
        ours.map(|(number, _)| (number, Kept::default())).collect();
    if kept.is_empty() {
        return;
    }
    let mut comes: BTreeMap<(usize, MessageId), i64> = BTreeMap::new();
    for (number, event) in (0_u32..).zip(&case.trace.events) {
        let found = match &event.what {
            What::Died { node, .. } => {
                died(case, &mut kept, *node, number);
                None
            }
            What::Closed { connection, side, .. } => {
                let socket = case.socket_of(*connection, *side);
                if let Some(kept) = socket.and_then(|socket| kept.get_mut(&socket)) {
                    kept.ended = Some(number);
                }
                None
            }
            What::Sent { socket, message, .. } | What::Doubtful { socket, message } => {
                if let Some(kept) = kept.get_mut(&usize::from(*socket)) {
                    let (sent, due) = kept.sent.entry(*message).or_default();
                    (*sent, *due) = (*sent + 1, *due + 1);
                }
                None
            }
            What::Damaged { socket, messages } => {
                if let Some(kept) = kept.get_mut(&usize::from(*socket)) {
                    kept.told += u64::from(*messages);
                }
                None
            }
            What::Written { connection, side, item: Item::Message(id) } => {
                let to = case.socket_of(*connection, 1 - side);
                to.into_iter().for_each(|to| *comes.entry((to, *id)).or_default() += 1);
                let from = case.socket_of(*connection, *side);
                let durable = from.filter(|from| case.keeps(*from));
                let kept = durable.and_then(|from| Some((from, kept.get_mut(&from)?)));
                kept.and_then(|(from, kept)| kept.written(case, from, *id, number))
            }
            What::Received { socket, message } => {
                let left = comes.entry((usize::from(*socket), *message)).or_default();
                *left -= 1;
                let name = case.name(usize::from(*socket));
                (*left < 0).then(|| format!("{name} received {message} more often than it came"))
            }
            _ => None,
        };
        breaches.extend(found.map(|what| Breach {
            oracle: ID,
            what: format!("{}: {what}", Span(event.at)),
            event: Some(number),
        }));
    }
    lost(case, &kept, breaches);
}

fn died(case: Case<'_>, kept: &mut BTreeMap<usize, Kept>, node: u16, number: u32) {
    for (_, kept) in kept.iter_mut().filter(|(socket, _)| case.is_of(**socket, node)) {
        (kept.died, kept.again) = (Some(number), 0);
        kept.deaths += 1;
        kept.sent.values_mut().for_each(|(sent, due)| *due = *sent);
    }
}

/// Bits turned on the disk of a socket.
fn rots(case: Case<'_>, socket: usize) -> u64 {
    let own = case.schedule.socket.get(socket).map(|socket| socket.node.as_str());
    let all = case.schedule.op.iter().map(|timed| &timed.op);
    all.filter(|op| matches!(op, Op::BitRot { .. }) && op.node() == own).count() as u64
}

impl Kept {
    /// A message is written: what is wrong with that.
    fn written(
        &mut self,
        case: Case<'_>,
        socket: usize,
        id: MessageId,
        now: u32,
    ) -> Option<String> {
        let (_, due) = self.sent.entry(id).or_default();
        let is_due = *due > 0;
        *due -= u32::from(is_due);
        let before = self.written.insert(id, now)?;
        let name = case.name(socket);
        let is_after = |cause: Option<u32>| cause.is_some_and(|cause| cause > before);
        if is_after(self.died) {
            self.again += 1;
            let most = POSITION_EVERY + in_hand(case, socket);
            // Without its position all that is there comes again, and that is told.
            let is_over = self.again == most + 1 && rots(case, socket) == 0;
            return is_over.then(|| format!("{name} sends more than {most} messages twice"));
        }
        let what = || format!("{name} sends {id} twice, and nothing had happened to it");
        (!is_due && !is_after(self.ended)).then(what)
    }
}

/// Messages that the connections of a socket have taken and not written, at most.
fn in_hand(case: Case<'_>, socket: usize) -> u64 {
    let all = &case.schedule.socket;
    let Some(spec) = all.get(socket) else { return 0 };
    let peers = spec.connect.len() + all.iter().filter(|p| p.connect.contains(&spec.name)).count();
    let hwm = case.option(socket, "sndhwm").unwrap_or(1000).max(0) as u64;
    hwm.saturating_mul(2).saturating_mul(peers as u64)
}

/// What is gone from the disks: of the very last record that was written before a restart nobody
/// can know.
fn lost(case: Case<'_>, kept: &BTreeMap<usize, Kept>, breaches: &mut Vec<Breach>) {
    let mut wrong = |what| breaches.push(Breach { oracle: ID, what, event: None });
    for (socket, kept) in kept.iter().filter(|(socket, _)| rots(case, **socket) == 0) {
        if kept.told > 0 {
            let (name, told) = (case.name(*socket), kept.told);
            wrong(format!("{name} says that its disk has lost {told} messages, which it has not"));
        }
    }
    let gone = case.analysis.table.of(crate::analysis::Fate::DiskRot);
    let told: u64 = kept.values().map(|kept| kept.told).sum();
    let deaths: u64 = kept.values().map(|kept| kept.deaths).sum();
    if gone > told + deaths {
        wrong(format!("disks have lost {gone} messages, and tell of {told}"));
    }
}
