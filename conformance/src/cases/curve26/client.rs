//! HELLO and INITIATE of a client, and READY toward it (26-HELLO, 26-INITIATE, 26-READY).

use std::collections::BTreeSet;

use super::CLIENT;
use super::server::illegal_name;
use crate::case::Case;
use crate::context::Context;
use crate::curve::{
    Keys, Ready, SeenHello, Server, Welcome, client_keys, flip, greeting_of, hello_of, initiate_of,
    server_keys, usual_metadata,
};
use crate::octets::{hex, metadata, properties};
use crate::probe::Link;
use crate::verdict::{Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/hello/form",
        clauses: &[
            "26-HELLO-001",
            "26-HELLO-002",
            "26-HELLO-003",
            "26-HELLO-004",
            "26-HELLO-008",
            "26-HELLO-009",
            "26-GEN-009",
            "26-GEN-010",
        ],
        promise: "HELLO has 200 octets: version 1.0, 72 zeros, C', a nonce, and a box of 64 zeros \
                  for the server that opens under its prefix.",
        effect: "no server answers",
        run: |cx| Box::pin(hello_form(cx)),
        ..CLIENT
    },
    Case {
        id: "26/hello/fresh-key",
        clauses: &["26-HELLO-005"],
        promise: "Each connection has a transient key of its own.",
        effect: "whoever learns one transient key reads all connections",
        run: |cx| Box::pin(fresh_key(cx)),
        ..CLIENT
    },
    Case {
        id: "26/initiate/form",
        clauses: &[
            "26-INITIATE-001",
            "26-INITIATE-002",
            "26-INITIATE-003",
            "26-INITIATE-004",
            "26-INITIATE-005",
            "26-INITIATE-007",
            "26-INITIATE-008",
            "26-INITIATE-010",
            "26-INITIATE-016",
            "26-HELLO-014",
        ],
        promise: "INITIATE brings the cookie back and a box for S' with C, a vouch for C' and S \
                  that S' opens and S does not, and metadata.",
        effect: "no server lets the client in",
        seen_in: &["paddor/omq.rs@9cce84d"],
        run: |cx| Box::pin(initiate_form(cx)),
        ..CLIENT
    },
    Case {
        id: "26/ready/bent",
        clauses: &["26-READY-001", "26-READY-002", "26-READY-004", "26-GEN-006"],
        promise: "A READY with one wrong field ends the connection, without ERROR.",
        effect: "who has no key gets the messages",
        run: |cx| Box::pin(ready_bent(cx)),
        ..CLIENT
    },
    Case {
        id: "26/ready/wrong-type",
        clauses: &["26-READY-005"],
        level: Level::Observe,
        promise: "A client may look at the metadata of the server.",
        effect: "messages go to a socket that cannot take them",
        run: |cx| Box::pin(wrong_type(cx)),
        ..CLIENT
    },
];

async fn hello_form(cx: &mut Context) -> Outcome {
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let frame = link.expect_command("HELLO").await?;
    let Some(seen) = SeenHello::read(&frame) else {
        return Err(link.fail("size", "200 octets", format!("{} octets", frame.body.len())));
    };
    if seen.version != [1, 0] {
        return Err(link.fail("version", "0100", hex(&seen.version)));
    }
    if seen.padding != [0; 72] {
        return Err(link.fail("padding", "72 zeros", hex(&seen.padding)));
    }
    match seen.open(&server_keys(), b"CurveZMQHELLO---") {
        Some(plain) if plain == [0; 64] => Ok(()),
        Some(plain) => Err(link.fail("signature-box", "64 zeros", hex(&plain))),
        None => Err(link.fail("box-does-not-open", "a box for S", hex(&frame.body))),
    }
}

async fn fresh_key(cx: &mut Context) -> Outcome {
    let mut seen = BTreeSet::new();
    for _ in 0..4 {
        let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
        let hello = hello_of(&mut link).await?;
        if !seen.insert(hello.transient) {
            return Err(link.fail("key-reused", "a new C'", hex(&hello.transient)));
        }
    }
    Ok(())
}

/// A connection that has its INITIATE, and what is needed to answer it.
async fn initiated(cx: &mut Context) -> Result<(Link, Server, [u8; 32]), Stop> {
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let hello = hello_of(&mut link).await?;
    let server = Server::new(&mut cx.entropy);
    let welcome = Welcome::new(&server, &hello.transient, &mut cx.entropy);
    link.write(welcome.build(&server)).await?;
    initiate_of(&mut link).await?;
    Ok((link, server, hello.transient))
}

async fn initiate_form(cx: &mut Context) -> Outcome {
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let hello = hello_of(&mut link).await?;
    let server = Server::new(&mut cx.entropy);
    let welcome = Welcome::new(&server, &hello.transient, &mut cx.entropy);
    link.write(welcome.build(&server)).await?;
    let seen = initiate_of(&mut link).await?;
    if seen.cookie != server.cookie {
        return Err(link.fail("cookie", hex(&server.cookie), hex(&seen.cookie)));
    }
    if seen.counter <= hello.counter {
        let expected = format!("a nonce above {}", hello.counter);
        return Err(link.fail("nonce-not-rising", expected, seen.counter.to_string()));
    }
    let opened = seen.open(&server.transient, &hello.transient, b"CurveZMQINITIATE");
    let Some(inside) = opened else {
        return Err(link.fail("box-does-not-open", "a box for S'", hex(&seen.sealed)));
    };
    if inside.client != client_keys().public() {
        return Err(link.fail("client-key", hex(&client_keys().public()), hex(&inside.client)));
    }
    if inside.open_vouch(&server.keys, b"VOUCH---").is_some() {
        return Err(link.fail("vouch-for-s", "a vouch sealed for S'", "one sealed for S"));
    }
    let vouched = inside.open_vouch(&server.transient, b"VOUCH---");
    let expected = [hello.transient, server.keys.public()].concat();
    if vouched.as_ref() != Some(&expected) {
        let got = vouched.map_or("one that does not open".to_owned(), |vouched| hex(&vouched));
        return Err(link.fail("vouch", "a vouch for C' and S", got));
    }
    match properties(&inside.metadata) {
        Err(error) => Err(link.fail("metadata", "metadata to the last octet", error.to_string())),
        Ok(all) => match illegal_name(&all) {
            Some(name) => Err(link.fail("illegal-name", "letters, digits and - _ . +", name)),
            None => Ok(()),
        },
    }
}

/// What is wrong, and how to make it so.
type Row = (&'static str, fn(&mut Ready));

const ROWS: &[Row] = &[
    ("READY of 29 octets", |ready| ready.twist = |body| body.truncate(29)),
    ("READY of 6 octets", |ready| ready.twist = |body| body.truncate(6)),
    ("an octet behind the box", |ready| ready.twist = |body| body.push(0)),
    ("another nonce than that of the box", |ready| ready.twist = |body| flip(body, 13)),
    ("a changed tag", |ready| ready.twist = |body| flip(body, 14)),
    ("a changed box", |ready| ready.twist = |body| flip(body, 35)),
    ("the prefix of MESSAGE", |ready| ready.prefix = *b"CurveZMQMESSAGES"),
    ("metadata that is cut", |ready| ready.metadata.truncate(9)),
];

async fn ready_bent(cx: &mut Context) -> Outcome {
    let impostor: Row = ("a box under another key", |_| {});
    for (what, bend) in ROWS.iter().copied().chain([impostor]) {
        let (mut link, mut server, theirs) = initiated(cx).await?;
        if what == impostor.0 {
            server.transient = Keys::fresh(&mut cx.entropy);
        }
        let mut ready = Ready::new(&usual_metadata(cx));
        bend(&mut ready);
        link.write(ready.build(&server.transient, &theirs)).await?;
        let seen = link.until_closed(&format!("{what} ends the connection")).await?;
        if let Some(frame) = seen.first() {
            return Err(link.fail("spoke", "a close in silence", hex(&frame.octets())));
        }
    }
    Ok(())
}

async fn wrong_type(cx: &mut Context) -> Outcome {
    let (mut link, server, theirs) = initiated(cx).await?;
    let ready = Ready::new(&metadata(&[("Socket-Type", b"PUB")]));
    link.write(ready.build(&server.transient, &theirs)).await?;
    let tunnel = crate::curve::Tunnel::of_server(&server.transient, &theirs, 1, 2);
    let mut peer = crate::curve::Secure::new(link, tunnel);
    let (fate, _) = peer.fate(cx).await?;
    cx.info(format!("a server that says it is a PUB: {fate:?}"));
    Ok(())
}
