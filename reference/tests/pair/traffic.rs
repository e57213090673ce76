//! What two ends tell each other: metadata, messages, subscriptions, groups.

use super::link::{Pair, binder, connecter, old, said};
use zeroproof_reference::{
    Config, Event, Input, Instant, Message, Misconfigured, Reason, SocketType, Violation,
};

fn every_pairing(ours: SocketType, theirs: SocketType) -> [Pair; 4] {
    [
        Pair::new(binder(ours), connecter(theirs)),
        Pair::new(old(binder(ours)), connecter(theirs)),
        Pair::new(binder(ours), old(connecter(theirs))),
        Pair::new(old(binder(ours)), old(connecter(theirs))),
    ]
}

#[test]
fn every_version_shakes_hands_with_every_version() {
    for mut pair in every_pairing(SocketType::Router, SocketType::Dealer) {
        assert_eq!(pair.binder.peer().socket_type, Some(SocketType::Dealer));
        assert_eq!(pair.connecter.peer().socket_type, Some(SocketType::Router));
        pair.connecter_does(Input::Message(Message::from("there")));
        pair.binder_does(Input::Message(Message::from("back")));
        assert_eq!(pair.binder.heard(), [said("there")]);
        assert_eq!(pair.connecter.heard(), [said("back")]);
    }
}

#[test]
fn compatible_types_meet_and_all_others_are_told_no() {
    for ours in SocketType::ALL {
        for theirs in SocketType::ALL {
            let pair = Pair::new(binder(ours), connecter(theirs));
            if ours.accepts(theirs) {
                assert_eq!(pair.binder.peer().socket_type, Some(theirs));
                assert_eq!(pair.connecter.peer().socket_type, Some(ours));
                continue;
            }
            let violation = Violation::IncompatibleSocketType { ours, theirs };
            let refused = Reason::RefusedByPeer(b"Invalid-socket-type".to_vec());
            assert_eq!(pair.binder.closed, Some((Instant::ZERO, violation.into())));
            assert_eq!(pair.connecter.closed, Some((Instant::ZERO, refused)));
        }
    }
}

#[test]
fn messages_of_every_shape_arrive_whole_and_in_order() {
    let sizes = [0, 1, 254, 255, 256, 65_535, 65_536];
    let mut messages: Vec<Message> =
        sizes.into_iter().map(|size| Message::from(vec![0x61; size])).collect();
    messages.push(Message::new(sizes.into_iter().map(|size| vec![0x62; size])));
    messages.push(Message::new(vec![Vec::new(), Vec::new()]));
    let mut pair = Pair::new(binder(SocketType::Pair), connecter(SocketType::Pair));
    for message in &messages {
        pair.connecter_does(Input::Message(message.clone()));
    }
    let expected: Vec<Event> = messages.into_iter().map(said).collect();
    assert_eq!(pair.binder.heard(), expected);
}

#[test]
fn what_is_said_too_early_waits_for_the_handshake() {
    let mut config = connecter(SocketType::Sub);
    config.identity = b"ignored".to_vec();
    let mut pair = Pair::apart(binder(SocketType::Xpub), config);
    pair.connecter.queue(Input::Subscribe(b"A".to_vec()));
    pair.connecter.queue(Input::Subscribe(b"B".to_vec()));
    pair.settle();
    let heard = [Event::Subscribe(b"A".to_vec()), Event::Subscribe(b"B".to_vec())];
    assert_eq!(pair.binder.heard(), heard);
    assert_eq!(pair.binder.peer().identity, b"", "a SUB has no identity");
}

#[test]
fn identities_and_properties_reach_the_other_side() {
    let mut config = connecter(SocketType::Dealer);
    config.identity = vec![0xFF; 255];
    config.properties = vec![("Resource".to_owned(), b"a/b".to_vec()), ("X-a".to_owned(), vec![])];
    let pair = Pair::new(binder(SocketType::Router), config.clone());
    let peer = pair.binder.peer();
    assert_eq!((peer.version, &peer.identity), ((3, 1), &config.identity));
    let names: Vec<&str> = peer.metadata.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Socket-Type", "Identity", "Resource", "X-a"]);
    assert_eq!(peer.metadata[2].1, b"a/b");
    let names: Vec<&str> =
        pair.connecter.peer().metadata.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Socket-Type"], "an answering ROUTER shows nothing else");
}

#[test]
fn an_identity_that_has_no_meaning_is_ignored() {
    let mut pair = Pair::apart(binder(SocketType::Pull), connecter(SocketType::Push));
    let greeting = [b"\xff\0\0\0\0\0\0\0\0\x7f\x03\x01NULL".as_slice(), &[0; 48]].concat();
    let ready = b"\x04\x2a\x05READY\x0bSocket-Type\0\0\0\x04PUSH\x08Identity\0\0\0\x03BOB";
    pair.binder.queue(Input::Octets(&[greeting.as_slice(), ready].concat()));
    pair.is_cut = true;
    pair.settle();
    let peer = pair.binder.peer();
    assert_eq!((peer.socket_type, peer.identity.as_slice()), (Some(SocketType::Push), &[][..]));
    assert_eq!(peer.metadata[1], ("Identity".to_owned(), b"BOB".to_vec()));
}

#[test]
fn our_own_opening_is_the_one_of_the_golden_vectors() {
    let golden = |id| zeroproof_vectors::golden().unwrap().find(id).unwrap().octets();
    let mut dealer = connecter(SocketType::Dealer);
    let pair = Pair::new(binder(SocketType::Router), dealer.clone());
    assert_eq!(pair.connecter.sent[..3].concat(), golden("G08"), "a 3.1 greeting in three steps");
    assert_eq!(pair.connecter.sent[3..], [golden("R01")], "a DEALER shows its empty identity");
    assert_eq!(pair.binder.sent[3..], [golden("R02")], "an answering ROUTER shows none");
    dealer.identity = b"ABCDE".to_vec();
    let pair = Pair::new(binder(SocketType::Router), dealer);
    assert_eq!(pair.connecter.sent[0], golden("G11"), "identity length plus one");
}

#[test]
fn subscriptions_travel_as_the_older_end_understands_them() {
    let topic = |length| vec![b'T'; length];
    for (index, mut pair) in every_pairing(SocketType::Pub, SocketType::Sub).into_iter().enumerate()
    {
        let mut expected = Vec::new();
        for length in [0, 1, 244, 245, 246, 247, 254, 255, 256] {
            pair.connecter_does(Input::Subscribe(topic(length)));
            pair.connecter_does(Input::Cancel(topic(length)));
            expected.extend([Event::Subscribe(topic(length)), Event::Cancel(topic(length))]);
        }
        assert_eq!(pair.binder.heard(), expected);
        let as_commands = pair.connecter.count_sent(b"\x04\x0b\x09SUBSCRIBET");
        let as_messages = pair.connecter.count_sent(b"\0\x02\x01T");
        let expected = if index == 0 { (1, 0) } else { (0, 1) };
        assert_eq!((as_commands, as_messages), expected);
    }
}

#[test]
fn groups_are_told_to_a_31_radio_only() {
    for (index, mut pair) in
        every_pairing(SocketType::Radio, SocketType::Dish).into_iter().enumerate()
    {
        pair.connecter_does(Input::Join(b"TV".to_vec()));
        pair.connecter_does(Input::Leave(b"TV".to_vec()));
        let radio = Message::new(vec![b"TV".to_vec(), b"hi".to_vec()]);
        pair.binder_does(Input::Message(radio.clone()));
        assert_eq!(pair.connecter.heard(), [said(radio)]);
        let told = [Event::Join(b"TV".to_vec()), Event::Leave(b"TV".to_vec())];
        assert_eq!(pair.binder.heard(), if index == 0 { told.as_slice() } else { &[] });
    }
}

#[test]
fn an_unusable_configuration_closes_before_an_octet_is_sent() {
    let with = |change: fn(&mut Config)| {
        let mut config = connecter(SocketType::Dealer);
        change(&mut config);
        config
    };
    let rows = [
        (with(|c| c.identity = vec![1; 256]), Misconfigured::IdentityTooLong),
        (with(|c| c.identity = vec![0, 1]), Misconfigured::IdentityLeadingZero),
        (with(|c| c.properties = vec![(String::new(), vec![])]), Misconfigured::PropertyName),
        (with(|c| c.properties = vec![("a b".to_owned(), vec![])]), Misconfigured::PropertyName),
        (with(|c| c.minor = 2), Misconfigured::Minor(2)),
    ];
    for (config, misconfigured) in rows {
        let pair = Pair::new(binder(SocketType::Router), config);
        let reason = Reason::Misconfigured(misconfigured);
        assert_eq!(pair.connecter.closed, Some((Instant::ZERO, reason)));
        assert!(pair.connecter.sent.is_empty());
    }
}

#[test]
fn the_end_of_the_transport_delivers_no_half_message() {
    let mut pair = Pair::new(binder(SocketType::Pull), connecter(SocketType::Push));
    pair.binder_does(Input::Octets(b"\x01\x01a"));
    pair.binder_does(Input::PeerClosed);
    assert_eq!(pair.binder.heard(), []);
    assert_eq!(pair.binder.closed, Some((Instant::ZERO, Reason::PeerClosed)));
}
