//! The golden vectors of PLAIN: valid ones decode and encode back, all others end the connection.

use super::super::session::{Session, hex};
use zeroproof_reference::wire::command::Body;
use zeroproof_reference::wire::frame::{Header, Kind};
use zeroproof_reference::wire::metadata::{self, Property};
use zeroproof_reference::wire::plain::{Command, Hello, encode_hello};
use zeroproof_reference::wire::zap;
use zeroproof_reference::{
    Config, Event, Input, Instant, Output, Password, Reason, Role, Security, SocketType,
};
use zeroproof_vectors::{Decoded, Vector, Verdict};

fn vectors(group: &str) -> impl Iterator<Item = &'static Vector> {
    zeroproof_vectors::golden().unwrap().group(group)
}

/// The body of the one command frame of a vector.
fn body(vector: &Vector) -> Body<'_> {
    let (header, body) = Header::decode(vector.as_octets()).unwrap().unwrap();
    assert_eq!(header, Header { kind: Kind::Command, size: body.len().try_into().unwrap() });
    Body::decode(body).unwrap()
}

#[test]
fn valid_plain_commands_decode_and_encode_back() {
    for vector in vectors("plain").filter(|vector| vector.verdict == Verdict::Valid) {
        let command = Command::decode(body(vector), 16).unwrap();
        let mut octets = Vec::new();
        match (vector.decoded.as_ref().unwrap(), &command) {
            (Decoded::Hello { username, password }, Command::Hello(hello)) => {
                let expected =
                    Hello { username: username.as_bytes(), password: password.as_bytes() };
                assert_eq!(*hello, expected, "{}", vector.id);
                encode_hello(expected, &mut octets);
            }
            (Decoded::Welcome, Command::Welcome) => {
                Body { name: "WELCOME", data: &[] }.encode(&mut octets);
            }
            (Decoded::Initiate(listed), Command::Initiate(properties)) => {
                let expected: Vec<Property<'_>> = listed
                    .iter()
                    .map(|each| Property { name: &each.name, value: &each.value })
                    .collect();
                assert_eq!(*properties, expected, "{}", vector.id);
                let mut data = Vec::new();
                metadata::encode(&expected, &mut data);
                Body { name: "INITIATE", data: &data }.encode(&mut octets);
            }
            other => panic!("{}: {other:?}", vector.id),
        }
        assert_eq!(octets, vector.as_octets(), "{}", vector.id);
    }
}

/// A PLAIN connection where this command is due.
fn before(name: &[u8]) -> Session {
    let is_for_client = name == b"WELCOME";
    let role = if is_for_client { Role::Connecter } else { Role::Binder };
    let mut config = Config::new(role, SocketType::Router);
    config.zap.handler = true;
    config.security = if is_for_client {
        Security::PlainClient { username: b"a".to_vec(), password: Password::default() }
    } else {
        Security::PlainServer
    };
    let mut session = Session::new(config);
    session.feed(&hex("ff 00*8 7f 0301 504c41494e 00*47"));
    if name == b"INITIATE" {
        session.feed(&hex("04 08 05 48454c4c4f 00 00"));
        let reply = zap::Reply::new(zap::Status::Success);
        session.connection.handle_input(Instant::ZERO, Input::Verdict(Ok(reply)));
        session.drain();
    }
    session
}

#[test]
fn a_connection_takes_the_valid_plain_vectors_and_refuses_all_others() {
    for vector in vectors("plain") {
        let octets = vector.as_octets();
        let known = [b"WELCOME".as_slice(), b"INITIATE"];
        let name = known.into_iter().find(|name| octets.windows(name.len()).any(|at| at == *name));
        let outputs = before(name.unwrap_or(b"HELLO")).feed(octets);
        let refused =
            outputs.iter().any(|output| matches!(output, Output::Close(Reason::Violation(_))));
        assert_eq!(refused, vector.verdict == Verdict::Invalid, "{}: {outputs:?}", vector.id);
        let asked =
            outputs.iter().any(|output| matches!(output, Output::Event(Event::Authenticate(_))));
        let is_good_hello = matches!(vector.decoded, Some(Decoded::Hello { .. }));
        assert_eq!(asked, is_good_hello, "{}: {outputs:?}", vector.id);
    }
}
