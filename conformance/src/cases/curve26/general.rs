//! What holds for the whole dialogue (26-GEN): closing, coming back, keys.

use super::{CLIENT, SERVER};
use crate::case::{Case, Depth, Pace};
use crate::context::Context;
use crate::curve::{
    Client, Hello, Initiate, Server, Welcome, greeting_of, hello_of, initiate_of, secured,
    usual_metadata, welcomed,
};
use crate::target::Setting;
use crate::verdict::{Finding, Outcome, Stop};

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "26/general/handshake-with-a-server",
        clauses: &["26-GEN-001", "26-GEN-008", "26-INITIATE-015"],
        promise: "A server without an authenticator takes a client with any key in.",
        effect: "no client can connect",
        depth: Depth::Quick,
        run: |cx| Box::pin(any_key(cx)),
        ..SERVER
    },
    Case {
        id: "26/general/handshake-with-a-client",
        clauses: &["26-GEN-001"],
        promise: "A client completes the handshake: HELLO, WELCOME, INITIATE, READY.",
        effect: "no client can connect",
        depth: Depth::Quick,
        run: |cx| {
            Box::pin(async move {
                let mut peer = secured(cx).await?;
                let (fate, _) = peer.fate(cx).await?;
                if fate == crate::probe::Fate::Closed {
                    return Err(peer.link.fail("closed", "the connection goes on", "a close"));
                }
                Ok(())
            })
        },
        ..CLIENT
    },
    Case {
        id: "26/general/close-anywhere",
        clauses: &["26-GEN-002"],
        promise: "A client that closes behind any command does not disturb the next one.",
        effect: "a client that goes away takes the server with it",
        run: |cx| Box::pin(close_anywhere(cx)),
        ..SERVER
    },
    Case {
        id: "26/general/return-with-a-new-key",
        clauses: &["26-GEN-003", "26-HELLO-005", "26-INITIATE-006"],
        promise: "A client whose server closed silently comes back with a new transient key and a \
                  new vouch.",
        effect: "whoever learns one transient key reads all connections",
        run: |cx| Box::pin(return_with_a_new_key(cx)),
        ..CLIENT
    },
    Case {
        id: "26/general/no-server-key",
        clauses: &["26-GEN-007"],
        promise: "A client that was not told the key of its server sends no HELLO.",
        effect: "whoever answers is the server",
        options: &[
            ("curve_publickey", Setting::Text("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")),
            ("curve_secretkey", Setting::Text("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")),
        ],
        pace: Pace::Quiet,
        run: |cx| Box::pin(no_server_key(cx)),
        ..CLIENT
    },
];

async fn no_server_key(cx: &mut Context) -> Outcome {
    let mut link = match cx.link().await {
        // That it cannot connect at all is an answer too.
        Err(Stop::Fail(finding)) if finding.signature == "api-error" => return Ok(()),
        other => other?,
    };
    link.write(greeting_of(cx, "CURVE").build()).await?;
    let octets = link.whatever_comes().await?;
    if octets.windows(5).any(|seen| seen == b"HELLO") {
        return Err(link.fail("hello-to-anyone", "no HELLO", crate::octets::hex(&octets)));
    }
    Ok(())
}

async fn any_key(cx: &mut Context) -> Outcome {
    secured(cx).await?;
    let mut link = cx.greeted_as(greeting_of(cx, "CURVE")).await?;
    let mut client = Client::new(&mut cx.entropy);
    client.keys = crate::curve::Keys::fresh(&mut cx.entropy);
    link.write(Hello::new(&client).build(&client)).await?;
    let frame = link.expect_command("WELCOME").await?;
    let opened = crate::curve::SeenWelcome::read(&frame)
        .and_then(|welcome| welcome.open(&client.transient, &client.server, b"WELCOME-"));
    let Some((transient, cookie)) = opened else {
        return Err(link.fail("welcome", "a WELCOME that opens", "one that does not"));
    };
    let mut initiate = Initiate::new(&client, &transient, &cookie, &mut cx.entropy);
    initiate.metadata = usual_metadata(cx);
    link.write(initiate.build(&client, &transient)).await?;
    link.expect_command("READY").await?;
    Ok(())
}

async fn close_anywhere(cx: &mut Context) -> Outcome {
    for step in 0..4 {
        let mut peer = match step {
            0 => cx.greeted_as(greeting_of(cx, "CURVE")).await?,
            1 => welcomed(cx).await?.0,
            _ => secured(cx).await?.link,
        };
        if step == 3 {
            peer.write(b"\0\x23\x07MESS").await?;
        }
        peer.finish().await?;
    }
    secured(cx).await?;
    Ok(())
}

/// Connections of one socket of the SUT, one after the other.
const RETURNS: usize = 5;

async fn return_with_a_new_key(cx: &mut Context) -> Outcome {
    let socket = cx.socket().await?;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..RETURNS {
        let mut link = cx.link_to(&socket).await?;
        link.write(greeting_of(cx, "CURVE").build()).await?;
        link.greeting().await?;
        let hello = hello_of(&mut link).await?;
        let server = Server::new(&mut cx.entropy);
        let welcome = Welcome::new(&server, &hello.transient, &mut cx.entropy);
        link.write(welcome.build(&server)).await?;
        let initiate = initiate_of(&mut link).await?;
        let inside = initiate.open(&server.transient, &hello.transient, b"CurveZMQINITIATE");
        let nonce = inside.map(|inside| inside.vouch_nonce).unwrap_or_default();
        let fresh = seen.insert(hello.transient.to_vec()) && seen.insert(nonce.to_vec());
        if !fresh {
            let expected = "a new transient key and vouch nonce on each connection";
            let finding = Finding::new("key-reused", expected, "one that was there before");
            return Err(Stop::Fail(finding));
        }
        link.finish().await?;
    }
    Ok(())
}
