//! INITIATE toward a server (26-INITIATE-001 to -012, 26-WELCOME-006, 26-HELLO-016).

use super::SERVER;
use crate::case::{Case, Depth};
use crate::context::Context;
use crate::curve::{Initiate, Keys, flip, refused, server_keys, usual_metadata, welcomed};
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/initiate/bent",
        clauses: &[
            "26-INITIATE-001",
            "26-INITIATE-002",
            "26-INITIATE-003",
            "26-INITIATE-004",
            "26-INITIATE-011",
        ],
        promise: "An INITIATE with one wrong field gets no READY.",
        effect: "a client gets in without proof of its key",
        seen_in: &["zeromq/libzmq#3558"],
        run: |cx| Box::pin(bent(cx, ROWS)),
        ..SERVER
    },
    Case {
        id: "26/initiate/vouch",
        clauses: &["26-INITIATE-005", "26-INITIATE-007", "26-INITIATE-012"],
        promise: "A vouch for another transient key, by another client or under another prefix \
                  gets no READY.",
        effect: "a server that a client has talked to can pose as that client",
        depth: Depth::Quick,
        run: |cx| Box::pin(bent(cx, VOUCHES)),
        ..SERVER
    },
    Case {
        id: "26/initiate/vouch-for-another-server",
        clauses: &["26-INITIATE-012"],
        promise: "A vouch that names another server than this one gets no READY.",
        effect: "a server that a client has talked to can pose as that client",
        discreet: true,
        run: |cx| Box::pin(bent(cx, OTHER_SERVERS)),
        ..SERVER
    },
    Case {
        id: "26/initiate/on-another-connection",
        clauses: &["26-INITIATE-002", "26-WELCOME-006"],
        promise: "An INITIATE that was accepted on one connection is worth nothing on another.",
        effect: "who records a connection can open it again",
        run: |cx| Box::pin(on_another_connection(cx)),
        ..SERVER
    },
    Case {
        id: "26/initiate/nonce-of-hello",
        clauses: &["26-HELLO-016", "26-HELLO-014"],
        promise: "An INITIATE whose nonce is not above that of HELLO ends the connection.",
        effect: "nonces come twice, and boxes give each other away",
        reading: "A server that keeps nothing but the key of its cookie cannot see it.",
        run: |cx| Box::pin(nonce_of_hello(cx)),
        ..SERVER
    },
];

/// What is wrong, and how to make it so.
type Row = (&'static str, fn(&mut Initiate));

const ROWS: &[Row] = &[
    ("INITIATE of 256 octets", |initiate| initiate.twist = |body| body.truncate(256)),
    ("INITIATE of 113 octets", |initiate| initiate.twist = |body| body.truncate(113)),
    ("INITIATE of 9 octets", |initiate| initiate.twist = |body| body.truncate(9)),
    ("an octet behind the box", |initiate| initiate.twist = |body| body.push(0)),
    ("a changed nonce of the cookie", |initiate| initiate.twist = |body| flip(body, 9)),
    ("a changed cookie", |initiate| initiate.twist = |body| flip(body, 104)),
    ("a cookie of zeros", |initiate| initiate.cookie = vec![0; 96]),
    ("another nonce than that of the box", |initiate| initiate.twist = |body| flip(body, 112)),
    ("a changed tag", |initiate| initiate.twist = |body| flip(body, 113)),
    ("a changed box", |initiate| initiate.twist = |body| flip(body, 140)),
    ("the prefix of HELLO", |initiate| initiate.prefix = *b"CurveZMQHELLO---"),
    ("the prefix of MESSAGE", |initiate| initiate.prefix = *b"CurveZMQMESSAGEC"),
];

const VOUCHES: &[Row] = &[
    ("a vouch for another C'", |initiate| initiate.vouched.0 = Keys::new([9; 32]).public()),
    ("C' and S exchanged", |initiate| initiate.vouched = (initiate.vouched.1, initiate.vouched.0)),
    ("a vouch sealed for S", |initiate| initiate.vouch_for = server_keys().public()),
    ("another C than the one that vouches", |initiate| {
        initiate.client = Keys::new([9; 32]).public();
    }),
    ("C of zeros", |initiate| initiate.client = [0; 32]),
    ("the prefix of WELCOME", |initiate| initiate.vouch_prefix = *b"WELCOME-"),
];

const OTHER_SERVERS: &[Row] = &[
    ("a vouch for another S", |initiate| initiate.vouched.1 = Keys::new([9; 32]).public()),
    ("a vouch for no S", |initiate| initiate.vouched.1 = [0; 32]),
];

async fn bent(cx: &mut Context, rows: &[Row]) -> Outcome {
    for (what, bend) in rows {
        let (mut link, client, transient, cookie) = welcomed(cx).await?;
        let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
        initiate.metadata = usual_metadata(cx);
        bend(&mut initiate);
        link.write(initiate.build(&client, &transient)).await?;
        refused(&mut link, what).await?;
    }
    Ok(())
}

async fn on_another_connection(cx: &mut Context) -> Outcome {
    let (mut link, client, transient, cookie) = welcomed(cx).await?;
    let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
    initiate.metadata = usual_metadata(cx);
    let octets = initiate.build(&client, &transient);
    link.write(&octets).await?;
    link.expect_command("READY").await?;
    let (mut other, ..) = welcomed(cx).await?;
    other.write(&octets).await?;
    refused(&mut other, "an INITIATE of another connection").await?;
    // The right boxes with the cookie of another connection.
    let (mut third, client, transient, _) = welcomed(cx).await?;
    let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
    initiate.metadata = usual_metadata(cx);
    third.write(initiate.build(&client, &transient)).await?;
    refused(&mut third, "a cookie of another connection").await?;
    Ok(())
}

async fn nonce_of_hello(cx: &mut Context) -> Outcome {
    for counter in [1, 0] {
        let (mut link, client, transient, cookie) = welcomed(cx).await?;
        let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
        initiate.metadata = usual_metadata(cx);
        initiate.counter = counter;
        link.write(initiate.build(&client, &transient)).await?;
        let seen = link.frame("a close").await?;
        if seen.is_some_and(|frame| frame.is("READY")) {
            let got = format!("nonce {counter} behind 1 is accepted");
            cx.lenient("nonce-not-compared", "the connection is closed", got);
        }
    }
    Ok(())
}
