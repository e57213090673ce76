//! Peers of 1.0 and 2.0, who say golden octets over tcp: they are served by their own protocol,
//! and never past a mechanism (13, 15, 37-BACK1-005).
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::{Message, Refused, SocketType};

/// What a peer says, what it hears to its greeting, and a message to and from it, each "hi".
const PEERS: [(&str, &str, &str, &str); 2] = [
    ("2.0", "G12", "ff00000000000000017f03060000", "00026869"),
    ("1.0", "G15", "ff00000000000000017f", "03006869"),
];

fn golden(id: &str) -> Vec<u8> {
    zeroproof_vectors::golden().unwrap().find(id).unwrap().octets()
}

fn octets(hex: &str) -> Vec<u8> {
    zeroproof_vectors::hex::decode(hex).unwrap()
}

async fn router(options: &[(&str, i64)]) -> Result<(Socket, TcpStream), Refused> {
    let router = Context::new().socket(SocketType::Router)?;
    router.set("rcvtimeo", 10_000)?;
    for &(name, value) in options {
        router.set(name, value)?;
        if name == "curve_server" {
            router.set("curve_secretkey", vec![7; 32])?;
        }
    }
    let endpoint = router.bind("tcp://127.0.0.1:*").await?.to_string();
    let stream = TcpStream::connect(endpoint.strip_prefix("tcp://").unwrap()).await.unwrap();
    Ok((router, stream))
}

async fn hears(stream: &mut TcpStream, expected: &[u8], who: &str) {
    let mut heard = vec![0; expected.len()];
    timeout(Duration::from_secs(10), stream.read_exact(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, expected, "{who}");
}

#[tokio::test]
async fn each_is_answered_by_its_own_protocol() -> Result<(), Refused> {
    for (version, greeting, answer, message) in PEERS {
        let (router, mut stream) = router(&[]).await?;
        stream.write_all(&golden(greeting)).await.unwrap();
        hears(&mut stream, &octets(answer), version).await;
        stream.write_all(&octets(message)).await.unwrap();
        assert_eq!(router.recv().await?, Message::new(["BOB", "hi"]), "{version}");
        router.send(["BOB", "hi"]).await?;
        hears(&mut stream, &octets(message), version).await;
    }
    Ok(())
}

#[tokio::test]
async fn none_comes_past_a_mechanism() -> Result<(), Refused> {
    for option in ["plain_server", "curve_server"] {
        for (version, greeting, _, message) in PEERS {
            let (router, mut stream) = router(&[(option, 1)]).await?;
            stream.write_all(&golden(greeting)).await.unwrap();
            // The link may be closed already, and then this is refused.
            let _ = stream.write_all(&octets(message)).await;
            let mut heard = Vec::new();
            let end = timeout(Duration::from_secs(10), stream.read_to_end(&mut heard)).await;
            // It ends, by an end or a reset; what was said before is no more than a greeting.
            assert!(end.is_ok(), "{option} and {version}: the link is still there");
            assert!(heard.len() <= 11, "{option} and {version}: {heard:?}");
            assert_eq!(router.try_recv(), Err(Refused::WouldBlock), "{option} and {version}");
        }
    }
    Ok(())
}
