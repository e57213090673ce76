//! Who comes in: mechanisms, and the ZAP handler's answers.

use super::link::{Pair, binder, connecter, old, said};
use core::time::Duration;
use zeroproof_reference::violation::CurvePart;
use zeroproof_reference::wire::zap::{Credentials, Malformed, Reply, Request, Status};
use zeroproof_reference::{
    Config, Entropy, Event, Input, Instant, KeyPair, Message, Password, Reason, SecretKey,
    Security, SocketType, Violation,
};

fn user() -> Security {
    Security::PlainClient { username: b"admin".to_vec(), password: Password(b"secret".to_vec()) }
}

fn curve_server() -> Security {
    Security::CurveServer { keys: KeyPair::new(SecretKey([3; 32])) }
}

fn curve_client() -> Security {
    let server = KeyPair::new(SecretKey([3; 32])).public();
    Security::CurveClient { keys: KeyPair::new(SecretKey([4; 32])), server }
}

fn secured(mut config: Config, security: Security) -> Config {
    config.entropy = Entropy::new(&[if security.is_server() { 5 } else { 6 }; Entropy::LEN]);
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
        (secured(server(), curve_server()), secured(client(), curve_client())),
        (secured(old(server()), curve_server()), secured(client(), curve_client())),
    ]
}

/// The one question that has been asked.
fn question(pair: &Pair) -> Request {
    match pair.binder.events.as_slice() {
        [Event::Authenticate(request)] => (**request).clone(),
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
    let key = KeyPair::new(SecretKey([4; 32])).public().0;
    let known: [(Credentials, &[u8]); 7] = [
        (Credentials::Null, b"BOB"),
        (Credentials::Null, b""),
        (credentials(), b""),
        (credentials(), b""),
        (credentials(), b""),
        (Credentials::Curve(key), b"BOB"),
        (Credentials::Curve(key), b"BOB"),
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
        // handler, domain, enforced, NULL, PLAIN, CURVE
        (false, "", false, In, Out, In),
        (false, "", true, In, Out, In),
        (false, "d", false, In, Out, In),
        (false, "d", true, Out, Out, Out),
        (true, "", false, In, Asked, Asked),
        (true, "", true, In, Asked, In),
        (true, "d", false, Asked, Asked, Asked),
        (true, "d", true, Asked, Asked, Asked),
    ];
    for (handler, domain, enforce_domain, null, plain, curve) in rows {
        let expected = [
            (Security::Null, Security::Null, null),
            (Security::PlainServer, user(), plain),
            (curve_server(), curve_client(), curve),
        ];
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
fn a_wrong_socket_type_is_told_by_the_server() {
    for (server, client) in [(Security::PlainServer, user()), (curve_server(), curve_client())] {
        let binder = secured(binder(SocketType::Rep), server);
        let binder = Config { zap: guarded(binder.clone(), "").zap, ..binder };
        let mut pair = Pair::new(binder, secured(connecter(SocketType::Rep), client));
        pair.binder_does(Input::Verdict(Ok(success())));
        assert!(matches!(pair.binder.closed, Some((_, Reason::Violation(_)))));
        let told = Reason::RefusedByPeer(b"Invalid-socket-type".to_vec());
        assert_eq!(pair.connecter.closed, Some((Instant::ZERO, told)));
    }
}

#[test]
fn a_sealed_link_carries_all_that_an_open_one_does() {
    let sizes = [0, 1, 222, 223, 255, 256, 65_536];
    for (server, client) in [(1, 1), (0, 1), (1, 0)] {
        let versioned = |mut config: Config, minor| {
            config.minor = minor;
            config
        };
        let xpub = secured(versioned(binder(SocketType::Xpub), server), curve_server());
        let sub = secured(versioned(connecter(SocketType::Sub), client), curve_client());
        let mut pair = Pair::new(xpub, sub);
        pair.connecter_does(Input::Subscribe(b"A".to_vec()));
        pair.connecter_does(Input::Subscribe(vec![b'B'; 300]));
        pair.connecter_does(Input::Cancel(b"A".to_vec()));
        let wishes = [
            Event::Subscribe(b"A".to_vec()),
            Event::Subscribe(vec![b'B'; 300]),
            Event::Cancel(b"A".to_vec()),
        ];
        assert_eq!(pair.binder.heard(), wishes);
        for size in sizes {
            pair.binder_does(Input::Message(Message::from(vec![b'A'; size])));
        }
        let expected = sizes.map(|size| said(vec![b'A'; size]));
        assert_eq!(pair.connecter.heard(), expected);
        let said = pair.binder.sent.concat();
        assert!(!said.windows(9).any(|at| at == b"AAAAAAAAA"), "something was in clear text");
    }
}

#[test]
fn a_sealed_link_beats_like_an_open_one() {
    let mut config = secured(connecter(SocketType::Dealer), curve_client());
    config.heartbeat.interval = Some(Duration::from_secs(1));
    config.heartbeat.timeout = Duration::from_secs(1);
    let mut pair = Pair::new(secured(binder(SocketType::Router), curve_server()), config);
    let before = pair.connecter.sent.len();
    pair.pass(Duration::from_secs(10));
    assert_eq!((pair.connecter.closed.as_ref(), pair.connecter.sent.len() - before), (None, 10));
    pair.is_cut = true;
    pair.pass(Duration::from_secs(10));
    assert!(matches!(pair.connecter.closed, Some((_, Reason::HeartbeatTimeout))));
}

#[test]
fn two_clients_and_two_servers_never_get_anywhere() {
    for (one, other) in [
        (user(), user()),
        (curve_client(), curve_client()),
        (Security::PlainServer, Security::PlainServer),
        (curve_server(), curve_server()),
    ] {
        let violation =
            if one.is_server() { Violation::BothServers } else { Violation::BothClients };
        let binder = secured(binder(SocketType::Router), one);
        let pair = Pair::new(binder, secured(connecter(SocketType::Dealer), other));
        let reasons = [pair.binder.closed, pair.connecter.closed];
        assert!(reasons.contains(&Some((Instant::ZERO, violation.into()))), "{reasons:?}");
    }
}

#[test]
fn a_client_that_wants_another_server_gets_nowhere() {
    let stranger = KeyPair::new(SecretKey([7; 32])).public();
    let client = Security::CurveClient { keys: KeyPair::new(SecretKey([4; 32])), server: stranger };
    let binder = secured(binder(SocketType::Router), curve_server());
    let pair = Pair::new(binder, secured(connecter(SocketType::Dealer), client));
    let violation = Violation::BoxForged(CurvePart::Hello);
    assert_eq!(pair.binder.closed, Some((Instant::ZERO, violation.into())));
}

#[test]
fn a_curve_server_forgets_its_cookie_after_a_minute_at_most() {
    for (security, ends) in [(curve_server(), 60), (curve_client(), 100)] {
        let mut config = secured(binder(SocketType::Router), security);
        config.limits.handshake_timeout = Duration::from_secs(100);
        let mut pair = Pair::apart(config, connecter(SocketType::Dealer));
        pair.is_cut = true;
        pair.settle();
        pair.pass(Duration::from_secs(100));
        let (when, reason) = pair.binder.closed.unwrap();
        assert_eq!((when.as_nanos(), reason), (ends * 1_000_000_000, Reason::HandshakeTimeout));
    }
}
