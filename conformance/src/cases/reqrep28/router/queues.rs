//! The queue for a peer: it outlives a connection that the SUT made, and dies with one that it
//! accepted (28-ROUTER-003, 28-ROUTER-004).

use super::{BASE, address_of, arrive, named, only_marks, up_to_a_mark};
use crate::case::{BIND, CONNECT, Case};
use crate::cases::many::{borrowed, dialled, large, numbered};
use crate::cases::reqrep28::{NOW, arrives};
use crate::context::Context;
use crate::octets::greeting;
use crate::target::Setting;
use crate::verdict::{Outcome, Stop};

/// A break of a connection that the SUT made.
pub(super) const SURVIVES: Case = Case {
    id: "28/router/waits-for-its-peer",
    clauses: &["28-ROUTER-003"],
    promise: "A message for a peer whose connection, made by the ROUTER, is down is taken, and \
              arrives when it is back.",
    effect: "messages are lost each time a peer is started anew",
    roles: CONNECT,
    options: &[("router_mandatory", Setting::Number(1))],
    run: |cx| Box::pin(survives(cx)),
    ..BASE
};

/// The end of a connection that the SUT accepted.
pub(super) const DIES: Case = Case {
    id: "28/router/queue-goes-with-peer",
    clauses: &["28-ROUTER-004"],
    promise: "What is queued for a peer that has gone is not sent to the next one of its name.",
    effect: "a new client gets the replies to the requests of an old one",
    roles: BIND,
    run: |cx| Box::pin(dies(cx)),
    ..BASE
};

async fn survives(cx: &mut Context) -> Outcome {
    let name = cx.entropy.nonce();
    let mut peer = named(cx, &name).await?;
    if address_of(cx, &mut peer).await? != name {
        return Err(Stop::NotApplicable("a ROUTER that uses an Identity".to_owned()));
    }
    peer.close().await?;
    // The next connection is there, so the end of the last one has been noticed.
    let mut peer = dialled(cx).await?;
    if let Err(kind) = cx.try_send(&[&name[..], b"waiting"], NOW).await? {
        let got = format!("the message is refused as \"{kind}\"");
        return Err(peer.fail("not-kept", "a message for a peer that is down is taken", got));
    }
    let announced: [(&str, &[u8]); 2] = [("Socket-Type", b"DEALER"), ("Identity", &name)];
    cx.meet(&mut peer, greeting(), &announced).await?;
    arrives(&mut peer, &[b"waiting"]).await
}

async fn dies(cx: &mut Context) -> Outcome {
    let (size, name) = (large(cx), cx.entropy.nonce());
    let gone = arrive(cx, &name).await?;
    for number in 0..16 {
        let parts = numbered(number, size);
        let _ = cx.try_send(&[&[&name[..]], &borrowed(&parts)[..]].concat(), NOW).await?;
    }
    // Unread octets make this a reset: nothing of it arrives any more.
    drop(gone);
    let mut peer = arrive(cx, &name).await?;
    let arrived = up_to_a_mark(cx, &mut peer, &name).await?;
    if only_marks(&arrived) {
        return Ok(());
    }
    let got = format!("{} messages of the queue of a peer that has gone", arrived.len());
    Err(peer.fail("left-to-another", "a queue goes with its peer", got))
}
