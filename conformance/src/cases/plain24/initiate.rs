//! INITIATE and READY of a server (24-HS-011, -012, -014).

use super::{SERVER_CASE, initiate, welcomed};
use crate::case::{Case, Pace};
use crate::context::Context;
use crate::curve::refused;
use crate::octets::{command, properties, property, title};
use crate::target::Need;
use crate::verdict::{Level, Outcome};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "24/ready/form",
        clauses: &["24-HS-011", "24-HS-012"],
        promise: "INITIATE is answered with READY and metadata that can be read to its end.",
        effect: "no client can connect",
        run: |cx| Box::pin(ready_form(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/initiate/malformed",
        clauses: &["24-HS-011"],
        promise: "Metadata of INITIATE that cannot be read is refused.",
        effect: "lengths of a stranger are trusted",
        run: |cx| Box::pin(malformed(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/ready/then-messages",
        clauses: &["24-HS-014"],
        level: Level::Must,
        promise: "What a server has to say comes behind READY, and not before.",
        effect: "messages reach a peer that has not been let in",
        needs: &[Need::Zap, Need::Send],
        pace: Pace::Quiet,
        run: |cx| Box::pin(then_messages(cx)),
        ..SERVER_CASE
    },
];

async fn ready_form(cx: &mut Context) -> Outcome {
    let mut peer = welcomed(cx).await?;
    peer.write(initiate(cx)).await?;
    let frame = peer.expect_command("READY").await?;
    let data = frame.command().map(|command| command.data).unwrap_or_default();
    match properties(data) {
        Err(error) => Err(peer.fail("metadata", "metadata to the last octet", error.to_string())),
        Ok(all) => {
            if !all.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"Socket-Type")) {
                cx.lenient("no-socket-type", "a Socket-Type in READY", title(&frame));
            }
            Ok(())
        }
    }
}

async fn malformed(cx: &mut Context) -> Outcome {
    let good = property("Socket-Type", cx.kind.counterpart().name().as_bytes());
    let whole = good.len();
    // Behind the name and right behind the size are known soft spots of 37/metadata/cut-anywhere.
    for size in (1..whole).filter(|size| ![12, 16].contains(size)) {
        let mut peer = welcomed(cx).await?;
        peer.write(command("INITIATE", good.get(..size).unwrap_or_default())).await?;
        refused(&mut peer, &format!("metadata cut after {size} octets")).await?;
    }
    Ok(())
}

async fn then_messages(cx: &mut Context) -> Outcome {
    let mut peer = welcomed(cx).await?;
    // The application speaks as soon as there is somebody; until then nothing may cross the wire.
    let early = peer.whatever_comes().await?;
    if !early.is_empty() {
        return Err(peer.fail("too-early", "silence until INITIATE", crate::octets::hex(&early)));
    }
    peer.write(initiate(cx)).await?;
    peer.expect_command("READY").await?;
    cx.send(&[b"behind READY"]).await?;
    if peer.message().await? != [b"behind READY"] {
        return Err(peer.fail("other-message", "the message", "another one"));
    }
    Ok(())
}
