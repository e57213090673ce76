//! The end of a socket over tcp and ipc: what linger keeps, what it drops, and how long it takes.
//!
//! A peer that does not read is a PULL of ours that holds one message and never receives: what is
//! sent to it then waits here, once the buffers of the system are full. Deliberately absent:
//! waiting for a while; a report, a time of the options or the peer itself says when to go on.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail as tests do")]

use super::talk::Outcome;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::socket::monitor::Event;
use zeroproof_reference::{Message, Refused, SocketType};

const ENDPOINTS: [&str; 2] = ["tcp://127.0.0.1:*", "ipc://*"];
/// More of these fit nowhere: 64 MiB.
const LARGE: usize = 1 << 20;
const MANY: u8 = 64;
const WORK: [SocketType; 2] = [SocketType::Push, SocketType::Pull];

/// Nothing here takes that long, however busy the machine.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future).await.expect("it takes for ever")
}

fn large(number: u8) -> Message {
    Message::from(vec![number; LARGE].as_slice())
}

/// An endpoint where nobody listens now, and where somebody may later.
pub(crate) async fn vacant(
    context: &Context,
    endpoint: &str,
    name: &str,
) -> Result<String, Refused> {
    if endpoint.starts_with("ipc") {
        return Ok(format!("ipc://@zeroproof-{}-{name}", std::process::id()));
    }
    let holder = context.socket(SocketType::Pull)?;
    let endpoint = holder.bind("tcp://127.0.0.7:*").await?.to_string();
    holder.close().await;
    Ok(endpoint)
}

/// A PUSH and the PULL that it has met, or two PAIRs; neither takes in more than one message.
async fn met(
    context: &Context,
    endpoint: &str,
    types: [SocketType; 2],
) -> Result<(Socket, Socket), Refused> {
    let [push, pull] = types.map(|socket_type| context.socket(socket_type));
    let (push, pull) = (push?, pull?);
    push.set("rcvhwm", 1)?;
    pull.set("rcvhwm", 1)?;
    let mut events = push.monitor(Event::HandshakeSucceeded.number());
    push.connect(&pull.bind(endpoint).await?.to_string())?;
    soon(events.recv()).await;
    Ok((push, pull))
}

/// Sends until nothing more fits anywhere; how much that was.
async fn fill(socket: &Socket) -> Result<u8, Refused> {
    socket.set("sndtimeo", 100)?;
    let mut sent = 0;
    while sent < MANY && socket.send(&large(sent)).await.is_ok() {
        sent += 1;
    }
    assert!(sent < MANY, "{sent} MiB are never too much");
    Ok(sent)
}

/// All that still comes from peers that have gone.
async fn rest(pull: &Socket) -> Vec<Message> {
    pull.set("rcvtimeo", 300).unwrap();
    let mut messages = Vec::new();
    while let Ok(message) = pull.recv().await {
        messages.push(message);
    }
    messages
}

#[tokio::test]
async fn linger_ends_the_wait_for_a_peer_that_does_not_read() -> Outcome {
    for endpoint in ENDPOINTS {
        for linger in [0, 200] {
            let (push, pull) = met(&Context::new(), endpoint, WORK).await?;
            let sent = fill(&push).await?;
            push.set("linger", linger)?;
            let before = Instant::now();
            soon(push.close()).await;
            let least = Duration::from_millis(u64::try_from(linger).unwrap());
            assert!(before.elapsed() >= least, "{endpoint}: linger {linger} is over too early");
            let came = rest(&pull).await;
            assert!(came.len() < usize::from(sent), "{endpoint}: the queue was to be dropped");
            let whole = (0..sent).map(large);
            assert!(whole.zip(&came).all(|(sent, came)| sent == *came), "{endpoint}: torn");
        }
    }
    Ok(())
}

#[tokio::test]
async fn without_linger_a_closing_socket_waits_for_a_slow_peer_and_nothing_is_lost() -> Outcome {
    for endpoint in ENDPOINTS {
        let (push, pull) = met(&Context::new(), endpoint, WORK).await?;
        let sent = fill(&push).await?;
        push.set("linger", -1)?;
        let closing = tokio::spawn(push.close());
        assert_eq!(soon(pull.recv()).await?, large(0), "{endpoint}");
        assert!(!closing.is_finished(), "{endpoint}: most of it can only be in its queue");
        for number in 1..sent {
            assert_eq!(soon(pull.recv()).await?, large(number), "{endpoint}");
        }
        soon(closing).await.unwrap();
        assert_eq!(pull.try_recv(), Err(Refused::WouldBlock), "{endpoint}");
    }
    Ok(())
}

#[tokio::test]
async fn a_large_multipart_under_way_at_close_arrives_whole() -> Outcome {
    for endpoint in ENDPOINTS {
        let (push, pull) = met(&Context::new(), endpoint, WORK).await?;
        let sent = Message::new([vec![1; 4 << 20], vec![2; 4 << 20], vec![3; 4 << 20]]);
        push.send(&sent).await?;
        drop(push);
        assert_eq!(soon(pull.recv()).await?, sent, "{endpoint}");
    }
    Ok(())
}

#[tokio::test]
async fn a_peer_that_talks_all_the_time_gets_what_was_sent_before_the_close() -> Outcome {
    for endpoint in ENDPOINTS {
        let (one, other) = met(&Context::new(), endpoint, [SocketType::Pair; 2]).await?;
        // So much that some of it is never read, on either side.
        fill(&other).await?;
        let sent = fill(&one).await?;
        let closing = tokio::spawn(one.close());
        for number in 0..sent {
            assert_eq!(soon(other.recv()).await?, large(number), "{endpoint}");
        }
        soon(closing).await.unwrap();
    }
    Ok(())
}

#[tokio::test]
async fn whoever_comes_during_linger_gets_the_queue_however_the_socket_was_closed() -> Outcome {
    for endpoint in ENDPOINTS {
        for way in ["close", "drop", "context"] {
            let (context, there) = (Context::new(), Context::new());
            let endpoint = vacant(&there, endpoint, way).await?;
            let push = context.socket(SocketType::Push)?;
            push.set("reconnect_ivl", 1)?;
            push.connect(&endpoint)?;
            for number in 0..3 {
                push.send(&large(number)).await?;
            }
            let mut events = push.monitor(Event::ConnectRetried(Duration::ZERO).number());
            let closing = tokio::spawn(async move {
                match way {
                    "close" => push.close().await,
                    "drop" => drop(push),
                    _ => context.close().await,
                }
            });
            // Twice, so that at least one attempt was made after the close.
            soon(events.recv()).await;
            soon(events.recv()).await;
            assert!(way == "drop" || !closing.is_finished(), "{endpoint}: {way} did not wait");
            let pull = there.socket(SocketType::Pull)?;
            pull.bind(&endpoint).await?;
            for number in 0..3 {
                assert_eq!(soon(pull.recv()).await?, large(number), "{endpoint}: {way}");
            }
            soon(closing).await.unwrap();
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_context_closes_when_the_linger_of_each_socket_is_over() -> Outcome {
    for endpoint in ENDPOINTS {
        let context = Context::new();
        let endpoint = vacant(&context, endpoint, "nobody").await?;
        let mut sockets = Vec::new();
        for linger in [0, 100, 300] {
            let push = context.socket(SocketType::Push)?;
            push.set("linger", linger)?;
            push.connect(&endpoint)?;
            push.send("never").await?;
            sockets.push(push);
        }
        let before = Instant::now();
        soon(context.close()).await;
        assert!(before.elapsed() >= Duration::from_millis(300), "{:?}", before.elapsed());
        for push in sockets {
            assert_eq!(push.try_send("more"), Err(Refused::Terminated));
        }
    }
    Ok(())
}
