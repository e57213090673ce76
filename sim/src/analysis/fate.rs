//! What became of each message: delivered, or where it was last seen and what ended there.
//!
//! ```text
//! Sent --> sender's queue --> Written --> network --> Arrived --> receiver's queue --> Received
//! ```
//!
//! Every place has its ways to lose a message, and each needs its cause in the trace: a process
//! that died, a connection that ended, a queue that was full. Whatever has none is
//! [`Fate::Unknown`], which no engine may have.

use super::Facts;
use super::topology::{self, Reach, Way};
use crate::message::MessageId;
use crate::trace::{Item, Left, What};
use core::fmt;
use zeroproof_reference::SocketType;

/// What became of one message, for one of those who should get it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fate {
    /// It was received.
    Delivered,
    /// Sent before the receiver had subscribed for the first time.
    SlowJoiner,
    /// Sent while the subscriber was away, or its subscription had not come yet.
    Gap,
    /// Dropped at a full queue.
    HighWater,
    /// No peer of that routing id was there.
    NoRoute,
    /// In the sender's queue when its connection ended.
    QueueDiscarded,
    /// In the sender's memory when its process ended.
    SenderDied,
    /// Written, and not read, when the connection ended: in a kernel or on its way.
    Network,
    /// In the receiver's memory when its process ended.
    ReceiverDied,
    /// Received by an application that ended, or lost its socket, before it had passed it on.
    InApplication,
    /// On the disk of a swap, which has changed it.
    DiskRot,
    /// In the swap of a disk that failed under it: its sender was told that it may be lost.
    Doubtful,
    /// The next hop would not take it.
    Refused,
    /// A reply that nobody waited for any more.
    StaleReply,
    /// Not lost: in the sender's queue.
    Waits,
    /// Not lost: on its way.
    OnItsWay,
    /// Not lost: in the receiver's queue, or in the hands of the application.
    WaitsThere,
    /// No cause is known.
    Unknown,
}

impl Fate {
    /// Whether nobody will ever get it.
    #[must_use]
    pub const fn is_lost(self) -> bool {
        !matches!(self, Self::Delivered | Self::Waits | Self::OnItsWay | Self::WaitsThere)
    }

    /// In a few words, for tables.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::SlowJoiner => "before the first subscription",
            Self::Gap => "while the subscriber was away",
            Self::HighWater => "at a full queue (high-water mark)",
            Self::NoRoute => "no peer of that routing id",
            Self::QueueDiscarded => "in the sender's queue when the connection ended",
            Self::SenderDied => "in the memory of the sender that died",
            Self::Network => "in the network when the connection ended",
            Self::ReceiverDied => "in the memory of the receiver that died",
            Self::InApplication => "in an application that died",
            Self::DiskRot => "on a disk that has changed it",
            Self::Doubtful => "on a disk that failed, as its sender was told",
            Self::Refused => "refused by the next socket",
            Self::StaleReply => "a reply nobody waited for any more",
            Self::Waits => "still queued at the sender",
            Self::OnItsWay => "still on its way",
            Self::WaitsThere => "still queued at the receiver",
            Self::Unknown => "NO KNOWN CAUSE",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// How far a message got on a way: the hop, and the last thing seen there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Sent,
    Written(u32),
    Arrived(u32),
    Received,
    Refused,
    Doubtful,
}

/// What became of a message for each who should get it: the end of the way, and the fate. `numbers`
/// are those of the events in which it occurs.
pub(super) fn fates(facts: &Facts<'_>, id: MessageId, numbers: &[u32]) -> Vec<(usize, Fate)> {
    let Some(ways) = facts.ways.get(usize::from(id.flow)) else { return Vec::new() };
    let (reach, expected) = topology::expected(facts.schedule, ways, id);
    let end = |way: &Way| way.last().map_or(usize::MAX, |(_, end)| *end);
    let got = |socket: usize| {
        numbers.iter().filter_map(|number| facts.event(*number)).any(|event| {
            matches!(event.what, What::Received { socket: at, .. } if usize::from(at) == socket)
        })
    };
    match reach {
        Reach::All => expected
            .into_iter()
            .map(|way| {
                let fate =
                    if got(end(way)) { Fate::Delivered } else { lost(facts, id, numbers, way) };
                (end(way), fate)
            })
            .collect(),
        Reach::Any => {
            if let Some(way) = expected.iter().find(|way| got(end(way))) {
                return vec![(end(way), Fate::Delivered)];
            }
            // The way on which it got furthest is the one it took.
            let furthest = expected
                .iter()
                .max_by_key(|way| furthest(facts, numbers, way).map(|(hop, at, _)| (hop, at)));
            furthest.map(|way| vec![(end(way), lost(facts, id, numbers, way))]).unwrap_or_default()
        }
    }
}

/// The last thing seen of it on a way: hop, number of the event, and what.
fn furthest(facts: &Facts<'_>, numbers: &[u32], way: &Way) -> Option<(usize, u32, Stage)> {
    let mut last: Option<(usize, u32, Stage)> = None;
    for number in numbers {
        let Some(event) = facts.event(*number) else { continue };
        let on_wire = |connection: u32, side: u8| {
            let sockets = facts.wires.get(connection as usize)?.sockets;
            let from = sockets.get(usize::from(side)).copied()?;
            let to = sockets.get(1 - usize::from(side)).copied()?;
            way.iter().position(|hop| *hop == (from, to))
        };
        let from = |socket: u16| way.iter().position(|(from, _)| *from == usize::from(socket));
        let to = |socket: u16| way.iter().position(|(_, to)| *to == usize::from(socket));
        let found = match &event.what {
            What::Sent { socket, .. } => from(*socket).map(|hop| (hop, Stage::Sent)),
            What::Refused { socket, .. } => from(*socket).map(|hop| (hop, Stage::Refused)),
            What::Doubtful { socket, .. } => from(*socket).map(|hop| (hop, Stage::Doubtful)),
            What::Written { connection, side, item: Item::Message(_) } => {
                on_wire(*connection, *side).map(|hop| (hop, Stage::Written(*connection)))
            }
            What::Arrived { connection, side, item: Item::Message(_) } => {
                on_wire(*connection, *side).map(|hop| (hop, Stage::Arrived(*connection)))
            }
            What::Received { socket, .. } => to(*socket).map(|hop| (hop, Stage::Received)),
            _ => None,
        };
        if let Some((hop, stage)) =
            found.filter(|(hop, _)| last.is_none_or(|(before, ..)| *hop >= before))
        {
            last = Some((hop, *number, stage));
        }
    }
    last
}

/// Where and why a message was lost on a way, or where it still is.
fn lost(facts: &Facts<'_>, id: MessageId, numbers: &[u32], way: &Way) -> Fate {
    let Some((hop, number, stage)) = furthest(facts, numbers, way) else { return Fate::Unknown };
    let (Some((from, to)), Some(event)) = (way.get(hop).copied(), facts.event(number)) else {
        return Fate::Unknown;
    };
    let at = event.at;
    match stage {
        Stage::Refused => Fate::Refused,
        Stage::Doubtful => Fate::Doubtful,
        Stage::Received if facts.died_after(to, number) || facts.reopened_after(to, number) => {
            Fate::InApplication
        }
        Stage::Received
            if facts.is_left(|left| {
                *left == Left::Working { socket: to as u16, message: id }
                    || matches!(left, Left::Room { message, .. } if *message == id)
            }) =>
        {
            Fate::WaitsThere
        }
        Stage::Received => Fate::Unknown,
        Stage::Arrived(_) if facts.died_after(to, number) => Fate::ReceiverDied,
        Stage::Arrived(connection) => arrived(facts, id, to, number, connection),
        Stage::Written(connection) => {
            let wire = facts.wires.get(connection as usize);
            let ended = wire.is_some_and(|wire| wire.closed.iter().flatten().next().is_some());
            let is_held =
                facts.is_held_back(to) || wire.is_some_and(|wire| !wire.delayed.is_empty());
            match (ended, is_held) {
                (true, _) => Fate::Network,
                (false, true) => Fate::OnItsWay,
                (false, false) if at + facts.slack() > facts.schedule.duration.0 => Fate::OnItsWay,
                (false, false) => Fate::Unknown,
            }
        }
        Stage::Sent if facts.keeps(from) => kept(facts, id, from, number),
        Stage::Sent if facts.died_after(from, number) => Fate::SenderDied,
        Stage::Sent => match queued(facts, id, (from, to), number, at) {
            Fate::Unknown if facts.is_rotten(from) => Fate::DiskRot,
            fate => fate,
        },
    }
}

/// It came to the receiver's engine, and its application never got it.
fn arrived(facts: &Facts<'_>, id: MessageId, to: usize, number: u32, connection: u32) -> Fate {
    let kind = facts.kind(to);
    let wire = facts.wires.get(connection as usize);
    let ended =
        wire.and_then(|wire| wire.closed.get(wire.side(to)?).copied().flatten().map(|_| wire));
    if facts.is_busy(to) {
        return Fate::WaitsThere;
    }
    if id.is_reply && kind == Some(SocketType::Req) {
        return Fate::StaleReply;
    }
    if facts.reopened_after(to, number) {
        return Fate::InApplication;
    }
    let drops = matches!(kind, Some(SocketType::Sub | SocketType::Xsub));
    match ended {
        // RFC 29: a SUB may drop at its own high-water mark.
        None if drops && facts.is_slow(to) => Fate::HighWater,
        Some(_) if drops => Fate::QueueDiscarded,
        Some(_) if kind == Some(SocketType::Rep) => Fate::QueueDiscarded,
        // Its kernel had it, and its engine ended the connection instead of reading.
        Some(wire) if facts.is_past_handshake(wire, to) => Fate::Network,
        _ => Fate::Unknown,
    }
}

/// It never left the sender.
fn queued(facts: &Facts<'_>, id: MessageId, hop: (usize, usize), number: u32, at: u64) -> Fate {
    let (from, to) = hop;
    let topic = topology::topic(facts.schedule, id);
    let publishes = facts.kind(from).is_some_and(SocketType::is_publisher);
    let chooses =
        publishes || matches!(facts.kind(from), Some(SocketType::Router | SocketType::Rep));
    let asked = bound_to(facts, id, hop);
    let ours = (0_u32..).zip(&facts.wires).filter_map(|(number, wire)| {
        let side = wire.side(from)?;
        // A publisher and a router choose the peer; others may choose any.
        let is_to = wire.sockets.get(1 - side) == Some(&to);
        let may = (is_to || !chooses) && asked.is_none_or(|asked| asked == number);
        may.then_some((wire, side))
    });
    let ours: Vec<_> = ours.collect();
    let is_there = |wire: &super::Wire, side: usize, at: u64| {
        wire.is_ready(side, at) && (!publishes || wire.is_asked(side, topic, at))
    };
    let routes = facts.kind(from) == Some(SocketType::Router);
    if routes && !id.is_reply && facts.is_renamed(to, at) {
        return Fate::NoRoute;
    }
    let present = ours.iter().find(|(wire, side)| is_there(wire, *side, at));
    let Some((wire, side)) = present else {
        if publishes {
            let before = ours.iter().any(|(wire, side)| {
                wire.wishes
                    .get(*side)
                    .is_some_and(|wishes| wishes.iter().any(|(when, ..)| *when <= at))
            });
            return if before { Fate::Gap } else { Fate::SlowJoiner };
        }
        if chooses {
            return Fate::NoRoute;
        }
        return waits(facts, from, number);
    };
    let ended = wire.closed.get(*side).copied().flatten();
    let later = wire.last_written.get(*side).copied().flatten().is_some_and(|last| last > at);
    match ended {
        _ if chooses && later => Fate::HighWater,
        Some(_) => match waits(facts, from, number) {
            Fate::Waits => Fate::Waits,
            _ => Fate::QueueDiscarded,
        },
        None if chooses && facts.was_full(wire, *side) => Fate::HighWater,
        None => waits(facts, from, number),
    }
}

/// The connection that a reply belongs to, whoever has come back since (28-REP-010, -011). The peer
/// of a ROUTER stays the same where it is dialled, or has a name.
fn bound_to(facts: &Facts<'_>, id: MessageId, (from, to): (usize, usize)) -> Option<u32> {
    let asked = if id.is_reply { facts.asked_on(id, from)? } else { return None };
    let accepted = || facts.wires.get(asked as usize)?.side(from).map(|side| side == 1);
    let is_bound = match facts.kind(from)? {
        SocketType::Rep => true,
        SocketType::Router => accepted()? && !facts.is_named(to),
        _ => false,
    };
    is_bound.then_some(asked)
}

/// It was taken to be kept, and was not written: it is on the disk, unless later ones have passed
/// it.
fn kept(facts: &Facts<'_>, id: MessageId, from: usize, number: u32) -> Fate {
    match waits(facts, from, number) {
        Fate::Waits if !facts.is_passed(id, from) => Fate::Waits,
        _ if facts.is_rotten(from) => Fate::DiskRot,
        _ => Fate::Unknown,
    }
}

/// Whether a message may still be in the queue of a socket at the end: nobody is there who would
/// take it, or those who are cannot.
fn waits(facts: &Facts<'_>, from: usize, number: u32) -> Fate {
    let until = facts.schedule.duration.0;
    if facts.reopened_after(from, number) {
        return Fate::QueueDiscarded;
    }
    let wires = facts.wires.iter().filter_map(|wire| Some((wire, wire.side(from)?)));
    let mut there = wires.filter(|(wire, side)| wire.is_ready(*side, until));
    let is_taken = |(wire, side): (&super::Wire, usize)| {
        let to = wire.sockets.get(1 - side).copied().unwrap_or(usize::MAX);
        !facts.is_held_back(to) && wire.delayed.is_empty()
    };
    match there.next() {
        None => Fate::Waits,
        Some(first) if core::iter::once(first).chain(there).all(|there| !is_taken(there)) => {
            Fate::Waits
        }
        Some(_) if facts.ended_after(from, number) => Fate::QueueDiscarded,
        Some(_)
            if facts
                .event(number)
                .is_some_and(|event| facts.waits_for_somebody(from, event.at)) =>
        {
            Fate::Waits
        }
        Some(_) => Fate::Unknown,
    }
}
