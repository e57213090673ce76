//! Connections that break inside a message (37-SEM-004).

use super::first_frames;
use crate::case::{CONNECT, Case, Depth};
use crate::cases::many::again;
use crate::context::Context;
use crate::octets::{Frame, MORE, frame, header};
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::Outcome;

/// Half a message in, reconnect, a whole one.
pub(super) const RECEIVED: Case = Case {
    id: "37/semantics/torn-before-reconnect",
    clauses: &["37-SEM-004", "37-MSG-001"],
    promise: "What came of a message before the connection broke is forgotten when the socket \
              connects anew.",
    effect: "the head of one message is delivered with the tail of another",
    seen_in: &["zeromq/libzmq#2163", "zeromq/libzmq#3485"],
    types: &[SocketType::Pull, SocketType::Dealer, SocketType::Router, SocketType::Pair],
    roles: CONNECT,
    needs: &[Need::Recv],
    run: |cx| Box::pin(received(cx)),
    ..Case::BASE
};

/// Half a message out, another connection, whole ones.
pub(super) const SENT: Case = Case {
    id: "37/semantics/torn-not-continued",
    clauses: &["37-SEM-004", "37-MSG-001"],
    promise: "A message whose sending was cut off is not continued on the next connection: that \
              one starts with a first frame.",
    effect: "the next peer receives the tail of a message it knows nothing of",
    seen_in: &["zeromq/libzmq#3343", "zeromq/libzmq#141"],
    types: &[SocketType::Push, SocketType::Dealer],
    needs: &[Need::Send],
    depth: Depth::Full,
    run: |cx| Box::pin(sent(cx)),
    ..Case::BASE
};

async fn received(cx: &mut Context) -> Outcome {
    let first = frame(MORE, b"torn");
    let heads = [first.clone(), [first, header(MORE, 4), b"to".to_vec()].concat()];
    for head in heads {
        let mut peer = again(cx).await?;
        peer.write(head).await?;
        peer.close().await?;
        let mut peer = again(cx).await?;
        cx.sentinel(&mut peer).await?;
        peer.close().await?;
    }
    Ok(())
}

async fn sent(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    let half = cx.buffers() / 2;
    let large = [vec![b'1'; half], vec![b'2'; half], vec![b'3'; half], b"end".to_vec()];
    let parts: Vec<&[u8]> = large.iter().map(Vec::as_slice).collect();
    peer.release().await?;
    cx.send(&parts).await?;
    // The header of the first frame: the SUT is in the middle of it now.
    peer.octets(9, "the header of a long frame").await?;
    drop(peer);
    let mut peer = again(cx).await?;
    let frames = first_frames(cx, &mut peer, &[b"whole", b"message"]).await?;
    let starts = |frame: &Frame| {
        frame.has_more() && (frame.body == b"whole" || large.first() == Some(&frame.body))
    };
    if frames.first().is_none_or(|frame| !starts(frame)) {
        let got = "a frame from the middle of a message";
        return Err(peer.fail("torn", "the first frame of a message", got));
    }
    Ok(())
}
