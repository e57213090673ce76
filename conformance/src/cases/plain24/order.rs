//! The order of commands, and two peers of one role (24-ROLE-002, 24-HS-015), toward a server.

use super::{SERVER_CASE, greeted, hello, initiate, welcomed};
use crate::case::Case;
use crate::context::Context;
use crate::curve::refused;
use crate::octets::{command, greeting, message, ready};
use crate::target::Need;
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "24/order/toward-a-server",
        clauses: &["24-HS-015"],
        promise: "A server refuses every command but HELLO, then every one but INITIATE.",
        effect: "a client gets in without a password",
        run: |cx| Box::pin(toward_a_server(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/order/message-instead-of-a-command",
        clauses: &["24-HS-013", "24-HS-015"],
        promise: "No message is taken from a client that has not finished its handshake.",
        effect: "anyone can send without a password",
        needs: &[Need::Zap, Need::Recv],
        run: |cx| Box::pin(message_instead(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/role/two-servers",
        clauses: &["24-ROLE-002"],
        promise: "Two PLAIN servers do not complete a handshake with each other.",
        effect: "a peer that never showed a password is served",
        run: |cx| Box::pin(two_servers(cx)),
        ..SERVER_CASE
    },
];

async fn toward_a_server(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let ready = ready(&[("Socket-Type", kind)]);
    let unknown = command("HALLO", b"");
    let first =
        [initiate(cx), ready.clone(), command("WELCOME", b""), unknown.clone(), initiate(cx)];
    for octets in first {
        let mut peer = greeted(cx).await?;
        peer.write(&octets).await?;
        refused(&mut peer, "a first command that is not HELLO").await?;
    }
    for octets in [hello(), ready, command("WELCOME", b""), unknown] {
        let mut peer = welcomed(cx).await?;
        peer.write(octets).await?;
        refused(&mut peer, "a second command that is not INITIATE").await?;
    }
    Ok(())
}

async fn message_instead(cx: &mut Context) -> Outcome {
    for steps in 0..2 {
        let mut peer = if steps == 0 { greeted(cx).await? } else { welcomed(cx).await? };
        peer.write(message(&[b"smuggled"])).await?;
        refused(&mut peer, "a message inside the handshake").await?;
    }
    // What was smuggled in would come first.
    let mut peer = super::shaken(cx).await?;
    cx.sentinel(&mut peer).await
}

async fn two_servers(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted_as(greeting().mechanism("PLAIN").as_server(1)).await?;
    peer.write(command("WELCOME", b"")).await?;
    peer.write(ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])).await?;
    refused(&mut peer, "a second server").await?;
    Ok(())
}
