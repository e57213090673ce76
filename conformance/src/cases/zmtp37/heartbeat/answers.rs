//! What a PING or PONG of the tester brings back.

use crate::context::Context;
use crate::octets::{COMMAND, Frame, frame, hex, message, ping, pong};
use crate::probe::Fate;
use crate::verdict::{Outcome, Stop};

/// The longest context, octets (37-HB-005).
const CONTEXT_LIMIT: usize = 16;

/// PING came with 3.1 (37-HB-016).
pub(super) fn needs_heartbeats(cx: &Context) -> Result<(), Stop> {
    match cx.minor {
        0 => Err(Stop::NotApplicable("ZMTP 3.1".to_owned())),
        _ => Ok(()),
    }
}

/// The data of a command: all of a PONG's is its context.
pub(super) fn context_of(pong: &Frame) -> Vec<u8> {
    pong.command().map(|pong| pong.data.to_vec()).unwrap_or_default()
}

pub(super) async fn pong_repeats_context(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    for size in 0..=CONTEXT_LIMIT {
        // A context is binary: a NUL or FF does not end it.
        let context: Vec<u8> = [0x00, 0xFF, 0x61].into_iter().cycle().take(size).collect();
        peer.write(ping(0, &context)).await?;
        let answer = peer.expect_command("PONG").await?;
        if context_of(&answer) != context {
            let expected = format!("PONG {}", hex(&context));
            let got = format!("PONG {}", hex(&context_of(&answer)));
            return Err(peer.fail("other-context", expected, got));
        }
    }
    Ok(())
}

pub(super) async fn context_too_long(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    for size in [17, 18, 32, 248, 249, 256, 65_536] {
        let mut peer = cx.ready().await?;
        peer.write(ping(0, &vec![0x61; size])).await?;
        let after = peer.fate().await?;
        let longest = after.seen.iter().filter(|frame| frame.is("PONG")).map(context_of);
        let longest = longest.map(|context| context.len()).max();
        if longest.is_some_and(|longest| longest > CONTEXT_LIMIT) {
            let got = "a PONG with a context of more than 16 octets";
            return Err(peer.fail("long-context-echoed", "a close, or at most 16 octets", got));
        }
        if after.fate != Fate::Closed {
            let got = match longest {
                Some(_) => "a PONG with 16 octets or fewer",
                None => "no PONG, and the connection goes on",
            };
            cx.lenient("long-context-taken", "the connection is closed", got);
        }
    }
    Ok(())
}

pub(super) async fn before_handshake(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.greeted().await?;
    peer.write(ping(0, b"early")).await?;
    let after = peer.fate().await?;
    if after.has("PONG") || after.fate == Fate::Serving {
        cx.info("a PING before READY is answered");
    } else if after.fate == Fate::Silent {
        cx.info("a PING before READY is ignored, and the connection stays open");
    }
    Ok(())
}

pub(super) async fn pong_without_ping(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    for context in [&b""[..], b"x", b"0123456789abcdef"] {
        peer.write(pong(context)).await?;
        match peer.fate().await?.fate {
            Fate::Serving => {}
            Fate::Closed => {
                let got = "the connection is closed";
                cx.lenient("pong-closes", "the connection goes on", got);
                return Ok(());
            }
            Fate::Silent => {
                let got = "PINGs are no longer answered";
                return Err(peer.fail("pong-silences", "the connection goes on", got));
            }
        }
    }
    Ok(())
}

pub(super) async fn between_messages(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    let (one, two) = ([&b"one"[..], b""], [&b"two"[..]]);
    let octets = [ping(0, b"a"), message(&one), pong(b"b"), ping(0, b"c"), message(&two)];
    peer.write(octets.concat()).await?;
    peer.release().await?;
    cx.expect_delivery(&one).await?;
    cx.expect_delivery(&two).await?;
    peer.barrier().await?;
    Ok(())
}

pub(super) async fn many_pings(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    let contexts: Vec<Vec<u8>> = (0..32_u8).map(|number| vec![number]).collect();
    let pings: Vec<u8> = contexts.iter().flat_map(|context| ping(0, context)).collect();
    peer.write(pings).await?;
    let seen = peer.barrier().await?;
    let answers: Vec<Vec<u8>> =
        seen.iter().filter(|frame| frame.is("PONG")).map(context_of).collect();
    if answers == contexts {
        return Ok(());
    }
    let mut rest = contexts.iter();
    if answers.iter().all(|answer| rest.any(|context| context == answer)) {
        let got = "fewer PONGs, in order";
        cx.lenient("pongs-merged", "32 PONGs for 32 PINGs", got);
        return Ok(());
    }
    let got = "PONGs out of order, repeated or with other contexts";
    Err(peer.fail("pongs-mixed-up", "32 PONGs in the order of the PINGs", got))
}

pub(super) async fn ping_cut_short(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let whole = b"\x04PING\x00\x00";
    for size in 0..whole.len() {
        let body = whole.get(..size).unwrap_or_default();
        let mut peer = cx.ready().await?;
        peer.write(frame(COMMAND, body)).await?;
        let after = peer.fate().await?;
        let mut contexts = after.seen.iter().filter(|frame| frame.is("PONG")).map(context_of);
        if contexts.any(|context| context.len() > body.len()) {
            let got = format!("{size} octets of PING bring back a longer context");
            return Err(peer.fail("invented-octets", "no octet that was not sent", got));
        }
    }
    Ok(())
}
