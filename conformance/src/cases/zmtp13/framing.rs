//! Framing of 1.0: a length that counts the flags octet, flags, body. A SUT that does not serve
//! 1.0 peers is not judged.

use crate::case::{BIND, Case, RECEIVERS, SENDERS};
use crate::cases::legacy::{self, Taken, octets_v1};
use crate::context::Context;
use crate::octets::{frame_v1, hex};
use crate::probe::Link;
use crate::socket_type::SocketType::{Dealer, Pull};
use crate::target::{Need, Setting};
use crate::verdict::{Level, Outcome, Stop};

/// What the cases on receiving share.
const RECEIVING: Case = Case { types: RECEIVERS, needs: &[Need::Recv], ..Case::BASE };
/// What the cases on sending share.
const SENDING: Case = Case { types: SENDERS, needs: &[Need::Send], ..Case::BASE };

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "13/framing/received",
        clauses: &["13-FRAME-001", "13-FRAME-002", "13-FRAME-005"],
        promise: "Frames of any size, alone and in messages of several, are delivered as sent.",
        effect: "1.0 peers lose messages of some sizes",
        run: |cx| Box::pin(received(cx)),
        ..RECEIVING
    },
    Case {
        id: "13/framing/long-form-received",
        clauses: &["13-FRAME-006"],
        level: Level::Observe,
        promise: "A length below 255 may also come in the long form.",
        effect: "1.0 peers that always use it cannot talk",
        run: |cx| Box::pin(long_form_received(cx)),
        ..RECEIVING
    },
    Case {
        id: "13/framing/length-zero",
        clauses: &["13-FRAME-004"],
        level: Level::Should,
        promise: "A frame of length zero, which has no room for its flags, is dropped.",
        effect: "one bad octet ends the connection, or shifts all that follow",
        reading: "A close is safe as well, and is told as lenient (q14).",
        run: |cx| Box::pin(length_zero(cx)),
        ..RECEIVING
    },
    Case {
        id: "13/framing/flags-received",
        clauses: &["13-FRAME-009"],
        level: Level::Observe,
        promise: "Flag bits 7-1 of a received frame are not judged.",
        effect: "1.0 peers that set them cannot talk",
        run: |cx| Box::pin(flags_received(cx)),
        ..RECEIVING
    },
    Case {
        id: "13/framing/oversized-received",
        clauses: &["13-FRAME-010"],
        promise: "A frame above the limit of the SUT is refused when its length is known.",
        effect: "one peer can fill the memory",
        types: &[Pull, Dealer],
        needs: &[Need::Recv],
        options: &[("maxmsgsize", Setting::Number(1000))],
        run: |cx| Box::pin(oversized_received(cx)),
        ..Case::BASE
    },
    Case {
        id: "13/framing/cut-message",
        clauses: &["13-FRAME-011"],
        promise: "A message whose last frame never comes is not delivered at all.",
        effect: "applications see half messages",
        roles: BIND,
        run: |cx| Box::pin(cut_message(cx)),
        ..RECEIVING
    },
    Case {
        id: "13/framing/short-length-sent",
        clauses: &["13-FRAME-003", "13-FRAME-001"],
        level: Level::Should,
        promise: "Lengths of 1 to 254 are sent as one octet.",
        effect: "none but eight wasted octets",
        run: |cx| Box::pin(short_length_sent(cx)),
        ..SENDING
    },
    Case {
        id: "13/framing/long-length-sent",
        clauses: &["13-FRAME-005"],
        promise: "Lengths of 255 and more are sent as FF and eight octets.",
        effect: "1.0 peers lose their place in the stream",
        run: |cx| Box::pin(long_length_sent(cx)),
        ..SENDING
    },
    Case {
        id: "13/framing/flags-sent",
        clauses: &["13-FRAME-007", "13-FRAME-008", "13-FRAME-009"],
        promise: "Flags are 01 on every frame of a message but the last, which has 00.",
        effect: "1.0 peers see several messages, or none",
        run: |cx| Box::pin(flags_sent(cx)),
        ..SENDING
    },
];

/// An anonymous 1.0 peer that is served: its first message was delivered.
async fn served(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = legacy::anonymous_v1(cx).await?;
    peer.write(frame_v1(0, b"first")).await?;
    legacy::expect_first(cx, &mut peer, "1.0", &[b"first"]).await?;
    Ok(peer)
}

async fn received(cx: &mut Context) -> Outcome {
    let mut peer = served(cx).await?;
    for size in [0, 1, 2, 252, 253, 254, 255, 256, 65_536] {
        let body = vec![0x61; size];
        peer.write(frame_v1(0, &body)).await?;
        peer.release().await?;
        cx.expect_delivery(&[&body]).await?;
    }
    let parts: [&[u8]; 4] = [b"a", b"", &[0x62; 300], b"b"];
    peer.write(octets_v1(&parts)).await?;
    peer.release().await?;
    cx.expect_delivery(&parts).await
}

async fn long_form_received(cx: &mut Context) -> Outcome {
    let mut peer = served(cx).await?;
    peer.write(b"\xFF\x00\x00\x00\x00\x00\x00\x00\x03\x00hi").await?;
    match legacy::delivery_or_close(cx, &mut peer).await? {
        Taken::Delivered(got) if got == [b"hi"] => {}
        Taken::Delivered(_) => cx.info("a long length below 255 delivers something else"),
        Taken::Closed => cx.info("a long length below 255 ends the connection"),
    }
    Ok(())
}

async fn length_zero(cx: &mut Context) -> Outcome {
    let mut peer = served(cx).await?;
    peer.write([&[0][..], &frame_v1(0, b"two")].concat()).await?;
    match legacy::delivery_or_close(cx, &mut peer).await? {
        Taken::Delivered(got) if got == [b"two"] => {}
        Taken::Delivered(_) => {
            let got = "another message is delivered";
            return Err(peer.fail("other-delivery", "the frame is dropped", got));
        }
        Taken::Closed => {
            cx.lenient("closed", "the frame is dropped", "the connection is closed");
        }
    }
    Ok(())
}

async fn flags_received(cx: &mut Context) -> Outcome {
    for flags in [0x02, 0x04, 0x80, 0xFE] {
        let mut peer = served(cx).await?;
        peer.write(frame_v1(flags, b"hi")).await?;
        if legacy::delivery_or_close(cx, &mut peer).await? == Taken::Closed {
            cx.info(format!("flags {} end the connection", hex(&[flags])));
        }
    }
    Ok(())
}

async fn oversized_received(cx: &mut Context) -> Outcome {
    for length in [1_002_u64, 1 << 31, u64::MAX >> 1, u64::MAX] {
        let mut peer = served(cx).await?;
        peer.write([&[0xFF][..], &length.to_be_bytes(), &[0], &[0x61; 64]].concat()).await?;
        while peer.octets(1, "the connection is closed").await?.is_some() {}
    }
    // The next delivery proves that nothing of the above was delivered.
    served(cx).await?;
    Ok(())
}

async fn cut_message(cx: &mut Context) -> Outcome {
    let mut peer = served(cx).await?;
    peer.write([frame_v1(1, b"a"), frame_v1(1, b"b")].concat()).await?;
    peer.close().await?;
    // The sentinel comes from a second peer, and is the next delivery.
    let mut next = legacy::anonymous_v1(cx).await?;
    next.write(frame_v1(0, b"end")).await?;
    next.release().await?;
    cx.expect_delivery(&[b"end"]).await
}

async fn short_length_sent(cx: &mut Context) -> Outcome {
    let mut peer = legacy::anonymous_v1(cx).await?;
    for (size, head) in [(0, 1), (1, 2), (253, 254)] {
        cx.send(&[&vec![0x61; size]]).await?;
        let frame = legacy::read_v1(&mut peer).await?;
        if frame.body.len() != size {
            let got = format!("a frame of {} octets", frame.body.len());
            return Err(peer.fail("other-frame", format!("a frame of {size} octets"), got));
        }
        if frame.head != [head] {
            let expected = format!("the length {}", hex(&[head]));
            return Err(peer.fail("long-form", expected, hex(&frame.head)));
        }
    }
    Ok(())
}

async fn long_length_sent(cx: &mut Context) -> Outcome {
    let mut peer = legacy::anonymous_v1(cx).await?;
    for size in [254_u64, 255, 300, 65_536] {
        cx.send(&[&vec![0x61; usize::try_from(size).unwrap_or_default()]]).await?;
        let frame = legacy::read_v1(&mut peer).await?;
        let head = [&[0xFF][..], &(size + 1).to_be_bytes()].concat();
        if frame.head != head || frame.body.len() as u64 != size {
            let expected = format!("the length {}", hex(&head));
            return Err(peer.fail("other-length", expected, hex(&frame.head)));
        }
    }
    Ok(())
}

async fn flags_sent(cx: &mut Context) -> Outcome {
    let mut peer = legacy::anonymous_v1(cx).await?;
    cx.send(&[b"a", b"", b"b"]).await?;
    cx.send(&[b"c"]).await?;
    for flags in [1, 1, 0, 0] {
        let frame = legacy::read_v1(&mut peer).await?;
        if frame.flags != flags {
            let expected = format!("flags {}", hex(&[flags]));
            return Err(peer.fail("other-flags", expected, hex(&[frame.flags])));
        }
    }
    Ok(())
}
