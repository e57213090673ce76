//! Formal Grammar: the 64 octets of a greeting as the SUT sends them, and as it must take them.

use crate::case::Case;
use crate::context::Context;
use crate::octets::{greeting, ready};
use crate::verdict::{Level, Outcome};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/greeting/signature",
        clauses: &["37-GREETING-002"],
        promise: "The first ten octets a peer sends are FF, eight octets of padding, 7F.",
        effect: "no other peer recognises it as ZMTP",
        run: |cx| Box::pin(signature(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/padding-received",
        clauses: &["37-GREETING-003", "37-VERSION-009"],
        level: Level::Must,
        promise: "Padding of any value in a received signature leads to the same handshake.",
        effect: "peers that put an identity length there, as libzmq does, cannot connect",
        seen_in: &["zeromq/zmq.rs"],
        run: |cx| Box::pin(padding_received(cx)),
        ..Case::BASE
    },
];

async fn signature(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(&greeting().build()[..10]).await?;
    let Some(octets) = peer.octets(10, "a signature of ten octets").await? else {
        return Err(peer.fail("closed", "a signature of ten octets", "the connection was closed"));
    };
    match (octets.first(), octets.last()) {
        (Some(0xFF), Some(0x7F)) => Ok(()),
        _ => Err(peer.fail("signature", "ff, 8 octets, 7f", crate::octets::hex(&octets))),
    }
}

async fn padding_received(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    // The last octet is odd and FF stays FF: nothing here looks like an older peer.
    for padding in [[0; 8], [0xAA; 8], [0xFF; 8], [0, 0, 0, 0, 0, 0, 0, 6]] {
        let mut peer = cx.greeted_as(greeting().padding(padding)).await?;
        cx.handshake(&mut peer, &ready(&[("Socket-Type", kind)])).await?;
        peer.barrier().await?;
    }
    Ok(())
}
