//! Stories of few nodes, each a promise.

use std::time::Duration;

use zeroproof_reference::SocketType::{Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub, Xpub};
use zeroproof_reference::{Message, Refused};

use super::world::World;

const HERE: &str = "tcp://10.0.0.1:5555";
const LONG: Duration = Duration::from_secs(60);

#[test]
fn the_same_calls_give_the_same_octets() {
    let run = |seed| {
        let mut world = World::new(seed);
        let rep = world.open(Rep);
        world.bind(rep, HERE);
        let clients: Vec<_> = (0..3).map(|_| world.open(Req)).collect();
        for client in &clients {
            world.connect(*client, HERE);
        }
        for round in 0..50_u8 {
            for client in &clients {
                drop(world.send(*client, [round; 3]));
            }
            while let Ok(request) = world.recv(rep) {
                world.send(rep, request).unwrap();
            }
            if world.chance(4) == 0 {
                let links = world.links();
                let count = u64::try_from(links.len()).unwrap().max(1);
                let chosen = usize::try_from(world.chance(count)).unwrap();
                links.get(chosen).copied().inspect(|link| world.sever(*link));
            }
            world.run(Duration::from_millis(20));
            for client in &clients {
                drop(world.recv(*client));
            }
        }
        world.trace
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8), "the trace tells runs apart");
}

#[test]
fn subscriptions_are_sent_again_however_many() {
    let mut world = World::new(1);
    world.is_rough = false;
    let publisher = world.open(Xpub);
    world.bind(publisher, HERE);
    let sub = world.open(Sub);
    for topic in 0..5000 {
        world.subscribe(sub, &format!("topic {topic}."));
    }
    world.connect(sub, HERE);
    for _ in 0..2 {
        world.run(LONG);
        let mut asked = 0;
        loop {
            let notices = world.recv_all(publisher);
            if notices.is_empty() {
                break;
            }
            asked += notices.iter().filter(|notice| notice.first().first() == Some(&1)).count();
            world.run(LONG);
        }
        assert_eq!(asked, 5000);
        for topic in [0, 999, 1000, 4999] {
            world.send(publisher, format!("topic {topic}.")).unwrap();
        }
        world.run(LONG);
        assert_eq!(world.recv_all(sub).len(), 4);
        let links = world.links();
        links.into_iter().for_each(|link| world.sever(link));
    }
}

#[test]
fn what_nobody_took_survives_a_reconnect() {
    let mut world = World::new(2);
    let push = world.open(Push);
    world.connect(push, HERE);
    for number in 0..10_u8 {
        world.send(push, [number]).unwrap();
    }
    world.run(LONG);
    let pull = world.open(Pull);
    world.bind(pull, HERE);
    world.run(LONG);
    assert_eq!(
        world.recv_all(pull),
        (0..10_u8).map(|number| Message::from(&[number])).collect::<Vec<_>>()
    );
}

#[test]
fn a_router_that_connects_keeps_messages_for_a_peer_that_comes_back() {
    let mut world = World::new(2);
    let (router, dealer) = (world.open(Router), world.open(Dealer));
    world.set(router, "router_mandatory", 1);
    world.bind(dealer, HERE);
    world.connect(router, HERE);
    world.run(LONG);
    world.send(dealer, "hello").unwrap();
    world.run(LONG);
    let hello = world.recv(router).unwrap();
    let (name, _) = hello.split_first();
    for link in world.links() {
        world.sever(link);
    }
    world.run(Duration::from_millis(1));
    world.send(router, [&name[..], b"waiting"]).unwrap();
    world.run(LONG);
    assert_eq!(world.recv_all(dealer), [Message::from("waiting")]);
    world.disconnect(router, HERE);
    world.run(LONG);
    assert_eq!(world.send(router, [&name[..], b"late"]), Err(Refused::Unreachable));
}

#[test]
fn a_closed_socket_is_over_when_all_has_left_or_linger_is() {
    let mut world = World::new(3);
    let push = world.open(Push);
    world.connect(push, HERE);
    world.send(push, "late").unwrap();
    world.close(push);
    world.run(LONG);
    assert_eq!(world.closed, [], "somebody may still come");
    let pull = world.open(Pull);
    world.bind(pull, HERE);
    world.run(LONG);
    assert_eq!(world.recv_all(pull), [Message::from("late")]);
    assert_eq!(world.closed, [push]);

    let impatient = world.open(Push);
    world.set(impatient, "linger", 500);
    world.connect(impatient, "tcp://10.0.0.2:1");
    world.send(impatient, "never").unwrap();
    let before = world.now;
    world.close(impatient);
    world.run(LONG);
    assert_eq!(world.closed, [push, impatient]);
    assert_eq!(world.now.duration_since(before), Duration::from_millis(500));
}

#[test]
fn a_peer_that_does_not_read_holds_up_a_closing_socket_until_linger_is_over() {
    for linger in [0, 500, -1] {
        let mut world = World::new(3);
        (world.capacity, world.is_rough) = (0, false);
        let (pull, push) = (world.open(Pull), world.open(Push));
        world.set(pull, "rcvhwm", 1);
        world.set(push, "linger", linger);
        world.bind(pull, HERE);
        world.connect(push, HERE);
        world.run(LONG);
        let mut sent = 0;
        while world.send(push, [7; 5000]).is_ok() {
            world.run(Duration::from_millis(1));
            sent += 1;
        }
        let before = world.now;
        world.close(push);
        assert_eq!(world.closed, if linger == 0 { vec![push] } else { vec![] }, "{linger}");
        while world.closed.is_empty() && world.step() {}
        if let Ok(linger) = u64::try_from(linger) {
            assert_eq!(world.closed, [push]);
            assert_eq!(world.now.duration_since(before), Duration::from_millis(linger));
            continue;
        }
        assert_eq!(world.closed, [], "it waits for ever");
        let mut received = 0;
        while world.recv(pull).is_ok() {
            received += 1;
            world.run(LONG);
        }
        assert_eq!((received, world.closed.as_slice()), (sent, &[push][..]));
    }
}

#[test]
fn what_is_queued_for_an_endpoint_leaves_after_it_is_disconnected() {
    for socket_type in [Push, Dealer, Pair] {
        let mut world = World::new(4);
        let sender = world.open(socket_type);
        world.connect(sender, HERE);
        for number in 0..5_u8 {
            world.send(sender, [number]).unwrap();
        }
        world.disconnect(sender, HERE);
        assert_eq!(world.send(sender, "no"), Err(Refused::WouldBlock), "{socket_type}");
        let receiver = world.open(if socket_type == Push { Pull } else { socket_type });
        world.bind(receiver, HERE);
        world.run(LONG);
        assert_eq!(world.recv_all(receiver).len(), 5, "{socket_type}");
        assert_eq!(world.links(), [], "{socket_type}: then the link ends");
        world.close(sender);
        world.run(LONG);
        assert_eq!(world.closed, [sender], "{socket_type}");
    }
}

#[test]
fn an_endpoint_that_is_disconnected_during_the_handshake_gets_nothing() {
    for socket_type in [Push, Dealer] {
        let mut world = World::new(5);
        let receiver = world.open(if socket_type == Push { Pull } else { socket_type });
        world.bind(receiver, HERE);
        let sender = world.open(socket_type);
        world.connect(sender, HERE);
        world.disconnect(sender, HERE);
        world.run(LONG);
        assert_eq!(world.send(sender, "nobody"), Err(Refused::WouldBlock), "{socket_type}");
        assert_eq!(world.links(), [], "{socket_type}");
    }
}

#[test]
fn a_disconnected_subscriber_leaves_its_publisher() {
    let mut world = World::new(5);
    let publisher = world.open(Pub);
    world.bind(publisher, HERE);
    let sub = world.open(Sub);
    world.subscribe(sub, "");
    world.connect(sub, HERE);
    world.run(LONG);
    world.disconnect(sub, HERE);
    world.run(LONG);
    assert_eq!(world.links(), []);
    for at in [sub, publisher] {
        let peers = world.nodes[at.node].socket(at.socket).unwrap().peers();
        assert_eq!(peers.ids().count(), 0);
    }
    world.connect(sub, HERE);
    world.run(LONG);
    world.send(publisher, "again").unwrap();
    world.run(LONG);
    assert_eq!(world.recv_all(sub), [Message::from("again")]);
}

#[test]
fn tables_stay_flat_however_often_peers_come_and_go() {
    let rounds = std::env::var("ZEROPROOF_SOAK").ok().and_then(|count| count.parse().ok());
    let rounds = rounds.unwrap_or(2000);
    let mut world = World::new(6);
    world.is_rough = false;
    let router = world.open(Router);
    world.bind(router, HERE);
    let dealer = world.open(Dealer);
    let mut slots = 0;
    for round in 0..rounds {
        world.connect(dealer, HERE);
        world.send(dealer, "hello").unwrap();
        world.run(Duration::from_secs(1));
        assert_eq!(world.recv_all(router).len(), 1, "{round}");
        world.disconnect(dealer, HERE);
        world.run(Duration::from_secs(1));
        world.ended.clear();
        for at in [router, dealer] {
            let peers = world.nodes[at.node].socket(at.socket).unwrap().peers();
            assert_eq!(peers.ids().count(), 0, "{round}");
        }
        // To format all state is slow; the tables above are counted in every round.
        let size = if round <= 100 { format!("{:?}", world.nodes).len() } else { slots };
        slots = if round == 10 { size } else { slots };
        assert!(round <= 10 || size <= slots + 64, "{round}: {size} octets of state, not {slots}");
    }
}

#[test]
fn a_node_asks_its_driver_who_may_come_in() {
    for (name, heard) in [("admin", 1), ("guest", 0)] {
        let mut world = World::new(7);
        let (pull, push) = (world.open(Pull), world.open(Push));
        world.nodes[pull.node].set_zap_handler();
        world.set(pull, "plain_server", 1);
        for (option, value) in [("plain_username", name), ("plain_password", "secret")] {
            world.nodes[push.node].set(push.socket, option, value).unwrap();
        }
        world.bind(pull, HERE);
        world.connect(push, HERE);
        world.send(push, "let me in").unwrap();
        world.run(LONG);
        assert_eq!(world.recv_all(pull).len(), heard, "{name}");
    }
}

#[test]
fn whoever_receives_learns_who_sent() {
    let mut world = World::new(3);
    let router = world.open(Router);
    world.bind(router, HERE);
    for name in ["one", "other"] {
        let dealer = world.open(Dealer);
        world.nodes[dealer.node].set(dealer.socket, "routing_id", name).unwrap();
        world.connect(dealer, HERE);
        world.send(dealer, name).unwrap();
        world.run(LONG);
        let (message, sender) = world.nodes[router.node].recv_from(router.socket).unwrap();
        assert_eq!(message, Message::new([name, name]));
        assert_eq!(sender.property("Routing-Id"), Some(name.as_bytes()));
        assert_eq!(sender.property("Socket-Type"), Some(&b"DEALER"[..]));
    }
}
