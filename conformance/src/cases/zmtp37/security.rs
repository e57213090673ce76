//! Security considerations, as far as they show without secrets of the tester (37-SEC-001, -003,
//! -005). Absent: noise and padding on encrypted connections, which take a tester that encrypts.

use crate::case::{BIND, CONNECT, Case, Depth, Pace};
use crate::context::Context;
use crate::octets::{Greeting, greeting, hex, identity_v1, opening_v2, ready};
use crate::socket_type::SocketType;
use crate::target::{Options, Setting};
use crate::verdict::{Level, Outcome};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/security/downgrade-of-plain-server",
        roles: BIND,
        options: &[("plain_server", Setting::Number(1))],
        ..DOWNGRADE
    },
    Case {
        id: "37/security/downgrade-of-plain-client",
        roles: CONNECT,
        options: PLAIN_CLIENT,
        ..DOWNGRADE
    },
    Case {
        id: "37/security/downgrade-of-curve-server",
        roles: BIND,
        options: &[
            ("curve_server", Setting::Number(1)),
            ("curve_secretkey", Setting::Text("NRihd*:N/7RE3qM@<wGkJ4QO(!YAs$f?q2o=IeMq")),
        ],
        ..DOWNGRADE
    },
    Case {
        id: "37/security/downgrade-of-curve-client",
        roles: CONNECT,
        options: CURVE_CLIENT,
        ..DOWNGRADE
    },
    Case {
        id: "37/security/metadata-of-plain-client",
        options: PLAIN_CLIENT,
        run: |cx| Box::pin(metadata_of_client(cx, "PLAIN")),
        ..METADATA
    },
    Case {
        id: "37/security/metadata-of-curve-client",
        options: CURVE_CLIENT,
        run: |cx| Box::pin(metadata_of_client(cx, "CURVE")),
        ..METADATA
    },
    Case {
        id: "37/security/half-open-handshakes",
        clauses: &["37-SEC-003"],
        level: Level::Observe,
        promise: "200 connections that stop at different points of the handshake do not keep a \
                  proper one from being served.",
        effect: "a few idle strangers lock everybody out",
        reading: "A peer may limit handshakes in progress; one that hangs or dies fails.",
        types: &[SocketType::Pull],
        roles: BIND,
        depth: Depth::Full,
        pace: Pace::Exclusive,
        run: |cx| Box::pin(half_open(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/security/unfinished-handshake-ends",
        clauses: &["37-SEC-003"],
        level: Level::Observe,
        promise: "Where a limit for handshakes is set, a peer that stops in the middle of one is \
                  left, and a peer that has finished its own is kept.",
        effect: "silent strangers use up all connections, or good ones end for no reason",
        seen_in: &["zeromq/libzmq#1017", "zeromq/libzmq#4076"],
        types: &[SocketType::Pull, SocketType::Dealer],
        roles: BIND,
        options: &[("handshake_ivl", Setting::Number(50))],
        run: |cx| Box::pin(unfinished(cx)),
        ..Case::BASE
    },
];

const DOWNGRADE: Case = Case {
    clauses: &["37-SEC-001"],
    promise: "A peer that is set to a mechanism speaks to nobody without it: openings of ZMTP 1.0 \
              and 2.0, NULL and other mechanisms are closed, and no handshake command, message or \
              secret is sent to them.",
    effect: "whoever asks for less security gets it",
    seen_in: &["zeromq/libzmq#1190"],
    types: &[SocketType::Dealer],
    pace: Pace::Quiet,
    run: |cx| Box::pin(downgrade(cx)),
    ..Case::BASE
};

const METADATA: Case = Case {
    clauses: &["37-SEC-005"],
    promise: "Before the server has answered, a client tells nothing of its metadata.",
    effect: "strangers learn identities and socket types",
    types: &[SocketType::Dealer],
    roles: CONNECT,
    pace: Pace::Quiet,
    ..Case::BASE
};

const PLAIN_CLIENT: Options = &[
    ("plain_username", Setting::Text("somebody")),
    ("plain_password", Setting::Text("open-sesame")),
    ("routing_id", Setting::Text("who-I-am")),
];

/// Keys of these cases and of nothing else.
const CURVE_CLIENT: Options = &[
    ("curve_serverkey", Setting::Text("S06MoP*2[o/o?c#.PE^ySB:68ejL9{eVFJf/E$J@")),
    ("curve_publickey", Setting::Text("*x9Tk]!Mx]WZyIs=(ckUw.awCz#-$Mq73tWZyv2D")),
    ("curve_secretkey", Setting::Text("o@.uEwOGc!xr}V}HkWvXd1bS-I:V9%@KioF8RzW@")),
    ("routing_id", Setting::Text("who-I-am")),
];

/// Openings that offer less than any mechanism with a secret.
fn openings(kind: SocketType) -> Vec<Vec<u8>> {
    let name = kind.counterpart().name().as_bytes();
    let ready = ready(&[("Socket-Type", name)]);
    let versioned = |ours: Greeting| [&ours.build()[..], &ready].concat();
    vec![
        versioned(greeting()),
        versioned(greeting().version(3, 0)),
        versioned(greeting().as_server(1)),
        versioned(greeting().mechanism("")),
        versioned(greeting().mechanism("XPLAIN")),
        versioned(greeting().version(4, 0)),
        opening_v2(1, 6, b""),
        identity_v1(b""),
        identity_v1(b"stranger"),
    ]
}

/// Octets of metadata, as they stand in READY and INITIATE.
const METADATA_WORDS: &[&str] = &["Socket-Type", "Identity", "who-I-am"];
/// Octets of a handshake with the wrong peer.
const SECRET_WORDS: &[&str] = &["READY", "HELLO", "somebody", "open-sesame"];

/// The first of these words among the octets.
fn told<'a>(octets: &[u8], words: &[&'a str]) -> Option<&'a str> {
    let holds = |word: &&&str| octets.windows(word.len()).any(|seen| seen == word.as_bytes());
    words.iter().find(holds).copied()
}

async fn downgrade(cx: &mut Context) -> Outcome {
    for opening in openings(cx.kind) {
        let mut peer = cx.link().await?;
        peer.write(&opening).await?;
        let octets = peer.whatever_comes().await?;
        let head = hex(opening.get(..opening.len().min(18)).unwrap_or_default());
        let words = [METADATA_WORDS, SECRET_WORDS].concat();
        if let Some(word) = told(&octets, &words) {
            let got = format!("{word:?} is sent to a peer that opens with {head}");
            return Err(peer.fail("told-a-stranger", "a close", got));
        }
        if !peer.is_closed() {
            let got = format!("the connection stays open to a peer that opens with {head}");
            cx.lenient("stays-open", "the connection is closed", got);
        }
    }
    Ok(())
}

async fn metadata_of_client(cx: &mut Context, mechanism: &str) -> Outcome {
    let mut peer = cx.link().await?;
    peer.write(greeting().mechanism(mechanism).as_server(1).build()).await?;
    let greeting = peer.greeting().await?;
    let hello = peer.expect_command("HELLO").await?;
    let rest = peer.whatever_comes().await?;
    for octets in [&greeting.0[..], &hello.body, &rest] {
        if let Some(word) = told(octets, METADATA_WORDS) {
            let got = format!("{word:?} before the server has answered");
            return Err(peer.fail("told-too-early", "no metadata", got));
        }
    }
    if !rest.is_empty() {
        return Err(peer.fail("spoke-again", "silence until WELCOME", hex(&rest)));
    }
    Ok(())
}

async fn half_open(cx: &mut Context) -> Outcome {
    let ours = greeting().build();
    let mut strangers = Vec::new();
    for count in 0..200 {
        let mut peer = cx.link().await?;
        let head = ours.get(..count * 64 / 199).unwrap_or_default();
        peer.write(head).await?;
        strangers.push(peer);
    }
    cx.ready().await?.barrier().await?;
    drop(strangers);
    Ok(())
}

async fn unfinished(cx: &mut Context) -> Outcome {
    let mut finished = cx.ready().await?;
    finished.barrier().await?;
    // These began later: when they are left, the time of the first one is over as well.
    for head in [0, 10, 64] {
        let mut stranger = cx.link().await?;
        stranger.write(greeting().build().get(..head).unwrap_or_default()).await?;
        stranger.release().await?;
        stranger.octets(usize::MAX, "the end of an unfinished handshake").await?;
    }
    finished.barrier().await?;
    finished.close().await
}
