//! What takes more than one connection to libzmq, or one that is refused: a promise each.
//!
//! Deliberately absent: what pairs of types say to each other; that is the grid's.

use super::grid::Mechanism;
use super::peer::Peer;
use super::{Outcome, open, set_all};
use zeroproof_reference::SocketType::{Dealer, Pull, Push, Rep, Req, Router, Sub, Xpub};
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::{Message, Refused};

/// More than fit into a queue of 1,000.
const TOPICS: usize = 5000;
/// Long enough to hear an answer, where none may come.
const SILENCE_MS: i64 = 300;
/// Whoever gives its port up and wants it back has an address of its own: at this one somebody else
/// may take it meanwhile.
const ANYWHERE: &str = "tcp://127.0.0.1:*";

/// We dial again, and what was sent meanwhile arrives.
pub(super) async fn libzmq_comes_back(peer: &mut Peer) -> Outcome {
    let ours = open(&Context::new(), Push)?;
    peer.ask("open theirs PULL").await?;
    let endpoint = peer.ask("bind theirs tcp://127.0.0.2:*").await?;
    ours.connect(&endpoint)?;
    ours.send("before").await?;
    assert_eq!(peer.recv("theirs").await?, Message::from("before"));
    peer.ask("close theirs").await?;
    rebind(peer, "PULL", &endpoint).await?;
    // What is written before the old link is known to be dead is lost with it.
    peer.ask("set theirs RCVTIMEO 20").await?;
    while {
        ours.send("after").await?;
        peer.recv("theirs").await.is_err()
    } {}
    Ok(())
}

/// libzmq frees the address some time after it has closed the socket.
async fn rebind(peer: &mut Peer, kind: &str, endpoint: &str) -> Outcome {
    peer.ask(&format!("open theirs {kind}")).await?;
    peer.ask(&format!("bind_again theirs {endpoint}")).await?;
    Ok(())
}

/// It dials us again.
pub(super) async fn we_come_back(peer: &mut Peer) -> Outcome {
    let context = Context::new();
    let ours = open(&context, Pull)?;
    let endpoint = ours.bind("tcp://127.0.0.3:*").await?.to_string();
    peer.ask("open theirs PUSH").await?;
    peer.ask("set theirs RECONNECT_IVL 10").await?;
    peer.ask(&format!("connect theirs {endpoint}")).await?;
    peer.send("theirs", &Message::from("before")).await?;
    assert_eq!(ours.recv().await?, Message::from("before"));
    ours.close().await;
    let ours = open(&context, Pull)?;
    ours.bind(&endpoint).await?;
    ours.set("rcvtimeo", 20)?;
    loop {
        peer.send("theirs", &Message::from("after")).await?;
        if ours.recv().await != Err(Refused::WouldBlock) {
            return Ok(());
        }
    }
}

/// All of them, to a publisher that came back, through a queue of 1,000.
pub(super) async fn our_subscriptions_are_sent_again(peer: &mut Peer) -> Outcome {
    let ours = open(&Context::new(), Sub)?;
    for number in 0..TOPICS {
        ours.subscribe(format!("topic {number:04}"))?;
    }
    peer.ask("open theirs XPUB").await?;
    let endpoint = peer.ask(&format!("bind theirs {ANYWHERE}")).await?;
    ours.connect(&endpoint)?;
    for _ in 0..2 {
        for number in 0..TOPICS {
            let wish = Message::from(format!("\u{1}topic {number:04}").as_str());
            assert_eq!(peer.recv("theirs").await?, wish);
        }
        peer.ask("close theirs").await?;
        rebind(peer, "XPUB", &endpoint).await?;
    }
    Ok(())
}

/// libzmq's, to our publisher that came back.
pub(super) async fn their_subscriptions_are_all_taken(peer: &mut Peer) -> Outcome {
    let context = Context::new();
    let mut ours = open(&context, Xpub)?;
    let endpoint = ours.bind(ANYWHERE).await?.to_string();
    peer.ask("open theirs SUB").await?;
    peer.ask("set theirs RECONNECT_IVL 10").await?;
    // It drops the subscriptions that its own queue has no room for.
    peer.ask("set theirs SNDHWM 0").await?;
    for number in 0..TOPICS {
        peer.ask(&format!("text theirs SUBSCRIBE topic-{number}")).await?;
    }
    peer.ask(&format!("connect theirs {endpoint}")).await?;
    for _ in 0..2 {
        expect_topics(&ours, peer).await?;
        ours.close().await;
        ours = open(&context, Xpub)?;
        ours.bind(&endpoint).await?;
    }
    expect_topics(&ours, peer).await
}

async fn expect_topics(ours: &Socket, peer: &mut Peer) -> Outcome {
    ours.set("rcvtimeo", 20)?;
    let mut topics = std::collections::BTreeSet::new();
    while topics.len() < TOPICS {
        match ours.recv().await {
            Ok(wish) => drop(topics.insert(wish.first().to_vec())),
            Err(_) => drop(peer.ask("events theirs").await?),
        }
    }
    assert!(topics.iter().all(|topic| topic.starts_with(b"\x01topic-")));
    Ok(())
}

/// It gets what a closed socket of ours had queued for it.
pub(super) async fn libzmq_comes_while_we_linger(peer: &mut Peer) -> Outcome {
    let ours = open(&Context::new(), Push)?;
    peer.ask("open theirs PULL").await?;
    let endpoint = peer.ask("bind theirs tcp://127.0.0.4:*").await?;
    peer.ask("close theirs").await?;
    peer.ask("open theirs PULL").await?;
    // It closes behind the back of its caller; one that still accepted us would take all down.
    let address = endpoint.strip_prefix("tcp://").ok_or("not tcp")?;
    while tokio::net::TcpStream::connect(address).await.is_ok() {}
    ours.connect(&endpoint)?;
    ours.send(vec![7; 1 << 20]).await?;
    ours.send("the end").await?;
    let closing = tokio::spawn(ours.close());
    peer.ask(&format!("bind_again theirs {endpoint}")).await?;
    assert_eq!(peer.recv("theirs").await?.first().len(), 1 << 20);
    assert_eq!(peer.recv("theirs").await?, Message::from("the end"));
    Ok(closing.await?)
}

/// A libzmq DEALER without a name, at a ROUTER of ours that makes one up; and two of them apart.
pub(super) async fn dealers_without_a_name_are_told_apart(peer: &mut Peer) -> Outcome {
    let ours = open(&Context::new(), Router)?;
    let endpoint = ours.bind(ANYWHERE).await?;
    for name in ["one", "two"] {
        peer.ask(&format!("open {name} DEALER")).await?;
        peer.ask(&format!("connect {name} {endpoint}")).await?;
        peer.send(name, &Message::from(name)).await?;
    }
    for _ in 0..2 {
        let (name, body) = ours.recv().await?.split_first();
        let body = body.ok_or("no body")?;
        ours.send(Message::new([name, body.first().into()])).await?;
    }
    for name in ["one", "two"] {
        assert_eq!(peer.recv(name).await?, Message::from(name));
    }
    Ok(())
}

/// Each side is asked for signs of life by the other, and stays connected.
pub(super) async fn heartbeats_are_answered(peer: &mut Peer) -> Outcome {
    let ours = open(&Context::new(), Dealer)?;
    ours.set("heartbeat_ivl", 5)?;
    ours.set("reconnect_ivl", -1)?;
    peer.ask("open theirs DEALER").await?;
    for (name, value) in [("IVL", 5), ("TIMEOUT", 2000), ("TTL", 2000)] {
        peer.ask(&format!("set theirs HEARTBEAT_{name} {value}")).await?;
    }
    ours.connect(&peer.ask(&format!("bind theirs {ANYWHERE}")).await?)?;
    for number in 0..20_u8 {
        ours.send([number]).await?;
        assert_eq!(peer.recv("theirs").await?.first(), [number]);
        // Time for a few PINGs of each.
        ours.set("rcvtimeo", 12)?;
        assert_eq!(ours.recv().await, Err(Refused::WouldBlock));
        peer.send("theirs", &Message::from([number].as_slice())).await?;
        ours.set("rcvtimeo", 10_000)?;
        assert_eq!(ours.recv().await?.first(), [number]);
    }
    Ok(())
}

/// Their server does not let us in, whatever is wrong with what we say.
pub(super) async fn libzmq_refuses_us(peer: &mut Peer) -> Outcome {
    peer.ask("zap admin secret").await?;
    for (mechanism, name, value) in WRONG {
        peer.ask("open theirs REP").await?;
        set_theirs(peer, mechanism, true).await?;
        let endpoint = peer.ask(&format!("bind theirs {ANYWHERE}")).await?;
        for (wrong, answer) in [(true, false), (false, true)] {
            let ours = open(&Context::new(), Req)?;
            set_all(&ours, &mechanism.options(false))?;
            if wrong {
                ours.set(name, value)?;
                ours.set("rcvtimeo", SILENCE_MS)?;
            }
            ours.set("linger", 0)?;
            ours.connect(&endpoint)?;
            ours.send("may I?").await?;
            peer.ask(&format!("set theirs RCVTIMEO {}", if wrong { 0 } else { 10_000 })).await?;
            if wrong {
                assert_eq!(ours.recv().await, Err(Refused::WouldBlock), "{name}");
            }
            assert_eq!(peer.recv("theirs").await.is_ok(), answer, "{name}");
        }
        peer.ask("close theirs").await?;
    }
    Ok(())
}

/// And ours not libzmq.
pub(super) async fn we_refuse_libzmq(peer: &mut Peer) -> Outcome {
    for (mechanism, name, value) in WRONG {
        let ours = open(&Context::new(), Rep)?;
        set_all(&ours, &mechanism.options(true))?;
        let endpoint = ours.bind(ANYWHERE).await?;
        for wrong in [true, false] {
            peer.ask("open theirs REQ").await?;
            set_theirs(peer, mechanism, false).await?;
            if wrong {
                peer.ask(&format!("text theirs {} {value}", name.to_uppercase())).await?;
            }
            peer.ask(&format!("connect theirs {endpoint}")).await?;
            let sent = peer.send("theirs", &Message::from("may I?")).await;
            // Whoever was refused before it sends has nobody to send to.
            if !wrong {
                sent?;
            }
            ours.set("rcvtimeo", if wrong { SILENCE_MS } else { 10_000 })?;
            assert_eq!(ours.recv().await.is_err(), wrong, "{name}");
            peer.ask("close theirs").await?;
        }
    }
    Ok(())
}

/// A mechanism, and what a client gets wrong about it.
const WRONG: [(Mechanism, &str, &str); 2] = [
    (Mechanism::Plain, "plain_password", "guess"),
    (Mechanism::Curve, "curve_serverkey", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"),
];

async fn set_theirs(peer: &mut Peer, mechanism: Mechanism, server: bool) -> Outcome {
    for (name, value) in mechanism.options(server) {
        let kind = if value == "1" { "set" } else { "text" };
        peer.ask(&format!("{kind} theirs {} {value}", name.to_uppercase())).await?;
    }
    Ok(())
}
