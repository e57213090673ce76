//! PUSH, PULL and DEALER: who gets the next message, and whose is next.

use super::bench::Bench;
use zeroproof_reference::SocketType::{Dealer, Pull, Push};
use zeroproof_reference::error::{Operation, Refused};
use zeroproof_reference::socket::options::OptionError;

/// 30-PUSH-009, 28-DEALER-008.
#[test]
fn messages_go_to_peers_in_turn() {
    for socket_type in [Push, Dealer] {
        let mut bench = Bench::new(socket_type);
        let (a, b, c) = (bench.peer(), bench.peer(), bench.peer());
        for number in 0..7 {
            bench.send(&number.to_string()).unwrap();
        }
        assert_eq!(bench.take(a), ["0", "3", "6"]);
        assert_eq!(bench.take(b), ["1", "4"]);
        assert_eq!(bench.take(c), ["2", "5"]);
    }
}

/// 30-PUSH-008, 28-DEALER-007: and one that has room again is back in turn.
#[test]
fn a_full_peer_is_passed_over_until_it_has_room() {
    for socket_type in [Push, Dealer] {
        let mut bench = Bench::new(socket_type).hwm(2);
        let (a, b) = (bench.peer(), bench.peer());
        for number in 0..4 {
            bench.send(&number.to_string()).unwrap();
        }
        assert_eq!(bench.send("x"), Err(Refused::WouldBlock));
        assert_eq!(bench.take(b), ["1", "3"]);
        bench.send("4").unwrap();
        bench.send("5").unwrap();
        assert_eq!(bench.send("x"), Err(Refused::WouldBlock));
        assert_eq!(bench.take(a), ["0", "2"]);
        bench.send("6").unwrap();
        assert_eq!(
            (bench.take(b), bench.take(a)),
            (vec!["4".into(), "5".into()], vec!["6".into()])
        );
    }
}

/// 30-PUSH-010, 30-PUSH-011, 30-PUSH-012, 28-DEALER-009, 28-DEALER-010, 28-DEALER-011: what is
/// refused is nowhere, and what was queued is all there.
#[test]
fn without_an_available_peer_nothing_is_accepted_or_lost() {
    for socket_type in [Push, Dealer] {
        let mut bench = Bench::new(socket_type).hwm(1);
        assert_eq!(bench.send("early"), Err(Refused::WouldBlock));
        assert!(!bench.can_send());
        let a = bench.peer();
        assert!(bench.can_send());
        bench.send("kept").unwrap();
        assert_eq!(bench.send("more"), Err(Refused::WouldBlock));
        assert!(!bench.can_send());
        assert_eq!(bench.take(a), ["kept"]);
        assert!(bench.can_send());
    }
}

/// 28-DEALER-004, 30-PUSH-005: the queue is there before the peer, and while it is away.
#[test]
fn an_endpoint_is_queued_for_before_its_peer_is_met() {
    for socket_type in [Push, Dealer] {
        let mut bench = Bench::new(socket_type);
        let a = bench.connect().unwrap();
        bench.send("early").unwrap();
        bench.meet(a, "").unwrap();
        bench.send("late").unwrap();
        bench.meet(a, "").unwrap();
        assert_eq!(bench.take(a), ["early", "late"]);
    }
}

/// 28-DEALER-005, 30-PUSH-006.
#[test]
fn what_is_queued_for_a_peer_goes_with_it() {
    for socket_type in [Push, Dealer] {
        let mut bench = Bench::new(socket_type);
        let a = bench.peer();
        bench.send("for a").unwrap();
        bench.part(a);
        assert_eq!(bench.send("nobody"), Err(Refused::WouldBlock));
        let b = bench.peer();
        bench.send("for b").unwrap();
        assert_eq!(bench.take(b), ["for b"]);
        assert!(!bench.peers.ids().any(|id| id == a));
    }
}

/// 30-PULL-008, 30-PULL-009, 28-DEALER-012.
#[test]
fn one_busy_peer_does_not_starve_the_others() {
    for socket_type in [Pull, Dealer] {
        let mut bench = Bench::new(socket_type);
        let (a, b) = (bench.peer(), bench.peer());
        for number in 0..4 {
            assert!(bench.deliver(a, &format!("a{number}")));
        }
        assert!(bench.deliver(b, "b0") && bench.deliver(b, "b1"));
        assert_eq!(bench.recv_all(), ["a0", "b0", "a1", "b1", "a2", "a3"]);
        assert_eq!(bench.recv(), Err(Refused::WouldBlock));
        assert!(bench.deliver(b, "b2"));
        assert!(bench.can_recv());
        assert_eq!(bench.recv_all(), ["b2"]);
    }
}

/// 30-PULL-003, 28-DEALER-002, 37-MSG-001.
#[test]
fn messages_are_neither_filtered_nor_changed() {
    let samples = ["", "|", "||", "a||b", "~topic", "^", "x|~|^"];
    let (mut push, mut pull) = (Bench::new(Push), Bench::new(Pull));
    let (mut dealer, to) = (Bench::new(Dealer), push.peer());
    let (from, through) = (pull.peer(), dealer.peer());
    for sample in samples {
        push.send(sample).unwrap();
        dealer.send(sample).unwrap();
        assert!(pull.deliver(from, sample) && dealer.deliver(through, sample));
    }
    assert_eq!(push.take(to), samples);
    assert_eq!(pull.recv_all(), samples);
    assert_eq!(dealer.take(through), samples);
    assert_eq!(dealer.recv_all(), samples);
}

/// What came whole before its peer went can still be received; then the peer is forgotten.
#[test]
fn what_came_before_the_end_is_received_after_it() {
    let mut bench = Bench::new(Pull);
    let (a, b) = (bench.peer(), bench.peer());
    assert!(bench.deliver(a, "a0") && bench.deliver(a, "a1") && bench.deliver(b, "b0"));
    bench.part(a);
    bench.part(b);
    assert!(bench.peers.ids().any(|id| id == a));
    assert_eq!(bench.recv_all(), ["a0", "b0", "a1"]);
    assert!(!bench.peers.ids().any(|id| id == a) && !bench.peers.ids().any(|id| id == b));
}

/// 30-PUSH-002, 30-PULL-002: and what a PULL sends all the same is dropped as it comes.
#[test]
fn one_way_types_go_one_way() {
    let mut push = Bench::new(Push).hwm(1);
    let peer = push.peer();
    for _ in 0..3 {
        assert!(push.deliver(peer, "against the stream"));
    }
    let socket_type = Push;
    let refused = Refused::NotSupported { socket_type, operation: Operation::Receive };
    assert_eq!((push.recv(), push.can_recv()), (Err(refused), false));
    let mut pull = Bench::new(Pull);
    pull.peer();
    let socket_type = Pull;
    let refused = Refused::NotSupported { socket_type, operation: Operation::Send };
    assert_eq!((pull.send("x"), pull.can_send()), (Err(refused), false));
    let nothing = Refused::from(OptionError::NotForType { name: "subscribe", socket_type });
    assert_eq!(pull.ask("+a"), Err(nothing));
}

/// LZ-OPT-010: whatever the bound, the last message is there and no other.
#[test]
fn conflating_queues_keep_the_last_message() {
    for socket_type in [Push, Dealer] {
        let mut bench = Bench::new(socket_type).with("conflate").hwm(1);
        let a = bench.peer();
        for message in ["old", "older|still", "new"] {
            bench.send(message).unwrap();
        }
        assert_eq!(bench.take(a), ["new"]);
    }
    for socket_type in [Pull, Dealer] {
        let mut bench = Bench::new(socket_type).with("conflate").hwm(1);
        let a = bench.peer();
        for message in ["old", "older|still", "new"] {
            assert!(bench.deliver(a, message));
        }
        assert_eq!(bench.recv_all(), ["new"]);
    }
}

/// `probe_router`: a ROUTER learns of its peer from an empty message, on each new link.
#[test]
fn a_dealer_may_announce_itself_by_an_empty_message() {
    let mut bench = Bench::new(Dealer).with("probe_router");
    let a = bench.connect().unwrap();
    assert_eq!(bench.take(a), Vec::<String>::new());
    bench.meet(a, "").unwrap();
    bench.meet(a, "").unwrap();
    assert_eq!(bench.take(a), ["", ""]);
}
