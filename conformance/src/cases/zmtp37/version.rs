//! Version Negotiation: what a peer sends first, how it meets higher and lower versions
//! (37-VERSION-001 to -013).
//!
//! Absent: the octets of the older protocols once they are agreed on (`backward`, RFCs 13 and 15).

use futures_util::future::try_join_all;

use crate::case::{BIND, Case, Pace, RECEIVERS};
use crate::context::Context;
use crate::octets::{frame_v1, greeting, hex, identity_v1, message, opening_v2, ready, title};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType;
use crate::target::{Need, Setting};
use crate::verdict::{Level, Outcome, Stop};

/// Versions above 3.1 that a peer must meet as its own.
const HIGHER: [(u8, u8); 6] = [(3, 2), (3, 9), (3, 0xFF), (4, 0), (5, 1), (0xFF, 0xFF)];
/// One of each kind of traffic, where each instance makes many connections.
const FEW: &[SocketType] = &[SocketType::Pull, SocketType::Dealer, SocketType::Sub];
/// Octets of a greeting.
const WHOLE: usize = 64;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/version/first-flight",
        clauses: &["37-VERSION-003", "37-VERSION-006"],
        promise: "Unasked, a peer sends 11 octets, or all 64, or the 10 of the strategy for 1.0.",
        effect: "two peers wait for each other for ever",
        reading: "Ten octets are the RFC's own strategy toward 1.0 peers when the padding carries \
                  a length; ten with zero padding are told as lenient.",
        pace: Pace::Quiet,
        run: |cx| Box::pin(first_flight(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/padding-sent",
        clauses: &["37-VERSION-005", "37-VERSION-008"],
        level: Level::Should,
        promise: "Padding is zero, or the length of an identity plus one as 1.0 writes it.",
        effect: "a 1.0 peer takes the signature for an identity frame of a wrong size",
        run: |cx| Box::pin(padding_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/eleven-octets-suffice",
        clauses: &["37-VERSION-004"],
        promise: "Eleven octets of a 3.x peer are enough for the rest of the greeting to come.",
        effect: "two peers that both detect versions wait for each other for ever",
        run: |cx| Box::pin(eleven_octets_suffice(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/waits-for-64-octets",
        clauses: &["37-VERSION-004", "37-VERSION-007"],
        promise: "A greeting may arrive in two pieces cut at any octet, and ends at octet 64.",
        effect: "a handshake fails when the network cuts the greeting",
        seen_in: &["zeromq/jeromq#430"],
        types: FEW,
        run: |cx| Box::pin(waits_for_64_octets(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/higher-versions",
        clauses: &["37-VERSION-010", "37-VERSION-011"],
        promise: "A peer of a higher version is met with one's own version, framing and READY.",
        effect: "the first peer of the next version breaks every service it connects to",
        seen_in: &["zeromq/libzmq#545"],
        run: |cx| Box::pin(higher_versions(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/higher-versions-traffic",
        clauses: &["37-VERSION-010", "37-VERSION-011"],
        promise: "Messages of a peer of a higher version are delivered.",
        effect: "the first peer of the next version is connected, but not heard",
        seen_in: &["zeromq/libzmq#545"],
        types: RECEIVERS,
        needs: &[Need::Recv],
        run: |cx| Box::pin(higher_versions_traffic(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/every-higher-version",
        clauses: &["37-VERSION-010", "37-VERSION-011"],
        promise: "Every minor version above 1 and every major version above 3 is acceptable.",
        effect: "some later version of the protocol cannot connect",
        types: &[SocketType::Pull],
        roles: BIND,
        depth: crate::case::Depth::Exhaustive,
        run: |cx| Box::pin(every_higher_version(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/older-versions",
        clauses: &["37-VERSION-001", "37-VERSION-002"],
        level: Level::Observe,
        promise: "A peer serves or refuses peers of 1.0, 2.0 and 3.0.",
        effect: "peers of old libraries can or cannot connect",
        types: FEW,
        pace: Pace::Quiet,
        run: |cx| Box::pin(older_versions(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/subscriptions-toward-3.0",
        clauses: &["37-VERSION-012"],
        level: Level::Observe,
        promise: "Toward a 3.0 peer a subscription is a message, as 3.0 has it, or a command.",
        effect: "a 3.0 publisher does not see the subscriptions",
        types: &[SocketType::Sub],
        needs: &[Need::Subscribe],
        run: |cx| Box::pin(subscriptions_toward_3_0(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/version/no-step-down-under-security",
        clauses: &["37-VERSION-013"],
        promise: "A socket set up for PLAIN closes on peers of 1.0 and 2.0, which lack security.",
        effect: "an old greeting is a way around the password",
        seen_in: &["zeromq/libzmq#1273"],
        types: FEW,
        options: &[("plain_server", Setting::Number(1))],
        run: |cx| Box::pin(no_step_down_under_security(cx)),
        ..Case::BASE
    },
];

fn usual_ready(cx: &Context) -> Vec<u8> {
    ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

async fn first_flight(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    let unasked = peer.whatever_comes().await?;
    match unasked.len() {
        11 | WHOLE => return Ok(()),
        10 => {}
        count => {
            let expected = "11 or 64 octets, or the 10 of the strategy for 1.0";
            return Err(peer.fail("first-flight", expected, format!("{count} octets")));
        }
    }
    if unasked.get(1..9).is_none_or(|padding| padding.iter().all(|&octet| octet == 0)) {
        cx.lenient("ten-octets-without-length", "11 octets", "10 octets with zero padding");
    }
    peer.write(&greeting().build()[..10]).await?;
    match peer.octets(1, "octet 10 after a signature").await?.as_deref() {
        Some([3]) => Ok(()),
        Some(other) => Err(peer.fail("major", "03 as octet 10", hex(other))),
        None => Err(peer.fail("closed", "octet 10 after a signature", "closed")),
    }
}

async fn padding_sent(cx: &mut Context) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting().build()).await?;
    let seen = peer.greeting().await?;
    let padding = seen.0.get(1..9).unwrap_or_default();
    // No case of this suite sets an identity here: the length plus one is one.
    match padding {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Ok(()),
        _ => {
            let expected = "zeros, or identity length plus one in network order";
            Err(peer.fail("padding", expected, hex(padding)))
        }
    }
}

async fn eleven_octets_suffice(cx: &mut Context) -> Outcome {
    let ours = greeting().build();
    let (first, rest) = ours.split_at(11);
    let mut peer = cx.link().await?;
    peer.write(first).await?;
    peer.greeting().await?;
    peer.write(rest).await?;
    cx.handshake(&mut peer, &usual_ready(cx)).await
}

async fn waits_for_64_octets(cx: &mut Context) -> Outcome {
    let ours = greeting().build();
    for cut in 1..WHOLE {
        let (first, rest) = ours.split_at_checked(cut).unwrap_or_default();
        let mut peer = cx.link().await?;
        peer.write(first).await?;
        if cut > 10 {
            // Its whole greeting is here: the first piece has been read.
            peer.greeting().await?;
            peer.write(rest).await?;
        } else {
            peer.write(rest).await?;
            peer.greeting().await?;
        }
        cx.handshake(&mut peer, &usual_ready(cx)).await?;
    }
    Ok(())
}

/// Greets as this version, demands the SUT's own version and READY.
async fn met(cx: &mut Context, (major, minor): (u8, u8)) -> Result<Link, Stop> {
    let mut peer = cx.link().await?;
    peer.write(greeting().version(major, minor).build()).await?;
    let own = peer.greeting().await?.version();
    if own != (3, cx.minor) {
        let expected = format!("version 03 {:02x} whatever the peer announces", cx.minor);
        return Err(peer.fail("version-follows", expected, hex(&[own.0, own.1])));
    }
    cx.handshake(&mut peer, &usual_ready(cx)).await?;
    Ok(peer)
}

/// After the handshake with a peer of this version the connection stays open.
async fn stays(mut peer: Link, (major, minor): (u8, u8)) -> Outcome {
    if peer.fate().await?.fate == Fate::Closed {
        let expected = format!("a peer of {major}.{minor} is served");
        return Err(peer.fail("higher-version-refused", expected, "the connection was closed"));
    }
    Ok(())
}

async fn higher_versions(cx: &mut Context) -> Outcome {
    for version in HIGHER {
        let peer = met(cx, version).await?;
        stays(peer, version).await?;
    }
    Ok(())
}

/// Connections at once: of a SUT without PONG they wait out one quiet window together.
const AT_ONCE: usize = 32;

async fn every_higher_version(cx: &mut Context) -> Outcome {
    let minors = (2..=0xFF).map(|minor| (3, minor));
    let versions: Vec<_> = minors.chain((4..=0xFF).map(|major| (major, 0))).collect();
    for versions in versions.chunks(AT_ONCE) {
        let mut open = Vec::new();
        for &version in versions {
            open.push(stays(met(cx, version).await?, version));
        }
        try_join_all(open).await?;
    }
    Ok(())
}

async fn higher_versions_traffic(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    for (major, minor) in HIGHER {
        let ours = greeting().version(major, minor);
        let mut peer = cx.ready_as(ours, &[("Socket-Type", kind)]).await?;
        cx.sentinel(&mut peer).await?;
        peer.close().await?;
    }
    Ok(())
}

async fn older_versions(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = cx.greeted_as(greeting().version(3, 0)).await?;
    let served = match cx.handshake(&mut peer, &ready(&[("Socket-Type", kind)])).await {
        Ok(()) => "served",
        Err(Stop::Fail(_)) => "refused",
        Err(other) => return Err(other),
    };
    cx.info(format!("3.0 is {served}"));
    for (name, opening) in old_openings(cx.kind) {
        let mut peer = cx.link().await?;
        peer.write(opening).await?;
        let octets = peer.whatever_comes().await?;
        let how = if peer.is_closed() { "refused" } else { "served" };
        // A peer that serves has answered with its own opening by now.
        let told = if octets.is_empty() { "nothing is said" } else { "an answer comes" };
        cx.info(format!("{name} is {how}, {told}"));
    }
    Ok(())
}

/// Openings of 2.0 and 1.0, each with empty frames that pass octet 64: a SUT that does not detect
/// old versions reads a whole greeting before it judges.
fn old_openings(kind: SocketType) -> [(&'static str, Vec<u8>); 2] {
    let code = match kind.counterpart() {
        SocketType::Pub => 1,
        SocketType::Router => 6,
        _ => 8,
    };
    let v2 = [opening_v2(1, code, b""), message(&[b""]).repeat(32)].concat();
    let v1 = [identity_v1(b""), frame_v1(0, b"").repeat(32)].concat();
    [("2.0", v2), ("1.0", v1)]
}

async fn subscriptions_toward_3_0(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = cx.ready_as(greeting().version(3, 0), &[("Socket-Type", kind)]).await?;
    cx.subscribe(b"A", true).await?;
    let form = match peer.frame("a subscription").await? {
        Some(frame) if frame.is("SUBSCRIBE") => "SUBSCRIBE, a command of 3.1",
        Some(frame) if frame.octets() == [0, 2, 1, b'A'] => "a message, as 3.0 has it",
        Some(other) => {
            let expected = "a subscription to A as a message or a command";
            return Err(peer.fail("not-a-subscription", expected, title(&other)));
        }
        None => return Err(peer.fail("closed", "a subscription", "the connection was closed")),
    };
    cx.info(format!("toward 3.0 a subscription is {form}"));
    Ok(())
}

async fn no_step_down_under_security(cx: &mut Context) -> Outcome {
    for (name, opening) in old_openings(cx.kind) {
        let mut peer = cx.link().await?;
        peer.write(opening).await?;
        // An opening and an identity may still come; the close must.
        loop {
            let expected = format!("a peer of {name} is disconnected");
            if peer.octets(1, &expected).await?.is_none() {
                break;
            }
        }
    }
    Ok(())
}
