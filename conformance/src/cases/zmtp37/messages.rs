//! Messages: frames that belong together, whole or not at all (37-MSG-001 to -003).

use crate::case::{BIND, Case, RECEIVERS, SENDERS};
use crate::context::Context;
use crate::octets::{LONG, MORE, frame, header, message};
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/messages/torn-not-delivered",
        clauses: &["37-MSG-001"],
        promise: "Of a message whose last frame never comes, no frame reaches the application, \
                  and the next connection starts with a clean slate.",
        effect: "applications receive half a message, or the head of one with the tail of another",
        seen_in: &["zeromq/libzmq#2163", "zeromq/libzmq#3485"],
        types: &[SocketType::Pull, SocketType::Dealer, SocketType::Router],
        roles: BIND,
        needs: &[Need::Recv],
        run: |cx| Box::pin(torn(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/messages/frame-counts-received",
        clauses: &["37-MSG-002"],
        promise: "Messages of 1, 2, 3 and 1000 frames are delivered with all their frames in \
                  order.",
        effect: "multipart messages lose frames",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(received(cx, frame_counts())),
        ..Case::BASE
    },
    Case {
        id: "37/messages/frame-counts-sent",
        clauses: &["37-MSG-002"],
        promise: "Messages of 1, 2, 3 and 1000 frames are sent as that many frames, all but the \
                  last with MORE.",
        effect: "multipart messages lose frames",
        types: SENDERS,
        needs: &[Need::Send],
        run: |cx| Box::pin(sent(cx, frame_counts())),
        ..Case::BASE
    },
    Case {
        id: "37/messages/bodies-received",
        clauses: &["37-MSG-003"],
        promise: "Frames may be empty anywhere in a message and hold any octets.",
        effect: "empty frames vanish, or binary data is changed",
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(received(cx, bodies())),
        ..Case::BASE
    },
    Case {
        id: "37/messages/bodies-sent",
        clauses: &["37-MSG-003"],
        promise: "Empty frames anywhere in a message, and any octets, are sent as the application \
                  gave them.",
        effect: "empty frames vanish, or binary data is changed",
        types: SENDERS,
        needs: &[Need::Send],
        run: |cx| Box::pin(sent(cx, bodies())),
        ..Case::BASE
    },
];

type Message = Vec<Vec<u8>>;

fn frame_counts() -> Vec<Message> {
    let part = |number: usize| number.to_string().into_bytes();
    [1, 2, 3, 1000].into_iter().map(|count| (0..count).map(part).collect()).collect()
}

fn bodies() -> Vec<Message> {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let reversed: Vec<u8> = (0..=u8::MAX).rev().collect();
    let text = || b"text".to_vec();
    vec![
        vec![vec![]],
        vec![vec![], text()],
        vec![text(), vec![], text()],
        vec![text(), vec![]],
        vec![vec![], vec![], vec![]],
        vec![all.clone()],
        vec![all, vec![], reversed],
    ]
}

async fn received(cx: &mut Context, messages: Vec<Message>) -> Outcome {
    let mut peer = cx.ready().await?;
    for parts in messages {
        peer.write(message(&parts)).await?;
        peer.release().await?;
        cx.expect_delivery(&parts).await?;
    }
    Ok(())
}

async fn sent(cx: &mut Context, messages: Vec<Message>) -> Outcome {
    let mut peer = cx.ready().await?;
    for parts in messages {
        let given: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        peer.release().await?;
        cx.send(&given).await?;
        let seen = peer.message().await?;
        if seen != parts {
            let expected = format!("the {} frames as sent", parts.len());
            return Err(peer.fail("other-message", expected, format!("{} frames", seen.len())));
        }
    }
    Ok(())
}

async fn torn(cx: &mut Context) -> Outcome {
    let first = frame(MORE, b"torn");
    let heads = [
        first.clone(),
        [first.clone(), frame(MORE, b"torn too")].concat(),
        [first.clone(), header(0, 4), b"to".to_vec()].concat(),
        [first, vec![LONG, 0, 0]].concat(),
        [header(0, 4), b"to".to_vec()].concat(),
    ];
    for head in heads {
        let mut peer = cx.ready().await?;
        peer.write(head).await?;
        peer.close().await?;
        let mut next = cx.ready().await?;
        cx.sentinel(&mut next).await?;
        next.close().await?;
    }
    Ok(())
}
