//! The tight world by itself: what is sent arrives, runs repeat, and faults do what they say.

#![cfg(test)]

use zeroproof_sim::scenario::{expand, parse};
use zeroproof_sim::schedule::Schedule;
use zeroproof_sim::speed::WORKLOADS;
use zeroproof_sim::trace::{Trace, What};
use zeroproof_sim::world::run;

/// A server and a client of these types, a hundred messages of the client, and faults.
fn schedule(server: &str, client: &str, faults: &str) -> Schedule {
    let text = format!(
        r#"
        [scenario]
        name = "test"
        teaches = ""
        duration = "10s"
        [link]
        latency = "1ms..3ms"
        [socket.server]
        type = "{server}"
        bind = true
        [socket.client]
        type = "{client}"
        connect = "server"
        [traffic.flow]
        from = "client"
        start = "100ms"
        rate = "50/s"
        count = 100
        size = "20..300"
        {faults}
        "#
    );
    let mut schedule = expand(&parse(&text).unwrap(), &text, 7).unwrap();
    // In the order in which the tests number them.
    schedule.socket.sort_by_key(|socket| socket.name != "server");
    schedule
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
    let schedule = schedule("REP", "REQ", "");
    let trace = run(&schedule).unwrap();
    assert_eq!(received(&trace, 0), (0..100).collect::<Vec<_>>());
    assert_eq!(received(&trace, 1), (0..100).collect::<Vec<_>>());
    assert_eq!(run(&schedule).unwrap(), trace, "the same again");
}

#[test]
fn a_short_cut_only_delays() {
    let fault = r#"
        [[fault]]
        at = "500ms"
        do = "cut"
        between = ["server", "client"]
        for = "1s"
    "#;
    let trace = run(&schedule("PULL", "PUSH", fault)).unwrap();
    assert_eq!(received(&trace, 0), (0..100).collect::<Vec<_>>());
    assert!(trace.events.iter().any(|event| matches!(event.what, What::Delayed { .. })));
}

#[test]
fn a_killed_puller_loses_what_it_has_and_no_more() {
    let fault = r#"
        [[fault]]
        at = "500ms"
        do = "kill"
        node = "server"
        for = "1s"
    "#;
    let got = received(&run(&schedule("PULL", "PUSH", fault)).unwrap(), 0);
    assert!(got.len() >= 98 && got.is_sorted(), "{got:?}");
}

#[test]
fn the_workloads_with_a_budget_do_what_they_say() {
    for workload in WORKLOADS {
        let schedule = workload.schedule();
        let trace = workload.world.run(&schedule).unwrap();
        assert_eq!(workload.wrong(&schedule, &trace), None, "{}", workload.name);
        let empty = Trace::default();
        assert!(workload.wrong(&schedule, &empty).is_some(), "{}: a liar", workload.name);
    }
}
