//! CURVE as a mechanism of ZMTP (25).

use super::{CLIENT, SERVER};
use crate::case::{Case, Pace};
use crate::context::Context;
use crate::curve::{Client, Hello, greeting_of, secured};
use crate::octets::{hex, title};
use crate::verdict::Outcome;

const ROLE: &str = "The as-server octet tells the CURVE server, 01, from the client, 00.";
const ROLE_EFFECT: &str = "two servers or two clients wait for each other until a timeout";

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "25/role/of-a-server",
        clauses: &["25-IMPL-001"],
        promise: ROLE,
        effect: ROLE_EFFECT,
        seen_in: &["zeromq/libzmq#4796"],
        run: |cx| Box::pin(role(cx, 1)),
        ..SERVER
    },
    Case {
        id: "25/role/of-a-client",
        clauses: &["25-IMPL-001"],
        promise: ROLE,
        effect: ROLE_EFFECT,
        run: |cx| Box::pin(role(cx, 0)),
        ..CLIENT
    },
    Case {
        id: "25/handshake/a-server-waits",
        clauses: &["25-IMPL-002"],
        promise: "A server says nothing behind its greeting until HELLO has come.",
        effect: "the client takes the first octets for an answer to its HELLO",
        pace: Pace::Quiet,
        run: |cx| Box::pin(server_waits(cx)),
        ..SERVER
    },
    Case {
        id: "25/handshake/a-client-begins",
        clauses: &["25-IMPL-002", "26-HELLO-001"],
        promise: "A client sends HELLO behind the greetings, unprompted.",
        effect: "both sides wait for each other",
        run: |cx| Box::pin(client_begins(cx)),
        ..CLIENT
    },
    Case {
        id: "25/frames/of-a-server",
        clauses: &["25-IMPL-003"],
        run: |cx| Box::pin(frames(cx)),
        ..FRAMES_SERVER
    },
    Case {
        id: "25/frames/of-a-client",
        clauses: &["25-IMPL-003"],
        promise: FRAMES_SERVER.promise,
        effect: FRAMES_SERVER.effect,
        run: |cx| Box::pin(client_frames(cx)),
        ..CLIENT
    },
];

const FRAMES_SERVER: Case = Case {
    promise: "Handshake commands are command frames whose names are preceded by their length.",
    effect: "the other side does not know the command",
    ..SERVER
};

async fn role(cx: &mut Context, expected: u8) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting_of(cx, "CURVE").build()).await?;
    let seen = peer.greeting().await?.0[32];
    if seen == expected {
        return Ok(());
    }
    Err(peer.fail("as-server", format!("octet 32 is {expected:02x}"), format!("{seen:02x}")))
}

async fn server_waits(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let early = peer.whatever_comes().await?;
    if !early.is_empty() || peer.is_closed() {
        return Err(peer.fail("too-early", "silence until HELLO", hex(&early)));
    }
    let client = Client::new(&mut cx.entropy);
    peer.write(Hello::new(&client).build(&client)).await?;
    peer.expect_command("WELCOME").await?;
    Ok(())
}

async fn client_begins(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    peer.expect_command("HELLO").await?;
    Ok(())
}

async fn frames(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let client = Client::new(&mut cx.entropy);
    peer.write(Hello::new(&client).build(&client)).await?;
    let seen = peer.expect_command("WELCOME").await?;
    if seen.flags != 0x04 || !seen.body.starts_with(b"\x07WELCOME") {
        return Err(peer.fail("frame-form", "04 a8 07 WELCOME", title(&seen)));
    }
    secured(cx).await?;
    Ok(())
}

async fn client_frames(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let seen = peer.expect_command("HELLO").await?;
    if seen.flags != 0x04 || !seen.body.starts_with(b"\x05HELLO") {
        return Err(peer.fail("frame-form", "04 c8 05 HELLO", title(&seen)));
    }
    secured(cx).await?;
    Ok(())
}
