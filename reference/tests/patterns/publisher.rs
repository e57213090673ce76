//! PUB and XPUB: who wants what, and who gets it.

use super::bench::Bench;
use zeroproof_reference::SocketType::{Pub, Xpub};
use zeroproof_reference::Subscriptions;
use zeroproof_reference::error::{Operation, Refused};
use zeroproof_reference::limits::SUBSCRIPTIONS;
use zeroproof_reference::pattern::{Unwanted, Wish};

const BOTH: [zeroproof_reference::SocketType; 2] = [Pub, Xpub];

/// 29-PUB-008, 29-PUB-011, 29-XPUB-006, 29-XPUB-009, 37-PUBSUB-006, 37-PUBSUB-007: octets of the
/// first part, from its start.
#[test]
fn a_subscriber_gets_what_starts_with_its_topic() {
    let rows = [
        ("+", "", true),
        ("+", "any|thing", true),
        ("+A", "A", true),
        ("+A", "AB|C", true),
        ("+A", "a", false),
        ("+A", "", false),
        ("+A", "BA", false),
        ("+A", "B|A", false),
        ("+AB", "A|B", false),
        ("+AB", "A", false),
    ];
    for socket_type in BOTH {
        for (wish, message, wanted) in rows {
            let mut bench = Bench::new(socket_type);
            let a = bench.peer();
            bench.wish(a, wish);
            bench.send(message).unwrap();
            let expected = if wanted { vec![message] } else { Vec::new() };
            assert_eq!(bench.take(a), expected, "{wish} {message}");
        }
    }
}

/// 29-PUB-001, 29-XPUB-001, 37-PUBSUB-001, 37-PUBSUB-008.
#[test]
fn each_subscriber_gets_its_own_and_each_message_once() {
    for socket_type in BOTH {
        let mut bench = Bench::new(socket_type);
        let (a, b, c) = (bench.peer(), bench.peer(), bench.peer());
        for (peer, wish) in [(a, "+"), (a, "+x"), (a, "+xy"), (b, "+x"), (b, "+z")] {
            bench.wish(peer, wish);
        }
        for message in ["xyz", "z", "other"] {
            bench.send(message).unwrap();
        }
        assert_eq!(bench.take(a), ["xyz", "z", "other"]);
        assert_eq!(bench.take(b), ["xyz", "z"]);
        assert_eq!(bench.take(c), Vec::<String>::new());
    }
}

/// 37-PUBSUB-009, 37-PUBSUB-010: and a cancellation too many is no debt.
#[test]
fn subscriptions_are_counted() {
    for socket_type in BOTH {
        let mut bench = Bench::new(socket_type);
        let a = bench.peer();
        for (wish, wanted) in [
            ("-A", false),
            ("+A", true),
            ("+A", true),
            ("-A", true),
            ("-B", true),
            ("-A", false),
            ("-A", false),
            ("+A", true),
        ] {
            bench.wish(a, wish);
            bench.send("A1").unwrap();
            assert_eq!(bench.take(a).len(), usize::from(wanted), "after {wish}");
        }
    }
}

/// 29-PUB-012, 29-PUB-013, 29-XPUB-010, 29-XPUB-011: a full queue loses its own messages only.
#[test]
fn a_slow_subscriber_loses_messages_and_holds_nobody_up() {
    for socket_type in BOTH {
        let mut bench = Bench::new(socket_type).hwm(2);
        let (slow, quick) = (bench.peer(), bench.peer());
        bench.wish(slow, "+");
        bench.wish(quick, "+");
        let mut seen = Vec::new();
        for number in 0..4 {
            assert!(bench.can_send());
            bench.send(&number.to_string()).unwrap();
            seen.extend(bench.take(quick));
        }
        assert_eq!(seen, ["0", "1", "2", "3"]);
        assert_eq!(bench.take(slow), ["0", "1"]);
    }
}

/// LZ-OPT-008: `xpub_nodrop` refuses instead, and then nobody gets the message.
#[test]
fn a_publisher_may_wait_for_slow_subscribers() {
    let mut bench = Bench::new(Xpub).with("xpub_nodrop").hwm(1);
    let (slow, quick) = (bench.peer(), bench.peer());
    bench.wish(slow, "+s");
    bench.wish(quick, "+");
    bench.send("s0").unwrap();
    assert_eq!(bench.take(quick), ["s0"]);
    assert_eq!(bench.send("s1"), Err(Refused::WouldBlock));
    bench.send("other").unwrap();
    assert_eq!(bench.take(quick), ["other"]);
    assert_eq!(bench.take(slow), ["s0"]);
    bench.send("s1").unwrap();
    assert_eq!(bench.take(slow), ["s1"]);
}

/// 29-PUB-002, 29-PUB-007, 29-PUB-014, 29-PUB-015: neither wishes nor messages of subscribers.
#[test]
fn a_pub_shows_its_application_nothing() {
    let mut bench = Bench::new(Pub).hwm(1);
    let a = bench.peer();
    bench.wish(a, "+A");
    for _ in 0..3 {
        assert!(bench.deliver(a, "upstream"));
    }
    let refused = Refused::NotSupported { socket_type: Pub, operation: Operation::Receive };
    assert_eq!((bench.recv(), bench.can_recv()), (Err(refused), false));
    bench.part(a);
    assert!(!bench.peers.ids().any(|id| id == a));
}

/// 29-XPUB-012, 29-XPUB-013, 29-XPUB-014, 29-XPUB-015: in order, fair-queued.
#[test]
fn an_xpub_receives_wishes_and_messages() {
    let mut bench = Bench::new(Xpub);
    let (a, b) = (bench.peer(), bench.peer());
    bench.wish(a, "+A");
    assert!(bench.deliver(a, "user|message"));
    bench.wish(a, "-A");
    bench.wish(b, "+B");
    assert!(bench.can_recv());
    assert_eq!(bench.recv_all(), ["~A", "~B", "user|message", "^A"]);
    assert!(!bench.can_recv());
}

/// 29-XPUB-016, LZ-OPT-008: the first and the last; every one of either kind, as configured.
#[test]
fn identical_wishes_are_reported_as_configured() {
    let wishes = |bench: &mut Bench| {
        let (a, b) = (bench.peer(), bench.peer());
        for (peer, wish) in [(a, "+A"), (b, "+A"), (a, "+A"), (b, "-A"), (a, "-A"), (a, "-A")] {
            bench.wish(peer, wish);
        }
        bench.wish(a, "-A");
        let mut seen = bench.recv_all();
        seen.sort();
        seen.concat()
    };
    assert_eq!(wishes(&mut Bench::new(Xpub)), "^A~A");
    assert_eq!(wishes(&mut Bench::new(Xpub).with("xpub_verbose")), "^A~A~A~A");
    assert_eq!(wishes(&mut Bench::new(Xpub).with("xpub_verboser")), "^A^A^A~A~A~A");
}

/// 29-XPUB-017: of what nobody else wants, or with `xpub_verboser` of all; on a new link too.
#[test]
fn a_subscriber_that_vanishes_cancels_everything() {
    for verboser in [false, true] {
        for gone in [true, false] {
            let mut bench = Bench::new(Xpub);
            bench.options.set("xpub_verboser", verboser).unwrap();
            let (a, b) = (bench.peer(), bench.peer());
            for (peer, wish) in [(a, "+A"), (a, "+B"), (a, "+B"), (b, "+A")] {
                bench.wish(peer, wish);
            }
            bench.recv_all();
            if gone {
                bench.part(a);
            } else {
                bench.meet(a, "").unwrap();
            }
            let expected: &[&str] = if verboser { &["^A", "^B", "^B"] } else { &["^B"] };
            assert_eq!(bench.recv_all(), expected);
            bench.send("A").unwrap();
            bench.send("B").unwrap();
            assert_eq!((bench.take(a), bench.take(b)), (Vec::new(), vec!["A".to_owned()]));
        }
    }
}

/// 29-PUB-004, 29-PUB-005, 29-XPUB-003, 29-XPUB-004.
#[test]
fn queues_of_endpoints_outlive_their_links_and_others_do_not() {
    for socket_type in BOTH {
        let mut bench = Bench::new(socket_type);
        let a = bench.connect().unwrap();
        bench.send("nobody is known yet").unwrap();
        bench.meet(a, "").unwrap();
        bench.wish(a, "+A");
        bench.send("A1").unwrap();
        bench.meet(a, "").unwrap();
        bench.send("A2").unwrap();
        bench.wish(a, "+A");
        bench.send("A3").unwrap();
        assert_eq!(bench.take(a), ["A1", "A3"]);
        bench.part(a);
        let b = bench.peer();
        bench.send("A4").unwrap();
        assert_eq!(bench.take(b), Vec::<String>::new());
    }
}

/// LZ-OPT-008: `xpub_manual`: nothing is subscribed but by the application, for the peer whose
/// wish it read last.
#[test]
fn a_manual_publisher_subscribes_for_its_peers() {
    let mut bench = Bench::new(Xpub).with("xpub_manual");
    let (a, b) = (bench.peer(), bench.peer());
    bench.wish(a, "+A");
    bench.ask("+nobody").unwrap();
    assert_eq!(bench.recv().unwrap(), "~A");
    bench.ask("+X").unwrap();
    bench.wish(b, "+B");
    assert_eq!(bench.recv().unwrap(), "~B");
    bench.ask("+Y").unwrap();
    for message in ["A", "B", "X", "Y", "nobody"] {
        bench.send(message).unwrap();
    }
    assert_eq!((bench.take(a), bench.take(b)), (vec!["X".into()], vec!["Y".to_owned()]));
    bench.ask("-Y").unwrap();
    bench.send("Y").unwrap();
    assert_eq!(bench.take(b), Vec::<String>::new());
    bench.part(a);
    assert_eq!(bench.recv_all(), ["^A"]);
    bench.ask("+Z").unwrap();
    bench.send("Z").unwrap();
    assert_eq!(bench.take(b), Vec::<String>::new(), "the last one has gone");
}

/// `xpub_welcome_msg`, on each link.
#[test]
fn each_new_subscriber_may_be_welcomed() {
    let mut bench = Bench::new(Xpub);
    bench.options.set("xpub_welcome_msg", b"hello".as_slice()).unwrap();
    let (a, b) = (bench.peer(), bench.peer());
    bench.meet(a, "").unwrap();
    assert_eq!(
        (bench.take(a).concat(), bench.take(b).concat()),
        ("hellohello".into(), "hello".into())
    );
}

/// LZ-OPT-009: `invert_matching`: to all but those that asked for it.
#[test]
fn matching_may_be_inverted() {
    let mut bench = Bench::new(Pub).with("invert_matching");
    let (a, b, c) = (bench.peer(), bench.peer(), bench.peer());
    for (peer, wish) in [(b, "+x"), (a, "+xy"), (b, "+xy")] {
        bench.wish(peer, wish);
    }
    bench.send("xyz").unwrap();
    bench.send("xz").unwrap();
    assert_eq!((bench.take(a), bench.take(b)), (vec!["xz".to_owned()], Vec::new()));
    assert_eq!(bench.take(c), ["xyz", "xz"]);
}

/// A publisher remembers no more of one peer than its limit, and all of the others.
#[test]
fn a_flood_of_topics_is_not_wanted() {
    for socket_type in BOTH {
        let mut bench = Bench::new(socket_type);
        let (a, b) = (bench.peer(), bench.peer());
        bench.wish(a, "+A");
        let topic = vec![0; SUBSCRIPTIONS - 128];
        let (peers, options) = (&mut bench.peers, &bench.options);
        let wanted = bench.pattern.wish(peers, options, a, Wish::Subscribe(&topic));
        assert_eq!(wanted, Err(Unwanted::TooManySubscriptions));
        bench.wish(b, "+A");
        bench.send("A").unwrap();
        assert_eq!((bench.take(a), bench.take(b)), (vec!["A".into()], vec!["A".to_owned()]));
    }
}

#[test]
fn what_is_taken_back_counts_no_more() {
    let mut wanted = Subscriptions::new();
    assert!(wanted.subscribe(b"A") && !wanted.subscribe(b"A") && wanted.subscribe(b"AB"));
    let before = wanted.size();
    assert!(wanted.subscribe(b"ABC") && wanted.size() > before && wanted.cancel(b"ABC"));
    assert_eq!(wanted.size(), before);
    assert!(!wanted.cancel(b"A") && wanted.cancel(b"A") && wanted.cancel(b"AB"));
    assert_eq!((wanted.size(), wanted.is_empty()), (0, true));
}
