//! Whoever receives a message learns who sent it.

use super::talk::{Outcome, pair};
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::wire::zap::{Credentials, Reply, Request, Status};
use zeroproof_reference::{Message, PeerInfo, Refused, SocketType};

fn text<'a>(info: &'a PeerInfo, name: &str) -> Option<&'a str> {
    info.property(name).and_then(|value| core::str::from_utf8(value).ok())
}

#[tokio::test]
async fn what_a_peer_tells_of_itself_comes_with_its_messages() -> Outcome {
    let rows = [
        ("tcp://127.0.0.1:*", Some("127.0.0.1")),
        ("tcp://[::1]:*", Some("::1")),
        ("ipc://*", None),
        ("inproc://senders", None),
    ];
    for (endpoint, address) in rows {
        let context = Context::new();
        let (router, dealer) =
            (context.socket(SocketType::Router)?, context.socket(SocketType::Dealer)?);
        dealer.set("routing_id", "the dealer")?;
        dealer.set("metadata", "X-Colour:red")?;
        let bound = router.bind(endpoint).await?.to_string();
        dealer.connect(&bound)?;
        dealer.send("hello").await?;
        let (message, sender) = router.recv_from().await?;
        assert_eq!(message, Message::new(["the dealer", "hello"]));
        let expected = [
            ("Socket-Type", Some("DEALER")),
            ("Routing-Id", Some("the dealer")),
            ("identity", Some("the dealer")),
            ("x-colour", Some("red")),
            ("Peer-Address", address),
            ("User-Id", None),
            ("X-Size", None),
        ];
        for (name, value) in expected {
            assert_eq!(text(&sender, name), value, "{name} over {endpoint}");
        }
        router.send(["the dealer", "and you"]).await?;
        let (_, sender) = dealer.recv_from().await?;
        assert_eq!(text(&sender, "Socket-Type"), Some("ROUTER"), "{endpoint}");
        assert_eq!(text(&sender, "Peer-Address"), address, "{endpoint}, of whom we dialed");
    }
    Ok(())
}

/// Lets in whoever knows the password, under the name of its user in capitals.
async fn judge(request: Request) -> Reply {
    match request.credentials {
        Credentials::Plain { username, password } if password.0 == b"secret" => Reply {
            user_id: String::from_utf8_lossy(&username).to_uppercase(),
            metadata: vec![("X-Role".to_owned(), b"worker".to_vec())],
            ..Reply::new(Status::Success)
        },
        Credentials::Plain { .. } | Credentials::Null | Credentials::Curve(_) => {
            Reply::new(Status::Refused)
        }
    }
}

#[tokio::test]
async fn a_user_is_who_the_handler_says_whatever_the_peer_says() -> Outcome {
    let context = Context::new();
    context.authenticate(judge);
    let pull = context.socket(SocketType::Pull)?;
    pull.set("plain_server", 1)?;
    let endpoint = pull.bind("tcp://127.0.0.1:*").await?.to_string();
    let client = |name: &str, role: &str| -> Result<Socket, Refused> {
        let push = context.socket(SocketType::Push)?;
        push.set("plain_username", name)?;
        push.set("plain_password", "secret")?;
        push.set("metadata", format!("X-Role:{role}").as_str())?;
        push.connect(&endpoint)?;
        Ok(push)
    };
    for name in ["anna", "berta"] {
        let push = client(name, "root")?;
        push.send(name).await?;
        let (message, sender) = pull.recv_from().await?;
        assert_eq!(message, Message::from(name));
        assert_eq!(text(&sender, "User-Id"), Some(name.to_uppercase().as_str()));
        assert_eq!(text(&sender, "X-Role"), Some("worker"), "not what the peer made of itself");
    }
    Ok(())
}

#[test]
fn nobody_gives_itself_a_user_or_an_address() {
    let told = |name: &str| (name.to_owned(), b"root".to_vec());
    let metadata = ["User-Id", "Peer-Address", "Socket-Type", "Identity"].map(told).to_vec();
    let liar =
        PeerInfo { metadata: metadata.clone(), zap_metadata: metadata, ..PeerInfo::default() };
    for name in ["User-Id", "user-id", "Peer-Address", "Socket-Type", "Identity", "Routing-Id"] {
        assert_eq!(liar.property(name), None, "{name}");
    }
}

#[tokio::test]
async fn one_that_has_gone_is_still_the_sender() -> Outcome {
    let (pull, push) = pair(SocketType::Pull, SocketType::Push, "tcp://127.0.0.1:*").await?;
    let mut events =
        pull.monitor(zeroproof_reference::socket::monitor::Event::Disconnected.number());
    push.set("metadata", "X-Late:yes")?;
    let again = pull.bind("ipc://*").await?.to_string();
    push.connect(&again)?;
    for _ in 0..2 {
        push.send("x").await?;
    }
    push.close().await;
    events.recv().await;
    events.recv().await;
    let mut late = 0;
    for _ in 0..2 {
        let (_, sender) = pull.recv_from().await?;
        assert_eq!(text(&sender, "Socket-Type"), Some("PUSH"));
        late += usize::from(text(&sender, "X-Late").is_some());
    }
    assert!(late > 0, "the second connection has the property");
    Ok(())
}

#[tokio::test]
async fn a_message_that_was_looked_for_has_its_own_sender() -> Outcome {
    let (rep, req) = pair(SocketType::Rep, SocketType::Req, "tcp://127.0.0.1:*").await?;
    req.send("may I?").await?;
    // Takes the request out of its queue.
    rep.ready(zeroproof_reference::socket::Ready::RECV).await?;
    let mut events =
        rep.monitor(zeroproof_reference::socket::monitor::Event::Disconnected.number());
    req.close().await;
    events.recv().await;
    let (_, sender) = rep.recv_from().await?;
    assert_eq!(text(&sender, "Socket-Type"), Some("REQ"));
    Ok(())
}
