//! What to change, by where most messages are lost.

use crate::analysis::{Fate, Table};
use crate::schedule::Schedule;

/// One sentence for the largest loss, and one for requesters that wait for ever.
#[must_use]
pub fn advice(schedule: &Schedule, table: &Table) -> Vec<&'static str> {
    let mut advice = Vec::new();
    if let Some((fate, _)) = table.losses().first() {
        advice.extend(for_loss(*fate));
    }
    if table.stuck > 0 {
        advice.push(
            "a REQ whose request or reply is lost waits for ever: set req_relaxed and \
             req_correlate and send again, or close the socket and open a new one",
        );
    }
    let beats = schedule.socket.iter().any(|socket| socket.options.contains_key("heartbeat_ivl"));
    let network = table.of(Fate::Network) + table.of(Fate::OnItsWay) > 0;
    if network && !beats {
        advice.push(
            "nobody has heartbeats: with heartbeat_ivl a dead peer is found in seconds, and less \
             is sent into the void",
        );
    }
    advice
}

const fn for_loss(fate: Fate) -> Option<&'static str> {
    Some(match fate {
        Fate::SlowJoiner => {
            "a publisher does not wait for subscribers: publish when an XPUB has seen the \
             subscription, or let subscribers ask for what they missed"
        }
        Fate::Gap => {
            "nothing is kept for a subscriber that is away: number the messages, and ask for what \
             is missing over a second socket"
        }
        Fate::HighWater => {
            "the receiver is too slow for its queue: raise sndhwm and rcvhwm, or use a pattern \
             that makes the sender wait (PUSH, DEALER, xpub_nodrop)"
        }
        Fate::NoRoute => {
            "a ROUTER drops what it cannot route: set router_mandatory to be told, and fixed \
             routing ids"
        }
        Fate::QueueDiscarded => {
            "the queue of a side that binds ends with the connection, that of a side that connects \
             stays: let the sender connect, or lower sndhwm"
        }
        Fate::SenderDied => {
            "queues are in memory: set swap and swap_durable, which keep what was sent on a disk, \
             or keep it yourself until it is acknowledged"
        }
        Fate::Network => {
            "what the kernel has taken is not resent after a reconnect: acknowledge in the \
             application, and send again what was not"
        }
        Fate::ReceiverDied | Fate::InApplication => {
            "what has arrived is not done yet: acknowledge after the work, and keep the message \
             until then"
        }
        Fate::DiskRot => {
            "a disk has changed what it held: the swap tells what it found broken, and only a copy \
             elsewhere has it whole"
        }
        Fate::Doubtful => {
            "a disk failed while it was made durable, and send said so: look at the disk, restart, \
             and send it again"
        }
        Fate::Refused => "look at the error of send: the next hop was not there",
        Fate::StaleReply => {
            "replies come after their requester has given up: a longer patience, or a quicker \
             server"
        }
        Fate::Unknown => "this should not be possible: please report it with the replay file",
        Fate::Delivered | Fate::Waits | Fate::OnItsWay | Fate::WaitsThere => return None,
    })
}
