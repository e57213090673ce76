//! Connections on which the tester is a 1.0 or a 2.0 peer, for the sections on older protocols.
//! No SUT has to serve them: where one closes, or shows that it does not detect old peers, the
//! case does not apply.
//! Absent: the subscriptions of 2.0, which are those of 3.0 and live in `publishing`.

use std::time::Duration;

use tokio::time::Instant;

use crate::context::Context;
use crate::octets::{Frame, frame_v1, hex, identity_v1, opening_v2};
use crate::probe::Link;
use crate::socket_type::SocketType;
use crate::verdict::{Finding, Outcome, Stop};

/// The largest 1.0 frame the tester reads, octets.
const FRAME_LIMIT: u64 = 1 << 20;

/// How long a delivery is waited for before the connection is looked at; not a limit.
const STEP: Duration = Duration::from_millis(5);

/// A 1.0 frame as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FrameV1 {
    /// The length as it was written: one octet, or FF and eight.
    pub(super) head: Vec<u8>,
    /// The flags octet.
    pub(super) flags: u8,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// What a SUT said of itself to a 2.0 peer (15-GREET-001).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpeningV2 {
    /// Octet 10.
    pub(super) revision: u8,
    /// Octet 11.
    pub(super) code: u8,
    /// The identity frame.
    pub(super) identity: Frame,
}

fn not_served(version: &str) -> Stop {
    Stop::NotApplicable(format!("a SUT that serves ZMTP {version}"))
}

/// The next octets; their absence fails.
pub(super) async fn octets(peer: &mut Link, count: usize, what: &str) -> Result<Vec<u8>, Stop> {
    let octets = peer.octets(count, what).await?;
    octets.ok_or_else(|| peer.fail("closed", what, "the connection was closed"))
}

/// The next 1.0 frame (13-FRAME-001).
pub(super) async fn read_v1(peer: &mut Link) -> Result<FrameV1, Stop> {
    let what = "a 1.0 frame";
    let mut head = octets(peer, 1, what).await?;
    let mut length = head.first().map_or(0, |&length| u64::from(length));
    if length == 0xFF {
        let long = octets(peer, 8, what).await?;
        length = long.iter().fold(0, |length, &octet| (length << 8) | u64::from(octet));
        head.extend(long);
    }
    let body = length.checked_sub(1).filter(|&size| size < FRAME_LIMIT);
    let Some(size) = body.and_then(|size| usize::try_from(size).ok()) else {
        let got = format!("a frame with the length {}", hex(&head));
        return Err(peer.fail("illegal-length", what, got));
    };
    let flags = octets(peer, 1, what).await?.first().copied().unwrap_or_default();
    let body = octets(peer, size, what).await?;
    Ok(FrameV1 { head, flags, body })
}

/// A 1.0 message as octets.
pub(super) fn octets_v1(parts: &[&[u8]]) -> Vec<u8> {
    let last = parts.len().saturating_sub(1);
    let frames = parts.iter().enumerate().map(|(at, part)| frame_v1(u8::from(at < last), part));
    frames.flatten().collect()
}

/// A connection with the tester as a 1.0 peer, and the SUT's identity frame: its signature begins
/// one, whose flags octet is then 7F (37-BACK1-001, 37-BACK1-006).
pub(super) async fn open_v1(cx: &mut Context, opening: &[u8]) -> Result<(Link, FrameV1), Stop> {
    let mut peer = cx.link().await?;
    peer.write(opening).await?;
    let frame = greeting_v1(&mut peer).await?;
    Ok((peer, frame))
}

/// The identity frame a SUT begins a 1.0 connection with.
pub(super) async fn greeting_v1(peer: &mut Link) -> Result<FrameV1, Stop> {
    match read_v1(peer).await {
        // Zero padding is how a peer says that it detects no 1.0 (15-GREET-002).
        Err(Stop::Fail(finding)) if finding.signature == "illegal-length" => Err(not_served("1.0")),
        Err(Stop::Fail(finding)) if finding.signature == "closed" => Err(not_served("1.0")),
        other => other,
    }
}

/// A connection with the tester as an anonymous 1.0 peer (13-CONN-003).
pub(super) async fn anonymous_v1(cx: &mut Context) -> Result<Link, Stop> {
    Ok(open_v1(cx, &identity_v1(b"")).await?.0)
}

/// A connection with the tester as a 2.0 peer of the usual type, without identity.
pub(super) async fn usual_v2(cx: &mut Context) -> Result<Link, Stop> {
    let code = cx.kind.counterpart().code().ok_or_else(|| not_served("2.0"))?;
    Ok(open_v2(cx, &opening_v2(1, code, b"")).await?.0)
}

/// A connection with the tester as a 2.0 peer, and how the SUT introduces itself (15-GREET-001).
pub(super) async fn open_v2(cx: &mut Context, opening: &[u8]) -> Result<(Link, OpeningV2), Stop> {
    let mut peer = cx.link().await?;
    peer.write(opening).await?;
    let what = "a 2.0 greeting";
    let Some(head) = peer.octets(12, what).await? else { return Err(not_served("2.0")) };
    let Some(flags) = peer.octets(1, what).await? else { return Err(not_served("2.0")) };
    let flags = flags.first().copied().unwrap_or_default();
    if flags.is_ascii_uppercase() {
        // The name of a mechanism: this SUT sends 64 octets whoever is there.
        return Err(not_served("2.0"));
    }
    let &[.., revision, code] = head.as_slice() else { return Err(not_served("2.0")) };
    if flags != 0 {
        let got = format!("flags {}", hex(&[flags]));
        return Err(peer.fail("identity-flags", "an identity frame with flags 00", got));
    }
    let size = octets(&mut peer, 1, what).await?.first().copied().unwrap_or_default();
    let body = octets(&mut peer, usize::from(size), what).await?;
    Ok((peer, OpeningV2 { revision, code, identity: Frame { flags, body } }))
}

/// Which of two things a SUT did with what it may deliver or refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// The application received this.
    Delivered(Vec<Vec<u8>>),
    /// The connection was closed.
    Closed,
}

/// The next delivery, or the end of the connection, whichever is first. Octets of the SUT that
/// come meanwhile are kept.
pub(super) async fn delivery_or_close(cx: &mut Context, peer: &mut Link) -> Result<Taken, Stop> {
    peer.release().await?;
    let began = Instant::now();
    while began.elapsed() < cx.bench().deadline {
        if let Some(mut parts) = cx.recv_within(STEP).await? {
            if cx.kind == SocketType::Router && !parts.is_empty() {
                parts.remove(0);
            }
            return Ok(Taken::Delivered(parts));
        }
        if peer.has_ended().await {
            return Ok(Taken::Closed);
        }
    }
    let expected = "a delivery, or a close";
    Err(Stop::Hang(Finding::new("neither", expected, "neither; the connection stays open")))
}

/// The first delivery on a connection to a SUT that need not serve this version.
pub(super) async fn expect_first(
    cx: &mut Context,
    peer: &mut Link,
    version: &str,
    parts: &[&[u8]],
) -> Outcome {
    match delivery_or_close(cx, peer).await? {
        Taken::Delivered(got) if got == parts => Ok(()),
        Taken::Delivered(_) => {
            let expected = "the message as it was sent";
            Err(peer.fail("other-delivery", expected, "another message"))
        }
        Taken::Closed => Err(not_served(version)),
    }
}
