//! PULL: messages of many PUSH peers, each served in its turn, none lost.

use std::collections::BTreeSet;

use crate::case::{BIND, CONNECT, Case, Depth, Pace};
use crate::cases::many::{listening, never_sends, numbered, received_unchanged};
use crate::cases::queues::{self, SHORT_IN};
use crate::context::Context;
use crate::octets::message;
use crate::socket_type::SocketType::Pull;
use crate::target::Need;
use crate::verdict::Outcome;

/// What these cases share.
const BASE: Case = Case { types: &[Pull], needs: &[Need::Recv], ..Case::BASE };

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "30/pull/many-peers",
        clauses: &["30-PULL-001"],
        promise: "Messages of three peers are all delivered, whoever of them comes and goes.",
        effect: "work of some workers is never seen",
        seen_in: &["zeromq/libzmq@2973eaf4", "zeromq/netmq@2ce70f03"],
        reading: "The RFC allows many peers; a PULL that accepts them has to hear them.",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(many_peers(cx)),
        ..BASE
    },
    Case {
        id: "30/pull/unchanged",
        clauses: &["30-PULL-003"],
        promise: "100 messages of 1 to 5 frames are delivered octet by octet as they were sent.",
        effect: "workers read something else than was sent",
        seen_in: &["zeromq/ezmq@d4eb5eb"],
        run: |cx| Box::pin(received_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "30/pull/in-order",
        clauses: &["30-PULL-009"],
        promise: "500 messages of a peer are delivered, all and in order.",
        effect: "work is lost, or done in the wrong order",
        seen_in: &["zeromq/zmq.rs#159"],
        depth: Depth::Full,
        run: |cx| Box::pin(in_order(cx)),
        ..BASE
    },
    Case {
        id: "30/pull/fair",
        clauses: &["30-PULL-004", "30-PULL-008"],
        promise: "The one message of a peer does not wait behind all those of another.",
        effect: "a busy peer silences the others",
        seen_in: &["zeromq/zmq.rs@9796c7a2", "excsn/rzmq@273a25b"],
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(queues::fair(cx)),
        ..BASE
    },
    Case {
        id: "30/pull/full-queue",
        clauses: &["30-PULL-004", "30-PULL-007"],
        promise: "A peer that sends more than is read is held back, loses nothing and does not \
                  hold up another one.",
        effect: "work is lost, or eats the memory of a slow application",
        reading: "A queue without a limit is told as lenient: the limit is a SHOULD.",
        roles: BIND,
        options: SHORT_IN,
        depth: Depth::Full,
        pace: Pace::Quiet,
        run: |cx| Box::pin(queues::flooded(cx)),
        ..BASE
    },
    Case {
        id: "30/pull/queue-outlives-connection",
        clauses: &["30-PULL-005"],
        promise: "Messages that came before a connection broke are delivered, in order, before \
                  those of the next one.",
        effect: "work is lost that had arrived",
        roles: CONNECT,
        run: |cx| Box::pin(queues::outlives_its_connection(cx)),
        ..BASE
    },
    Case {
        id: "30/pull/torn-message",
        clauses: &["30-PULL-006"],
        promise: "Half a message is forgotten with its peer, and the next one starts with a clean \
                  slate.",
        effect: "the head of one message is delivered with the tail of another",
        seen_in: &["zeromq/libzmq#2163", "zeromq/libzmq#3485"],
        reading: "The text discards the whole queue of a peer that has gone; messages that were \
                  whole may be delivered all the same, and that is told.",
        roles: BIND,
        run: |cx| Box::pin(queues::torn_message(cx)),
        ..BASE
    },
    Case {
        id: "30/pull/never-sends",
        clauses: &["30-PULL-002"],
        promise: "A PULL refuses to send, and nothing leaves.",
        effect: "an application sends what nobody can get",
        needs: &[Need::Send],
        run: |cx| Box::pin(never_sends(cx)),
        ..BASE
    },
];

async fn many_peers(cx: &mut Context) -> Outcome {
    // Each position among the peers is the one that leaves, once.
    for leaver in 0..3 {
        let mut peers = Vec::new();
        for _ in 0..3 {
            peers.push(listening(cx).await?);
        }
        let mut wanted = BTreeSet::new();
        for (at, peer) in peers.iter_mut().enumerate() {
            for number in 0..3 {
                let parts = vec![format!("{leaver} {at} {number}").into_bytes()];
                peer.write(message(&parts)).await?;
                wanted.insert(parts);
            }
            peer.release().await?;
        }
        expect_all(cx, wanted).await?;
        peers.remove(leaver).close().await?;
        let mut wanted = BTreeSet::new();
        for (at, peer) in peers.iter_mut().enumerate() {
            let parts = vec![format!("{leaver} {at} alone").into_bytes()];
            peer.write(message(&parts)).await?;
            peer.release().await?;
            wanted.insert(parts);
        }
        expect_all(cx, wanted).await?;
        for peer in peers {
            peer.close().await?;
        }
    }
    Ok(())
}

/// The next deliveries are these, in any order.
async fn expect_all(cx: &mut Context, mut wanted: BTreeSet<Vec<Vec<u8>>>) -> Outcome {
    while !wanted.is_empty() {
        let parts = cx.recv().await?;
        if !wanted.remove(&parts) {
            let expected = "each message that was sent, once";
            let got = "another message, or one that came before";
            let finding = crate::verdict::Finding::new("other-delivery", expected, got);
            return Err(crate::verdict::Stop::Fail(finding));
        }
    }
    Ok(())
}

async fn in_order(cx: &mut Context) -> Outcome {
    let mut peer = listening(cx).await?;
    let all: Vec<u8> = (0..500).flat_map(|number| message(&numbered(number, 3))).collect();
    peer.write(all).await?;
    peer.release().await?;
    cx.expect_many(500);
    for number in 0..500 {
        cx.expect_delivery(&numbered(number, 3)).await?;
    }
    Ok(())
}
