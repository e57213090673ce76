//! Identity: the address a peer asks a ROUTER to use for it, and what everybody else does with it.
//! Clauses 37-IDENT-001 to -004. Deliberately absent: two peers with one identity, on which the
//! text is silent.

use super::null::offer;
use crate::case::{BIND, Case};
use crate::context::Context;
use crate::octets::{greeting, hex, message, properties, ready};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::{Dealer, Pair, Pub, Pull, Rep, Req, Router, Sub};
use crate::target::{Need, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/identity/none-announced",
        clauses: &["37-IDENT-001"],
        promise: "A peer that announces no Identity is heard as any other one.",
        effect: "most clients are never heard: few have a name",
        seen_in: &["zeromq/jeromq#606", "zeromq/netmq#1159"],
        reading: "A sanity case: the tester seldom has a name.",
        types: &[Router, Rep],
        needs: &[Need::Recv],
        sanity: true,
        run: |cx| Box::pin(none_announced(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/router-address",
        clauses: &["37-IDENT-001", "37-META-004"],
        level: Level::Observe,
        promise: "A ROUTER uses the Identity a peer announces as the address of that peer.",
        effect: "applications that address peers by name reach nobody",
        types: &[Router],
        needs: &[Need::Recv, Need::Send],
        run: |cx| Box::pin(router_address(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/ignored-elsewhere",
        clauses: &["37-IDENT-002"],
        promise: "A peer that is no ROUTER takes no notice of an Identity.",
        effect: "peers that set an identity for a ROUTER cannot talk to anybody else",
        types: &[Pull, Sub, Rep, Pub, Pair],
        run: |cx| Box::pin(ignored_elsewhere(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/255-octets",
        clauses: &["37-IDENT-003"],
        promise: "An Identity of 255 octets is accepted.",
        effect: "peers with long names cannot connect",
        run: |cx| Box::pin(longest(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/256-octets",
        clauses: &["37-IDENT-003"],
        promise: "An Identity of more than 255 octets is refused.",
        effect: "one peer exhausts the routing table of another",
        reading: "Strict: q25 of vectors/open-questions.md; to accept it is noted.",
        types: &[Router],
        run: |cx| Box::pin(too_long(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/leading-zero",
        clauses: &["37-IDENT-004"],
        promise: "An Identity that starts with a zero octet is not used as an address.",
        effect: "a peer takes the place of one to which the ROUTER itself gave a name",
        reading: "Strict: q25 of vectors/open-questions.md; an address of its own is accepted.",
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(leading_zero(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/letter-case-of-the-name",
        clauses: &["37-NULL-014", "37-META-002"],
        promise: "The letter case of the name Identity carries no meaning.",
        effect: "peers of another implementation are anonymous to this one",
        reading: "Strict: q21 of vectors/open-questions.md.",
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(letter_case_of_the_name(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/behind-other-values",
        clauses: &["37-NULL-016", "37-IDENT-001"],
        promise: "An Identity is understood behind values of any size.",
        effect: "a property of one peer makes it anonymous to another",
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(behind_other_values(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/sent",
        clauses: &["37-IDENT-003", "37-IDENT-004"],
        promise: "The Identity a peer sends has at most 255 octets and does not start with zero.",
        effect: "a ROUTER refuses it or confuses it with a peer without name",
        run: |cx| Box::pin(sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/sent-as-set",
        clauses: &["37-META-004", "37-IDENT-001"],
        level: Level::Observe,
        promise: "A peer that was given an identity announces it.",
        effect: "applications that address peers by name reach nobody",
        types: &[Dealer, Req, Router],
        options: &[("routing_id", Setting::Text("BOB"))],
        run: |cx| Box::pin(sent_as_set(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/every-octet",
        clauses: &["37-IDENT-001", "37-IDENT-003"],
        promise: "A ROUTER shows an Identity octet for octet as it was announced.",
        effect: "peers with names that are not text cannot be addressed",
        seen_in: &["zeromq/jeromq#454"],
        types: &[Router],
        needs: &[Need::Recv],
        run: |cx| Box::pin(every_octet(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/identity/twins-are-both-served",
        clauses: &["37-IDENT-002"],
        promise: "A peer that is no ROUTER serves two peers that announce the same Identity.",
        effect: "the requests of one of two clients of the same name are never answered",
        types: &[Rep, Pull],
        roles: BIND,
        needs: &[Need::Recv, Need::Send],
        run: |cx| Box::pin(twins_are_both_served(cx)),
        ..Case::BASE
    },
];

async fn none_announced(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let nonce = cx.entropy.nonce();
    let parts: &[&[u8]] = if cx.kind == Rep { &[b"", &nonce] } else { &[&nonce] };
    peer.write(message(parts)).await?;
    peer.release().await?;
    cx.expect_delivery(&[nonce]).await
}

async fn router_address(cx: &mut Context) -> Outcome {
    let nonce = cx.entropy.nonce();
    let name = [b"name-", &nonce[..]].concat();
    let mut peer =
        cx.ready_as(greeting(), &[("Socket-Type", b"DEALER"), ("Identity", &name)]).await?;
    peer.write(message(&[b"hello"])).await?;
    peer.release().await?;
    let got = cx.recv().await?;
    if got.first() != Some(&name) {
        cx.info("the address is not the Identity that was announced");
        return Ok(());
    }
    cx.send(&[&name, b"reply"]).await?;
    let reply = peer.message().await?;
    if reply != [b"reply"] {
        let expected = "a message sent to the announced Identity arrives as it was sent";
        return Err(peer.fail("other-reply", expected, "another message"));
    }
    Ok(())
}

async fn ignored_elsewhere(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    for identity in [&b"BOB"[..], b"", &[0xFF; 255]] {
        let properties = [("Socket-Type", kind), ("Identity", identity)];
        let mut peer = cx.ready_as(greeting(), &properties).await?;
        peer.barrier().await?;
        peer.close().await?;
    }
    Ok(())
}

async fn longest(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    // Each run has an identity of its own: a ROUTER need not serve two peers of one name.
    let nonce = cx.entropy.nonce();
    let name: Vec<u8> = nonce.iter().copied().chain(std::iter::repeat(0x61)).take(255).collect();
    let properties = [("Socket-Type", kind), ("Identity", &name[..])];
    let mut peer = cx.ready_as(greeting(), &properties).await?;
    peer.barrier().await?;
    Ok(())
}

/// The address under which a ROUTER shows a peer that announced these properties.
async fn address_of(cx: &mut Context, properties: &[(&str, &[u8])]) -> Result<Vec<u8>, Stop> {
    let mut peer = cx.ready_as(greeting(), properties).await?;
    peer.write(message(&[b"hello"])).await?;
    peer.release().await?;
    Ok(cx.recv().await?.into_iter().next().unwrap_or_default())
}

async fn too_long(cx: &mut Context) -> Outcome {
    let nonce = cx.entropy.nonce();
    let name: Vec<u8> = nonce.iter().copied().chain(std::iter::repeat(0x61)).take(256).collect();
    let mut peer = cx.greeted().await?;
    let opening = ready(&[("Socket-Type", b"DEALER"), ("Identity", &name)]);
    if offer(&mut peer, &opening).await? != Fate::Closed {
        cx.lenient("long-identity", "the connection is closed", "it stays open");
    }
    Ok(())
}

async fn leading_zero(cx: &mut Context) -> Outcome {
    let name = [&[0][..], &cx.entropy.nonce()].concat();
    let mut peer = cx.greeted().await?;
    let opening = ready(&[("Socket-Type", b"DEALER"), ("Identity", &name)]);
    if offer(&mut peer, &opening).await? == Fate::Closed {
        return Ok(());
    }
    peer.write(message(&[b"hello"])).await?;
    peer.release().await?;
    let address = cx.recv().await?.into_iter().next().unwrap_or_default();
    if address == name {
        let got = "the application sees the peer under the reserved name it announced";
        return Err(peer.fail("reserved-address", "a refusal or an address of its own", got));
    }
    cx.lenient("leading-zero-accepted", "the connection is closed", "the name is not used");
    Ok(())
}

async fn letter_case_of_the_name(cx: &mut Context) -> Outcome {
    for spelling in ["Identity", "IDENTITY", "identity", "iDENTITY"] {
        let name = cx.entropy.nonce();
        let properties = [("Socket-Type", &b"DEALER"[..]), (spelling, &name)];
        if address_of(cx, &properties).await? != name {
            if spelling == "Identity" {
                return Err(Stop::NotApplicable("a ROUTER that uses an Identity".to_owned()));
            }
            let expected = "the peer is shown under its Identity, as with the usual spelling";
            let got = format!("{spelling} is ignored");
            return Err(Stop::Fail(Finding::new("case-sensitive", expected, got)));
        }
    }
    Ok(())
}

async fn behind_other_values(cx: &mut Context) -> Outcome {
    let (none, three, long) = (vec![], vec![0x76; 3], vec![0x76; 256]);
    for value in [none, three, long] {
        let name = cx.entropy.nonce();
        let properties = [("X-Value", &value[..]), ("Identity", &name), ("Socket-Type", b"DEALER")];
        if address_of(cx, &properties).await? == name {
            continue;
        }
        if value.is_empty() {
            return Err(Stop::NotApplicable("a ROUTER that uses an Identity".to_owned()));
        }
        let got = format!("it is lost behind a value of {} octets", value.len());
        let expected = "the peer is shown under its Identity";
        return Err(Stop::Fail(Finding::new("identity-lost", expected, got)));
    }
    Ok(())
}

/// The Identity in the READY of the SUT.
async fn announced(cx: &mut Context) -> Result<Option<Vec<u8>>, Stop> {
    let mut peer = cx.greeted().await?;
    peer.write(ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])).await?;
    let frame = peer.expect_command("READY").await?;
    let found = frame.command().and_then(|ready| properties(ready.data)).unwrap_or_default();
    let mut all = found.into_iter();
    Ok(all.find(|(name, _)| name.eq_ignore_ascii_case(b"Identity")).map(|(_, value)| value))
}

async fn sent(cx: &mut Context) -> Outcome {
    let name = announced(cx).await?.unwrap_or_default();
    if name.len() > 255 {
        let got = format!("{} octets", name.len());
        return Err(Stop::Fail(Finding::new("long-identity", "at most 255 octets", got)));
    }
    if name.first() == Some(&0) {
        let expected = "an Identity that does not start with zero";
        return Err(Stop::Fail(Finding::new("reserved-identity", expected, hex(&name))));
    }
    Ok(())
}

async fn sent_as_set(cx: &mut Context) -> Outcome {
    let name = announced(cx).await?;
    cx.info(match name.as_deref() {
        Some(b"BOB") => "it is announced as it was set",
        Some(_) => "another Identity is announced",
        None => "no Identity is announced",
    });
    Ok(())
}

async fn every_octet(cx: &mut Context) -> Outcome {
    let (low, high): (Vec<u8>, Vec<u8>) = ((1..128).collect(), (128..=255).chain([0]).collect());
    for octets in [low, high] {
        // The nonce makes the name a new one to a ROUTER that has met this tester before.
        let name = [octets, cx.entropy.nonce().to_vec()].concat();
        let address = address_of(cx, &[("Socket-Type", b"DEALER"), ("Identity", &name)]).await?;
        // A generated address starts with zero: then the ROUTER uses no Identity at all.
        if address.first() == Some(&0) {
            return Err(Stop::NotApplicable("a ROUTER that uses an Identity".to_owned()));
        }
        if address != name {
            let got = Finding::new("other-address", hex(&name), hex(&address));
            return Err(Stop::Fail(got));
        }
    }
    Ok(())
}

async fn twins_are_both_served(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let name = cx.entropy.nonce();
    let named = [("Socket-Type", kind), ("Identity", &name[..])];
    let anonymous = [("Socket-Type", kind)];
    let mut one = cx.ready_as(greeting(), &named).await?;
    let mut two = cx.ready_as(greeting(), &named).await?;
    let mut last = cx.ready_as(greeting(), &anonymous).await?;
    ask(cx, &mut one, b"one").await?;
    ask(cx, &mut two, b"two").await?;
    // Two requests of a third peer: the second one is due after one of each other peer.
    ask(cx, &mut last, b"last").await?;
    ask(cx, &mut last, b"end").await?;
    let mut seen = Vec::new();
    while !seen.contains(&b"end".to_vec()) {
        seen.extend(cx.recv().await?);
        if cx.kind == Rep {
            cx.send(&[b"reply"]).await?;
        }
    }
    for (twin, body) in [("first", b"one"), ("second", b"two")] {
        if !seen.contains(&body.to_vec()) {
            let expected = "a message of both peers of one Identity is delivered";
            let got = format!("that of the {twin} one is not");
            return Err(Stop::Fail(Finding::new("twin-ignored", expected, got)));
        }
    }
    Ok(())
}

/// Writes a message for a REP or PULL, and waits until it was read.
async fn ask(cx: &mut Context, peer: &mut Link, body: &[u8]) -> Result<(), Stop> {
    let parts: &[&[u8]] = if cx.kind == Rep { &[b"", body] } else { &[body] };
    peer.write(message(parts)).await?;
    peer.barrier().await?;
    Ok(())
}
