//! RFC 31, exclusive pair: a PAIR talks to one peer at a time, at will (31-PAIR-001 to -011).

use std::rc::Rc;

use tokio::time::Instant;

use super::many::{
    again, attached, borrowed, is_mark, large, numbered, received_unchanged, sent_unchanged,
};
use super::reqrep28::{NOT_NOW, NOW, STEP, arrives, full_queue, needs_a_peer, say, stays_silent};
use super::turns::{self, SHORT_OUT};
use crate::case::{BIND, CONNECT, Case, Depth, Pace};
use crate::context::Context;
use crate::octets::{GREETING_SIZE, greeting, message, ready};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::Pair;
use crate::target::{Need, Options, Setting};
use crate::verdict::{Finding, Outcome, Stop};

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[CASES];

/// What these cases share.
const BASE: Case = Case { types: &[Pair], needs: &[Need::Recv, Need::Send], ..Case::BASE };

/// A queue that two messages fill.
const SHORTEST: Options = &[("sndhwm", Setting::Number(2))];

const CASES: &[Case] = &[
    Case {
        id: "31/pair/one-peer",
        clauses: &["31-PAIR-001"],
        promise: "While a peer is there a second one neither receives nor delivers messages; when \
                  the first has gone, a new one is served.",
        effect: "a stranger takes part in a private conversation, or ends it for ever",
        reading: "Whether the second one is disconnected is left open: q45 of \
                  vectors/open-questions.md.",
        roles: BIND,
        pace: Pace::Quiet,
        run: |cx| Box::pin(one_peer(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/sent-unchanged",
        clauses: &["31-PAIR-002"],
        promise: "100 messages of 1 to 5 frames leave octet by octet as they were sent.",
        effect: "peers read something else than was sent",
        run: |cx| Box::pin(sent_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/received-unchanged",
        clauses: &["31-PAIR-002"],
        promise: "100 messages of 1 to 5 frames are delivered octet by octet as they were sent.",
        effect: "applications read something else than was sent",
        run: |cx| Box::pin(received_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/both-directions",
        clauses: &["31-PAIR-003"],
        promise: "A peer that does not read is still heard.",
        effect: "two peers that are both busy sending wait for each other for ever",
        roles: BIND,
        options: SHORTEST,
        run: |cx| Box::pin(both_directions(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/waits-for-its-peer",
        clauses: &["31-PAIR-004"],
        promise: "What is sent while the connection that was dialled is not there yet, or is down, \
                  waits for it.",
        effect: "messages are lost at each start, and each time a peer is started anew",
        reading: "`immediate`, which asks for the contrary, is not set.",
        roles: CONNECT,
        run: |cx| Box::pin(turns::waits_for_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/queue-goes-with-peer",
        clauses: &["31-PAIR-005"],
        promise: "What is queued for a peer that has gone is not sent to the next one.",
        effect: "a new peer reads what was meant for an old one",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(dies_with_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/full-queue",
        clauses: &["31-PAIR-006", "31-PAIR-007", "31-PAIR-008", "31-PAIR-009"],
        promise: "A send to a full queue waits or is refused; what was taken arrives, in order, \
                  and what was refused does not.",
        effect: "messages vanish, or eat the memory of their sender",
        reading: "That the queue has a limit at all is a SHOULD: none is noted.",
        roles: BIND,
        options: SHORTEST,
        run: |cx| Box::pin(full_queue(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/no-peer",
        clauses: &["31-PAIR-008", "31-PAIR-009"],
        promise: "A send without a peer waits or is refused, and is not sent once refused.",
        effect: "messages vanish",
        roles: BIND,
        run: |cx| Box::pin(needs_a_peer(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/nothing-lost",
        clauses: &["31-PAIR-010"],
        promise: "Of 500 messages to a peer that reads in bursts, each sent when there is room, \
                  none is lost, doubled or out of order.",
        effect: "messages are lost when a peer is slow",
        roles: BIND,
        options: SHORT_OUT,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::nothing_lost(cx)),
        ..BASE
    },
    Case {
        id: "31/pair/in-order",
        clauses: &["31-PAIR-011"],
        promise: "500 messages of the peer are delivered, all and in order.",
        effect: "messages are lost or shuffled",
        depth: Depth::Full,
        run: |cx| Box::pin(in_order(cx)),
        ..BASE
    },
];

/// A peer that is served: it connects again as long as one that has gone is in its place, which
/// the SUT may not have noticed.
async fn arrive(cx: &mut Context) -> Result<Link, Stop> {
    let began = Instant::now();
    while began.elapsed() < cx.bench().deadline {
        let (mut peer, _) = guest(cx).await?;
        let nonce = cx.entropy.nonce();
        say(&mut peer, &[&nonce]).await?;
        peer.fate().await?;
        while let Some(got) = cx.recv_within(STEP).await? {
            if got == [nonce] {
                return Ok(peer);
            }
        }
    }
    let expected = "a peer is served when the last one has gone";
    Err(Stop::Hang(Finding::new("never-free", expected, "its messages are not delivered")))
}

/// One more connection, which the SUT may refuse at any point.
async fn guest(cx: &mut Context) -> Result<(Link, Fate), Stop> {
    let socket = cx.socket().await?;
    let mut guest = cx.link_to(&socket).await?;
    if cx.version < (3, 0) {
        return match cx.meet_as_usual(&mut guest).await {
            Err(Stop::Fail(finding)) if finding.signature == "closed" => Ok((guest, Fate::Closed)),
            other => other.map(|()| (guest, Fate::Silent)),
        };
    }
    guest.write(greeting().build()).await?;
    if guest.octets(GREETING_SIZE, "a greeting, or a close").await?.is_none() {
        return Ok((guest, Fate::Closed));
    }
    guest.write(ready(&[("Socket-Type", b"PAIR")])).await?;
    let fate = guest.fate().await?.fate;
    Ok((guest, fate))
}

async fn exchange(cx: &mut Context, peer: &mut Link) -> Outcome {
    for number in 0..5_u8 {
        cx.send(&[b"ping", &[number]]).await?;
        arrives(peer, &[&b"ping"[..], &[number]]).await?;
        say(peer, &[&b"pong"[..], &[number]]).await?;
        cx.expect_delivery(&[&b"pong"[..], &[number]]).await?;
    }
    Ok(())
}

async fn one_peer(cx: &mut Context) -> Outcome {
    let mut first = again(cx).await?;
    first.release().await?;
    exchange(cx, &mut first).await?;
    let (mut second, fate) = guest(cx).await?;
    if fate != Fate::Closed {
        say(&mut second, &[b"intruder"]).await?;
        second.fate().await?;
    }
    exchange(cx, &mut first).await?;
    let bench = Rc::clone(cx.bench());
    bench.window().await;
    let intruder = cx.try_recv(NOW).await?;
    cx.expect_refusal("a receive, as the peer has sent nothing,", &intruder, NOT_NOW)?;
    if fate != Fate::Closed {
        stays_silent(&mut second).await?;
    }
    second.close().await?;
    first.close().await?;
    let mut third = arrive(cx).await?;
    exchange(cx, &mut third).await
}

async fn both_directions(cx: &mut Context) -> Outcome {
    let size = large(cx);
    let mut peer = attached(cx).await?;
    for number in 0..64 {
        if cx.try_send(&borrowed(&numbered(number, size)), NOW).await?.is_err() {
            break;
        }
    }
    for number in 0..5_u8 {
        say(&mut peer, &[[number]]).await?;
        cx.expect_delivery(&[[number]]).await?;
    }
    Ok(())
}

async fn dies_with_its_peer(cx: &mut Context) -> Outcome {
    let size = large(cx);
    let gone = attached(cx).await?;
    for number in 0..64 {
        if cx.try_send(&borrowed(&numbered(number, size)), NOW).await?.is_err() {
            break;
        }
    }
    // Unread octets make this a reset: nothing of it arrives any more.
    drop(gone);
    let mut peer = arrive(cx).await?;
    cx.send(&[b"for you"]).await?;
    let first = peer.message().await?;
    if first == [b"for you"] || is_mark(&first) {
        return Ok(());
    }
    let got = "a message of the queue of a peer that has gone";
    Err(peer.fail("left-to-another", "a queue goes with its peer", got))
}

async fn in_order(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    let all: Vec<u8> = (0..500).flat_map(|number| message(&numbered(number, 3))).collect();
    peer.write(all).await?;
    peer.release().await?;
    cx.expect_many(500);
    for number in 0..500 {
        cx.expect_delivery(&numbered(number, 3)).await?;
    }
    Ok(())
}
