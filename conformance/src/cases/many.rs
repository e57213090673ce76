//! Several peers of one socket, and peers that come and go: what the sections on patterns share.
//! A message that starts with `~` is a mark of the dialogue, never a thing to judge.
//! Absent: what is demanded of queues, in `queues`; subscriptions, in `publishing`.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select, select_all, try_join};

use super::publishing::{Form, settle};
use crate::adapter::ErrorKind;
use crate::context::Context;
use crate::entropy::Entropy;
use crate::octets::{message, title};
use crate::probe::Link;
use crate::socket_type::SocketType::{Pub, Sub, Xpub, Xsub};
use crate::target::Role;
use crate::verdict::{Outcome, Stop};

/// A message as its parts.
pub(super) type Parts = Vec<Vec<u8>>;

/// How a call is refused that a socket type does not have; by waiting for ever it is not.
pub(super) const NEVER: &[ErrorKind] = &[ErrorKind::State, ErrorKind::Refused];

/// A message that proves that a peer is served.
const MARK: &[u8] = b"~";

/// Another connection to the socket of this case, its handshake done: a new one to a SUT that
/// binds, the one it comes back with if it connects.
pub(super) async fn again(cx: &mut Context) -> Result<Link, Stop> {
    if cx.role == Role::Bind {
        return cx.ready().await;
    }
    let mut peer = dialled(cx).await?;
    shake(cx, &mut peer).await?;
    Ok(peer)
}

/// The next connection of a SUT that connects; nothing is said on it yet.
pub(super) async fn dialled(cx: &mut Context) -> Result<Link, Stop> {
    let socket = cx.socket().await?;
    cx.link_to(&socket).await
}

/// Greeting and NULL handshake as the usual counterpart.
pub(super) async fn shake(cx: &mut Context, peer: &mut Link) -> Outcome {
    cx.meet_as_usual(peer).await
}

/// A peer that gets what the application sends, which a mark has proved: of a publisher it takes
/// everything.
pub(super) async fn attached(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = again(cx).await?;
    if matches!(cx.kind, Pub | Xpub) {
        peer.write(Form::of(cx).subscribe(b"")).await?;
    }
    peer.release().await?;
    settle(cx, &mut peer, MARK).await?;
    Ok(peer)
}

/// So many peers that get what the application sends.
pub(super) async fn attached_all(cx: &mut Context, count: usize) -> Result<Vec<Link>, Stop> {
    let mut peers = Vec::new();
    while peers.len() < count {
        peers.push(attached(cx).await?);
    }
    Ok(peers)
}

/// Makes an application that has to ask for messages ask for all; once a case, before the first
/// [`listening`].
pub(super) async fn ask_for_all(cx: &mut Context) -> Outcome {
    match cx.kind {
        Sub | Xsub => cx.subscribe(b"", true).await,
        _ => Ok(()),
    }
}

/// A peer whose messages the application will see. A subscription may come a while after the
/// handshake; only when it is here is the peer known to be heard.
pub(super) async fn listening(cx: &mut Context) -> Result<Link, Stop> {
    let mut peer = again(cx).await?;
    if matches!(cx.kind, Sub | Xsub) {
        peer.release().await?;
        peer.expect_subscription().await?;
    }
    Ok(peer)
}

/// The next message that is no mark.
pub(super) async fn next(peer: &mut Link) -> Result<Parts, Stop> {
    loop {
        let parts = peer.message().await?;
        if !is_mark(&parts) {
            return Ok(parts);
        }
    }
}

/// The first message that any of these peers gets and that is no mark, and whose it is.
pub(super) async fn first_of(peers: &mut [Link]) -> Result<(usize, Parts), Stop> {
    let waiting = peers.iter_mut().map(|peer| Box::pin(next(peer)));
    let (parts, at, _) = select_all(waiting).await;
    Ok((at, parts?))
}

/// Whether this is a mark of the dialogue.
pub(super) fn is_mark(parts: &[Vec<u8>]) -> bool {
    parts.first().is_some_and(|part| part.starts_with(MARK))
}

/// Makes the application send while a peer reads; what the peer got meanwhile, marks aside.
pub(super) async fn send_while_reading(
    cx: &mut Context,
    parts: &[&[u8]],
    peer: &mut Link,
) -> Result<Vec<Parts>, Stop> {
    let mut seen = Vec::new();
    let mut sending = pin!(cx.send(parts));
    loop {
        match select(sending.as_mut(), pin!(next(peer))).await {
            Either::Left((sent, _)) => {
                sent?;
                return Ok(seen);
            }
            Either::Right((parts, _)) => seen.push(parts?),
        }
    }
}

/// Messages with a [`large`] part that no buffers on the way hold.
pub(super) const TOO_MANY: usize = 64;

/// Octets of a part that fills the buffers on the way in half as many messages as [`TOO_MANY`].
pub(super) fn large(cx: &Context) -> usize {
    2 * cx.buffers() / TOO_MANY
}

/// A message that says its number, with a part of so many octets behind it.
pub(super) fn numbered(number: usize, size: usize) -> Parts {
    vec![format!("n{number}").into_bytes(), vec![b'.'; size]]
}

/// The number of a message that [`numbered`] made with this size; `None` for any other.
pub(super) fn number_of(parts: &[Vec<u8>], size: usize) -> Option<usize> {
    let [head, body] = parts else { return None };
    let intact = body.len() == size && body.iter().all(|&octet| octet == b'.');
    let digits = head.strip_prefix(b"n").filter(|_| intact)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Borrowed parts, as an application takes them.
pub(super) fn borrowed(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}

/// Messages of 1 to 5 parts of any octets and many sizes. No part begins with 00 or 01, which
/// subscribe and cancel where these can, nor with a mark.
pub(super) fn varied(entropy: &mut Entropy, count: usize) -> Vec<Parts> {
    let mut part = |at: usize| {
        let size = match entropy.below(8) {
            0 if at > 0 => 0,
            0..5 => 1 + entropy.below(40),
            5 | 6 => 250 + entropy.below(12),
            _ => 1 + entropy.below(3000),
        };
        let mut octets: Vec<u8> = (0..size).map(|_| entropy.bits().to_be_bytes()[0]).collect();
        if let Some(first) = octets.first_mut().filter(|first| matches!(first, 0 | 1 | b'~')) {
            *first = b'v';
        }
        octets
    };
    (0..count).map(|number| (0..=number % 5).map(&mut part).collect()).collect()
}

/// Messages that the application sends come out octet by octet as they were.
pub(super) async fn sent_unchanged(cx: &mut Context) -> Outcome {
    let mut peer = attached(cx).await?;
    let all = varied(&mut cx.entropy, 100);
    let reading = async {
        for parts in &all {
            if next(&mut peer).await? != *parts {
                let expected = format!("the {} frames that were sent, unchanged", parts.len());
                return Err(peer.fail("changed", expected, "other frames or octets"));
            }
        }
        Ok(())
    };
    try_join(cx.send_all(&all), reading).await?;
    Ok(())
}

/// Messages that a peer sends come out octet by octet as they were.
pub(super) async fn received_unchanged(cx: &mut Context) -> Outcome {
    ask_for_all(cx).await?;
    let mut peer = listening(cx).await?;
    // So few that the buffers on the way hold them, whoever reads or not.
    for some in varied(&mut cx.entropy, 100).chunks(10) {
        let octets: Vec<u8> = some.iter().flat_map(|parts| message(parts)).collect();
        peer.write(octets).await?;
        peer.release().await?;
        cx.expect_many(some.len());
        for parts in some {
            cx.expect_delivery(parts).await?;
        }
    }
    Ok(())
}

/// A socket type that only receives refuses to send, and nothing of it leaves.
pub(super) async fn never_sends(cx: &mut Context) -> Outcome {
    let mut peer = again(cx).await?;
    for parts in [&[&b"x"[..]][..], &[b"x", b"y"]] {
        let answer = cx.try_send(parts, Duration::ZERO).await?;
        cx.expect_refusal("to send", &answer, NEVER)?;
    }
    let after = peer.fate().await?;
    match after.seen.iter().find(|frame| !frame.is_command()) {
        None => Ok(()),
        Some(frame) => Err(peer.fail("sent", "nothing leaves", title(frame))),
    }
}
