//! DEALER: messages to many peers in turn, and from all of them, at will (28-DEALER-001 to -012).

use super::{arrives, fair, full_queue, needs_a_peer, say};
use crate::case::{BIND, CONNECT, Case, Depth};
use crate::cases::many::{attached_all, next, received_unchanged, sent_unchanged};
use crate::cases::turns::{self, SHORT_OUT};
use crate::context::Context;
use crate::socket_type::SocketType::Dealer;
use crate::target::{Need, Options, Setting};
use crate::verdict::Outcome;

/// What these cases share.
const BASE: Case = Case { types: &[Dealer], needs: &[Need::Recv, Need::Send], ..Case::BASE };

/// A queue that two messages fill.
const SHORTEST: Options = &[("sndhwm", Setting::Number(2))];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "28/dealer/at-will",
        clauses: &["28-DEALER-001"],
        promise: "Messages pass to and from two peers in any order, answers or none.",
        effect: "applications that do not ask and answer in turn stand still",
        roles: BIND,
        run: |cx| Box::pin(at_will(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/sent-unchanged",
        clauses: &["28-DEALER-002"],
        promise: "A message leaves as the frames it has, without a delimiter or anything else.",
        effect: "every message carries an empty frame, and no peer expects it",
        seen_in: &["zeromq/ezmq@d4eb5eb"],
        run: |cx| Box::pin(sent_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/received-unchanged",
        clauses: &["28-DEALER-002"],
        promise: "100 messages of 1 to 5 frames are delivered octet by octet as they were sent.",
        effect: "applications read something else than was sent",
        seen_in: &["zeromq/ezmq@d4eb5eb"],
        run: |cx| Box::pin(received_unchanged(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/stalled-peer",
        clauses: &["28-DEALER-003", "28-DEALER-007"],
        promise: "A peer that does not read gets no more than its queue holds; from then on all \
                  messages go to the one that reads.",
        effect: "one stalled server stops all work",
        roles: BIND,
        options: SHORTEST,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::stalled_peer(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/waits-for-its-peer",
        clauses: &["28-DEALER-004"],
        promise: "What is sent while the connection that was dialled is not there yet, or is down, \
                  waits for it.",
        effect: "messages are lost at each start, and each time a server is started anew",
        seen_in: &["go-zeromq/zmq4#157"],
        reading: "`immediate`, which asks for the contrary, is not set.",
        roles: CONNECT,
        run: |cx| Box::pin(turns::waits_for_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/queue-goes-with-peer",
        clauses: &["28-DEALER-005"],
        promise: "What is queued for a peer that has gone is not sent to the next one.",
        effect: "requests are answered twice, or memory is never given back",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::dies_with_its_peer(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/torn-by-leaving",
        clauses: &["28-DEALER-005", "37-MSG-001"],
        promise: "When a peer leaves in the middle of a message, the other ones get whole messages \
                  only.",
        effect: "a server receives the tail of a message it knows nothing of",
        seen_in: &["zeromq/libzmq#1588", "zeromq/libzmq#3343"],
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::torn_by_leaving(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/full-queue",
        clauses: &["28-DEALER-006", "28-DEALER-009", "28-DEALER-010"],
        promise: "A send to a full queue waits or is refused; what was taken arrives, in order, \
                  and what was refused does not.",
        effect: "messages vanish, or eat the memory of their sender",
        reading: "That the queue has a limit at all is a SHOULD: none is noted.",
        roles: BIND,
        options: SHORTEST,
        depth: Depth::Full,
        run: |cx| Box::pin(full_queue(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/rotation",
        clauses: &["28-DEALER-001", "28-DEALER-008"],
        promise: "Nine messages go to three peers in a fixed rotation, three to each.",
        effect: "one server does all the work, or gets none",
        roles: BIND,
        run: |cx| Box::pin(turns::rotation(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/no-peer",
        clauses: &["28-DEALER-009", "28-DEALER-010"],
        promise: "A send without any peer waits or is refused, and is not sent once refused.",
        effect: "messages vanish",
        roles: BIND,
        run: |cx| Box::pin(needs_a_peer(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/nothing-lost",
        clauses: &["28-DEALER-011"],
        promise: "Of 500 messages to a peer that reads in bursts, each sent when there is room, \
                  none is lost, doubled or out of order.",
        effect: "messages are lost when servers are slow",
        roles: BIND,
        options: SHORT_OUT,
        depth: Depth::Full,
        run: |cx| Box::pin(turns::nothing_lost(cx)),
        ..BASE
    },
    Case {
        id: "28/dealer/fair",
        clauses: &["28-DEALER-012"],
        promise: "The one message of a peer does not wait behind 200 of another one, and all are \
                  delivered.",
        effect: "a busy server silences the others",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(fair(cx, 200, 20)),
        ..BASE
    },
];

async fn at_will(cx: &mut Context) -> Outcome {
    let mut peers = attached_all(cx, 2).await?;
    for peer in &mut peers {
        for number in 0..3_u8 {
            say(peer, &[[number]]).await?;
        }
    }
    for number in 0..6_u8 {
        cx.send(&[&[number]]).await?;
    }
    for _ in 0..6 {
        cx.recv().await?;
    }
    for peer in &mut peers {
        for _ in 0..3 {
            next(peer).await?;
        }
    }
    cx.send(&[b"again"]).await?;
    let (at, _) = super::first_of(&mut peers).await?;
    if let Some(peer) = peers.get_mut(at) {
        say(peer, &[b"answer"]).await?;
        cx.expect_delivery(&[b"answer"]).await?;
        cx.send(&[b"one"]).await?;
        cx.send(&[b"each"]).await?;
        let (_, first) = super::first_of(&mut peers).await?;
        let (_, second) = super::first_of(&mut peers).await?;
        let mut both = [first, second];
        both.sort();
        if both == [[b"each".to_vec()], [b"one".to_vec()]] {
            return Ok(());
        }
    }
    let mut peer = peers.remove(0);
    arrives(&mut peer, &[b"one"]).await
}
