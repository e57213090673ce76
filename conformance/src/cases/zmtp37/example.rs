//! Worked Example: the dialogue of a DEALER and a ROUTER, octet for octet where the SUT has no
//! choice (37-EX-001 to -003).
//!
//! Absent: what else a READY may hold (`metadata`, `identity`).

use crate::case::{BIND, CONNECT, Case, Pace};
use crate::context::Context;
use crate::octets::{Frame, Property, hex, message, properties, ready, title};
use crate::socket_type::SocketType;
use crate::target::Need;
use crate::verdict::{Finding, Level, Outcome, Stop};

/// READY of a DEALER with an empty Identity, 43 octets.
const DEALER_READY: &[u8] =
    b"\x04\x29\x05READY\x0BSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00";
/// READY of a ROUTER, 30 octets.
const ROUTER_READY: &[u8] = b"\x04\x1C\x05READY\x0BSocket-Type\x00\x00\x00\x06ROUTER";

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "37/example/ready-of-a-dealer",
        clauses: &["37-EX-001"],
        promise: "READY of a DEALER without a name holds its type, and at most an empty Identity.",
        effect: "peers take it for another type, or for a peer with a name",
        types: &[SocketType::Dealer],
        run: |cx| Box::pin(ready_of_a_dealer(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/example/ready-of-a-router",
        clauses: &["37-EX-002"],
        promise: "READY of a ROUTER without a name holds its type, and at most an empty Identity.",
        effect: "peers take it for another type, or for a peer with a name",
        types: &[SocketType::Router],
        run: |cx| Box::pin(ready_of_a_router(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/example/dialogue-with-a-dealer",
        clauses: &["37-EX-001", "37-EX-003"],
        promise: "A ROUTER takes the example's DEALER: its READY, a request, and gets an answer.",
        effect: "the first program a user writes does not work",
        types: &[SocketType::Router],
        needs: &[Need::Recv, Need::Send],
        run: |cx| Box::pin(dialogue_with_a_dealer(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/example/dialogue-with-a-router",
        clauses: &["37-EX-002", "37-EX-003"],
        promise: "A DEALER takes the example's ROUTER: its READY, and messages either way.",
        effect: "the first program a user writes does not work",
        types: &[SocketType::Dealer],
        needs: &[Need::Recv, Need::Send],
        run: |cx| Box::pin(dialogue_with_a_router(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/example/client-waits-for-ready",
        clauses: &["37-EX-003", "37-GREETING-008"],
        promise: "A connecting peer sends no message before it has received READY.",
        effect: "messages are lost when the other side refuses the connection",
        types: &[SocketType::Dealer, SocketType::Push],
        roles: CONNECT,
        needs: &[Need::Send],
        pace: Pace::Quiet,
        run: |cx| Box::pin(client_waits_for_ready(cx)),
        ..Case::BASE
    },
    Case {
        id: "37/example/messages-behind-ready",
        clauses: &["37-EX-003"],
        level: Level::Observe,
        promise: "A binding peer takes messages that come in one piece with READY, or closes.",
        effect: "clients that do not wait for READY lose their first messages",
        reading: "Version 3.0 lets a peer send as soon as it has sent READY, 3.1 in one place \
                  only when it has received READY too.",
        types: &[SocketType::Pull, SocketType::Dealer, SocketType::Router],
        roles: BIND,
        needs: &[Need::Recv],
        run: |cx| Box::pin(messages_behind_ready(cx)),
        ..Case::BASE
    },
];

/// The READY of the SUT, its octets and its properties.
async fn own_ready(cx: &mut Context) -> Result<(Frame, Vec<Property>), Stop> {
    let mut peer = cx.greeted().await?;
    if cx.role == crate::target::Role::Bind {
        peer.write(ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())])).await?;
    }
    let frame = peer.expect_command("READY").await?;
    let data = frame.command().map(|command| command.data.to_vec()).unwrap_or_default();
    let all = properties(&data).map_err(|wrong| {
        let got = format!("{wrong}: {}", hex(&frame.octets()));
        peer.fail("illegal-metadata", "properties within the grammar", got)
    })?;
    Ok((frame, all))
}

/// Type and Identity are as the example has them; other properties are told.
async fn like_example(cx: &mut Context, kind: &str) -> Result<bool, Stop> {
    let (frame, all) = own_ready(cx).await?;
    let mut types = 0;
    let mut identity = false;
    for (name, value) in &all {
        let right = match name.to_ascii_lowercase().as_slice() {
            b"socket-type" => {
                types += 1;
                value == kind.as_bytes()
            }
            b"identity" => {
                identity = true;
                value.is_empty()
            }
            _ => {
                cx.info(format!("property {} is sent as well", String::from_utf8_lossy(name)));
                true
            }
        };
        if !right {
            let expected = format!("Socket-Type={kind} and an empty Identity, if any");
            return Err(Stop::Fail(Finding::new("property", expected, title(&frame))));
        }
    }
    if types != 1 {
        let expected = format!("one property Socket-Type={kind}");
        return Err(Stop::Fail(Finding::new("socket-type", expected, title(&frame))));
    }
    // With the example's properties in the example's order nothing is left to choose.
    let golden = if identity { 2 } else { 1 };
    let octets = frame.octets();
    let example = if kind == "DEALER" { DEALER_READY } else { ROUTER_READY };
    if identity == (kind == "DEALER") && all.len() == golden && octets.len() != example.len() {
        let expected = format!("{} octets", example.len());
        return Err(Stop::Fail(Finding::new("size", expected, hex(&octets))));
    }
    Ok(identity)
}

async fn ready_of_a_dealer(cx: &mut Context) -> Outcome {
    if !like_example(cx, "DEALER").await? {
        cx.info("no Identity is sent when it is empty");
    }
    Ok(())
}

async fn ready_of_a_router(cx: &mut Context) -> Outcome {
    if like_example(cx, "ROUTER").await? {
        cx.info("an empty Identity is sent, which the example leaves out");
    }
    Ok(())
}

async fn dialogue_with_a_dealer(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    cx.handshake(&mut peer, DEALER_READY).await?;
    peer.write(b"\x01\x00\x00\x05Hello").await?;
    peer.release().await?;
    let request = cx.recv().await?;
    let [address, empty, body] = request.as_slice() else {
        let got = format!("{} parts", request.len());
        return Err(peer.fail("parts", "an address, an empty part, Hello", got));
    };
    if !empty.is_empty() || body != b"Hello" {
        let got = format!("{} {}", hex(empty), hex(body));
        return Err(peer.fail("parts", "an address, an empty part, Hello", got));
    }
    cx.send(&[address.as_slice(), b"", b"World"]).await?;
    expect_message(&peer.message().await?, &[b"", b"World"])
}

async fn dialogue_with_a_router(cx: &mut Context) -> Outcome {
    let mut peer = cx.greeted().await?;
    cx.handshake(&mut peer, ROUTER_READY).await?;
    peer.release().await?;
    cx.send(&[b"", b"Hello"]).await?;
    expect_message(&peer.message().await?, &[b"", b"Hello"])?;
    peer.write(message(&[&b""[..], b"World"])).await?;
    peer.release().await?;
    cx.expect_delivery(&[&b""[..], b"World"]).await
}

fn expect_message(seen: &[Vec<u8>], wanted: &[&[u8]]) -> Outcome {
    if seen.iter().map(Vec::as_slice).eq(wanted.iter().copied()) {
        return Ok(());
    }
    let show = |parts: Vec<String>| format!("[{}]", parts.join(" "));
    let expected = show(wanted.iter().map(|part| hex(part)).collect());
    let got = show(seen.iter().map(|part| hex(part)).collect());
    Err(Stop::Fail(Finding::new("other-message", expected, got)))
}

async fn client_waits_for_ready(cx: &mut Context) -> Outcome {
    let ours = ready(&[("Socket-Type", cx.kind.counterpart().name().as_bytes())]);
    let mut peer = cx.greeted().await?;
    peer.expect_command("READY").await?;
    let dialogue = async {
        let early = peer.whatever_comes().await?;
        if !early.is_empty() {
            let expected = "nothing until READY is answered";
            return Err(peer.fail("before-ready", expected, hex(&early)));
        }
        peer.write(ours).await?;
        peer.message().await
    };
    // A socket may take the message at once, or only when it has a peer for it.
    let ((), parts) = tokio::try_join!(cx.send(&[b"early"]), dialogue)?;
    expect_message(&parts, &[b"early"])
}

async fn messages_behind_ready(cx: &mut Context) -> Outcome {
    let kind = cx.kind.counterpart().name().as_bytes();
    let early = cx.entropy.nonce();
    let mut eager = cx.greeted().await?;
    let opening = [ready(&[("Socket-Type", kind)]), message(&[&early])].concat();
    eager.write(opening).await?;
    let closed = eager.fate().await?.fate == crate::probe::Fate::Closed;
    let mut peer = cx.ready().await?;
    let nonce = cx.entropy.nonce();
    peer.write(message(&[&nonce])).await?;
    peer.release().await?;
    let first = cx.recv_body().await?;
    let delivered = first.first().is_some_and(|part| part == early.as_slice());
    cx.info(match (delivered, closed) {
        (true, false) => "a message right behind READY is delivered",
        (true, true) => "a message right behind READY is delivered, then the connection closed",
        (false, true) => "a message right behind READY closes the connection",
        (false, false) => "a message right behind READY is lost",
    });
    Ok(())
}
