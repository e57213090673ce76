//! REP: a request of some peer, then the reply to it in the same envelope, strictly in turn
//! (28-REP-001 to -013).

use super::{NOT_NOW, NOW, arrives, fair, returned, say, say_and_settle, stays_silent};
use crate::case::{BIND, Case, Depth};
use crate::cases::many::{borrowed, varied};
use crate::context::Context;
use crate::octets::{greeting, message};
use crate::probe::Fate;
use crate::socket_type::SocketType::Rep;
use crate::target::{Need, Options, Setting};
use crate::verdict::{Finding, Outcome, Stop};

/// What these cases share.
const BASE: Case = Case { types: &[Rep], needs: &[Need::Recv, Need::Send], ..Case::BASE };

/// A queue that two messages fill.
const SHORTEST: Options = &[("sndhwm", Setting::Number(2))];

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "28/rep/envelopes",
        clauses: &["28-REP-004", "28-REP-006", "28-REP-007", "28-REP-009"],
        promise: "What comes before the first empty frame, 0 to 5 frames, is kept from the \
                  application and put in front of the reply; all behind it is delivered.",
        effect: "requests through proxies are not answered, or answered to nobody",
        seen_in: &["zeromq/zmq.rs@b2febec7", "go-zeromq/zmq4#99"],
        depth: Depth::Full,
        run: |cx| Box::pin(envelopes(cx)),
        ..BASE
    },
    Case {
        id: "28/rep/unchanged",
        clauses: &["28-REP-002"],
        promise: "Requests and replies of 1 to 64 frames pass octet by octet as they were sent.",
        effect: "applications read something else than was sent",
        seen_in: &["go-zeromq/zmq4#99"],
        depth: Depth::Full,
        run: |cx| Box::pin(unchanged(cx)),
        ..BASE
    },
    Case {
        id: "28/rep/alternates",
        clauses: &["28-REP-003", "28-REP-008"],
        promise: "A reply without a request, and a receive before the reply, are refused.",
        effect: "replies go to the wrong request",
        run: |cx| Box::pin(alternates(cx)),
        ..BASE
    },
    Case {
        id: "28/rep/both-types",
        clauses: &["28-REP-001"],
        promise: "A REQ and a DEALER both get the replies to their requests.",
        effect: "clients of one type are not served",
        roles: BIND,
        run: |cx| Box::pin(both_types(cx)),
        ..BASE
    },
    Case {
        id: "28/rep/fair",
        clauses: &["28-REP-005"],
        promise: "The one request of a peer does not wait behind 100 of another one.",
        effect: "a busy client silences the others",
        roles: BIND,
        depth: Depth::Full,
        run: |cx| Box::pin(fair(cx, 100, 10)),
        ..BASE
    },
    Case {
        id: "28/rep/answers-the-asker",
        clauses: &["28-REP-010"],
        promise: "Of three peers each gets the replies to its own requests and nothing else.",
        effect: "clients read what was meant for others",
        seen_in: &["go-zeromq/zmq4#70"],
        roles: BIND,
        run: |cx| Box::pin(answers_the_asker(cx)),
        ..BASE
    },
    Case {
        id: "28/rep/asker-gone",
        clauses: &["28-REP-011"],
        promise: "A reply to a peer that has gone returns, reaches nobody else, and the next \
                  request is served.",
        effect: "one client that gives up stops a server",
        seen_in: &["zeromq/libzmq@bdc676f6"],
        roles: BIND,
        run: |cx| Box::pin(asker_gone(cx)),
        ..BASE
    },
    Case {
        id: "28/rep/never-blocks",
        clauses: &["28-REP-012"],
        promise: "A peer that asks and asks and never reads does not make a reply wait.",
        effect: "one stalled client stops a server",
        roles: BIND,
        options: SHORTEST,
        depth: Depth::Full,
        run: |cx| Box::pin(never_blocks(cx)),
        ..BASE
    },
    Case {
        id: "28/rep/malformed-request",
        clauses: &["28-REP-013"],
        promise: "A request without an empty frame, or without anything behind it, is not \
                  delivered, and good ones are still served.",
        effect: "one octet of a stranger stops a server",
        seen_in: &["zeromq/libzmq@725f141f"],
        reading: "To close and to discard are both right.",
        run: |cx| Box::pin(malformed_request(cx)),
        ..BASE
    },
];

async fn envelopes(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let bodies: [&[&[u8]]; 3] = [&[b"body"], &[b"a", b"", b"b"], &[b""]];
    let replies: [&[&[u8]]; 3] = [&[b"", b"y"], &[b"reply"], &[b""]];
    for depth in 0..=5_usize {
        let names = [&b"r1"[..], b"\0\x01\x02\x03\x04", b"r3", b"r4", b"r5"];
        let mut envelope: Vec<&[u8]> = names.iter().take(depth).copied().collect();
        envelope.push(b"");
        for (body, reply) in bodies.into_iter().zip(replies) {
            say(&mut peer, &[&envelope[..], body].concat()).await?;
            cx.expect_delivery(body).await?;
            cx.send(reply).await?;
            arrives(&mut peer, &[&envelope[..], reply].concat()).await?;
        }
    }
    Ok(())
}

async fn unchanged(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let mut all = varied(&mut cx.entropy, 40);
    all.push((0..64_u8).map(|number| vec![number; usize::from(number)]).collect());
    for parts in all {
        let framed = [&[vec![]], &parts[..]].concat();
        say(&mut peer, &framed).await?;
        cx.expect_delivery(&parts).await?;
        cx.send(&borrowed(&parts)).await?;
        arrives(&mut peer, &framed).await?;
    }
    Ok(())
}

async fn alternates(cx: &mut Context) -> Outcome {
    let mut peer = cx.ready().await?;
    let early = cx.try_send(&[b"out of turn"], NOW).await?;
    cx.expect_refusal("a reply before any request", &early, NOT_NOW)?;
    peer.write(message(&[&b""[..], b"one"])).await?;
    say_and_settle(&mut peer, &[&b""[..], b"two"]).await?;
    let early = cx.try_send(&[b"out of turn"], NOW).await?;
    cx.expect_refusal("a reply before a request is received", &early, NOT_NOW)?;
    for request in [b"one", b"two"] {
        cx.expect_delivery(&[request]).await?;
        let next = cx.try_recv(NOW).await?;
        cx.expect_refusal("a receive before the reply", &next, NOT_NOW)?;
        cx.send(&[b"reply to", &request[..]]).await?;
        // What was refused is not sent: it would come before the reply.
        arrives(&mut peer, &[&b""[..], b"reply to", request]).await?;
        let second = cx.try_send(&[b"out of turn"], NOW).await?;
        cx.expect_refusal("a second reply", &second, NOT_NOW)?;
    }
    stays_silent(&mut peer).await
}

async fn both_types(cx: &mut Context) -> Outcome {
    let mut peers = Vec::new();
    for kind in [&b"REQ"[..], b"DEALER"] {
        peers.push(cx.ready_as(greeting(), &[("Socket-Type", kind)]).await?);
    }
    for peer in &mut peers {
        say(peer, &[&b""[..], b"request"]).await?;
        cx.expect_delivery(&[b"request"]).await?;
        cx.send(&[b"reply"]).await?;
        arrives(peer, &[&b""[..], b"reply"]).await?;
    }
    Ok(())
}

async fn answers_the_asker(cx: &mut Context) -> Outcome {
    let mut peers = vec![cx.ready().await?, cx.ready().await?, cx.ready().await?];
    for round in 0..4 {
        for (at, peer) in peers.iter_mut().enumerate() {
            say(peer, &[&b"same"[..], b"", format!("{round} of {at}").as_bytes()]).await?;
        }
        for _ in 0..3 {
            let request = cx.recv().await?;
            cx.send(&borrowed(&request)).await?;
        }
        // A reply that went astray would be the next one of somebody.
        for (at, peer) in peers.iter_mut().enumerate() {
            arrives(peer, &[&b"same"[..], b"", format!("{round} of {at}").as_bytes()]).await?;
        }
    }
    for peer in &mut peers {
        stays_silent(peer).await?;
    }
    Ok(())
}

async fn asker_gone(cx: &mut Context) -> Outcome {
    let mut stays = cx.ready().await?;
    for resets in [false, true] {
        let mut leaves = cx.ready().await?;
        say(&mut leaves, &[&b"r1"[..], b"", b"last words"]).await?;
        cx.expect_delivery(&[b"last words"]).await?;
        if resets {
            drop(leaves);
        } else {
            leaves.close().await?;
        }
        let deadline = cx.bench().deadline;
        let late = cx.try_send(&[b"too late"], deadline).await?;
        returned("a reply to a peer that has gone", &late)?;
        say(&mut stays, &[&b""[..], b"next"]).await?;
        cx.expect_delivery(&[b"next"]).await?;
        cx.send(&[b"reply"]).await?;
        arrives(&mut stays, &[&b""[..], b"reply"]).await?;
    }
    Ok(())
}

/// Requests of a peer that does not read.
const GREEDY: usize = 20;

async fn never_blocks(cx: &mut Context) -> Outcome {
    let mut greedy = cx.ready().await?;
    let mut modest = cx.ready().await?;
    greedy.write(message(&[&b""[..], b"more"]).repeat(GREEDY)).await?;
    greedy.release().await?;
    let (large, deadline) = (vec![b'.'; 1 << 20], cx.bench().deadline);
    for _ in 0..GREEDY {
        cx.expect_delivery(&[b"more"]).await?;
        let reply = cx.try_send(&[&large], deadline).await?;
        returned("a reply to a peer that does not read", &reply)?;
    }
    say(&mut modest, &[&b""[..], b"one"]).await?;
    cx.expect_delivery(&[b"one"]).await?;
    cx.send(&[b"reply"]).await?;
    arrives(&mut modest, &[&b""[..], b"reply"]).await
}

async fn malformed_request(cx: &mut Context) -> Outcome {
    let requests: [&[&[u8]]; 4] = [&[b"nodelim"], &[b"two", b"frames"], &[b""], &[b"r1", b""]];
    for (number, request) in requests.into_iter().enumerate() {
        let mut peer = cx.ready().await?;
        if say_and_settle(&mut peer, request).await? == Fate::Closed {
            peer = cx.ready().await?;
        }
        let good = number.to_string().into_bytes();
        say(&mut peer, &[&[], &good[..]]).await?;
        let got = cx.recv().await?;
        if got != [good] {
            let expected = "the request that is well formed";
            let finding = Finding::new("malformed-delivered", expected, super::shown(&got));
            return Err(Stop::Fail(finding));
        }
        cx.send(&[b"reply"]).await?;
        arrives(&mut peer, &[&b""[..], b"reply"]).await?;
    }
    Ok(())
}
