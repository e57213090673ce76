//! NULL in 3.0: both peers send READY at once, and there are no other commands.
//! Clauses 23-NULL-001 to -006. The tester announces 3.0; the first two also need a SUT that does.
//! Deliberately absent: what 3.0 shares with 3.1, and subscriptions, which are in `pubsub`.

use crate::case::{BIND, Case, Pace};
use crate::context::Context;
use crate::octets::{Greeting, command, greeting, message, ready, take_frame, title};
use crate::probe::Link;
use crate::socket_type::SocketType::{Dealer, Pair, Pull, Push, Router, Sub};
use crate::target::{Need, Setting};
use crate::verdict::{Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "23/null/ready-unasked",
        clauses: &["23-NULL-001", "23-NULL-002"],
        promise: "A 3.0 peer sends READY without waiting for one, whoever opened the connection.",
        effect: "two peers wait for each other for ever",
        run: |cx| Box::pin(ready_unasked(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/null/either-order",
        clauses: &["23-NULL-001"],
        promise: "A 3.0 peer takes READY before and after it has sent its own.",
        effect: "which peer is faster decides whether the two can talk",
        run: |cx| Box::pin(either_order(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/null/broken-metadata",
        clauses: &["23-NULL-003"],
        level: Level::Should,
        promise: "A READY that does not decode is refused on a 3.0 connection too.",
        effect: "octets outside the grammar pass for metadata",
        types: &[Pull, Dealer, Sub],
        pace: Pace::Quiet,
        run: |cx| Box::pin(broken_metadata(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/null/incompatible-type",
        clauses: &["23-NULL-004"],
        level: Level::Observe,
        promise: "A 3.0 peer may refuse a socket type it does not work with.",
        effect: "two peers are connected that will never understand each other",
        types: &[Pull, Dealer, Sub],
        pace: Pace::Quiet,
        run: |cx| Box::pin(incompatible_type(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/null/message-behind-ready",
        clauses: &["23-NULL-005"],
        level: Level::Observe,
        promise: "A 3.0 peer may send messages right behind its own READY.",
        effect: "the first messages of a fast peer are lost, or its connection is",
        reading: "3.1 waits for READY: q17 of vectors/open-questions.md.",
        types: &[Pull, Dealer, Router],
        roles: BIND,
        needs: &[Need::Recv],
        run: |cx| Box::pin(message_behind_ready(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/null/no-heartbeat",
        clauses: &["23-NULL-006"],
        promise: "A peer sends no PING to a peer that announces 3.0, which has no such command.",
        effect: "a strict 3.0 peer closes the connection at the first heartbeat",
        types: &[Push, Dealer, Pair],
        options: &[("heartbeat_ivl", Setting::Number(5))],
        pace: Pace::Quiet,
        run: |cx| Box::pin(no_heartbeat(cx)),
        ..Case::BASE
    },
    Case {
        id: "23/null/no-subscribe-command",
        clauses: &["23-NULL-006"],
        promise: "A peer sends no SUBSCRIBE or CANCEL to a peer that announces 3.0.",
        effect: "a 3.0 publisher never learns what its subscribers want",
        types: &[Sub],
        needs: &[Need::Subscribe],
        run: |cx| Box::pin(no_subscribe_command(cx)),
        ..Case::BASE
    },
];

/// A greeting that announces 3.0.
fn greeting_v30() -> Greeting {
    greeting().version(3, 0)
}

/// The READY of the usual counterpart of the SUT.
fn ready_of_counterpart(cx: &Context) -> Vec<u8> {
    ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

/// A connection to a SUT that announces 3.0 itself.
async fn greeted_by_v30(cx: &mut Context) -> Result<Link, Stop> {
    if cx.minor != 0 {
        return Err(Stop::NotApplicable("a SUT that announces 3.0".to_owned()));
    }
    cx.greeted_as(greeting_v30()).await
}

async fn ready_unasked(cx: &mut Context) -> Outcome {
    let mut peer = greeted_by_v30(cx).await?;
    peer.expect_command("READY").await?;
    Ok(())
}

async fn either_order(cx: &mut Context) -> Outcome {
    let ready = ready_of_counterpart(cx);
    let mut first = greeted_by_v30(cx).await?;
    first.write(&ready).await?;
    first.expect_command("READY").await?;
    let mut second = greeted_by_v30(cx).await?;
    second.expect_command("READY").await?;
    second.write(&ready).await?;
    for peer in [&mut first, &mut second] {
        peer.whatever_comes().await?;
        if peer.is_closed() {
            return Err(peer.fail("closed", "the handshake succeeds", "the connection is closed"));
        }
    }
    Ok(())
}

async fn broken_metadata(cx: &mut Context) -> Outcome {
    // Cut in a name, in a size and in a value; no PING here, which 3.0 does not have.
    for metadata in [&b"\x0bSocket"[..], b"\x01A\0\0", b"\x01A\0\0\0\x05abc"] {
        let mut peer = cx.greeted_as(greeting_v30()).await?;
        peer.write(command("READY", metadata)).await?;
        peer.whatever_comes().await?;
        if !peer.is_closed() {
            let got = format!("it stays open after {} octets of metadata", metadata.len());
            return Err(peer.fail("cut-accepted", "the connection is closed", got));
        }
    }
    Ok(())
}

async fn incompatible_type(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted_as(greeting_v30()).await?;
    peer.write(ready(&[("Socket-Type", b"REQ")])).await?;
    peer.whatever_comes().await?;
    let reaction = if peer.is_closed() { "refused" } else { "accepted" };
    cx.info(format!("a REQ is {reaction}"));
    Ok(())
}

async fn message_behind_ready(cx: &mut Context) -> Outcome {
    let early = cx.entropy.nonce();
    let mut hasty = cx.link().await?;
    let all = [greeting_v30().build().to_vec(), ready_of_counterpart(cx), message(&[&early])];
    hasty.write(all.concat()).await?;
    // READY or the end of the stream: either way the segment was read.
    if hasty.greeting().await.is_ok() {
        hasty.frame("READY or a close").await?;
    }
    let mut peer = cx.ready().await?;
    let nonce = cx.entropy.nonce();
    peer.write(message(&[&nonce])).await?;
    peer.release().await?;
    let delivered = cx.recv_body().await? == [early];
    cx.info(match delivered {
        true => "a message in the segment of READY is delivered",
        false => "a message in the segment of READY is not delivered",
    });
    Ok(())
}

async fn no_heartbeat(cx: &mut Context) -> Outcome {
    let mut peer = cx
        .ready_as(greeting_v30(), &[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
        .await?;
    let mut rest = peer.whatever_comes().await?;
    while let Ok(Some((frame, used))) = take_frame(&rest) {
        if frame.is_command() && !frame.is("READY") && !frame.is("ERROR") {
            let name = frame.command().map(|command| command.name).unwrap_or_default();
            let got = String::from_utf8_lossy(name).into_owned();
            return Err(peer.fail("command-of-3.1", "no command but READY and ERROR", got));
        }
        rest.drain(..used);
    }
    Ok(())
}

async fn no_subscribe_command(cx: &mut Context) -> Outcome {
    cx.socket().await?;
    cx.subscribe(b"topic", true).await?;
    let mut peer = cx.ready_as(greeting_v30(), &[("Socket-Type", b"PUB")]).await?;
    for _ in 0..2 {
        let Some(frame) = peer.frame("a subscription as a message").await? else {
            return Err(peer.fail("closed", "a subscription", "the connection was closed"));
        };
        if frame.is_command() {
            let expected = "a subscription as a message";
            return Err(peer.fail("command-of-3.1", expected, title(&frame)));
        }
        cx.subscribe(b"topic", false).await?;
    }
    Ok(())
}
