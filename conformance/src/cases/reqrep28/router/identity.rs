//! Names of peers: announced, made up, doubled, handed over, given up (28-ROUTER-006 to -008).

use std::collections::BTreeSet;
use std::rc::Rc;

use super::{BASE, address_of, arrive, named, reaches};
use crate::case::{BIND, CONNECT, Case, Depth, Pace};
use crate::cases::many::{again, dialled};
use crate::cases::reqrep28::{NOW, first_of, say, shown};
use crate::context::Context;
use crate::octets::{greeting, hex, ready};
use crate::probe::{Fate, Link};
use crate::target::Setting;
use crate::verdict::{Finding, Level, Outcome, Stop};

/// The name a peer asks for.
pub(super) const ANNOUNCED: Case = Case {
    id: "28/router/announced-identity",
    clauses: &["28-ROUTER-007", "28-ROUTER-010", "28-ROUTER-012"],
    level: Level::Should,
    promise: "A message is delivered behind the Identity its peer announced, of 1 to 255 octets, \
              and a message behind that name reaches the peer.",
    effect: "applications that address peers by name reach nobody",
    roles: BIND,
    run: |cx| Box::pin(announced(cx)),
    ..BASE
};

/// Names for those who ask for none.
pub(super) const UNIQUE: Case = Case {
    id: "28/router/unique-identities",
    clauses: &["28-ROUTER-006"],
    promise: "Fifty peers without Identity, or with an empty one, get fifty names.",
    effect: "replies reach the wrong client",
    seen_in: &["go-zeromq/zmq4@72ac04f"],
    reading: "A made-up name that does not start with zero, as all announced ones must not, is \
              noted: a peer could announce it.",
    roles: BIND,
    depth: Depth::Full,
    run: |cx| Box::pin(unique(cx)),
    ..BASE
};

/// Two live peers of one name.
pub(super) const TWINS: Case = Case {
    id: "28/router/twins",
    clauses: &["28-ROUTER-008"],
    promise: "Messages for a name that two peers announced all go to one of them.",
    effect: "a client gets half of the messages for another one",
    seen_in: &["zeromq/libzmq#290"],
    reading: "Which of them, and what becomes of the other, is left open: q26 of \
              vectors/open-questions.md.",
    roles: BIND,
    pace: Pace::Quiet,
    run: |cx| Box::pin(twins(cx)),
    ..BASE
};

/// The newer one of two gets the name.
pub(super) const HANDOVER: Case = Case {
    id: "28/router/handover",
    clauses: &["28-ROUTER-008"],
    level: Level::Should,
    promise: "With router_handover, a new peer takes over the name of another one at once.",
    effect: "a client that comes back is not served until its old connection times out",
    seen_in: &["zeromq/netmq#463", "zeromq/netmq#485"],
    reading: "The option is no part of the RFC; whoever has it is held to its manual page.",
    roles: BIND,
    options: &[("router_handover", Setting::Number(1))],
    run: |cx| Box::pin(handover(cx)),
    ..BASE
};

/// The same name, again and again.
pub(super) const RETURNS: Case = Case {
    id: "28/router/name-returns",
    clauses: &["28-ROUTER-006", "28-ROUTER-012"],
    promise: "A peer that comes back twenty times under its name is served each time.",
    effect: "a client that was served once is never served again",
    seen_in: &["zeromq/libzmq#406", "zeromq/chumak#2"],
    roles: BIND,
    depth: Depth::Full,
    run: |cx| Box::pin(returns(cx)),
    ..BASE
};

/// Another name on the next connection.
pub(super) const NEW_NAME: Case = Case {
    id: "28/router/new-name",
    clauses: &["28-ROUTER-007"],
    level: Level::Should,
    promise: "A ROUTER that connects knows its peer by the name of the present connection.",
    effect: "a server that was started anew under another name cannot be addressed",
    seen_in: &["zeromq/libzmq#1575"],
    roles: CONNECT,
    run: |cx| Box::pin(new_name(cx)),
    ..BASE
};

async fn announced(cx: &mut Context) -> Outcome {
    let nonce = cx.entropy.nonce();
    let long: Vec<u8> = nonce.iter().copied().cycle().take(255).collect();
    for name in [b"B".to_vec(), nonce.to_vec(), long, b"n\0\xff".to_vec()] {
        let mut peer = named(cx, &name).await?;
        let address = address_of(cx, &mut peer).await?;
        if address != name {
            let got = hex(&address);
            return Err(peer.fail("other-address", format!("address {}", hex(&name)), got));
        }
        reaches(cx, &mut peer, &name, &[b"for", b"", b"you"]).await?;
    }
    Ok(())
}

async fn unique(cx: &mut Context) -> Outcome {
    let (mut peers, mut names) = (Vec::new(), BTreeSet::new());
    for number in 0..50 {
        let mut peer = match number % 2 {
            0 => cx.ready().await?,
            _ => named(cx, b"").await?,
        };
        let name = address_of(cx, &mut peer).await?;
        if name.first() != Some(&0) {
            let expected = "a made-up name starts with a zero octet";
            cx.lenient("name-could-be-announced", expected, "it does not");
        }
        if name.is_empty() || !names.insert(name.clone()) {
            let got = format!("peer {number} is called {} as well", hex(&name));
            return Err(peer.fail("shared-name", "a name of its own for each peer", got));
        }
        peers.push((name, peer));
    }
    for (name, peer) in &mut peers {
        // A made-up name may start as a mark does.
        reaches(cx, peer, name, &[&[b"=", &name[..]].concat()]).await?;
    }
    Ok(())
}

/// Messages for one name: all go to the same peer, whose number is returned.
async fn one_gets_all(cx: &mut Context, peers: &mut [Link], name: &[u8]) -> Result<usize, Stop> {
    let mut owner = None;
    for number in 0..4_u8 {
        cx.send(&[name, &[number]]).await?;
        let (at, got) = first_of(peers).await?;
        if got != [[number]] {
            let finding = Finding::new("other-message", "the message sent", shown(&got));
            return Err(Stop::Fail(finding));
        }
        if owner.is_some_and(|owner| owner != at) {
            let got = "messages for one name are shared between two connections";
            return Err(Stop::Fail(Finding::new("shared-queue", "one peer gets them all", got)));
        }
        owner = Some(at);
    }
    owner.ok_or_else(|| Stop::Fail(Finding::new("not-sent", "four messages", "none")))
}

/// A peer whose handshake need not end: one that announces a name in use may be refused.
async fn twin(cx: &mut Context, name: &[u8]) -> Result<Link, Stop> {
    let announced: [(&str, &[u8]); 2] = [("Socket-Type", b"DEALER"), ("Identity", name)];
    if cx.version < (3, 0) {
        return cx.ready_as(greeting(), &announced).await;
    }
    let mut link = cx.greeted().await?;
    link.write(ready(&announced)).await?;
    link.fate().await?;
    Ok(link)
}

async fn twins(cx: &mut Context) -> Outcome {
    let name = cx.entropy.nonce();
    let mut first = named(cx, &name).await?;
    if address_of(cx, &mut first).await? != name {
        return Err(Stop::NotApplicable("a ROUTER that uses an Identity".to_owned()));
    }
    let second = twin(cx, &name).await?;
    let bench = Rc::clone(cx.bench());
    bench.window().await;
    // Whichever has the name: one that is closed gets nothing, and is not asked.
    let mut peers = Vec::new();
    for mut peer in [first, second] {
        if peer.fate().await?.fate != Fate::Closed {
            peers.push(peer);
        }
    }
    if peers.is_empty() {
        let finding = Finding::new("both-refused", "one peer has the name", "both are closed");
        return Err(Stop::Fail(finding));
    }
    one_gets_all(cx, &mut peers, &name).await?;
    // Nor does a message of one appear under the name of the other, if both are heard.
    let mut heard = BTreeSet::new();
    for (at, peer) in peers.iter_mut().enumerate() {
        say(peer, &[[b'f', b'0' + at.to_le_bytes()[0]]]).await?;
        peer.fate().await?;
    }
    bench.window().await;
    while let Ok(got) = cx.try_recv(NOW).await? {
        if got.first().is_some_and(|address| *address == name) {
            heard.insert(got);
        }
    }
    if heard.len() < 2 {
        return Ok(());
    }
    let got = "messages of both are delivered under it";
    Err(Stop::Fail(Finding::new("shared-name", "one peer has the name", got)))
}

async fn handover(cx: &mut Context) -> Outcome {
    let name = cx.entropy.nonce();
    let mut old = arrive(cx, &name).await?;
    reaches(cx, &mut old, &name, &[b"for the old one"]).await?;
    let mut new = named(cx, &name).await?;
    let address = address_of(cx, &mut new).await?;
    if address != name {
        return Err(new.fail("not-handed-over", "the name of the old peer", hex(&address)));
    }
    reaches(cx, &mut new, &name, &[b"for the new one"]).await
}

async fn returns(cx: &mut Context) -> Outcome {
    let name = cx.entropy.nonce();
    for number in 0..20_u8 {
        let mut peer = arrive(cx, &name).await?;
        reaches(cx, &mut peer, &name, &[&[number]]).await?;
        peer.close().await?;
    }
    Ok(())
}

async fn new_name(cx: &mut Context) -> Outcome {
    let mut peer = named(cx, b"first-name").await?;
    if address_of(cx, &mut peer).await? != b"first-name" {
        return Err(Stop::NotApplicable("a ROUTER that uses an Identity".to_owned()));
    }
    peer.close().await?;
    let mut peer = dialled(cx).await?;
    let announced: [(&str, &[u8]); 2] = [("Socket-Type", b"DEALER"), ("Identity", b"second-name")];
    cx.meet(&mut peer, greeting(), &announced).await?;
    let address = address_of(cx, &mut peer).await?;
    if address != b"second-name" {
        let got = String::from_utf8_lossy(&address).into_owned();
        return Err(peer.fail("old-name", "the message comes from second-name", got));
    }
    reaches(cx, &mut peer, b"second-name", &[b"hello"]).await?;
    peer.close().await?;
    let mut nameless = again(cx).await?;
    let address = address_of(cx, &mut nameless).await?;
    reaches(cx, &mut nameless, &address, &[b"whoever you are"]).await
}
