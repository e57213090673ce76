//! Error Handling: ERROR is fatal and said before the end of a handshake only; every other trouble
//! is a close, after which a connecting peer comes back (37-ERRH-001 to -007).
//!
//! Absent: the grammar of ERROR (`null`), rejected credentials (PLAIN and CURVE), and whether the
//! delay between connections grows (37-ERRH-008), which only a clock could judge.

use std::time::Duration;

use tokio::time::Instant;

use super::topology::plain_hello;
use crate::case::{CONNECT, Case, Depth, Pace, RECEIVERS};
use crate::context::Context;
use crate::octets::{error, greeting, header, ready, title};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType;
use crate::target::{Need, Options, Setting};
use crate::verdict::{Finding, Level, Outcome, Stop};

/// Reconnect at once: what is judged is whether, not when.
const SOON: Options = &[("reconnect_ivl", Setting::Number(1))];
/// A PLAIN client that reconnects at once.
const PLAIN_CLIENT_SOON: Options = &[
    ("plain_username", Setting::Text("admin")),
    ("plain_password", Setting::Text("wrong")),
    ("reconnect_ivl", Setting::Number(1)),
];
/// Less than this between two connections, on average, is no delay.
const NO_DELAY: Duration = Duration::from_millis(1);
/// One of each kind of traffic, where each instance makes many connections.
const FEW: &[SocketType] = &[SocketType::Pull, SocketType::Dealer, SocketType::Sub];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/errors/how-failures-are-told",
        clauses: &["37-ERRH-001"],
        level: Level::Observe,
        promise: "A refusal during the handshake is an ERROR and a close, or a close alone.",
        effect: "the other side knows why it was refused, or has to guess",
        run: |cx| Box::pin(how_failures_are_told(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/error-is-fatal",
        clauses: &["37-ERRH-002"],
        promise: "An ERROR received in the handshake, whatever its reason, ends the connection.",
        effect: "refused connections stay open for ever and use up the service",
        run: |cx| Box::pin(error_is_fatal(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/no-return-after-error",
        clauses: &["37-ERRH-003"],
        promise: "A connecting peer does not come back with what an ERROR has refused.",
        effect: "refused clients keep a server busy",
        reading: "NULL has no credentials that could be refused or changed: a return is lenient.",
        types: FEW,
        roles: CONNECT,
        options: SOON,
        pace: Pace::Quiet,
        run: |cx| Box::pin(no_return_after_error(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/no-return-after-plain-error",
        clauses: &["37-ERRH-002", "37-ERRH-003"],
        promise: "A PLAIN client whose password an ERROR has refused leaves, and stays away.",
        effect: "clients with a wrong password keep a server busy for ever",
        types: FEW,
        roles: CONNECT,
        options: PLAIN_CLIENT_SOON,
        pace: Pace::Quiet,
        run: |cx| Box::pin(no_return_after_plain_error(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/no-error-in-traffic",
        clauses: &["37-ERRH-004"],
        level: Level::Should,
        promise: "A failure after the handshake is told by closing, not by ERROR.",
        effect: "a temporary failure is taken for a refusal, and the peer never comes back",
        run: |cx| Box::pin(no_error_in_traffic(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/close-is-temporary",
        clauses: &["37-ERRH-005"],
        promise: "After closes without ERROR a connecting peer carries new messages by itself.",
        effect: "clients go silent when a server restarts",
        seen_in: &["zeromq/zmq.rs#143", "go-zeromq/zmq4#124"],
        types: RECEIVERS,
        roles: CONNECT,
        needs: &[Need::Recv],
        options: SOON,
        run: |cx| Box::pin(close_is_temporary(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/returns-after-close",
        clauses: &["37-ERRH-005", "37-ERRH-006"],
        level: Level::Should,
        promise: "A connecting peer comes back after a close at any point of the dialogue.",
        effect: "clients go silent when a server restarts",
        seen_in: &["zeromq/zmq.rs#143", "zeromq/jeromq#468"],
        roles: CONNECT,
        options: SOON,
        run: |cx| Box::pin(returns_after_close(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/returns-after-violation",
        clauses: &["37-ERRH-006"],
        level: Level::Should,
        promise: "A connecting peer comes back after it has closed on octets outside the grammar.",
        effect: "one broken answer silences a client for ever",
        reading: "The close was not announced by ERROR, whoever made it, so it is temporary; a \
                  peer that gives up on a counterpart that broke the protocol is lenient.",
        types: FEW,
        roles: CONNECT,
        options: SOON,
        pace: Pace::Quiet,
        run: |cx| Box::pin(returns_after_violation(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/errors/waits-before-return",
        clauses: &["37-ERRH-007"],
        level: Level::Should,
        promise: "A connecting peer waits a little before it comes back.",
        effect: "a server that is down is flooded with connections when it returns",
        types: &[SocketType::Pull],
        roles: CONNECT,
        options: &[("reconnect_ivl", Setting::Number(50))],
        depth: Depth::Full,
        pace: Pace::Quiet,
        run: |cx| Box::pin(waits_before_return(cx)),
        ..Case::BASE
    },
];

fn usual_ready(cx: &Context) -> Vec<u8> {
    ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

async fn how_failures_are_told(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    peer.write(ready(&[("Socket-Type", b"NO-SUCH-TYPE")])).await?;
    let after = peer.fate().await?;
    cx.info(match (after.fate, after.has("ERROR")) {
        (Fate::Closed, true) => "a wrong socket type is told by ERROR and a close",
        (Fate::Closed, false) => "a wrong socket type is told by a close alone",
        (_, true) => "a wrong socket type is told by ERROR; the connection stays open",
        (_, false) => "a wrong socket type is not told: the connection stays open",
    });
    Ok(())
}

async fn error_is_fatal(cx: &mut Context) -> Outcome {
    let longest = "x".repeat(255);
    for reason in ["", "4", "400", longest.as_str()] {
        let mut peer = cx.greeted().await?;
        peer.write(error(reason)).await?;
        let got = match peer.fate().await?.fate {
            Fate::Closed => continue,
            Fate::Serving => "a PING behind it is answered",
            Fate::Silent => "the connection stays open",
        };
        let expected = format!("ERROR with {} octets of reason ends it", reason.len());
        return Err(peer.fail("error-survived", expected, got));
    }
    Ok(())
}

async fn no_return_after_error(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    peer.expect_command("READY").await?;
    peer.write(error("refused")).await?;
    if peer.fate().await?.fate != Fate::Closed {
        return Err(peer.fail("error-survived", "ERROR ends the connection", "it stays open"));
    }
    let socket = cx.socket().await?;
    if cx.comes_back(&socket).await?.is_some() {
        cx.lenient("returns-after-error", "no new connection", "a new connection");
    }
    Ok(())
}

async fn no_return_after_plain_error(cx: &mut Context) -> Outcome {
    let mut peer = plain_hello(cx).await?;
    peer.write(error("400")).await?;
    if peer.fate().await?.fate != Fate::Closed {
        return Err(peer.fail("error-survived", "ERROR ends the connection", "it stays open"));
    }
    let socket = cx.socket().await?;
    if cx.comes_back(&socket).await?.is_some() {
        let got = "a new connection";
        return Err(peer.fail("returns-after-error", "no new connection", got));
    }
    Ok(())
}

async fn no_error_in_traffic(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write(header(0x02, 1 << 63)).await?;
    let after = peer.fate().await?;
    if let Some(error) = after.seen.iter().find(|frame| frame.is("ERROR")) {
        return Err(peer.fail("error-in-traffic", "a close without ERROR", title(error)));
    }
    if after.fate != Fate::Closed {
        cx.info("a frame of 2^63 octets does not end the connection");
    }
    Ok(())
}

async fn close_is_temporary(cx: &mut Context) -> Outcome {
    let socket = cx.socket().await?;
    drop(cx.link_to(&socket).await?);
    let mut second = cx.link_to(&socket).await?;
    greet(cx, &mut second).await?;
    cx.sentinel(&mut second).await?;
    second.close().await?;
    let mut third = cx.link_to(&socket).await?;
    greet(cx, &mut third).await?;
    cx.sentinel(&mut third).await
}

/// The whole opening on a link of one socket.
async fn greet(cx: &mut Context, peer: &mut Link) -> Outcome {
    peer.write(greeting().build()).await?;
    peer.greeting().await?;
    cx.handshake(peer, &usual_ready(cx)).await
}

async fn returns_after_close(cx: &mut Context) -> Outcome {
    let opening = [&greeting().build()[..], &usual_ready(cx)].concat();
    let socket = cx.socket().await?;
    for cut in [0, 1, 9, 10, 11, 12, 63, 64, 65, 75, opening.len()] {
        let mut peer = cx.link_to(&socket).await?;
        peer.write(opening.get(..cut).unwrap_or_default()).await?;
        peer.close().await?;
    }
    let mut peer = cx.link_to(&socket).await?;
    greet(cx, &mut peer).await
}

async fn returns_after_violation(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    peer.write(header(0x02, 1 << 63)).await?;
    if peer.fate().await?.fate != Fate::Closed {
        return Err(Stop::NotApplicable("a SUT that closes on a size of 2^63".to_owned()));
    }
    drop(peer);
    let socket = cx.socket().await?;
    if cx.comes_back(&socket).await?.is_none() {
        cx.lenient("gives-up-after-violation", "a new connection", "none in a quiet window");
    }
    Ok(())
}

async fn waits_before_return(cx: &mut Context) -> Outcome {
    const TIMES: u32 = 4;
    let socket = cx.socket().await?;
    drop(cx.link_to(&socket).await?);
    let began = Instant::now();
    for _ in 0..TIMES {
        drop(cx.link_to(&socket).await?);
    }
    if began.elapsed() < NO_DELAY * TIMES {
        let expected = "a delay before each new connection";
        return Err(Stop::Fail(Finding::new("no-delay", expected, "none, four times in a row")));
    }
    Ok(())
}
