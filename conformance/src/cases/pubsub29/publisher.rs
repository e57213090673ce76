//! PUB, and what XPUB has in common with it: every message to all who want it, and nobody waits.

use std::time::Duration;

use super::PUBLISHERS;
use crate::case::{BIND, CONNECT, Case, Depth};
use crate::cases::many::{NEVER, again, next, sent_unchanged};
use crate::cases::publishing::{Form, arrivals, settle};
use crate::cases::queues;
use crate::cases::turns::{self, SHORT_OUT};
use crate::context::Context;
use crate::octets::{MORE, frame, greeting, message};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::Pub;
use crate::target::Need;
use crate::verdict::{Outcome, Stop};

/// What these cases share.
const BASE: Case = Case { types: PUBLISHERS, needs: &[Need::Send], ..Case::BASE };

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "29/publisher/fan-out",
        clauses: &["29-PUB-001", "29-PUB-010", "29-XPUB-001", "29-XPUB-008"],
        promise: "Of three SUB and XSUB peers each gets what it subscribed to, whatever the \
                  others cancel.",
        effect: "one subscriber decides what another one gets",
        reading: "The RFC allows many peers; a publisher that accepts them has to serve them.",
        roles: BIND,
        run: |cx| Box::pin(fan_out(cx)),
        ..BASE
    },
    Case {
        id: "29/publisher/first-frame-only",
        clauses: &["29-PUB-011", "29-XPUB-009"],
        promise: "A subscription is compared with the start of the first frame, and a message that \
                  matches is sent with all its frames.",
        effect: "subscribers get what they did not ask for, or half of what they did",
        seen_in: &["zeromq/chumak@ece75a9", "zeromq/zmq.rs#142"],
        run: |cx| Box::pin(first_frame_only(cx)),
        ..BASE
    },
    Case {
        id: "29/publisher/unchanged",
        clauses: &["29-PUB-008", "29-XPUB-006"],
        promise: "100 messages of 1 to 5 frames leave octet by octet as they were published.",
        effect: "subscribers read something else than was published",
        seen_in: &["zeromq/ezmq@d4eb5eb"],
        run: |cx| Box::pin(sent_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "29/publisher/stalled-subscriber",
        clauses: &[
            "29-PUB-003",
            "29-PUB-006",
            "29-PUB-012",
            "29-PUB-013",
            "29-XPUB-002",
            "29-XPUB-005",
            "29-XPUB-010",
            "29-XPUB-011",
        ],
        promise: "A subscriber that does not read holds up neither the application nor others, and \
                  gets whole messages when it reads again, less those past the limit.",
        effect: "one stalled screen stops the feed of everybody, or eats the memory of its server",
        seen_in: &["zeromq/zmq.rs#145", "go-zeromq/zmq4#33", "go-zeromq/zmq4#151"],
        roles: BIND,
        options: SHORT_OUT,
        depth: Depth::Full,
        run: |cx| Box::pin(queues::stalled_peer(cx)),
        ..BASE
    },
    Case {
        id: "29/publisher/nobody-there",
        clauses: &["29-PUB-013", "29-XPUB-011"],
        promise: "Publishing does not wait for a subscriber.",
        effect: "a server stands still until its first client comes",
        roles: BIND,
        run: |cx| Box::pin(queues::speaks_to_nobody(cx)),
        ..BASE
    },
    Case {
        id: "29/publisher/queue-goes-with-subscriber",
        clauses: &["29-PUB-005", "29-XPUB-004"],
        promise: "What is queued for a subscriber that has gone is not sent to the next one.",
        effect: "old news arrive at whoever connects next, or memory is never given back",
        seen_in: &["zeromq/netmq@04f1bd19", "zeromq/libzmq@2e06737b"],
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::dies_with_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "29/publisher/dialled-subscriber",
        clauses: &["29-PUB-004", "29-XPUB-003"],
        promise: "A publisher that connects does not wait for the connection, and serves its \
                  subscriber each time it comes back.",
        effect: "a publisher goes mute, without a word, when its broker is started anew",
        seen_in: &["go-zeromq/zmq4#124", "zeromq/zmq.rs#143"],
        roles: CONNECT,
        run: |cx| Box::pin(queues::publishes_to_whom_it_dialled(cx)),
        ..BASE
    },
    Case {
        id: "29/publisher/discards-what-it-is-sent",
        clauses: &["29-PUB-007"],
        promise: "Messages of a subscriber are discarded: they neither subscribe nor end the \
                  connection nor stop the publisher.",
        effect: "any subscriber can take a publisher down",
        seen_in: &["zeromq/libzmq#3656", "zeromq/libzmq#3733"],
        reading: "Messages that start with 00 or 01 are left out: they may subscribe (q39).",
        types: &[Pub],
        run: |cx| Box::pin(discards_messages(cx)),
        ..BASE
    },
    Case {
        id: "29/pub/never-receives",
        clauses: &["29-PUB-002", "29-PUB-015"],
        promise: "A PUB refuses to receive: its application sees neither messages nor \
                  subscriptions of its subscribers.",
        effect: "an application waits for ever for what cannot come",
        types: &[Pub],
        needs: &[Need::Send, Need::Recv],
        run: |cx| Box::pin(never_receives(cx)),
        ..BASE
    },
];

/// A peer of this type with one subscription, and one to `M` that is in force.
async fn subscribed(cx: &mut Context, kind: &[u8], topic: &[u8]) -> Result<Link, Stop> {
    let mut peer = cx.ready_as(greeting(), &[("Socket-Type", kind)]).await?;
    let form = Form::of(cx);
    peer.write([form.subscribe(topic), form.subscribe(b"M")].concat()).await?;
    settle(cx, &mut peer, b"M").await?;
    Ok(peer)
}

async fn fan_out(cx: &mut Context) -> Outcome {
    let form = Form::of(cx);
    let mut narrow = subscribed(cx, b"SUB", b"AB").await?;
    let mut wide = subscribed(cx, b"XSUB", b"A").await?;
    let mut all = subscribed(cx, b"SUB", b"").await?;
    let published: [&[u8]; 4] = [b"A1", b"AB1", b"BA1", b""];
    publish(cx, &published).await?;
    exactly(&mut narrow, &[b"AB1"]).await?;
    exactly(&mut wide, &[b"A1", b"AB1"]).await?;
    exactly(&mut all, &published).await?;
    // The first one ends its topic; the last one cancels a topic that only others have.
    for (peer, topic, marker) in [(&mut narrow, b"AB", b"N"), (&mut all, b"A\0", b"O")] {
        let cancelled = form.cancel(topic.strip_suffix(b"\0").unwrap_or(topic));
        peer.write([cancelled, form.subscribe(marker)].concat()).await?;
        settle(cx, peer, marker).await?;
    }
    publish(cx, &[b"AB2"]).await?;
    exactly(&mut narrow, &[]).await?;
    exactly(&mut wide, &[b"AB2"]).await?;
    exactly(&mut all, &[b"AB2"]).await
}

async fn publish(cx: &mut Context, bodies: &[&[u8]]) -> Outcome {
    for body in bodies.iter().chain(&[&b"M!"[..]]) {
        cx.send(&[body]).await?;
    }
    Ok(())
}

/// What came before the last marker, other markers aside.
async fn exactly(peer: &mut Link, wanted: &[&[u8]]) -> Outcome {
    let mut got = arrivals(peer, b"M").await?;
    got.retain(|body| !matches!(body.as_slice(), b"N" | b"O"));
    if got == wanted {
        return Ok(());
    }
    let shown = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    let expected: Vec<_> = wanted.iter().map(|body| shown(body)).collect();
    let got: Vec<_> = got.iter().map(|body| shown(body)).collect();
    Err(peer.fail("other-messages", format!("{expected:?}"), format!("{got:?}")))
}

async fn first_frame_only(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = subscribed(cx, kind, b"B").await?;
    let others: [&[&[u8]]; 6] =
        [&[b"A", b"B"], &[b"AB"], &[b"b"], &[b"", b"B"], &[b""], &[b"\0B", b"B", b"B"]];
    let matching: [&[&[u8]]; 4] = [&[b"B", b"A"], &[b"B"], &[b"B\0", b""], &[b"BB", b"", b"M"]];
    for parts in others.iter().chain(&matching).chain(&others) {
        cx.send(parts).await?;
    }
    cx.send(&[b"M!"]).await?;
    for wanted in matching.iter().chain(&[&[&b"M!"[..]][..]]) {
        let mut got = peer.message().await?;
        while got == [b"M"] {
            got = peer.message().await?;
        }
        if got != **wanted {
            let expected = format!("the message of {} frames that starts with B", wanted.len());
            let got: Vec<_> = got.iter().map(|part| String::from_utf8_lossy(part)).collect();
            return Err(peer.fail("other-messages", expected, format!("{got:?}")));
        }
    }
    Ok(())
}

async fn discards_messages(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    peer.write(Form::of(cx).subscribe(b"M")).await?;
    settle(cx, &mut peer, b"M").await?;
    let large = vec![b'x'; 70_000];
    let junk = [
        message(&[b"x"]),
        message(&[b""]),
        message(&[&b"x"[..], b"\x01A", b"\0Z"]),
        message(&[&b""[..], b"\x01A"]),
        message(&[&large]),
        [frame(MORE, b"x"), frame(0, b"\x01A")].concat(),
    ];
    for octets in junk {
        peer.write(octets.repeat(3)).await?;
    }
    if peer.fate().await?.fate == Fate::Closed {
        return Err(peer.fail("closed", "the messages are discarded", "a close"));
    }
    for body in [&b"A1"[..], b"M1"] {
        cx.send(&[body]).await?;
    }
    let mut got = next(&mut peer).await?;
    while got == [b"M"] {
        got = next(&mut peer).await?;
    }
    if got == [b"A1"] {
        let expected = "only the first frame of a message can be a subscription";
        cx.lenient("later-frame-subscribes", expected, "a later frame, 01 A, has subscribed");
        got = next(&mut peer).await?;
    }
    if got == [b"M1"] {
        return Ok(());
    }
    let expected = "M1: the subscription stands";
    Err(peer.fail("other-message", expected, "what was not subscribed to"))
}

async fn never_receives(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    let form = Form::of(cx);
    let wishes = [form.subscribe(b"A"), form.cancel(b"A"), form.subscribe(b"M")].concat();
    peer.write(wishes).await?;
    settle(cx, &mut peer, b"M").await?;
    // To close at a message is another promise's matter.
    peer.write(message(&[b"x"])).await?;
    peer.fate().await?;
    let answer = cx.try_recv(Duration::ZERO).await?;
    cx.expect_refusal("to receive", &answer, NEVER)
}
