//! WELCOME: of a server, and bent toward a client (26-WELCOME).

use std::collections::BTreeSet;

use super::{CLIENT, SERVER};
use crate::case::Case;
use crate::context::Context;
use crate::curve::{
    Client, Hello, Keys, Refused, SeenWelcome, Server, Welcome, flip, greeting_of, hello_of,
    refused, server_keys,
};
use crate::octets::hex;
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/welcome/form",
        clauses: &[
            "26-WELCOME-001",
            "26-WELCOME-002",
            "26-WELCOME-003",
            "26-WELCOME-005",
            "26-GEN-009",
            "26-GEN-010",
        ],
        promise: "WELCOME has 168 octets; its box, under its own prefix and no other, holds S' \
                  and a cookie of 96 octets.",
        effect: "no client can connect",
        run: |cx| Box::pin(form(cx)),
        ..SERVER
    },
    Case {
        id: "26/welcome/fresh",
        clauses: &["26-HELLO-011", "26-WELCOME-004", "26-WELCOME-005", "26-WELCOME-007"],
        promise: "Each WELCOME has a new key S', a new cookie and new nonces.",
        effect: "whoever learns the key of one connection reads the others",
        run: |cx| Box::pin(fresh(cx)),
        ..SERVER
    },
    Case {
        id: "26/welcome/bent",
        clauses: &["26-WELCOME-001", "26-WELCOME-002", "26-WELCOME-008", "26-GEN-006"],
        promise: "A WELCOME with one wrong field gets no INITIATE and no ERROR.",
        effect: "whoever does not have the server's key gets the client's",
        run: |cx| Box::pin(bent(cx)),
        ..CLIENT
    },
];

async fn form(cx: &mut Context) -> Outcome {
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let client = Client::new(&mut cx.entropy);
    link.write(Hello::new(&client).build(&client)).await?;
    let frame = link.expect_command("WELCOME").await?;
    let Some(seen) = SeenWelcome::read(&frame) else {
        let got = format!("{} octets", frame.body.len());
        return Err(link.fail("size", "168 octets", got));
    };
    if seen.open(&client.transient, &client.server, b"WELCOME-").is_none() {
        let expected = "a box of S' and a cookie under WELCOME- and the nonce";
        return Err(link.fail("box-does-not-open", expected, hex(&frame.body)));
    }
    Ok(())
}

/// Connections that are compared.
const COMPARED: usize = 16;

async fn fresh(cx: &mut Context) -> Outcome {
    let mut seen = BTreeSet::new();
    for _ in 0..COMPARED {
        let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
        let client = Client::new(&mut cx.entropy);
        link.write(Hello::new(&client).build(&client)).await?;
        let frame = link.expect_command("WELCOME").await?;
        let welcome = SeenWelcome::read(&frame);
        let opened =
            welcome.as_ref().and_then(|w| w.open(&client.transient, &client.server, b"WELCOME-"));
        let (Some(welcome), Some((transient, cookie))) = (welcome, opened) else {
            return Err(link.fail("box-does-not-open", "a WELCOME that opens", hex(&frame.body)));
        };
        let cookie_nonce = cookie.get(..16).unwrap_or_default();
        let news = [
            ("S'", transient.to_vec()),
            ("cookie", cookie.to_vec()),
            ("nonce of a cookie", cookie_nonce.to_vec()),
            ("nonce of WELCOME", welcome.nonce.to_vec()),
        ];
        for (what, octets) in news {
            if !seen.insert((what, octets)) {
                let got = format!("the same {what} twice");
                return Err(link.fail("reused", "all of them new", got));
            }
        }
    }
    Ok(())
}

/// What is wrong, and how to make it so.
type Row = (&'static str, fn(&mut Welcome));

const ROWS: &[Row] = &[
    ("WELCOME of 167 octets", |welcome| welcome.twist = |body| body.truncate(167)),
    ("WELCOME of 169 octets", |welcome| welcome.twist = |body| body.push(0)),
    ("WELCOME of 8 octets", |welcome| welcome.twist = |body| body.truncate(8)),
    ("another nonce than that of the box", |welcome| welcome.twist = |body| flip(body, 8)),
    ("a changed tag", |welcome| welcome.twist = |body| flip(body, 24)),
    ("a changed box", |welcome| welcome.twist = |body| flip(body, 167)),
    ("the prefix of a cookie", |welcome| welcome.prefix = *b"COOKIE--"),
    ("a box for another client", |welcome| {
        welcome.client_transient = Keys::new([9; 32]).public();
    }),
];

async fn bent(cx: &mut Context) -> Outcome {
    let impostor: Row = ("a box of another server", |_| {});
    for (what, bend) in ROWS.iter().copied().chain([impostor]) {
        let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
        let hello = hello_of(&mut link).await?;
        let mut server = Server::new(&mut cx.entropy);
        server.keys = if what == impostor.0 { Keys::new([8; 32]) } else { server_keys() };
        let mut welcome = Welcome::new(&server, &hello.transient, &mut cx.entropy);
        bend(&mut welcome);
        link.write(welcome.build(&server)).await?;
        if let Refused::Error(frame) = refused(&mut link, what).await? {
            return Err(link.fail("client-error", "a close in silence", hex(&frame.body)));
        }
    }
    Ok(())
}
