//! Sockets of this engine talk to each other over tcp and ipc.

use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::socket::options::OptionError;
use zeroproof_reference::{Message, Refused, SocketType};

pub(crate) type Outcome = Result<(), Refused>;

const ENDPOINTS: [&str; 4] = ["tcp://127.0.0.1:*", "tcp://[::1]:*", "ipc://*", "inproc://pair"];

/// One bound, one connected to it.
pub(crate) async fn pair(
    binds: SocketType,
    connects: SocketType,
    endpoint: &str,
) -> Result<(Socket, Socket), Refused> {
    let context = Context::new();
    let (binder, connecter) = (context.socket(binds)?, context.socket(connects)?);
    let bound = binder.bind(endpoint).await?;
    connecter.connect(&bound.to_string())?;
    Ok((binder, connecter))
}

#[tokio::test]
async fn work_arrives_whole_and_in_order() -> Outcome {
    for endpoint in ENDPOINTS {
        let (pull, push) = pair(SocketType::Pull, SocketType::Push, endpoint).await?;
        let sent = (0..5000_u32).map(|number| {
            let size = [0, 1, 70, 71, 300, 70_000][usize::try_from(number).unwrap() % 6];
            Message::new([number.to_be_bytes().to_vec(), vec![7; size]])
        });
        let sent: Vec<_> = sent.collect();
        let all = sent.clone();
        tokio::spawn(async move {
            for message in all {
                push.send(&message).await.unwrap();
            }
            push.close().await;
        });
        for message in &sent {
            assert_eq!(&pull.recv().await?, message, "{endpoint}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_request_is_answered() -> Outcome {
    for endpoint in ENDPOINTS {
        let (rep, req) = pair(SocketType::Rep, SocketType::Req, endpoint).await?;
        tokio::spawn(async move {
            while let Ok(request) = rep.recv().await {
                rep.send(&request).await.unwrap();
            }
        });
        for question in ["", "one", "two"] {
            req.send(question).await?;
            assert_eq!(req.recv().await?, Message::from(question));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_subscriber_gets_what_it_wants_and_nothing_else() -> Outcome {
    for endpoint in ENDPOINTS {
        let (publisher, sub) = pair(SocketType::Xpub, SocketType::Sub, endpoint).await?;
        sub.subscribe("a")?;
        assert_eq!(publisher.recv().await?, Message::from(b"\x01a"));
        for topic in ["b1", "a1", "ba", "a2"] {
            publisher.send(topic).await?;
        }
        assert_eq!(sub.recv().await?, Message::from("a1"));
        assert_eq!(sub.recv().await?, Message::from("a2"));
    }
    Ok(())
}

#[tokio::test]
async fn a_closed_socket_delivers_what_was_sent_to_a_peer_that_comes_late() -> Outcome {
    let context = Context::new();
    let pull = context.socket(SocketType::Pull)?;
    let endpoint = pull.bind("tcp://127.0.0.5:*").await?.to_string();
    pull.close().await;
    let push = context.socket(SocketType::Push)?;
    push.connect(&endpoint)?;
    push.send("late").await?;
    let closing = tokio::spawn(push.close());
    let pull = context.socket(SocketType::Pull)?;
    pull.bind(&endpoint).await?;
    assert_eq!(pull.recv().await?, Message::from("late"));
    closing.await.unwrap();
    Ok(())
}

#[tokio::test]
async fn a_stream_speaks_to_peers_that_know_no_zmtp() -> Outcome {
    let context = Context::new();
    let (server, client) =
        (context.socket(SocketType::Stream)?, context.socket(SocketType::Stream)?);
    let endpoint = server.bind("tcp://127.0.0.1:*").await?.to_string();
    client.set("connect_routing_id", "server")?;
    client.connect(&endpoint)?;
    assert_eq!(client.recv().await?, Message::new(["server", ""]), "the link is up");
    client.send(["server", "GET / HTTP/1.0"]).await?;
    let (name, rest) = server.recv().await?.split_first();
    assert_eq!(rest, Some(Message::from("")), "somebody came");
    assert_eq!(server.recv().await?, Message::new([name.clone(), "GET / HTTP/1.0".into()]));
    server.send(Message::new([name.clone(), "200 OK".into()])).await?;
    server.send(Message::new([name, "".into()])).await?;
    assert_eq!(client.recv().await?, Message::new(["server", "200 OK"]));
    Ok(())
}

#[tokio::test]
async fn a_router_may_name_the_peer_that_it_connects_to() -> Outcome {
    let (dealer, router) =
        pair(SocketType::Dealer, SocketType::Router, "tcp://127.0.0.1:*").await?;
    let endpoint = dealer.bind("ipc://*").await?.to_string();
    router.set("connect_routing_id", "the dealer")?;
    router.connect(&endpoint)?;
    router.set("connect_routing_id", "the dealer")?;
    let taken = OptionError::Taken("connect_routing_id");
    assert_eq!(router.connect(&endpoint), Err(taken.into()));
    router.set("connect_routing_id", "another")?;
    router.connect(&endpoint)?;
    router.send(["the dealer", "hello"]).await?;
    assert_eq!(dealer.recv().await?, Message::from("hello"));
    Ok(())
}
