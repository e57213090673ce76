//! REQ: strictly one request, then its reply.

use super::bench::Bench;
use zeroproof_reference::SocketType::Req;
use zeroproof_reference::error::{Operation, Refused};

const REPLY_FIRST: Refused = Refused::State { first: Operation::Receive };
const REQUEST_FIRST: Refused = Refused::State { first: Operation::Send };

/// 28-REQ-002, 28-REQ-003, 28-REQ-004.
#[test]
fn requests_and_replies_alternate_behind_an_empty_delimiter() {
    let mut bench = Bench::new(Req);
    let a = bench.peer();
    assert_eq!((bench.recv(), bench.can_send()), (Err(REQUEST_FIRST), true));
    bench.send("one|two").unwrap();
    assert_eq!((bench.send("again"), bench.can_send()), (Err(REPLY_FIRST), false));
    assert_eq!(bench.take(a), ["|one|two"]);
    assert_eq!((bench.recv(), bench.can_recv()), (Err(Refused::WouldBlock), false));
    assert!(bench.deliver(a, "|three|four"));
    assert!(bench.can_recv() && !bench.can_send());
    assert_eq!(bench.recv().unwrap(), "three|four");
    assert_eq!((bench.recv(), bench.can_recv()), (Err(REQUEST_FIRST), false));
}

/// 28-REQ-001, 28-REQ-005.
#[test]
fn requests_go_to_peers_in_turn() {
    let mut bench = Bench::new(Req);
    let all = [bench.peer(), bench.peer(), bench.peer()];
    for round in 0..6 {
        bench.send(&round.to_string()).unwrap();
        let asked = all[round % 3];
        assert_eq!(bench.take(asked), [format!("|{round}")]);
        assert!(bench.deliver(asked, "|ok"));
        assert_eq!(bench.recv().unwrap(), "ok");
    }
}

/// 28-REQ-006, 28-REQ-007: a refused request changes nothing.
#[test]
fn without_a_peer_with_room_no_request_is_made() {
    let mut bench = Bench::new(Req).hwm(1);
    assert_eq!((bench.send("x"), bench.recv()), (Err(Refused::WouldBlock), Err(REQUEST_FIRST)));
    let a = bench.connect().unwrap();
    bench.send("early").unwrap();
    bench.meet(a, "").unwrap();
    assert_eq!(bench.take(a), ["|early"]);
}

/// 28-REQ-008, 28-REQ-009: out of turn, of others, and after the reply.
#[test]
fn only_the_peer_that_was_asked_is_heard() {
    let mut bench = Bench::new(Req);
    let (a, b) = (bench.peer(), bench.peer());
    assert!(bench.deliver(a, "|before any request"));
    bench.send("one").unwrap();
    assert!(bench.deliver(b, "|not asked"));
    assert!(!bench.can_recv());
    assert!(bench.deliver(a, "|first") && bench.deliver(a, "|second"));
    assert_eq!(bench.recv().unwrap(), "first");
    assert!(bench.deliver(a, "|third"));
    bench.send("two").unwrap();
    assert!(bench.deliver(a, "|late") && bench.deliver(b, "|reply"));
    assert_eq!(bench.recv().unwrap(), "reply");
}

/// 28-REQ-010: no delimiter, nothing behind it, or something before it.
#[test]
fn malformed_replies_are_dropped_and_the_good_one_is_awaited() {
    let mut bench = Bench::new(Req);
    let a = bench.peer();
    bench.send("one").unwrap();
    for malformed in ["hello", "", "x||hello", "x|hello"] {
        assert!(bench.deliver(a, malformed));
        assert!(!bench.can_recv(), "{malformed}");
    }
    assert!(bench.deliver(a, "||"));
    assert_eq!(bench.recv().unwrap(), "|");
}

/// A reply that came before its peer went is received; without one the request stays open.
#[test]
fn a_peer_that_goes_leaves_its_reply() {
    let mut bench = Bench::new(Req);
    let a = bench.peer();
    bench.send("one").unwrap();
    assert!(bench.deliver(a, "|reply"));
    bench.part(a);
    assert_eq!(bench.recv().unwrap(), "reply");
    let b = bench.peer();
    bench.send("two").unwrap();
    bench.part(b);
    bench.peer();
    assert_eq!((bench.recv(), bench.send("x")), (Err(Refused::WouldBlock), Err(REPLY_FIRST)));
}

/// LZ-OPT-005: `req_relaxed` gives the last request up, and what came for it.
#[test]
fn a_relaxed_socket_may_ask_again() {
    let mut bench = Bench::new(Req).with("req_relaxed");
    let (a, b) = (bench.peer(), bench.peer());
    bench.send("one").unwrap();
    assert!(bench.deliver(a, "|reply to one"));
    assert!(bench.can_recv() && bench.can_send());
    bench.send("two").unwrap();
    assert!(bench.deliver(a, "|late reply to one"));
    assert_eq!(bench.recv(), Err(Refused::WouldBlock));
    assert_eq!(bench.take(b), ["|two"]);
    assert!(bench.deliver(b, "|reply to two"));
    assert_eq!(bench.recv().unwrap(), "reply to two");
}

/// LZ-OPT-005: nor is it heard if it had come unseen, and the same peer is asked again.
#[test]
fn a_reply_that_waits_is_given_up_with_its_request() {
    let mut bench = Bench::new(Req).with("req_relaxed");
    let a = bench.peer();
    bench.send("one").unwrap();
    assert!(bench.deliver(a, "|reply to one"));
    bench.send("two").unwrap();
    assert_eq!(bench.recv(), Err(Refused::WouldBlock));
    assert!(bench.deliver(a, "|reply to two"));
    assert_eq!(bench.recv().unwrap(), "reply to two");
}

/// LZ-OPT-005: with `req_correlate` a reply to an earlier request is none to this.
#[test]
fn a_correlated_reply_repeats_the_request_id() {
    let mut bench = Bench::new(Req).with("req_relaxed").with("req_correlate");
    let a = bench.peer();
    bench.send("one").unwrap();
    bench.send("two").unwrap();
    assert_eq!(bench.take(a), ["^^^\u{7}||one", "^^^\u{8}||two"]);
    for malformed in ["^^^\u{7}||late", "|no id", "^^^\u{8}|no delimiter", "^^^\u{8}|"] {
        assert!(bench.deliver(a, malformed));
        assert!(!bench.can_recv(), "{malformed}");
    }
    assert!(bench.deliver(a, "^^^\u{8}||reply"));
    assert_eq!(bench.recv().unwrap(), "reply");
}
