//! What a trace means: the life of every message, and sums of it.
//!
//! ```text
//! topology   who may get what            wires   connections: up, ready, over, subscriptions
//! fate       what became of a message    table   sums by flow and receiver
//! ```
//!
//! It knows the schedule, what applications and wires saw, and nothing of the engine. Deliberately
//! absent: judgement, which is that of [`crate::oracle`].

mod fate;
mod table;
pub mod topology;
mod wires;

pub use fate::Fate;
pub use table::{Row, Table};
pub use wires::Wire;

use crate::message::MessageId;
use crate::schedule::{Schedule, Setting, Work};
use crate::trace::{Event, Item, Left, Trace, What};
use topology::Ways;
use zeroproof_reference::SocketType;

/// What became of one message for one of those who should get it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Life {
    /// Which.
    pub id: MessageId,
    /// When it was sent first.
    pub sent: u64,
    /// Who should get it; of several, who did or got nearest.
    pub end: usize,
    /// What became of it.
    pub fate: Fate,
    /// When it was received first.
    pub received: Option<u64>,
    /// How often more than once.
    pub copies: u32,
}

/// A trace, taken apart.
#[derive(Debug)]
pub struct Analysis {
    /// Every message and every one who should get it, in the order of messages.
    pub lives: Vec<Life>,
    /// Connections by number.
    pub wires: Vec<Wire>,
    /// Who may get what, by flow.
    pub ways: Vec<Ways>,
    /// Sums.
    pub table: Table,
}

/// How long before the end a line may have been held up and still hold something.
const STUCK: u64 = 10_000_000_000;

/// What fates are made of.
struct Facts<'a> {
    schedule: &'a Schedule,
    trace: &'a Trace,
    ways: Vec<Ways>,
    wires: Vec<Wire>,
    /// Deaths of processes: number of the event, and the process.
    deaths: Vec<(u32, usize)>,
    /// The process of each socket.
    node_of: Vec<usize>,
    /// Sockets that were closed and opened anew: number of the event, and the socket.
    reopened: Vec<(u32, usize)>,
    /// Numbers of the events in which a side of a connection of a socket ended.
    ends: Vec<(u32, usize)>,
}

/// Takes a trace apart.
#[must_use]
pub fn analyse(schedule: &Schedule, trace: &Trace) -> Analysis {
    let facts = Facts::new(schedule, trace);
    let mut numbered: Vec<(MessageId, u32)> = Vec::with_capacity(trace.events.len());
    for (number, event) in (0_u32..).zip(&trace.events) {
        numbered.extend(message(&event.what).map(|id| (id, number)));
    }
    numbered.sort_unstable();
    let mut lives = Vec::new();
    for group in numbered.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((id, _)) = group.first().copied() else { continue };
        let numbers: Vec<u32> = group.iter().map(|(_, number)| *number).collect();
        lives.extend(facts.lives(id, &numbers));
    }
    let table = table::table(schedule, trace, &facts.ways, &lives);
    Analysis { lives, wires: facts.wires, ways: facts.ways, table }
}

/// The message an event is about.
#[must_use]
pub const fn message(what: &What) -> Option<MessageId> {
    match what {
        What::Sent { message, .. }
        | What::Refused { message, .. }
        | What::Doubtful { message, .. }
        | What::Received { message, .. }
        | What::Written { item: Item::Message(message), .. }
        | What::Arrived { item: Item::Message(message), .. } => Some(*message),
        _ => None,
    }
}

impl<'a> Facts<'a> {
    fn new(schedule: &'a Schedule, trace: &'a Trace) -> Self {
        let nodes = schedule.nodes();
        let node_of = schedule
            .socket
            .iter()
            .map(|socket| nodes.iter().position(|node| *node == socket.node).unwrap_or(usize::MAX));
        let node_of = node_of.collect();
        let wires = wires::wires(trace);
        let (mut deaths, mut reopened, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for (number, event) in (0_u32..).zip(&trace.events) {
            match event.what {
                What::Died { node, .. } => deaths.push((number, usize::from(node))),
                What::GaveUp { socket, message } => {
                    let flow = schedule.flow.get(usize::from(message.flow));
                    if flow.is_some_and(|flow| flow.then == crate::schedule::Then::Reopen) {
                        reopened.push((number, usize::from(socket)));
                    }
                }
                What::Closed { connection, side, .. } => {
                    let wire = wires.get(connection as usize);
                    let socket = wire.and_then(|wire| wire.sockets.get(usize::from(side)));
                    ends.extend(socket.map(|socket| (number, *socket)));
                }
                _ => {}
            }
        }
        let ways = topology::ways(schedule);
        Self { schedule, trace, ways, wires, deaths, node_of, reopened, ends }
    }

    fn lives(&self, id: MessageId, numbers: &[u32]) -> Vec<Life> {
        let events = || numbers.iter().filter_map(|number| self.event(*number));
        let sent = events().find(|event| matches!(event.what, What::Sent { .. }));
        // Refused at once, it was never sent.
        let Some(sent) = sent.map(|event| event.at) else { return Vec::new() };
        let life = |(end, fate)| {
            let receipts = events().filter(|event| {
                matches!(event.what, What::Received { socket, .. } if usize::from(socket) == end)
            });
            let times: Vec<u64> = receipts.map(|event| event.at).collect();
            let copies = (times.len() as u32).saturating_sub(1);
            Life { id, sent, end, fate, received: times.first().copied(), copies }
        };
        fate::fates(self, id, numbers).into_iter().map(life).collect()
    }

    fn event(&self, number: u32) -> Option<&'a Event> {
        self.trace.events.get(number as usize)
    }

    fn kind(&self, socket: usize) -> Option<SocketType> {
        self.schedule.socket.get(socket).map(|socket| socket.kind)
    }

    fn died_after(&self, socket: usize, number: u32) -> bool {
        let node = self.node_of.get(socket).copied().unwrap_or(usize::MAX);
        self.deaths.iter().any(|(when, who)| *when > number && *who == node)
    }

    /// Its process has come back under another routing id before this time.
    fn is_renamed(&self, socket: usize, at: u64) -> bool {
        use crate::schedule::Op;
        let node = self.node_name(socket);
        let past = self.schedule.op.iter().filter(|timed| timed.at.0 <= at);
        past.into_iter().any(|timed| {
            matches!(&timed.op, Op::Boot { node: booted, new_identity: true } if booted == node)
        })
    }

    fn reopened_after(&self, socket: usize, number: u32) -> bool {
        self.reopened.iter().any(|(when, who)| *when > number && *who == socket)
    }

    fn ended_after(&self, socket: usize, number: u32) -> bool {
        self.ends.iter().any(|(when, who)| *when > number && *who == socket)
    }

    /// What it has taken outlives its process.
    fn keeps(&self, socket: usize) -> bool {
        self.schedule.socket.get(socket).is_some_and(crate::schedule::Socket::keeps)
    }

    /// A message that was sent after this one has been written since the last death and the last
    /// end of a connection, and nobody is there who may have this one in an own queue.
    fn is_passed(&self, id: MessageId, from: usize) -> bool {
        let until = self.schedule.duration.0;
        let is_stuck = self.wires.iter().any(|wire| {
            let side = wire.side(from).filter(|side| wire.is_ready(*side, until));
            let to = side.and_then(|side| wire.sockets.get(1 - side).copied());
            let is_slow = wire.delayed.iter().any(|at| at + STUCK > until);
            to.is_some_and(|to| self.is_held_back(to) || is_slow)
        });
        let node = self.node_of.get(from).copied();
        let deaths = self.deaths.iter().filter(|(_, who)| Some(*who) == node);
        let ends = self.ends.iter().filter(|(_, who)| *who == from);
        let since = deaths.chain(ends).map(|(number, _)| *number).max().unwrap_or(0);
        let is_ours = |connection: u32, side: u8| {
            let wire = self.wires.get(connection as usize);
            wire.is_some_and(|wire| wire.sockets.get(usize::from(side)) == Some(&from))
        };
        // Whoever sends on what others sent may have got it in another order.
        let flow = self.schedule.flow.get(usize::from(id.flow));
        let own = self.schedule.socket.get(from).map(|socket| socket.name.as_str());
        let is_origin = flow.is_some_and(|flow| Some(flow.from.as_str()) == own);
        let mut later = self.trace.events.iter().skip(since as usize);
        is_origin
            && !is_stuck
            && later.any(|event| match event.what {
                What::Written { connection, side, item: Item::Message(other) } => {
                    let is_later = other.flow == id.flow && other.number > id.number;
                    is_later && other.is_reply == id.is_reply && is_ours(connection, side)
                }
                _ => false,
            })
    }

    /// A bit has turned on the disk of its swap.
    fn is_rotten(&self, socket: usize) -> bool {
        use crate::schedule::Op;
        let node = self.node_name(socket);
        let mut ops = self.schedule.op.iter().map(|timed| &timed.op);
        self.schedule.socket.get(socket).is_some_and(crate::schedule::Socket::has_swap)
            && ops.any(|op| matches!(op, Op::BitRot { node: at } if at == node))
    }

    fn is_named(&self, socket: usize) -> bool {
        let spec = self.schedule.socket.get(socket);
        spec.is_some_and(|spec| spec.options.contains_key("routing_id"))
    }

    fn is_left(&self, holds: impl Fn(&Left) -> bool) -> bool {
        self.trace.left.iter().any(holds)
    }

    /// Its application is still at work on something, or waits for room.
    fn is_busy(&self, socket: usize) -> bool {
        let forwards =
            self.schedule.socket.get(socket).is_some_and(|spec| spec.work != Work::Consume);
        self.is_held_back(socket)
            || self.is_left(|left| match left {
                Left::Working { socket: at, .. } => usize::from(*at) == socket,
                Left::Room { .. } => forwards,
                Left::Reply { .. } => false,
            })
    }

    /// An application that takes its time may let its queue fill.
    fn is_slow(&self, socket: usize) -> bool {
        let spec = self.schedule.socket.get(socket);
        spec.is_some_and(|spec| spec.takes.0 > 0) || self.was_stalled(socket)
    }

    fn node_name(&self, socket: usize) -> &str {
        self.schedule.socket.get(socket).map(|socket| socket.node.as_str()).unwrap_or_default()
    }

    fn was_stalled(&self, socket: usize) -> bool {
        use crate::schedule::Op;
        let node = self.node_name(socket);
        self.schedule.op.iter().any(|timed| match &timed.op {
            Op::Stall { node: at } | Op::Pause { node: at } => at == node,
            _ => false,
        })
    }

    /// At the end its application takes nothing, or its process is not there.
    fn is_held_back(&self, socket: usize) -> bool {
        use crate::schedule::Op;
        let node = self.node_name(socket);
        let (mut is_down, mut is_paused, mut is_stalled) = (false, false, false);
        for timed in self.schedule.op.iter().filter(|timed| timed.op.node() == Some(node)) {
            match timed.op {
                Op::Kill { .. } | Op::PowerOff { .. } => (is_down, is_paused) = (true, false),
                // To boot what is up changes nothing.
                Op::Boot { .. } if is_down => (is_down, is_stalled) = (false, false),
                Op::Pause { .. } => is_paused = !is_down,
                Op::Resume { .. } => is_paused = false,
                Op::Stall { .. } => is_stalled = true,
                Op::Flow { .. } => is_stalled = false,
                _ => {}
            }
        }
        is_down
            || is_paused
            || is_stalled
            || self.is_left(|left| match left {
                Left::Working { socket: at, .. } => usize::from(*at) == socket,
                Left::Room { .. } | Left::Reply { .. } => false,
            })
    }

    /// Somebody whom this socket dials was not there when something was dealt out at this time, and
    /// has not come since: it has a queue all the same.
    fn waits_for_somebody(&self, socket: usize, at: u64) -> bool {
        let Some(spec) = self.schedule.socket.get(socket) else { return false };
        let deals = matches!(spec.kind, SocketType::Push | SocketType::Dealer | SocketType::Req);
        let comes = |name: &String| {
            self.wires.iter().any(|wire| {
                let Some(side) = wire.side(socket) else { return false };
                let other = wire.sockets.get(1 - side).copied();
                let named = other.and_then(|other| self.schedule.socket.get(other));
                let is_over = wire.closed.get(side).copied().flatten();
                named.is_some_and(|other| other.name == *name)
                    && wire.ready.get(side).copied().flatten().is_some()
                    && is_over.is_none_or(|(end, _)| end > at)
            })
        };
        let is_immediate = spec
            .options
            .get("immediate")
            .is_some_and(|set| !matches!(set, Setting::Flag(false) | Setting::Number(0)));
        deals && !is_immediate && !spec.connect.iter().all(comes)
    }

    /// READY came when the engine of this side had given up waiting for it, and ended the
    /// connection at once: its process was paused, and the time was over when it went on
    /// (`handshake_ivl`, 30 s unless set).
    fn is_past_handshake(&self, wire: &Wire, socket: usize) -> bool {
        let Some(side) = wire.side(socket) else { return false };
        let spec = self.schedule.socket.get(socket);
        let limit = match spec.and_then(|spec| spec.options.get("handshake_ivl")) {
            Some(Setting::Number(limit)) => u64::try_from(*limit).unwrap_or(0),
            _ => 30_000,
        };
        let ready = wire.ready.get(side).copied().flatten();
        let ended = wire.closed.get(side).copied().flatten().map(|(at, _)| at);
        let took = ready.zip(wire.up).map(|(ready, up)| ready.saturating_sub(up));
        limit > 0 && ready == ended && took.is_some_and(|took| took >= limit * 1_000_000)
    }

    /// The connection on which a request last came to the one who replied to it.
    fn asked_on(&self, reply: MessageId, replier: usize) -> Option<u32> {
        let request = Item::Message(MessageId { is_reply: false, ..reply });
        self.trace.events.iter().rev().find_map(|event| match &event.what {
            What::Arrived { connection, side, item } if *item == request => {
                let wire = self.wires.get(*connection as usize)?;
                let to = wire.sockets.get(1 - usize::from(*side)).copied()?;
                (to == replier).then_some(*connection)
            }
            _ => None,
        })
    }

    /// The queue of a side may have been full: its reader was slow, or the line.
    fn was_full(&self, wire: &Wire, side: usize) -> bool {
        let to = wire.sockets.get(1 - side).copied().unwrap_or(usize::MAX);
        self.is_slow(to) || !wire.delayed.is_empty() || self.schedule.link.bandwidth.is_some()
    }

    /// How long octets need at most, without faults.
    const fn slack(&self) -> u64 {
        self.schedule.link.latency.most.0 * 4 + 10_000_000
    }
}
