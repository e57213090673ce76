//! O5: when the faults are over, everybody is connected again and what is sent arrives.
//!
//! Judged where the quiet tail is long enough: for the longest interval between attempts, a
//! handshake, the time of the heartbeats, and what the network may still hold back. A strict REQ
//! whose request or reply was lost waits for ever, as RFC 28 has it; without heartbeats a half-open
//! connection stays, and with it the name of its peer at a ROUTER: no breach, and reports say so.

use super::{Breach, Case};
use crate::analysis::{Fate, Wire};
use crate::schedule::{Op, Socket};
use crate::trace::What;
use crate::units::Span;
use zeroproof_reference::SocketType;

pub(super) const ID: &str = "O5-liveness";

pub(super) fn judge(case: Case<'_>, breaches: &mut Vec<Breach>) {
    let schedule = case.schedule;
    let needs = needs(case);
    let quiet_from = schedule.last_op().0.saturating_add(needs);
    let is_broken = leaves_broken(&schedule.op) || leaves_a_broken_disk(case);
    if quiet_from >= schedule.duration.0 || is_broken {
        return;
    }
    for (number, socket) in schedule.socket.iter().enumerate() {
        for (other, _) in socket.connect.iter().filter_map(|name| schedule.socket_named(name)) {
            let is_up = case
                .analysis
                .wires
                .iter()
                .any(|wire| is_whole(wire, number, other, schedule.duration.0));
            if !is_up && !may_stay_half_open(case, number, other) {
                let what = format!(
                    "{} is not connected to {}, {} after the last fault",
                    case.name(number),
                    case.name(other),
                    Span(schedule.duration.0 - schedule.last_op().0)
                );
                breaches.push(Breach { oracle: ID, what, event: None });
            }
        }
    }
    for life in &case.analysis.lives {
        let in_time = life.sent >= quiet_from && life.sent + needs < schedule.duration.0;
        let is_late = in_time && !is_well(case, life.fate);
        if is_late && !any_half_open(case) {
            let what = format!(
                "message {} to {} was sent at {}, long after the last fault: {}",
                life.id,
                case.name(life.end),
                Span(life.sent),
                life.fate
            );
            breaches.push(Breach { oracle: ID, what, event: None });
        }
    }
}

/// It came, or is where no fault has brought it. A name that nobody has any more leads nowhere.
fn is_well(case: Case<'_>, fate: Fate) -> bool {
    let renamed =
        |timed: &crate::schedule::Timed| matches!(timed.op, Op::Boot { new_identity: true, .. });
    match fate {
        Fate::Delivered | Fate::HighWater | Fate::WaitsThere => true,
        Fate::NoRoute => case.schedule.op.iter().any(renamed),
        _ => false,
    }
}

/// How long it may take after the last fault until all is well.
fn needs(case: Case<'_>) -> u64 {
    let millis = |name: &str, default: i64| {
        let all = (0..case.schedule.socket.len())
            .map(|socket| case.option(socket, name).unwrap_or(default));
        all.max().unwrap_or(default).max(0) as u64 * 1_000_000
    };
    let heartbeat = millis("heartbeat_ivl", 0) * 2
        + millis("heartbeat_timeout", 0).max(millis("heartbeat_ivl", 0));
    let reconnect = millis("reconnect_ivl", 100) * 2 + millis("reconnect_ivl_max", 0);
    let line = &case.schedule.link;
    // TCP sends again after as long as it has waited, and a SYN after 1, 2, 4 s and so on.
    let outage = case.schedule.last_op().0.min(64_000_000_000);
    heartbeat + reconnect + outage * 2 + line.latency.most.0 * 20 + 2_000_000_000
}

/// The last operations leave something cut, stopped or dead.
fn leaves_broken(ops: &[crate::schedule::Timed]) -> bool {
    let mut broken = std::collections::BTreeMap::new();
    for timed in ops {
        let place = timed.op.node().map(str::to_owned).or_else(|| {
            timed.op.between().map(|[one, other]| {
                if one < other { format!("{one}|{other}") } else { format!("{other}|{one}") }
            })
        });
        let Some(place) = place else { continue };
        let (topic, is_bad) = match timed.op {
            Op::Cut { .. } => ("cut", true),
            Op::Heal { .. } => ("cut", false),
            Op::Kill { .. } | Op::PowerOff { .. } => ("life", true),
            Op::Boot { .. } => ("life", false),
            Op::Pause { .. } => ("pause", true),
            Op::Resume { .. } => ("pause", false),
            Op::Stall { .. } => ("stall", true),
            Op::Flow { .. } => ("stall", false),
            Op::Refuse { .. } | Op::BlackHole { .. } => ("door", true),
            Op::Accept { .. } => ("door", false),
            Op::DiskFull { .. } => ("disk", true),
            Op::DiskRoom { .. } => ("disk", false),
            _ => continue,
        };
        broken.insert((place, topic), is_bad);
    }
    broken.values().any(|is_bad| *is_bad)
}

/// A process could not open its swap and is gone, or has a log that takes no more since a sync
/// failed: nobody has begun it again since (`reference/docs/swap-format.md`).
fn leaves_a_broken_disk(case: Case<'_>) -> bool {
    let nodes = case.schedule.nodes();
    let number = |node: Option<&str>| nodes.iter().position(|name| Some(*name) == node);
    let mut broken = std::collections::BTreeSet::new();
    let mut has_failed = std::collections::BTreeSet::new();
    for event in &case.trace.events {
        match event.what {
            What::Op { number: op } => {
                let op = case.schedule.op.get(op as usize).map(|timed| &timed.op);
                let node = op.filter(|op| op.is_of_disks()).and_then(|op| number(op.node()));
                has_failed.extend(node);
                if matches!(op, Some(Op::SyncFails { .. })) {
                    broken.extend(node);
                }
            }
            What::Booted { node } => drop(broken.remove(&usize::from(node))),
            // As it does that cannot open its log.
            What::Died { node, .. } if has_failed.contains(&usize::from(node)) => {
                broken.insert(usize::from(node));
            }
            _ => {}
        }
    }
    !broken.is_empty()
}

/// Both sides have it at the end, and are ready.
fn is_whole(wire: &Wire, one: usize, other: usize, until: u64) -> bool {
    wire.sockets == [one, other] && wire.is_ready(0, until) && wire.is_ready(1, until)
}

fn has_heartbeat(socket: &Socket) -> bool {
    socket.options.contains_key("heartbeat_ivl")
}

/// One side believes in a connection that the other has lost, and nothing will tell it.
/// A ROUTER that does keeps the name of the peer taken, so it cannot come back (28-ROUTER-008).
fn may_stay_half_open(case: Case<'_>, one: usize, other: usize) -> bool {
    let spec = |socket: usize| case.schedule.socket.get(socket);
    let beats = |socket: usize| spec(socket).is_some_and(has_heartbeat);
    let half = case.analysis.wires.iter().any(|wire| {
        wire.sockets == [one, other]
            && wire.up.is_some()
            && wire.closed.iter().flatten().count() < 2
    });
    let is_named = spec(one).is_some_and(|spec| spec.options.contains_key("routing_id"));
    let routes = spec(other).is_some_and(|spec| spec.kind == SocketType::Router);
    half && (!beats(one) || (is_named && routes && !beats(other)))
}

fn any_half_open(case: Case<'_>) -> bool {
    let sockets = case.schedule.socket.iter().enumerate();
    let mut pairs = sockets.flat_map(|(number, socket)| {
        let others = socket.connect.iter().filter_map(|name| case.schedule.socket_named(name));
        others.map(move |(other, _)| (number, other))
    });
    pairs.any(|(one, other)| {
        let is_up = case
            .analysis
            .wires
            .iter()
            .any(|wire| is_whole(wire, one, other, case.schedule.duration.0));
        !is_up && may_stay_half_open(case, one, other)
    })
}
