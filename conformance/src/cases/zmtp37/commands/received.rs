//! Commands as received: one frame each, a name of one to 255 letters, no separator (37-CMD-001,
//! -002, -003, -007, -008).

use crate::case::{Case, Pace};
use crate::context::Context;
use crate::octets::{COMMAND, MORE, command, frame, hex, metadata, ping};
use crate::probe::{Fate, Link};
use crate::target::Role;
use crate::verdict::{Level, Outcome, Stop};

/// READY in two frames.
pub(super) const SPLIT_READY: Case = Case {
    id: "37/commands/split-ready",
    clauses: &["37-CMD-001"],
    promise: "A command is one frame: the two halves of a READY are not joined.",
    effect: "a handshake is put together from pieces that a strict peer refuses",
    reading: "Strict: close. A peer that waits is told as lenient; one that takes the halves for a \
              READY fails.",
    pace: Pace::Quiet,
    run: |cx| Box::pin(split_ready(cx)),
    ..Case::BASE
};

/// Names that do not fit, before traffic.
pub(super) const MALFORMED_IN_HANDSHAKE: Case = Case {
    id: "37/commands/malformed-name-in-handshake",
    clauses: &["37-CMD-002"],
    promise: "A command without a name, or with one that is longer than its body, is no handshake: \
              the connection is closed.",
    effect: "reads past the end of a frame, or a connection that hangs half open",
    seen_in: &["zeromq/zmq.rs#286"],
    reading: "Strict: close. A peer that ignores the frame and waits is told as lenient.",
    pace: Pace::Quiet,
    run: |cx| Box::pin(malformed_in_handshake(cx)),
    ..Case::BASE
};

/// Names that do not fit, among messages.
pub(super) const MALFORMED_IN_TRAFFIC: Case = Case {
    id: "37/commands/malformed-name-in-traffic",
    clauses: &["37-CMD-002"],
    promise: "A command without a name, or with one that is longer than its body, is outside the \
              grammar and ends the connection.",
    effect: "reads past the end of a frame",
    seen_in: &["zeromq/zmq.rs#286"],
    reading: "Strict: close. A peer that ignores the frame is told as lenient.",
    run: |cx| Box::pin(malformed_in_traffic(cx)),
    ..Case::BASE
};

/// "ready".
pub(super) const LOWER_CASE_READY: Case = Case {
    id: "37/commands/lower-case-ready",
    clauses: &["37-CMD-003"],
    level: Level::Observe,
    promise: "Command names are upper case; whether a peer takes others is told.",
    effect: "peers that are careless with names work with some implementations only",
    reading: "Literals of the grammar are case-insensitive, so a peer that takes another case is \
              not outside it.",
    pace: Pace::Quiet,
    run: |cx| Box::pin(lower_case_ready(cx)),
    ..Case::BASE
};

/// READY, a zero octet, metadata.
pub(super) const NULL_SEPARATOR: Case = Case {
    id: "37/commands/null-separator-received",
    clauses: &["37-CMD-008"],
    promise: "No null octet stands between the name and the data of a command: a READY with one \
              has a property without a name, and ends the connection.",
    effect: "two readings of one text do not understand each other",
    reading: "q23: the grammar wins over the prose. A peer that takes it is told as lenient.",
    pace: Pace::Quiet,
    run: |cx| Box::pin(null_separator(cx)),
    ..Case::BASE
};

/// MORE, PING, last frame.
pub(super) const INSIDE_MESSAGE: Case = Case {
    id: "37/commands/inside-message-received",
    clauses: &["37-CMD-007"],
    level: Level::Observe,
    promise: "A command between the frames of one message is outside the grammar; what the peer \
              does is told.",
    effect: "a heartbeat in the wrong place ends a connection, or tears a message",
    reading: "q12: testers and peers do well to tolerate it, since libzmq can send it.",
    run: |cx| Box::pin(inside_message(cx)),
    ..Case::BASE
};

/// A greeted connection on which the next word is the tester's.
async fn our_turn(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = cx.greeted().await?;
    if cx.role == Role::Connect {
        peer.expect_command("READY").await?;
    }
    Ok(peer)
}

/// Sends a frame where READY belongs and tells what came of it. A SUT that binds may say its own
/// READY late, and before that a PING would be out of place (37-NULL-009): it gets a window first.
async fn offer(cx: &Context, peer: &mut Link, octets: &[u8]) -> Result<Fate, Stop> {
    peer.write(octets).await?;
    if cx.role == Role::Bind {
        peer.whatever_comes().await?;
    }
    Ok(peer.fate().await?.fate)
}

async fn split_ready(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let body = [b"\x05READY", &metadata(&[("Socket-Type", kind)])[..]].concat();
    // Inside the name, inside the size and inside the value of the property.
    for cut in [12, 20, 23] {
        for flags in [COMMAND, COMMAND | MORE] {
            let mut peer = our_turn(cx).await?;
            let (head, tail) = body.split_at(cut.min(body.len()));
            let halves = [frame(flags, head), frame(COMMAND, tail)].concat();
            match offer(cx, &mut peer, &halves).await? {
                Fate::Closed => {}
                Fate::Silent => cx.lenient("waits", "the connection is closed", "the peer waits"),
                Fate::Serving => {
                    let got = format!("READY cut behind octet {cut} completes the handshake");
                    return Err(peer.fail("joined", "the connection is closed", got));
                }
            }
        }
    }
    Ok(())
}

/// Command bodies whose name does not fit.
const MALFORMED: &[&[u8]] =
    &[b"", b"\0", b"\0data", b"\x01", b"\x04PIN", b"\x06READY", b"\xFF", b"\xFFREADY"];

async fn malformed_in_handshake(cx: &mut Context) -> Outcome {
    for &body in MALFORMED {
        let mut peer = our_turn(cx).await?;
        match offer(cx, &mut peer, &frame(COMMAND, body)).await? {
            Fate::Closed => {}
            Fate::Silent => cx.lenient("waits", "the connection is closed", "the peer waits"),
            Fate::Serving => {
                let got = format!("a command {} completes the handshake", hex(body));
                return Err(peer.fail("accepted", "the connection is closed", got));
            }
        }
    }
    Ok(())
}

async fn malformed_in_traffic(cx: &mut Context) -> Outcome {
    for &body in MALFORMED {
        let mut peer = cx.ready().await?;
        peer.write(frame(COMMAND, body)).await?;
        if peer.fate().await?.fate != Fate::Closed {
            let got = "a command whose name does not fit is ignored";
            cx.lenient("malformed-ignored", "the connection is closed", got);
        }
    }
    Ok(())
}

async fn lower_case_ready(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = our_turn(cx).await?;
    let lower = command("ready", &metadata(&[("Socket-Type", kind)]));
    match offer(cx, &mut peer, &lower).await? {
        Fate::Closed => cx.info("\"ready\" closes the connection"),
        Fate::Silent => cx.info("\"ready\" is ignored"),
        Fate::Serving => cx.info("\"ready\" completes the handshake"),
    }
    Ok(())
}

async fn null_separator(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = our_turn(cx).await?;
    let data = [b"\0", &metadata(&[("Socket-Type", kind)])[..]].concat();
    match offer(cx, &mut peer, &command("READY", &data)).await? {
        Fate::Closed => {}
        Fate::Silent => cx.lenient("waits", "the connection is closed", "the peer waits"),
        Fate::Serving => {
            let got = "READY with a null octet behind its name completes the handshake";
            cx.lenient("separator-accepted", "the connection is closed", got);
        }
    }
    Ok(())
}

async fn inside_message(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write([frame(MORE, b""), ping(0, b"in"), frame(0, b"end")].concat()).await?;
    match peer.fate().await? {
        after if after.has("PONG") => cx.info("a PING inside a message is answered"),
        after if after.fate == Fate::Closed => {
            cx.info("a PING inside a message closes the connection");
        }
        _ => cx.info("a PING inside a message is not answered"),
    }
    Ok(())
}
