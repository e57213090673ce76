//! Flag bits as received (37-FRAME-008 to -012, -014).

use crate::case::{BIND, Case, Depth, Pace, RECEIVERS};
use crate::context::Context;
use crate::octets::{COMMAND, LONG, MORE, RESERVED};
use crate::octets::{command, frame, header, hex, long_frame, metadata, ping};
use crate::probe::Fate;
use crate::socket_type::SocketType;
use crate::target::{Need, Role};
use crate::verdict::{Level, Outcome, Stop};

/// One reserved bit at a time.
pub(super) const RESERVED_BITS: Case = Case {
    id: "37/framing/reserved-bits-received",
    clauses: &["37-FRAME-008"],
    level: Level::Must,
    promise: "A frame with one of flag bits 7-3 set is outside the grammar and ends the \
              connection.",
    effect: "a future flag is taken for today's message",
    reading: "The RFC gives the sender a duty and says nothing of the receiver. Strict: close. \
              Otherwise bits that are ignored are told as lenient.",
    run: |cx| Box::pin(reserved_bits(cx)),
    ..Case::BASE
};

/// All combinations of reserved bits with all others.
pub(super) const EVERY_RESERVED: Case = Case {
    id: "37/framing/every-reserved-flags-octet",
    clauses: &["37-FRAME-008"],
    promise: "None of the 248 flags octets with a reserved bit makes the peer lose the frame \
              boundary; each ends the connection.",
    effect: "one flipped bit, and everything behind it is read as something else",
    reading: "The RFC gives the sender a duty and says nothing of the receiver. Strict: close. \
              Bits that are ignored are told as lenient; a lost boundary fails.",
    types: &[SocketType::Pull],
    roles: BIND,
    depth: Depth::Exhaustive,
    pace: Pace::Quiet,
    run: |cx| Box::pin(every_reserved(cx)),
    ..Case::BASE
};

/// The same body as message and as command.
pub(super) const COMMAND_BIT: Case = Case {
    id: "37/framing/command-bit",
    clauses: &["37-FRAME-009"],
    promise: "Flag bit 2 alone tells a command from a message: the same body is delivered without \
              it, and not with it.",
    effect: "commands surface as messages, or messages that look like commands vanish",
    types: RECEIVERS,
    needs: &[Need::Recv],
    run: |cx| Box::pin(command_bit(cx)),
    ..Case::BASE
};

/// A command in both forms.
pub(super) const LONG_BIT_ON_COMMANDS: Case = Case {
    id: "37/framing/long-bit-on-commands",
    clauses: &["37-FRAME-010"],
    promise: "Flag bit 1 selects the eight-octet size on commands as on messages.",
    effect: "commands of peers that use the long form break the connection",
    minor: 1,
    run: |cx| Box::pin(long_bit_on_commands(cx)),
    ..Case::BASE
};

/// Two frames, one message.
pub(super) const MORE_BIT: Case = Case {
    id: "37/framing/more-bit",
    clauses: &["37-FRAME-011"],
    promise: "Flag bit 0 joins a frame with the next one to one message.",
    effect: "multipart messages arrive in pieces or glued together",
    types: RECEIVERS,
    needs: &[Need::Recv],
    run: |cx| Box::pin(more_bit(cx)),
    ..Case::BASE
};

/// PING with MORE.
pub(super) const MORE_ON_COMMANDS: Case = Case {
    id: "37/framing/more-on-command-received",
    clauses: &["37-FRAME-012"],
    promise: "A command with MORE set is outside the grammar and ends the connection.",
    effect: "a command becomes the first part of a message of somebody else's making",
    reading: "q11: the duty is the sender's. Strict: close. A peer that ignores the bit is told as \
              lenient.",
    run: |cx| Box::pin(more_on_commands(cx)),
    ..Case::BASE
};

/// READY as a message.
pub(super) const HANDSHAKE_AS_MESSAGE: Case = Case {
    id: "37/framing/handshake-command-bit",
    clauses: &["37-FRAME-014"],
    promise: "A READY without the command flag is no command and does not complete the handshake.",
    effect: "a message is taken for a handshake",
    reading: "q11: strict: close. A peer that does not look at the flag is told as lenient.",
    run: |cx| Box::pin(handshake_as_message(cx)),
    ..Case::BASE
};

async fn reserved_bits(cx: &mut Context) -> Outcome {
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

async fn every_reserved(cx: &mut Context) -> Outcome {
    if !cx.bench().pongs {
        return Err(Stop::NotApplicable("a SUT that answers PING".to_owned()));
    }
    for flags in (0..=u8::MAX).filter(|flags| flags & RESERVED != 0) {
        let mut peer = cx.ready().await?;
        peer.write([header(flags, 1), b"x".to_vec()].concat()).await?;
        match peer.fate().await?.fate {
            Fate::Closed => {}
            Fate::Serving => {
                let got = "reserved bits are ignored";
                cx.lenient("reserved-bits-ignored", "the connection is closed", got);
            }
            Fate::Silent => {
                let got = format!("behind flags {} no PING is found", hex(&[flags]));
                return Err(peer.fail("boundary-lost", "the connection is closed", got));
            }
        }
    }
    Ok(())
}

async fn command_bit(cx: &mut Context) -> Outcome {
    let body = b"\x07UNKNOWNdata";
    let mut peer = cx.ready().await?;
    peer.write(frame(0, body)).await?;
    peer.release().await?;
    cx.expect_delivery(&[body]).await?;
    peer.write(frame(COMMAND, body)).await?;
    if peer.fate().await?.fate == Fate::Closed {
        cx.info("an unknown command closes the connection");
        peer = cx.ready().await?;
    }
    cx.sentinel(&mut peer).await
}

async fn long_bit_on_commands(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let short = ping(0, b"short");
    let long = long_frame(COMMAND, short.get(2..).unwrap_or_default());
    for (octets, context) in [(long, &b"short"[..]), (ping(0, b"again"), b"again")] {
        peer.write(octets).await?;
        let pong = peer.expect_command("PONG").await?;
        if !pong.body.ends_with(context) {
            return Err(peer.fail("other-context", hex(context), hex(&pong.body)));
        }
    }
    Ok(())
}

async fn more_bit(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write(frame(MORE, b"a")).await?;
    peer.write(frame(0, b"b")).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"a", b"b"]).await?;
    peer.write(long_frame(MORE, b"c")).await?;
    peer.write(frame(0, b"d")).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"c", b"d"]).await?;
    peer.write(frame(0, b"e")).await?;
    peer.release().await?;
    cx.expect_delivery(&[b"e"]).await
}

async fn more_on_commands(cx: &mut Context) -> Outcome {
    let body = ping(0, b"more");
    let body = body.get(2..).unwrap_or_default();
    for flags in [COMMAND | MORE, COMMAND | MORE | LONG] {
        let mut peer = cx.ready().await?;
        let octets = if flags & LONG == 0 { frame(flags, body) } else { long_frame(flags, body) };
        peer.write(octets).await?;
        let after = peer.fate().await?;
        if after.fate != Fate::Closed {
            let got = format!("flags {} are taken: {:?}", hex(&[flags]), after.fate);
            cx.lenient("more-ignored", "the connection is closed", got);
        }
    }
    Ok(())
}

async fn handshake_as_message(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let body = [b"\x05READY", &metadata(&[("Socket-Type", kind)])[..]].concat();
    for flags in [0, LONG] {
        let mut peer = cx.greeted().await?;
        if cx.role == Role::Connect {
            peer.expect_command("READY").await?;
        }
        let octets = if flags == 0 { frame(0, &body) } else { long_frame(0, &body) };
        peer.write(octets).await?;
        // A PING before the READY of the SUT would be out of place (37-NULL-009).
        if cx.role == Role::Bind && peer.frame("READY or a close").await?.is_none() {
            continue;
        }
        let after = peer.fate().await?;
        if after.fate != Fate::Closed {
            let got = format!("READY with flags {} is taken: {:?}", hex(&[flags]), after.fate);
            cx.lenient("command-bit-ignored", "the connection is closed", got);
        }
    }
    // The command itself is in order: only its flag was wrong.
    let mut peer = cx.greeted().await?;
    cx.handshake(&mut peer, &command("READY", body.get(6..).unwrap_or_default())).await
}
