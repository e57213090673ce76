//! XSUB: a subscriber whose application subscribes with messages, and sends messages upstream.

use crate::case::{BIND, CONNECT, Case, Depth};
use crate::cases::many::{attached_all, borrowed, next, sent_unchanged, varied};
use crate::cases::publishing::{Form, expect, wish};
use crate::cases::queues;
use crate::cases::turns::{self, SHORT_OUT};
use crate::context::Context;
use crate::socket_type::SocketType::Xsub;
use crate::target::Need;
use crate::verdict::{Level, Outcome};

/// What these cases share.
const BASE: Case = Case { types: &[Xsub], needs: &[Need::Send], ..Case::BASE };

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "29/xsub/subscribes-with-messages",
        clauses: &["29-XSUB-015", "29-XSUB-016"],
        promise: "What the application sends as 01 or 00 and a topic leaves as a subscription or \
                  its end, in the form of the version.",
        effect: "a broker asks for nothing, or sends its subscriptions as news",
        minor: 1,
        run: |cx| Box::pin(subscribes(cx)),
        ..BASE
    },
    Case {
        id: "29/xsub/messages-to-all",
        clauses: &["29-XSUB-012"],
        promise: "A message of the application is sent to each of three publishers.",
        effect: "a request upstream reaches one publisher of many",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(to_all(cx)),
        ..BASE
    },
    Case {
        id: "29/xsub/messages-unchanged",
        clauses: &["29-XSUB-011"],
        promise: "100 messages of 1 to 5 frames leave octet by octet as they were sent.",
        effect: "publishers read something else than was sent",
        reading: "Frames that start with 00 or 01 are left out: they subscribe.",
        run: |cx| Box::pin(sent_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "29/xsub/stalled-publisher",
        clauses: &["29-XSUB-002", "29-XSUB-005", "29-XSUB-013", "29-XSUB-014"],
        promise: "A publisher that does not read holds up neither the application nor others, and \
                  gets whole messages when it reads again, less those past the limit.",
        effect: "one stalled publisher stops a broker",
        seen_in: &["zeromq/libzmq@e18f9da0"],
        roles: BIND,
        options: SHORT_OUT,
        depth: Depth::Full,
        run: |cx| Box::pin(queues::stalled_peer(cx)),
        ..BASE
    },
    Case {
        id: "29/xsub/nobody-there",
        clauses: &["29-XSUB-014"],
        promise: "Sending does not wait for a publisher.",
        effect: "a broker stands still until its first publisher comes",
        roles: BIND,
        run: |cx| Box::pin(queues::speaks_to_nobody(cx)),
        ..BASE
    },
    Case {
        id: "29/xsub/waits-for-publisher",
        clauses: &["29-XSUB-003"],
        promise: "What is sent before the publisher that was dialled has answered waits for it.",
        effect: "the first messages upstream are lost",
        roles: CONNECT,
        run: |cx| Box::pin(turns::waits_for_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "29/xsub/queue-goes-with-publisher",
        clauses: &["29-XSUB-004"],
        promise: "What is queued for a publisher that has gone is not sent to the next one.",
        effect: "messages for one publisher reach another, or memory is never given back",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::dies_with_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "29/xsub/cancels-before-close",
        clauses: &["29-XSUB-017"],
        level: Level::Should,
        promise: "A socket that is closed cancels all its subscriptions first.",
        effect: "none where publishers notice a close; behind a broker topics flow on unwanted",
        reading: "A close alone says the same, so it is told as lenient (q41).",
        run: |cx| Box::pin(cancels_before_close(cx)),
        ..BASE
    },
];

async fn subscribes(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let long = [b'x'; 300];
    for topic in [&b"A"[..], b"", b"\x01\0", &long] {
        for on in [true, false] {
            peer.release().await?;
            cx.send(&[&[&[u8::from(on)], topic].concat()]).await?;
            expect(&mut peer, Form::Command, on, topic).await?;
        }
    }
    Ok(())
}

async fn to_all(cx: &mut Context) -> Outcome {
    let mut peers = attached_all(cx, 3).await?;
    for parts in varied(&mut cx.entropy, 20) {
        cx.send(&borrowed(&parts)).await?;
        for peer in &mut peers {
            if next(peer).await? != parts {
                let got = "other frames or octets";
                return Err(peer.fail("other-message", "the message that was sent", got));
            }
        }
    }
    Ok(())
}

async fn cancels_before_close(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let mut standing = vec![b"A".to_vec(), b"B".to_vec()];
    for topic in &standing {
        peer.release().await?;
        cx.subscribe(topic, true).await?;
        peer.expect_subscription().await?;
    }
    cx.close().await?;
    for frame in peer.until_closed("the ends of A and B, then a close").await? {
        if let Some((false, topic)) = wish(&frame) {
            standing.retain(|other| *other != topic);
        }
    }
    if !standing.is_empty() {
        let got = format!("{} subscriptions stand when it closes", standing.len());
        cx.lenient("close-alone", "the end of each subscription, then a close", got);
    }
    Ok(())
}
