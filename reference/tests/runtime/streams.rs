//! Sockets as streams and sinks.

use super::talk::{Outcome, pair};
use core::pin::pin;
use core::task::{Context as Task, Waker};
use futures_util::{SinkExt, StreamExt, TryStreamExt, stream};
use std::sync::Arc;
use zeroproof_reference::runtime::{Context, Messages};
use zeroproof_reference::{Message, Refused, SocketType};

#[tokio::test]
async fn a_stream_forwarded_into_a_sink_comes_out_whole() -> Outcome {
    for endpoint in ["tcp://127.0.0.1:*", "inproc://streams"] {
        let (pull, push) = pair(SocketType::Pull, SocketType::Push, endpoint).await?;
        let numbers = |count: u32| (0..count).map(|n| Message::from(&n.to_be_bytes()));
        // More than the queues hold, so that the sink has to wait.
        let sending = tokio::spawn(async move {
            let all = stream::iter(numbers(10_000).map(Ok));
            all.forward(push.into_messages()).await
        });
        let received: Vec<Message> = pull.messages().take(10_000).try_collect().await?;
        assert!(received.into_iter().eq(numbers(10_000)), "{endpoint}");
        sending.await.unwrap()?;
    }
    Ok(())
}

#[tokio::test]
async fn a_stream_ends_with_its_socket() -> Outcome {
    let context = Context::new();
    let pull = Arc::new(context.socket(SocketType::Pull)?);
    let mut messages = Messages::new(Arc::clone(&pull));
    let (ended, ()) = tokio::join!(messages.next(), context.close());
    assert_eq!(ended, None);
    assert_eq!(pull.messages().send(Message::from("x")).await, Err(Refused::Terminated));
    Ok(())
}

#[tokio::test]
async fn a_dropped_next_loses_nothing() -> Outcome {
    let (pull, push) = pair(SocketType::Pull, SocketType::Push, "tcp://127.0.0.1:*").await?;
    let mut messages = pull.into_messages();
    assert!(pin!(messages.next()).poll(&mut Task::from_waker(Waker::noop())).is_pending());
    push.send("one").await?;
    assert_eq!(messages.next().await, Some(Ok(Message::from("one"))));
    Ok(())
}

#[tokio::test]
async fn a_sink_keeps_what_there_is_no_room_for_until_there_is() -> Outcome {
    let context = Context::new();
    let push = context.socket(SocketType::Push)?;
    let mut sink = push.messages();
    sink.feed(Message::from("first")).await?;
    let mut task = Task::from_waker(Waker::noop());
    assert!(pin!(sink.flush()).poll(&mut task).is_pending(), "nobody is there");
    assert!(pin!(sink.feed(Message::from("second"))).poll(&mut task).is_pending());
    let pull = context.socket(SocketType::Pull)?;
    pull.bind("inproc://late").await?;
    push.connect("inproc://late")?;
    sink.send(Message::from("second")).await?;
    assert_eq!(pull.recv().await?, Message::from("first"));
    assert_eq!(pull.recv().await?, Message::from("second"));
    Ok(())
}

#[tokio::test]
async fn what_a_type_does_not_do_is_an_error_and_no_end() -> Outcome {
    let context = Context::new();
    let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    let received = push.messages().next().await;
    assert!(matches!(received, Some(Err(Refused::NotSupported { .. }))));
    let sent = pull.messages().send(Message::from("x")).await;
    assert!(matches!(sent, Err(Refused::NotSupported { .. })));
    Ok(())
}
