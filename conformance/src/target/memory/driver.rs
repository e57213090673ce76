//! The loop between one in-memory pipe and one reference `Connection`: mutate once, drain, wait.

use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, sleep_until};
use zeroproof_reference as reference;

use super::application::{Application, Order};

/// Drives a connection to its end.
pub(super) async fn drive(
    application: Rc<Application>,
    mut stream: DuplexStream,
    config: reference::Config,
) -> reference::Reason {
    let (peer, mut orders) = application.enter();
    let mut connection = reference::Connection::new(config, now());
    let mut octets = Vec::with_capacity(16 << 10);
    let reason = loop {
        let deadline = loop {
            match connection.poll_output() {
                reference::Output::Transmit(octets) => {
                    if stream.write_all(&octets).await.is_err() {
                        connection.handle_input(now(), reference::Input::PeerClosed);
                    }
                }
                reference::Output::Send(batch) => {
                    let octets = batch.pieces().collect::<Vec<_>>().concat();
                    if stream.write_all(&octets).await.is_err() {
                        connection.handle_input(now(), reference::Input::PeerClosed);
                    }
                }
                reference::Output::Event(event) => application.on(peer, event),
                reference::Output::Close(reason) => {
                    application.leave(peer);
                    let _ = stream.shutdown().await;
                    return reason;
                }
                reference::Output::Wait(deadline) => break deadline.map(at),
            }
        };
        octets.clear();
        tokio::select! {
            biased;
            order = orders.recv() => match order {
                Some(order) => connection.handle_input(now(), input(order)),
                None => break reference::Reason::PeerClosed,
            },
            read = stream.read_buf(&mut octets) => match read {
                Ok(1..) => connection.handle_input(now(), reference::Input::Octets(&octets)),
                _ => connection.handle_input(now(), reference::Input::PeerClosed),
            },
            () = until(deadline) => connection.handle_input(now(), reference::Input::Timeout),
        }
    };
    application.leave(peer);
    reason
}

fn input(order: Order) -> reference::Input<'static> {
    match order {
        Order::Message(parts) => reference::Input::Message(reference::Message::new(parts)),
        Order::Subscribe(topic) => reference::Input::Subscribe(topic),
        Order::Cancel(topic) => reference::Input::Cancel(topic),
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// The reference's time counts from the first look at the clock.
fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

fn now() -> reference::Instant {
    let began = epoch();
    let nanos = Instant::now().saturating_duration_since(began).as_nanos();
    reference::Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn at(time: reference::Instant) -> Instant {
    epoch() + Duration::from_nanos(time.as_nanos())
}
