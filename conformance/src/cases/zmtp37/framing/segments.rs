//! Frames and segments have nothing to do with each other (37-FRAME-013).

use crate::case::{Case, RECEIVERS};
use crate::context::Context;
use crate::octets::{greeting, message, ready};
use crate::probe::Link;
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
