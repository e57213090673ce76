//! The NULL mechanism: READY one way, READY the other way, and what breaks it.
//! Clauses 37-NULL-002 to -011 and -017 to -019. Deliberately absent: single properties, which are
//! in `metadata`, and who may meet whom, which is in `socket_type`.

use crate::case::{CONNECT, Case, SENDERS};
use crate::context::Context;
use crate::octets::{Frame, command, error, greeting, hex, message, properties, ready};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::{Dealer, Pull, Router, Sub};
use crate::target::Need;
use crate::verdict::{Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/null/handshake",
        clauses: &["37-NULL-003", "37-NULL-007"],
        promise: "A connecting peer sends READY, a binding peer answers READY with READY.",
        effect: "nobody can talk to this peer",
        sanity: true,
        run: |cx| Box::pin(handshake(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/as-server-zero",
        clauses: &["37-NULL-002"],
        promise: "A peer that offers NULL sends zero in the as-server octet.",
        effect: "peers that check the security role refuse it",
        run: |cx| Box::pin(as_server_zero(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/connecter-speaks-first",
        clauses: &["37-NULL-003", "37-NULL-004"],
        promise: "A connecting peer sends READY before it has seen one.",
        effect: "two peers wait for each other for ever",
        roles: CONNECT,
        run: |cx| Box::pin(connecter_speaks_first(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/ready-once",
        clauses: &["37-NULL-007", "37-NULL-019"],
        promise: "A peer sends READY exactly once in a handshake.",
        effect: "strict peers close at the second READY",
        run: |cx| Box::pin(ready_once(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/no-message-before-ready",
        clauses: &["37-NULL-004", "37-NULL-009"],
        promise: "A peer sends no message before it has sent and received READY.",
        effect: "messages reach a peer that has not yet said who it is, and are lost or close \
                 the link",
        types: SENDERS,
        roles: CONNECT,
        needs: &[Need::Send],
        run: |cx| Box::pin(no_message_before_ready(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/metadata-to-the-last-octet",
        clauses: &["37-NULL-010", "37-NULL-011", "37-NULL-016"],
        promise: "The READY a peer sends decodes as properties to its last octet.",
        effect: "strict peers refuse it",
        run: |cx| Box::pin(metadata_to_the_last_octet(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/ready-without-properties",
        clauses: &["37-NULL-010", "37-META-003"],
        level: Level::Observe,
        promise: "READY without any property is within the grammar.",
        effect: "minimal peers that announce nothing may or may not connect",
        run: |cx| Box::pin(ready_without_properties(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/error-closes-whatever-its-reason",
        clauses: &["37-NULL-018"],
        promise: "An ERROR instead of READY ends the connection, whatever its reason says.",
        effect: "a refused peer stays half connected, or a reason meant for a log changes what \
                 happens",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(error_closes(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/error-reason-past-the-end",
        clauses: &["37-NULL-017"],
        promise: "An ERROR whose reason is longer than its body ends the connection.",
        effect: "a hostile peer makes this one read octets that are not there",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(error_reason_past_the_end(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/second-ready",
        clauses: &["37-NULL-019"],
        promise: "A second READY is outside the grammar: the connection is closed.",
        effect: "a peer changes its type or name after it was checked",
        reading: "A peer that takes no notice of it is accepted.",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(second_ready(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/second-ready-changes-nothing",
        clauses: &["37-NULL-019"],
        promise: "A second READY with other properties does not change who the peer is.",
        effect: "one peer takes the messages that are meant for another",
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(second_ready_changes_nothing(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/null/error-sent",
        clauses: &["37-NULL-017"],
        promise: "The reason in an ERROR is as long as it says and of visible characters.",
        effect: "the other side closes without a word in its log, or reads what is not there",
        reading: "A blank in the reason is accepted.",
        types: &[Pull, Dealer, Sub],
        run: |cx| Box::pin(error_sent(cx)),
        ..Case::BASE
    },
];

/// Sends a READY and tells what came of it. The PING that asks waits for the READY of the SUT:
/// before that a peer may send nothing else (37-NULL-009).
pub(super) async fn offer(peer: &mut Link, ready: &[u8]) -> Result<Fate, Stop> {
    peer.write(ready).await?;
    match peer.frame("READY, ERROR or a close").await? {
        Some(_) => Ok(peer.fate().await?.fate),
        None => Ok(Fate::Closed),
    }
}

async fn handshake(cx: &mut Context) -> Outcome {
    cx.ready().await?;
    Ok(())
}

async fn as_server_zero(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting().build()).await?;
    let seen = peer.greeting().await?;
    match seen.0[32] {
        0 => Ok(()),
        octet => Err(peer.fail("as-server", "octet 32 is 00", hex(&[octet]))),
    }
}

async fn connecter_speaks_first(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    peer.expect_command("READY").await?;
    Ok(())
}

async fn ready_once(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let seen = peer.barrier().await?;
    if seen.iter().any(|frame| frame.is("READY")) {
        return Err(peer.fail("second-ready", "READY once", "READY twice"));
    }
    Ok(())
}

async fn no_message_before_ready(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    // A SUT without a peer yet may refuse to send at all: then there is nothing to hold back.
    let queued = cx.send(&[b"early"]).await.is_ok();
    peer.expect_command("READY").await?;
    // The close of the tester's direction makes the SUT end: all it meant to send comes before.
    peer.finish().await?;
    let seen = peer.until_closed("the connection ends").await?;
    if seen.iter().any(|frame| !frame.is_command()) {
        return Err(peer.fail("early-message", "no message before READY", "a message frame"));
    }
    if !queued {
        cx.info("the application could not queue a message before the handshake was done");
    }
    Ok(())
}

async fn metadata_to_the_last_octet(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    let kind = cx.kind.counterpart().name().as_bytes();
    peer.write(ready(&[("Socket-Type", kind)])).await?;
    let frame = peer.expect_command("READY").await?;
    let broken = match frame.command().map(|ready| properties(ready.data)) {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) | Err(error) => error,
    };
    Err(peer.fail("broken-metadata", "properties to the end of the body", broken.to_string()))
}

async fn ready_without_properties(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    cx.info(match offer(&mut peer, &ready(&[])).await? {
        Fate::Serving => "accepted",
        Fate::Closed => "refused",
        Fate::Silent => "neither accepted nor refused",
    });
    Ok(())
}

/// The READY of the usual counterpart of the SUT.
fn ready_of_counterpart(cx: &Context) -> Vec<u8> {
    ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

async fn error_closes(cx: &mut Context) -> Outcome {
    let longest = "x".repeat(255);
    for reason in ["", "400", "Invalid", "300", "200", longest.as_str()] {
        let mut peer = cx.greeted().await?;
        // A SUT that takes no notice of the ERROR completes the handshake behind it.
        let both = [error(reason), ready_of_counterpart(cx)].concat();
        if offer(&mut peer, &both).await? != Fate::Closed {
            let expected = "the connection is closed after ERROR";
            let got = format!("it stays open after a reason of {} octets", reason.len());
            return Err(peer.fail("stays-open", expected, got));
        }
    }
    Ok(())
}

async fn error_reason_past_the_end(cx: &mut Context) -> Outcome {
    // A size octet alone, one octet short, and the largest size with little behind it.
    for data in [&[1_u8][..], &[4, b'4', b'0', b'0'], &[0xFF, b'x'], &[0xFF]] {
        let mut peer = cx.greeted().await?;
        let both = [command("ERROR", data), ready_of_counterpart(cx)].concat();
        if offer(&mut peer, &both).await? != Fate::Closed {
            let got = format!("it stays open after ERROR with {}", hex(data));
            return Err(peer.fail("stays-open", "the connection is closed", got));
        }
    }
    Ok(())
}

async fn second_ready(cx: &mut Context) -> Outcome {
    let again = ready_of_counterpart(cx);
    // Behind the handshake, and in the same segment as the first one.
    let mut late = cx.ready().await?;
    late.write(&again).await?;
    let late = late.fate().await?.fate;
    let mut early = cx.greeted().await?;
    let early = offer(&mut early, &again.repeat(2)).await?;
    for (fate, when) in [(late, "after the handshake"), (early, "at once")] {
        if fate != Fate::Closed {
            let got = format!("a READY that follows {when} is ignored");
            cx.lenient("second-ready-ignored", "the connection is closed", got);
        }
    }
    Ok(())
}

async fn second_ready_changes_nothing(cx: &mut Context) -> Outcome {
    let (one, two) = (cx.entropy.nonce(), cx.entropy.nonce());
    let mine = [("Socket-Type", &b"DEALER"[..]), ("Identity", &one)];
    let mut peer = cx.ready_as(greeting(), &mine).await?;
    peer.write(message(&[b"first"])).await?;
    peer.release().await?;
    let before = cx.recv().await?;
    peer.write(ready(&[("Socket-Type", b"DEALER"), ("Identity", &two)])).await?;
    peer.write(message(&[b"second"])).await?;
    if peer.fate().await?.fate == Fate::Closed {
        return Ok(());
    }
    let after = cx.recv().await?;
    if before.first() == after.first() {
        return Ok(());
    }
    Err(peer.fail("address-changed", "the address of the first READY", "another address"))
}

async fn error_sent(cx: &mut Context) -> Outcome {
    // Each of these may be answered with ERROR; whether it is, other cases judge.
    let mut refused = cx.greeted().await?;
    refused.write(ready(&[("Socket-Type", b"FOO")])).await?;
    let mut broken = cx.greeted().await?;
    broken.write(command("READY", b"\xFF")).await?;
    let mut unknown = cx.greeted().await?;
    unknown.write(command("NOSUCH", b"")).await?;
    for peer in [&mut refused, &mut broken, &mut unknown] {
        // No PING behind the cause: a reset could take the ERROR with it.
        loop {
            match peer.frame("ERROR, or the end").await {
                Ok(Some(frame)) if frame.is("ERROR") => judge_error(cx, peer, &frame)?,
                Ok(Some(_)) => {}
                // Who stays is judged elsewhere, too.
                Ok(None) | Err(Stop::Hang(_)) => break,
                Err(other) => return Err(other),
            }
        }
    }
    Ok(())
}

fn judge_error(cx: &mut Context, peer: &Link, frame: &Frame) -> Result<(), Stop> {
    let data = frame.command().map(|error| error.data).unwrap_or_default();
    let reason = data.split_first().filter(|(size, rest)| usize::from(**size) == rest.len());
    let Some((_, reason)) = reason else {
        return Err(peer.fail("reason-size", "a reason as long as its size octet says", hex(data)));
    };
    if !reason.iter().all(|octet| octet.is_ascii_graphic() || *octet == b' ') {
        return Err(peer.fail("reason-octets", "visible characters", hex(reason)));
    }
    if reason.contains(&b' ') {
        cx.lenient("blank-in-reason", "visible characters", "a reason with a blank");
    }
    Ok(())
}
