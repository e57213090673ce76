//! STREAM: raw peers by name.

use super::bench::Bench;
use zeroproof_reference::SocketType::Stream;
use zeroproof_reference::error::Refused;

/// `zmq_socket(3)`: comings and goings are empty messages, and octets lie between them.
#[test]
fn octets_come_between_two_notices() {
    let mut bench = Bench::new(Stream);
    assert_eq!((bench.recv(), bench.can_recv()), (Err(Refused::WouldBlock), false));
    let a = bench.peer();
    assert!(bench.can_recv());
    assert!(bench.deliver(a, "GET /") && bench.deliver(a, "more"));
    bench.part(a);
    let name = "^^^^\u{7}|";
    let expected = ["", "GET /", "more", ""].map(|octets| format!("{name}{octets}"));
    assert_eq!(bench.recv_all(), expected);
    let b = bench.peer();
    bench.part(b);
    assert_eq!(bench.recv_all(), ["^^^^\u{8}|", "^^^^\u{8}|"]);
}

/// `stream_notify` off: octets only.
#[test]
fn notices_can_be_switched_off() {
    let mut bench = Bench::new(Stream);
    bench.options.set("stream_notify", false).unwrap();
    let a = bench.peer();
    assert!(bench.deliver(a, "x"));
    bench.part(a);
    assert_eq!(bench.recv_all(), ["^^^^\u{7}|x"]);
}

/// Unknown and full are told apart; an empty message closes.
#[test]
fn octets_go_to_the_peer_that_is_named() {
    let mut bench = Bench::new(Stream).hwm(2);
    let a = bench.peer();
    assert!(bench.can_send());
    bench.send("^^^^\u{7}|one").unwrap();
    bench.send("^^^^\u{7}|two").unwrap();
    assert_eq!(bench.send("^^^^\u{7}|three"), Err(Refused::WouldBlock));
    assert_eq!(bench.send("nobody|x"), Err(Refused::Unreachable));
    bench.send("a name and no more").unwrap();
    assert!(!bench.closes(a));
    bench.send("^^^^\u{7}|").unwrap();
    assert!(bench.closes(a));
    assert_eq!(bench.take(a), ["one", "two"], "what was sent before goes first");
    bench.part(a);
    assert_eq!(bench.send("^^^^\u{7}|x"), Err(Refused::Unreachable));
}
