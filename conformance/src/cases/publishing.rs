//! Subscriptions on any version of the protocol, and publishing where subscribing is asynchronous:
//! a marker is published in rounds until it arrives, which proves that what was sent before it is
//! in force. Shared by the sections on publish-subscribe of RFCs 37, 23 and 15.
//! Absent: 1.0, which has no subscriptions on the wire.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::context::Context;
use crate::octets::{Frame, cancel, frame, hex, subscribe, title};
use crate::probe::Link;
use crate::verdict::{Finding, Outcome, Stop};

/// How long a published marker may take before the next one is published; not a limit.
const ROUND: Duration = Duration::from_millis(3);

/// The octets of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// SUBSCRIBE and CANCEL, from 3.1 on (37-PUBSUB-002, 37-PUBSUB-003).
    Command,
    /// A message that starts with 01 or 00, before 3.1 (23-PUBSUB-001, 23-PUBSUB-002).
    Message,
}

impl Form {
    /// The form that a SUT of this version takes.
    pub(super) fn of(cx: &Context) -> Self {
        if cx.minor >= 1 { Self::Command } else { Self::Message }
    }

    /// Octets that subscribe to a topic.
    pub(super) fn subscribe(self, topic: &[u8]) -> Vec<u8> {
        match self {
            Self::Command => subscribe(topic),
            Self::Message => frame(0, &[&[1], topic].concat()),
        }
    }

    /// Octets that take one subscription back.
    pub(super) fn cancel(self, topic: &[u8]) -> Vec<u8> {
        match self {
            Self::Command => cancel(topic),
            Self::Message => frame(0, &[&[0], topic].concat()),
        }
    }

    /// Whether a frame subscribes (`true`) or cancels, and which topic; `None` for anything else.
    pub(super) fn read(self, frame: &Frame) -> Option<(bool, Vec<u8>)> {
        match self {
            Self::Command if frame.is("SUBSCRIBE") || frame.is("CANCEL") => {
                let topic = frame.command().ok()?.data.to_vec();
                Some((frame.is("SUBSCRIBE"), topic))
            }
            Self::Message if !frame.is_command() && !frame.has_more() => {
                let (&verb, topic) = frame.body.split_first()?;
                (verb < 2).then(|| (verb == 1, topic.to_vec()))
            }
            Self::Command | Self::Message => None,
        }
    }
}

/// Reads a subscription (`true`) or its end in either form.
pub(super) fn wish(frame: &Frame) -> Option<(bool, Vec<u8>)> {
    Form::Command.read(frame).or_else(|| Form::Message.read(frame))
}

/// The next frame, which must be this subscription or its end.
pub(super) async fn expect(peer: &mut Link, form: Form, on: bool, topic: &[u8]) -> Outcome {
    let verb = if on { "subscription to" } else { "end of the subscription to" };
    let shown = if topic.len() > 16 { format!("{} octets", topic.len()) } else { hex(topic) };
    let expected = format!("the {verb} {shown}");
    match peer.frame(&expected).await? {
        Some(frame) if form.read(&frame) == Some((on, topic.to_vec())) => Ok(()),
        Some(frame) => Err(peer.fail("other-subscription", expected, title(&frame))),
        None => Err(peer.fail("closed", expected, "the connection was closed")),
    }
}

/// Publishes a marker in rounds until it arrives. What arrives before it is passed over.
pub(super) async fn settle(cx: &mut Context, peer: &mut Link, marker: &[u8]) -> Outcome {
    collect(cx, peer, marker).await.map(drop)
}

/// Publishes a marker in rounds until it arrives; what arrived before it, markers aside.
pub(super) async fn collect(
    cx: &mut Context,
    peer: &mut Link,
    marker: &[u8],
) -> Result<Vec<Vec<Vec<u8>>>, Stop> {
    let mut arrived = race(cx, peer, &[marker]).await?;
    arrived.pop();
    Ok(arrived)
}

/// Publishes markers in rounds until one arrives; what arrived, that one last.
pub(super) async fn race(
    cx: &mut Context,
    peer: &mut Link,
    markers: &[&[u8]],
) -> Result<Vec<Vec<Vec<u8>>>, Stop> {
    let began = Instant::now();
    let mut arrived = Vec::new();
    while began.elapsed() < cx.bench().deadline {
        peer.release().await?;
        for marker in markers {
            cx.send(&[marker]).await?;
        }
        while let Ok(message) = timeout(ROUND, peer.message()).await {
            let message = message?;
            let ends = markers.iter().any(|marker| message == [*marker]);
            arrived.push(message);
            if ends {
                return Ok(arrived);
            }
        }
    }
    let expected = "messages of a subscribed topic arrive";
    Err(Stop::Hang(Finding::new("never-in-force", expected, "none arrives")))
}

/// Publishes messages of one frame, then a last marker, and demands that exactly `wanted` arrive
/// before it. The marker's subscription must be in force.
pub(super) async fn expect_published(
    cx: &mut Context,
    peer: &mut Link,
    marker: &[u8],
    published: &[&[u8]],
    wanted: &[&[u8]],
) -> Outcome {
    let arrived = publish(cx, peer, marker, published).await?;
    if arrived == wanted {
        return Ok(());
    }
    Err(peer.fail("other-messages", show(wanted), show(&arrived)))
}

/// Publishes messages of one frame, then a last marker; what arrived before it, markers aside.
pub(super) async fn publish(
    cx: &mut Context,
    peer: &mut Link,
    marker: &[u8],
    published: &[&[u8]],
) -> Result<Vec<Vec<u8>>, Stop> {
    for body in published {
        cx.send(&[body]).await?;
    }
    let last = [marker, b"!"].concat();
    cx.send(&[&last]).await?;
    arrivals(peer, marker).await
}

/// The messages up to the last marker, earlier markers aside.
pub(super) async fn arrivals(peer: &mut Link, marker: &[u8]) -> Result<Vec<Vec<u8>>, Stop> {
    let last = [marker, b"!"].concat();
    let mut arrived = Vec::new();
    loop {
        let mut parts = peer.message().await?;
        match (parts.pop(), parts.is_empty()) {
            (Some(body), true) if body == last => return Ok(arrived),
            (Some(body), true) if body == marker => {}
            (Some(body), true) => arrived.push(body),
            _ => {
                let got = "a message of several frames";
                return Err(peer.fail("other-frames", "messages of one frame", got));
            }
        }
    }
}

fn show<B: AsRef<[u8]>>(bodies: &[B]) -> String {
    let shown = bodies.iter().map(|body| match body.as_ref().len() {
        0 => "(empty)".to_owned(),
        1..=16 => hex(body.as_ref()),
        len => format!("({len} octets)"),
    });
    let shown: Vec<_> = shown.collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(" ") }
}

/// A publisher that takes subscriptions and lets them go, in either form.
pub(super) async fn comes_and_goes(cx: &mut Context, peer: &mut Link, form: Form) -> Outcome {
    peer.write(form.subscribe(b"A")).await?;
    settle(cx, peer, b"A0").await?;
    peer.write([form.cancel(b"A"), form.subscribe(b"M")].concat()).await?;
    settle(cx, peer, b"M").await?;
    expect_published(cx, peer, b"M", &[b"A2"], &[]).await
}
