//! The frames of a request (27-REQUEST, 27-FIELDS, 27-MECH, 27-SOCK-004).

use super::{NULL, SERVER_CASE, curve_initiate, null_ready, plain_hello};
use crate::case::{Case, Depth};
use crate::context::Context;
use crate::curve::{ASKING_OPTIONS, client_keys};
use crate::octets::hex;
use crate::target::zap::{Frames, Zap, at, field};
use crate::target::{Options, Setting};
use crate::verdict::{Finding, Outcome, Stop};

/// CURVE, which tells the identity before the handler is asked; the SUT has one of its own.
const NAMED: Options = &[
    ("curve_server", Setting::Number(1)),
    ("curve_secretkey", Setting::Text("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")),
    ("zap_domain", Setting::Zap(Zap::Own)),
    ("routing_id", Setting::Text("the-server")),
];

const ENVELOPE: &[&str] = &[
    "27-ARCH-001",
    "27-ARCH-004",
    "27-REQUEST-002",
    "27-REQUEST-003",
    "27-REQUEST-004",
    "27-SOCK-001",
    "27-SOCK-004",
];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "27/request/envelope",
        clauses: ENVELOPE,
        promise: "A handler at inproc://zeromq.zap.01 that is a ROUTER gets an empty delimiter, \
                  the version 1.0 and an id.",
        effect: "no handler understands the question",
        run: |cx| Box::pin(envelope(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/request/domain",
        clauses: &["27-REQUEST-005", "27-FIELDS-004"],
        promise: "The domain of a request is that of the socket.",
        effect: "the handler applies the rules of another socket",
        run: |cx| Box::pin(domain(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/request/address",
        clauses: &["27-REQUEST-006", "27-FIELDS-001"],
        promise: "The address of a request is the IP address that the peer came from.",
        effect: "lists of addresses let nobody in, or everybody",
        run: |cx| Box::pin(address(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/request/identity",
        clauses: &["27-REQUEST-007", "27-FIELDS-002"],
        promise: "The identity of a request is that of the peer, or empty while it has told none.",
        effect: "the handler judges somebody else",
        options: NAMED,
        run: |cx| Box::pin(identity(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/request/of-null",
        clauses: &["27-MECH-001", "27-REQUEST-008", "27-REQUEST-009", "27-FIELDS-003"],
        promise: "Under NULL a request ends with the mechanism: there are no credentials.",
        effect: "the handler does not know what to judge",
        options: NULL,
        run: |cx| {
            Box::pin(async move {
                let _link = null_ready(cx, b"").await?;
                ends_with(&cx.asked().await?, &[b"NULL"])
            })
        },
        ..SERVER_CASE
    },
    Case {
        id: "27/request/of-plain",
        clauses: &["27-MECH-002", "27-REQUEST-008", "27-REQUEST-009", "27-FIELDS-003"],
        promise: "Under PLAIN a request ends with the user name and the password.",
        effect: "nobody can log in, or everybody",
        depth: Depth::Quick,
        run: |cx| {
            Box::pin(async move {
                let _link = plain_hello(cx, b"admin", b"secret").await?;
                ends_with(&cx.asked().await?, &[b"PLAIN", b"admin", b"secret"])
            })
        },
        ..SERVER_CASE
    },
    Case {
        id: "27/request/of-curve",
        clauses: &["27-MECH-003", "27-REQUEST-008", "27-REQUEST-009", "27-FIELDS-003"],
        promise: "Under CURVE a request ends with the permanent key of the client, 32 octets.",
        effect: "lists of keys let nobody in, or everybody",
        options: ASKING_OPTIONS,
        depth: Depth::Quick,
        run: |cx| {
            Box::pin(async move {
                let _link = curve_initiate(cx, b"").await?;
                ends_with(&cx.asked().await?, &[b"CURVE", &client_keys().public()])
            })
        },
        ..SERVER_CASE
    },
];

fn wrong(signature: &str, expected: impl Into<String>, got: impl Into<String>) -> Outcome {
    Err(Stop::Fail(Finding::new(signature, expected, got)))
}

/// The mechanism and what follows must be these frames, and the end.
fn ends_with(asked: &Frames, expected: &[&[u8]]) -> Outcome {
    let tail = asked.get(at::MECHANISM..).unwrap_or_default();
    if tail == expected {
        return Ok(());
    }
    let show = |frames: Vec<String>| frames.join(" ");
    let expected = show(expected.iter().map(|frame| hex(frame)).collect());
    wrong("credentials", expected, show(tail.iter().map(|frame| hex(frame)).collect()))
}

async fn envelope(cx: &mut Context) -> Outcome {
    let _link = plain_hello(cx, b"admin", b"secret").await?;
    let asked = cx.asked().await?;
    let delimiter = asked.get(at::DELIMITER);
    if delimiter.is_none_or(|frame| !frame.is_empty()) {
        return wrong("delimiter", "an empty frame first", format!("{delimiter:?}"));
    }
    if field(&asked, at::VERSION) != b"1.0" {
        return wrong("version", "312e30", hex(field(&asked, at::VERSION)));
    }
    if asked.len() < at::CREDENTIALS {
        return wrong("too-few-frames", "six frames and credentials", asked.len().to_string());
    }
    Ok(())
}

async fn domain(cx: &mut Context) -> Outcome {
    let _link = plain_hello(cx, b"admin", b"secret").await?;
    let doorman = cx.doorman().await?;
    doorman.claim(b"admin");
    let asked = cx.asked().await?;
    if field(&asked, at::DOMAIN) == doorman.domain() {
        return Ok(());
    }
    wrong("domain", hex(doorman.domain()), hex(field(&asked, at::DOMAIN)))
}

async fn address(cx: &mut Context) -> Outcome {
    let _link = plain_hello(cx, b"admin", b"secret").await?;
    let asked = cx.asked().await?;
    let address = field(&asked, at::ADDRESS);
    match address {
        b"127.0.0.1" => Ok(()),
        b"::ffff:127.0.0.1" => {
            cx.info("the address is written as IPv6");
            Ok(())
        }
        b"" if cx.is_in_memory() => {
            Err(Stop::NotApplicable("a transport that has addresses".to_owned()))
        }
        other => wrong("address", "127.0.0.1", String::from_utf8_lossy(other)),
    }
}

async fn identity(cx: &mut Context) -> Outcome {
    let long = vec![b'i'; 255];
    for ours in [&b"peerid"[..], b"", &long] {
        let _link = curve_initiate(cx, ours).await?;
        let asked = cx.asked().await?;
        let told = field(&asked, at::IDENTITY);
        if !told.is_empty() && told != ours {
            return wrong("other-identity", hex(ours), hex(told));
        }
    }
    Ok(())
}
