//! Broken connections: they come back, and nothing comes twice (37-SEM-003, -006).

use super::first_frames;
use crate::case::{ANY, CONNECT, Case};
use crate::cases::many::again;
use crate::context::Context;
use crate::octets::{MORE, frame, greeting};
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::{Level, Outcome};

/// A SUT that connects comes back.
pub(super) const AFTER_CLOSE: Case = Case {
    id: "37/semantics/reconnects",
    clauses: &["37-SEM-003"],
    level: Level::Should,
    promise: "A socket that connects makes a broken connection anew, at whatever point of the \
              dialogue it broke.",
    effect: "one restart of a server, and its clients are mute for ever",
    types: ANY,
    roles: CONNECT,
    run: |cx| Box::pin(after_close(cx)),
    ..Case::BASE
};

/// What one connection has shown, the next one must not repeat.
pub(super) const NO_DUPLICATES: Case = Case {
    id: "37/semantics/no-duplicates",
    clauses: &["37-SEM-006"],
    promise: "A message that a peer has received whole does not come again on the next \
              connection.",
    effect: "work is done twice after a reconnect",
    types: &[SocketType::Push, SocketType::Dealer],
    needs: &[Need::Send],
    run: |cx| Box::pin(no_duplicates(cx)),
    ..Case::BASE
};

async fn after_close(cx: &mut Context) -> Outcome {
    let socket = cx.socket().await?;
    let peer = cx.link_to(&socket).await?;
    peer.close().await?;
    let mut peer = cx.link_to(&socket).await?;
    peer.write(greeting().build().get(..10).unwrap_or_default()).await?;
    peer.close().await?;
    let mut peer = cx.link_to(&socket).await?;
    peer.write(greeting().build()).await?;
    peer.greeting().await?;
    peer.close().await?;
    again(cx).await?.close().await?;
    let mut peer = again(cx).await?;
    peer.write(frame(MORE, b"")).await?;
    peer.close().await?;
    // Without a farewell: unread octets make it a reset.
    drop(again(cx).await?);
    again(cx).await?.barrier().await?;
    Ok(())
}

async fn no_duplicates(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    for number in 0..50_u8 {
        peer.release().await?;
        cx.send(&[&[b'a', number]]).await?;
    }
    let mut first = Vec::new();
    while first.len() < 20 {
        first.push(peer.message().await?);
    }
    drop(peer);
    let mut peer = again(cx).await?;
    // The rest of the queue may come first, if the SUT kept it for the new connection.
    let frames = first_frames(cx, &mut peer, &[b"z"]).await?;
    let mut seen: Vec<Vec<Vec<u8>>> = frames.into_iter().map(|frame| vec![frame.body]).collect();
    loop {
        if seen.iter().any(|message| first.contains(message)) {
            let got = "a message of the broken connection came again";
            return Err(peer.fail("duplicate", "every message at most once", got));
        }
        if seen.contains(&vec![b"z".to_vec()]) {
            return Ok(());
        }
        first.append(&mut seen);
        seen.push(peer.message().await?);
    }
}
