//! Framing of 2.0: flags, sizes, bodies; no commands.

use crate::case::{Case, RECEIVERS, SENDERS};
use crate::cases::legacy::{self, Taken};
use crate::context::Context;
use crate::octets::{Frame, MORE, frame_v2, hex, long_frame, message};
use crate::probe::Link;
use crate::target::Need;
use crate::verdict::{Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "15/framing/forms-received",
        clauses: &["15-FRAME-001", "15-FRAME-002", "15-FRAME-004"],
        promise: "Short and long frames, with and without MORE, are delivered as they were sent.",
        effect: "2.0 peers lose messages of some sizes",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(forms_received(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/framing/single-sent",
        clauses: &["15-FRAME-001", "15-FRAME-003", "15-FRAME-004", "15-FRAME-005"],
        promise: "A message of one frame is sent with flags 00 or 02 and its true size.",
        effect: "2.0 peers wait for more, or lose their place in the stream",
        types: SENDERS,
        needs: &[Need::Send],
        run: |cx| Box::pin(single_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/framing/parts-sent",
        clauses: &["15-FRAME-002", "15-FRAME-005"],
        promise: "Every frame of a message but its last has MORE.",
        effect: "2.0 peers see several messages, or none",
        types: SENDERS,
        needs: &[Need::Send],
        run: |cx| Box::pin(parts_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "15/framing/reserved-bits-received",
        clauses: &["15-FRAME-005"],
        promise: "A frame with one of flag bits 7-2 set ends the connection.",
        effect: "a flag of a later version is taken for a message",
        reading: "The RFC gives the sender a duty and says nothing of the receiver. Strict: close. \
                  Otherwise bits that are ignored are told as lenient.",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(reserved_bits_received(cx)),
        ..Case::BASE
    },
];

async fn forms_received(cx: &mut Context) -> Outcome {
    let mut peer = legacy::usual_v2(cx).await?;
    peer.write(frame_v2(0, b"x")).await?;
    legacy::expect_first(cx, &mut peer, "2.0", &[b"x"]).await?;
    for size in [0, 1, 254, 255, 256, 65_536] {
        let body = vec![0x61; size];
        peer.write(frame_v2(0, &body)).await?;
        peer.release().await?;
        cx.expect_delivery(&[&body]).await?;
        peer.write(long_frame(0, &body)).await?;
        peer.release().await?;
        cx.expect_delivery(&[&body]).await?;
    }
    let parts: [&[u8]; 4] = [b"a", b"", &[0x62; 256], b"c"];
    peer.write(message(&parts)).await?;
    peer.release().await?;
    cx.expect_delivery(&parts).await?;
    peer.write([long_frame(MORE, b"a"), frame_v2(MORE, b""), long_frame(0, b"b")].concat()).await?;
    peer.release().await?;
    cx.expect_delivery(&[&b"a"[..], b"", b"b"]).await
}

/// The next frame, which cannot be a command.
async fn next_frame(peer: &mut Link) -> Result<Frame, Stop> {
    let Some(frame) = peer.frame("a message").await? else {
        return Err(peer.fail("closed", "a message", "the connection was closed"));
    };
    if frame.is_command() {
        let got = format!("flags {}", hex(&[frame.flags]));
        return Err(peer.fail("command", "flags 00 to 03", got));
    }
    Ok(frame)
}

async fn single_sent(cx: &mut Context) -> Outcome {
    let mut peer = legacy::usual_v2(cx).await?;
    for size in [0, 1, 254, 255, 256, 65_536] {
        let body = vec![0x61; size];
        cx.send(&[&body]).await?;
        let frame = next_frame(&mut peer).await?;
        if frame.has_more() || frame.body != body {
            let expected = format!("one frame of {size} octets, without MORE");
            let got = format!("flags {}, {} octets", hex(&[frame.flags]), frame.body.len());
            return Err(peer.fail("other-frame", expected, got));
        }
    }
    Ok(())
}

async fn parts_sent(cx: &mut Context) -> Outcome {
    let mut peer = legacy::usual_v2(cx).await?;
    let parts: [&[u8]; 3] = [b"a", b"", &[0x62; 300]];
    cx.send(&parts).await?;
    for (at, part) in parts.iter().enumerate() {
        let frame = next_frame(&mut peer).await?;
        if frame.has_more() != (at < 2) || frame.body != *part {
            let expected = format!("frame {at} of three, MORE on all but the last");
            let got = format!("flags {}, {} octets", hex(&[frame.flags]), frame.body.len());
            return Err(peer.fail("other-frame", expected, got));
        }
    }
    Ok(())
}

async fn reserved_bits_received(cx: &mut Context) -> Outcome {
    for bit in [0x04, 0x08, 0x10, 0x20, 0x40, 0x80] {
        let mut peer = legacy::usual_v2(cx).await?;
        peer.write(frame_v2(0, b"hi")).await?;
        legacy::expect_first(cx, &mut peer, "2.0", &[b"hi"]).await?;
        peer.write([frame_v2(bit, b"\x01x"), frame_v2(0, b"end")].concat()).await?;
        if legacy::delivery_or_close(cx, &mut peer).await? != Taken::Closed {
            let got = format!("flags {} are taken", hex(&[bit]));
            cx.lenient("reserved-bits-ignored", "the connection is closed", got);
            peer.close().await?;
            drain(cx, &[bit]).await?;
        }
    }
    Ok(())
}

/// Leaves nothing of this round for the next one to receive.
async fn drain(cx: &mut Context, mark: &[u8]) -> Outcome {
    let mut peer = legacy::usual_v2(cx).await?;
    let last = [b"last", mark].concat();
    peer.write(frame_v2(0, &last)).await?;
    peer.release().await?;
    while cx.recv_body().await? != [last.clone()] {}
    Ok(())
}
