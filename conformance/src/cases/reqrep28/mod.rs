//! RFC 28, request-reply: REQ and REP in lock-step, DEALER and ROUTER at will. And what the
//! sections of this RFC and of RFC 31 ask of their peers.

mod dealer;
mod rep;
mod req;
mod router;

use std::time::Duration;

use super::many::{Parts, TOO_MANY, attached, first_of, is_mark, large, next, numbered};
use crate::adapter::ErrorKind;
use crate::case::Case;
use crate::context::Context;
use crate::octets::{hex, message};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::{Rep, Req};
use crate::verdict::{Finding, Outcome, Stop};

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[req::CASES, rep::CASES, dealer::CASES, router::ALL];

/// Try once: what would have to wait is refused.
pub(super) const NOW: Duration = Duration::ZERO;
/// How long the application waits for what need not come; not a limit.
pub(super) const STEP: Duration = Duration::from_millis(3);

/// How a call that may not succeed is refused: it would have to wait, it is out of turn, or the
/// implementation has an error of its own for it.
pub(super) const NOT_NOW: &[ErrorKind] = &[ErrorKind::Again, ErrorKind::State, ErrorKind::Refused];

/// The next message of the SUT, marks aside, is this one.
pub(super) async fn arrives<P: AsRef<[u8]>>(peer: &mut Link, wanted: &[P]) -> Outcome {
    let got = next(peer).await?;
    let same = got.iter().map(Vec::as_slice).eq(wanted.iter().map(P::as_ref));
    if same {
        return Ok(());
    }
    let wanted: Vec<Vec<u8>> = wanted.iter().map(|part| part.as_ref().to_vec()).collect();
    Err(peer.fail("other-message", shown(&wanted), shown(&got)))
}

/// Frames of a message, as evidence.
fn shown(parts: &[Vec<u8>]) -> String {
    let shown = parts.iter().map(|part| match part.len() {
        0..=32 => format!("[{}]", hex(part)),
        len => format!("[{len} octets]"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// Writes a message, all of it now.
pub(super) async fn say<P: AsRef<[u8]>>(peer: &mut Link, parts: &[P]) -> Outcome {
    peer.write(message(parts)).await?;
    peer.release().await
}

/// Writes a message, and waits until it was read or the connection closed.
pub(super) async fn say_and_settle<P: AsRef<[u8]>>(
    peer: &mut Link,
    parts: &[P],
) -> Result<Fate, Stop> {
    say(peer, parts).await?;
    let after = peer.fate().await?;
    match after.seen.iter().find(|frame| !frame.is_command()) {
        Some(_) => Err(peer.fail("unasked-message", "no message of the SUT", "a message")),
        None => Ok(after.fate),
    }
}

/// Nothing but marks is on its way to this peer, as far as a round trip tells.
pub(super) async fn stays_silent(peer: &mut Link) -> Outcome {
    let after = peer.fate().await?;
    let message = |frame: &&crate::octets::Frame| {
        !frame.is_command() && !is_mark(std::slice::from_ref(&frame.body))
    };
    match after.seen.iter().find(message) {
        Some(frame) => {
            let got = format!("a frame {}", shown(std::slice::from_ref(&frame.body)));
            Err(peer.fail("unwanted-message", "no message for this peer", got))
        }
        None => Ok(()),
    }
}

/// A call that came to nothing because it waited has hung; any other answer is one.
fn returned<T>(what: &str, answer: &Result<T, ErrorKind>) -> Outcome {
    match answer {
        Err(ErrorKind::Again) => {
            let expected = format!("{what} returns");
            Err(Stop::Hang(Finding::new("blocks", expected, "it waits past the deadline")))
        }
        _ => Ok(()),
    }
}

/// A send is refused as long as there is no peer, and then what was refused is not sent.
pub(super) async fn needs_a_peer(cx: &mut Context) -> Outcome {
    let refused = cx.try_send(&[b"for nobody"], NOW).await?;
    cx.expect_refusal("a send without any peer", &refused, NOT_NOW)?;
    let mut peer = cx.ready().await?;
    peer.release().await?;
    cx.send(&[b"for you"]).await?;
    match cx.kind {
        Req => arrives(&mut peer, &[&b""[..], b"for you"]).await?,
        _ => arrives(&mut peer, &[b"for you"]).await?,
    }
    stays_silent(&mut peer).await
}

/// What a peer says so that the application sees `body`.
fn addressed(cx: &Context, body: &[u8]) -> Parts {
    match cx.kind {
        Rep => vec![Vec::new(), body.to_vec()],
        _ => vec![body.to_vec()],
    }
}

/// One peer sends `busy` messages, then another one a single message, while the application
/// receives nothing: the single one is among the first `soon`, and none is lost.
pub(super) async fn fair(cx: &mut Context, busy: usize, soon: usize) -> Outcome {
    let mut loud = cx.ready().await?;
    let mut rare = cx.ready().await?;
    let (noise, single) = (addressed(cx, b"busy"), addressed(cx, b"single"));
    loud.write(message(&noise).repeat(busy)).await?;
    loud.fate().await?;
    say(&mut rare, &single).await?;
    rare.fate().await?;
    let mut place = None;
    if cx.kind != Rep {
        cx.expect_many(busy + 1);
    }
    for number in 0..=busy {
        let got = cx.recv_body().await?;
        if got == [b"single"] {
            place = Some(number);
        } else if got != [b"busy"] {
            return Err(loud.fail("other-delivery", "one of the messages sent", shown(&got)));
        }
        if cx.kind == Rep {
            cx.send(&[b"reply"]).await?;
        }
    }
    if place.is_some_and(|place| place < soon) {
        return Ok(());
    }
    let expected = format!("the message of the other peer is among the first {soon}");
    let got =
        place.map_or_else(|| "it is lost".to_owned(), |place| format!("it is number {place}"));
    Err(loud.fail("starved", expected, got))
}

/// One peer that does not read, until a send is refused: what was taken arrives, in order, and
/// what was refused does not.
pub(super) async fn full_queue(cx: &mut Context) -> Outcome {
    let size = large(cx);
    let mut peer = attached(cx).await?;
    let mut taken = 0;
    while taken < TOO_MANY && cx.try_send(&numbered(taken, size), NOW).await?.is_ok() {
        taken += 1;
    }
    for number in 0..taken {
        arrives(&mut peer, &numbered(number, size)).await?;
    }
    cx.send(&[b"room again"]).await?;
    arrives(&mut peer, &[b"room again"]).await?;
    if taken == TOO_MANY {
        let got = format!("{TOO_MANY} large messages wait for a peer that does not read");
        cx.lenient("no-limit", "a queue has a limit", got);
    }
    Ok(())
}
