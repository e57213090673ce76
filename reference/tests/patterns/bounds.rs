//! Queues count what they hold, and forget it when it is received (28-DEALER-006).

use zeroproof_reference::socket::peers::{Bound, Peers, Signal};
use zeroproof_reference::wire::batch::{Batch, Chunk};
use zeroproof_reference::{Message, Parts};

#[test]
fn octets_of_large_and_small_bodies_make_room_again_when_they_are_received() {
    let mut peers = Peers::default();
    let peer = peers.insert(Bound::default(), Bound { messages: 0, octets: 200_000 });
    // The first lies beside its buffer, the others in it.
    let mut batch = Batch::default();
    for size in [100_000, 60_000, 50_000] {
        let body = bytes::Bytes::from(vec![7; size]);
        Message::from(body).with_parts(|parts| batch.push(&[], parts));
    }
    for _ in 0..100 {
        assert!(peers.accepts(peer), "nothing is queued");
        peers.deliver(peer, Chunk::from(batch.clone()));
        assert!(!peers.accepts(peer), "210,000 octets are queued");
        let sizes = [100_000, 60_000, 50_000];
        let received = sizes.map(|_| peers.recv(peer).unwrap().first().len());
        assert_eq!(received, sizes);
        assert_eq!(peers.poll_signal(), Some(Signal::Room(peer)));
    }
}
