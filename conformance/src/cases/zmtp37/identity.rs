//! Identity: the address a peer asks a ROUTER to use for it, and what everybody else does with it.
//! Clauses 37-IDENT-001 to -004. Deliberately absent: two peers with one identity, on which the
//! text is silent.

use crate::case::Case;
use crate::context::Context;
use crate::octets::{greeting, message};
use crate::socket_type::SocketType::{Pair, Pub, Pull, Rep, Router, Sub};
use crate::target::Need;
use crate::verdict::{Level, Outcome};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/identity/router-address",
        clauses: &["37-IDENT-001", "37-META-004"],
        level: Level::Observe,
        promise: "A ROUTER uses the Identity a peer announces as the address of that peer.",
        effect: "applications that address peers by name reach nobody",
        types: &[Router],
        needs: &[Need::Recv, Need::Send],
        run: |cx| Box::pin(router_address(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/ignored-elsewhere",
        clauses: &["37-IDENT-002"],
        promise: "A peer that is no ROUTER takes no notice of an Identity.",
        effect: "peers that set an identity for a ROUTER cannot talk to anybody else",
        types: &[Pull, Sub, Rep, Pub, Pair],
        run: |cx| Box::pin(ignored_elsewhere(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/255-octets",
        clauses: &["37-IDENT-003"],
        promise: "An Identity of 255 octets is accepted.",
        effect: "peers with long names cannot connect",
        run: |cx| Box::pin(longest(cx)),
        ..Case::BASE
    },
];

async fn router_address(cx: &mut Context) -> Outcome {
    let nonce = cx.entropy.nonce();
    let name = [b"name-", &nonce[..]].concat();
    let mut peer =
        cx.ready_as(greeting(), &[("Socket-Type", b"DEALER"), ("Identity", &name)]).await?;
    peer.write(message(&[b"hello"])).await?;
    let got = cx.recv().await?;
    if got.first() != Some(&name) {
        cx.info("the address is not the Identity that was announced");
        return Ok(());
    }
    cx.send(&[&name, b"reply"]).await?;
    let reply = peer.message().await?;
    if reply != [b"reply"] {
        let expected = "a message sent to the announced Identity arrives as it was sent";
        return Err(peer.fail("other-reply", expected, "another message"));
    }
    Ok(())
}

async fn ignored_elsewhere(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    for identity in [&b"BOB"[..], b"", &[0xFF; 255]] {
        let properties = [("Socket-Type", kind), ("Identity", identity)];
        let mut peer = cx.ready_as(greeting(), &properties).await?;
        peer.barrier().await?;
        peer.close().await?;
    }
    Ok(())
}

async fn longest(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    // Each run has an identity of its own: a ROUTER need not serve two peers of one name.
    let nonce = cx.entropy.nonce();
    let name: Vec<u8> = nonce.iter().copied().chain(std::iter::repeat(0x61)).take(255).collect();
    let properties = [("Socket-Type", kind), ("Identity", &name[..])];
    let mut peer = cx.ready_as(greeting(), &properties).await?;
    peer.barrier().await?;
    Ok(())
}
