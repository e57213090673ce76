//! SUB and XSUB: what publishers are told, and what is let through.

use super::bench::Bench;
use zeroproof_reference::SocketType::{Sub, Xsub};
use zeroproof_reference::error::{Operation, Refused};

/// The same wish to either type: SUB by option, XSUB by message.
fn want(bench: &mut Bench, wish: &str) {
    if bench.options.socket_type == Sub {
        bench.ask(wish).unwrap();
    } else {
        let verb = if wish.starts_with('+') { "~" } else { "^" };
        bench.send(&wish.replacen(['+', '-'], verb, 1)).unwrap();
    }
}

/// 29-SUB-001, 29-SUB-012, 29-XSUB-001, 29-XSUB-015, 29-XSUB-016, 37-PUBSUB-002, 37-PUBSUB-003.
#[test]
fn every_publisher_is_told() {
    for socket_type in [Sub, Xsub] {
        let mut bench = Bench::new(socket_type);
        let (a, b) = (bench.peer(), bench.peer());
        for wish in ["+A", "+", "-A"] {
            want(&mut bench, wish);
        }
        assert_eq!(bench.take(a), ["+A", "+", "-A"]);
        assert_eq!(bench.take(b), ["+A", "+", "-A"]);
    }
}

/// 37-PUBSUB-011: as many CANCEL as SUBSCRIBE, and none while the topic is wanted.
#[test]
fn a_topic_is_cancelled_when_it_is_wanted_no_more() {
    let rows: [(&[&str], &[&str]); 6] = [
        (&["+A", "-A"], &["+A", "-A"]),
        (&["+A", "+A", "-A"], &["+A", "+A"]),
        (&["+A", "+A", "-A", "-A"], &["+A", "+A", "-A", "-A"]),
        (&["+A", "+A", "-A", "+A", "-A", "-A", "-A"], &["+A", "+A", "-A", "-A"]),
        (&["+A", "+A", "+A", "-A", "-A", "+A", "-A", "-A"], &["+A", "+A", "+A", "-A", "-A", "-A"]),
        (&["-A", "+A"], &["+A"]),
    ];
    for socket_type in [Sub, Xsub] {
        for (wishes, told) in rows {
            let mut bench = Bench::new(socket_type);
            let a = bench.peer();
            for wish in wishes {
                want(&mut bench, wish);
            }
            assert_eq!(bench.take(a), told, "{wishes:?}");
        }
    }
}

/// 29-SUB-012: each link begins with all that stands, however many and whatever the bound; what
/// an earlier link did not take is not said twice.
#[test]
fn subscriptions_are_told_again_on_each_link() {
    for socket_type in [Sub, Xsub] {
        let mut bench = Bench::new(socket_type).hwm(1);
        let a = bench.connect().unwrap();
        for wish in ["+A", "+B", "+B", "-A", "-B", "+B", "+B"] {
            want(&mut bench, wish);
        }
        bench.meet(a, "").unwrap();
        want(&mut bench, "+C");
        bench.meet(a, "").unwrap();
        assert_eq!(bench.take(a), ["+B", "+B", "+B", "+C"]);
        for number in 0..5000 {
            want(&mut bench, &format!("+{number}"));
        }
        bench.meet(a, "").unwrap();
        assert_eq!(bench.take(a).len(), 5004);
    }
}

/// 29-XSUB-017: before a link is closed.
#[test]
fn a_subscriber_that_leaves_cancels_everything() {
    for socket_type in [Sub, Xsub] {
        let mut bench = Bench::new(socket_type);
        let a = bench.peer();
        for wish in ["+A", "+B", "+B"] {
            want(&mut bench, wish);
        }
        bench.take(a);
        bench.pattern.leave(&mut bench.peers, a);
        assert_eq!(bench.take(a), ["-A", "-B", "-B"]);
    }
}

/// 29-SUB-008, 29-SUB-009, 29-SUB-010, 29-SUB-011.
#[test]
fn a_sub_lets_through_what_it_has_subscribed_to() {
    let mut bench = Bench::new(Sub);
    let (a, b) = (bench.peer(), bench.peer());
    bench.ask("+A").unwrap();
    for (peer, message) in [(a, "B|A"), (a, "A|1"), (a, "A2"), (b, ""), (b, "AB"), (b, "a")] {
        assert!(bench.deliver(peer, message));
    }
    assert!(bench.can_recv());
    let mut seen = bench.recv_all();
    seen.sort();
    assert_eq!(seen, ["A2", "AB", "A|1"]);
    assert!(bench.deliver(a, "B"));
    assert_eq!((bench.can_recv(), bench.recv()), (false, Err(Refused::WouldBlock)));
    bench.ask("-A").unwrap();
    assert!(bench.deliver(a, "A"));
    assert!(!bench.can_recv());
}

/// 29-XSUB-007, 29-XSUB-008, 29-XSUB-009, 29-XSUB-010.
#[test]
fn an_xsub_lets_everything_through() {
    let mut bench = Bench::new(Xsub);
    let (a, b) = (bench.peer(), bench.peer());
    for (peer, message) in [(a, "1"), (a, "2|"), (b, "|3")] {
        assert!(bench.deliver(peer, message));
    }
    assert!(bench.can_recv());
    assert_eq!(bench.recv_all(), ["1", "|3", "2|"]);
    assert!(!bench.can_recv());
}

/// LZ-OPT-009: `invert_matching`.
#[test]
fn a_sub_may_invert_its_filter() {
    let mut bench = Bench::new(Sub).with("invert_matching");
    let a = bench.peer();
    bench.ask("+A").unwrap();
    assert!(bench.deliver(a, "A") && bench.deliver(a, "B"));
    assert_eq!(bench.recv_all(), ["B"]);
}

/// 29-SUB-002.
#[test]
fn a_sub_does_not_send() {
    let mut bench = Bench::new(Sub);
    bench.peer();
    let refused = Refused::NotSupported { socket_type: Sub, operation: Operation::Send };
    assert_eq!((bench.send("x"), bench.can_send()), (Err(refused), false));
}

/// 29-XSUB-011, 29-XSUB-012, 29-XSUB-013, 29-XSUB-014: a full queue loses its own messages only.
#[test]
fn messages_of_an_xsub_go_to_all_publishers() {
    let mut bench = Bench::new(Xsub).hwm(1);
    assert!(bench.can_send());
    bench.send("to nobody").unwrap();
    let (a, b) = (bench.peer(), bench.connect().unwrap());
    bench.send("one|two").unwrap();
    assert_eq!(bench.take(a), ["one|two"]);
    bench.send("|three").unwrap();
    assert_eq!((bench.take(a), bench.take(b)), (vec!["|three".into()], vec!["one|two".to_owned()]));
}

/// LZ-OPT-009: by default every part can be a wish; with `only_first_subscribe` the first alone.
#[test]
fn parts_of_a_message_may_be_wishes() {
    let rows = [("~A|~B", false, vec!["+A", "+B"]), ("x|~A|y", false, vec!["+A", "x|y"])];
    let only_first = [("~A|~B", true, vec!["+A", "~B"]), ("x|~A|y", true, vec!["x|~A|y"])];
    for (message, only_first, told) in rows.into_iter().chain(only_first) {
        let mut bench = Bench::new(Xsub);
        bench.options.set("only_first_subscribe", only_first).unwrap();
        let a = bench.peer();
        bench.send(message).unwrap();
        assert_eq!(bench.take(a), told, "{message}");
    }
}

/// LZ-OPT-010.
#[test]
fn a_conflating_sub_keeps_the_last_message() {
    let mut bench = Bench::new(Sub).with("conflate").hwm(1);
    let a = bench.peer();
    bench.ask("+A").unwrap();
    for message in ["A1", "A2", "A3"] {
        assert!(bench.deliver(a, message));
    }
    assert_eq!(bench.take(a), ["+A"]);
    assert_eq!(bench.recv_all(), ["A3"]);
}
