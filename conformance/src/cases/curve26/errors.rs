//! ERROR, and who is let in (26-GEN-004 to -008, 26-INITIATE-013, -014).

use super::{CLIENT, SERVER};
use crate::case::{Case, Pace};
use crate::context::Context;
use crate::curve::{
    ASKING_OPTIONS, Initiate, Refused, Server, Welcome, client_keys, greeting_of, hello_of,
    initiate_of, refused, usual_metadata, welcomed,
};
use crate::octets::{command, error, hex};
use crate::probe::Link;
use crate::target::Need;
use crate::target::zap::{at, field, reply};
use crate::verdict::{Finding, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/error/unknown-key",
        clauses: &[
            "26-GEN-004",
            "26-GEN-008",
            "26-INITIATE-013",
            "26-INITIATE-014",
            "26-ERROR-001",
            "26-ERROR-003",
        ],
        promise: "The handler sees the key of the client, and a key that it refuses gets no READY.",
        effect: "anyone gets in",
        reading: "A close or ERROR: the RFC asks for both in different places (q34).",
        needs: &[Need::Zap],
        options: ASKING_OPTIONS,
        run: |cx| Box::pin(unknown_key(cx)),
        ..SERVER
    },
    Case {
        id: "26/error/ends-a-client",
        clauses: &["26-GEN-004", "26-ERROR-003"],
        promise: "A client that is told ERROR, in order or not, before or behind WELCOME, closes \
                  and says nothing.",
        effect: "a client that was refused waits for ever",
        run: |cx| Box::pin(ends_a_client(cx)),
        ..CLIENT
    },
    Case {
        id: "26/error/no-second-try",
        clauses: &["26-GEN-005"],
        promise: "A client that was told ERROR does not come back with the same key.",
        effect: "a client that was locked out knocks for ever",
        pace: Pace::Quiet,
        run: |cx| Box::pin(no_second_try(cx)),
        ..CLIENT
    },
];

/// An INITIATE of the usual client, with metadata, on a connection that has its WELCOME.
async fn initiated(cx: &mut Context) -> Result<Link, Stop> {
    let (mut link, client, transient, cookie) = welcomed(cx).await?;
    let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
    initiate.metadata = usual_metadata(cx);
    link.write(initiate.build(&client, &transient)).await?;
    link.release().await?;
    Ok(link)
}

async fn unknown_key(cx: &mut Context) -> Outcome {
    let mut link = initiated(cx).await?;
    let asked = cx.asked().await?;
    let key = field(&asked, at::CREDENTIALS);
    if key != client_keys().public() || asked.len() != at::CREDENTIALS + 1 {
        return Err(link.fail("other-key", hex(&client_keys().public()), hex(key)));
    }
    link.expect_command("READY").await?;
    cx.doorman().await?.decide(|request| Some(reply(request, "400")));
    let mut link = initiated(cx).await?;
    match refused(&mut link, "an unknown key").await? {
        Refused::Closed => cx.lenient("closed-silently", "ERROR", "a close without ERROR"),
        Refused::Error(frame) => {
            let reason = frame.body.get(6..).and_then(<[u8]>::split_first);
            if reason.is_none_or(|(&size, reason)| usize::from(size) != reason.len()) {
                return Err(link.fail("error-form", "05 ERROR, length, reason", hex(&frame.body)));
            }
        }
        Refused::Other(frame) => {
            return Err(link.fail("error-form", "ERROR or a close", hex(&frame.body)));
        }
    }
    Ok(())
}

async fn ends_a_client(cx: &mut Context) -> Outcome {
    let cut = command("ERROR", b"");
    let past_the_end = command("ERROR", b"\x09no");
    let rows = [(false, error("400")), (true, error("400")), (false, cut), (true, past_the_end)];
    for (behind_welcome, octets) in rows {
        let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
        let hello = hello_of(&mut link).await?;
        if behind_welcome {
            let server = Server::new(&mut cx.entropy);
            let welcome = Welcome::new(&server, &hello.transient, &mut cx.entropy);
            link.write(welcome.build(&server)).await?;
            initiate_of(&mut link).await?;
        }
        link.write(octets).await?;
        let seen = link.until_closed("ERROR ends the connection").await?;
        if let Some(frame) = seen.first() {
            return Err(link.fail("spoke-again", "a close in silence", hex(&frame.octets())));
        }
    }
    Ok(())
}

async fn no_second_try(cx: &mut Context) -> Outcome {
    let socket = cx.socket().await?;
    let mut link = cx.link_to(&socket).await?;
    link.write(greeting_of(cx, "CURVE").build()).await?;
    link.greeting().await?;
    hello_of(&mut link).await?;
    link.write(error("400")).await?;
    link.until_closed("ERROR ends the connection").await?;
    if cx.comes_back(&socket).await?.is_some() {
        let finding = Finding::new("came-back", "no other connection", "it dials again");
        return Err(Stop::Fail(finding));
    }
    Ok(())
}
