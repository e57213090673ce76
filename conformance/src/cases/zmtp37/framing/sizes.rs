//! Sizes as received: the short and the long form at their limits (37-FRAME-002 to -006).

use crate::case::{Case, Pace, RECEIVERS};
use crate::context::Context;
use crate::octets::{LONG, frame, header, long_frame};
use crate::probe::Fate;
use crate::target::Need;
use crate::verdict::{Level, Outcome};

/// Short frames at both ends of their range.
pub(super) const SHORT_SIZES: Case = Case {
    id: "37/framing/short-sizes",
    clauses: &["37-FRAME-002", "37-FRAME-003"],
    promise: "Message frames of 0, 1, 254 and 255 octets in the short form are delivered as they \
              were sent.",
    effect: "messages of some sizes are lost or cut",
    types: RECEIVERS,
    needs: &[Need::Recv],
    run: |cx| Box::pin(short_sizes(cx)),
    ..Case::BASE
};

/// Long frames, small ones too.
pub(super) const LONG_FORM: Case = Case {
    id: "37/framing/long-form-received",
    clauses: &["37-FRAME-004", "37-FRAME-005", "37-FRAME-010"],
    promise: "Message frames in the long form are delivered as they were sent, also those whose \
              body would fit the short form.",
    effect: "large messages are lost, or all messages of peers that always use the long form",
    reading: "q13: only commands are advised to use the short form; a receiver takes both forms \
              of any frame.",
    types: RECEIVERS,
    needs: &[Need::Recv],
    run: |cx| Box::pin(long_form(cx)),
    ..Case::BASE
};

/// Sizes with the highest bit set.
pub(super) const OUT_OF_RANGE: Case = Case {
    id: "37/framing/size-out-of-range",
    clauses: &["37-FRAME-006"],
    promise: "A frame size of 2^63 or more is refused: the connection is closed.",
    effect: "nine octets of a stranger make the peer allocate, wrap around or wait for ever",
    seen_in: &["zeromq/libzmq#3351", "zeromq/libzmq#1488", "zeromq/netmq#225", "excsn/rzmq#9"],
    reading: "The size is not valid, so nothing behind it can be a frame. Strict: close. A peer \
              that waits for the octets is told as lenient.",
    pace: Pace::Quiet,
    run: |cx| Box::pin(out_of_range(cx)),
    ..Case::BASE
};

/// The largest legal size, which nobody can serve.
pub(super) const LARGEST: Case = Case {
    id: "37/framing/largest-size",
    clauses: &["37-FRAME-004"],
    level: Level::Observe,
    promise: "A frame that announces 2^63-1 octets is legal; a peer may wait for them or close, \
              and lives on.",
    effect: "nine octets of a stranger end the process",
    reading: "q14: no limit is named, and no peer can hold such a message.",
    pace: Pace::Quiet,
    run: |cx| Box::pin(largest(cx)),
    ..Case::BASE
};

async fn short_sizes(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    for size in [0, 1, 254, 255] {
        let body = vec![0x61; size];
        peer.write(frame(0, &body)).await?;
        peer.release().await?;
        cx.expect_delivery(&[&body]).await?;
    }
    Ok(())
}

async fn long_form(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    for size in [0, 1, 5, 254, 255, 256, 257, 65_535, 65_536] {
        let body = vec![0x61; size];
        peer.write(long_frame(0, &body)).await?;
        peer.release().await?;
        cx.expect_delivery(&[&body]).await?;
    }
    Ok(())
}

async fn out_of_range(cx: &mut Context) -> Outcome {
    for size in [1 << 63, (1 << 63) + 1, u64::MAX - 8, u64::MAX] {
        let mut peer = cx.ready().await?;
        peer.write(header(LONG, size)).await?;
        match peer.fate().await?.fate {
            Fate::Closed => {}
            Fate::Silent => {
                let got = format!("the peer waits for {size:#x} octets");
                cx.lenient("waits", "the connection is closed", got);
            }
            Fate::Serving => {
                let got = format!("a frame of {size:#x} octets is over after none");
                return Err(peer.fail("accepted", "the connection is closed", got));
            }
        }
    }
    cx.ready().await?;
    Ok(())
}

async fn largest(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write(header(LONG, u64::MAX >> 1)).await?;
    match peer.fate().await?.fate {
        Fate::Closed => cx.info("a frame of 2^63-1 octets closes the connection"),
        Fate::Silent => cx.info("the peer waits for 2^63-1 octets"),
        Fate::Serving => {
            let got = "a frame of 2^63-1 octets is over after none";
            return Err(peer.fail("accepted", "to close or to wait", got));
        }
    }
    cx.ready().await?;
    Ok(())
}
