//! What an endpoint leaves behind when it is disconnected, lost or closed: as little as it may.
//!
//! Deliberately absent: what still has to arrive then, which `stories` has.

use std::time::Duration;

use zeroproof_reference::SocketType::{Dealer, Pair, Pub, Pull, Push, Router, Sub};
use zeroproof_reference::{Message, Refused};

use super::world::World;

const HERE: &str = "tcp://10.0.0.1:5555";
const LONG: Duration = Duration::from_secs(60);

#[test]
fn of_two_lingers_the_shorter_counts() {
    for (disconnected, closed) in [(200, 9000), (9000, 200), (-1, 200), (200, -1)] {
        let mut world = World::new(1);
        let push = world.open(Push);
        world.connect(push, HERE);
        world.send(push, "never").unwrap();
        world.set(push, "linger", disconnected);
        let before = world.now;
        world.disconnect(push, HERE);
        world.set(push, "linger", closed);
        world.close(push);
        while world.closed.is_empty() && world.step() {}
        assert_eq!(world.closed, [push]);
        let waited = world.now.duration_since(before);
        assert_eq!(waited, Duration::from_millis(200), "{disconnected}, {closed}");
    }
}

#[test]
fn what_lingers_for_a_disconnected_endpoint_is_worth_no_attempt_if_so_wished() {
    for (stop, comes) in [(0, 1), (4, 0)] {
        let mut world = World::new(2);
        let (push, pull) = (world.open(Push), world.open(Pull));
        world.set(push, "reconnect_stop", stop);
        world.connect(push, HERE);
        world.send(push, "late").unwrap();
        world.disconnect(push, HERE);
        world.bind(pull, HERE);
        world.run(LONG);
        assert_eq!(world.recv_all(pull).len(), comes, "reconnect_stop {stop}");
    }
}

#[test]
fn what_was_under_way_over_a_lost_link_is_waited_for_no_more() {
    let mut world = World::new(3);
    (world.capacity, world.is_rough) = (0, false);
    let (push, pull) = (world.open(Push), world.open(Pull));
    world.bind(pull, HERE);
    world.connect(push, HERE);
    world.run(LONG);
    world.send(push, "lost on the way").unwrap();
    world.close(pull);
    let links = world.links();
    links.into_iter().for_each(|link| world.sever(link));
    world.close(push);
    world.run(LONG);
    assert_eq!(world.closed.len(), 2, "nothing is queued, and so nobody is waited for");
}

#[test]
fn a_name_that_was_given_to_an_endpoint_is_given_once() {
    let mut world = World::new(4);
    let (router, dealer) = (world.open(Router), world.open(Dealer));
    world.set(router, "router_mandatory", 1);
    world.name(dealer, "itself");
    world.bind(dealer, HERE);
    let given = |world: &mut World| {
        world.with(router, |node, socket, _| node.set(socket, "connect_routing_id", "given"))
    };
    given(&mut world).unwrap();
    for expected in ["given", "itself"] {
        world.connect(router, HERE);
        world.run(LONG);
        world.send(router, [expected, "hello"]).unwrap();
        world.run(LONG);
        assert_eq!(world.recv_all(dealer), [Message::from("hello")], "{expected}");
        world.disconnect(router, HERE);
        world.run(LONG);
        assert_eq!(world.send(router, [expected, "gone"]), Err(Refused::Unreachable));
    }
    // Whoever is named again and again leaves no more behind than once.
    let mut sizes = Vec::new();
    for _ in 0..40 {
        given(&mut world).unwrap();
        world.connect(router, HERE);
        world.run(LONG);
        world.disconnect(router, HERE);
        world.run(LONG);
        sizes.push(format!("{:?}", world.nodes[router.node]).len());
    }
    assert!(sizes[39] <= sizes[9] + 64, "{sizes:?}");
}

#[test]
fn a_pair_that_has_disconnected_hears_no_more() {
    let mut world = World::new(5);
    (world.capacity, world.is_rough) = (0, false);
    let (one, other) = (world.open(Pair), world.open(Pair));
    world.bind(other, HERE);
    world.connect(one, HERE);
    world.run(LONG);
    // The first is still to be written, and so the link stays for a moment.
    world.send(one, "goodbye").unwrap();
    world.send(other, "too late").unwrap();
    world.disconnect(one, HERE);
    world.run(LONG);
    assert_eq!(world.recv_all(other), [Message::from("goodbye")]);
    assert_eq!(world.recv(one), Err(Refused::WouldBlock));
}

/// 29-XSUB-017: a publisher that keeps the link would go on sending.
#[test]
fn a_subscriber_that_leaves_takes_its_topics_back() {
    for is_closed in [true, false] {
        let mut world = World::new(6);
        let (sub, publisher) = (world.open(Sub), world.open(Pub));
        world.bind(publisher, HERE);
        world.subscribe(sub, "a");
        world.connect(sub, HERE);
        world.run(LONG);
        assert_eq!(world.under_way(), []);
        if is_closed {
            world.close(sub);
        } else {
            world.disconnect(sub, HERE);
        }
        assert_eq!(world.under_way(), b"\x04\x08\x06CANCELa", "closed: {is_closed}");
    }
}
