//! How many requests there are, and when (27-REQUEST-001, 27-ARCH-006, 27-FIELDS-004).

use super::{PLAIN, SERVER_CASE, plain_hello};
use crate::case::Case;
use crate::context::Context;
use crate::octets::hex;
use crate::target::zap::{Zap, at, field, reply};
use crate::target::{Setting, SocketSpec};
use crate::verdict::{Finding, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "27/request/one-for-each-connection",
        clauses: &["27-REQUEST-001"],
        promise: "A handler is asked once for each connection.",
        effect: "a handler counts more failures than there were",
        run: |cx| Box::pin(one_each(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/request/of-two-sockets",
        clauses: &["27-ARCH-006"],
        promise: "Sockets with different domains are told apart.",
        effect: "who may use one socket may use all",
        run: |cx| Box::pin(two_sockets(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "27/request/without-a-domain",
        clauses: &["27-REQUEST-005"],
        promise: "A request without a domain is not made.",
        effect: "the handler cannot tell which rules to apply",
        reading: "Strict: no request or a refusal. libzmq asks with an empty one (q32).",
        options: &[
            ("plain_server", Setting::Number(1)),
            ("zap_domain", Setting::Zap(Zap::Unnamed)),
        ],
        run: |cx| Box::pin(without_a_domain(cx)),
        ..SERVER_CASE
    },
];

async fn one_each(cx: &mut Context) -> Outcome {
    for count in 1..=3 {
        let mut link = plain_hello(cx, b"admin", b"secret").await?;
        link.expect_command("WELCOME").await?;
        cx.asked().await?;
        let waiting = cx.doorman().await?.waiting();
        if waiting != 0 {
            let got = format!("{} requests for connection {count}", waiting + 1);
            return Err(link.fail("asked-again", "one request", got));
        }
        link.write(crate::octets::command("INITIATE", &crate::curve::usual_metadata(cx))).await?;
        link.expect_command("READY").await?;
    }
    let waiting = cx.doorman().await?.waiting();
    if waiting == 0 {
        return Ok(());
    }
    Err(Stop::Fail(Finding::new("asked-again", "one request each", format!("{waiting} more"))))
}

async fn two_sockets(cx: &mut Context) -> Outcome {
    let spec = SocketSpec { kind: cx.kind, role: cx.role, options: PLAIN };
    let other = cx.open(spec).await?;
    let Some(stranger) = other.doorman() else {
        return Err(Stop::NotApplicable("a ZAP handler".to_owned()));
    };
    stranger.decide(|request| Some(reply(request, "400")));
    let mut link = plain_hello(cx, b"admin", b"secret").await?;
    link.expect_command("WELCOME").await?;
    let asked = cx.asked().await?;
    if field(&asked, at::DOMAIN) == stranger.domain() || stranger.waiting() != 0 {
        return Err(link.fail("other-domain", "its own", hex(field(&asked, at::DOMAIN))));
    }
    Ok(())
}

async fn without_a_domain(cx: &mut Context) -> Outcome {
    let nonce = cx.entropy.nonce();
    let doorman = cx.doorman().await?;
    doorman.claim(&nonce);
    let mut link = plain_hello(cx, &nonce, b"secret").await?;
    let answer = link.frame("WELCOME or a refusal").await?;
    let welcome = answer.is_some_and(|frame| frame.is("WELCOME"));
    if doorman.waiting() == 0 {
        if welcome {
            return Err(link.fail("unasked", "a refusal", "WELCOME without a request"));
        }
        return Ok(());
    }
    let asked = cx.asked().await?;
    match field(&asked, at::DOMAIN) {
        b"" => cx.lenient("empty-domain", "no request without a domain", "an empty domain"),
        other => cx.info(format!("the default domain is {}", hex(other))),
    }
    Ok(())
}
