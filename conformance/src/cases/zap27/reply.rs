//! What a SUT makes of a reply (27-REPLY, 27-SOCK-003, -005).

use futures_util::future::join_all;

use super::{NULL, SERVER_CASE, curve_initiate, null_ready, plain_hello};
use crate::case::{Case, Depth, Pace};
use crate::context::Context;
use crate::curve::ASKING_OPTIONS;
use crate::octets::{command, hex, property};
use crate::probe::{Fate, Link};
use crate::target::zap::{Frames, at, reply};
use crate::verdict::{Level, Outcome, Stop};

const REFUSED: Case = Case {
    clauses: &["27-REPLY-004", "27-REPLY-007", "27-REPLY-010"],
    promise: "Only status 200 lets a peer in; 300, 400, 500 and what is no status keep it out.",
    effect: "anyone gets in",
    seen_in: &["zeromq/libzmq@ba63f037"],
    pace: Pace::Quiet,
    ..SERVER_CASE
};
const MALFORMED: Case = Case {
    clauses: &["27-REPLY-001", "27-REPLY-002", "27-REPLY-003", "27-SOCK-003", "27-SOCK-005"],
    promise: "A reply that is not one to this request, or no reply at all, lets nobody in.",
    effect: "a broken handler lets everybody in",
    seen_in: &["zeromq/libzmq@33695d1d"],
    pace: Pace::Quiet,
    ..SERVER_CASE
};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "27/reply/accepted",
        clauses: &[
            "27-REPLY-004",
            "27-REPLY-005",
            "27-REPLY-006",
            "27-REPLY-008",
            "27-ARCH-002",
            "27-ARCH-003",
            "27-ARCH-007",
        ],
        promise: "Status 200 lets a peer in, with and without text, user id and metadata.",
        effect: "nobody gets in",
        depth: Depth::Quick,
        run: |cx| Box::pin(accepted(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/reply/status-under-plain",
        run: |cx| Box::pin(statuses(cx, Mechanism::Plain)),
        ..REFUSED
    },
    Case {
        id: "27/reply/status-under-null",
        options: NULL,
        run: |cx| Box::pin(statuses(cx, Mechanism::Null)),
        ..REFUSED
    },
    Case {
        id: "27/reply/status-under-curve",
        options: ASKING_OPTIONS,
        run: |cx| Box::pin(statuses(cx, Mechanism::Curve)),
        ..REFUSED
    },
    Case {
        id: "27/reply/malformed-under-plain",
        run: |cx| Box::pin(malformed(cx, Mechanism::Plain)),
        ..MALFORMED
    },
    Case {
        id: "27/reply/malformed-under-null",
        options: NULL,
        run: |cx| Box::pin(malformed(cx, Mechanism::Null)),
        ..MALFORMED
    },
    Case {
        id: "27/reply/malformed-under-curve",
        options: ASKING_OPTIONS,
        run: |cx| Box::pin(malformed(cx, Mechanism::Curve)),
        ..MALFORMED
    },
    Case {
        id: "27/reply/metadata",
        clauses: &["27-REPLY-011"],
        promise: "A reply whose metadata cannot be read lets nobody in.",
        effect: "the application reads what is not there",
        pace: Pace::Quiet,
        run: |cx| Box::pin(metadata(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/reply/metadata-for-the-client",
        clauses: &["27-REPLY-009"],
        level: Level::Observe,
        promise: "Metadata of a reply is handed to the client.",
        effect: "the client does not learn what the handler has to tell it",
        run: |cx| Box::pin(metadata_for_the_client(cx)),
        ..SERVER_CASE
    },
];

/// Under what the peer shows itself.
#[derive(Clone, Copy)]
enum Mechanism {
    Null,
    Plain,
    Curve,
}

impl Mechanism {
    /// A peer that waits for the decision.
    async fn knock(self, cx: &mut Context) -> Result<Link, Stop> {
        match self {
            Self::Null => null_ready(cx, b"").await,
            Self::Plain => plain_hello(cx, b"admin", b"secret").await,
            Self::Curve => curve_initiate(cx, b"").await,
        }
    }

    /// What the SUT says to a peer that is let in. A NULL server may say READY before it asks.
    const fn yes(self) -> &'static str {
        match self {
            Self::Null | Self::Curve => "READY",
            Self::Plain => "WELCOME",
        }
    }

    /// The peer must be let in.
    async fn let_in(self, cx: &mut Context) -> Outcome {
        self.knock(cx).await?.expect_command(self.yes()).await?;
        cx.asked().await?;
        Ok(())
    }
}

/// A reply with this frame.
fn with(mut frames: Frames, at: usize, octets: &[u8]) -> Frames {
    frames.get_mut(at).into_iter().for_each(|frame| *frame = octets.to_vec());
    frames
}

/// Text, user id, metadata of a reply.
const TEXT: usize = at::ID + 2;
const USER: usize = at::ID + 3;
const METADATA: usize = at::ID + 4;

async fn accepted(cx: &mut Context) -> Outcome {
    let rows: [fn(Frames) -> Frames; 4] = [
        |frames| frames,
        |frames| with(frames, TEXT, b"OK"),
        |frames| with(with(frames, TEXT, b"OK"), USER, b"joe"),
        |frames| with(with(frames, USER, b"joe"), METADATA, b"\x03Foo\0\0\0\x03bar"),
    ];
    for row in rows {
        cx.doorman().await?.decide(move |request| Some(row(reply(request, "200"))));
        Mechanism::Plain.let_in(cx).await?;
    }
    Ok(())
}

async fn statuses(cx: &mut Context, mechanism: Mechanism) -> Outcome {
    mechanism.let_in(cx).await?;
    let mut peers = Vec::new();
    for code in ["400", "500", "300", "", "2", "20", "2000", "201", "600", "999", "abc"] {
        cx.doorman().await?.decide(move |request| Some(reply(request, code)));
        peers.push((format!("status {code:?}"), knocked(cx, mechanism).await?));
    }
    cx.doorman().await?.decide(|request| Some(with(reply(request, "400"), USER, b"joe")));
    peers.push(("status 400 with a user id".to_owned(), knocked(cx, mechanism).await?));
    kept_out(mechanism, peers).await
}

/// A peer about which the handler has been asked, and has answered if it answers at all.
async fn knocked(cx: &mut Context, mechanism: Mechanism) -> Result<Link, Stop> {
    let link = mechanism.knock(cx).await?;
    cx.asked().await?;
    Ok(link)
}

/// None of the peers may be let in. One that hears nothing for a while is not in either: 300 and a
/// broken reply leave the end to a timeout (q31).
async fn kept_out(mechanism: Mechanism, peers: Vec<(String, Link)>) -> Outcome {
    let watched = peers.into_iter().map(async |(why, mut link)| {
        let after = link.watch(|frame| frame.is(mechanism.yes())).await?;
        if after.fate != Fate::Serving {
            return Ok(());
        }
        Err(link.fail("let-in", format!("{why} keeps the peer out"), mechanism.yes()))
    });
    join_all(watched).await.into_iter().collect()
}

/// What is wrong with a reply, and how to make it so; `None` is no reply.
type Row = (&'static str, fn(Frames) -> Option<Frames>);

const ROWS: &[Row] = &[
    ("another id", |frames| Some(with(frames, at::ID, b"another"))),
    ("version 1.1", |frames| Some(with(frames, at::VERSION, b"1.1"))),
    ("an empty version", |frames| Some(with(frames, at::VERSION, b""))),
    ("a frame too few", |mut frames| {
        frames.pop();
        Some(frames)
    }),
    ("a frame too many", |mut frames| {
        frames.push(Vec::new());
        Some(frames)
    }),
    ("no delimiter", |mut frames| {
        frames.remove(at::DELIMITER);
        Some(frames)
    }),
    ("another routing id", |frames| Some(with(frames, at::ROUTING, b"nobody"))),
    ("no reply", |_| None),
];

async fn malformed(cx: &mut Context, mechanism: Mechanism) -> Outcome {
    let mut peers = Vec::new();
    for (what, row) in ROWS {
        cx.doorman().await?.decide(move |request| row(reply(request, "200")));
        peers.push(((*what).to_owned(), knocked(cx, mechanism).await?));
    }
    kept_out(mechanism, peers).await
}

async fn metadata(cx: &mut Context) -> Outcome {
    let mut peers = Vec::new();
    for broken in [&b"\x05X"[..], b"\0\0\0\0\0", b"\x01X\0\0\0\x02x"] {
        let decide = |request: &Frames| Some(with(reply(request, "200"), METADATA, broken));
        cx.doorman().await?.decide(decide);
        peers.push((hex(broken), knocked(cx, Mechanism::Plain).await?));
    }
    if let Err(Stop::Fail(finding)) = kept_out(Mechanism::Plain, peers).await {
        cx.lenient("broken-metadata", "the peer is kept out", finding.expected);
    }
    Ok(())
}

async fn metadata_for_the_client(cx: &mut Context) -> Outcome {
    let decide =
        |request: &Frames| Some(with(reply(request, "200"), METADATA, &property("Foo", b"bar")));
    cx.doorman().await?.decide(decide);
    let mut link = plain_hello(cx, b"admin", b"secret").await?;
    if link.frame("an answer").await?.is_none_or(|frame| !frame.is("WELCOME")) {
        cx.info("metadata in a reply keeps the peer out");
        return Ok(());
    }
    link.write(command("INITIATE", &crate::curve::usual_metadata(cx))).await?;
    let ready = link.expect_command("READY").await?;
    let told = ready.body.windows(3).any(|octets| octets == b"bar");
    cx.info(if told { "READY holds it" } else { "READY does not hold it" });
    Ok(())
}
