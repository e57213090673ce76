//! Resource: the service a connecting peer asks for at an endpoint that many services share.
//! Clause 37-RES-003 and, as far as a binding peer shows it, 37-RES-002. Deliberately absent: what
//! a peer does with a resource it knows, which no rule describes (vectors/open-questions.md, q27).

use super::null::offer;
use crate::case::{BIND, Case};
use crate::context::Context;
use crate::octets::{greeting, hex, ready};
use crate::probe::Fate;
use crate::socket_type::SocketType::{Dealer, Pull, Sub};
use crate::verdict::{Level, Outcome};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/resource/any-is-accepted",
        clauses: &["37-RES-003", "37-META-005"],
        promise: "A binding peer accepts a request for any resource, known or not.",
        effect: "a client that starts before its service is turned away for good",
        reading: "Only the handshake can be judged: q27 of vectors/open-questions.md.",
        roles: BIND,
        run: |cx| Box::pin(any_is_accepted(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/resource/outside-the-grammar",
        clauses: &["37-RES-002"],
        level: Level::Observe,
        promise: "A resource is non-empty segments joined by slashes, of a small set of \
                  characters.",
        effect: "peers disagree on which service was asked for",
        reading: "No rule tells a binding peer to check: q27 of vectors/open-questions.md.",
        types: &[Pull, Dealer, Sub],
        roles: BIND,
        run: |cx| Box::pin(outside_the_grammar(cx)),
        ..Case::BASE
    },
];

async fn any_is_accepted(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    for resource in [&b"nobody/has-bound/this"[..], b"a", b"$-_@.&+/Az09"] {
        let properties = [("Socket-Type", kind), ("Resource", resource)];
        let mut peer = cx.ready_as(greeting(), &properties).await?;
        peer.barrier().await?;
        peer.close().await?;
    }
    Ok(())
}

async fn outside_the_grammar(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    for resource in [&b""[..], b"/a", b"a/", b"a//b", b"a b", &[0xFF]] {
        let mut peer = cx.greeted().await?;
        let opening = ready(&[("Socket-Type", kind), ("Resource", resource)]);
        let reaction = match offer(&mut peer, &opening).await? {
            Fate::Serving => "accepted",
            Fate::Closed => "refused",
            Fate::Silent => "neither accepted nor refused",
        };
        cx.info(format!("resource [{}]: {reaction}", hex(resource)));
    }
    Ok(())
}
