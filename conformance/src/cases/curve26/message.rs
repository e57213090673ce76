//! MESSAGE that is right, both ways (26-MESSAGE-001 to -007, -010, 26-HELLO-014, 26-READY-007).

use super::{CLIENT, SERVER, of};
use crate::case::Case;
use crate::context::Context;
use crate::curve::{COMMAND_FLAG, MORE_FLAG, secured};
use crate::octets::{COMMAND, frame, hex};
use crate::probe::Fate;
use crate::target::Need;
use crate::verdict::{Level, Outcome};

const SENT: Case = Case {
    promise: "Each part is a MESSAGE of 33 octets or more: a rising nonce, and a box between the \
              transient keys, under the prefix of its sender, of flags and payload.",
    effect: "the other side understands nothing",
    seen_in: &["paddor/omq.rs@9cce84d"],
    needs: &[Need::Send],
    run: |cx| Box::pin(sent(cx)),
    ..Case::BASE
};
const RECEIVED: Case = Case {
    promise: "Messages of 0 to 65536 octets, in one part or more, come out of their boxes as they \
              went in.",
    effect: "messages are torn, cut or lost",
    needs: &[Need::Recv],
    run: |cx| Box::pin(received(cx)),
    ..Case::BASE
};
const PINGED: Case = Case {
    clauses: &["37-WIRE-003", "26-MESSAGE-006"],
    promise: "A PING in a box is answered with a PONG in a box.",
    effect: "peers with heartbeats leave each other",
    seen_in: &["zeromq/jeromq#697"],
    minor: 1,
    run: |cx| Box::pin(pinged(cx)),
    ..Case::BASE
};
const OUTER: Case = Case {
    clauses: &["37-WIRE-003"],
    level: Level::Observe,
    promise: "A MESSAGE that comes as a command frame is taken like one that comes as a message.",
    effect: "peers that send the one form cannot talk to peers that take the other",
    reading: "RFC 37 asks for the command form; libzmq sends the other, and everybody takes that.",
    needs: &[Need::Recv],
    run: |cx| Box::pin(outer(cx)),
    ..Case::BASE
};

const SENT_BY_SERVER: &[&str] = &[
    "26-MESSAGE-002",
    "26-MESSAGE-003",
    "26-MESSAGE-004",
    "26-MESSAGE-005",
    "26-MESSAGE-006",
    "26-MESSAGE-007",
    "26-MESSAGE-010",
    "26-READY-007",
];
const SENT_BY_CLIENT: &[&str] = &[
    "26-MESSAGE-002",
    "26-MESSAGE-003",
    "26-MESSAGE-004",
    "26-MESSAGE-005",
    "26-MESSAGE-006",
    "26-MESSAGE-007",
    "26-MESSAGE-010",
    "26-HELLO-014",
];
const RECEIVED_CLAUSES: &[&str] = &["26-MESSAGE-005", "26-MESSAGE-007"];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    of("26/message/of-a-server", SENT_BY_SERVER, &SENT, &SERVER),
    of("26/message/of-a-client", SENT_BY_CLIENT, &SENT, &CLIENT),
    of("26/message/toward-a-server", RECEIVED_CLAUSES, &RECEIVED, &SERVER),
    of("26/message/toward-a-client", RECEIVED_CLAUSES, &RECEIVED, &CLIENT),
    of("26/message/ping-to-a-server", PINGED.clauses, &PINGED, &SERVER),
    of("26/message/ping-to-a-client", PINGED.clauses, &PINGED, &CLIENT),
    of("26/message/command-frame-to-a-server", OUTER.clauses, &OUTER, &SERVER),
    of("26/message/command-frame-to-a-client", OUTER.clauses, &OUTER, &CLIENT),
];

async fn sent(cx: &mut Context) -> Outcome {
    let mut peer = secured(cx).await?;
    let large = vec![0x42; 65536];
    let messages: [&[&[u8]]; 5] =
        [&[b""], &[b"x"], &[&[0x41; 255]], &[&large], &[b"one", b"", b"three", &[0x43; 300]]];
    for parts in messages {
        cx.send(parts).await?;
        for (at, part) in parts.iter().enumerate() {
            let plain = peer.plain().await?;
            let flags = if at + 1 < parts.len() { MORE_FLAG } else { 0 };
            if plain.flags != flags {
                let (expected, got) = (format!("{flags:02x}"), format!("{:02x}", plain.flags));
                return Err(peer.link.fail("payload-flags", expected, got));
            }
            if plain.payload != *part {
                let expected = format!("{} octets as sent", part.len());
                return Err(peer.link.fail("other-payload", expected, hex(&plain.payload)));
            }
        }
    }
    Ok(())
}

async fn received(cx: &mut Context) -> Outcome {
    let mut peer = secured(cx).await?;
    let sizes = [0, 1, 255, 256, 65536];
    for size in sizes {
        let body = vec![0x42; size];
        peer.send(&[&body]).await?;
        cx.expect_delivery(&[&body]).await?;
    }
    let parts: [&[u8]; 4] = [b"one", b"", b"three", &[0x43; 300]];
    peer.send(&parts).await?;
    cx.expect_delivery(&parts).await
}

async fn pinged(cx: &mut Context) -> Outcome {
    if !cx.bench().pongs {
        return Err(crate::verdict::Stop::NotApplicable("a SUT that answers PING".to_owned()));
    }
    let mut peer = secured(cx).await?;
    for context in [&b""[..], b"sixteen octets.."] {
        let ping = [b"\x04PING\0\0", context].concat();
        let octets = peer.tunnel.frame(COMMAND_FLAG, &ping);
        peer.link.write(octets).await?;
        let plain = peer.plain().await?;
        let expected = [b"\x04PONG", context].concat();
        if plain.payload != expected || plain.flags & COMMAND_FLAG == 0 {
            let got = format!("{:02x} {}", plain.flags, hex(&plain.payload));
            return Err(peer.link.fail("pong", format!("02 {}", hex(&expected)), got));
        }
    }
    Ok(())
}

async fn outer(cx: &mut Context) -> Outcome {
    let mut peer = secured(cx).await?;
    let body = peer.tunnel.body(0, b"as a command");
    peer.link.write(frame(COMMAND, &body)).await?;
    let (fate, _) = peer.fate(cx).await?;
    if fate == Fate::Closed {
        cx.info("a MESSAGE in a command frame ends the connection");
        return Ok(());
    }
    peer.send(&[b"as a message"]).await?;
    if cx.recv_body().await? == [b"as a command"] {
        cx.info("a MESSAGE in a command frame is taken");
    } else {
        cx.info("a MESSAGE in a command frame is lost");
    }
    Ok(())
}
