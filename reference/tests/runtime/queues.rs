//! Queues over tcp and ipc: before a peer is there, while it is slow, and while it comes and goes.
//!
//! Deliberately absent: how many messages fit, which over these transports is the system's affair.

use super::closing::{soon, vacant};
use super::talk::Outcome;
use core::future::Future;
use core::task::{Context as Task, Poll, Waker};
use std::pin::pin;
use zeroproof_reference::runtime::Context;
use zeroproof_reference::socket::monitor::{Event, Monitor};
use zeroproof_reference::socket::{EndpointError, Value};
use zeroproof_reference::{Message, Refused, SocketType};

const ENDPOINTS: [&str; 2] = ["tcp://127.0.0.1:*", "ipc://*"];

#[tokio::test]
async fn immediate_says_whether_messages_wait_for_a_peer_that_is_not_there() -> Outcome {
    for endpoint in ENDPOINTS {
        let context = Context::new();
        let bound = vacant(&context, endpoint, "immediate").await?;
        let (patient, immediate) =
            (context.socket(SocketType::Push)?, context.socket(SocketType::Push)?);
        immediate.set("immediate", 1)?;
        for push in [&patient, &immediate] {
            push.set("reconnect_ivl", 1)?;
            push.set("linger", 0)?;
            push.connect(&bound)?;
        }
        assert_eq!(patient.try_send("0"), Ok(()), "{endpoint}");
        assert_eq!(immediate.try_send("1"), Err(Refused::WouldBlock), "{endpoint}");
        let waiting = tokio::spawn(async move { immediate.send("1").await.map(|()| immediate) });
        let pull = context.socket(SocketType::Pull)?;
        pull.bind(&bound).await?;
        let mut came = vec![soon(pull.recv()).await?, soon(pull.recv()).await?];
        came.sort_by_key(|message| message.first().to_vec());
        assert_eq!(came, [Message::from("0"), Message::from("1")], "{endpoint}");
        soon(waiting).await.unwrap()?;
    }
    Ok(())
}

#[tokio::test]
async fn with_conflate_only_the_newest_is_kept_on_either_side() -> Outcome {
    for endpoint in ENDPOINTS {
        let context = Context::new();
        let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
        let bound = pull.bind(endpoint).await?.to_string();
        push.set("conflate", 1)?;
        push.connect(&bound)?;
        // The link is made by a task that has had no turn.
        for number in 0..10_u8 {
            push.try_send([number])?;
        }
        assert_eq!(soon(pull.recv()).await?, Message::from(&[9]), "{endpoint}");
        push.send("next").await?;
        assert_eq!(soon(pull.recv()).await?, Message::from("next"), "{endpoint}: none between");

        let keeps_one = context.socket(SocketType::Pull)?;
        keeps_one.set("conflate", 1)?;
        let mut events = keeps_one.monitor(Event::Disconnected.number());
        let push = context.socket(SocketType::Push)?;
        push.connect(&keeps_one.bind(endpoint).await?.to_string())?;
        for number in 0..100_u8 {
            push.send([number]).await?;
        }
        push.close().await;
        soon(events.recv()).await;
        assert_eq!(keeps_one.try_recv(), Ok(Message::from(&[99])), "{endpoint}");
        assert_eq!(keeps_one.try_recv(), Err(Refused::WouldBlock), "{endpoint}");
    }
    Ok(())
}

#[tokio::test]
async fn a_full_socket_makes_its_sender_wait_and_goes_on_when_the_peer_receives() -> Outcome {
    const MOST: u8 = 64;
    let large = |number| Message::from(vec![number; 1 << 20].as_slice());
    for endpoint in ENDPOINTS {
        let context = Context::new();
        let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
        push.set("sndhwm", 2)?;
        pull.set("rcvhwm", 2)?;
        push.set("sndtimeo", 200)?;
        push.connect(&pull.bind(endpoint).await?.to_string())?;
        let mut sent = 0;
        while sent < MOST && push.send(&large(sent)).await.is_ok() {
            sent += 1;
        }
        assert!((2..MOST).contains(&sent), "{endpoint}: {sent} MiB are never too much");
        push.set("sndtimeo", -1)?;
        let sending = tokio::spawn(async move {
            for number in sent..MOST {
                push.send(&large(number)).await?;
            }
            push.close().await;
            Ok::<_, Refused>(())
        });
        for number in 0..MOST {
            assert_eq!(soon(pull.recv()).await?, large(number), "{endpoint}");
        }
        soon(sending).await.unwrap()?;
    }
    Ok(())
}

/// One poll; whatever is pending then is dropped.
fn once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

#[tokio::test]
async fn dropped_futures_lose_and_repeat_nothing() -> Outcome {
    const ALL: u32 = 20_000;
    for endpoint in [ENDPOINTS[0], ENDPOINTS[1], "inproc://cancel"] {
        let context = Context::new();
        let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
        push.set("sndhwm", 5000)?;
        push.connect(&pull.bind(endpoint).await?.to_string())?;
        let (mut sent, mut received, mut dropped) = (0_u32, 0_u32, 0);
        while received < ALL {
            while sent < ALL {
                // Whoever is not told that it was sent sends it again.
                match once(push.send(sent.to_be_bytes())) {
                    Some(outcome) => outcome?,
                    None => {
                        dropped += 1;
                        break;
                    }
                }
                sent += 1;
            }
            tokio::task::yield_now().await;
            while let Some(message) = once(pull.recv()) {
                assert_eq!(message?.first(), received.to_be_bytes(), "{endpoint}");
                received += 1;
            }
        }
        assert_ne!(dropped, 0, "{endpoint}: nothing was ever dropped");
        assert_eq!(pull.try_recv(), Err(Refused::WouldBlock), "{endpoint}");
    }
    Ok(())
}

#[tokio::test]
async fn a_socket_that_disconnects_and_connects_again_loses_nothing() -> Outcome {
    for endpoint in ENDPOINTS {
        let context = Context::new();
        let (push, pull) = (context.socket(SocketType::Push)?, context.socket(SocketType::Pull)?);
        let bound = pull.bind(endpoint).await?.to_string();
        for round in 0..20_u8 {
            push.connect(&bound)?;
            for number in 0..5_u8 {
                push.send([round, number]).await?;
            }
            push.disconnect(&bound)?;
            let gone = Err(EndpointError::NoSuchEndpoint(bound.clone()).into());
            assert_eq!(push.disconnect(&bound), gone, "{endpoint}");
            assert_eq!(push.try_send("nobody"), Err(Refused::WouldBlock), "{endpoint}");
        }
        // Each round had a link of its own, and they are received in turn.
        let mut last = [0_u8; 20];
        for _ in 0..100 {
            let message = soon(pull.recv()).await?;
            let &[round, number] = message.first() else { panic!("{message:?}") };
            assert_eq!(last[usize::from(round)], number, "{endpoint}: {round}");
            last[usize::from(round)] += 1;
        }
        push.close().await;
        assert_eq!(pull.try_recv(), Err(Refused::WouldBlock), "{endpoint}");
    }
    Ok(())
}

#[tokio::test]
async fn the_last_endpoint_and_the_reports_tell_what_a_socket_was_bound_to() -> Outcome {
    for endpoint in ENDPOINTS {
        let context = Context::new();
        let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
        assert_eq!(pull.value("last_endpoint")?, Value::Text(String::new()));
        let mut events = pull.monitor(Monitor::ALL);
        let mut bound = Vec::new();
        for _ in 0..2 {
            let endpoint = pull.bind(endpoint).await?.to_string();
            assert_eq!(pull.value("last_endpoint")?, Value::Text(endpoint.clone()));
            bound.push(endpoint);
        }
        push.connect(&bound[0])?;
        assert_eq!(push.value("last_endpoint")?, Value::Text(bound[0].clone()));
        push.send("hello").await?;
        soon(pull.recv()).await?;
        pull.unbind(&bound[1]).await?;
        push.send("more").await?;
        assert_eq!(soon(pull.recv()).await?, Message::from("more"), "{endpoint}: it stays");
        push.close().await;
        let expected = [
            (Event::Listening, &bound[0]),
            (Event::Listening, &bound[1]),
            (Event::Accepted, &bound[0]),
            (Event::HandshakeSucceeded, &bound[0]),
            (Event::Closed, &bound[1]),
            (Event::Disconnected, &bound[0]),
        ];
        for (event, endpoint) in expected {
            let report = soon(events.recv()).await.unwrap();
            assert_eq!((report.event, &report.endpoint), (event, endpoint));
        }
        pull.close().await;
        let closed = soon(events.recv()).await.map(|report| (report.event, report.endpoint));
        assert_eq!(closed, Some((Event::Closed, bound[0].clone())));
    }
    Ok(())
}
