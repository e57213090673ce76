//! Socket-Type: nineteen names, who may meet whom, and how a mismatch ends.
//! Clauses 37-SOCKTYPE-001 to -022, 37-NULL-006 and -008. Deliberately absent: what two types that
//! may meet say to each other.

use super::null::offer;
use crate::case::{BIND, Case};
use crate::context::Context;
use crate::octets::{greeting, hex, message, properties, ready};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::{
    self, Channel, Client, Dealer, Dish, Gather, Pair, Peer, Pub, Pull, Push, Radio, Rep, Req,
    Router, Scatter, Server, Sub, Xpub, Xsub,
};
use crate::target::Need;
use crate::verdict::{Level, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/socket-type/name-sent",
        clauses: &["37-SOCKTYPE-001"],
        promise: "A peer announces its socket type by its upper-case name.",
        effect: "peers that compare names refuse it",
        types: &SocketType::ALL,
        run: |cx| Box::pin(name_sent(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/socket-type/unknown-names",
        clauses: &["37-SOCKTYPE-001", "37-SOCKTYPE-002"],
        level: Level::Should,
        promise: "A name that is no socket type is refused.",
        effect: "two peers are connected that will never understand each other",
        run: |cx| Box::pin(unknown_names(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/socket-type/letter-case-of-the-value",
        clauses: &["37-SOCKTYPE-001"],
        level: Level::Observe,
        promise: "Socket types are named in upper case.",
        effect: "peers disagree on whether they may meet",
        reading: "Strings in ABNF have no letter case, so both reactions are legal.",
        run: |cx| Box::pin(letter_case_of_the_value(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/socket-type/error-on-mismatch",
        clauses: &["37-SOCKTYPE-022", "37-NULL-008"],
        level: Level::Should,
        promise: "A peer answers a type it may not meet with ERROR, then disconnects.",
        effect: "the user of the other side sees a connection that comes and goes without a reason",
        reading: "A close alone is accepted: q19 of vectors/open-questions.md.",
        run: |cx| Box::pin(error_on_mismatch(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/socket-type/mismatch-delivers-nothing",
        clauses: &["37-SOCKTYPE-002", "37-NULL-006"],
        level: Level::Should,
        promise: "A message of a peer of an incompatible type is not delivered.",
        effect: "a wrong port number in one program feeds its messages to another one",
        types: &[Pull, Dealer, Router],
        roles: BIND,
        needs: &[Need::Recv],
        run: |cx| Box::pin(mismatch_delivers_nothing(cx)),
        ..Case::BASE
    },
    meets("37/socket-type/req-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-003"], &[Req]),
    meets("37/socket-type/rep-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-004"], &[Rep]),
    meets("37/socket-type/dealer-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-005"], &[Dealer]),
    meets("37/socket-type/router-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-006"], &[Router]),
    meets("37/socket-type/pub-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-007"], &[Pub]),
    meets("37/socket-type/xpub-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-008"], &[Xpub]),
    meets("37/socket-type/sub-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-009"], &[Sub]),
    meets("37/socket-type/xsub-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-010"], &[Xsub]),
    meets("37/socket-type/push-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-011"], &[Push]),
    meets("37/socket-type/pull-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-012"], &[Pull]),
    meets("37/socket-type/pair-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-013"], &[Pair]),
    meets("37/socket-type/client-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-014"], &[Client]),
    meets("37/socket-type/server-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-015"], &[Server]),
    meets("37/socket-type/radio-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-016"], &[Radio]),
    meets("37/socket-type/dish-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-017"], &[Dish]),
    meets("37/socket-type/scatter-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-018"], &[Scatter]),
    meets("37/socket-type/gather-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-019"], &[Gather]),
    meets("37/socket-type/peer-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-020"], &[Peer]),
    meets("37/socket-type/channel-meets", &["37-SOCKTYPE-002", "37-SOCKTYPE-021"], &[Channel]),
];

/// The row of one type in the matrix of all pairs.
const fn meets(
    id: &'static str,
    clauses: &'static [&'static str],
    types: &'static [SocketType],
) -> Case {
    Case {
        id,
        clauses,
        level: Level::Should,
        promise: "A peer accepts the types it may meet and refuses all others.",
        effect: "peers that belong together stay apart, or peers that do not are connected",
        types,
        run: |cx| Box::pin(meets_whom_it_may(cx)),
        ..Case::BASE
    }
}

/// Announces a type on a fresh connection and tells what came of it.
async fn announce(cx: &mut Context, name: &[u8]) -> Result<(Link, Fate), Stop> {
    let mut peer = cx.greeted().await?;
    let fate = offer(&mut peer, &ready(&[("Socket-Type", name)])).await?;
    Ok((peer, fate))
}

/// A type of 3.0 that a peer of this type may not meet.
fn stranger(kind: SocketType) -> SocketType {
    if kind.accepts().contains(&Pub) { Push } else { Pub }
}

async fn name_sent(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    peer.write(ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])).await?;
    let frame = peer.expect_command("READY").await?;
    let found = frame.command().and_then(|ready| properties(ready.data)).unwrap_or_default();
    let named = found.iter().filter(|(name, _)| name.eq_ignore_ascii_case(b"Socket-Type"));
    for (_, value) in named {
        if value != cx.kind.name().as_bytes() {
            return Err(peer.fail("other-name", cx.kind.name(), String::from_utf8_lossy(value)));
        }
    }
    Ok(())
}

async fn unknown_names(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name();
    let names = [format!("{kind} "), format!("{kind}\0"), format!("Q{kind}"), "FOO".to_owned()];
    for name in names.iter().map(String::as_bytes).chain([&b""[..], &[0xFF]]) {
        let (peer, fate) = announce(cx, name).await?;
        if fate != Fate::Closed {
            let got = format!("it stays open after Socket-Type [{}]", hex(name));
            return Err(peer.fail("unknown-accepted", "the connection is closed", got));
        }
    }
    Ok(())
}

async fn letter_case_of_the_value(cx: &mut Context) -> Outcome {
    let name = cx.kind.counterpart().name().to_ascii_lowercase();
    let (_, fate) = announce(cx, name.as_bytes()).await?;
    cx.info(match fate {
        Fate::Serving => "a name in lower case is accepted",
        Fate::Closed => "a name in lower case is refused",
        Fate::Silent => "a name in lower case is neither accepted nor refused",
    });
    Ok(())
}

async fn error_on_mismatch(cx: &mut Context) -> Outcome {
    let name = stranger(cx.kind).name().as_bytes();
    let (peer, fate) = announce(cx, name).await?;
    if fate != Fate::Closed {
        return Err(peer.fail("stays-open", "ERROR, then a close", "it stays open"));
    }
    // Again without the PING behind READY: octets nobody read turn a close into a reset, which
    // may take the ERROR with it.
    let mut peer = cx.greeted().await?;
    peer.write(ready(&[("Socket-Type", name)])).await?;
    let seen = peer.until_closed("ERROR, then a close").await?;
    if !seen.iter().any(|frame| frame.is("ERROR")) {
        cx.lenient("no-error", "ERROR, then a close", "a close alone");
    }
    Ok(())
}

async fn mismatch_delivers_nothing(cx: &mut Context) -> Outcome {
    let name = stranger(cx.kind).name().as_bytes();
    let mut wrong = cx.greeted().await?;
    let opening = [ready(&[("Socket-Type", name)]), message(&[b"from a stranger"])].concat();
    wrong.write(opening).await?;
    wrong.fate().await?;
    let kind = cx.kind.counterpart().name().as_bytes();
    let mut peer = cx.ready_as(greeting(), &[("Socket-Type", kind)]).await?;
    cx.sentinel(&mut peer).await
}

async fn meets_whom_it_may(cx: &mut Context) -> Outcome {
    for other in SocketType::ALL {
        let (peer, fate) = announce(cx, other.name().as_bytes()).await?;
        let closed = fate == Fate::Closed;
        match (cx.kind.accepts().contains(&other), closed) {
            (true, false) => peer.close().await?,
            (false, true) => {}
            (true, true) => {
                let expected = format!("a {} is accepted", other.name());
                return Err(peer.fail("compatible-refused", expected, "the connection is closed"));
            }
            (false, false) => {
                let expected = format!("a {} is refused", other.name());
                return Err(peer.fail("incompatible-accepted", expected, "it stays open"));
            }
        }
    }
    Ok(())
}
