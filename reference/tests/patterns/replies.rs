//! REP: strictly one request, then our reply to it.

use super::bench::Bench;
use zeroproof_reference::SocketType::Rep;
use zeroproof_reference::error::{Operation, Refused};

const REQUEST_FIRST: Refused = Refused::State { first: Operation::Receive };
const REPLY_FIRST: Refused = Refused::State { first: Operation::Send };

/// 28-REP-003, 28-REP-008.
#[test]
fn requests_and_replies_alternate() {
    let mut bench = Bench::new(Rep);
    let a = bench.peer();
    assert_eq!((bench.send("x"), bench.can_send()), (Err(REQUEST_FIRST), false));
    assert_eq!((bench.recv(), bench.can_recv()), (Err(Refused::WouldBlock), false));
    assert!(bench.deliver(a, "|one") && bench.deliver(a, "|two"));
    assert!(bench.can_recv() && !bench.can_send());
    assert_eq!(bench.recv().unwrap(), "one");
    assert_eq!((bench.recv(), bench.can_recv()), (Err(REPLY_FIRST), false));
    assert!(bench.can_send());
    bench.send("reply").unwrap();
    assert_eq!(bench.send("again"), Err(REQUEST_FIRST));
    assert_eq!(bench.recv().unwrap(), "two");
    assert_eq!(bench.take(a), ["|reply"]);
}

/// 28-REP-001, 28-REP-005, 28-REP-010.
#[test]
fn requests_are_fair_queued_and_replies_go_where_they_came_from() {
    let mut bench = Bench::new(Rep);
    let (a, b) = (bench.peer(), bench.peer());
    for (peer, request) in [(a, "|a0"), (a, "|a1"), (b, "|b0"), (b, "|b1")] {
        assert!(bench.deliver(peer, request));
    }
    for expected in ["a0", "b0", "a1", "b1"] {
        assert_eq!(bench.recv().unwrap(), expected);
        bench.send(&format!("re {expected}")).unwrap();
    }
    assert_eq!(bench.take(a), ["|re a0", "|re a1"]);
    assert_eq!(bench.take(b), ["|re b0", "|re b1"]);
}

/// 28-REP-002, 28-REP-004, 28-REP-006, 28-REP-007, 28-REP-009: up to the first empty part.
#[test]
fn the_whole_envelope_comes_back_around_the_reply() {
    let rows = [
        ("|q", "q", "|"),
        ("|q|r|s", "q|r|s", "|"),
        ("||", "|", "|"),
        ("|", "", "|"),
        ("id||q", "q", "id||"),
        ("far|near||q||r", "q||r", "far|near||"),
    ];
    for (request, data, envelope) in rows {
        let mut bench = Bench::new(Rep);
        let a = bench.peer();
        assert!(bench.deliver(a, request));
        assert_eq!(bench.recv().unwrap(), data, "{request}");
        bench.send("|two").unwrap();
        let envelope = envelope.to_owned();
        assert_eq!(bench.take(a), [envelope + "|two"], "{request}");
    }
}

/// 28-REP-013: no delimiter, or nothing behind it.
#[test]
fn malformed_requests_are_dropped() {
    let mut bench = Bench::new(Rep);
    let a = bench.peer();
    for malformed in ["hello", "", "a|b", "a|"] {
        assert!(bench.deliver(a, malformed));
        assert_eq!((bench.can_recv(), bench.recv()), (false, Err(Refused::WouldBlock)));
    }
    assert!(bench.deliver(a, "|good"));
    assert_eq!(bench.recv().unwrap(), "good");
}

/// 28-REP-011, 28-REP-012: to a peer that has gone, or takes nothing.
#[test]
fn a_reply_that_cannot_go_is_dropped_and_the_next_request_is_served() {
    let mut bench = Bench::new(Rep).hwm(1);
    let (a, b) = (bench.peer(), bench.peer());
    assert!(bench.deliver(a, "|from a"));
    bench.part(a);
    assert_eq!(bench.recv().unwrap(), "from a");
    bench.send("to nobody").unwrap();
    for number in 0..3 {
        assert!(bench.deliver(b, "|from b"));
        assert_eq!(bench.recv().unwrap(), "from b");
        bench.send(&number.to_string()).unwrap();
    }
    assert_eq!(bench.take(b), ["|0"]);
}
