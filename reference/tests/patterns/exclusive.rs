//! PAIR: one peer and no other.

use super::bench::Bench;
use zeroproof_reference::SocketType::Pair;
use zeroproof_reference::error::Refused;
use zeroproof_reference::pattern::Unwanted;

/// 31-PAIR-001: until the first has gone, and both ways at will.
#[test]
fn a_second_peer_is_not_wanted() {
    let mut bench = Bench::new(Pair);
    let a = bench.peer();
    assert_eq!(bench.connect(), Err(Unwanted::OneTooMany));
    bench.send("one").unwrap();
    bench.send("two").unwrap();
    assert!(bench.deliver(a, "three") && bench.deliver(a, "four"));
    assert_eq!(bench.take(a), ["one", "two"]);
    assert_eq!(bench.recv_all(), ["three", "four"]);
    bench.part(a);
    let b = bench.peer();
    bench.send("five").unwrap();
    assert_eq!(bench.take(b), ["five"]);
}

/// 31-PAIR-005, 31-PAIR-011: what it had sent is still received, before what its successor sends.
#[test]
fn nothing_queued_for_a_peer_reaches_the_next() {
    let mut bench = Bench::new(Pair);
    let a = bench.peer();
    bench.send("for a").unwrap();
    assert!(bench.deliver(a, "from a"));
    bench.part(a);
    let b = bench.peer();
    assert!(bench.deliver(b, "from b"));
    assert_eq!(bench.take(b), Vec::<String>::new());
    assert_eq!(bench.recv_all(), ["from a", "from b"]);
}

/// 31-PAIR-004, 31-PAIR-007, 31-PAIR-008, 31-PAIR-009, 31-PAIR-010.
#[test]
fn it_accepts_no_more_than_its_peer_has_room_for() {
    let mut bench = Bench::new(Pair).hwm(2);
    assert_eq!((bench.send("nobody"), bench.can_send()), (Err(Refused::WouldBlock), false));
    let a = bench.connect().unwrap();
    bench.send("one").unwrap();
    bench.send("two|parts").unwrap();
    assert_eq!((bench.send("three"), bench.can_send()), (Err(Refused::WouldBlock), false));
    bench.meet(a, "").unwrap();
    assert_eq!(bench.take(a), ["one", "two|parts"]);
    assert!(bench.can_send() && !bench.can_recv());
}
