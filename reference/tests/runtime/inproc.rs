//! Links between sockets of one context.

use super::talk::Outcome;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::socket::monitor::{Event, Monitor};
use zeroproof_reference::socket::{EndpointError, Value};
use zeroproof_reference::{Message, Refused, SocketType};

#[tokio::test]
async fn connecting_before_anybody_is_bound_loses_nothing() -> Outcome {
    let context = Context::new();
    let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
    push.connect("inproc://late")?;
    push.send("early").await?;
    pull.bind("inproc://late").await?;
    assert_eq!(pull.recv().await?, Message::from("early"));
    Ok(())
}

#[tokio::test]
async fn peers_know_each_other_by_identity() -> Outcome {
    let context = Context::new();
    let (router, dealer) =
        (context.socket(SocketType::Router)?, context.socket(SocketType::Dealer)?);
    dealer.set("routing_id", "the dealer")?;
    router.bind("inproc://a").await?;
    dealer.connect("inproc://a")?;
    dealer.send("hello").await?;
    assert_eq!(router.recv().await?, Message::new(["the dealer", "hello"]));
    router.send(["the dealer", "and you"]).await?;
    assert_eq!(dealer.recv().await?, Message::from("and you"));
    Ok(())
}

#[tokio::test]
async fn a_name_is_taken_by_one_until_it_is_unbound() -> Outcome {
    let context = Context::new();
    let (one, other) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Pull)?);
    one.bind("inproc://a").await?;
    let taken = Refused::from(EndpointError::AddressInUse("inproc://a".to_owned()));
    assert_eq!(other.bind("inproc://a").await, Err(taken));
    one.unbind("inproc://a").await?;
    other.bind("inproc://a").await?;
    let elsewhere = Context::new().socket(SocketType::Pull)?;
    elsewhere.bind("inproc://a").await?;
    Ok(())
}

#[tokio::test]
async fn both_high_water_marks_together_bound_what_waits() -> Outcome {
    let context = Context::new();
    let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
    push.set("sndhwm", 3)?;
    pull.set("rcvhwm", 4)?;
    push.set("sndtimeo", 20)?;
    let mut events = pull.monitor(Event::HandshakeSucceeded.number());
    pull.bind("inproc://a").await?;
    push.connect("inproc://a")?;
    assert!(events.recv().await.is_some());
    let mut sent = 0;
    while push.send("x").await.is_ok() {
        sent += 1;
    }
    // A batch may begin when one message less than the bound waits.
    assert!((7..=9).contains(&sent), "{sent}");
    for _ in 0..sent {
        pull.recv().await?;
    }
    assert_eq!(pull.try_recv(), Err(Refused::WouldBlock));
    Ok(())
}

#[tokio::test]
async fn a_closed_socket_has_given_all_away() -> Outcome {
    let context = Context::new();
    let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
    pull.set("rcvhwm", 1)?;
    pull.bind("inproc://a").await?;
    push.connect("inproc://a")?;
    for number in 0..100_u8 {
        push.send([number]).await?;
    }
    push.close().await;
    for number in 0..100_u8 {
        assert_eq!(pull.recv().await?, Message::from(&[number]));
    }
    Ok(())
}

#[tokio::test]
async fn types_that_do_not_fit_are_told_apart() -> Outcome {
    let context = Context::new();
    let (push, rep) = (context.socket(SocketType::Push)?, context.socket(SocketType::Rep)?);
    let mut events = rep.monitor(Monitor::ALL);
    rep.bind("inproc://a").await?;
    push.connect("inproc://a")?;
    let expected = [Event::Listening.number(), Event::Accepted.number(), 0x2000];
    for number in expected {
        assert_eq!(events.recv().await.map(|report| report.event.number()), Some(number));
    }
    let stream = context.socket(SocketType::Stream)?;
    assert!(matches!(stream.connect("inproc://a"), Err(Refused::Endpoint(_))));
    Ok(())
}

#[tokio::test]
async fn a_subscription_stands_when_the_publisher_comes_back() -> Outcome {
    let context = Context::new();
    let sub = context.socket(SocketType::Sub)?;
    sub.set("reconnect_ivl", 1)?;
    sub.subscribe("a")?;
    sub.connect("inproc://a")?;
    for round in ["a1", "a2"] {
        let publisher = context.socket(SocketType::Xpub)?;
        publisher.bind("inproc://a").await?;
        assert_eq!(publisher.recv().await?, Message::from(b"\x01a"));
        publisher.send("b").await?;
        publisher.send(round).await?;
        publisher.close().await;
        assert_eq!(sub.recv().await?, Message::from(round));
    }
    Ok(())
}

#[tokio::test]
async fn a_disconnected_peer_gets_nothing_more() -> Outcome {
    let context = Context::new();
    let (pair, other) = (context.socket(SocketType::Pair)?, context.socket(SocketType::Pair)?);
    let mut events = pair.monitor(Event::Disconnected.number());
    pair.bind("inproc://a").await?;
    other.connect("inproc://a")?;
    other.send("hello").await?;
    assert_eq!(pair.recv().await?, Message::from("hello"));
    assert_eq!(pair.value("events")?, Value::Int(2), "it could send");
    other.disconnect("inproc://a")?;
    assert!(events.recv().await.is_some());
    assert_eq!(pair.try_send("nobody"), Err(Refused::WouldBlock));
    assert_eq!(pair.value("events")?, Value::Int(0));
    other.close().await;
    Ok(())
}

#[tokio::test]
async fn a_closed_context_waits_for_nobody_to_be_bound() -> Outcome {
    let context = Context::new();
    let push = context.socket(SocketType::Push)?;
    push.connect("inproc://never")?;
    push.send("lost").await?;
    context.close().await;
    assert_eq!(push.try_send("more"), Err(Refused::Terminated));
    assert_eq!(context.socket(SocketType::Push).err(), Some(Refused::Terminated));
    Ok(())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "two runtimes need two threads")]
fn two_threads_with_a_runtime_each_may_share_a_context() {
    let context = Context::new();
    let there = context.clone();
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sender = std::thread::spawn(move || {
        run().block_on(async {
            let push = there.socket(SocketType::Push)?;
            push.connect("inproc://threads")?;
            for number in 0..100_000_u32 {
                push.send(number.to_be_bytes()).await?;
            }
            push.close().await;
            Ok::<(), Refused>(())
        })
    });
    let outcome: Outcome = run().block_on(async {
        let pull = context.socket(SocketType::Pull)?;
        pull.bind("inproc://threads").await?;
        for number in 0..100_000_u32 {
            assert_eq!(pull.recv().await?.first(), number.to_be_bytes());
        }
        Ok(())
    });
    assert_eq!((outcome, sender.join().unwrap()), (Ok(()), Ok(())));
}
