//! Messages that flow undisturbed: in both roles and in order (37-SEM-001, -007).

use crate::case::{ANY, Case, RECEIVERS, SENDERS};
use crate::cases::publishing::{Form, settle};
use crate::context::Context;
use crate::octets::message;
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::{Finding, Outcome, Stop};

/// One message for every type, whoever connects.
pub(super) const BOTH_ROLES: Case = Case {
    id: "37/semantics/both-roles",
    clauses: &["37-SEM-001"],
    promise: "A socket of any type exchanges messages whether it binds or connects.",
    effect: "a topology that the protocol allows does not work",
    types: ANY,
    needs: &[Need::Recv, Need::Send],
    run: |cx| Box::pin(both_roles(cx)),
    ..Case::BASE
};

/// Many messages in.
pub(super) const ORDER_RECEIVED: Case = Case {
    id: "37/semantics/order-received",
    clauses: &["37-SEM-007"],
    promise: "120 messages of mixed sizes and frame counts from one peer are delivered in the \
              order they were sent.",
    effect: "streams of messages are shuffled",
    types: RECEIVERS,
    needs: &[Need::Recv],
    run: |cx| Box::pin(order_received(cx)),
    ..Case::BASE
};

/// Many messages out.
pub(super) const ORDER_SENT: Case = Case {
    id: "37/semantics/order-sent",
    clauses: &["37-SEM-007"],
    promise: "120 messages of mixed sizes and frame counts to one peer are sent in the order the \
              application gave them.",
    effect: "streams of messages are shuffled",
    types: SENDERS,
    needs: &[Need::Send],
    run: |cx| Box::pin(order_sent(cx)),
    ..Case::BASE
};

async fn both_roles(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    match cx.kind {
        SocketType::Rep => {
            peer.write(message(&[&b""[..], b"question"])).await?;
            peer.release().await?;
            cx.expect_delivery(&[b"question"]).await?;
            cx.send(&[b"answer"]).await?;
            arrives(&mut peer, &[b"", b"answer"]).await
        }
        SocketType::Req => {
            peer.release().await?;
            cx.send(&[b"question"]).await?;
            arrives(&mut peer, &[b"", b"question"]).await?;
            peer.write(message(&[&b""[..], b"answer"])).await?;
            peer.release().await?;
            cx.expect_delivery(&[b"answer"]).await
        }
        SocketType::Pub | SocketType::Xpub => {
            peer.write(Form::of(cx).subscribe(b"")).await?;
            settle(cx, &mut peer, b"news").await
        }
        SocketType::Sub | SocketType::Xsub => {
            if cx.kind == SocketType::Xsub {
                // Its application subscribes by sending 01 and the topic; the form on the wire is
                // a matter of the clauses of publish-subscribe (q39).
                peer.release().await?;
                cx.send(&[b"\x01"]).await?;
                peer.frame("a subscription").await?;
            } else {
                peer.release().await?;
                cx.subscribe(b"", true).await?;
                peer.expect_subscription().await?;
            }
            peer.write(message(&[b"news"])).await?;
            peer.release().await?;
            cx.expect_delivery(&[b"news"]).await
        }
        SocketType::Push => {
            peer.release().await?;
            cx.send(&[b"work"]).await?;
            arrives(&mut peer, &[b"work"]).await
        }
        _ => {
            peer.write(message(&[b"work"])).await?;
            peer.release().await?;
            cx.expect_delivery(&[b"work"]).await
        }
    }
}

/// The next message of the SUT must be this one.
async fn arrives(peer: &mut Link, wanted: &[&[u8]]) -> Result<(), Stop> {
    let got = peer.message().await?;
    if got == wanted {
        return Ok(());
    }
    let expected = format!("a message of {} frames, as sent", wanted.len());
    Err(peer.fail("other-message", expected, format!("{} frames, or other octets", got.len())))
}

/// Message `number` of a stream: its number, and now and then a large part and a second frame.
fn numbered(number: usize) -> Vec<Vec<u8>> {
    let mut body = number.to_string().into_bytes();
    body.push(b' ');
    body.resize(body.len() + number * 37 % 400, b'.');
    let second = (number.is_multiple_of(5)).then(|| vec![b'+'; number % 3]);
    [body].into_iter().chain(second).collect()
}

const COUNT: usize = 120;

async fn order_received(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let all: Vec<u8> = (0..COUNT).flat_map(|number| message(&numbered(number))).collect();
    peer.write(all).await?;
    peer.release().await?;
    cx.expect_many(COUNT);
    for number in 0..COUNT {
        judge(number, &cx.recv_body().await?)?;
    }
    Ok(())
}

async fn order_sent(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    for number in 0..COUNT {
        let parts = numbered(number);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        peer.release().await?;
        cx.send(&parts).await?;
    }
    for number in 0..COUNT {
        judge(number, &peer.message().await?)?;
    }
    Ok(())
}

fn judge(number: usize, got: &[Vec<u8>]) -> Result<(), Stop> {
    if got == numbered(number) {
        return Ok(());
    }
    let expected = format!("message number {number} is the next one, and intact");
    Err(Stop::Fail(Finding::new("out-of-order", expected, "another message")))
}
