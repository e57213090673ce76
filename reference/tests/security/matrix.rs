//! Every state of every mechanism against every command: the snapshot is our reading of the RFCs.

use super::keys;
use zeroproof_reference::SocketType;
use zeroproof_reference::mechanism::{Mechanism, Next, Null, Order, Ours, Refusal, curve, plain};
use zeroproof_reference::wire::command::Body;
use zeroproof_reference::wire::frame::Header;
use zeroproof_vectors::hex;

const DEALER: &str = "0b536f636b65742d54797065 00000006 4445414c4552";
const PUB: &str = "0b536f636b65742d54797065 00000003 505542";
const INVALID: &str = "0b536f636b65742d54797065";

/// Names and data of what a peer may say.
const COMMANDS: &[(&str, &str)] = &[
    ("HELLO", "01 61 01 62"),
    ("HELLO", ""),
    ("WELCOME", ""),
    ("WELCOME", "00"),
    ("INITIATE", DEALER),
    ("INITIATE", PUB),
    ("INITIATE", INVALID),
    ("READY", DEALER),
    ("READY", PUB),
    ("READY", INVALID),
    ("READY", ""),
    ("ERROR", "02 6e6f"),
    ("ERROR", ""),
    ("MESSAGE", ""),
    ("SUBSCRIBE", "41"),
    ("PING", "0000"),
    ("VENDOR", ""),
];

fn outcome(outcome: Result<Next, Refusal>) -> String {
    match outcome {
        Ok(Next::Await(mechanism)) => format!("{mechanism:?}"),
        Ok(Next::Ask(applicant, pending)) => {
            format!("ask {:?}; {pending:?}", applicant.credentials)
        }
        Ok(Next::Done(agreed)) => format!("done with {:?}", agreed.peer.socket_type),
        Err(Refusal::ByPeer(reason)) => format!("refused by peer: {}", reason.escape_ascii()),
        Err(Refusal::Silent(violation)) => format!("CLOSE: {violation}"),
        Err(Refusal::Told(violation)) => format!("ERROR, CLOSE: {violation}"),
    }
}

fn state(mechanism: &Mechanism) -> String {
    let ours = Ours { socket_type: SocketType::Router, metadata: &[], max_properties: 16 };
    let mut text = format!("{mechanism:?}\n");
    for (name, data) in COMMANDS {
        let octets = hex::decode(data).unwrap();
        let mut sent = Vec::new();
        let next = mechanism.clone().step(Body { name, data: &octets }, &ours, &mut sent);
        let said = if sent.is_empty() { String::new() } else { hex::encode(&sent) + "; " };
        text.push_str(&format!("  {name} {data}: {said}{}\n", outcome(next)));
    }
    text
}

/// The body of a golden vector.
fn body(id: &str) -> Vec<u8> {
    let octets = keys::octets(id);
    let (_, body) = Header::decode(&octets).unwrap().unwrap();
    body.to_vec()
}

/// The state that these golden vectors lead to, one by one from the start.
fn curve_state(is_server: bool, before: &[&str]) -> Mechanism {
    let config = keys::config(if is_server { keys::server() } else { keys::client() });
    let ours = Ours { socket_type: config.socket_type, metadata: &[], max_properties: 16 };
    let (security, entropy, mut sent) = (&config.security, &config.entropy, Vec::new());
    let mut next = Mechanism::start(security, entropy, Order::Eager, &mut sent).unwrap();
    for id in before {
        let Next::Await(mechanism) = next else { panic!("{next:?}") };
        next = mechanism.step(Body::decode(&body(id)).unwrap(), &ours, &mut sent).unwrap();
    }
    let Next::Await(mechanism) = next else { panic!("{next:?}") };
    mechanism
}

/// What a state is called, without its keys.
fn name(mechanism: &Mechanism) -> &'static str {
    match mechanism {
        Mechanism::CurveClient(curve::Client::AwaitWelcome(_)) => "CurveClient(AwaitWelcome)",
        Mechanism::CurveClient(curve::Client::AwaitReady(_)) => "CurveClient(AwaitReady)",
        Mechanism::CurveServer(curve::Server::AwaitHello(_)) => "CurveServer(AwaitHello)",
        Mechanism::CurveServer(curve::Server::AwaitInitiate(_)) => "CurveServer(AwaitInitiate)",
        other => panic!("{other:?}"),
    }
}

fn curve_row(mechanism: &Mechanism, id: &str, body: &[u8]) -> String {
    let body = Body::decode(body).unwrap();
    let socket_type = match mechanism {
        Mechanism::CurveServer(_) => SocketType::Router,
        _ => SocketType::Dealer,
    };
    let ours = Ours { socket_type, metadata: &[], max_properties: 16 };
    let mut sent = Vec::new();
    let outcome = match mechanism.clone().step(body, &ours, &mut sent) {
        Ok(Next::Await(mechanism)) => name(&mechanism).to_owned(),
        Ok(Next::Ask(applicant, _)) => format!("ask {}", applicant.credentials.mechanism()),
        other => outcome(other),
    };
    let said = match Header::decode(&sent).unwrap() {
        Some((_, said)) => format!("{}; ", Body::decode(said).unwrap().name),
        None => String::new(),
    };
    format!("  {id} {}: {said}{outcome}\n", body.name)
}

#[test]
fn curve() {
    let states = [
        curve_state(false, &[]),
        curve_state(false, &["C02"]),
        curve_state(true, &[]),
        curve_state(true, &["C01"]),
    ];
    let ids = ["C01", "C13", "C02", "C16", "C03", "C20", "C04", "C25", "C05"];
    let others = ["HELLO", "WELCOME", "INITIATE", "READY", "ERROR", "PING", "VENDOR"];
    let table = states.map(|state| {
        let mut text = format!("{}\n", name(&state));
        for id in ids {
            text.push_str(&curve_row(&state, id, &body(id)));
        }
        for other in others {
            let length = u8::try_from(other.len()).unwrap();
            let empty = [&[length], other.as_bytes()].concat();
            text.push_str(&curve_row(&state, "empty", &empty));
        }
        text.push_str(&curve_row(&state, "no", b"\x05ERROR\x02no"));
        text
    });
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn null_and_plain() {
    let states: [Mechanism; 6] = [
        Null::Answering.into(),
        Null::AwaitReady.into(),
        plain::Client::AwaitWelcome.into(),
        plain::Client::AwaitReady.into(),
        plain::Server::AwaitHello.into(),
        plain::Server::AwaitInitiate.into(),
    ];
    insta::assert_snapshot!(states.map(|each| state(&each)).join("\n"));
}
