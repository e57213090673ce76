//! PUSH: each message to one peer that has room, in turn, and to nobody else.

use std::time::Duration;

use crate::adapter::ErrorKind;
use crate::case::{BIND, CONNECT, Case, Depth};
use crate::cases::many::{
    NEVER, TOO_MANY, attached, attached_all, borrowed, is_mark, large, numbered, sent_unchanged,
};
use crate::cases::publishing::collect;
use crate::cases::turns::{self, ROUNDS, SHORT_OUT};
use crate::context::Context;
use crate::octets::message;
use crate::probe::Link;
use crate::socket_type::SocketType::Push;
use crate::target::{Need, Options, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// What these cases share.
const BASE: Case = Case { types: &[Push], needs: &[Need::Send], ..Case::BASE };

/// A queue that two large messages fill.
const SHORTEST: Options = &[("sndhwm", Setting::Number(2))];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "30/push/rotation",
        clauses: &["30-PUSH-001", "30-PUSH-009"],
        promise: "Nine messages go to three peers in a fixed rotation, three to each.",
        effect: "some workers idle while others are swamped, or work is done twice",
        reading: "The RFC allows many peers; a PUSH that accepts them has to serve them.",
        roles: BIND,
        run: |cx| Box::pin(turns::rotation(cx)),
        ..BASE
    },
    Case {
        id: "30/push/rotation-after-leaving",
        clauses: &["30-PUSH-009"],
        promise: "When a peer has left, whichever it was, the others get all, in rotation.",
        effect: "work goes to workers that have gone, or one that stays is forgotten",
        seen_in: &["zeromq/libzmq@2973eaf4", "zeromq/zmq.rs@628594d2"],
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(after_leaving(cx)),
        ..BASE
    },
    Case {
        id: "30/push/unchanged",
        clauses: &["30-PUSH-003"],
        promise: "100 messages of 1 to 5 frames leave octet by octet as they were sent.",
        effect: "workers read something else than was sent",
        seen_in: &["zeromq/ezmq@d4eb5eb"],
        run: |cx| Box::pin(sent_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "30/push/stalled-peer",
        clauses: &["30-PUSH-004", "30-PUSH-008"],
        promise: "A peer that does not read gets no more than its queue holds; from then on all \
                  messages go to the one that reads.",
        effect: "one stalled worker stops all work",
        seen_in: &["zeromq/libzmq@e7f0090b"],
        roles: BIND,
        options: SHORTEST,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::stalled_peer(cx)),
        ..BASE
    },
    Case {
        id: "30/push/waits-for-its-peer",
        clauses: &["30-PUSH-005"],
        promise: "What is sent while the connection that was dialled is not there yet, or is down, \
                  waits for it.",
        effect: "work is lost at each start, and each time a worker is started anew",
        seen_in: &["go-zeromq/zmq4#157"],
        reading: "`immediate`, which asks for the contrary, is not set.",
        roles: CONNECT,
        run: |cx| Box::pin(turns::waits_for_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "30/push/queue-goes-with-peer",
        clauses: &["30-PUSH-006"],
        promise: "What is queued for a peer that has gone is not sent to the next one.",
        effect: "work that may have been done is done again, or memory is never given back",
        seen_in: &["zeromq/libzmq@2e06737b", "zeromq/netmq@04f1bd19"],
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::dies_with_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "30/push/torn-by-leaving",
        clauses: &["30-PUSH-006", "37-MSG-001"],
        promise: "When a peer leaves in the middle of a message, the other ones get whole messages \
                  only.",
        effect: "a worker receives the tail of a message it knows nothing of",
        seen_in: &["zeromq/libzmq#141", "zeromq/libzmq#3343", "zeromq/libzmq#1588"],
        roles: BIND,
        run: |cx| Box::pin(turns::torn_by_leaving(cx)),
        ..BASE
    },
    Case {
        id: "30/push/nothing-lost",
        clauses: &["30-PUSH-012"],
        promise: "Of 500 messages to a peer that reads in bursts, each sent when there is room, \
                  none is lost, doubled or out of order.",
        effect: "work is lost when workers are slow",
        roles: BIND,
        options: SHORT_OUT,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::nothing_lost(cx)),
        ..BASE
    },
    Case {
        id: "30/push/never-receives",
        clauses: &["30-PUSH-002"],
        promise: "A PUSH refuses to receive: what its peers send does not reach the application.",
        effect: "an application waits for ever for what cannot come",
        needs: &[Need::Send, Need::Recv],
        run: |cx| Box::pin(never_receives(cx)),
        ..BASE
    },
    Case {
        id: "30/push/nobody-there",
        clauses: &["30-PUSH-010", "30-PUSH-011"],
        promise: "Without a peer a message is not taken, and a refused one is not sent later.",
        effect: "work is lost that the application believes sent, or done that it gave up",
        roles: BIND,
        run: |cx| Box::pin(nobody_there(cx)),
        ..BASE
    },
    Case {
        id: "30/push/full-queue",
        clauses: &["30-PUSH-007", "30-PUSH-010"],
        level: Level::Should,
        promise: "With a queue of two, a peer that does not read and large messages, no further \
                  one is taken before long.",
        effect: "one stalled worker eats the memory of the application",
        seen_in: &["zeromq/libzmq@5adcb835"],
        options: SHORTEST,
        run: |cx| Box::pin(full_queue(cx)),
        ..BASE
    },
];

async fn after_leaving(cx: &mut Context) -> Outcome {
    let mut peers = attached_all(cx, 3).await?;
    for leaver in 0..3 {
        peers.remove(leaver).close().await?;
        until_all_arrive(cx, &mut peers).await?;
        turns::rotates(cx, &mut peers, 1000 * (leaver + 1)).await?;
        peers.push(attached(cx).await?);
    }
    Ok(())
}

/// Sends until six messages arrive of six: until the SUT has noticed, a peer that has gone may be
/// given its share still.
async fn until_all_arrive(cx: &mut Context, peers: &mut [Link]) -> Outcome {
    for _ in 0..ROUNDS {
        for number in 0..6 {
            cx.send(&borrowed(&numbered(number, 9))).await?;
        }
        let mut seen = 0;
        for peer in &mut *peers {
            let mark = [b"~", &cx.entropy.nonce()[..]].concat();
            let arrived = collect(cx, peer, &mark).await?;
            seen += arrived.iter().filter(|parts| !is_mark(parts)).count();
        }
        if seen == 6 {
            return Ok(());
        }
    }
    let expected = "all messages go to the peers that stay";
    Err(Stop::Fail(Finding::new("still-in-turn", expected, "some go to one that has left")))
}

async fn never_receives(cx: &mut Context) -> Outcome {
    let mut peer = attached(cx).await?;
    peer.write([message(&[b"x"]), message(&[&b""[..], b"y"])].concat()).await?;
    // To close is as good as to ignore it.
    peer.fate().await?;
    let answer = cx.try_recv(Duration::ZERO).await?;
    cx.expect_refusal("to receive", &answer, NEVER)
}

async fn nobody_there(cx: &mut Context) -> Outcome {
    for within in [Duration::ZERO, Duration::from_millis(5)] {
        let answer = cx.try_send(&[b"refused"], within).await?;
        let kinds = [ErrorKind::Again, ErrorKind::State, ErrorKind::Refused];
        cx.expect_refusal("a message to nobody", &answer, &kinds)?;
    }
    let mut peer = cx.ready().await?;
    let arrived = collect(cx, &mut peer, b"~").await?;
    match arrived.iter().any(|parts| parts == &[b"refused"]) {
        true => Err(peer.fail("sent-later", "the refused message is not sent", "it is")),
        false => Ok(()),
    }
}

async fn full_queue(cx: &mut Context) -> Outcome {
    let large = large(cx);
    let silent = attached(cx).await?;
    for number in 0..TOO_MANY {
        let parts = numbered(number, large);
        match cx.try_send(&borrowed(&parts), Duration::ZERO).await? {
            Ok(()) => {}
            answer => return cx.expect_refusal("a message too many", &answer, &[ErrorKind::Again]),
        }
    }
    let got = format!("{TOO_MANY} large messages are taken that nobody reads");
    Err(silent.fail("no-limit", "a message is refused before long", got))
}
