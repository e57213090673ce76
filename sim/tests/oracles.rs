//! Every oracle has liars: traces that are changed as a bad engine would, and which it must notice.
#![cfg(test)]

#[path = "oracles/excuses.rs"]
mod excuses;

use zeroproof_sim::message::MessageId;
use zeroproof_sim::oracle::{ORACLES, judge};
use zeroproof_sim::scenario::{expand, parse};
use zeroproof_sim::schedule::{Schedule, Setting};
use zeroproof_sim::trace::{End, Event, Item, Trace, What};
use zeroproof_sim::world::run;

const PIPELINE: &str = r#"
[scenario]
name = "t"
teaches = ""
duration = "20s"
[socket.sink]
type = "PULL"
bind = true
options = { rcvhwm = 2, heartbeat_ivl = 1000, heartbeat_timeout = 2000, handshake_ivl = 3000 }
[socket.source]
type = "PUSH"
connect = "sink"
options = { heartbeat_ivl = 1000, heartbeat_timeout = 2000, handshake_ivl = 3000 }
[traffic.data]
from = "source"
rate = "20/s"
count = 300
"#;

const PUBLISHER: &str = r#"
[scenario]
name = "t"
teaches = ""
duration = "20s"
[socket.publisher]
type = "PUB"
bind = true
[socket.sub]
type = "SUB"
count = 2
connect = "publisher"
subscribe = ["a"]
[traffic.news]
from = "publisher"
rate = "20/s"
count = 200
start = "1s"
topics = ["a", "b"]
"#;

const CALLS: &str = r#"
[scenario]
name = "t"
teaches = ""
duration = "20s"
[socket.server]
type = "REP"
bind = true
[socket.client]
type = "REQ"
count = 2
connect = "server"
[traffic.calls]
from = "client"
rate = "20/s"
count = 100
"#;

fn schedule(text: &str) -> Schedule {
    expand(&parse(text).unwrap(), text, 1).unwrap()
}

/// The oracles that a changed trace breaks. Unchanged, it breaks none.
fn broken(text: &str, lie: impl FnOnce(&mut Trace)) -> Vec<&'static str> {
    let schedule = schedule(text);
    let mut trace = run(&schedule).unwrap();
    assert_eq!(judge(&schedule, &trace).1, [], "the honest run");
    lie(&mut trace);
    let mut broken: Vec<_> =
        judge(&schedule, &trace).1.iter().map(|breach| breach.oracle).collect();
    broken.sort_unstable();
    broken.dedup();
    broken
}

fn nth(trace: &Trace, count: usize, is: impl Fn(&What) -> bool) -> usize {
    let mut found = trace.events.iter().enumerate().filter(|(_, event)| is(&event.what));
    found.nth(count).map(|(number, _)| number).unwrap()
}

const fn is_received(what: &What) -> bool {
    matches!(what, What::Received { .. })
}

#[test]
fn a_copy_is_caught() {
    let broken = broken(PIPELINE, |trace| {
        let number = nth(trace, 50, is_received);
        let copy = trace.events[number].clone();
        trace.events.insert(number + 1, copy);
    });
    assert_eq!(broken, ["O1-order"]);
}

#[test]
fn another_order_is_caught() {
    for is in [is_received, |what: &What| {
        matches!(what, What::Written { side: 0, item: Item::Message(_), .. })
    }] {
        let broken = broken(PIPELINE, |trace| {
            let (one, other) = (nth(trace, 50, is), nth(trace, 51, is));
            let (first, second) =
                (trace.events[one].what.clone(), trace.events[other].what.clone());
            (trace.events[one].what, trace.events[other].what) = (second, first);
        });
        assert!(broken.contains(&"O1-order"), "{broken:?}");
    }
}

#[test]
fn an_invention_and_a_torn_message_are_caught() {
    let invented = broken(PIPELINE, |trace| {
        let message = MessageId { flow: 0, number: 9_999, is_reply: false };
        let at = trace.events.last().unwrap().at;
        trace.events.push(Event { at, what: What::Received { socket: 0, message } });
    });
    assert_eq!(invented, ["O1-order"]);
    let torn = broken(PIPELINE, |trace| {
        let number = nth(trace, 50, is_received);
        trace.events[number].what =
            What::Foreign { socket: 0, why: "a part is missing or too many" };
    });
    assert!(torn.contains(&"O1-order"), "{torn:?}");
}

#[test]
fn a_message_that_vanishes_is_caught_wherever_it_does() {
    let lost = |from: fn(&What) -> bool| {
        broken(PIPELINE, move |trace| {
            let number = nth(trace, 50, is_received);
            let What::Received { message, .. } = trace.events[number].what else { return };
            trace.events.retain(|event| {
                let is_its = match &event.what {
                    What::Received { message: id, .. } => *id == message,
                    What::Written { item: Item::Message(id), .. }
                    | What::Arrived { item: Item::Message(id), .. } => *id == message,
                    _ => false,
                };
                !is_its || !from(&event.what)
            });
        })
    };
    let from_queue = lost(is_received);
    assert!(from_queue.contains(&"O2-conservation"), "{from_queue:?}");
    let on_wire = lost(|what| !matches!(what, What::Written { .. }));
    assert!(on_wire.contains(&"O2-conservation"), "{on_wire:?}");
    let at_once = lost(|_| true);
    assert!(at_once.contains(&"O2-conservation"), "{at_once:?}");
    let reply = broken(CALLS, |trace| {
        let its = |what: &What| match what {
            What::Received { message, .. }
            | What::Written { item: Item::Message(message), .. }
            | What::Arrived { item: Item::Message(message), .. } => {
                *message == MessageId { flow: 0, number: 99, is_reply: true }
            }
            _ => false,
        };
        trace.events.retain(|event| !its(&event.what));
    });
    assert!(reply.contains(&"O2-conservation"), "{reply:?}");
}

#[test]
fn a_subscriber_that_gets_too_much_or_too_little_is_caught() {
    let too_much = broken(PUBLISHER, |trace| {
        let number = nth(trace, 20, is_received);
        let What::Received { socket, message } = trace.events[number].what else { return };
        trace.events[number].what = What::Unasked { socket, message };
    });
    assert!(too_much.contains(&"O3-pattern"), "{too_much:?}");
    let too_little = broken(PUBLISHER, |trace| {
        let number = nth(trace, 20, is_received);
        drop(trace.events.remove(number));
    });
    assert_eq!(too_little, ["O2-conservation"]);
}

#[test]
fn a_publisher_that_waits_is_caught() {
    let wait = |trace: &mut Trace| {
        let number = nth(trace, 20, |what| matches!(what, What::Sent { .. }));
        let Event { at, what: What::Sent { socket, message, .. } } = trace.events[number] else {
            return;
        };
        trace.events.insert(number, Event { at, what: What::Blocked { socket, message } });
    };
    assert_eq!(broken(PUBLISHER, wait), ["O3-pattern"]);
    assert_eq!(broken(PIPELINE, wait), [""; 0], "others may");
    let asked = PUBLISHER.replace("\"PUB\"", "\"XPUB\"");
    let asked = asked.replace("bind = true", "bind = true\noptions = { xpub_nodrop = true }");
    assert_eq!(broken(&asked, wait), [""; 0], "it was asked to");
}

#[test]
fn a_stranger_that_stays_for_ever_is_caught() {
    let stranger = |stays: bool| {
        move |trace: &mut Trace| {
            let connection = 99;
            let events = [
                (1_000, What::Dialed { connection, from: u16::MAX, to: 0 }),
                (1_000, What::Up { connection }),
                (2_500_000_000, What::Closed { connection, side: 1, end: End::Protocol }),
            ];
            let kept = events.into_iter().take(if stays { 2 } else { 3 });
            trace.events.extend(kept.map(|(at, what)| Event { at, what }));
            trace.events.sort_by_key(|event| event.at);
        }
    };
    assert_eq!(broken(PIPELINE, stranger(true)), ["O7-handshake"]);
    assert_eq!(broken(PIPELINE, stranger(false)), [""; 0]);
}

#[test]
fn a_reply_to_somebody_else_is_caught() {
    let broken = broken(CALLS, |trace| {
        let number = nth(
            trace,
            40,
            |what| matches!(what, What::Received { message, .. } if message.is_reply),
        );
        let What::Received { socket, message } = trace.events[number].what else { return };
        let other = if socket == 0 { 1 } else { 0 };
        trace.events[number].what = What::Received { socket: other, message };
    });
    assert!(broken.contains(&"O3-pattern"), "{broken:?}");
}

#[test]
fn a_queue_without_a_bound_and_a_storm_are_caught() {
    let unbounded = broken(PIPELINE, |trace| {
        // Everything comes, and is received only at the end.
        let (received, mut rest): (Vec<Event>, Vec<Event>) =
            trace.events.drain(..).partition(|event| is_received(&event.what));
        for number in 300..6_000 {
            let message = MessageId { flow: 0, number, is_reply: false };
            let what = What::Arrived { connection: 0, side: 0, item: Item::Message(message) };
            rest.push(Event { at: 1, what });
        }
        rest.extend(received);
        trace.events = rest;
    });
    assert!(unbounded.contains(&"O4-bounds"), "{unbounded:?}");
    assert_eq!(broken(PIPELINE, |trace| trace.is_storm = true), ["O4-bounds"]);
}

#[test]
fn who_does_not_come_back_is_caught() {
    let broken = broken(PIPELINE, |trace| {
        for side in [0, 1] {
            let what = What::Closed { connection: 0, side, end: End::Reset };
            trace.events.push(Event { at: 19_000_000_000, what });
        }
    });
    assert!(broken.contains(&"O5-liveness"), "{broken:?}");
}

/// A client that comes back under its name is refused by a ROUTER that has not noticed its end: no
/// breach. One that has heartbeats notices, and must let it in.
#[test]
fn only_a_router_without_heartbeats_may_refuse_a_name_for_ever() {
    let known = zeroproof_sim::library::known("router-name-taken").unwrap();
    let mut schedule = schedule(known.text);
    let trace = run(&schedule).unwrap();
    assert_eq!(judge(&schedule, &trace).1, []);
    let router = schedule.socket.iter_mut().find(|socket| socket.bind).unwrap();
    router.options.insert("heartbeat_ivl".to_owned(), Setting::Number(1000));
    let breaches = judge(&schedule, &trace).1;
    assert!(breaches.iter().any(|breach| breach.oracle == "O5-liveness"), "{breaches:?}");
}

#[test]
fn heartbeats_that_are_too_quick_or_too_slow_are_caught() {
    let quick = broken(PIPELINE, |trace| {
        let at = 19_900_000_000;
        let number = trace.events.partition_point(|event| event.at < at);
        let what = What::Closed { connection: 0, side: 0, end: End::Heartbeat };
        trace.events.insert(number, Event { at, what });
    });
    assert!(quick.contains(&"O6-heartbeat"), "{quick:?}");
    let slow = broken(PIPELINE, |trace| {
        // Side 0 hears nothing after ten seconds, and does nothing about it.
        trace.events.retain(|event| {
            event.at < 10_000_000_000 || !matches!(event.what, What::Arrived { side: 1, .. })
        });
    });
    assert!(slow.contains(&"O6-heartbeat"), "{slow:?}");
}

#[test]
fn talk_before_the_handshake_and_a_handshake_for_ever_are_caught() {
    let early = broken(PIPELINE, |trace| {
        let number =
            nth(trace, 0, |what| matches!(what, What::Written { side: 0, item: Item::Ready, .. }));
        let ready = trace.events.remove(number);
        trace.events.push(ready);
    });
    assert!(early.contains(&"O7-handshake"), "{early:?}");
    let endless = broken(PIPELINE, |trace| {
        trace.events.retain(|event| !matches!(event.what, What::Arrived { item: Item::Ready, .. }));
    });
    assert!(endless.contains(&"O7-handshake"), "{endless:?}");
}

#[test]
fn every_oracle_has_a_liar_here() {
    let tests = concat!(include_str!("oracles.rs"), include_str!("swap/worlds.rs"));
    for oracle in &ORACLES {
        assert!(tests.contains(&format!("\"{}\"", oracle.id)), "{}", oracle.id);
    }
}
