//! A peer that is not one of ours: it connects, says what it is told to say, and listens.

use super::connection::{Connection, Side};
use super::host::socket_address;
use super::ledger::World;
use super::transport::dial;
use crate::trace::What;
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What the stranger is told.
#[derive(Debug, Default)]
pub(super) struct Stranger {
    pub(super) calls: VecDeque<Call>,
    pub(super) waker: Option<Waker>,
}

/// One connection of its.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) socket: usize,
    pub(super) octets: Vec<u8>,
    /// It closes when it has spoken.
    pub(super) closes: bool,
}

/// Does what it is told, for ever.
pub(super) async fn run(world: Arc<World>, host: usize) -> turmoil::Result {
    loop {
        let call = poll_fn(|cx| {
            let stranger = &mut world.state().stranger;
            stranger.waker = Some(cx.waker().clone());
            stranger.calls.pop_front().map_or(Poll::Pending, Poll::Ready)
        });
        let call = call.await;
        tokio::spawn(speak(Arc::clone(&world), host, call));
    }
}

async fn speak(world: Arc<World>, host: usize, call: Call) {
    let to = world.host_of(call.socket);
    let is_publisher =
        world.schedule.socket.get(call.socket).is_some_and(|spec| spec.kind.is_publisher());
    let sides = [Side::new(is_publisher), Side::new(false)];
    let hosts = [host, to];
    let id = world.state().dials(Connection { hosts, sides, dialing: None });
    let (from, listener) = (u16::MAX, call.socket as u16);
    world.state().note(What::Dialed { connection: id, from, to: listener });
    let Ok(mut stream) = dial(&world, id, socket_address(to, call.socket)).await else { return };
    if stream.write_all(&call.octets).await.is_err() {
        return;
    }
    if call.closes && stream.shutdown().await.is_err() {
        return;
    }
    let mut heard = [0; 4096];
    while let Ok(1..) = stream.read(&mut heard).await {}
}
