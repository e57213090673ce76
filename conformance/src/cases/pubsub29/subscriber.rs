//! SUB, and what XSUB has in common with it: messages of many publishers, each served in its turn,
//! and subscriptions that every publisher is told of, again when it comes back.

use std::collections::BTreeSet;

use super::SUBSCRIBERS;
use crate::case::{BIND, CONNECT, Case, Depth, Pace};
use crate::cases::many::{again, ask_for_all, listening, never_sends, received_unchanged};
use crate::cases::publishing::wish;
use crate::cases::queues::{self, SHORT_IN};
use crate::context::Context;
use crate::octets::{hex, message, title};
use crate::probe::Link;
use crate::socket_type::SocketType::Sub;
use crate::target::Need;
use crate::verdict::{Level, Outcome, Stop};

/// What these cases share.
const BASE: Case = Case { types: SUBSCRIBERS, needs: &[Need::Recv, Need::Subscribe], ..Case::BASE };

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "29/subscriber/many-publishers",
        clauses: &["29-SUB-001", "29-XSUB-001"],
        promise: "Messages of three publishers are all delivered.",
        effect: "a subscriber hears the first publisher only",
        reading: "The RFC allows many peers; a subscriber that accepts them has to hear them.",
        roles: BIND,
        run: |cx| Box::pin(many_publishers(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/unchanged",
        clauses: &["29-SUB-009", "29-XSUB-008"],
        promise: "100 messages of 1 to 5 frames are delivered octet by octet as they were sent.",
        effect: "applications read something else than was published",
        run: |cx| Box::pin(received_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/delivered-once",
        clauses: &["29-SUB-011", "29-XSUB-010"],
        promise: "A message that matches two subscriptions is delivered, and once.",
        effect: "messages vanish, or are counted twice",
        run: |cx| Box::pin(delivered_once(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/filters-again",
        clauses: &["29-SUB-010", "29-XSUB-009"],
        level: Level::Observe,
        promise: "What a publisher sends unasked may be delivered or not; what was asked for is.",
        effect: "applications see topics they did not subscribe to",
        run: |cx| Box::pin(filters_again(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/fair",
        clauses: &["29-SUB-003", "29-SUB-008", "29-XSUB-007"],
        promise: "The one message of a publisher does not wait behind all those of another.",
        effect: "a busy feed silences the others",
        seen_in: &["zeromq/zmq.rs@9796c7a2", "excsn/rzmq@273a25b"],
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(queues::fair(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/full-queue",
        clauses: &["29-SUB-003", "29-SUB-006", "29-SUB-007", "29-XSUB-006"],
        promise: "A publisher that sends more than is read loses messages, whole ones and its own, \
                  and none of another publisher.",
        effect: "a busy feed silences the others, or eats the memory of a slow application",
        reading: "A subscriber that stops to read leaves the dropping to the publisher, who does \
                  the same; it is told as lenient (q41), and so is one without a limit.",
        roles: BIND,
        options: SHORT_IN,
        depth: Depth::Full,
        pace: Pace::Quiet,
        run: |cx| Box::pin(queues::flooded(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/queue-outlives-connection",
        clauses: &["29-SUB-004"],
        promise: "Messages that came before a connection broke are delivered, in order, before \
                  those of the next one.",
        effect: "news are lost that had arrived",
        roles: CONNECT,
        run: |cx| Box::pin(queues::outlives_its_connection(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/torn-message",
        clauses: &["29-SUB-005"],
        promise: "Half a message is forgotten with its publisher, and the next one starts with a \
                  clean slate.",
        effect: "the head of one message is delivered with the tail of another",
        seen_in: &["zeromq/libzmq#2163", "zeromq/libzmq#3485"],
        reading: "The text discards the whole queue of a publisher that has gone; messages that \
                  were whole may be delivered all the same, and that is told.",
        roles: BIND,
        run: |cx| Box::pin(queues::torn_message(cx)),
        ..BASE
    },
    Case {
        id: "29/subscriber/subscribes-anew",
        clauses: &["29-SUB-012", "29-XSUB-016", "37-PUBSUB-002"],
        promise: "Each publisher that comes, or comes back, is told all subscriptions that stand, \
                  and none that was cancelled.",
        effect: "one restart of a publisher, and a subscriber hears half of its topics, or nothing",
        seen_in: &["zeromq/libzmq#916", "zeromq/libzmq#1362", "go-zeromq/zmq4@c17962e"],
        run: |cx| Box::pin(subscribes_anew(cx)),
        ..BASE
    },
    Case {
        id: "29/sub/never-sends",
        clauses: &["29-SUB-002"],
        promise: "A SUB refuses to send, and nothing leaves.",
        effect: "an application sends what nobody can get",
        types: &[Sub],
        needs: &[Need::Send],
        run: |cx| Box::pin(never_sends(cx)),
        ..BASE
    },
];

async fn many_publishers(cx: &mut Context) -> Outcome {
    ask_for_all(cx).await?;
    let mut peers = Vec::new();
    for _ in 0..3 {
        peers.push(listening(cx).await?);
    }
    let mut wanted = BTreeSet::new();
    for (at, peer) in peers.iter_mut().enumerate() {
        for number in 0..3 {
            let body = format!("{at} {number}").into_bytes();
            peer.write(message(&[&body])).await?;
            wanted.insert(vec![body]);
        }
        peer.release().await?;
    }
    while let Some(peer) = peers.first().filter(|_| !wanted.is_empty()) {
        let parts = cx.recv().await?;
        if !wanted.remove(&parts) {
            let got = "another message, or one that came before";
            return Err(peer.fail("other-delivery", "each message once", got));
        }
    }
    Ok(())
}

async fn delivered_once(cx: &mut Context) -> Outcome {
    for topic in [&b"A"[..], b"A1", b"end"] {
        cx.subscribe(topic, true).await?;
    }
    let mut peer = again(cx).await?;
    for _ in 0..3 {
        peer.expect_subscription().await?;
    }
    peer.write([message(&[b"A1"]), message(&[b"end"])].concat()).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"A1"]).await?;
    cx.expect_delivery(&[b"end"]).await
}

async fn filters_again(cx: &mut Context) -> Outcome {
    cx.subscribe(b"A", true).await?;
    let mut peer = listening(cx).await?;
    peer.write([message(&[b"B1"]), message(&[&b"B"[..], b"A"]), message(&[b"A1"])].concat())
        .await?;
    peer.release().await?;
    let mut unasked = 0;
    loop {
        let got = cx.recv().await?;
        if got == [b"A1"] {
            break;
        }
        if got != [b"B1"] && got != [&b"B"[..], b"A"] {
            let expected = "messages as they were sent";
            return Err(peer.fail("other-delivery", expected, "another message"));
        }
        unasked += 1;
    }
    if unasked > 0 {
        cx.info("messages that match no subscription are delivered");
    }
    Ok(())
}

/// Topics a publisher is told of on a connection where the handshake has just ended, up to `end`,
/// which is the last one in the order of nothing: any order will do.
async fn told(peer: &mut Link, count: usize) -> Result<BTreeSet<Vec<u8>>, Stop> {
    let mut topics = BTreeSet::new();
    while topics.len() < count {
        let Some(frame) = peer.frame("the subscriptions that stand").await? else {
            let got = "the connection was closed";
            return Err(peer.fail("closed", "the subscriptions that stand", got));
        };
        match wish(&frame) {
            Some((true, topic)) => topics.insert(topic),
            Some((false, topic)) => topics.remove(&topic),
            None => {
                let expected = "the subscriptions that stand";
                return Err(peer.fail("unexpected-frame", expected, title(&frame)));
            }
        };
    }
    Ok(topics)
}

async fn subscribes_anew(cx: &mut Context) -> Outcome {
    let mut standing: BTreeSet<Vec<u8>> =
        [&b""[..], b"A", b"AB", b"\0\xFF"].map(<[u8]>::to_vec).into();
    for topic in standing.iter().map(Vec::as_slice).chain([&b"gone"[..]]) {
        cx.subscribe(topic, true).await?;
    }
    cx.subscribe(b"gone", false).await?;
    for late in [&b"late"[..], b"later"] {
        let mut peer = again(cx).await?;
        expect_told(&mut peer, &standing).await?;
        // One more each time, when the last publisher has gone or not.
        cx.subscribe(late, true).await?;
        standing.insert(late.to_vec());
        peer.close().await?;
    }
    let mut peer = again(cx).await?;
    expect_told(&mut peer, &standing).await?;
    peer.write(message(&[b"news"])).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"news"]).await
}

async fn expect_told(peer: &mut Link, standing: &BTreeSet<Vec<u8>>) -> Outcome {
    let topics = told(peer, standing.len()).await?;
    if topics == *standing {
        return Ok(());
    }
    let shown: Vec<_> = topics.iter().map(|topic| hex(topic)).collect();
    let expected = format!("{} topics, all that stand", standing.len());
    Err(peer.fail("other-subscriptions", expected, shown.join(" ")))
}
