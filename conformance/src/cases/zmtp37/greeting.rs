//! Formal Grammar: the 64 octets of a greeting as the SUT sends them, and as it must take them
//! (37-GREETING-001 to -011, 37-TOPOLOGY-004).
//!
//! Absent: which mechanism names and versions lead where (`mechanism`, `version`), and what a peer
//! does with metadata it dislikes (`socket_type`).

use crate::case::{BIND, Case, RECEIVERS};
use crate::context::Context;
use crate::octets::{MORE, SeenGreeting, frame, greeting, header, hex, message, ready};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::{Finding, Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/greeting/signature",
        clauses: &["37-GREETING-002"],
        promise: "The first ten octets a peer sends are FF, eight octets of padding, 7F.",
        effect: "no other peer recognises it as ZMTP",
        run: |cx| Box::pin(signature(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/layout",
        clauses: &["37-GREETING-001"],
        promise: "A greeting takes 64 octets; the octet behind it starts the first frame.",
        effect: "the other side loses the frame boundaries before the first command",
        run: |cx| Box::pin(layout(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/version-octets",
        clauses: &["37-GREETING-004"],
        promise: "Octets 10 and 11 of a greeting are 03 01, or 03 00 at a peer of version 3.0.",
        effect: "other peers speak a different protocol version to it, or refuse it",
        run: |cx| Box::pin(version_octets(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/mechanism-field",
        clauses: &["37-GREETING-005"],
        promise: "Octets 12-31 are a mechanism name of A-Z 0-9 - _ . +, filled up with zeros.",
        effect: "the name equals no other peer's, and every connection is refused",
        run: |cx| Box::pin(mechanism_field(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/as-server-sent",
        clauses: &["37-GREETING-006", "37-TOPOLOGY-004"],
        promise: "Octet 32 of a greeting is 0 or 1, and 0 where the mechanism has no roles.",
        effect: "peers that check the role refuse the connection",
        run: |cx| Box::pin(as_server_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/filler-sent",
        clauses: &["37-GREETING-007"],
        promise: "Octets 33-63 of a greeting are zeros.",
        effect: "a later version of the protocol cannot give these octets a meaning",
        run: |cx| Box::pin(filler_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/filler-received",
        clauses: &["37-GREETING-007"],
        level: Level::Observe,
        promise: "A peer takes or refuses a greeting whose filler is not zero.",
        effect: "peers that use these octets for something new cannot connect",
        types: &[SocketType::Pull, SocketType::Dealer, SocketType::Sub],
        run: |cx| Box::pin(filler_received(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/padding-received",
        clauses: &["37-GREETING-003", "37-VERSION-009"],
        level: Level::Must,
        promise: "Padding of any value in a received signature leads to the same handshake.",
        effect: "peers that put an identity length there, as libzmq does, cannot connect",
        seen_in: &["zeromq/zmq.rs"],
        run: |cx| Box::pin(padding_received(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/message-before-handshake",
        clauses: &["37-GREETING-008", "37-MECH-009"],
        promise: "A message in place of the first handshake command does not pass for a handshake.",
        effect: "a peer that never said who it is can send messages",
        reading: "No duty of the receiver is written down. Strict: close. A peer that only waits \
                  for a handshake command is told as lenient.",
        run: |cx| Box::pin(message_before_handshake(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/early-message-not-delivered",
        clauses: &["37-GREETING-008", "37-MECH-009"],
        promise: "A message that precedes the handshake never reaches the application.",
        effect: "messages of a peer that passed no security check are delivered",
        types: &[SocketType::Pull, SocketType::Dealer, SocketType::Router],
        roles: BIND,
        needs: &[Need::Recv],
        run: |cx| Box::pin(early_message_not_delivered(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/refused-metadata",
        clauses: &["37-GREETING-011"],
        promise: "A peer may go on or close on metadata; what it refuses delivers no message.",
        effect: "messages of a peer that was refused are delivered all the same",
        types: &[SocketType::Pull, SocketType::Dealer, SocketType::Router],
        roles: BIND,
        needs: &[Need::Recv],
        run: |cx| Box::pin(refused_metadata(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/connections-are-independent",
        clauses: &["37-GREETING-009"],
        promise: "Nothing of a connection that was cut inside a frame shows on the next one.",
        effect: "after a reconnect messages are garbled or lost",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(connections_are_independent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/greeting/close-at-every-stage",
        clauses: &["37-GREETING-010"],
        promise: "A peer may leave at any octet; the socket goes on serving others.",
        effect: "a port scanner or a crashing client takes the service down",
        types: &[SocketType::Pull, SocketType::Dealer, SocketType::Sub],
        roles: BIND,
        run: |cx| Box::pin(close_at_every_stage(cx)),
        ..Case::BASE
    },
];

async fn signature(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(&greeting().build()[..10]).await?;
    let Some(octets) = peer.octets(10, "a signature of ten octets").await? else {
        return Err(peer.fail("closed", "a signature of ten octets", "the connection was closed"));
    };
    match (octets.first(), octets.last()) {
        (Some(0xFF), Some(0x7F)) => Ok(()),
        _ => Err(peer.fail("signature", "ff, 8 octets, 7f", hex(&octets))),
    }
}

/// The greeting of the SUT, read by a peer that sent its own.
async fn seen(cx: &mut Context) -> Result<SeenGreeting, Stop> {
    let mut peer = cx.link().await?;
    peer.write(greeting().build()).await?;
    peer.greeting().await
}

/// The READY of the usual counterpart.
fn usual_ready(cx: &Context) -> Vec<u8> {
    ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

/// A connection that stays open must not have been closed by what was sent before.
async fn must_live(peer: &mut Link, after: &str) -> Outcome {
    if peer.fate().await?.fate == Fate::Closed {
        return Err(peer.fail("closed", format!("the connection goes on after {after}"), "closed"));
    }
    Ok(())
}

async fn layout(cx: &mut Context) -> Outcome {
    // The handshake reads 64 octets and then frames: one octet more or less is no READY.
    let mut peer = cx.greeted().await?;
    cx.handshake(&mut peer, &usual_ready(cx)).await
}

async fn version_octets(cx: &mut Context) -> Outcome {
    match seen(cx).await?.version() {
        (3, 1) => Ok(()),
        (3, 0) => {
            cx.info("the SUT declares version 3.0");
            Ok(())
        }
        (major, minor) => {
            let got = hex(&[major, minor]);
            Err(Stop::Fail(Finding::new("version", "03 01, or 03 00 of a 3.0 peer", got)))
        }
    }
}

async fn mechanism_field(cx: &mut Context) -> Outcome {
    let seen = seen(cx).await?;
    let field = seen.mechanism();
    let size = field.iter().position(|&octet| octet == 0).unwrap_or(field.len());
    let (name, rest) = field.split_at_checked(size).unwrap_or_default();
    let legal = |octet: &u8| {
        octet.is_ascii_uppercase() || octet.is_ascii_digit() || b"-_.+".contains(octet)
    };
    if !name.is_empty() && name.iter().all(legal) && rest.iter().all(|&octet| octet == 0) {
        return Ok(());
    }
    let expected = "a name of A-Z 0-9 - _ . + and zeros behind it";
    Err(Stop::Fail(Finding::new("mechanism-field", expected, hex(field))))
}

async fn as_server_sent(cx: &mut Context) -> Outcome {
    let seen = seen(cx).await?;
    let as_server = seen.0[32];
    match (seen.mechanism_name().as_str(), as_server) {
        (_, 0) => Ok(()),
        ("NULL", 1) => {
            let expected = "00 under NULL, which has no security roles";
            Err(Stop::Fail(Finding::new("server-under-null", expected, hex(&[as_server]))))
        }
        (_, 1) => Ok(()),
        _ => Err(Stop::Fail(Finding::new("as-server", "00 or 01", hex(&[as_server])))),
    }
}

async fn filler_sent(cx: &mut Context) -> Outcome {
    let seen = seen(cx).await?;
    let filler = &seen.0[33..];
    if filler.iter().all(|&octet| octet == 0) {
        return Ok(());
    }
    Err(Stop::Fail(Finding::new("filler", "31 zeros", hex(filler))))
}

async fn filler_received(cx: &mut Context) -> Outcome {
    let mut refused = 0;
    for offset in 33..64 {
        let mut peer = cx.link().await?;
        peer.write(greeting().octet(offset, 0xFF).build()).await?;
        peer.write(usual_ready(cx)).await?;
        // A refusal may come before octet 64 of the SUT's own greeting.
        let whole = peer.octets(64, "a greeting, or the end").await?.is_some();
        let taken = whole && peer.fate().await?.fate != Fate::Closed;
        refused += u32::from(!taken);
    }
    cx.info(match refused {
        0 => "a filler that is not zero is taken",
        31 => "a filler that is not zero is refused",
        _ => "some octets of a filler that is not zero are refused, others taken",
    });
    Ok(())
}

async fn padding_received(cx: &mut Context) -> Outcome {
    // The last octet is odd and FF stays FF: nothing here looks like an older peer.
    for padding in [[0; 8], [0xAA; 8], [0xFF; 8], [0, 0, 0, 0, 0, 0, 0, 6]] {
        let mut peer = cx.greeted_as(greeting().padding(padding)).await?;
        cx.handshake(&mut peer, &usual_ready(cx)).await?;
        peer.barrier().await?;
    }
    Ok(())
}

async fn message_before_handshake(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    peer.write(message(&[b"early"])).await?;
    let after = peer.fate().await?;
    match after.fate {
        Fate::Closed => Ok(()),
        Fate::Serving => {
            let got = "a PING behind it is answered: the handshake counts as done";
            Err(peer.fail("handshake-skipped", "the connection is closed", got))
        }
        Fate::Silent => {
            let got = "the connection stays open";
            cx.lenient("early-message-tolerated", "the connection is closed", got);
            Ok(())
        }
    }
}

async fn early_message_not_delivered(cx: &mut Context) -> Outcome {
    let mut early = cx.greeted().await?;
    early.write(message(&[b"early"])).await?;
    // Closed or silent: either way it was read, so it would be first in the queue.
    early.fate().await?;
    let mut peer = cx.ready().await?;
    cx.sentinel(&mut peer).await
}

async fn refused_metadata(cx: &mut Context) -> Outcome {
    let mut stranger = cx.greeted().await?;
    stranger.write(ready(&[("Socket-Type", b"SUB")])).await?;
    stranger.write(message(&[b"stranger"])).await?;
    if stranger.fate().await?.fate != Fate::Closed {
        cx.info("a SUB, which is no counterpart of this type, is not refused");
        return Ok(());
    }
    let mut peer = cx.ready().await?;
    cx.sentinel(&mut peer).await
}

async fn connections_are_independent(cx: &mut Context) -> Outcome {
    // Cut in the size, in the body, and in a message of several frames.
    let stumps = [header(0x02, 1 << 20), header(0, 200), frame(MORE, b"part")];
    for stump in stumps {
        let mut cut = cx.ready().await?;
        cx.sentinel(&mut cut).await?;
        cut.write(stump).await?;
        cut.close().await?;
        let mut peer = cx.ready().await?;
        cx.sentinel(&mut peer).await?;
    }
    Ok(())
}

async fn close_at_every_stage(cx: &mut Context) -> Outcome {
    let opening =
        [&greeting().build()[..], &usual_ready(cx), &header(0x02, 1 << 20), b"x"].concat();
    for cut in 0..=opening.len() {
        let mut peer = cx.link().await?;
        peer.write(opening.get(..cut).unwrap_or_default()).await?;
        peer.release().await?;
        drop(peer);
    }
    let mut peer = cx.ready().await?;
    must_live(&mut peer, "others left at every octet").await
}
