//! The tight world by itself: what is sent arrives, runs repeat, and faults do what they say.
#![cfg(test)]

use zeroproof_sim::schedule::{Flow, Line, Op, Schedule, Socket, Then, Timed, Way, Work, stable};
use zeroproof_sim::trace::{Trace, What};
use zeroproof_sim::units::{Range, Size, Span};
use zeroproof_sim::world::run;

fn socket(name: &str, kind: &str, connect: &[&str]) -> Socket {
    Socket {
        name: name.to_owned(),
        node: name.to_owned(),
        kind: stable(kind).unwrap(),
        bind: connect.is_empty(),
        connect: connect.iter().map(ToString::to_string).collect(),
        options: Default::default(),
        subscribe: Vec::new(),
        work: if kind == "REP" { Work::Reply } else { Work::Consume },
        takes: Span::default(),
        to: None,
    }
}

fn schedule(one: Socket, other: Socket, op: Vec<Timed>) -> Schedule {
    let from = other.name.clone();
    let flow = Flow {
        name: "flow".to_owned(),
        from,
        to: Vec::new(),
        start: Span::ms(100),
        every: Span::ms(20),
        count: 100,
        size: Range { least: Size(20), most: Size(300) },
        parts: 1,
        topics: Vec::new(),
        patience: None,
        then: Then::Next,
    };
    Schedule {
        name: "test".to_owned(),
        seed: 7,
        duration: Span::secs(10),
        quiet_tail: Span::secs(5),
        link: Line { latency: Range { least: Span::ms(1), most: Span::ms(3) }, ..Line::default() },
        socket: vec![one, other],
        flow: vec![flow],
        op,
        expect: Default::default(),
    }
}

fn received(trace: &Trace, socket: u16) -> Vec<u32> {
    let events = trace.events.iter();
    events
        .filter_map(|event| match &event.what {
            What::Received { socket: at, message } if *at == socket => Some(message.number),
            _ => None,
        })
        .collect()
}

#[test]
fn requests_are_answered() {
    let schedule =
        schedule(socket("server", "REP", &[]), socket("client", "REQ", &["server"]), vec![]);
    let trace = run(&schedule).unwrap();
    assert_eq!(received(&trace, 0), (0..100).collect::<Vec<_>>());
    assert_eq!(received(&trace, 1), (0..100).collect::<Vec<_>>());
    assert_eq!(run(&schedule).unwrap(), trace, "the same again");
}

#[test]
fn a_short_cut_only_delays() {
    let between = ["server".to_owned(), "client".to_owned()];
    let ops = vec![
        Timed { at: Span::ms(500), op: Op::Cut { between: between.clone(), way: Way::Both } },
        Timed { at: Span::ms(1500), op: Op::Heal { between } },
    ];
    let schedule =
        schedule(socket("server", "PULL", &[]), socket("client", "PUSH", &["server"]), ops);
    let trace = run(&schedule).unwrap();
    assert_eq!(received(&trace, 0), (0..100).collect::<Vec<_>>());
    assert!(trace.events.iter().any(|event| matches!(event.what, What::Delayed { .. })));
}

#[test]
fn a_killed_puller_loses_what_it_has_and_no_more() {
    let node = "server".to_owned();
    let ops = vec![
        Timed { at: Span::ms(500), op: Op::Kill { node: node.clone() } },
        Timed { at: Span::ms(1500), op: Op::Boot { node, new_identity: false } },
    ];
    let schedule =
        schedule(socket("server", "PULL", &[]), socket("client", "PUSH", &["server"]), ops);
    let trace = run(&schedule).unwrap();
    let got = received(&trace, 0);
    assert!(got.len() >= 98 && got.is_sorted(), "{got:?}");
}
