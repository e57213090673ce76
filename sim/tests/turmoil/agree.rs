//! The two worlds agree: on everything where nothing is lost, and on where it may be lost.

use super::losses::{Place, allowed, losses, nonsense, twice};
use super::schedules::{faults, flow, patterns, received, schedule, socket};
use zeroproof_sim::schedule::{Op, Schedule, Setting, Then, Timed, Way};
use zeroproof_sim::trace::{End, Event, Trace, What};
use zeroproof_sim::units::Span;
use zeroproof_sim::world;

fn worlds(schedule: &Schedule) -> [(&'static str, Trace); 2] {
    [("tight", world::run(schedule).unwrap()), ("turmoil", world::turmoil::run(schedule).unwrap())]
}

#[test]
fn without_faults_everybody_receives_the_same() {
    for schedule in patterns() {
        let [(_, tight), (_, turmoil)] = worlds(&schedule);
        assert_eq!(received(&tight), received(&turmoil), "{}", schedule.name);
        assert!(received(&tight).len() > 30, "{}: next to nothing came", schedule.name);
        assert_eq!(tight.left, turmoil.left, "{}", schedule.name);
    }
}

/// Those that queue what cannot be sent now, so that every loss has a place.
fn queueing() -> impl Iterator<Item = Schedule> {
    let is_queueing = |schedule: &Schedule| {
        ["PUSH PULL", "REQ REP", "PAIR", "PUSH forwarder"].contains(&schedule.name.as_str())
    };
    patterns().into_iter().filter(is_queueing)
}

#[test]
fn under_faults_both_lose_only_where_one_may() {
    let mut kinds = std::collections::BTreeSet::new();
    for schedule in queueing() {
        for (name, op) in faults(&schedule) {
            let schedule = Schedule { op, ..schedule.clone() };
            let may = allowed(&schedule);
            for (world, trace) in worlds(&schedule) {
                let story = format!("{} {name} in {world}", schedule.name);
                let lost = losses(&schedule, &trace);
                let places: Vec<_> = lost.keys().collect();
                assert!(places.iter().all(|place| may.contains(place)), "{story}: {lost:?}");
                assert_eq!(twice(&trace), None, "{story}");
                assert_eq!(nonsense(&trace), Vec::<String>::new(), "{story}");
                kinds.extend(lost.into_keys().map(|place| (world, place)));
            }
        }
    }
    for world in ["tight", "turmoil"] {
        assert!(kinds.contains(&(world, Place::Wire)), "nothing is lost in {world}");
    }
}

#[test]
fn what_only_delays_loses_nothing_in_either() {
    for schedule in queueing() {
        let calm = world::run(&schedule).unwrap();
        for (name, op) in faults(&schedule) {
            if !["short cut", "loss", "chop", "stall"].contains(&name) {
                continue;
            }
            let schedule = Schedule { op, ..schedule.clone() };
            for (world, trace) in worlds(&schedule) {
                let story = format!("{} {name} in {world}", schedule.name);
                assert_eq!(received(&trace), received(&calm), "{story}");
                let delays = |trace: &Trace| {
                    trace.events.iter().any(|event| matches!(event.what, What::Delayed { .. }))
                };
                assert_eq!(delays(&trace), !["chop", "stall"].contains(&name), "{story}");
            }
        }
    }
}

/// How each side's connections ended.
fn ends(trace: &Trace) -> Vec<(u8, End)> {
    let events = trace.events.iter();
    let mut ends: Vec<_> = events
        .filter_map(|event| match event.what {
            What::Closed { side, end, .. } => Some((side, end)),
            _ => None,
        })
        .collect();
    ends.sort();
    ends
}

fn pipeline(options: &[(&str, i64)], op: Vec<(u64, Op)>) -> Schedule {
    let mut both = [socket("sink", "PULL", &[]), socket("source", "PUSH", &["sink"])];
    for socket in &mut both {
        for (name, value) in options {
            socket.options.insert((*name).to_owned(), Setting::Number(*value));
        }
    }
    let op = op.into_iter().map(|(at, op)| Timed { at: Span::ms(at), op }).collect();
    Schedule { op, ..schedule(both.to_vec(), vec![flow("a", "source", 100)]) }
}

fn cut(from: u64, to: u64) -> Vec<(u64, Op)> {
    let between = ["source".to_owned(), "sink".to_owned()];
    vec![(from, Op::Cut { between: between.clone(), way: Way::Both }), (to, Op::Heal { between })]
}

#[test]
fn a_cut_longer_than_tcp_waits_leaves_the_reader_half_open() {
    for (world, trace) in worlds(&pipeline(&[], cut(500, 4000))) {
        assert_eq!(ends(&trace), [(0, End::TimedOut)], "{world}");
        let lost = 100 - received(&trace).len();
        assert!((80..=90).contains(&lost), "{world}: all that was sent from 0.5 s on: {lost}");
    }
}

#[test]
fn a_heartbeat_finds_the_dead_in_both() {
    let options = [("heartbeat_ivl", 300), ("heartbeat_timeout", 600)];
    for (world, trace) in worlds(&pipeline(&options, cut(500, 2200))) {
        let ends = ends(&trace);
        assert_eq!(ends, [(0, End::Heartbeat), (1, End::Heartbeat)], "{world}");
    }
    for (world, trace) in worlds(&pipeline(&options, cut(500, 700))) {
        assert_eq!(ends(&trace), [], "{world}: nobody is dead");
    }
}

#[test]
fn a_requester_that_opens_a_new_socket_goes_on() {
    let mut schedule = queueing().find(|schedule| schedule.name == "REQ REP").unwrap();
    for flow in &mut schedule.flow {
        (flow.patience, flow.then) = (Some(Span::ms(500)), Then::Reopen);
    }
    let node = || "server".to_owned();
    let op =
        [(700, Op::Kill { node: node() }), (1500, Op::Boot { node: node(), new_identity: false })];
    schedule.op = op.map(|(at, op)| Timed { at: Span::ms(at), op }).to_vec();
    for (world, trace) in worlds(&schedule) {
        let replies = received(&trace).iter().filter(|(_, id)| id.is_reply).count();
        let given_up = |event: &&Event| matches!(event.what, What::GaveUp { .. });
        let given_up = trace.events.iter().filter(given_up).count();
        assert_eq!((replies + given_up, trace.left.len()), (80, 0), "{world}");
        assert!((1..=4).contains(&given_up), "{world}: {given_up}");
    }
}

#[test]
fn a_stranger_is_sent_away_and_harms_nobody() {
    // A greeting with a mechanism that there is not.
    let octets = format!("ff00000000000000007f0300{}{}", "42".repeat(20), "00".repeat(32));
    let evil = Op::Evil { socket: "sink".to_owned(), octets, closes: false };
    for (world, trace) in worlds(&pipeline(&[], vec![(500, evil)])) {
        assert_eq!(received(&trace).len(), 100, "{world}");
        assert!(ends(&trace).contains(&(1, End::Protocol)), "{world}: {:?}", ends(&trace));
    }
}

#[test]
fn who_is_refused_comes_again() {
    let node = || "sink".to_owned();
    let ops = vec![(0, Op::Refuse { node: node() }), (900, Op::Accept { node: node() })];
    for (world, trace) in worlds(&pipeline(&[], ops)) {
        assert_eq!(received(&trace).len(), 100, "{world}");
        let refused = ends(&trace);
        assert!(refused.len() > 3 && refused.iter().all(|end| *end == (0, End::Reset)), "{world}");
    }
}

#[test]
fn what_turmoil_cannot_do_is_refused_by_name() {
    let node = || "sink".to_owned();
    let between = || ["sink".to_owned(), "source".to_owned()];
    let refused = [
        (Op::Pause { node: node() }, "pause"),
        (Op::Resume { node: node() }, "resume"),
        (Op::ClockRate { node: node(), percent: 110 }, "clock-rate"),
        (Op::Bandwidth { between: between(), bandwidth: None }, "bandwidth"),
        (Op::DiskFull { node: node() }, "disk-full"),
        (Op::SyncFails { node: node() }, "sync-fails"),
        (Op::BitRot { node: node() }, "bit-rot"),
        (Op::Cut { between: between(), way: Way::There }, "cut"),
    ];
    for (op, name) in refused {
        let error = world::turmoil::run(&pipeline(&[], vec![(100, op)])).unwrap_err().0;
        assert!(error.starts_with(name) && error.contains("use tight"), "{error}");
    }
    let mut swaps = pipeline(&[], Vec::new());
    for socket in &mut swaps.socket {
        socket.options.insert("swap".to_owned(), Setting::Number(1_000_000));
    }
    let error = world::turmoil::run(&swaps).unwrap_err().0;
    assert!(error.contains("swap") && error.contains("use tight"), "{error}");
    let crowd = (0..11).map(|number| socket(&format!("s{number}"), "PULL", &[])).collect();
    assert!(
        world::turmoil::run(&schedule(crowd, Vec::new())).unwrap_err().0.contains("11 processes")
    );
}
