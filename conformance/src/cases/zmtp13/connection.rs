//! A 1.0 connection: each side begins with who it is, and then sends as it likes.
//! Absent: what a SUT keeps of a peer that has gone (13-CONN-010), which takes an application
//! that sends to nobody.

use crate::case::{ANY, BIND, CONNECT, Case, RECEIVERS};
use crate::cases::legacy::{self, Taken};
use crate::context::Context;
use crate::octets::{frame_v1, hex, identity_v1};
use crate::socket_type::SocketType::{Dealer, Pull, Router, Sub};
use crate::target::{Need, Setting};
use crate::verdict::{Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "13/connection/greeting-sent",
        clauses: &["13-CONN-002", "13-CONN-009"],
        level: Level::Must,
        promise: "The first thing a 1.0 peer hears is an identity frame with flags 00.",
        effect: "1.0 peers take a message for an identity",
        reading: "A SUT that detects newer peers begins with a signature, whose last octet 7F \
                  stands where a 1.0 peer reads the flags, and looks at them no further.",
        types: ANY,
        run: |cx| Box::pin(greeting_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/connection/talk-first",
        clauses: &["13-CONN-001", "13-CONN-003"],
        level: Level::Observe,
        promise: "A peer may send its greeting and messages before it has read an octet.",
        effect: "1.0 peers that do not wait lose their first messages",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(talk_first(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/connection/identity-is-address",
        clauses: &["13-CONN-004"],
        promise: "The identity of a 1.0 peer is its address at a ROUTER.",
        effect: "replies go nowhere",
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(identity_is_address(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/connection/identity-from-zero",
        clauses: &["13-CONN-004"],
        level: Level::Observe,
        promise: "An identity that starts with a zero octet is refused.",
        effect: "a peer passes for one that the ROUTER named itself",
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(identity_from_zero(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/connection/identity-twice",
        clauses: &["13-CONN-006"],
        level: Level::Observe,
        promise: "Two peers of one identity disturb nobody else.",
        effect: "a copied configuration stops a whole service",
        types: &[Router],
        roles: BIND,
        needs: &[Need::Recv],
        run: |cx| Box::pin(identity_twice(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/connection/identity-flags",
        clauses: &["13-CONN-008"],
        promise: "The flags of an identity frame are not looked at.",
        effect: "newer peers, whose signature is such a frame, cannot connect",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(identity_flags(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/connection/zero-identity-sent",
        clauses: &["13-CONN-005"],
        level: Level::Should,
        promise: "No identity that starts with a zero octet is sent.",
        effect: "other peers take it for one they made up themselves",
        types: &[Dealer],
        options: &[("routing_id", Setting::Text("\0AB"))],
        run: |cx| Box::pin(zero_identity_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/connection/greets-again",
        clauses: &["13-CONN-011"],
        promise: "A reconnection begins with a greeting, as every connection does.",
        effect: "1.0 peers take the first message for an identity",
        types: &[Pull, Dealer, Sub],
        roles: CONNECT,
        options: &[("reconnect_ivl", Setting::Number(10))],
        run: |cx| Box::pin(greets_again(cx)),
        ..Case::BASE
    },
];

async fn greeting_sent(cx: &mut Context) -> Outcome {
    let (peer, frame) = legacy::open_v1(cx, &identity_v1(b"")).await?;
    match (frame.head.len(), frame.flags) {
        (_, 0) | (9, 0x7F) => Ok(()),
        (_, flags) => Err(peer.fail("identity-flags", "flags 00, or a signature", hex(&[flags]))),
    }
}

async fn talk_first(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write([identity_v1(b""), frame_v1(0, b"hi"), frame_v1(0, b"ho")].concat()).await?;
    match legacy::delivery_or_close(cx, &mut peer).await? {
        Taken::Delivered(got) if got == [b"hi"] => cx.expect_delivery(&[b"ho"]).await,
        Taken::Delivered(_) => Err(peer.fail("other-delivery", "hi", "another message")),
        Taken::Closed => Err(Stop::NotApplicable("a SUT that serves ZMTP 1.0".to_owned())),
    }
}

async fn identity_is_address(cx: &mut Context) -> Outcome {
    legacy::anonymous_v1(cx).await?;
    for identity in [&b"B"[..], b"BOB", b"a\x00\xFF", &[0x61; 253], &[0x62; 255]] {
        let (mut peer, _) = legacy::open_v1(cx, &identity_v1(identity)).await?;
        peer.write(frame_v1(0, b"hi")).await?;
        peer.release().await?;
        let got = cx.recv().await?;
        if got != [identity, b"hi"] {
            let expected = "the address is the identity";
            return Err(peer.fail("other-address", expected, "another address"));
        }
    }
    Ok(())
}

async fn identity_from_zero(cx: &mut Context) -> Outcome {
    let (mut peer, _) = legacy::open_v1(cx, &identity_v1(b"\0AB")).await?;
    peer.write(frame_v1(0, b"hi")).await?;
    match legacy::delivery_or_close(cx, &mut peer).await? {
        Taken::Delivered(_) => cx.info("an identity that starts with zero is taken"),
        Taken::Closed => {}
    }
    Ok(())
}

async fn identity_twice(cx: &mut Context) -> Outcome {
    let (mut one, _) = legacy::open_v1(cx, &identity_v1(b"BOB")).await?;
    one.write(frame_v1(0, b"one")).await?;
    legacy::expect_first(cx, &mut one, "1.0", &[b"one"]).await?;
    let (mut two, _) = legacy::open_v1(cx, &identity_v1(b"BOB")).await?;
    two.write(frame_v1(0, b"two")).await?;
    two.release().await?;
    let (mut other, _) = legacy::open_v1(cx, &identity_v1(b"ANN")).await?;
    other.write(frame_v1(0, b"three")).await?;
    other.release().await?;
    while cx.recv().await? != [&b"ANN"[..], b"three"] {}
    Ok(())
}

async fn identity_flags(cx: &mut Context) -> Outcome {
    legacy::anonymous_v1(cx).await?;
    for flags in [0x01, 0x02, 0x7F, 0xFF] {
        // Identities of their own: a ROUTER may still know a peer that has just left.
        let identity = [0x42, flags];
        let (mut peer, _) = legacy::open_v1(cx, &frame_v1(flags, &identity)).await?;
        peer.write(frame_v1(0, b"hi")).await?;
        if legacy::delivery_or_close(cx, &mut peer).await? == Taken::Closed {
            let got = format!("flags {} end the connection", hex(&[flags]));
            return Err(peer.fail("flags-judged", "the connection goes on", got));
        }
        peer.close().await?;
    }
    Ok(())
}

async fn zero_identity_sent(cx: &mut Context) -> Outcome {
    match cx.socket().await {
        // The API refuses it: nothing will be sent.
        Err(Stop::Fail(finding)) if finding.signature == "api-error" => return Ok(()),
        other => other?,
    };
    let (peer, frame) = legacy::open_v1(cx, &identity_v1(b"")).await?;
    match frame.body.first() {
        Some(0) => {
            let expected = "an identity that starts with another octet, or none";
            Err(peer.fail("zero-identity", expected, hex(&frame.body)))
        }
        _ => Ok(()),
    }
}

async fn greets_again(cx: &mut Context) -> Outcome {
    let socket = cx.socket().await?;
    let mut first = cx.link_to(&socket).await?;
    first.write(identity_v1(b"")).await?;
    let before = legacy::greeting_v1(&mut first).await?;
    first.close().await?;
    let mut again = cx.link_to(&socket).await?;
    again.write(identity_v1(b"")).await?;
    let after = legacy::greeting_v1(&mut again).await?;
    match before == after {
        true => Ok(()),
        false => Err(again.fail("other-greeting", "the same greeting", "another one")),
    }
}
