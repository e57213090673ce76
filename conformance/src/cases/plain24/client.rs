//! What a client says and takes (24-ROLE, 24-HS of the client).

use super::{CLIENT, TYPES, greeted};
use crate::case::{CONNECT, Case, Depth, Pace};
use crate::context::Context;
use crate::curve::refused;
use crate::octets::{command, error, frame, hex, message, properties, ready, title};
use crate::target::{Need, Setting};
use crate::verdict::Outcome;

const CLIENT_CASE: Case =
    Case { depth: Depth::Full, types: TYPES, roles: CONNECT, options: CLIENT, ..Case::BASE };

/// 255 characters.
const LONG: &str = "\
    0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!\
    0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!!\
    0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!!\
    0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!!";

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "24/role/of-a-client",
        clauses: &["24-ROLE-001"],
        promise: "A PLAIN client says 00 in octet 32 of its greeting.",
        effect: "two servers or two clients wait for each other until a timeout",
        run: |cx| Box::pin(role_of_a_client(cx)),
        ..CLIENT_CASE
    },
    Case {
        id: "24/hello/form",
        clauses: &["24-HS-001", "24-HS-002", "24-HS-003"],
        promise: "A client opens with HELLO, its user name and its password, and nothing more.",
        effect: "nobody can log in",
        seen_in: &["zeromq/libzmq#3500"],
        run: |cx| Box::pin(form(cx, b"admin", b"secret")),
        ..CLIENT_CASE
    },
    Case {
        id: "24/hello/form-of-255",
        clauses: &["24-HS-002", "24-HS-003"],
        promise: "A client sends a user name and a password of 255 characters as they are.",
        effect: "users with long passwords cannot log in",
        options: &[
            ("plain_username", Setting::Text(LONG)),
            ("plain_password", Setting::Text(LONG)),
        ],
        run: |cx| Box::pin(form(cx, LONG.as_bytes(), LONG.as_bytes())),
        ..CLIENT_CASE
    },
    Case {
        id: "24/initiate/form",
        clauses: &["24-HS-009", "24-HS-010"],
        promise: "WELCOME is answered with INITIATE and metadata that can be read to its end.",
        effect: "no server lets the client in",
        run: |cx| Box::pin(initiate_form(cx)),
        ..CLIENT_CASE
    },
    Case {
        id: "24/welcome/with-data",
        clauses: &["24-HS-006"],
        promise: "A WELCOME with data is refused.",
        effect: "octets that mean nothing to the client may mean something to the next version",
        run: |cx| Box::pin(welcome_with_data(cx)),
        ..CLIENT_CASE
    },
    Case {
        id: "24/error/ends-a-client",
        clauses: &["24-HS-008"],
        promise: "A client that is told ERROR closes, before and behind WELCOME.",
        effect: "a client that was refused waits for ever",
        run: |cx| Box::pin(error_ends(cx)),
        ..CLIENT_CASE
    },
    Case {
        id: "24/order/toward-a-client",
        clauses: &["24-HS-015", "24-ROLE-002"],
        promise: "A client refuses every command but WELCOME, then every one but READY.",
        effect: "a server that never asked for the password gets the messages",
        run: |cx| Box::pin(toward_a_client(cx)),
        ..CLIENT_CASE
    },
    Case {
        id: "24/ready/malformed",
        clauses: &["24-HS-012"],
        promise: "Metadata of READY that cannot be read is refused.",
        effect: "lengths of a stranger are trusted",
        run: |cx| Box::pin(malformed_ready(cx)),
        ..CLIENT_CASE
    },
    Case {
        id: "24/ready/no-message-before",
        clauses: &["24-HS-013"],
        promise: "A client sends no message before READY, and what waited behind it.",
        effect: "messages reach a server that has not let the client in",
        types: &[crate::socket_type::SocketType::Dealer],
        needs: &[Need::Send],
        pace: Pace::Quiet,
        run: |cx| Box::pin(no_message_before(cx)),
        ..CLIENT_CASE
    },
];

fn their_ready(cx: &Context) -> Vec<u8> {
    ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])
}

async fn role_of_a_client(cx: &mut Context) -> Outcome {
    let ours = crate::curve::greeting_of(cx, "PLAIN");
    let mut peer = cx.link().await?;
    peer.write(ours.build()).await?;
    match peer.greeting().await?.0[32] {
        0 => Ok(()),
        other => Err(peer.fail("as-server", "octet 32 is 00", format!("{other:02x}"))),
    }
}

async fn form(cx: &mut Context, username: &[u8], password: &[u8]) -> Outcome {
    let mut peer = greeted(cx).await?;
    let seen = peer.expect_command("HELLO").await?;
    let expected = [b"\x05HELLO", &super::credentials(username, password)[..]].concat();
    if seen.body != expected {
        return Err(peer.fail("hello", hex(&expected), hex(&seen.body)));
    }
    Ok(())
}

async fn initiate_form(cx: &mut Context) -> Outcome {
    let mut peer = greeted(cx).await?;
    peer.expect_command("HELLO").await?;
    peer.write(command("WELCOME", b"")).await?;
    let seen = peer.expect_command("INITIATE").await?;
    let data = seen.command().map(|command| command.data).unwrap_or_default();
    match properties(data) {
        Err(error) => Err(peer.fail("metadata", "metadata to the last octet", error.to_string())),
        Ok(all) if !all.iter().any(|(name, _)| name.eq_ignore_ascii_case(b"Socket-Type")) => {
            cx.lenient("no-socket-type", "a Socket-Type in INITIATE", title(&seen));
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

async fn welcome_with_data(cx: &mut Context) -> Outcome {
    let mut peer = greeted(cx).await?;
    peer.expect_command("HELLO").await?;
    peer.write(command("WELCOME", b"\0")).await?;
    if let Some(seen) = peer.frame("the end of the connection").await? {
        cx.lenient("data-ignored", "a close", title(&seen));
    }
    Ok(())
}

async fn error_ends(cx: &mut Context) -> Outcome {
    for welcome in [false, true] {
        let mut peer = greeted(cx).await?;
        peer.expect_command("HELLO").await?;
        if welcome {
            peer.write(command("WELCOME", b"")).await?;
            peer.expect_command("INITIATE").await?;
        }
        peer.write(error("400")).await?;
        peer.until_closed("ERROR ends the connection").await?;
    }
    Ok(())
}

async fn toward_a_client(cx: &mut Context) -> Outcome {
    let hello = super::hello();
    let initiate = super::initiate(cx);
    let first = [
        their_ready(cx),
        hello.clone(),
        initiate.clone(),
        command("WILLKOMMEN", b""),
        message(&[b"x"]),
    ];
    for octets in first {
        let mut peer = greeted(cx).await?;
        peer.expect_command("HELLO").await?;
        peer.write(octets).await?;
        refused(&mut peer, "a command that is not WELCOME").await?;
    }
    for octets in [command("WELCOME", b""), hello, initiate, frame(4, b"\x05READ!")] {
        let mut peer = greeted(cx).await?;
        peer.expect_command("HELLO").await?;
        peer.write(command("WELCOME", b"")).await?;
        peer.expect_command("INITIATE").await?;
        peer.write(octets).await?;
        peer.until_closed("a command that is not READY ends the connection").await?;
    }
    Ok(())
}

async fn malformed_ready(cx: &mut Context) -> Outcome {
    for data in [&b"\x0bSocket-Type\0\0\0\x06ROUTE"[..], b"\x0bSocket-Ty", b"\x0bSocket-Type\0\0"] {
        let mut peer = greeted(cx).await?;
        peer.expect_command("HELLO").await?;
        peer.write(command("WELCOME", b"")).await?;
        peer.expect_command("INITIATE").await?;
        peer.write(command("READY", data)).await?;
        peer.until_closed("metadata that is cut ends the connection").await?;
    }
    Ok(())
}

async fn no_message_before(cx: &mut Context) -> Outcome {
    let mut peer = greeted(cx).await?;
    peer.expect_command("HELLO").await?;
    cx.send(&[b"queued"]).await?;
    let early = peer.whatever_comes().await?;
    peer.write(command("WELCOME", b"")).await?;
    peer.expect_command("INITIATE").await?;
    let late = peer.whatever_comes().await?;
    if !early.is_empty() || !late.is_empty() {
        let got = hex(&[early, late].concat());
        return Err(peer.fail("too-early", "no message before READY", got));
    }
    peer.write(their_ready(cx)).await?;
    if peer.message().await? != [b"queued"] {
        return Err(peer.fail("other-message", "the queued message", "another one"));
    }
    Ok(())
}
