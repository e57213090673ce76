//! The sender of a message is the peer of the link that it came by.

use std::sync::Arc;
use zeroproof_reference::Message;
use zeroproof_reference::PeerInfo;
use zeroproof_reference::socket::Peers;
use zeroproof_reference::socket::peers::{Bound, PeerId};
use zeroproof_reference::wire::batch::{Batch, Chunk};

fn come_as(peers: &mut Peers, id: PeerId, user: &str, messages: usize) {
    peers.set_info(id, Arc::new(PeerInfo { user_id: user.to_owned(), ..PeerInfo::default() }));
    for _ in 0..messages {
        peers.deliver(id, Chunk::from(Batch::from(&Message::from(user))));
    }
}

fn recv(peers: &mut Peers, id: PeerId) -> (String, String) {
    let message = peers.recv(id).expect("a message");
    let sender = peers.sender().expect("a sender");
    (String::from_utf8_lossy(message.first()).into_owned(), sender.user_id.clone())
}

#[test]
fn a_peer_that_comes_back_as_somebody_else_did_not_send_what_came_before() {
    let mut peers = Peers::default();
    let id = peers.insert(Bound::default(), Bound::default());
    for (user, messages) in [("anna", 2), ("berta", 0), ("carla", 1), ("dora", 2)] {
        come_as(&mut peers, id, user, messages);
    }
    for user in ["anna", "anna", "carla", "dora", "dora"] {
        assert_eq!(recv(&mut peers, id), (user.to_owned(), user.to_owned()));
    }
    come_as(&mut peers, id, "emma", 1);
    let last = peers.sender().map(|sender| sender.user_id.as_str());
    assert_eq!(last, Some("dora"), "until the next one is received");
    assert_eq!(recv(&mut peers, id).1, "emma");
    come_as(&mut peers, id, "frida", 1);
    peers.clear_incoming(id);
    come_as(&mut peers, id, "greta", 1);
    assert_eq!(recv(&mut peers, id).1, "greta");
}

#[test]
fn one_that_has_gone_is_known_until_its_last_message_has_been_received() {
    let mut peers = Peers::default();
    let id = peers.insert(Bound::default(), Bound::default());
    come_as(&mut peers, id, "anna", 2);
    peers.end(id);
    assert_eq!(recv(&mut peers, id).1, "anna");
    assert_eq!(recv(&mut peers, id).1, "anna");
    assert!(!peers.is_open(id));
    let other = peers.insert(Bound::default(), Bound::default());
    assert_eq!(other.slot(), id.slot());
    let last = peers.sender().map(|sender| sender.user_id.as_str());
    assert_eq!(last, Some("anna"), "whoever takes its slot");
}
