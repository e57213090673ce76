//! MESSAGE that is wrong (26-HELLO-016, 26-READY-009, 26-MESSAGE-002 to -010).

use super::{CLIENT, SERVER, of};
use crate::case::{Case, Depth};
use crate::context::Context;
use crate::curve::{Keys, Secure, Tunnel, flip, secured};
use crate::octets::{MORE, frame};
use crate::probe::Fate;
use crate::target::Need;
use crate::verdict::Outcome;

const BENT: Case = Case {
    promise: "A MESSAGE with one wrong field is not delivered and ends the connection in silence.",
    effect: "whoever is on the network can add to or change what peers say",
    needs: &[Need::Recv],
    run: |cx| Box::pin(bent(cx)),
    ..Case::BASE
};
const REPLAYED: Case = Case {
    promise: "A MESSAGE whose nonce is not above the last one is not delivered and ends the \
              connection.",
    effect: "whoever records a message can have it delivered again",
    seen_in: &["zeromq/libzmq#1191"],
    needs: &[Need::Recv],
    run: |cx| Box::pin(replayed(cx)),
    ..Case::BASE
};
const FLAGS: Case = Case {
    clauses: &["26-MESSAGE-006"],
    promise: "Payload flags with bits 7 to 2 set are refused.",
    effect: "the bits that are to stay free are used for something",
    reading: "Bit 1 marks a command in 3.1 and is not judged (q36).",
    run: |cx| Box::pin(payload_flags(cx)),
    ..Case::BASE
};

const MORE_OUTSIDE: Case = Case {
    clauses: &["26-MESSAGE-010"],
    promise: "A MESSAGE whose frame has MORE set is refused.",
    effect: "parts of a message are counted in two ways",
    reading: "The sender is bound; a receiver that does not look is told as lenient.",
    run: |cx| Box::pin(more_outside(cx)),
    ..Case::BASE
};

const BENT_CLAUSES: &[&str] =
    &["26-MESSAGE-002", "26-MESSAGE-003", "26-MESSAGE-004", "26-MESSAGE-008", "26-MESSAGE-009"];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    of("26/message/bent-toward-a-server", BENT_CLAUSES, &BENT, &SERVER),
    of("26/message/bent-toward-a-client", BENT_CLAUSES, &BENT, &CLIENT),
    Case {
        depth: Depth::Quick,
        ..of("26/message/replayed-to-a-server", &["26-HELLO-016"], &REPLAYED, &SERVER)
    },
    of("26/message/replayed-to-a-client", &["26-READY-009"], &REPLAYED, &CLIENT),
    of("26/message/more-outside-toward-a-server", MORE_OUTSIDE.clauses, &MORE_OUTSIDE, &SERVER),
    of("26/message/more-outside-toward-a-client", MORE_OUTSIDE.clauses, &MORE_OUTSIDE, &CLIENT),
    of("26/message/flags-toward-a-server", FLAGS.clauses, &FLAGS, &SERVER),
    of("26/message/flags-toward-a-client", FLAGS.clauses, &FLAGS, &CLIENT),
];

/// What is wrong, and the octets of it.
type Row = (&'static str, fn(&mut Tunnel) -> Vec<u8>);

/// The next MESSAGE, changed at one place.
fn twisted(tunnel: &mut Tunnel, twist: fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut body = tunnel.body(0, b"bent");
    twist(&mut body);
    frame(0, &body)
}

const ROWS: &[Row] = &[
    ("MESSAGE of 32 octets", |tunnel| twisted(tunnel, |body| body.truncate(32))),
    ("MESSAGE of 16 octets", |tunnel| twisted(tunnel, |body| body.truncate(16))),
    ("an octet behind the box", |tunnel| twisted(tunnel, |body| body.push(0))),
    ("another name", |tunnel| twisted(tunnel, |body| flip(body, 5))),
    ("another nonce than that of the box", |tunnel| twisted(tunnel, |body| flip(body, 8))),
    ("a changed tag", |tunnel| twisted(tunnel, |body| flip(body, 16))),
    ("a changed box", |tunnel| twisted(tunnel, |body| flip(body, 32))),
    ("the prefix of the other side", |tunnel| {
        tunnel.counter += 1;
        frame(0, &tunnel.body_with(tunnel.counter, &tunnel.theirs, 0, b"bent"))
    }),
    ("the prefix with a dash", |tunnel| {
        tunnel.counter += 1;
        frame(0, &tunnel.body_with(tunnel.counter, b"CurveZMQMESSAGE-", 0, b"bent"))
    }),
    ("an empty frame", |_| frame(0, b"")),
];

async fn bent(cx: &mut Context) -> Outcome {
    for (what, build) in ROWS {
        let mut peer = secured(cx).await?;
        let octets = build(&mut peer.tunnel);
        peer.link.write(octets).await?;
        peer.must_close(cx, what).await?;
        cx.expect_no_delivery().await?;
    }
    // A box under the keys of another connection: what a permanent key would open.
    let mut peer = secured(cx).await?;
    let stranger = Keys::fresh(&mut cx.entropy);
    let mut other = Tunnel::of_client(&stranger, &stranger.public(), peer.tunnel.counter, 0);
    other.ours = peer.tunnel.ours;
    peer.link.write(other.frame(0, b"bent")).await?;
    peer.must_close(cx, "a box under other keys").await?;
    cx.expect_no_delivery().await
}

async fn replayed(cx: &mut Context) -> Outcome {
    // Behind the handshake the last nonce is that of INITIATE or READY.
    for back in 0..2 {
        let mut peer = secured(cx).await?;
        let counter = peer.tunnel.counter - back;
        send_as(&mut peer, counter, b"as old as the handshake").await?;
        peer.must_close(cx, "a nonce not above that of the handshake").await?;
        cx.expect_no_delivery().await?;
    }
    for lower in [0, 1, 5] {
        let mut peer = secured(cx).await?;
        peer.tunnel.counter += 10;
        let octets = peer.tunnel.message(&[b"once"]);
        peer.link.write(&octets).await?;
        peer.link.release().await?;
        cx.expect_delivery(&[b"once"]).await?;
        let counter = peer.tunnel.counter - lower;
        send_as(&mut peer, counter, b"once").await?;
        peer.must_close(cx, "a nonce that is not above the last one").await?;
        cx.expect_no_delivery().await?;
    }
    Ok(())
}

/// Sends a MESSAGE under this counter, and no other.
async fn send_as(peer: &mut Secure, counter: u64, payload: &[u8]) -> Outcome {
    let body = peer.tunnel.body_with(counter, &peer.tunnel.ours, 0, payload);
    peer.link.write(frame(0, &body)).await
}

async fn payload_flags(cx: &mut Context) -> Outcome {
    for flags in [0xF0, 0x04, 0x80] {
        let mut peer = secured(cx).await?;
        let octets = peer.tunnel.frame(flags, b"flagged");
        peer.link.write(octets).await?;
        if peer.fate(cx).await?.0 != Fate::Closed {
            cx.lenient("flags-ignored", "a close", format!("payload flags {flags:02x} are taken"));
        }
    }
    Ok(())
}

async fn more_outside(cx: &mut Context) -> Outcome {
    let mut peer = secured(cx).await?;
    let body = peer.tunnel.body(0, b"more outside");
    peer.link.write(frame(MORE, &body)).await?;
    if peer.fate(cx).await?.0 != Fate::Closed {
        cx.lenient("more-ignored", "a close", "MORE outside the box is ignored");
    }
    Ok(())
}
