//! What flows on a 1.0 connection: broadcast, addressed and neutral content.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::case::{Case, Pace};
use crate::cases::legacy::{self, FrameV1, octets_v1};
use crate::context::Context;
use crate::octets::{frame_v1, hex, identity_v1};
use crate::socket_type::SocketType::{Pub, Push, Rep, Req, Router, Sub, Xpub};
use crate::target::Need;
use crate::verdict::{Finding, Level, Outcome, Stop};

/// How long a published marker may take before the next one is published; not a limit.
const ROUND: Duration = Duration::from_millis(3);

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "13/content/broadcast-unfiltered",
        clauses: &["13-CONTENT-001", "13-CONTENT-004"],
        promise: "A publisher sends a 1.0 subscriber everything, as plain messages.",
        effect: "1.0 subscribers, who cannot subscribe, get nothing",
        types: &[Pub, Xpub],
        needs: &[Need::Send],
        run: |cx| Box::pin(broadcast_unfiltered(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/content/subscriber-silent",
        clauses: &["13-CONTENT-002"],
        promise: "A subscriber sends a 1.0 publisher nothing but its greeting.",
        effect: "1.0 publishers receive messages they have no use for",
        types: &[Sub],
        needs: &[Need::Subscribe],
        pace: Pace::Quiet,
        run: |cx| Box::pin(subscriber_silent(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/content/subscriber-filters",
        clauses: &["13-CONTENT-003"],
        level: Level::Observe,
        promise: "A subscriber delivers only what matches, since a 1.0 publisher sends all.",
        effect: "applications get messages they did not subscribe to",
        types: &[Sub],
        needs: &[Need::Recv, Need::Subscribe],
        run: |cx| Box::pin(subscriber_filters(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/content/request-envelope",
        clauses: &["13-CONTENT-006", "13-CONTENT-007", "13-CONTENT-005"],
        promise: "A request is an empty frame with MORE, and then the body.",
        effect: "1.0 repliers cannot find the body",
        types: &[Req],
        needs: &[Need::Send, Need::Recv],
        run: |cx| Box::pin(request_envelope(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/content/reply-envelope",
        clauses: &["13-CONTENT-009", "13-CONTENT-005", "13-CONTENT-006"],
        level: Level::Should,
        promise: "A replier puts the envelope of the request in front of its reply.",
        effect: "replies do not find their way back",
        types: &[Rep],
        needs: &[Need::Send, Need::Recv],
        run: |cx| Box::pin(reply_envelope(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/content/router-prepends",
        clauses: &["13-CONTENT-008"],
        level: Level::Should,
        promise: "A ROUTER puts the identity of the peer in front of its message.",
        effect: "replies do not find their way back",
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(router_prepends(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/content/ignored-direction",
        clauses: &["13-CONTENT-010"],
        level: Level::Observe,
        promise: "What is sent to a peer that receives nothing is ignored.",
        effect: "a chatty 1.0 peer breaks the connection",
        types: &[Push],
        needs: &[Need::Send],
        run: |cx| Box::pin(ignored_direction(cx)),
        ..Case::BASE
    },
];

/// The next frame, which must have these flags and this body.
fn check(frame: &FrameV1, flags: u8, body: &[u8]) -> Outcome {
    if (frame.flags, frame.body.as_slice()) == (flags, body) {
        return Ok(());
    }
    let expected = format!("flags {}, body {}", hex(&[flags]), hex(body));
    let got = format!("flags {}, body {}", hex(&[frame.flags]), hex(&frame.body));
    Err(Stop::Fail(Finding::new("other-frame", expected, got)))
}

async fn broadcast_unfiltered(cx: &mut Context) -> Outcome {
    let mut peer = legacy::anonymous_v1(cx).await?;
    let marker = frame_v1(0, b"M");
    let began = Instant::now();
    // The publisher learns of its peer in its own time: publish until the first one arrives.
    loop {
        cx.send(&[b"M"]).await?;
        match timeout(ROUND, peer.octets(marker.len(), "a message")).await {
            Ok(octets) => match octets? {
                Some(octets) if octets == marker => break,
                Some(octets) => {
                    return Err(peer.fail("other-frame", hex(&marker), hex(&octets)));
                }
                None => return Err(peer.fail("closed", "a message", "the connection was closed")),
            },
            Err(_) if began.elapsed() < cx.bench().deadline => {}
            Err(_) => {
                let expected = "messages arrive without a subscription";
                return Err(Stop::Hang(Finding::new("nothing-sent", expected, "none")));
            }
        }
    }
    cx.send(&[b"hi", b""]).await?;
    let mut frame = legacy::read_v1(&mut peer).await?;
    while frame.body == b"M" {
        frame = legacy::read_v1(&mut peer).await?;
    }
    check(&frame, 1, b"hi")?;
    check(&legacy::read_v1(&mut peer).await?, 0, b"")
}

async fn subscriber_silent(cx: &mut Context) -> Outcome {
    cx.subscribe(b"A", true).await?;
    let mut peer = legacy::anonymous_v1(cx).await?;
    cx.subscribe(b"B", true).await?;
    let octets = peer.whatever_comes().await?;
    match octets.is_empty() {
        true => Ok(()),
        false => Err(peer.fail("subscription-sent", "no octet behind the greeting", "a frame")),
    }
}

async fn subscriber_filters(cx: &mut Context) -> Outcome {
    cx.subscribe(b"A", true).await?;
    let mut peer = legacy::anonymous_v1(cx).await?;
    peer.write([frame_v1(0, b"A1"), frame_v1(0, b"B1"), frame_v1(0, b"A2")].concat()).await?;
    legacy::expect_first(cx, &mut peer, "1.0", &[b"A1"]).await?;
    if cx.recv().await? != [b"A2"] {
        cx.info("a subscriber delivers what does not match");
    }
    Ok(())
}

async fn request_envelope(cx: &mut Context) -> Outcome {
    let mut peer = legacy::anonymous_v1(cx).await?;
    cx.send(&[b"q"]).await?;
    check(&legacy::read_v1(&mut peer).await?, 1, b"")?;
    check(&legacy::read_v1(&mut peer).await?, 0, b"q")?;
    peer.write(octets_v1(&[b"", b"r"])).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"r"]).await
}

async fn reply_envelope(cx: &mut Context) -> Outcome {
    let mut peer = legacy::anonymous_v1(cx).await?;
    peer.write(octets_v1(&[b"x", b"y", b"", b"body"])).await?;
    legacy::expect_first(cx, &mut peer, "1.0", &[b"body"]).await?;
    cx.send(&[b"reply"]).await?;
    for (flags, body) in [(1, &b"x"[..]), (1, b"y"), (1, b""), (0, b"reply")] {
        check(&legacy::read_v1(&mut peer).await?, flags, body)?;
    }
    Ok(())
}

async fn router_prepends(cx: &mut Context) -> Outcome {
    let (mut peer, _) = legacy::open_v1(cx, &identity_v1(b"BOB")).await?;
    peer.write(octets_v1(&[b"", b"q"])).await?;
    peer.release().await?;
    let got = cx.recv().await?;
    match got == [&b"BOB"[..], b"", b"q"] {
        true => Ok(()),
        false => Err(peer.fail("other-envelope", "BOB, an empty frame, q", "other frames")),
    }
}

async fn ignored_direction(cx: &mut Context) -> Outcome {
    let mut peer = legacy::anonymous_v1(cx).await?;
    peer.write([frame_v1(0, b"hi"), octets_v1(&[b"a", b"b"])].concat()).await?;
    peer.release().await?;
    cx.send(&[b"x"]).await?;
    match legacy::read_v1(&mut peer).await {
        Ok(frame) => check(&frame, 0, b"x"),
        Err(Stop::Fail(finding)) if finding.signature == "closed" => {
            cx.info("what is sent to a peer that receives nothing ends the connection");
            Ok(())
        }
        Err(stop) => Err(stop),
    }
}
