//! Every state of every mechanism against every command: the snapshot is our reading of the RFCs.

use zeroproof_reference::SocketType;
use zeroproof_reference::mechanism::{Mechanism, Next, Null, Ours, Refusal, plain};
use zeroproof_reference::wire::command::Body;
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
