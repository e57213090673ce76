//! What a monitor tells, in order.

use super::talk::Outcome;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroproof_reference::SocketType;
use zeroproof_reference::runtime::{Context, Monitor};
use zeroproof_reference::socket::EndpointError;
use zeroproof_reference::socket::monitor::{self, Event, ProtocolError};

const ALL: u16 = monitor::Monitor::ALL;

async fn expect(monitor: &mut Monitor, events: &[Event]) {
    for event in events {
        let report = monitor.recv().await;
        assert_eq!(report.as_ref().map(|r| r.event.number()), Some(event.number()), "{report:?}");
    }
}

const RETRIED: Event = Event::ConnectRetried(core::time::Duration::ZERO);

#[tokio::test]
async fn a_connection_comes_and_goes() -> Outcome {
    let context = Context::new();
    let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    let (mut there, mut here) = (pull.monitor(ALL), push.monitor(ALL));
    let endpoint = pull.bind("tcp://127.0.0.6:*").await?.to_string();
    push.connect(&endpoint)?;
    expect(&mut there, &[Event::Listening, Event::Accepted, Event::HandshakeSucceeded]).await;
    expect(&mut here, &[Event::ConnectDelayed, Event::Connected, Event::HandshakeSucceeded]).await;
    pull.close().await;
    expect(&mut there, &[Event::Closed, Event::Disconnected, Event::MonitorStopped]).await;
    assert_eq!(there.recv().await, None);
    expect(&mut here, &[Event::Disconnected, RETRIED]).await;
    push.close().await;
    Ok(())
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_is_tried_again() -> Outcome {
    let context = Context::new();
    let pull = context.socket(SocketType::Pull)?;
    let endpoint = pull.bind("tcp://127.0.0.6:*").await?.to_string();
    pull.unbind(&endpoint).await?;
    let push = context.socket(SocketType::Push)?;
    push.set("reconnect_ivl", 1)?;
    let mut events = push.monitor(ALL);
    push.connect(&endpoint)?;
    expect(&mut events, &[Event::ConnectDelayed, Event::Closed, RETRIED]).await;
    expect(&mut events, &[Event::ConnectDelayed, Event::Closed, RETRIED]).await;
    Ok(())
}

#[tokio::test]
async fn one_disconnect_ends_every_connect_to_that_endpoint() -> Outcome {
    let context = Context::new();
    let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    let endpoint = pull.bind("tcp://127.0.0.6:*").await?.to_string();
    let mut events = push.monitor(Event::HandshakeSucceeded.number());
    push.connect(&endpoint)?;
    push.connect(&endpoint)?;
    expect(&mut events, &[Event::HandshakeSucceeded, Event::HandshakeSucceeded]).await;
    let mut events = push.monitor(Event::Disconnected.number());
    push.disconnect(&endpoint)?;
    expect(&mut events, &[Event::Disconnected, Event::Disconnected]).await;
    assert_eq!(push.disconnect(&endpoint), Err(EndpointError::NoSuchEndpoint(endpoint).into()));
    Ok(())
}

#[tokio::test]
async fn an_address_in_use_is_reported_and_refused() -> Outcome {
    let context = Context::new();
    let (one, other) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Pull)?);
    let endpoint = one.bind("tcp://127.0.0.6:*").await?.to_string();
    let mut events = other.monitor(ALL);
    assert_eq!(
        other.bind(&endpoint).await,
        Err(EndpointError::AddressInUse(endpoint.clone()).into())
    );
    let report = events.recv().await.map(|report| (report.event, report.endpoint));
    assert_eq!(report, Some((Event::BindFailed(98), endpoint)));
    Ok(())
}

#[tokio::test]
async fn a_failed_handshake_says_what_was_wrong() -> Outcome {
    let context = Context::new();
    let pull = context.socket(SocketType::Pull)?;
    let mut events = pull.monitor(ALL);
    let endpoint = pull.bind("tcp://127.0.0.6:*").await?.to_string();
    expect(&mut events, &[Event::Listening]).await;
    let address = endpoint.trim_start_matches("tcp://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut greeting = [0; 64];
    greeting[..13].copy_from_slice(b"\xFF\0\0\0\0\0\0\0\0\x7F\x03\x01P");
    stream.write_all(&greeting).await.unwrap();
    let mut answer = Vec::new();
    // Closed, or reset since something was left unread.
    let _ = stream.read_to_end(&mut answer).await;
    expect(&mut events, &[Event::Accepted]).await;
    let report = events.recv().await.map(|report| report.event);
    let mismatch = Event::HandshakeFailedProtocol(ProtocolError::MechanismMismatch);
    assert_eq!(report, Some(mismatch));
    expect(&mut events, &[Event::Disconnected]).await;
    Ok(())
}

#[tokio::test]
async fn a_peer_that_says_nothing_is_given_up() -> Outcome {
    let context = Context::new();
    let pull = context.socket(SocketType::Pull)?;
    pull.set("handshake_ivl", 20)?;
    let mut events = pull.monitor(ALL);
    let endpoint = pull.bind("tcp://127.0.0.6:*").await?.to_string();
    let address = endpoint.trim_start_matches("tcp://");
    let _silent = tokio::net::TcpStream::connect(address).await.unwrap();
    let failed = Event::HandshakeFailedNoDetail(0);
    expect(&mut events, &[Event::Listening, Event::Accepted, failed, Event::Disconnected]).await;
    Ok(())
}

#[tokio::test]
async fn only_what_the_mask_says_is_told_and_a_second_monitor_ends_the_first() -> Outcome {
    let context = Context::new();
    let pull = context.socket(SocketType::Pull)?;
    let stopped = Event::MonitorStopped.number();
    let mut first = pull.monitor(Event::Closed.number() | stopped);
    let endpoint = pull.bind("tcp://127.0.0.6:*").await?.to_string();
    pull.unbind(&endpoint).await?;
    expect(&mut first, &[Event::Closed]).await;
    let mut second = pull.monitor(Event::Listening.number());
    expect(&mut first, &[Event::MonitorStopped]).await;
    assert_eq!(first.recv().await, None);
    pull.bind("tcp://127.0.0.6:*").await?;
    expect(&mut second, &[Event::Listening]).await;
    pull.close().await;
    assert_eq!(second.recv().await, None, "it did not ask for the end");
    Ok(())
}
