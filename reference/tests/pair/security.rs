//! Who comes in: mechanisms, and the ZAP handler's answers.

use super::link::{Pair, binder, connecter, old, said};
use core::time::Duration;
use zeroproof_reference::wire::zap::{Credentials, Malformed, Reply, Request, Status};
use zeroproof_reference::{
    Config, Event, Input, Instant, Message, Password, Reason, Security, SocketType,
};

fn user() -> Security {
    Security::PlainClient { username: b"admin".to_vec(), password: Password(b"secret".to_vec()) }
}

fn secured(mut config: Config, security: Security) -> Config {
    config.security = security;
    config
}

/// Asked about its peers, under this domain.
fn guarded(mut config: Config, domain: &str) -> Config {
    config.zap.handler = true;
    config.zap.domain = domain.as_bytes().to_vec();
    config.zap.address = "127.0.0.1".to_owned();
    config
}

/// A server and a client of each mechanism, the server asking a handler.
fn every_mechanism() -> Vec<(Config, Config)> {
    let server = || guarded(binder(SocketType::Router), "test");
    let client = || {
        let mut config = connecter(SocketType::Dealer);
        config.identity = b"BOB".to_vec();
        config
    };
    vec![
        (server(), client()),
        (old(server()), client()),
        (secured(server(), Security::PlainServer), secured(client(), user())),
        (secured(old(server()), Security::PlainServer), secured(client(), user())),
        (secured(server(), Security::PlainServer), secured(old(client()), user())),
    ]
}

/// The one question that has been asked.
fn question(pair: &Pair) -> Request {
    match pair.binder.events.as_slice() {
        [Event::Authenticate(request)] => request.clone(),
        other => panic!("{other:?}, {:?}", pair.binder.closed),
    }
}

fn success() -> Reply {
    let mut reply = Reply::new(Status::Success);
    reply.user_id = "joe".to_owned();
    reply.metadata = vec![("X-Rank".to_owned(), b"admiral".to_vec())];
    reply
}

fn answered(binder: Config, connecter: Config, reply: Reply) -> Pair {
    let mut pair = Pair::new(binder, connecter);
    question(&pair);
    pair.binder_does(Input::Verdict(Ok(reply)));
    pair
}

#[test]
fn who_is_let_in_is_known_by_name_and_exchanges_messages() {
    for (binder, connecter) in every_mechanism() {
        let mut pair = answered(binder, connecter, success());
        let peer = pair.binder.peer();
        assert_eq!((peer.user_id.as_str(), peer.identity.as_slice()), ("joe", b"BOB".as_slice()));
        assert_eq!(peer.zap_metadata, success().metadata);
        let told = pair.connecter.peer().metadata.last().cloned();
        assert_eq!(told, Some(("X-Rank".to_owned(), b"admiral".to_vec())));
        assert_eq!(pair.connecter.peer().user_id, "");
        pair.connecter_does(Input::Message(Message::from("there")));
        pair.binder_does(Input::Message(Message::from("back")));
        assert_eq!(pair.binder.heard(), [said("there")]);
        assert_eq!(pair.connecter.heard(), [said("back")]);
    }
}

#[test]
fn the_question_says_what_is_known_by_then() {
    let known: [(Credentials, &[u8]); 5] = [
        (Credentials::Null, b"BOB"),
        (Credentials::Null, b""),
        (credentials(), b""),
        (credentials(), b""),
        (credentials(), b""),
    ];
    for ((binder, connecter), (credentials, identity)) in every_mechanism().into_iter().zip(known) {
        let request = question(&Pair::new(binder, connecter));
        assert_eq!(
            (request.domain.as_slice(), request.address.as_str()),
            (b"test".as_slice(), "127.0.0.1")
        );
        assert_eq!((request.credentials, request.identity.as_slice()), (credentials, identity));
    }
}

fn credentials() -> Credentials {
    Credentials::Plain { username: b"admin".to_vec(), password: Password(b"secret".to_vec()) }
}

#[test]
fn who_is_refused_is_told_unless_it_may_come_back_soon() {
    for (binder, connecter) in every_mechanism() {
        for status in [Status::TemporaryError, Status::Refused, Status::InternalError] {
            let pair = answered(binder.clone(), connecter.clone(), Reply::new(status));
            assert_eq!(pair.binder.closed, Some((Instant::ZERO, Reason::Denied(status))));
            let told = pair.connecter.closed.map(|(_, reason)| reason);
            let code = status.code().as_bytes().to_vec();
            let expected =
                (status != Status::TemporaryError).then_some(Reason::RefusedByPeer(code));
            assert_eq!(told, expected);
        }
    }
}

#[test]
fn an_answer_that_makes_no_sense_lets_nobody_in() {
    for (binder, connecter) in every_mechanism() {
        let mut pair = Pair::new(binder, connecter);
        pair.binder_does(Input::Verdict(Err(Malformed::Parts(6))));
        let reason = Reason::Handler(Malformed::Parts(6));
        assert_eq!(pair.binder.closed, Some((Instant::ZERO, reason)));
        assert_eq!(pair.connecter.closed, None);
    }
}

#[test]
fn while_the_handler_thinks_octets_wait_and_the_handshake_may_time_out() {
    for (binder, connecter) in every_mechanism() {
        let mut pair = Pair::new(binder, connecter);
        assert!(!pair.binder.wants_octets());
        pair.pass(Duration::from_secs(29));
        assert_eq!(pair.binder.closed, None);
        pair.pass(Duration::from_secs(1));
        let (when, reason) = pair.binder.closed.clone().unwrap();
        assert_eq!(when.as_nanos(), 30_000_000_000);
        assert_eq!(reason, Reason::HandshakeTimeout);
        pair.binder_does(Input::Verdict(Ok(success())));
        assert_eq!(pair.binder.events.len(), 1, "an answer that comes too late has no effect");
    }
}

#[test]
fn an_answer_without_a_question_has_no_effect() {
    let mut pair = Pair::new(binder(SocketType::Rep), connecter(SocketType::Req));
    pair.binder_does(Input::Verdict(Ok(Reply::new(Status::Refused))));
    assert_eq!((pair.binder.closed.as_ref(), pair.binder.heard()), (None, [].as_slice()));
    let mut pair = Pair::apart(binder(SocketType::Rep), connecter(SocketType::Req));
    pair.binder_does(Input::Verdict(Ok(Reply::new(Status::Refused))));
    assert_eq!(pair.binder.closed, None);
    assert!(pair.binder.wants_octets());
}

#[test]
fn what_comes_while_the_handler_thinks_is_taken_afterwards() {
    // An eager peer says everything at once: READY, then a message.
    let mut peer = Vec::new();
    peer.extend(b"\xff\0\0\0\0\0\0\0\0\x7f\x03\0NULL");
    peer.resize(64, 0);
    peer.extend(b"\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06DEALER\0\x02hi");
    for split in 0..peer.len() {
        let config = guarded(binder(SocketType::Router), "test");
        let mut pair = Pair::apart(config, connecter(SocketType::Dealer));
        pair.is_cut = true;
        pair.binder_does(Input::Octets(&peer[..split]));
        pair.binder_does(Input::Octets(&peer[split..]));
        question(&pair);
        pair.binder_does(Input::Verdict(Ok(success())));
        assert_eq!(pair.binder.peer().user_id, "joe");
        assert_eq!(pair.binder.heard(), [said("hi")], "{split}");
    }
}

#[test]
fn who_is_asked_depends_on_handler_domain_and_mechanism() {
    /// What becomes of a peer.
    #[derive(PartialEq, Eq, Debug)]
    enum Fate {
        In,
        Out,
        Asked,
    }
    use Fate::{Asked, In, Out};
    let rows = [
        // handler, domain, enforced, NULL, PLAIN
        (false, "", false, In, Out),
        (false, "", true, In, Out),
        (false, "d", false, In, Out),
        (false, "d", true, Out, Out),
        (true, "", false, In, Asked),
        (true, "", true, In, Asked),
        (true, "d", false, Asked, Asked),
        (true, "d", true, Asked, Asked),
    ];
    for (handler, domain, enforce_domain, null, plain) in rows {
        let expected =
            [(Security::Null, Security::Null, null), (Security::PlainServer, user(), plain)];
        for (server, client, fate) in expected {
            let mut config = secured(guarded(binder(SocketType::Rep), domain), server);
            (config.zap.handler, config.zap.enforce_domain) = (handler, enforce_domain);
            let pair = Pair::new(config, secured(connecter(SocketType::Req), client));
            let became = match (pair.binder.events.first(), &pair.binder.closed) {
                (Some(Event::Ready(_)), None) => In,
                (Some(Event::Authenticate(_)), None) => Asked,
                (None, Some((_, Reason::NoHandler))) => Out,
                other => panic!("{other:?}"),
            };
            assert_eq!(became, fate, "{handler} {domain} {enforce_domain}");
        }
    }
}

#[test]
fn a_wrong_socket_type_is_told_by_servers_only() {
    let (server, client) = (binder(SocketType::Rep), connecter(SocketType::Rep));
    let config = secured(guarded(server, ""), Security::PlainServer);
    let pair = answered(config, secured(client, user()), success());
    assert!(matches!(pair.binder.closed, Some((_, Reason::Violation(_)))));
    let told = Reason::RefusedByPeer(b"Invalid-socket-type".to_vec());
    assert_eq!(pair.connecter.closed, Some((Instant::ZERO, told)));
}
