//! Frames and segments have nothing to do with each other (37-FRAME-013).

use crate::case::{BIND, Case, Depth, RECEIVERS};
use crate::context::Context;
use crate::octets::{MORE, frame, greeting, long_frame, message, ready};
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::{Outcome, Stop};

/// One octet a write.
pub(super) const OCTET_BY_OCTET: Case = Case {
    id: "37/framing/octet-by-octet",
    clauses: &["37-FRAME-013", "37-FRAME-001"],
    promise: "Greeting, READY and messages that come one octet at a time mean what they mean in \
              one piece.",
    effect: "slow or fragmenting networks break connections",
    seen_in: &["zeromq/chumak"],
    types: RECEIVERS,
    needs: &[Need::Recv],
    run: |cx| Box::pin(octet_by_octet(cx)),
    ..Case::BASE
};

/// As much as is legal in one write.
pub(super) const ONE_SEGMENT: Case = Case {
    id: "37/framing/one-segment",
    clauses: &["37-FRAME-013", "37-FRAME-001"],
    promise: "Greeting and READY in one segment, and then many messages in one segment, mean what \
              they mean apart.",
    effect: "fast peers lose their first messages",
    reading: "Messages in the segment of one's own READY are another matter: 37-NULL-009.",
    types: RECEIVERS,
    needs: &[Need::Recv],
    run: |cx| Box::pin(one_segment(cx)),
    ..Case::BASE
};

/// Two segments, cut anywhere.
pub(super) const EVERY_CUT: Case = Case {
    id: "37/framing/every-cut",
    clauses: &["37-FRAME-013"],
    promise: "READY and a message in short and long frames mean the same wherever they are cut in \
              two segments.",
    effect: "connections break when a header falls on a segment boundary",
    seen_in: &["zeromq/chumak"],
    types: RECEIVERS,
    needs: &[Need::Recv],
    depth: Depth::Full,
    run: |cx| Box::pin(every_cut(cx)),
    ..Case::BASE
};

/// Streams that end anywhere.
pub(super) const EVERY_TRUNCATION: Case = Case {
    id: "37/framing/every-truncation",
    clauses: &["37-FRAME-001", "37-MSG-001"],
    promise: "A stream that ends at any octet of greeting, READY or message delivers nothing and \
              harms nobody else.",
    effect: "half a message is delivered, or a scanner's probe ends the process",
    types: &[SocketType::Pull, SocketType::Dealer],
    roles: BIND,
    needs: &[Need::Recv],
    depth: Depth::Full,
    run: |cx| Box::pin(every_truncation(cx)),
    ..Case::BASE
};

async fn octet_by_octet(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = cx.link().await?;
    drip(&mut peer, &greeting().build()).await?;
    peer.greeting().await?;
    drip(&mut peer, &ready(&[("Socket-Type", kind)])).await?;
    peer.expect_command("READY").await?;
    let large = [0x63; 300];
    drip(&mut peer, &message(&[&b"a"[..], b"", &large])).await?;
    peer.release().await?;
    cx.expect_delivery(&[&b"a"[..], b"", &large]).await?;
    drip(&mut peer, &message(&[b"last"])).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"last"]).await
}

async fn drip(peer: &mut Link, octets: &[u8]) -> Result<(), Stop> {
    for octet in octets {
        peer.write([*octet]).await?;
    }
    Ok(())
}

async fn one_segment(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = cx.link().await?;
    let opening = [&greeting().build()[..], &ready(&[("Socket-Type", kind)])].concat();
    peer.write(opening).await?;
    peer.greeting().await?;
    peer.expect_command("READY").await?;
    let parts: [&[u8]; 3] = [b"a", b"", &[0x63; 300]];
    let burst = [message(&[b"first"]), message(&parts), message(&[b""]), message(&[b"last"])];
    peer.write(burst.concat()).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"first"]).await?;
    cx.expect_delivery(&parts).await?;
    cx.expect_delivery(&[b""]).await?;
    cx.expect_delivery(&[b"last"]).await
}

async fn every_cut(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let ready = ready(&[("Socket-Type", kind)]);
    for cut in 1..ready.len() {
        let mut peer = cx.greeted().await?;
        in_two(&mut peer, &ready, cut).await?;
        peer.expect_command("READY").await?;
    }
    let octets = [frame(MORE, b"a"), long_frame(MORE, b"bc"), frame(0, b"")].concat();
    let mut peer = cx.ready().await?;
    for cut in 1..octets.len() {
        in_two(&mut peer, &octets, cut).await?;
        peer.release().await?;
        cx.expect_delivery(&[&b"a"[..], b"bc", b""]).await?;
    }
    Ok(())
}

async fn in_two(peer: &mut Link, octets: &[u8], cut: usize) -> Result<(), Stop> {
    let (head, tail) = octets.split_at(cut.min(octets.len()));
    peer.write(head).await?;
    peer.write(tail).await
}

async fn every_truncation(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let opening = [&greeting().build()[..], &ready(&[("Socket-Type", kind)])].concat();
    for end in 0..opening.len() {
        let mut peer = cx.link().await?;
        peer.write(opening.get(..end).unwrap_or_default()).await?;
        peer.close().await?;
    }
    let octets = [frame(MORE, b"torn"), long_frame(MORE, b"to"), frame(0, b"end")].concat();
    for end in 0..octets.len() {
        let mut peer = cx.ready().await?;
        peer.write(octets.get(..end).unwrap_or_default()).await?;
        peer.close().await?;
    }
    let mut peer = cx.ready().await?;
    cx.sentinel(&mut peer).await
}
