//! Wire Analysis: what somebody who reads a clear-text connection can rely on (37-WIRE-001, -002,
//! -004).
//!
//! Absent: CURVE (37-WIRE-003), whose dialogue is not part of this suite.

use super::topology::{PLAIN_CLIENT, plain_client};
use crate::case::{CONNECT, Case, SENDERS};
use crate::context::Context;
use crate::octets::{COMMAND, Frame, hex, ready, title};
use crate::probe::Link;
use crate::target::{Need, Role};
use crate::verdict::{Finding, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/wire-analysis/messages-are-message-frames",
        clauses: &["37-WIRE-001"],
        promise: "Under NULL messages of any size are sent in frames without the COMMAND flag.",
        effect: "messages are taken for commands and lost",
        types: SENDERS,
        needs: &[Need::Send],
        run: |cx| Box::pin(messages_are_message_frames(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/wire-analysis/plain-uses-message-frames",
        clauses: &["37-WIRE-001", "37-WIRE-002"],
        promise: "Under PLAIN messages and commands have the framing they have under NULL.",
        effect: "PLAIN peers do not understand each other's messages",
        types: SENDERS,
        roles: CONNECT,
        needs: &[Need::Send],
        options: PLAIN_CLIENT,
        run: |cx| Box::pin(plain_uses_message_frames(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/wire-analysis/command-names-are-visible",
        clauses: &["37-WIRE-004"],
        promise: "Every command starts with the length of its name and a printable name.",
        effect: "a dump of the connection cannot be read, and filters miss commands",
        run: |cx| Box::pin(command_names_are_visible(cx)),
        ..Case::BASE
    },
];

async fn messages_are_message_frames(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    send_every_size(cx, &mut peer).await
}

async fn plain_uses_message_frames(cx: &mut Context) -> Outcome {
    let mut peer = plain_client(cx).await?;
    send_every_size(cx, &mut peer).await
}

/// Messages on both sides of the limit of the short form, in frames of their own.
async fn send_every_size(cx: &mut Context, peer: &mut Link) -> Outcome {
    peer.release().await?;
    for size in [0, 1, 255, 256, 65_536] {
        let body = vec![0x61; size];
        cx.send(&[&body, b"last"]).await?;
        for (wanted, more) in [(body.as_slice(), true), (b"last".as_slice(), false)] {
            let Some(frame) = peer.frame("a message").await? else {
                return Err(peer.fail("closed", "a message", "the connection was closed"));
            };
            if frame.flags & COMMAND != 0 || frame.has_more() != more || frame.body != wanted {
                let more = if more { "more follow" } else { "last" };
                let expected = format!("a message frame of {} octets, {more}", wanted.len());
                return Err(peer.fail("not-a-message", expected, title(&frame)));
            }
        }
    }
    Ok(())
}

async fn command_names_are_visible(cx: &mut Context) -> Outcome {
    let ours = ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())]);
    let mut peer = cx.greeted().await?;
    if cx.role == Role::Bind {
        peer.write(&ours).await?;
    }
    let first = peer.expect_command("READY").await?;
    if cx.role == Role::Connect {
        peer.write(&ours).await?;
    }
    let after = peer.fate().await?;
    for frame in std::iter::once(&first).chain(&after.seen).filter(|frame| frame.is_command()) {
        if !has_printable_name(frame) {
            let expected = "a name of printable octets behind its length";
            return Err(Stop::Fail(Finding::new("command-name", expected, hex(&frame.octets()))));
        }
    }
    Ok(())
}

fn has_printable_name(frame: &Frame) -> bool {
    frame.command().is_ok_and(|command| command.name.iter().all(u8::is_ascii_graphic))
}
