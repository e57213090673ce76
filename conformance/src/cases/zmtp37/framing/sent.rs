//! Frames as the SUT sends them (37-FRAME-001 to -005, -007, -012). The strict reader of the
//! tester judges every octet; these cases see to it that there is something to read.

use crate::case::{Case, SENDERS};
use crate::context::Context;
use crate::octets::Frame;
use crate::probe::Link;
use crate::target::Need;
use crate::verdict::{Outcome, Stop};

/// Messages of every interesting size.
pub(super) const MESSAGE_SIZES: Case = Case {
    id: "37/framing/sizes-sent",
    clauses: &["37-FRAME-001", "37-FRAME-002", "37-FRAME-003", "37-FRAME-004", "37-FRAME-005"],
    promise: "Messages around the limits of the size fields are sent as frames whose size counts \
              the body, the whole body and nothing else.",
    effect: "messages of some sizes arrive cut, or everything behind them is garbage",
    types: SENDERS,
    needs: &[Need::Send],
    run: |cx| Box::pin(message_sizes(cx)),
    ..Case::BASE
};

/// Flags of whatever the SUT says by itself.
pub(super) const FLAGS: Case = Case {
    id: "37/framing/flags-sent",
    clauses: &["37-FRAME-001", "37-FRAME-007", "37-FRAME-012", "37-FRAME-013"],
    promise: "Every frame the SUT sends has flag bits 7-3 clear, and every command has MORE clear.",
    effect: "strict peers close the connection, and no later version can use the bits",
    run: |cx| Box::pin(flags(cx)),
    ..Case::BASE
};

async fn message_sizes(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    for size in [0, 1, 5, 254, 255, 256, 257, 65_535, 65_536] {
        let body = vec![0x62; size];
        peer.release().await?;
        cx.send(&[&body]).await?;
        let frame = message_frame(&mut peer).await?;
        if frame.has_more() || frame.body != body {
            let got = format!("flags {:02x}, {} octets", frame.flags, frame.body.len());
            return Err(peer.fail("other-frame", format!("one frame of {size} octets"), got));
        }
        if frame.is_long() && size < 256 {
            cx.info(format!("a message of {size} octets goes out in the long form"));
        }
    }
    Ok(())
}

/// The next frame that is no command.
async fn message_frame(peer: &mut Link) -> Result<Frame, Stop> {
    loop {
        match peer.frame("a message frame").await? {
            Some(frame) if frame.is_command() => {}
            Some(frame) => return Ok(frame),
            None => {
                return Err(peer.fail("closed", "a message frame", "the connection was closed"));
            }
        }
    }
}

async fn flags(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    // The reader refuses reserved bits and commands with MORE; READY, what follows it and the PONG
    // of the barrier all pass through it.
    peer.barrier().await?;
    Ok(())
}
