//! CURVE with fixed random octets: what is said is that of the golden vectors, octet for octet.

use super::super::session::Session;
use super::keys::{after, client, closed, config, golden, greeting, octets, sent, server};
use bytes::BytesMut;
use zeroproof_reference::mechanism::curve::Cipher;
use zeroproof_reference::mechanism::curve::secret_box::BoxKey;
use zeroproof_reference::wire::frame::Kind;
use zeroproof_reference::{Event, Misconfigured, Output, PublicKey, Reason, SecretKey, Violation};
use zeroproof_vectors::Verdict;

/// The ciphers of both sides, as they are when the handshake is over.
fn ciphers() -> (Cipher, Cipher) {
    let public = golden("server_transient_public");
    let key = BoxKey::between(&golden("client_transient_secret"), &public).unwrap();
    (Cipher::of_client(&key, 3, 1), Cipher::of_server(&key, 2, 2))
}

#[test]
fn a_handshake_says_what_the_vectors_say() {
    let mut server_side = Session::new(config(server()));
    let mut client_side = Session::new(config(client()));
    server_side.feed(&greeting());
    let hello = sent(&client_side.feed(&greeting()));
    assert!(hello.ends_with(&octets("C01")), "{hello:02x?}");
    assert_eq!(sent(&server_side.feed(&octets("C01"))), octets("C02"));
    assert_eq!(sent(&client_side.feed(&octets("C02"))), octets("C03"));
    let outputs = server_side.feed(&octets("C03"));
    assert_eq!(sent(&outputs), octets("C04"));
    for outputs in [outputs, client_side.feed(&octets("C04"))] {
        assert!(outputs.iter().any(|output| matches!(output, Output::Event(Event::Ready(_)))));
    }
}

#[test]
fn messages_are_sealed_as_the_vectors_are() {
    let (mut client, mut server) = ciphers();
    let mut octets_sent = Vec::new();
    client.seal(Kind::Last, b"hi", &mut octets_sent);
    client.seal(Kind::Command, b"\x09SUBSCRIBEA", &mut octets_sent);
    assert_eq!(octets_sent, [octets("C05"), octets("C08")].concat());
    octets_sent.clear();
    server.seal(Kind::More, b"hi", &mut octets_sent);
    assert_eq!(octets_sent, octets("C07"));
}

#[test]
fn frames_of_every_kind_and_size_are_opened_as_they_were_sealed() {
    let (mut client, mut server) = ciphers();
    for size in [0, 1, 31, 32, 33, 221, 222, 223, 254, 255, 256, 65_536] {
        for kind in [Kind::Last, Kind::More, Kind::Command] {
            let payload: Vec<u8> = (0..=u8::MAX).cycle().take(size).collect();
            let mut sealed = Vec::new();
            client.seal(kind, &payload, &mut sealed);
            let header = if payload.len() + 33 < 256 { 2 } else { 9 };
            let mut opened = BytesMut::from(&b"before"[..]);
            server.open(&sealed[header..], &mut opened).unwrap();
            let mut plain = b"before".to_vec();
            zeroproof_reference::wire::frame::encode(kind, &payload, &mut plain);
            assert_eq!(opened, plain, "{size}");
        }
    }
}

#[test]
fn no_counter_is_used_twice_not_even_the_last_one() {
    let public = golden("server_transient_public");
    let key = BoxKey::between(&golden("client_transient_secret"), &public).unwrap();
    let mut last = Cipher::of_client(&key, u64::MAX - 1, 1);
    let mut octets = Vec::new();
    last.seal(Kind::Last, b"a", &mut octets);
    let said = octets.len();
    last.seal(Kind::Last, b"b", &mut octets);
    assert_eq!((said > 0, octets.len()), (true, said));
}

/// A connection at which this vector is due.
fn before(name: &str) -> Session {
    let name = name.strip_prefix("CURVE ").unwrap_or(name);
    match name.split(' ').next() {
        Some("HELLO") => after(server(), &[]),
        Some("WELCOME") => after(client(), &[]),
        Some("INITIATE") => after(server(), &["C01"]),
        Some("READY") => after(client(), &["C02"]),
        _ if name.contains("MESSAGE server") => after(client(), &["C02", "C04"]),
        _ => after(server(), &["C01", "C03"]),
    }
}

#[test]
fn a_connection_takes_the_vectors_that_are_not_invalid_and_refuses_the_others() {
    let mut lines = Vec::new();
    for vector in zeroproof_vectors::golden().unwrap().group("curve") {
        let outputs = before(&vector.name).feed(vector.as_octets());
        let closed = closed(&outputs);
        let refused = matches!(closed, Some(Reason::Violation(_)));
        assert_eq!(refused, vector.verdict == Verdict::Invalid, "{}: {closed:?}", vector.id);
        let outcome = closed.map_or("taken".to_owned(), |reason| reason.to_string());
        lines.push(format!("{} {}: {outcome}", vector.id, vector.name));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn keys_are_read_and_written_as_text() {
    let text = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
    let public = PublicKey::from_z85(text).unwrap();
    assert_eq!(public, PublicKey(golden("client_public")));
    assert_eq!(public.to_z85(), text);
    let secret = SecretKey::from_z85("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs").unwrap();
    assert_eq!(secret.0, golden("client_secret"));
    assert_eq!(SecretKey::from_z85(&secret.to_z85()), Some(secret));
    for wrong in ["", &text[1..], "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hI~"] {
        assert_eq!(PublicKey::from_z85(wrong), None);
        assert_eq!(SecretKey::from_z85(wrong), None);
    }
}

#[test]
fn curve_without_random_octets_or_with_a_key_that_is_none_is_not_begun() {
    for security in [client(), server()] {
        let mut config = config(security);
        config.entropy = Default::default();
        assert_eq!(config.check(), Err(Misconfigured::Entropy));
    }
    let mut config = config(client());
    if let zeroproof_reference::Security::CurveClient { server, .. } = &mut config.security {
        *server = PublicKey([0; 32]);
    }
    let outputs = Session::new(config).feed(&greeting());
    assert_eq!(closed(&outputs), Some(Violation::WeakKey.into()));
}

#[test]
fn secrets_are_never_shown() {
    for security in [client(), server()] {
        let mut session = after(security, &[]);
        session.feed(&octets("C01"));
        let shown = format!("{:?}", session.connection);
        for secret in ["client_secret", "server_secret", "client_transient_secret", "cookie_key"] {
            let octets = format!("{:?}", golden::<32>(secret));
            assert!(!shown.contains(&octets), "{secret}: {shown}");
        }
    }
}
