//! REQ: one request to one peer, then its reply, strictly in turn (28-REQ-001 to -010).

use std::rc::Rc;

use super::{NOT_NOW, NOW, arrives, first_of, needs_a_peer, say, say_and_settle};
use crate::case::{BIND, CONNECT, Case, Depth, Pace};
use crate::cases::many::{again, dialled, shake};
use crate::context::Context;
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::Req;
use crate::target::{Need, Options, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// What these cases share.
const BASE: Case = Case { types: &[Req], needs: &[Need::Recv, Need::Send], ..Case::BASE };

/// A request need not wait for the reply to the last one.
const RELAXED: Options = &[("req_relaxed", Setting::Number(1))];
/// The same, and each request has an id that its reply must have too.
const CORRELATED: Options =
    &[("req_correlate", Setting::Number(1)), ("req_relaxed", Setting::Number(1))];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "28/req/envelope",
        clauses: &["28-REQ-003", "28-REQ-004"],
        promise: "A request leaves as one empty frame and its data frames, and the data frames of \
                  the reply are delivered.",
        effect: "no REP or ROUTER understands the request",
        seen_in: &["excsn/rzmq@b3138ef", "go-zeromq/zmq4#99"],
        run: |cx| Box::pin(envelope(cx)),
        ..BASE
    },
    Case {
        id: "28/req/alternates",
        clauses: &["28-REQ-002"],
        promise: "A receive before a request and a second request before the reply are refused.",
        effect: "replies are taken for those of other requests",
        seen_in: &["excsn/rzmq#11"],
        run: |cx| Box::pin(alternates(cx)),
        ..BASE
    },
    Case {
        id: "28/req/rotation",
        clauses: &["28-REQ-001", "28-REQ-005"],
        promise: "Requests go to three peers in a fixed rotation.",
        effect: "one server does all the work, or gets none",
        roles: BIND,
        run: |cx| Box::pin(rotation(cx)),
        ..BASE
    },
    Case {
        id: "28/req/no-peer",
        clauses: &["28-REQ-006"],
        promise: "A request without any peer waits or is refused, and is not sent once refused.",
        effect: "requests vanish, and their senders wait for ever",
        roles: BIND,
        run: |cx| Box::pin(needs_a_peer(cx)),
        ..BASE
    },
    Case {
        id: "28/req/waits-for-its-peer",
        clauses: &["28-REQ-007"],
        promise: "A request that was taken while the connection is not there arrives once it is.",
        effect: "requests vanish, and their senders wait for ever",
        roles: CONNECT,
        run: |cx| Box::pin(waits_for_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "28/req/other-peer",
        clauses: &["28-REQ-008", "28-REQ-009"],
        promise: "What a peer sends that was not asked is never delivered, not even when it is \
                  asked later.",
        effect: "an answer is taken for that to another question",
        seen_in: &["zeromq/libzmq@c56d797b"],
        reading: "To close such a connection is noted.",
        roles: BIND,
        run: |cx| Box::pin(other_peer(cx)),
        ..BASE
    },
    Case {
        id: "28/req/other-peer-after-leaving",
        clauses: &["28-REQ-008"],
        promise: "When the peer that was asked has gone, a message of another one is not taken \
                  for its reply.",
        effect: "an answer is taken for that to another question",
        seen_in: &["zeromq/libzmq@c56d797b"],
        roles: BIND,
        depth: Depth::Full,
        pace: Pace::Quiet,
        run: |cx| Box::pin(other_peer_after_leaving(cx)),
        ..BASE
    },
    Case {
        id: "28/req/malformed-reply",
        clauses: &["28-REQ-010"],
        promise: "A reply without a leading empty frame, or without anything behind it, is not \
                  delivered.",
        effect: "envelopes and half replies reach applications",
        reading: "To close and to discard are both right: q46 of vectors/open-questions.md.",
        roles: CONNECT,
        depth: Depth::Full,
        pace: Pace::Quiet,
        run: |cx| Box::pin(malformed_reply(cx)),
        ..BASE
    },
    Case {
        id: "28/req/relaxed",
        clauses: &["28-REQ-005", "28-REQ-008"],
        level: Level::Should,
        promise: "With req_relaxed, a request that got no reply may be followed by another one, \
                  on the same connection or the next.",
        effect: "one lost reply, and a client is mute for ever",
        seen_in: &["zeromq/libzmq#1690"],
        reading: "The option is no part of the RFC; whoever has it is held to its manual page.",
        roles: CONNECT,
        options: RELAXED,
        run: |cx| Box::pin(relaxed(cx)),
        ..BASE
    },
    Case {
        id: "28/req/correlated",
        clauses: &["28-REQ-004", "28-REQ-008"],
        level: Level::Should,
        promise: "With req_correlate, a late reply to an earlier request is not taken for the \
                  reply to the last one.",
        effect: "an answer is taken for that to another question",
        reading: "The option is no part of the RFC; whoever has it is held to its manual page.",
        options: CORRELATED,
        run: |cx| Box::pin(correlated(cx)),
        ..BASE
    },
];

async fn envelope(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.release().await?;
    let many = [&b"x"[..]; 64];
    for data in [&[&b"q"[..]][..], &[b"one", b"", b"three"], &[b""], &[b"", b"behind"], &many] {
        cx.send(data).await?;
        let framed = [&[&b""[..]], data].concat();
        arrives(&mut peer, &framed).await?;
        say(&mut peer, &framed).await?;
        cx.expect_delivery(data).await?;
    }
    Ok(())
}

async fn alternates(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.release().await?;
    for (question, answer) in [(b"one", b"1"), (b"two", b"2")] {
        let early = cx.try_recv(NOW).await?;
        cx.expect_refusal("a receive before a request", &early, NOT_NOW)?;
        cx.send(&[question]).await?;
        let second = cx.try_send(&[b"out of turn"], NOW).await?;
        cx.expect_refusal("a request before the reply to the last one", &second, NOT_NOW)?;
        // What was refused is not sent: it would come before the next question.
        arrives(&mut peer, &[&b""[..], question]).await?;
        say(&mut peer, &[&b""[..], answer]).await?;
        cx.expect_delivery(&[answer]).await?;
    }
    Ok(())
}

/// Asks; the peer that was asked replies, and the application has the reply.
async fn round_trip(cx: &mut Context, peers: &mut [Link], number: usize) -> Result<usize, Stop> {
    let question = number.to_string().into_bytes();
    cx.send(&[&question]).await?;
    let (at, got) = first_of(peers).await?;
    let framed = [vec![], question.clone()];
    if got != framed {
        let finding = Finding::new("other-message", "the request", super::shown(&got));
        return Err(Stop::Fail(finding));
    }
    if let Some(peer) = peers.get_mut(at) {
        say(peer, &framed).await?;
    }
    cx.expect_delivery(&[question]).await?;
    Ok(at)
}

async fn rotation(cx: &mut Context) -> Outcome {
    let mut peers = Vec::new();
    while peers.len() < 3 {
        let mut peer = cx.ready().await?;
        peer.release().await?;
        peers.push(peer);
    }
    // Handshakes end at different times: rounds until everybody has been asked.
    let (mut asked, mut number) = ([false; 3], 0);
    while asked.contains(&false) {
        let at = round_trip(cx, &mut peers, number).await?;
        asked.get_mut(at).into_iter().for_each(|seen| *seen = true);
        number += 1;
        if number == 60 {
            let got = format!("of 60 requests, who got one: {asked:?}");
            return Err(Stop::Fail(Finding::new("never-asked", "each peer is asked", got)));
        }
    }
    let mut order = Vec::new();
    for number in number..number + 6 {
        order.push(round_trip(cx, &mut peers, number).await?);
    }
    let (first, second) = order.split_at(3);
    let mut all = first.to_vec();
    all.sort_unstable();
    if first == second && all == [0, 1, 2] {
        return Ok(());
    }
    let expected = "six requests go to three peers in a fixed rotation";
    Err(Stop::Fail(Finding::new("no-rotation", expected, format!("{order:?}"))))
}

async fn waits_for_its_peer(cx: &mut Context) -> Outcome {
    if cx.try_send(&[b"early"], NOW).await?.is_err() {
        cx.info("a request is refused while the connection is not there");
        return Ok(());
    }
    let mut peer = again(cx).await?;
    arrives(&mut peer, &[&b""[..], b"early"]).await?;
    say(&mut peer, &[&b""[..], b"reply"]).await?;
    cx.expect_delivery(&[b"reply"]).await?;
    // Down again: the next connection is there, so the end of the last one has been noticed.
    peer.close().await?;
    let mut peer = dialled(cx).await?;
    if cx.try_send(&[b"late"], NOW).await?.is_err() {
        return Ok(());
    }
    shake(cx, &mut peer).await?;
    arrives(&mut peer, &[&b""[..], b"late"]).await
}

async fn other_peer(cx: &mut Context) -> Outcome {
    let mut peers = vec![cx.ready().await?, cx.ready().await?];
    for peer in &mut peers {
        peer.release().await?;
    }
    // Each peer is asked after it has spoken out of turn.
    for _ in 0..4 {
        cx.send(&[b"question"]).await?;
        let (asked, _) = first_of(&mut peers).await?;
        let [first, second] = peers.as_mut_slice() else { return Ok(()) };
        let (asked, other) = if asked == 0 { (first, second) } else { (second, first) };
        let mut fate = say_and_settle(other, &[&b""[..], b"unasked"]).await?;
        say(asked, &[&b""[..], b"answer"]).await?;
        cx.expect_delivery(&[b"answer"]).await?;
        if fate != Fate::Closed {
            fate = say_and_settle(other, &[&b""[..], b"too late"]).await?;
        }
        let idle = cx.try_recv(NOW).await?;
        cx.expect_refusal("a receive when nothing was asked", &idle, NOT_NOW)?;
        if fate == Fate::Closed {
            cx.lenient("closed", "what was not asked for is discarded", "the peer is disconnected");
            return Ok(());
        }
    }
    Ok(())
}

/// Nothing reaches the application, for a whole quiet window.
async fn expect_nothing(cx: &mut Context, what: &str) -> Outcome {
    let bench = Rc::clone(cx.bench());
    bench.window().await;
    let nothing = cx.try_recv(NOW).await?;
    cx.expect_refusal(what, &nothing, NOT_NOW)
}

async fn other_peer_after_leaving(cx: &mut Context) -> Outcome {
    let mut peers = vec![cx.ready().await?, cx.ready().await?];
    for peer in &mut peers {
        peer.release().await?;
    }
    cx.send(&[b"question"]).await?;
    let (asked, _) = first_of(&mut peers).await?;
    let asked = peers.remove(asked);
    asked.close().await?;
    let bench = Rc::clone(cx.bench());
    bench.window().await;
    // They stay: what a receive does when nobody is left is another question.
    for other in &mut peers {
        say_and_settle(other, &[&b""[..], b"unasked"]).await?;
    }
    expect_nothing(cx, "a receive, as the peer that was asked has gone,").await
}

async fn malformed_reply(cx: &mut Context) -> Outcome {
    let replies: [&[&[u8]]; 4] = [&[b"hello"], &[b""], &[b"x", b"", b"body"], &[b"two", b"frames"]];
    for reply in replies {
        // A SUT that connects opens a new socket for each: one that closed waits for nothing.
        let mut peer = cx.ready().await?;
        peer.release().await?;
        cx.send(&[b"question"]).await?;
        arrives(&mut peer, &[&b""[..], b"question"]).await?;
        if say_and_settle(&mut peer, reply).await? == Fate::Closed {
            expect_nothing(cx, "a receive behind a malformed reply").await?;
            continue;
        }
        say(&mut peer, &[&b""[..], b"answer"]).await?;
        cx.expect_delivery(&[b"answer"]).await?;
    }
    Ok(())
}

async fn relaxed(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    peer.release().await?;
    cx.send(&[b"one"]).await?;
    arrives(&mut peer, &[&b""[..], b"one"]).await?;
    cx.send(&[b"two"]).await?;
    arrives(&mut peer, &[&b""[..], b"two"]).await?;
    say(&mut peer, &[&b""[..], b"answer"]).await?;
    cx.expect_delivery(&[b"answer"]).await?;
    cx.send(&[b"three"]).await?;
    arrives(&mut peer, &[&b""[..], b"three"]).await?;
    // The server dies with the request, and is started again.
    peer.close().await?;
    let mut peer = again(cx).await?;
    peer.release().await?;
    cx.send(&[b"four"]).await?;
    arrives(&mut peer, &[&b""[..], b"four"]).await?;
    say(&mut peer, &[&b""[..], b"answer four"]).await?;
    cx.expect_delivery(&[b"answer four"]).await
}

async fn correlated(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.release().await?;
    let mut ids = Vec::new();
    for question in [b"one", b"two"] {
        cx.send(&[question]).await?;
        // The id may be any four octets, those of a mark too.
        let got = peer.message().await?;
        match got.as_slice() {
            [id, delimiter, data] if delimiter.is_empty() && data == question => {
                ids.push(id.clone());
            }
            _ => {
                let expected = "an id, an empty frame and the question";
                return Err(peer.fail("no-id", expected, super::shown(&got)));
            }
        }
    }
    let [first, second] = ids.as_slice() else { return Ok(()) };
    say(&mut peer, &[&first[..], b"", b"late"]).await?;
    say(&mut peer, &[&second[..], b"", b"answer"]).await?;
    cx.expect_delivery(&[b"answer"]).await
}
