//! PINGs of the SUT, and the times that PINGs set on either side. Lower bounds are measured from
//! before the octet that starts the SUT's timer, so a slow machine cannot break them; upper bounds
//! are the deadline.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::answers::{context_of, needs_heartbeats};
use crate::context::Context;
use crate::octets::{Frame, greeting, hex, message, ping, pong, take_frame};
use crate::probe::Link;
use crate::verdict::{Outcome, Stop};

/// What timers of whole milliseconds may be early by.
const SLACK: Duration = Duration::from_millis(5);
/// A TTL whose 720 900 milliseconds, cut to 16 bits, are 4.
const SLIPPING_TTL: u16 = 7_209;
/// Unanswered PINGs that are no longer a few.
const MANY: usize = 16;

/// The next PING of the SUT; other frames are passed over.
async fn next_ping(peer: &mut Link) -> Result<Frame, Stop> {
    loop {
        match peer.frame("a PING").await? {
            Some(frame) if frame.is("PING") => return Ok(frame),
            Some(_) => {}
            None => return Err(peer.fail("closed", "a PING", "the connection was closed")),
        }
    }
}

/// How many PINGs are among these octets.
fn pings_in(mut octets: &[u8]) -> usize {
    let mut pings = 0;
    while let Ok(Some((frame, used))) = take_frame(octets) {
        pings += usize::from(frame.is("PING"));
        octets = octets.get(used..).unwrap_or_default();
    }
    pings
}

/// Reads to the end of the stream, answering nothing. It has one deadline: a SUT that goes on
/// sending has not ended the connection.
async fn silent_until_closed(cx: &Context, peer: &mut Link) -> Result<(), Stop> {
    let expected = "the connection is closed";
    let close = async {
        while peer.frame(expected).await?.is_some() {}
        Ok(())
    };
    match timeout(cx.bench().deadline, close).await {
        Ok(closed) => closed,
        Err(_) => Err(peer.silent(expected)),
    }
}

pub(super) async fn pings_within_grammar(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    for _ in 0..3 {
        let ping = next_ping(&mut peer).await?;
        if !(7..=23).contains(&ping.body.len()) {
            let got = format!("a body of {} octets", ping.body.len());
            return Err(peer.fail("ping-size", "a PING with a body of 7 to 23 octets", got));
        }
        let context = context_of(&ping).get(2..).map(<[u8]>::to_vec).unwrap_or_default();
        peer.write(pong(&context)).await?;
    }
    Ok(())
}

pub(super) async fn ttl_in_tenths(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    let ping = next_ping(&mut peer).await?;
    match context_of(&ping).get(..2) {
        Some([0x00, 0x05]) => Ok(()),
        Some(ttl) => Err(peer.fail("ttl", "TTL 0005: 500 ms", format!("TTL {}", hex(ttl)))),
        None => Err(peer.fail("ttl", "TTL 0005: 500 ms", "a PING without a TTL")),
    }
}

pub(super) async fn no_ping_in_handshake(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.greeted().await?;
    match pings_in(&peer.whatever_comes().await?) {
        0 => Ok(()),
        _ => Err(peer.fail("ping-before-ready", "no PING before both READY", "a PING")),
    }
}

pub(super) async fn no_ping_to_older(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = match cx.ready_as(greeting().version(3, 0), &[("Socket-Type", kind)]).await {
        Err(Stop::Fail(finding)) if finding.signature.contains("closed") => {
            return Err(Stop::NotApplicable("a SUT that steps down to 3.0".to_owned()));
        }
        other => other?,
    };
    if pings_in(&peer.whatever_comes().await?) > 0 {
        cx.lenient("ping-to-3.0", "no PING to a peer that announced 3.0", "a PING");
    }
    Ok(())
}

pub(super) async fn long_ttl(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    for ttl in [0, SLIPPING_TTL] {
        let mut peer = cx.ready().await?;
        peer.write(ping(ttl, b"")).await?;
        peer.whatever_comes().await?;
        if peer.is_closed() {
            let got = format!("closed within a moment of a PING with TTL {ttl}");
            return Err(peer.fail("ttl-cut", "the connection lives as long as its TTL", got));
        }
        peer.barrier().await?;
    }
    Ok(())
}

pub(super) async fn ttl_ends(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    let began = Instant::now();
    peer.write(ping(1, b"")).await?;
    silent_until_closed(cx, &mut peer).await?;
    early(&peer, began, Duration::from_millis(100), "the TTL of 100 ms")
}

pub(super) async fn silence_ends(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let began = Instant::now();
    let mut peer = cx.ready().await?;
    silent_until_closed(cx, &mut peer).await?;
    early(&peer, began, Duration::from_millis(100), "the timeout of 100 ms")
}

/// A close is a failure when it came before `limit` was over.
fn early(peer: &Link, began: Instant, limit: Duration, what: &str) -> Outcome {
    if began.elapsed() + SLACK >= limit {
        return Ok(());
    }
    let expected = format!("the connection lives for {what}");
    Err(peer.fail("closed-early", expected, "it was closed before"))
}

pub(super) async fn traffic_keeps_alive(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let (limit, whole) = (Duration::from_millis(150), Duration::from_millis(400));
    let mut peer = cx.ready().await?;
    let began = Instant::now();
    let mut last = began;
    while began.elapsed() < whole {
        // A message a PING, or one each interval when no PING comes; no PONG: messages are all
        // that the SUT hears.
        let heard = timeout(limit / 5, next_ping(&mut peer)).await;
        if heard.is_ok_and(|ping| ping.is_err()) {
            // The gap since the last message is measured, so that a slow tester blames nobody.
            return if last.elapsed() + SLACK < limit {
                let got = "it is closed, for want of a PONG";
                Err(peer.fail("traffic-ignored", "messages keep the connection alive", got))
            } else {
                Err(Stop::NotApplicable("a machine that is not overloaded".to_owned()))
            };
        }
        peer.write(message(&[b"alive"])).await?;
        last = Instant::now();
    }
    peer.barrier().await?;
    Ok(())
}

pub(super) async fn few_pings(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let mut peer = cx.ready().await?;
    let mut pings = 0;
    loop {
        let fresh = pings_in(&peer.whatever_comes().await?);
        pings += fresh;
        if pings >= MANY {
            let expected = "a few PINGs until one is answered";
            return Err(peer.fail("pings-pile-up", expected, "16 PINGs and more"));
        }
        if fresh == 0 || peer.is_closed() {
            return Ok(());
        }
    }
}

pub(super) async fn comes_back(cx: &mut Context) -> Outcome {
    needs_heartbeats(cx)?;
    let socket = cx.socket().await?;
    let mut peer = cx.ready().await?;
    silent_until_closed(cx, &mut peer).await?;
    let mut again = cx.link_to(&socket).await?;
    again.write(greeting().build()).await?;
    again.greeting().await?;
    Ok(())
}
