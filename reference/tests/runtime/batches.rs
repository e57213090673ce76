//! Many messages under one lock, and waiting without taking any.

use super::talk::{Outcome, pair};
use core::pin::pin;
use core::task::{Context as Task, Waker};
use zeroproof_reference::runtime::Context;
use zeroproof_reference::socket::{Ready, Value};
use zeroproof_reference::{Message, Refused, SocketType};

const HERE: &str = "tcp://127.0.0.1:*";

#[tokio::test]
async fn batches_arrive_whole_and_in_order() -> Outcome {
    for endpoint in [HERE, "inproc://batches"] {
        let (pull, push) = pair(SocketType::Pull, SocketType::Push, endpoint).await?;
        let sent: Vec<Message> =
            (0..5000_u32).map(|number| Message::from(&number.to_be_bytes())).collect();
        let all = sent.clone();
        let sending = tokio::spawn(async move {
            let mut rest = &all[..];
            while !rest.is_empty() {
                rest = &rest[push.send_batch(rest).await.unwrap()..];
            }
            push.close().await;
        });
        let mut received = Vec::new();
        while received.len() < sent.len() {
            let before = received.len();
            let count = pull.recv_batch(&mut received, 300).await?;
            assert!((1..=300).contains(&count), "{count}");
            assert_eq!(received.len() - before, count);
        }
        assert_eq!(received, sent, "{endpoint}");
        sending.await.unwrap();
    }
    Ok(())
}

#[tokio::test]
async fn a_batch_ends_where_room_does() -> Outcome {
    let push = Context::new().socket(SocketType::Push)?;
    push.set("sndhwm", 7)?;
    push.set("sndtimeo", 5)?;
    push.connect("inproc://nobody")?;
    assert_eq!(push.send_batch(&["x"; 10]).await, Ok(7));
    assert_eq!(push.send_batch(&["x"; 10]).await, Err(Refused::WouldBlock));
    assert_eq!(push.try_send_batch(&["x"; 10]), Err(Refused::WouldBlock));
    assert_eq!(push.try_send_batch(&[""; 0]), Ok(0));
    Ok(())
}

#[tokio::test]
async fn a_batch_of_what_a_type_does_not_do_is_refused() -> Outcome {
    let context = Context::new();
    let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    let refused = |refused| matches!(refused, Err(Refused::NotSupported { .. }));
    assert!(refused(pull.send_batch(&["x"]).await));
    assert!(refused(push.recv_batch(&mut Vec::new(), 1).await));
    pull.set("rcvtimeo", 5)?;
    assert_eq!(pull.recv_batch(&mut Vec::new(), 1).await, Err(Refused::WouldBlock));
    assert_eq!(pull.recv_batch(&mut Vec::new(), 0).await, Ok(0));
    Ok(())
}

#[tokio::test]
async fn a_batch_that_nobody_waits_for_any_more_is_not_lost() -> Outcome {
    let (pull, push) = pair(SocketType::Pull, SocketType::Push, HERE).await?;
    let mut received = Vec::new();
    {
        let mut waiting = pin!(pull.recv_batch(&mut received, 10));
        assert!(waiting.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(push.send_batch(&["a", "b"]).await, Ok(2));
    while received.len() < 2 {
        pull.recv_batch(&mut received, 10).await?;
    }
    assert_eq!(received, [Message::from("a"), Message::from("b")]);
    Ok(())
}

#[tokio::test]
async fn whoever_waits_until_ready_has_taken_nothing() -> Outcome {
    let (rep, req) = pair(SocketType::Rep, SocketType::Req, HERE).await?;
    assert_eq!(req.ready(Ready::ANY).await, Ok(Ready::SEND));
    req.send("question").await?;
    assert_eq!(rep.ready(Ready::ANY).await, Ok(Ready::RECV));
    assert_eq!(rep.value("events")?, Value::Int(1));
    assert_eq!(rep.recv().await?, Message::from("question"));
    assert_eq!(rep.ready(Ready::ANY).await, Ok(Ready::SEND));
    rep.send("answer").await?;
    assert_eq!(req.ready(Ready::RECV).await, Ok(Ready::RECV));
    assert_eq!(req.recv().await?, Message::from("answer"));
    Ok(())
}

#[tokio::test]
async fn waiting_ends_when_the_socket_closes() -> Outcome {
    let context = Context::new();
    let pull = context.socket(SocketType::Pull)?;
    let (waited, ()) = tokio::join!(pull.ready(Ready::RECV), context.close());
    assert_eq!(waited, Err(Refused::Terminated));
    Ok(())
}

#[tokio::test]
async fn looking_for_a_message_makes_room_for_the_next() -> Outcome {
    let (publisher, sub) = pair(SocketType::Xpub, SocketType::Sub, HERE).await?;
    sub.set("rcvhwm", 1)?;
    sub.subscribe("a")?;
    publisher.recv().await?;
    sub.unsubscribe("a")?;
    sub.subscribe("b")?;
    // On their way when the subscription ended, so that the subscriber drops them itself.
    for _ in 0..100 {
        publisher.send("a").await?;
    }
    assert_eq!(publisher.recv().await?, Message::from(b"\x00a"));
    assert_eq!(publisher.recv().await?, Message::from(b"\x01b"));
    publisher.send("b").await?;
    assert_eq!(sub.ready(Ready::RECV).await, Ok(Ready::RECV));
    assert_eq!(sub.recv().await?, Message::from("b"));
    Ok(())
}
