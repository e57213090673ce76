//! Messages in, each behind the name of its peer; messages out, to the peer that is named
//! (28-ROUTER-001, -009 to -015).

use std::collections::BTreeMap;

use super::{BASE, address_of, arrive, named, reaches, stream};
use crate::case::{BIND, Case, Depth};
use crate::cases::reqrep28::{fair, returned, say, shown, stays_silent};
use crate::context::Context;
use crate::octets::greeting;
use crate::target::{Options, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// A message that cannot be routed is refused.
const MUST_ROUTE: Options = &[("router_mandatory", Setting::Number(1))];

/// One peer of each type.
pub(super) const ALL_TYPES: Case = Case {
    id: "28/router/all-types",
    clauses: &["28-ROUTER-001"],
    promise: "A REQ, a DEALER and a ROUTER are all heard and all answered.",
    effect: "peers of one type are not served",
    seen_in: &["excsn/rzmq@b3138ef"],
    roles: BIND,
    run: |cx| Box::pin(all_types(cx)),
    ..BASE
};

/// A busy peer and a quiet one.
pub(super) const FAIR: Case = Case {
    id: "28/router/fair",
    clauses: &["28-ROUTER-009"],
    promise: "The one message of a peer does not wait behind 500 of another one.",
    effect: "a busy client silences the others",
    roles: BIND,
    depth: Depth::Full,
    run: |cx| Box::pin(fair(cx, 500, 100)),
    ..BASE
};

/// Many messages of three peers.
pub(super) const ALL_DELIVERED: Case = Case {
    id: "28/router/all-delivered",
    clauses: &["28-ROUTER-010", "28-ROUTER-011"],
    promise: "100 messages of each of three peers are delivered, in order for each peer, each \
              behind the name of its sender.",
    effect: "requests are lost, or ascribed to somebody else",
    roles: BIND,
    depth: Depth::Full,
    run: |cx| Box::pin(all_delivered(cx)),
    ..BASE
};

/// Three peers, each its own messages.
pub(super) const BY_NAME: Case = Case {
    id: "28/router/by-name",
    clauses: &["28-ROUTER-012", "28-ROUTER-013"],
    promise: "A message reaches the peer that its first frame names, without that frame, and \
              nobody else.",
    effect: "clients read what was meant for others",
    roles: BIND,
    run: |cx| Box::pin(by_name(cx)),
    ..BASE
};

/// A name that nobody has.
pub(super) const NOBODY: Case = Case {
    id: "28/router/unknown-name",
    clauses: &["28-ROUTER-014", "28-ROUTER-015"],
    promise: "A send to a name that nobody has returns, and reaches nobody.",
    effect: "one client that has gone stops a server, or others get its messages",
    roles: BIND,
    run: |cx| Box::pin(nobody(cx)),
    ..BASE
};

/// The same, to be refused.
pub(super) const MANDATORY: Case = Case {
    id: "28/router/unknown-name-refused",
    clauses: &["28-ROUTER-014", "28-ROUTER-015"],
    level: Level::Should,
    promise: "With router_mandatory, a send to a name that nobody has, or has any more, is \
              refused.",
    effect: "applications that asked to be told of lost messages are not",
    seen_in: &["zeromq/netmq@30095a72"],
    reading: "The option is no part of the RFC, which leaves the choice to a configuration.",
    roles: BIND,
    options: MUST_ROUTE,
    run: |cx| Box::pin(mandatory(cx)),
    ..BASE
};

/// A message without content.
pub(super) const NAME_ONLY: Case = Case {
    id: "28/router/name-only",
    clauses: &["28-ROUTER-012"],
    promise: "A message that is a name and nothing else does no harm.",
    effect: "one call of an application stops it",
    seen_in: &["zeromq/zmq.rs#228"],
    reading: "Without its first frame nothing is left to be sent; an empty message is noted.",
    roles: BIND,
    run: |cx| Box::pin(name_only(cx)),
    ..BASE
};

async fn all_types(cx: &mut Context) -> Outcome {
    let mut peers = Vec::new();
    for kind in [&b"REQ"[..], b"DEALER", b"ROUTER"] {
        let peer = cx.another_as(greeting(), &[("Socket-Type", kind)]).await?;
        peers.push((kind, peer));
    }
    for (kind, peer) in &mut peers {
        let envelope: &[&[u8]] = if *kind == b"REQ" { &[b""] } else { &[] };
        say(peer, &[envelope, &[b"request"]].concat()).await?;
        let mut got = cx.recv().await?;
        let address = got.remove(0);
        if !got.iter().map(Vec::as_slice).eq([envelope, &[b"request"]].concat()) {
            return Err(peer.fail("other-delivery", "the request, as it was sent", shown(&got)));
        }
        reaches(cx, peer, &address, &[envelope, &[b"reply"]].concat()).await?;
    }
    Ok(())
}

async fn all_delivered(cx: &mut Context) -> Outcome {
    let (mut peers, mut next) = (Vec::new(), BTreeMap::new());
    for _ in 0..3 {
        let mut peer = cx.ready().await?;
        let address = address_of(cx, &mut peer).await?;
        next.insert(address.clone(), 0_usize);
        peers.push((address, peer));
    }
    for (address, peer) in &mut peers {
        peer.write(stream((0..100).map(|number| signed(address, number)))).await?;
        peer.release().await?;
    }
    cx.expect_many(300);
    for _ in 0..300 {
        let got = cx.recv().await?;
        let (address, body) = (got.first().cloned().unwrap_or_default(), got.get(1..));
        let fits = next.get_mut(&address).is_some_and(|due| {
            *due += 1;
            body == Some(&[signed(&address, *due - 1)][..])
        });
        if !fits {
            let expected = "the next message of the peer it is ascribed to";
            return Err(Stop::Fail(Finding::new("other-delivery", expected, shown(&got))));
        }
    }
    Ok(())
}

/// A body that tells who sent it, and its place.
fn signed(address: &[u8], number: usize) -> Vec<u8> {
    [address, format!(":{number}").as_bytes()].concat()
}

async fn by_name(cx: &mut Context) -> Outcome {
    let names = [cx.entropy.nonce(), cx.entropy.nonce()];
    let mut peers = Vec::new();
    for name in &names {
        peers.push((name.to_vec(), arrive(cx, name).await?));
    }
    let mut anonymous = cx.ready().await?;
    peers.push((address_of(cx, &mut anonymous).await?, anonymous));
    for number in 0..3_u8 {
        for (name, peer) in peers.iter_mut().rev() {
            reaches(cx, peer, name, &[&[number], b"", b"yo"]).await?;
        }
    }
    for (_, peer) in &mut peers {
        stays_silent(peer).await?;
    }
    Ok(())
}

async fn nobody(cx: &mut Context) -> Outcome {
    let name = cx.entropy.nonce();
    let mut peer = arrive(cx, &name).await?;
    let deadline = cx.bench().deadline;
    for unknown in [&b"NOBODY"[..], b"", b"\0\xff\xff\xff\xff", &name[..7]] {
        let answer = cx.try_send(&[unknown, b"", b"for nobody"], deadline).await?;
        returned("a send to a name that nobody has", &answer)?;
        reaches(cx, &mut peer, &name, &[b"for you"]).await?;
    }
    stays_silent(&mut peer).await
}

async fn mandatory(cx: &mut Context) -> Outcome {
    let name = cx.entropy.nonce();
    let mut peer = arrive(cx, &name).await?;
    let kinds = &[crate::adapter::ErrorKind::Refused, crate::adapter::ErrorKind::State];
    let deadline = cx.bench().deadline;
    let answer = cx.try_send(&[&b"NOBODY"[..], b"for nobody"], deadline).await?;
    cx.expect_refusal("a send to a name that nobody has", &answer, kinds)?;
    reaches(cx, &mut peer, &name, &[b"for you"]).await?;
    peer.close().await?;
    super::full::refused_once_gone(cx, &name).await
}

async fn name_only(cx: &mut Context) -> Outcome {
    let name = cx.entropy.nonce();
    let mut peer = named(cx, &name).await?;
    let name = address_of(cx, &mut peer).await?;
    let deadline = cx.bench().deadline;
    let answer = cx.try_send(&[&name], deadline).await?;
    returned("a send of a name and nothing else", &answer)?;
    cx.send(&[&name, b"after"]).await?;
    let mut got = crate::cases::many::next(&mut peer).await?;
    if got == [b""] {
        cx.lenient("empty-message", "nothing is sent", "an empty message is");
        got = crate::cases::many::next(&mut peer).await?;
    }
    if got == [b"after"] {
        return Ok(());
    }
    Err(peer.fail("other-message", "the message sent behind it", shown(&got)))
}
