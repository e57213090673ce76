//! Four times the peers or topics cost about four times the time, and not sixteen times.
//!
//! Two sizes are timed by turns, and the quickest run of each counts: a busy machine slows down
//! both. Deliberately absent: how fast anything is.

use std::time::Duration;

use tokio::time::Instant;
use zeroproof_reference::SocketType::{
    self, Dealer, Pub, Pull, Push, Rep, Req, Router, Sub, Xpub, Xsub,
};

use super::peers::Peers;
use crate::session::{greeting, hex, ready};

/// What a linear cost is never, and a quadratic one always, with room for caches that are full.
const MOST: u32 = 10;

/// Fails if the cost grows faster than the number.
fn is_linear(what: &str, number: usize, run: impl Fn(usize)) {
    let time = |number| {
        let before = Instant::now();
        run(number);
        before.elapsed()
    };
    let (mut small, mut large) = (Duration::MAX, Duration::MAX);
    for _ in 0..5 {
        small = small.min(time(number));
        large = large.min(time(4 * number));
        if large < small * MOST {
            return;
        }
    }
    panic!("{what}: {small:?} for {number}, {large:?} for {}", 4 * number);
}

/// A command of a subscriber.
fn wish(verb: &[u8], topic: &str) -> Vec<u8> {
    let size = u8::try_from(verb.len() + topic.len()).unwrap();
    [&[4, size], verb, topic.as_bytes()].concat()
}

fn subscribe(topic: &str) -> Vec<u8> {
    wish(b"\x09SUBSCRIBE", topic)
}

/// So many peers come, are spoken to, speak and go.
fn crowd(socket_type: SocketType, theirs: &str, number: usize) {
    let mut peers = Peers::new(socket_type, &[]);
    if socket_type == Sub {
        peers.node.subscribe(peers.socket, "").unwrap();
    }
    let hello = [greeting(1), ready(theirs)].concat();
    let links: Vec<_> = (0..number).map(|_| peers.come(&hello)).collect();
    for (index, link) in links.iter().enumerate() {
        peers.hears(*link);
        match socket_type {
            Pub | Xpub => peers.says(*link, &subscribe(&format!("{}", index % 2))),
            Rep => peers.says(*link, &hex("01 00 00 02 6869")),
            _ => peers.says(*link, &hex("00 02 6869")),
        }
    }
    let (mut received, mut sent) = (0, 0);
    match socket_type {
        Push | Dealer | Req => {
            sent = (0..number).filter(|_| peers.send("hello").is_ok()).count();
        }
        Pub | Xpub | Xsub => sent = (0..100).filter(|_| peers.send("0 hello").is_ok()).count(),
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
    for link in &links {
        peers.hears(*link);
        peers.leaves(*link);
    }
    let expected = match socket_type {
        Push | Pub => (0, sent),
        Req => (0, 1),
        Xpub => (2, 100),
        Xsub => (number, 100),
        Dealer | Router | Rep => (number, number),
        _ => (number, 0),
    };
    assert_eq!((received, sent), expected, "{socket_type}");
    assert_ne!(received + sent, 0, "{socket_type}");
}

#[test]
fn a_crowd_of_peers_costs_as_much_as_its_members() {
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
        crowd(socket_type, theirs, 100);
        is_linear(&format!("peers of {socket_type}"), 1000, |n| crowd(socket_type, theirs, n));
    }
}

#[test]
fn ten_thousand_topics_of_one_subscriber_cost_as_much_as_each() {
    is_linear("topics of SUB", 2500, |number| {
        let mut peers = Peers::new(Sub, &[]);
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
    });
}

#[test]
fn ten_thousand_topics_at_a_publisher_cost_as_much_as_each() {
    // Of one subscriber, and of many who want the same.
    for subscribers in [1, 4] {
        is_linear("topics of XPUB", 2500, |number| {
            let mut peers = Peers::new(Xpub, &[("rcvhwm", 0)]);
            let hello = [greeting(1), ready("SUB")].concat();
            let links: Vec<_> = (0..subscribers).map(|_| peers.come(&hello)).collect();
            for (link, topic) in links.iter().flat_map(|link| (0..number).map(move |t| (link, t))) {
                peers.says(*link, &subscribe(&format!("topic {topic}.")));
            }
            for topic in 0..number {
                assert_eq!(peers.recv().unwrap().first()[0], 1, "{topic}: each is told once");
                peers.send(format!("topic {topic}.")).unwrap();
            }
            assert!(peers.recv().is_err());
            for topic in 0..number / 2 {
                peers.says(links[0], &wish(b"\x06CANCEL", &format!("topic {topic}.")));
            }
            links.iter().for_each(|link| peers.leaves(*link));
            let told = std::iter::from_fn(|| peers.recv().ok()).count();
            assert_eq!(told, number, "and each is taken back once");
        });
    }
}

#[test]
fn what_is_not_linear_is_noticed() {
    let quadratic = |number: usize| {
        let slots = vec![1_u8; number * 20];
        let sum = slots.iter().map(|_| slots.iter().map(|s| usize::from(*s)).sum::<usize>());
        assert_eq!(std::hint::black_box(sum.sum::<usize>()), slots.len() * slots.len());
    };
    let noticed = std::panic::catch_unwind(|| is_linear("squares", 250, quadratic));
    assert!(noticed.is_err());
}
