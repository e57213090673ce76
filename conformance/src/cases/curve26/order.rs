//! Commands out of their order (26-GEN-001, 26-READY-006, 26-MESSAGE-001).

use super::{CLIENT, SERVER};
use crate::case::{Case, Depth, Pace};
use crate::context::Context;
use crate::curve::{
    Client, Hello, Initiate, Ready, Refused, Server, Welcome, greeting_of, hello_of, initiate_of,
    refused, secured, usual_metadata, welcomed,
};
use crate::octets::{command, hex, message, ready};
use crate::probe::Link;
use crate::target::Need;
use crate::verdict::{Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/order/toward-a-server",
        clauses: &["26-GEN-001"],
        promise: "A server closes at every command but HELLO, then at every one but INITIATE.",
        effect: "a client gets in without proof of its key",
        run: |cx| Box::pin(toward_a_server(cx)),
        ..SERVER
    },
    Case {
        id: "26/order/clear-message",
        clauses: &["26-GEN-001", "26-MESSAGE-001", "26-MESSAGE-008"],
        promise: "A message in clear is never delivered, before, inside or behind the handshake.",
        effect: "anyone on the network can speak for a client",
        seen_in: &["zeromq/libzmq#1191"],
        needs: &[Need::Recv],
        depth: Depth::Quick,
        run: |cx| Box::pin(clear_message(cx)),
        ..SERVER
    },
    Case {
        id: "26/order/toward-a-client",
        clauses: &["26-GEN-001", "26-GEN-006"],
        promise: "A client closes at every command but WELCOME, then at every one but READY, and \
                  sends no ERROR.",
        effect: "a server that has not shown its key gets the messages",
        run: |cx| Box::pin(toward_a_client(cx)),
        ..CLIENT
    },
    Case {
        id: "26/order/second-welcome",
        clauses: &["26-GEN-001"],
        promise: "A client answers one WELCOME; a second one ends the connection.",
        effect: "who repeats what a server said makes a client seal more under one key",
        run: |cx| Box::pin(second_welcome(cx)),
        ..CLIENT
    },
    Case {
        id: "26/order/behind-ready",
        clauses: &["26-READY-006"],
        promise: "Behind READY a client takes MESSAGEs only: a message in clear or a second READY \
                  ends the connection.",
        effect: "anyone on the network can speak for the server",
        needs: &[Need::Recv],
        run: |cx| Box::pin(behind_ready(cx)),
        ..CLIENT
    },
    Case {
        id: "26/order/no-message-before-ready",
        clauses: &["26-MESSAGE-001", "26-READY-006"],
        promise: "A client sends no MESSAGE before READY, and what waited behind it.",
        effect: "messages reach a server that has not let the client in",
        needs: &[Need::Send],
        pace: Pace::Quiet,
        run: |cx| Box::pin(no_message_before_ready(cx)),
        ..CLIENT
    },
];

async fn toward_a_server(cx: &mut Context) -> Outcome {
    let client = Client::new(&mut cx.entropy);
    let nowhere = Initiate::new(&client, &client.server, &[0; 96], &mut cx.entropy);
    let transient = client.server;
    let properties = usual_metadata(cx);
    let first = [
        nowhere.build(&client, &transient),
        Ready::new(&properties).build(&client.transient, &transient),
        ready(&[("Socket-Type", b"DEALER")]),
        command("HALLO", &[0; 194]),
        command("PING", b"\0\0"),
    ];
    for octets in first {
        let mut peer = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
        peer.write(octets).await?;
        refused(&mut peer, "a first command that is not HELLO").await?;
    }
    for step in 0..3 {
        let (mut peer, client, transient, _) = welcomed(cx).await?;
        let octets = match step {
            0 => Hello::new(&client).build(&client),
            1 => Ready::new(&properties).build(&client.transient, &transient),
            _ => command("WELCOME", &[0; 160]),
        };
        peer.write(octets).await?;
        refused(&mut peer, "a second command that is not INITIATE").await?;
    }
    Ok(())
}

async fn clear_message(cx: &mut Context) -> Outcome {
    let smuggled = message(&[b"smuggled"]);
    let mut peer = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    peer.write(&smuggled).await?;
    refused(&mut peer, "a message instead of HELLO").await?;
    let (mut peer, ..) = welcomed(cx).await?;
    peer.write(&smuggled).await?;
    refused(&mut peer, "a message instead of INITIATE").await?;
    let mut peer = secured(cx).await?;
    peer.link.write(&smuggled).await?;
    peer.must_close(cx, "a message in clear").await?;
    // What was smuggled in would come first.
    let nonce = cx.entropy.nonce();
    let mut peer = secured(cx).await?;
    peer.send(&[nonce]).await?;
    cx.expect_delivery(&[&nonce]).await
}

async fn toward_a_client(cx: &mut Context) -> Outcome {
    for step in 0..4 {
        let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
        let hello = hello_of(&mut link).await?;
        let server = Server::new(&mut cx.entropy);
        let client = Client::new(&mut cx.entropy);
        let metadata = usual_metadata(cx);
        let octets = match step {
            0 => Ready::new(&metadata).build(&server.transient, &hello.transient),
            1 => Hello::new(&client).build(&client),
            2 => ready(&[("Socket-Type", b"DEALER")]),
            _ => message(&[b"smuggled"]),
        };
        link.write(octets).await?;
        let end = refused(&mut link, "a command that is not WELCOME").await?;
        if let Refused::Error(frame) = end {
            return Err(link.fail("client-error", "a close in silence", hex(&frame.body)));
        }
    }
    for octets in [ready(&[("Socket-Type", b"DEALER")]), message(&[b"smuggled"])] {
        let (mut link, _) = initiated(cx).await?;
        link.write(octets).await?;
        let seen = link.until_closed("a command that is not READY ends the connection").await?;
        if let Some(frame) = seen.first() {
            return Err(link.fail("client-error", "a close in silence", hex(&frame.octets())));
        }
    }
    Ok(())
}

/// A connection that has its INITIATE, and the WELCOME that brought it.
async fn initiated(cx: &mut Context) -> Result<(Link, Vec<u8>), Stop> {
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let hello = hello_of(&mut link).await?;
    let server = Server::new(&mut cx.entropy);
    let welcome = Welcome::new(&server, &hello.transient, &mut cx.entropy).build(&server);
    link.write(&welcome).await?;
    initiate_of(&mut link).await?;
    Ok((link, welcome))
}

async fn second_welcome(cx: &mut Context) -> Outcome {
    let (mut link, welcome) = initiated(cx).await?;
    link.write(welcome).await?;
    refused(&mut link, "a second WELCOME").await?;
    Ok(())
}

async fn behind_ready(cx: &mut Context) -> Outcome {
    for clear in [message(&[b"smuggled"]), ready(&[("Socket-Type", b"DEALER")])] {
        let mut peer = secured(cx).await?;
        peer.link.write(clear).await?;
        peer.must_close(cx, "a frame in clear behind READY").await?;
        cx.expect_no_delivery().await?;
    }
    Ok(())
}

async fn no_message_before_ready(cx: &mut Context) -> Outcome {
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let hello = hello_of(&mut link).await?;
    cx.send(&[b"queued"]).await?;
    let early = link.whatever_comes().await?;
    let server = Server::new(&mut cx.entropy);
    let welcome = Welcome::new(&server, &hello.transient, &mut cx.entropy);
    link.write(welcome.build(&server)).await?;
    initiate_of(&mut link).await?;
    let late = link.whatever_comes().await?;
    if !early.is_empty() || !late.is_empty() {
        let got = hex(&[early, late].concat());
        return Err(link.fail("too-early", "no frame before READY", got));
    }
    let ready = Ready::new(&usual_metadata(cx));
    link.write(ready.build(&server.transient, &hello.transient)).await?;
    let seen = link.frame("the queued message in a box").await?;
    let mut tunnel = crate::curve::Tunnel::of_server(&server.transient, &hello.transient, 1, 0);
    match seen.as_ref().map(|frame| tunnel.open(frame)) {
        Some(Ok(plain)) if plain.payload == b"queued" => Ok(()),
        other => Err(link.fail("other-message", "the queued message", format!("{other:?}"))),
    }
}
