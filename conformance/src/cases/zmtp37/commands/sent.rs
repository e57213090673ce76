//! Commands as the SUT sends them (37-CMD-002, -003, -005, -007, -008).

use crate::case::{Case, SENDERS};
use crate::context::Context;
use crate::octets::{Frame, hex, ping, properties, ready};
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::target::{Need, Role};
use crate::verdict::{Outcome, Stop};

/// Every command of a short dialogue.
pub(super) const NAMES: Case = Case {
    id: "37/commands/names-sent",
    clauses: &["37-CMD-002", "37-CMD-003", "37-CMD-005", "37-CMD-008"],
    promise: "Every command starts with the length-prefixed upper-case name of a command the \
              protocol defines, and its data follows at once.",
    effect: "other peers do not know the command and close or ignore it",
    minor: 1,
    run: |cx| Box::pin(names(cx)),
    ..Case::BASE
};

/// SUBSCRIBE and CANCEL to the last octet.
pub(super) const SUBSCRIBE_BODY: Case = Case {
    id: "37/commands/subscribe-body-sent",
    clauses: &["37-CMD-002", "37-CMD-008"],
    promise: "Between the name of SUBSCRIBE or CANCEL and the topic stands nothing.",
    effect: "publishers filter by another topic than the subscriber meant",
    reading: "q23: the grammar wins over the prose.",
    types: &[SocketType::Sub],
    needs: &[Need::Subscribe],
    minor: 1,
    run: |cx| Box::pin(subscribe_body(cx)),
    ..Case::BASE
};

/// PONGs that are due while messages go out.
pub(super) const NOT_INSIDE_MESSAGE: Case = Case {
    id: "37/commands/not-inside-message",
    clauses: &["37-CMD-007", "37-FRAME-012", "37-MSG-002"],
    promise: "No command is sent between the frames of one message, also when a PONG is due.",
    effect: "a heartbeat tears a message for strict peers",
    types: SENDERS,
    needs: &[Need::Send],
    minor: 1,
    run: |cx| Box::pin(not_inside_message(cx)),
    ..Case::BASE
};

/// The names a NULL peer may use.
const DEFINED: &[&[u8]] =
    &[b"READY", b"ERROR", b"SUBSCRIBE", b"CANCEL", b"PING", b"PONG", b"JOIN", b"LEAVE"];

async fn names(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = cx.greeted().await?;
    if cx.role == Role::Bind {
        peer.write(ready(&[("Socket-Type", kind)])).await?;
    }
    let first = peer.expect_command("READY").await?;
    judge(&peer, &first)?;
    let data = first.body.get(6..).unwrap_or_default();
    if let Err(error) = properties(data) {
        let got = format!("{error}: {}", hex(&first.body));
        return Err(peer.fail("ready-data", "metadata right behind the name", got));
    }
    if cx.role == Role::Connect {
        peer.write(ready(&[("Socket-Type", kind)])).await?;
    }
    peer.write(ping(0, b"names")).await?;
    loop {
        let Some(frame) = peer.frame("PONG").await? else {
            return Err(peer.fail("closed", "PONG", "the connection was closed"));
        };
        judge(&peer, &frame)?;
        if frame.is("PONG") {
            return Ok(());
        }
    }
}

/// The grammar of names.
fn judge(peer: &Link, frame: &Frame) -> Result<(), Stop> {
    if !frame.is_command() {
        return Ok(());
    }
    let head = || hex(frame.body.get(..frame.body.len().min(16)).unwrap_or_default());
    match frame.command() {
        Err(_) => Err(peer.fail("no-name", "a name of 1-255 letters", head())),
        Ok(command) if !command.name.iter().all(u8::is_ascii_uppercase) => {
            Err(peer.fail("not-upper-case", "an upper-case name", head()))
        }
        Ok(command) if !DEFINED.contains(&command.name) => {
            Err(peer.fail("undefined-name", "a name the protocol defines", head()))
        }
        Ok(_) => Ok(()),
    }
}

async fn subscribe_body(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    for topic in [&b"abc"[..], b"\0", b""] {
        for (name, on) in [("SUBSCRIBE", true), ("CANCEL", false)] {
            peer.release().await?;
            cx.subscribe(topic, on).await?;
            let frame = peer.expect_command(name).await?;
            let data = frame.body.get(name.len() + 1..).unwrap_or_default();
            if data != topic {
                let expected = format!("{name} and the topic {}", hex(topic));
                return Err(peer.fail("other-topic", expected, hex(&frame.body)));
            }
        }
    }
    Ok(())
}

async fn not_inside_message(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let parts: Vec<Vec<u8>> = (0..100_u8).map(|part| vec![part; 10]).collect();
    let whole: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    for _ in 0..8 {
        peer.write(ping(0, b"due")).await?;
        peer.release().await?;
        cx.send(&whole).await?;
        let (mut seen, mut pong) = (Vec::new(), false);
        while seen.len() < parts.len() || !pong {
            let Some(frame) = peer.frame("a message and a PONG").await? else {
                let got = "the connection was closed";
                return Err(peer.fail("closed", "a message and a PONG", got));
            };
            if !frame.is_command() {
                seen.push(frame.body);
            } else if seen.is_empty() || seen.len() == parts.len() {
                pong |= frame.is("PONG");
            } else {
                let got = "a command between two frames of a message";
                return Err(peer.fail("command-inside", "whole messages", got));
            }
        }
        if seen != parts {
            return Err(peer.fail("other-message", "the 100 parts as sent", "others"));
        }
    }
    Ok(())
}
