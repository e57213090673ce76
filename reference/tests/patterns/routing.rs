//! ROUTER: peers by name.

use super::bench::Bench;
use bytes::Bytes;
use zeroproof_reference::SocketType::Router;
use zeroproof_reference::error::Refused;
use zeroproof_reference::pattern::Unwanted;
use zeroproof_reference::socket::peers::Bound;

/// 28-ROUTER-001, 28-ROUTER-007, 28-ROUTER-009, 28-ROUTER-010, 28-ROUTER-011.
#[test]
fn messages_come_fair_queued_behind_the_names_of_their_peers() {
    let mut bench = Bench::new(Router);
    let (a, b) = (bench.named("A"), bench.named("B"));
    for (peer, message) in [(a, "1"), (a, "|2"), (b, ""), (b, "3|4")] {
        assert!(bench.deliver(peer, message));
    }
    assert!(bench.can_recv());
    assert_eq!(bench.recv_all(), ["A|1", "B|", "A||2", "B|3|4"]);
}

/// 28-ROUTER-012, 28-ROUTER-013.
#[test]
fn the_first_part_names_the_peer_and_is_removed() {
    let mut bench = Bench::new(Router);
    let (a, b) = (bench.named("A"), bench.named("B"));
    for message in ["A|1", "B||2", "A|"] {
        bench.send(message).unwrap();
    }
    assert_eq!(bench.take(a), ["1", ""]);
    assert_eq!(bench.take(b), ["|2"]);
}

/// 28-ROUTER-006, 37-IDENT-004: five octets that begin with a zero, each other than the last.
#[test]
fn a_peer_without_a_name_gets_one() {
    let mut bench = Bench::new(Router);
    let (a, b) = (bench.peer(), bench.peer());
    assert!(bench.deliver(a, "x") && bench.deliver(b, "y"));
    assert_eq!(bench.recv_all(), ["^^^^\u{7}|x", "^^^^\u{8}|y"]);
    bench.send("^^^^\u{8}|to b").unwrap();
    assert_eq!((bench.take(a), bench.take(b)), (Vec::new(), vec!["to b".to_owned()]));
    bench.meet(a, "").unwrap();
    assert_eq!(bench.peers.routing_id(a), [0, 0, 0, 0, 7], "kept on the next link");
}

/// 28-ROUTER-014, 28-ROUTER-015: unknown, gone, full, and a name without a message.
#[test]
fn what_cannot_be_routed_is_dropped() {
    let mut bench = Bench::new(Router).hwm(1);
    let (a, b) = (bench.named("A"), bench.named("B"));
    bench.part(b);
    for message in ["nobody|x", "B|x", "A", "A|kept", "A|dropped"] {
        assert!(bench.can_send());
        bench.send(message).unwrap();
    }
    assert_eq!(bench.take(a), ["kept"]);
}

/// LZ-OPT-006: `router_mandatory` tells the two cases apart.
#[test]
fn a_mandatory_router_refuses_what_it_cannot_route() {
    let mut bench = Bench::new(Router).with("router_mandatory").hwm(1);
    assert!(!bench.can_send());
    assert_eq!(bench.send("A|x"), Err(Refused::Unreachable));
    let a = bench.named("A");
    assert!(bench.can_send());
    bench.send("A|x").unwrap();
    assert_eq!((bench.send("A|y"), bench.can_send()), (Err(Refused::WouldBlock), false));
    assert_eq!(bench.take(a), ["x"]);
    bench.part(a);
    assert_eq!(bench.send("A|z"), Err(Refused::Unreachable));
}

/// 28-ROUTER-008: the first keeps its name; when it has gone, the name is free.
#[test]
fn a_taken_name_is_refused() {
    let mut bench = Bench::new(Router);
    let a = bench.named("A");
    let b = bench.connect().unwrap();
    assert_eq!(bench.meet(b, "A"), Err(Unwanted::IdentityTaken));
    bench.part(b);
    bench.send("A|x").unwrap();
    assert_eq!(bench.take(a), ["x"]);
    bench.part(a);
    let c = bench.named("A");
    bench.send("A|y").unwrap();
    assert_eq!(bench.take(c), ["y"]);
}

/// LZ-OPT-007: with `router_handover` the new peer has the name, and the old one is closed.
#[test]
fn a_taken_name_may_be_handed_over() {
    let mut bench = Bench::new(Router).with("router_handover");
    let a = bench.named("A");
    assert!(bench.deliver(a, "from the old"));
    let b = bench.named("A");
    assert!(bench.closes(a));
    bench.send("A|x").unwrap();
    assert_eq!((bench.take(a), bench.take(b)), (Vec::new(), vec!["x".to_owned()]));
    bench.part(a);
    assert!(bench.deliver(b, "from the new"));
    assert_eq!(bench.recv_all(), ["^^^^\u{7}|from the old", "A|from the new"]);
    bench.send("A|y").unwrap();
    assert_eq!(bench.take(b), ["y"]);
}

/// LZ-OPT-004: `connect_routing_id` names a peer before it is met, whatever it announces.
#[test]
fn an_endpoint_may_be_named_by_the_caller() {
    let mut bench = Bench::new(Router);
    let bound = Bound { messages: 10, octets: 0 };
    let mut named = |name: &'static str| {
        let peer = bench.peers.insert(bound, bound);
        bench.peers.set_routing_id(peer, Bytes::from(name));
        (peer, bench.pattern.attach(&mut bench.peers, &bench.options, peer))
    };
    let (a, attached) = named("server");
    assert_eq!(attached, Ok(()));
    assert_eq!(named("server").1, Err(Unwanted::IdentityTaken));
    bench.send("server|early").unwrap();
    bench.meet(a, "another").unwrap();
    bench.send("another|nobody").unwrap();
    assert_eq!(bench.take(a), ["early"]);
    assert!(bench.deliver(a, "x"));
    assert_eq!(bench.recv_all(), ["server|x"]);
}

/// 28-ROUTER-003, 28-ROUTER-004: what came before the end keeps the name of its peer.
#[test]
fn messages_keep_the_name_of_a_peer_that_has_gone() {
    let mut bench = Bench::new(Router);
    let a = bench.named("A");
    assert!(bench.deliver(a, "1") && bench.deliver(a, "2"));
    bench.part(a);
    assert_eq!(bench.recv_all(), ["A|1", "A|2"]);
    assert!(!bench.peers.ids().any(|id| id == a));
}

/// A peer that comes back under another name is found under that name only.
#[test]
fn a_new_link_may_bring_another_name() {
    let mut bench = Bench::new(Router).with("probe_router");
    let a = bench.named("A");
    bench.meet(a, "A").unwrap();
    bench.meet(a, "B").unwrap();
    bench.send("A|x").unwrap();
    bench.send("B|y").unwrap();
    assert_eq!(bench.take(a), ["", "", "", "y"]);
}
