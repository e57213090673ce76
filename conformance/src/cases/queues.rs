//! What is demanded of the queue that a socket keeps for each peer, on any pattern: that one peer
//! does not hold up another, that a full queue does what its pattern says, that a queue outlives a
//! connection the socket made and dies with one it accepted, that messages are whole.
//! Absent: exact sizes of queues, since the system has buffers of its own.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures_util::future::join;
use tokio::time::Instant;

use super::many::{
    Parts, TOO_MANY, again, ask_for_all, attached, borrowed, dialled, large, listening, next,
    number_of, numbered, shake,
};
use super::publishing::{Form, collect, settle};
use super::turns::{backlog, torn};
use crate::context::Context;
use crate::octets::{MORE, frame, message};
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType::Pull;
use crate::target::{Options, Setting};
use crate::verdict::{Finding, Outcome, Stop};

/// A short queue from each peer.
pub(super) const SHORT_IN: Options = &[("rcvhwm", Setting::Number(2))];

/// Numbers must rise; says whether one is missing.
fn rising(peer: &Link, numbers: &[usize]) -> Result<bool, Stop> {
    if numbers.is_sorted_by(|a, b| a < b) {
        return Ok(numbers.len() < TOO_MANY);
    }
    Err(peer.fail("out-of-order", "messages in order, each once", format!("{numbers:?}")))
}

/// Of two peers that get every message one stops to read. The application never waits, the other
/// peer gets everything, and the stalled one gets whole messages in order, less those that did
/// not fit.
pub(super) async fn stalled_peer(cx: &mut Context) -> Outcome {
    let large = large(cx);
    let mut stalled = attached(cx).await?;
    let mut reading = attached(cx).await?;
    for number in 0..TOO_MANY {
        let parts = numbered(number, large);
        cx.send(&borrowed(&parts)).await?;
        let got = next(&mut reading).await?;
        if got != parts {
            return Err(torn(&reading, &got));
        }
    }
    let numbers = backlog(cx, &mut stalled, large).await?;
    if !rising(&stalled, &numbers)? {
        let got = format!("{TOO_MANY} large messages wait for a peer that does not read");
        cx.lenient("no-limit", "messages are dropped past the limit of the queue", got);
    }
    Ok(())
}

/// A publisher that connects never waits, whether its peer is there or not, and serves it each
/// time it comes.
pub(super) async fn publishes_to_whom_it_dialled(cx: &mut Context) -> Outcome {
    cx.send(&[b"A0"]).await?;
    let mut peer = again(cx).await?;
    peer.write(Form::of(cx).subscribe(b"A")).await?;
    settle(cx, &mut peer, b"A1").await?;
    peer.close().await?;
    let mut peer = dialled(cx).await?;
    cx.send(&[b"A2"]).await?;
    shake(cx, &mut peer).await?;
    peer.write(Form::of(cx).subscribe(b"A")).await?;
    let arrived = collect(cx, &mut peer, b"A3").await?;
    if arrived.iter().any(|parts| parts == &[b"A2"]) {
        cx.info("what is published while the connection is down is kept");
    }
    Ok(())
}

/// Messages that came before a connection broke are delivered, and before those of the next one.
pub(super) async fn outlives_its_connection(cx: &mut Context) -> Outcome {
    ask_for_all(cx).await?;
    let mut peer = listening(cx).await?;
    // In some rounds, since the application may get ahead of the end by luck.
    for round in 0..5 {
        let first = 4 * round;
        let three = (first..first + 3).flat_map(|number| message(&numbered(number, 9)));
        peer.write(three.collect::<Vec<u8>>()).await?;
        peer.fate().await?;
        peer.close().await?;
        peer = listening(cx).await?;
        peer.write(message(&numbered(first + 3, 9))).await?;
        peer.release().await?;
        for number in first..first + 4 {
            cx.expect_delivery(&numbered(number, 9)).await?;
        }
    }
    Ok(())
}

/// Half a message is forgotten with its connection; the next one starts with a clean slate.
pub(super) async fn torn_message(cx: &mut Context) -> Outcome {
    ask_for_all(cx).await?;
    let mut peer = listening(cx).await?;
    peer.write([message(&[b"whole"]), frame(MORE, b"torn")].concat()).await?;
    peer.fate().await?;
    peer.close().await?;
    let mut peer = listening(cx).await?;
    let nonce = cx.entropy.nonce();
    peer.write(message(&[&nonce])).await?;
    peer.release().await?;
    let mut got = cx.recv_body().await?;
    if got == [b"whole"] {
        got = cx.recv_body().await?;
    } else {
        cx.info("whole messages of a peer that has gone are not delivered");
    }
    if got == [nonce] {
        return Ok(());
    }
    let expected = "the first message of the new connection, whole and alone";
    Err(peer.fail("torn-delivered", expected, format!("a message of {} parts", got.len())))
}

/// A peer that sends a lot does not keep the only message of another one waiting; in some rounds,
/// since luck may put one message ahead of many.
pub(super) async fn fair(cx: &mut Context) -> Outcome {
    ask_for_all(cx).await?;
    let mut busy = listening(cx).await?;
    let mut rare = listening(cx).await?;
    for _ in 0..3 {
        let nonce = cx.entropy.nonce();
        busy.write(message(&[b"busy"]).repeat(100)).await?;
        read_by_now(&mut busy).await?;
        rare.write(message(&[&nonce])).await?;
        read_by_now(&mut rare).await?;
        let mut at = None;
        cx.expect_many(101);
        for turn in 0..=100 {
            if cx.recv_body().await? == [nonce] {
                at = Some(turn);
            }
        }
        if at.is_none_or(|at| at > 50) {
            let expected = "the message of the other peer is among the first 50";
            let got = "100 messages of the busy one, before or without it";
            return Err(busy.fail("starved", expected, got));
        }
    }
    Ok(())
}

/// What was written has been read: a PONG says so, or a window does.
async fn read_by_now(peer: &mut Link) -> Outcome {
    match peer.fate().await?.fate {
        Fate::Closed => Err(peer.fail("closed", "the connection goes on", "it was closed")),
        Fate::Serving | Fate::Silent => Ok(()),
    }
}

/// How long the application waits before it is looked whether everything is over; not a limit.
const STEP: Duration = Duration::from_millis(3);
/// More than fits, from a peer whose messages the application does not read for a while.
pub(super) async fn flooded(cx: &mut Context) -> Outcome {
    ask_for_all(cx).await?;
    let mut busy = listening(cx).await?;
    let mut rare = listening(cx).await?;
    let large = large(cx);
    let (mut count, mut taken) = (0, true);
    let mut rest = Vec::new();
    while taken && count < TOO_MANY {
        let octets = message(&numbered(count, large));
        count += 1;
        rest = octets.get(busy.offer(&octets).await..).unwrap_or_default().to_vec();
        taken = rest.is_empty();
    }
    let nonce = cx.entropy.nonce();
    rare.write(message(&[&nonce])).await?;
    rare.release().await?;
    let (got, written) = (RefCell::new(Vec::new()), Cell::new(false));
    let writing = async {
        let wrote = busy.write(rest).await;
        written.set(true);
        wrote
    };
    let other = [nonce.to_vec()];
    let (wrote, read) = join(writing, read_until(cx, &got, &other, &written)).await;
    wrote?;
    read?;
    let mut got = got.into_inner();
    got.extend(read_to_the_end(cx, &mut busy).await?);
    let numbers = got.iter().filter(|parts| **parts != other);
    let numbers = numbers.map(|parts| number_of(parts, large).ok_or_else(|| torn(&busy, parts)));
    let numbers: Vec<usize> = numbers.collect::<Result<_, _>>()?;
    if !numbers.is_sorted_by(|a, b| a < b) {
        return Err(busy.fail("out-of-order", "messages in order, each once", "others"));
    }
    judge_flood(cx, !taken, count - numbers.len())
}

/// Reads for the application until a message has come, everything is written and nothing follows.
async fn read_until(
    cx: &mut Context,
    got: &RefCell<Vec<Parts>>,
    wanted: &[Vec<u8>],
    written: &Cell<bool>,
) -> Outcome {
    let (began, mut came) = (Instant::now(), false);
    while began.elapsed() < cx.bench().deadline {
        match cx.recv_within(STEP).await? {
            Some(parts) => {
                came |= parts == wanted;
                got.borrow_mut().push(parts);
            }
            None if came && written.get() => return Ok(()),
            None => {}
        }
    }
    let expected = "the message of the peer that does not flood is delivered";
    Err(Stop::Hang(Finding::new("held-up", expected, "it is not")))
}

/// Sends a last message in rounds until it is delivered; what was delivered before it.
async fn read_to_the_end(cx: &mut Context, peer: &mut Link) -> Result<Vec<Parts>, Stop> {
    let last = [cx.entropy.nonce().to_vec()];
    let (began, mut got) = (Instant::now(), Vec::new());
    while began.elapsed() < cx.bench().deadline {
        peer.write(message(&last)).await?;
        peer.release().await?;
        while let Some(parts) = cx.recv_within(STEP).await? {
            if parts == last {
                return Ok(got);
            }
            got.push(parts);
        }
    }
    let expected = "messages are delivered again once the application reads";
    Err(Stop::Hang(Finding::new("deaf-ever-after", expected, "none is")))
}

fn judge_flood(cx: &mut Context, throttled: bool, lost: usize) -> Outcome {
    let pull = cx.kind == Pull;
    match (throttled, lost) {
        (_, 1..) if pull => {
            let got = format!("{lost} are not");
            return Err(Stop::Fail(Finding::new("lost", "every message is delivered", got)));
        }
        (false, 0) => {
            let got = format!("{TOO_MANY} large messages are taken that nobody has received");
            cx.lenient("no-limit", "a queue has a limit", got);
        }
        (true, 0) if !pull => {
            let expected = "messages past the limit of the queue are dropped";
            cx.lenient("throttled", expected, "the connection is not read for a while");
        }
        _ => {}
    }
    Ok(())
}

/// Nobody is there: the application does not wait, and who comes later is served.
pub(super) async fn speaks_to_nobody(cx: &mut Context) -> Outcome {
    for number in 0..20 {
        cx.send(&borrowed(&numbered(number, 9))).await?;
    }
    attached(cx).await.map(drop)
}
