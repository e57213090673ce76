//! The SUT subscribes; the tester reads what it sends.

use crate::cases::publishing::{Form, expect, wish};
use crate::context::Context;
use crate::octets::title;
use crate::probe::Link;
use crate::verdict::{Outcome, Stop};

pub(super) async fn subscribe_sent(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    cx.subscribe(b"A", true).await?;
    expect(&mut peer, Form::Command, true, b"A").await
}

pub(super) async fn standing(cx: &mut Context) -> Outcome {
    cx.subscribe(b"A", true).await?;
    let mut peer = cx.ready().await?;
    expect(&mut peer, Form::Command, true, b"A").await
}

pub(super) async fn cancel_sent(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    cx.subscribe(b"A", true).await?;
    expect(&mut peer, Form::Command, true, b"A").await?;
    cx.subscribe(b"A", false).await?;
    expect(&mut peer, Form::Command, false, b"A").await
}

pub(super) async fn topics_sent(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    for size in [0, 1, 2, 244, 245, 246, 254, 255, 256, 65_536] {
        let topic: Vec<u8> = [0x00, 0xFF, 0x41].into_iter().cycle().take(size).collect();
        cx.subscribe(&topic, true).await?;
        expect(&mut peer, Form::Command, true, &topic).await?;
        cx.subscribe(&topic, false).await?;
        expect(&mut peer, Form::Command, false, &topic).await?;
    }
    Ok(())
}

/// SUBSCRIBE less CANCEL of `A` up to the subscription to `end`.
async fn balance(cx: &mut Context, peer: &mut Link, end: &[u8]) -> Result<i32, Stop> {
    cx.subscribe(end, true).await?;
    let mut balance = 0;
    loop {
        let Some(frame) = peer.frame("SUBSCRIBE or CANCEL").await? else {
            let got = "the connection was closed";
            return Err(peer.fail("closed", "SUBSCRIBE or CANCEL", got));
        };
        match wish(&frame) {
            Some((true, topic)) if topic == end => return Ok(balance),
            Some((on, topic)) if topic == b"A" => balance += if on { 1 } else { -1 },
            _ => {
                let expected = "SUBSCRIBE or CANCEL of A";
                return Err(peer.fail("unexpected-frame", expected, title(&frame)));
            }
        }
    }
}

pub(super) async fn counts(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    // What is subscribed before the application side knows of the peer may be sent as one.
    cx.subscribe(b"X", true).await?;
    peer.expect_subscription().await?;
    cx.subscribe(b"A", true).await?;
    cx.subscribe(b"A", true).await?;
    cx.subscribe(b"A", false).await?;
    let wanted = balance(cx, &mut peer, b"Y").await?;
    if wanted < 1 {
        let got = "as many CANCEL as SUBSCRIBE";
        return Err(peer.fail("cancelled-early", "A stays subscribed", got));
    }
    cx.subscribe(b"A", false).await?;
    match wanted + balance(cx, &mut peer, b"Z").await? {
        0 => Ok(()),
        ..0 => {
            let got = "more CANCEL than SUBSCRIBE";
            Err(peer.fail("too-many-cancels", "as many CANCEL as SUBSCRIBE", got))
        }
        1.. => {
            let got = "more SUBSCRIBE than CANCEL";
            cx.lenient("subscribe-surplus", "as many CANCEL as SUBSCRIBE", got);
            Ok(())
        }
    }
}
