//! Commands are for the protocol layer: the application does not see them (37-CMD-006).

use crate::case::Case;
use crate::context::Context;
use crate::octets::{command, hex, join, message, ping, subscribe};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::{Level, Outcome, Stop};

/// Types whose application receives, and whose peers may send at any time.
const TYPES: &[SocketType] = &[
    SocketType::Pull,
    SocketType::Dealer,
    SocketType::Pair,
    SocketType::Router,
    SocketType::Rep,
    SocketType::Sub,
];

const BASE: Case = Case {
    clauses: &["37-CMD-006"],
    level: Level::Should,
    effect: "applications receive messages that nobody sent",
    reading: "q40: commands are for the protocol layer also where this type has no use for them; a \
              peer may ignore them or close.",
    types: TYPES,
    needs: &[Need::Recv],
    ..Case::BASE
};

/// PING.
pub(super) const PING_HIDDEN: Case = Case {
    id: "37/commands/ping-not-delivered",
    promise: "A PING does not reach the application.",
    run: |cx| Box::pin(hidden(cx, ping(0, b"hidden"))),
    ..BASE
};

/// A name nobody has defined.
pub(super) const UNKNOWN_HIDDEN: Case = Case {
    id: "37/commands/unknown-not-delivered",
    promise: "A command with an unknown name does not reach the application.",
    run: |cx| Box::pin(hidden(cx, command("UNKNOWN", b"hidden"))),
    ..BASE
};

/// SUBSCRIBE at a type that does not publish.
pub(super) const SUBSCRIBE_HIDDEN: Case = Case {
    id: "37/commands/subscribe-not-delivered",
    promise: "A SUBSCRIBE to a peer that does not publish does not reach the application.",
    run: |cx| Box::pin(hidden(cx, subscribe(b"hidden"))),
    ..BASE
};

/// JOIN at a type that knows no groups.
pub(super) const JOIN_HIDDEN: Case = Case {
    id: "37/commands/join-not-delivered",
    promise: "A JOIN to a peer that knows no groups does not reach the application.",
    run: |cx| Box::pin(hidden(cx, join(b"hidden"))),
    ..BASE
};

async fn hidden(cx: &mut Context, stimulus: Vec<u8>) -> Outcome {
    let mut peer = listening(cx).await?;
    peer.write(stimulus).await?;
    if peer.fate().await?.fate == Fate::Closed {
        cx.info("the command closes the connection");
        peer = listening(cx).await?;
    }
    let nonce = cx.entropy.nonce();
    let envelope = cx.kind == SocketType::Rep;
    let parts: &[&[u8]] = if envelope { &[b"", &nonce] } else { &[&nonce] };
    peer.write(message(parts)).await?;
    peer.release().await?;
    let got = cx.recv_body().await?;
    if got == [nonce.to_vec()] {
        return Ok(());
    }
    let expected = "the message behind the command is the next delivery";
    let shown: Vec<String> = got.iter().map(|part| hex(part)).collect();
    Err(peer.fail("command-delivered", expected, format!("[{}]", shown.join(" "))))
}

/// A connection whose messages the application will see.
async fn listening(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = cx.ready().await?;
    if cx.kind == SocketType::Sub {
        peer.release().await?;
        cx.subscribe(b"", true).await?;
        peer.expect_subscription().await?;
    }
    Ok(peer)
}
