//! One socket with 2,000 peers or 10,000 topics costs no more than eight with an eighth each.
//!
//! Both are alive at the same time and as large as each other, so that caches and pages are the
//! same; they are timed by turns, and the quickest run of each counts, as others run meanwhile.
//! Deliberately absent: how fast anything is.

use std::hint::black_box;
use std::time::Duration;

use tokio::time::Instant;
use zeroproof_reference::SocketType::{
    self, Dealer, Pub, Pull, Push, Rep, Req, Router, Sub, Xpub, Xsub,
};
use zeroproof_reference::node::LinkId;

use super::peers::{Peers, turn};
use crate::session::{greeting, hex, ready};

/// Sockets that share the peers or topics which the one has alone.
const MANY: usize = 8;
/// A linear cost is the same, and a quadratic one eight times as much.
const MOST: u32 = 4;

/// Messages that each peer of a publisher gets.
const ROUNDS: usize = 20;

/// What is wrong if the cost grows faster than the number; `run` is told how many sockets, and how
/// many peers or topics each.
fn is_linear(number: usize, run: impl Fn(usize, usize)) -> Result<(), String> {
    let time = |sockets, number| {
        let before = Instant::now();
        run(sockets, number);
        before.elapsed()
    };
    let (mut shared, mut alone) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        shared = shared.min(time(MANY, number));
        alone = alone.min(time(1, MANY * number));
    }
    let is_linear = alone < shared * MOST;
    is_linear.then_some(()).ok_or_else(|| format!("{alone:?} alone, {shared:?} shared"))
}

fn sockets(socket_type: SocketType, count: usize, options: &[(&str, i32)]) -> Vec<Peers> {
    (0..count).map(|_| Peers::new(socket_type, options)).collect()
}

/// A command of a subscriber.
fn wish(verb: &[u8], topic: &str) -> Vec<u8> {
    let size = u8::try_from(verb.len() + topic.len()).unwrap();
    [&[4, size], verb, topic.as_bytes()].concat()
}

fn subscribe(topic: &str) -> Vec<u8> {
    wish(b"\x09SUBSCRIBE", topic)
}

/// So many peers come to each socket, are spoken to, speak and go.
fn crowds(socket_type: SocketType, theirs: &str, count: usize, number: usize) {
    let mut all = sockets(socket_type, count, &[]);
    let hello = [greeting(1), ready(theirs)].concat();
    for peers in &mut all {
        if socket_type == Sub {
            peers.node.subscribe(peers.socket, "").unwrap();
        }
        for index in 0..number {
            let link = peers.come(&hello);
            peers.hears(link);
            match socket_type {
                Pub | Xpub => peers.says(link, &subscribe(&format!("{}", index % 2))),
                Rep => peers.says(link, &hex("01 00 00 02 6869")),
                _ => peers.says(link, &hex("00 02 6869")),
            }
        }
    }
    all.iter_mut().for_each(|peers| exchange(peers, socket_type, number));
    for peers in &mut all {
        for link in 1..=u64::try_from(number).unwrap() {
            peers.hears(LinkId(link));
            peers.leaves(LinkId(link));
        }
    }
}

fn exchange(peers: &mut Peers, socket_type: SocketType, number: usize) {
    let (mut received, mut sent) = (0, 0);
    match socket_type {
        Push | Dealer | Req => {
            sent = (0..number).filter(|_| peers.send("hello").is_ok()).count();
        }
        Pub | Xpub | Xsub => sent = (0..ROUNDS).filter(|_| peers.send("0 hello").is_ok()).count(),
        _ => {}
    }
    while let Ok(message) = peers.recv() {
        received += 1;
        match socket_type {
            Rep => sent += usize::from(peers.send("hello").is_ok()),
            Router => sent += usize::from(peers.send(&message).is_ok()),
            _ => {}
        }
    }
    let expected = match socket_type {
        Push => (0, number),
        Pub => (0, ROUNDS),
        Req => (0, 1),
        Xpub => (2, ROUNDS),
        Xsub => (number, ROUNDS),
        Dealer | Router | Rep => (number, number),
        _ => (number, 0),
    };
    assert_eq!((received, sent), expected, "{socket_type}");
}

#[test]
fn a_crowd_of_peers_costs_as_much_as_its_members() {
    let _turn = turn();
    let rows = [
        (Push, "PULL"),
        (Pull, "PUSH"),
        (Pub, "SUB"),
        (Xpub, "SUB"),
        (Sub, "PUB"),
        (Xsub, "PUB"),
        (Dealer, "ROUTER"),
        (Router, "DEALER"),
        (Req, "REP"),
        (Rep, "REQ"),
    ];
    for (socket_type, theirs) in rows {
        let outcome = is_linear(250, |count, each| crowds(socket_type, theirs, count, each));
        assert_eq!(outcome, Ok(()), "peers of {socket_type}");
    }
}

#[test]
fn ten_thousand_topics_of_one_subscriber_cost_as_much_as_each() {
    let _turn = turn();
    let outcome = is_linear(1250, |count, number| {
        let mut all = sockets(Sub, count, &[]);
        for peers in &mut all {
            for topic in 0..number {
                peers.node.subscribe(peers.socket, format!("topic {topic}.")).unwrap();
            }
            let link = peers.come(&[greeting(1), ready("PUB")].concat());
            peers.hears(link);
            for topic in 0..number {
                let text = format!("topic {topic}.");
                let size = u8::try_from(text.len()).unwrap();
                peers.says(link, &[&[0, size], text.as_bytes()].concat());
                assert_eq!(peers.recv().unwrap().first(), text.as_bytes());
            }
            for topic in 0..number {
                peers.node.unsubscribe(peers.socket, format!("topic {topic}.")).unwrap();
            }
            peers.hears(link);
        }
    });
    assert_eq!(outcome, Ok(()));
}

#[test]
fn ten_thousand_topics_at_a_publisher_cost_as_much_as_each() {
    let _turn = turn();
    // Of one subscriber, and of many who want the same.
    for subscribers in [1, 4] {
        let outcome = is_linear(1250, |count, number| {
            let mut all = sockets(Xpub, count, &[("rcvhwm", 0)]);
            all.iter_mut().for_each(|peers| publish(peers, subscribers, number));
        });
        assert_eq!(outcome, Ok(()), "{subscribers} subscribers");
    }
}

fn publish(peers: &mut Peers, subscribers: usize, topics: usize) {
    let hello = [greeting(1), ready("SUB")].concat();
    let links: Vec<_> = (0..subscribers).map(|_| peers.come(&hello)).collect();
    for (link, topic) in links.iter().flat_map(|link| (0..topics).map(move |topic| (link, topic))) {
        peers.says(*link, &subscribe(&format!("topic {topic}.")));
    }
    for topic in 0..topics {
        assert_eq!(peers.recv().unwrap().first()[0], 1, "{topic}: each is told once");
        peers.send(format!("topic {topic}.")).unwrap();
    }
    assert!(peers.recv().is_err());
    for topic in 0..topics / 2 {
        peers.says(links[0], &wish(b"\x06CANCEL", &format!("topic {topic}.")));
    }
    links.iter().for_each(|link| peers.leaves(*link));
    let told = std::iter::from_fn(|| peers.recv().ok()).count();
    assert_eq!(told, topics, "and each is taken back once");
}

#[test]
fn what_is_not_linear_is_noticed() {
    let _turn = turn();
    let quadratic = |count, number| {
        for slots in vec![vec![1_u8; number * 20]; count] {
            let ones = |slots: &Vec<u8>| slots.iter().filter(|slot| **slot == 1).count();
            let pairs = slots.iter().map(|_| ones(black_box(&slots)));
            assert_eq!(pairs.sum::<usize>(), slots.len() * slots.len());
        }
    };
    assert_ne!(is_linear(50, quadratic), Ok(()));
}
