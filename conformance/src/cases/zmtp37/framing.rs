//! Framing: flags, sizes, bodies.

use crate::case::{Case, RECEIVERS};
use crate::context::Context;
use crate::octets::{frame, hex};
use crate::probe::Fate;
use crate::target::Need;
use crate::verdict::{Level, Outcome};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/framing/short-sizes",
        clauses: &["37-FRAME-002", "37-FRAME-003"],
        promise: "Message frames of 0, 1, 254 and 255 octets in the short form are delivered as \
                  they were sent.",
        effect: "messages of some sizes are lost or cut",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(short_sizes(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/framing/reserved-bits-received",
        clauses: &["37-FRAME-008"],
        level: Level::Must,
        promise: "A frame with one of flag bits 7-3 set is outside the grammar and ends the \
                  connection.",
        effect: "a future flag is taken for today's message",
        reading: "The RFC gives the sender a duty and says nothing of the receiver. Strict: close. \
                  Otherwise bits that are ignored are told as lenient.",
        run: |cx| Box::pin(reserved_bits_received(cx)),
        ..Case::BASE
    },
];

async fn short_sizes(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    for size in [0, 1, 254, 255] {
        let body = vec![0x61; size];
        peer.write(frame(0, &body)).await?;
        cx.expect_delivery(&[&body]).await?;
    }
    Ok(())
}

async fn reserved_bits_received(cx: &mut Context) -> Outcome {
    for bit in [0x08, 0x10, 0x20, 0x40, 0x80] {
        let mut peer = cx.ready().await?;
        peer.write(frame(bit, b"x")).await?;
        let after = peer.fate().await?;
        if after.fate != Fate::Closed {
            let got = format!("flags {} are taken: {:?}", hex(&[bit]), after.fate);
            cx.lenient("reserved-bits-ignored", "the connection is closed", got);
        }
    }
    Ok(())
}
