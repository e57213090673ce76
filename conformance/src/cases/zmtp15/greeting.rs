//! The 2.0 greeting: signature, revision, socket type, identity. A SUT that does not serve 2.0
//! peers is not judged.

use crate::case::{ANY, Case, RECEIVERS};
use crate::cases::legacy;
use crate::context::Context;
use crate::octets::{frame_v2, greeting, hex, opening_v2};
use crate::socket_type::SocketType::{self, Dealer, Pair, Pub, Pull, Push, Rep, Req, Router, Sub};
use crate::target::{Need, Setting};
use crate::verdict::{Finding, Outcome, Stop};

/// The nine types with a code.
const CODED: &[SocketType] = &[Pull, Dealer, Rep, Router, Pub, Sub, Push, Pair, Req];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "15/greeting/layout",
        clauses: &["15-GREET-001", "15-GREET-004"],
        promise: "A 2.0 peer is answered with signature, revision, socket type and identity frame.",
        effect: "2.0 peers cannot connect",
        reading: "A SUT that also speaks 3.x shows its own revision (q07).",
        types: ANY,
        run: |cx| Box::pin(layout(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/greeting/identity-sent",
        clauses: &["15-GREET-004"],
        promise: "The identity the application chose is in the identity frame.",
        effect: "2.0 ROUTERs see a stranger at each connection",
        types: &[Dealer, Router],
        options: &[("routing_id", Setting::Text("ABCDE"))],
        run: |cx| Box::pin(identity_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/greeting/socket-types",
        clauses: &["15-GREET-003"],
        promise: "Each socket type has its code, 00 to 08.",
        effect: "2.0 peers take this one for another type",
        types: CODED,
        run: |cx| Box::pin(socket_types(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/greeting/signature",
        clauses: &["15-GREET-002", "15-BACK-002"],
        promise: "The padding of a signature is zero, or the length of the identity plus one.",
        effect: "older peers take the signature for something else",
        types: CODED,
        run: |cx| Box::pin(signature(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/greeting/identities-received",
        clauses: &["15-GREET-004", "15-FRAME-001"],
        promise: "Identities of 0 to 255 octets are accepted.",
        effect: "some 2.0 peers cannot connect",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(identities_received(cx)),
        ..Case::BASE
    },
];

async fn layout(cx: &mut Context) -> Outcome {
    legacy::usual_v2(cx).await?;
    Ok(())
}

async fn introduction(cx: &mut Context) -> Result<legacy::OpeningV2, Stop> {
    let code = cx.kind.counterpart().code().unwrap_or_default();
    Ok(legacy::open_v2(cx, &opening_v2(1, code, b"")).await?.1)
}

async fn identity_sent(cx: &mut Context) -> Outcome {
    let theirs = introduction(cx).await?;
    if theirs.identity.body == b"ABCDE" {
        return Ok(());
    }
    let got = hex(&theirs.identity.body);
    Err(Stop::Fail(Finding::new("other-identity", "the identity ABCDE", got)))
}

async fn socket_types(cx: &mut Context) -> Outcome {
    let theirs = introduction(cx).await?;
    let code = cx.kind.code();
    if code == Some(theirs.code) {
        return Ok(());
    }
    let expected = format!("{} as {}", cx.kind, hex(&[code.unwrap_or_default()]));
    Err(Stop::Fail(Finding::new("other-code", expected, hex(&[theirs.code]))))
}

async fn signature(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting().build().get(..10).unwrap_or_default()).await?;
    let octets = legacy::octets(&mut peer, 10, "a signature of ten octets").await?;
    match octets.as_slice() {
        // No identity is set, so its length plus one is one.
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 0 | 1, 0x7F] => Ok(()),
        other => Err(peer.fail("padding", "ff, 8 octets that say 0 or 1, 7f", hex(other))),
    }
}

async fn identities_received(cx: &mut Context) -> Outcome {
    let code = cx.kind.counterpart().code().unwrap_or_default();
    for identity in [&b""[..], b"B", b"BOB", &[0x61; 255]] {
        let (mut peer, _) = legacy::open_v2(cx, &opening_v2(1, code, identity)).await?;
        peer.write(frame_v2(0, b"hi")).await?;
        if cx.kind == Router && !identity.is_empty() {
            peer.release().await?;
            let got = cx.recv().await?;
            if got != [identity, b"hi"] {
                let expected = "the address is the identity";
                return Err(peer.fail("other-address", expected, "another address"));
            }
        } else {
            legacy::expect_first(cx, &mut peer, "2.0", &[b"hi"]).await?;
        }
    }
    Ok(())
}
