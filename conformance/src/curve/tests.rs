//! The boxes and commands against the golden vectors, which were made by other hands.

use super::*;
use crate::entropy::Entropy;
use crate::octets::{Frame, take_frame};

fn key<const N: usize>(name: &str) -> [u8; N] {
    zeroproof_vectors::golden().unwrap().key(name).unwrap().try_into().unwrap()
}

fn octets_of(id: &str) -> Vec<u8> {
    zeroproof_vectors::golden().unwrap().find(id).unwrap().octets()
}

fn frame_of(id: &str) -> Frame {
    take_frame(&octets_of(id)).unwrap().unwrap().0
}

fn client() -> Client {
    let transient = Keys::new(key("client_transient_secret"));
    Client { keys: client_keys(), transient, server: key("server_public") }
}

fn server_transient() -> Keys {
    Keys::new(key("server_transient_secret"))
}

#[test]
fn the_permanent_keys_are_those_of_the_vectors() {
    assert_eq!(client_keys().public(), key("client_public"));
    assert_eq!(server_keys().public(), key("server_public"));
    assert_eq!(Keys::new(key("server_secret")).public(), server_keys().public());
}

#[test]
fn commands_are_built_as_in_the_vectors() {
    let (client, transient) = (client(), server_transient());
    assert_eq!(Hello::new(&client).build(&client), octets_of("C01"));
    let welcome = SeenWelcome::read(&frame_of("C02")).unwrap();
    let opened = welcome.open(&client.transient, &client.server, b"WELCOME-").unwrap();
    assert_eq!(opened.0, transient.public());
    let server = Server { keys: server_keys(), transient: transient.clone(), cookie: opened.1 };
    let mut entropy = Entropy::new(1);
    let mut sent = Welcome::new(&server, &client.transient.public(), &mut entropy);
    sent.nonce = key("welcome_nonce");
    assert_eq!(sent.build(&server), octets_of("C02"));
    let mut sent = Initiate::new(&client, &opened.0, &opened.1, &mut entropy);
    sent.vouch_nonce = key("vouch_nonce");
    let properties: [(&str, &[u8]); 2] = [("Socket-Type", b"DEALER"), ("Identity", b"")];
    sent.metadata = crate::octets::metadata(&properties);
    assert_eq!(sent.build(&client, &opened.0), octets_of("C03"));
    let ready = Ready::new(&crate::octets::metadata(&[("Socket-Type", b"ROUTER")]));
    assert_eq!(ready.build(&transient, &client.transient.public()), octets_of("C04"));
    let mut tunnel = Tunnel::of_client(&client.transient, &transient.public(), 2, 1);
    assert_eq!(tunnel.frame(0, b"hi"), octets_of("C05"));
    assert_eq!(tunnel.frame(COMMAND_FLAG, b"\x09SUBSCRIBEA"), octets_of("C08"));
}

#[test]
fn commands_are_read_as_in_the_vectors_and_open_under_no_other_prefix() {
    let (client, transient) = (client(), server_transient());
    let hello = SeenHello::read(&frame_of("C01")).unwrap();
    assert_eq!(hello.open(&server_keys(), b"CurveZMQHELLO---").unwrap(), [0; 64]);
    assert_eq!(hello.open(&server_keys(), b"CurveZMQREADY---"), None);
    assert_eq!(SeenHello::read(&frame_of("C09")), None);
    assert_eq!(SeenHello::read(&frame_of("C10")), None);
    let initiate = SeenInitiate::read(&frame_of("C03")).unwrap();
    let theirs = client.transient.public();
    assert_eq!(initiate.open(&transient, &theirs, b"CurveZMQHELLO---"), None);
    let inside = initiate.open(&transient, &theirs, b"CurveZMQINITIATE").unwrap();
    assert_eq!(inside.client, client_keys().public());
    let vouched = inside.open_vouch(&transient, b"VOUCH---").unwrap();
    assert_eq!(vouched, [theirs, client.server].concat());
    assert_eq!(inside.open_vouch(&server_keys(), b"VOUCH---"), None);
    let ready = SeenReady::read(&frame_of("C04")).unwrap();
    assert!(ready.open(&client.transient, &transient.public(), b"CurveZMQREADY---").is_some());
    let mut tunnel = Tunnel::of_client(&client.transient, &transient.public(), 2, 1);
    let plain = Plain { flags: MORE_FLAG, payload: b"hi".to_vec() };
    assert_eq!(tunnel.open(&frame_of("C07")), Ok(plain));
    assert_eq!(tunnel.open(&frame_of("C07")).unwrap_err().0, "nonce-not-rising");
}
