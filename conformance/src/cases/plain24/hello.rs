//! HELLO, WELCOME and ERROR of a server (24-ROLE-001, 24-HS-002 to -008, 24-HS-017).

use super::{SERVER_CASE, credentials, greeted, hello};
use crate::case::{Case, Depth};
use crate::context::Context;
use crate::curve::{Refused, refused};
use crate::octets::{command, hex, title};
use crate::target::zap::{at, reply};
use crate::verdict::Outcome;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "24/role/of-a-server",
        clauses: &["24-ROLE-001"],
        promise: "A PLAIN server says so in octet 32 of its greeting.",
        effect: "two servers or two clients wait for each other until a timeout",
        seen_in: &["zeromq/libzmq#4796"],
        run: |cx| Box::pin(role_of_a_server(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/hello/lengths",
        clauses: &["24-HS-003", "24-HS-005", "27-MECH-002", "27-FIELDS-004"],
        promise: "User names and passwords of 0 to 255 characters reach the handler as they are.",
        effect: "users with long or empty passwords cannot log in, or log in with a part of them",
        run: |cx| Box::pin(lengths(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/hello/malformed",
        clauses: &["24-HS-004", "24-HS-017"],
        promise: "A HELLO that is cut anywhere, has an octet too many or another name is refused.",
        effect: "credentials are read from memory that is not theirs",
        seen_in: &["zeromq/libzmq#3500"],
        run: |cx| Box::pin(malformed(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/hello/characters",
        clauses: &["24-HS-003"],
        promise: "A user name or password with octets outside 21-7E is refused.",
        effect: "names that look alike are different, or end at a zero in one program and not in \
                 the next",
        run: |cx| Box::pin(characters(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/welcome/form",
        clauses: &["24-HS-005", "24-HS-006"],
        promise: "Accepted credentials are answered with one WELCOME without data.",
        effect: "clients that read it to the end go away",
        seen_in: &["zeromq/libzmq#3500"],
        run: |cx| Box::pin(welcome(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/hello/wrong-password",
        clauses: &["24-HS-007"],
        promise: "Credentials that the handler refuses end the handshake.",
        effect: "anyone gets in",
        depth: Depth::Quick,
        run: |cx| Box::pin(wrong_password(cx)),
        ..SERVER_CASE
    },
    Case {
        id: "24/error/form",
        clauses: &["24-HS-008"],
        promise: "What a refused client is told is an ERROR: 05 ERROR, a length, a reason.",
        effect: "the client cannot tell a wrong password from a broken server, and tries again",
        run: |cx| Box::pin(error_form(cx)),
        ..SERVER_CASE
    },
];

async fn role_of_a_server(cx: &mut Context) -> Outcome {
    let ours = crate::curve::greeting_of(cx, "PLAIN");
    let mut peer = cx.link().await?;
    peer.write(ours.build()).await?;
    let seen = peer.greeting().await?;
    match seen.0[32] {
        1 => Ok(()),
        other => Err(peer.fail("as-server", "octet 32 is 01", format!("{other:02x}"))),
    }
}

async fn lengths(cx: &mut Context) -> Outcome {
    let long = [b'x'; 255];
    let rows: [(&[u8], &[u8]); 6] = [
        (b"admin", b"secret"),
        (b"", b""),
        (b"a", b""),
        (b"", &long),
        (&long, b"~!"),
        (&long, &long),
    ];
    for (username, password) in rows {
        let mut peer = greeted(cx).await?;
        peer.write(command("HELLO", &credentials(username, password))).await?;
        peer.release().await?;
        let asked = cx.asked().await?;
        let told = asked.get(at::CREDENTIALS..).unwrap_or_default();
        if told != [username, password] {
            let expected = format!("credentials of {} and {}", username.len(), password.len());
            let got: Vec<_> = told.iter().map(|octets| hex(octets)).collect();
            return Err(peer.fail("other-credentials", expected, got.join(" ")));
        }
        peer.expect_command("WELCOME").await?;
    }
    Ok(())
}

async fn malformed(cx: &mut Context) -> Outcome {
    let good = credentials(b"admin", b"secret");
    let mut rows: Vec<(String, Vec<u8>)> = (0..good.len())
        .map(|size| {
            let data = good.get(..size).unwrap_or_default();
            (format!("HELLO cut after {size} octets of data"), command("HELLO", data))
        })
        .collect();
    let mut row = |what: &str, octets| rows.push((what.to_owned(), octets));
    row("HELLO with an octet behind it", command("HELLO", &[&good[..], b"\0"].concat()));
    row("HELLO with a third field", command("HELLO", &[&good[..], b"\x01x"].concat()));
    row("a name of eight characters", command("HELLO   ", &good));
    row("a name ended by zero", command("HELLO\0", &good));
    row("another letter case", command("hello", &good));
    row("another command", command("WELCOME", &good));
    for (what, octets) in rows {
        let mut peer = greeted(cx).await?;
        peer.write(octets).await?;
        refused(&mut peer, &what).await?;
    }
    Ok(())
}

async fn characters(cx: &mut Context) -> Outcome {
    for name in [&b"ad min"[..], b"admin\0", b"\xffadmin", b"adm\x7fin"] {
        for (username, password) in [(name, &b"secret"[..]), (b"admin", name)] {
            let mut peer = greeted(cx).await?;
            peer.write(command("HELLO", &credentials(username, password))).await?;
            if let Some(frame) = peer.frame("a refusal").await?
                && frame.is("WELCOME")
            {
                let got = format!("{} is welcome", hex(name));
                cx.lenient("characters-accepted", "a close or ERROR", got);
            }
        }
    }
    Ok(())
}

async fn welcome(cx: &mut Context) -> Outcome {
    let mut peer = greeted(cx).await?;
    peer.write(hello()).await?;
    let frame = peer.expect_command("WELCOME").await?;
    if frame.body != b"\x07WELCOME" {
        return Err(peer.fail("welcome-data", "07 WELCOME and nothing more", hex(&frame.body)));
    }
    // The next thing it says is READY, so there was one WELCOME only.
    peer.write(super::initiate(cx)).await?;
    peer.expect_command("READY").await?;
    Ok(())
}

async fn wrong_password(cx: &mut Context) -> Outcome {
    let doorman = cx.doorman().await?;
    doorman.decide(|request| {
        let right =
            request.get(at::CREDENTIALS..) == Some(&[b"admin".to_vec(), b"secret".to_vec()]);
        Some(reply(request, if right { "200" } else { "400" }))
    });
    let rows: [(&[u8], &[u8]); 5] = [
        (b"admin", b"wrong"),
        (b"admin", b""),
        (b"admin", b"secret1"),
        (b"Admin", b"secret"),
        (b"", b""),
    ];
    for (username, password) in rows {
        let mut peer = greeted(cx).await?;
        peer.write(command("HELLO", &credentials(username, password))).await?;
        refused(&mut peer, "a wrong password").await?;
        // What a client that goes on regardless would say.
        peer.write(super::initiate(cx)).await?;
        refused(&mut peer, "a wrong password").await?;
    }
    let mut peer = greeted(cx).await?;
    peer.write(hello()).await?;
    peer.expect_command("WELCOME").await?;
    Ok(())
}

async fn error_form(cx: &mut Context) -> Outcome {
    cx.doorman().await?.decide(|request| Some(reply(request, "400")));
    let mut peer = greeted(cx).await?;
    peer.write(hello()).await?;
    match refused(&mut peer, "a wrong password").await? {
        Refused::Closed => {
            cx.info("it closes without ERROR");
            Ok(())
        }
        Refused::Error(frame) => {
            let data = frame.body.get(6..).and_then(<[u8]>::split_first);
            match data {
                Some((&size, reason)) if usize::from(size) == reason.len() => Ok(()),
                _ => Err(peer.fail("error-form", "05 ERROR, length, reason", hex(&frame.body))),
            }
        }
        Refused::Other(frame) => {
            let got = format!("{} ({})", hex(&frame.body), title(&frame));
            Err(peer.fail("error-form", "05 ERROR, length, reason", got))
        }
    }
}
