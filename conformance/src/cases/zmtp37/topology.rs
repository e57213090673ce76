//! Topology: security roles do not depend on who connects, and under a mechanism without roles
//! nobody looks at the as-server octet (37-TOPOLOGY-002, -003).
//!
//! Absent: servers of PLAIN, which need a ZAP handler, and CURVE; what the SUT itself announces
//! (37-TOPOLOGY-004) is in `greeting`.

use crate::case::Case;
use crate::context::Context;
use crate::octets::{Greeting, command, greeting, ready};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType;
use crate::target::{Options, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/topology/plain-client-in-either-role",
        clauses: &["37-TOPOLOGY-002"],
        level: Level::Observe,
        promise: "A PLAIN client may bind as well as connect.",
        effect: "secured services can be laid out in one way only",
        types: &[SocketType::Pull, SocketType::Dealer, SocketType::Sub],
        options: PLAIN_CLIENT,
        run: |cx| Box::pin(plain_client_in_either_role(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/topology/as-server-of-a-3.0-peer",
        clauses: &["37-TOPOLOGY-003"],
        promise: "As-server 1 of a 3.0 NULL peer changes nothing, whoever connects.",
        effect: "a NULL peer that calls itself a server cannot connect",
        seen_in: &["zeromq/gomq"],
        run: |cx| Box::pin(as_server_of_3_0(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/topology/as-server-of-a-3.1-peer",
        clauses: &["37-TOPOLOGY-003"],
        level: Level::Observe,
        promise: "As-server 1 of a 3.1 NULL peer is ignored, or refused as against 3.1.",
        effect: "a NULL peer that calls itself a server may not be able to connect",
        reading: "3.1 fixes the octet at zero under NULL, so a refusal is as right as ignoring it.",
        run: |cx| Box::pin(as_server_of_3_1(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/topology/as-server-out-of-range",
        clauses: &["37-TOPOLOGY-003", "37-GREETING-006"],
        level: Level::Observe,
        promise: "As-server 7, which no grammar knows, is ignored or refused.",
        effect: "none between peers that keep to the grammar",
        run: |cx| Box::pin(as_server_out_of_range(cx)),
        ..Case::BASE
    },
];

/// A SUT that is a PLAIN client.
pub(super) const PLAIN_CLIENT: Options =
    &[("plain_username", Setting::Text("admin")), ("plain_password", Setting::Text("secret"))];

/// A connection on which a SUT set up as [`PLAIN_CLIENT`] has sent HELLO, the tester a server.
pub(super) async fn plain_hello(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = cx.greeted_as(greeting().mechanism("PLAIN").as_server(1)).await?;
    peer.expect_command("HELLO").await?;
    Ok(peer)
}

/// A connection whose PLAIN handshake is done, the SUT a client.
pub(super) async fn plain_client(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = plain_hello(cx).await?;
    peer.write(command("WELCOME", b"")).await?;
    peer.expect_command("INITIATE").await?;
    let kind = cx.kind.counterpart().name().as_bytes();
    peer.write(ready(&[("Socket-Type", kind)])).await?;
    Ok(peer)
}

async fn plain_client_in_either_role(cx: &mut Context) -> Outcome {
    let open = match plain_client(cx).await {
        Ok(mut peer) => peer.fate().await?.fate != Fate::Closed,
        // A refusal, or the wait of a server.
        Err(Stop::Fail(_) | Stop::Hang(_)) => false,
        Err(other) => return Err(other),
    };
    let can = if open { "can" } else { "cannot" };
    cx.info(format!("a PLAIN client {can} {}", cx.role));
    Ok(())
}

/// Whether a peer with this greeting gets through the handshake and stays.
async fn taken(cx: &mut Context, ours: Greeting) -> Result<bool, Stop> {
    let mut peer = cx.link().await?;
    peer.write(ours.build()).await?;
    // A refusal may come before octet 64 of the SUT's own greeting.
    if peer.octets(64, "a greeting, or the end").await?.is_none() {
        return Ok(false);
    }
    let ready = ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())]);
    match cx.handshake(&mut peer, &ready).await {
        Ok(()) => Ok(peer.fate().await?.fate != Fate::Closed),
        Err(Stop::Fail(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

async fn as_server_of_3_0(cx: &mut Context) -> Outcome {
    if taken(cx, greeting().version(3, 0).as_server(1)).await? {
        return Ok(());
    }
    let expected = "a 3.0 NULL peer with as-server 1 is served";
    Err(Stop::Fail(Finding::new("as-server-refused", expected, "it is refused")))
}

async fn as_server_of_3_1(cx: &mut Context) -> Outcome {
    let how = if taken(cx, greeting().as_server(1)).await? { "ignored" } else { "refused" };
    cx.info(format!("as-server 1 of a 3.1 NULL peer is {how}"));
    Ok(())
}

async fn as_server_out_of_range(cx: &mut Context) -> Outcome {
    let how = if taken(cx, greeting().as_server(7)).await? { "ignored" } else { "refused" };
    cx.info(format!("as-server 7 of a 3.1 NULL peer is {how}"));
    Ok(())
}
