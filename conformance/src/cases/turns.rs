//! What is demanded of a socket that gives each message to one peer that has room, in turn, and of
//! the queue it keeps for each: PUSH, DEALER, and PAIR with its only peer.
//! Absent: exact sizes of queues, since the system has buffers of its own.

use std::collections::VecDeque;

use super::many::{
    Parts, TOO_MANY, again, attached, attached_all, borrowed, dialled, first_of, is_mark, large,
    next, number_of, numbered, send_while_reading, shake,
};
use super::publishing::collect;
use crate::context::{AT_ONCE, Context};
use crate::octets::Frame;
use crate::probe::{Fate, Link};
use crate::socket_type::SocketType;
use crate::target::{Options, Setting};
use crate::verdict::{Finding, Outcome, Stop};

/// Messages until the SUT must have noticed that a peer has gone.
pub(super) const ROUNDS: usize = 1000;

/// A short queue toward each peer.
pub(super) const SHORT_OUT: Options = &[("sndhwm", Setting::Number(10))];

/// Nine messages for three peers.
pub(super) async fn rotation(cx: &mut Context) -> Outcome {
    let mut peers = attached_all(cx, 3).await?;
    rotates(cx, &mut peers, 0).await
}

/// Three messages for each peer, numbered from `base`: each peer gets its share, in one rotation.
pub(super) async fn rotates(cx: &mut Context, peers: &mut [Link], base: usize) -> Outcome {
    let all = 3 * peers.len();
    let messages: Vec<Parts> = (base..base + all).map(|number| numbered(number, 9)).collect();
    cx.send_all(&messages).await?;
    let mut got: Vec<Vec<usize>> = vec![Vec::new(); peers.len()];
    for _ in 0..all {
        let (at, parts) = first_of(peers).await?;
        let number = number_of(&parts, 9).ok_or_else(|| other("another message"))?;
        got.get_mut(at).into_iter().for_each(|numbers| numbers.push(number));
    }
    let fair = |numbers: &Vec<usize>| {
        numbers.windows(2).all(|pair| matches!(pair, [a, b] if a + got.len() == *b))
    };
    if got.iter().all(|numbers| numbers.len() == 3 && fair(numbers)) {
        return Ok(());
    }
    let expected = "three messages to each peer, in a fixed rotation";
    Err(Stop::Fail(Finding::new("no-rotation", expected, format!("{got:?}"))))
}

fn other(got: &str) -> Stop {
    Stop::Fail(Finding::new("other-message", "messages as they were sent", got))
}

/// Of two peers one does not read.
pub(super) async fn stalled_peer(cx: &mut Context) -> Outcome {
    let large = large(cx);
    let mut stalled = attached(cx).await?;
    let mut reading = attached(cx).await?;
    let (mut got, mut sent) = (Vec::<usize>::new(), 0);
    // Twenty in a row to the one that reads: the other one is full.
    while !in_a_row(&got, 20) {
        if sent == 100 {
            let expected = "20 messages in a row go to the peer that reads";
            let shown = format!("of 100 it gets {got:?}");
            return Err(reading.fail("still-in-turn", expected, shown));
        }
        let parts = numbered(sent, large);
        let arrived = send_while_reading(cx, &borrowed(&parts), &mut reading).await?;
        for parts in arrived {
            got.push(number_of(&parts, large).ok_or_else(|| other("torn, or another one"))?);
        }
        sent += 1;
    }
    // Nothing of what the stalled one got is lost or doubled.
    let first = next(&mut stalled).await?;
    match number_of(&first, large).filter(|number| !got.contains(number)) {
        Some(_) => Ok(()),
        None => Err(stalled.fail("other-message", "a message of its own", "another one")),
    }
}

fn in_a_row(numbers: &[usize], count: usize) -> bool {
    let rows = numbers.windows(count);
    rows.last().is_some_and(|row| row.is_sorted_by(|a, b| a + 1 == *b))
}

/// A peer leaves in the middle of a message.
pub(super) async fn torn_by_leaving(cx: &mut Context) -> Outcome {
    let mut peers = attached_all(cx, 2).await?;
    let half = cx.buffers() / 2;
    let parts = [vec![b'1'; half], vec![b'2'; half], b"end".to_vec()];
    cx.send(&borrowed(&parts)).await?;
    // Whoever gets it has the header of its first frame, and goes.
    let leaver = first_header(&mut peers).await?;
    let mut stays = peers.remove(1 - leaver);
    drop(peers);
    let (mut whole, mut rounds) = (0, 0);
    while whole < 3 {
        rounds += 1;
        if rounds > ROUNDS {
            let got = "it gets none";
            return Err(stays.fail("not-sent", "messages go to the peer that stays", got));
        }
        cx.send(&[b"whole", b"message"]).await?;
        let after = stays.fate().await?;
        if after.fate == Fate::Closed {
            return Err(stays.fail("closed", "messages", "the connection was closed"));
        }
        for parts in messages(&after.seen).filter(|parts| !is_mark(parts)) {
            if parts != [&b"whole"[..], b"message"] {
                let expected = "whole and message, in one message";
                let got = format!("a message of {} parts", parts.len());
                return Err(stays.fail("torn", expected, got));
            }
            whole += 1;
        }
    }
    Ok(())
}

/// Which peer gets the first frame of a message of large ones.
async fn first_header(peers: &mut [Link]) -> Result<usize, Stop> {
    let [first, second] = peers else { return Err(other("two peers")) };
    let what = "the header of a long frame";
    // A mark that is still on its way is a frame of three octets.
    loop {
        let (at, octets) = tokio::select! {
            biased;
            octets = first.octets(3, what) => (0, octets?),
            octets = second.octets(3, what) => (1, octets?),
        };
        if octets.is_none_or(|octets| octets != [0, 1, b'~']) {
            return Ok(at);
        }
    }
}

/// The whole messages among frames.
fn messages(frames: &[Frame]) -> impl Iterator<Item = Parts> {
    let frames: Vec<&Frame> = frames.iter().filter(|frame| !frame.is_command()).collect();
    let whole: Vec<Parts> = frames
        .split_inclusive(|frame| !frame.has_more())
        .map(|frames| frames.iter().map(|frame| frame.body.clone()).collect())
        .collect();
    whole.into_iter()
}

/// Messages as fast as there is room, to a peer that reads in bursts.
pub(super) async fn nothing_lost(cx: &mut Context) -> Outcome {
    const COUNT: usize = 500;
    let size = large(cx) / 16;
    let mut peer = attached(cx).await?;
    let (mut numbers, mut taken, mut due) = (0.., 0, VecDeque::new());
    while taken < COUNT || !due.is_empty() {
        let mut full = taken >= COUNT;
        if !full {
            let burst: Vec<usize> = numbers.by_ref().take(AT_ONCE).collect();
            let messages: Vec<Parts> = burst.iter().map(|&number| numbered(number, size)).collect();
            let answers = cx.try_send_all(&messages).await?;
            full = answers.iter().any(Result::is_err);
            for (number, _) in burst.into_iter().zip(answers).filter(|(_, sent)| sent.is_ok()) {
                due.push_back(number);
                taken += 1;
            }
        }
        if !full {
            continue;
        }
        if let (true, Some(number)) = (due.is_empty(), numbers.next()) {
            // Nothing waits, so there is room as soon as the SUT notices.
            cx.send(&borrowed(&numbered(number, size))).await?;
            due.push_back(number);
            taken += 1;
        }
        // Full, or over: some of what was taken, and nothing that was refused.
        for number in due.drain(..due.len().min(20)) {
            let got = number_of(&next(&mut peer).await?, size);
            if got != Some(number) {
                let expected = format!("message {number} is the next one");
                return Err(peer.fail("lost", expected, format!("message {got:?}")));
            }
        }
    }
    Ok(())
}

/// What was queued for a peer that has gone is not sent to the next one.
pub(super) async fn dies_with_its_peer(cx: &mut Context) -> Outcome {
    let large = large(cx);
    let gone = attached(cx).await?;
    let flood: Vec<Parts> = (0..TOO_MANY).map(|number| numbered(number, large)).collect();
    cx.try_send_all(&flood).await?;
    // Unread octets make this a reset: nothing of it arrives any more.
    drop(gone);
    let mut peer = attached(cx).await?;
    let numbers = backlog(cx, &mut peer, large).await?;
    if numbers.is_empty() {
        return Ok(());
    }
    let got = format!("{} messages of the queue of a peer that has gone", numbers.len());
    Err(peer.fail("left-to-another", "a queue goes with its peer", got))
}

/// What a peer gets up to a new mark, which proves it complete, as numbers of messages.
pub(super) async fn backlog(
    cx: &mut Context,
    peer: &mut Link,
    size: usize,
) -> Result<Vec<usize>, Stop> {
    let mark = [b"~", &cx.entropy.nonce()[..]].concat();
    let arrived = collect(cx, peer, &mark).await?;
    let messages = arrived.iter().filter(|parts| !is_mark(parts));
    messages.map(|parts| number_of(parts, size).ok_or_else(|| torn(peer, parts))).collect()
}

pub(super) fn torn(peer: &Link, parts: &[Vec<u8>]) -> Stop {
    let sizes: Vec<_> = parts.iter().map(Vec::len).collect();
    let got = format!("parts of {sizes:?} octets, or other octets");
    peer.fail("torn", "messages as they were sent, whole", got)
}

/// What is sent before the peer has said a word waits for it.
pub(super) async fn waits_for_its_peer(cx: &mut Context) -> Outcome {
    for number in 0..3 {
        cx.send(&borrowed(&numbered(number, 0))).await?;
    }
    let mut peer = again(cx).await?;
    expect_numbers(&mut peer, 0..3).await?;
    if cx.kind == SocketType::Xsub {
        return Ok(()); // Of an XSUB only the first connection is promised this.
    }
    // Down again: the next connection is there, so the end of the last one has been noticed.
    peer.close().await?;
    let mut peer = dialled(cx).await?;
    for number in 3..6 {
        cx.send(&borrowed(&numbered(number, 0))).await?;
    }
    shake(cx, &mut peer).await?;
    expect_numbers(&mut peer, 3..6).await
}

async fn expect_numbers(peer: &mut Link, numbers: std::ops::Range<usize>) -> Outcome {
    peer.release().await?;
    for number in numbers {
        let got = next(peer).await?;
        if number_of(&got, 0) != Some(number) {
            let expected = format!("message {number}, which waited for this connection");
            return Err(peer.fail("not-kept", expected, "another message"));
        }
    }
    Ok(())
}
