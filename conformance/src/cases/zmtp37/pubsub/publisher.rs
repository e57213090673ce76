//! The SUT publishes; the tester subscribes on the wire.

use crate::cases::publishing::{Form, comes_and_goes, expect_published, publish, race, settle};
use crate::context::Context;
use crate::octets::{cancel, subscribe};
use crate::probe::{Fate, Link};
use crate::verdict::{Outcome, Stop};

/// A peer with these subscriptions and one to `M`, all in force.
async fn subscribed(cx: &mut Context, topics: &[&[u8]]) -> Result<Link, Stop> {
    let mut peer = cx.ready().await?;
    let octets: Vec<u8> = topics.iter().flat_map(|topic| subscribe(topic)).collect();
    peer.write([octets, subscribe(b"M")].concat()).await?;
    settle(cx, &mut peer, b"M").await?;
    Ok(peer)
}

pub(super) async fn filter(cx: &mut Context) -> Outcome {
    let mut peer = subscribed(cx, &[b"A"]).await?;
    expect_published(cx, &mut peer, b"M", &[b"A1", b"B1", b"A2"], &[b"A1", b"A2"]).await
}

pub(super) async fn subscribe_and_cancel(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    comes_and_goes(cx, &mut peer, Form::Command).await
}

pub(super) async fn prefix(cx: &mut Context) -> Outcome {
    let mut peer = subscribed(cx, &[b"A"]).await?;
    let published: [&[u8]; 6] = [b"A", b"AB", b"BA", b"", b"a", b"\x00A"];
    expect_published(cx, &mut peer, b"M", &published, &[b"A", b"AB"]).await
}

pub(super) async fn match_all(cx: &mut Context) -> Outcome {
    let mut peer = subscribed(cx, &[b""]).await?;
    let all: [&[u8]; 3] = [b"", b"x", b"\x00"];
    expect_published(cx, &mut peer, b"M", &all, &all).await
}

pub(super) async fn one_copy(cx: &mut Context) -> Outcome {
    let mut peer = subscribed(cx, &[b"A", b"", b"A1", b"A"]).await?;
    expect_published(cx, &mut peer, b"M", &[b"A1"], &[b"A1"]).await
}

pub(super) async fn counts(cx: &mut Context) -> Outcome {
    let mut peer = subscribed(cx, &[b"A", b"A"]).await?;
    peer.write([cancel(b"A"), subscribe(b"N")].concat()).await?;
    settle(cx, &mut peer, b"N").await?;
    if publish(cx, &mut peer, b"N", &[b"A1"]).await?.is_empty() {
        let got = "it ends at the first CANCEL";
        cx.lenient("set-of-topics", "the topic goes on until the second CANCEL", got);
    }
    peer.write([cancel(b"A"), subscribe(b"O")].concat()).await?;
    settle(cx, &mut peer, b"O").await?;
    expect_published(cx, &mut peer, b"O", &[b"A2"], &[]).await
}

pub(super) async fn cancel_unknown(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write([cancel(b"A"), cancel(b"A")].concat()).await?;
    if peer.fate().await?.fate == Fate::Closed {
        cx.info("a CANCEL of an unknown topic ends the connection");
        return Ok(());
    }
    peer.write(subscribe(b"A")).await?;
    settle(cx, &mut peer, b"A1").await
}

pub(super) async fn topics(cx: &mut Context) -> Outcome {
    // Each topic starts with an octet of its own, the first two with NUL and FF.
    let firsts = [0x00, 0xFF, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06];
    let sizes = [1, 2, 244, 245, 246, 255, 256, 65_536];
    let topic = |(first, size): (u8, usize)| [&[first], &vec![0x00; size - 1][..]].concat();
    let topics: Vec<Vec<u8>> = firsts.into_iter().zip(sizes).map(topic).collect();
    let borrowed: Vec<&[u8]> = topics.iter().map(Vec::as_slice).collect();
    let mut peer = subscribed(cx, &borrowed).await?;
    for topic in &topics {
        let longer = [&topic[..], b"x"].concat();
        let (last, shorter) = topic.split_last().unwrap_or((&0, &[]));
        let other = [shorter, &[last ^ 0x80]].concat();
        let published: [&[u8]; 4] = [topic, &longer, shorter, &other];
        expect_published(cx, &mut peer, b"M", &published, &[topic, &longer]).await?;
    }
    Ok(())
}

pub(super) async fn message_form(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write(Form::Message.subscribe(b"A")).await?;
    if peer.fate().await?.fate == Fate::Closed {
        return Ok(());
    }
    // The command comes second, so that a SUT that obeys both has obeyed the message before.
    peer.write(subscribe(b"M")).await?;
    let first = race(cx, &mut peer, &[b"A", b"M"]).await?;
    if first.concat() == [b"A"] || !publish(cx, &mut peer, b"M", &[b"A1"]).await?.is_empty() {
        cx.info("a message that starts with 01 subscribes");
    }
    Ok(())
}
