//! A process of the schedule on its host: sockets of the real runtime, and a task for each thing
//! that its applications do.
//!
//! ```text
//! run --opens--> sockets     a task a socket that receives (work), a task a flow (produce)
//! ```
//!
//! All of it goes with the process: what is to outlive it is in the ledger.

use super::super::app::{Parts, WISH};
use super::super::flow::alternates;
use super::super::host::{judged, option};
use super::ledger::World;
use super::transport::Simulated;
use crate::message::MessageId;
use crate::trace::What;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::wire::zap::Reply;
use zeroproof_reference::{Message, Refused};

type Open = Arc<Socket<Simulated>>;

/// A process that runs.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) world: Arc<World>,
    pub(super) host: usize,
    /// By number in the schedule.
    sockets: Mutex<BTreeMap<usize, Open>>,
}

/// Runs a process until its host crashes.
pub(super) async fn run(world: Arc<World>, host: usize) -> turmoil::Result {
    let mut tasks = JoinSet::new();
    {
        let sockets = Mutex::default();
        let process = Arc::new(Process { world: Arc::clone(&world), host, sockets });
        let ours: Vec<_> = (0..world.schedule.socket.len())
            .filter(|socket| world.host_of(*socket) == host)
            .collect();
        for socket in &ours {
            if let Err(wrong) = process.open(*socket).await {
                world.state().failed.get_or_insert(wrong.clone());
                return Err(wrong.into());
            }
        }
        for socket in &ours {
            tasks.spawn(super::work::work(Arc::clone(&process), *socket));
        }
        for flow in 0..world.schedule.flow.len() {
            let socket = world.state().flows.get(flow).map(|flow| flow.socket);
            if socket.is_some_and(|socket| ours.contains(&socket)) {
                tasks.spawn(super::produce::produce(Arc::clone(&process), flow));
            }
        }
        // Sockets outlive what is done with them, and go with the runtime, not with the host.
        tasks.spawn(async move {
            let _kept = process;
            core::future::pending::<()>().await;
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome?;
    }
    Ok(())
}

impl Process {
    fn sockets(&self) -> std::sync::MutexGuard<'_, BTreeMap<usize, Open>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A socket, unless it is being opened.
    pub(super) fn socket(&self, index: usize) -> Option<Open> {
        self.sockets().get(&index).cloned()
    }

    /// Opens a socket of the schedule.
    async fn open(&self, index: usize) -> Result<(), String> {
        let Some(spec) = self.world.schedule.socket.get(index) else { return Ok(()) };
        let wrong = |error: Refused| format!("socket {}: {error}", spec.name);
        let known = |state: &super::ledger::State| {
            let socket = state.sockets.get(index)?;
            Some((socket.endpoint.clone(), socket.connects.clone(), socket.generation))
        };
        let Some((endpoint, connects, generation)) = known(&self.world.state()) else {
            return Ok(());
        };
        let context = Context::over(Simulated { world: Arc::clone(&self.world), socket: index });
        context.authenticate(|request| {
            let reply = Reply::new(judged(&request));
            async move { reply }
        });
        let socket = context.socket(spec.kind).map_err(wrong)?;
        for (name, setting) in &spec.options {
            let set = socket.set(name, option(name, setting, generation));
            set.map_err(|error| format!("socket {}: {name}: {error}", spec.name))?;
        }
        for topic in &spec.subscribe {
            let asked = match spec.wish(topic) {
                Some(wish) => socket.try_send(wish),
                None => socket.subscribe(topic),
            };
            asked.map_err(wrong)?;
        }
        if spec.bind {
            socket.bind(&endpoint).await.map_err(wrong)?;
        }
        for target in connects {
            socket.connect(&target).map_err(wrong)?;
        }
        self.sockets().insert(index, Arc::new(socket));
        self.world.state().touch(index);
        Ok(())
    }

    /// Closes a socket and opens it anew.
    pub(super) async fn reopen(&self, index: usize) {
        let old = self.sockets().remove(&index);
        // Who waits on the old one lets go of it.
        self.world.state().touch(index);
        tokio::task::yield_now().await;
        let binds = self.world.schedule.socket.get(index).is_some_and(|spec| spec.bind);
        let endpoint = self.world.state().sockets.get(index).map(|s| s.endpoint.clone());
        if let (Some(old), Some(endpoint)) = (old.filter(|_| binds), endpoint) {
            // Its address is free then.
            drop(old.unbind(&endpoint).await);
        }
        // It was opened before with the same options.
        drop(self.open(index).await);
    }

    /// Waits until the application of a socket has to look again.
    pub(super) async fn changed(&self, socket: usize, seen: u64) {
        let changed = |cx: &mut core::task::Context<'_>| {
            let has_changed = self.world.state().has_changed(socket, seen, cx.waker());
            if has_changed { Poll::Ready(()) } else { Poll::Pending }
        };
        poll_fn(changed).await;
    }

    /// The outcome; or `None`, and the future is dropped, as soon as that has to look again.
    pub(super) async fn unless_changed<F: Future>(
        &self,
        socket: usize,
        seen: u64,
        future: F,
    ) -> Option<F::Output> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if self.world.state().has_changed(socket, seen, cx.waker()) {
                return Poll::Ready(None);
            }
            future.as_mut().poll(cx).map(Some)
        })
        .await
    }

    /// Sends a message on a socket, whatever it has to wait for; tells whether the socket took it.
    /// `blocked` is called when there is no room.
    pub(super) async fn send(
        &self,
        index: usize,
        id: MessageId,
        parts: &Parts,
        mut blocked: impl FnMut(&mut super::ledger::State),
    ) -> bool {
        let message = Message::new(parts.iter().cloned());
        let octets = parts.iter().map(|part| part.len()).sum::<usize>() as u32;
        let sent = loop {
            let seen = self.world.state().changes(index);
            let Some(socket) = self.socket(index) else {
                self.changed(index, seen).await;
                continue;
            };
            let mut sent = socket.try_send(&message);
            if sent == Err(Refused::WouldBlock) {
                blocked(&mut self.world.state());
                let sending = self.unless_changed(index, seen, socket.send(&message)).await;
                sent = sending.unwrap_or(Err(Refused::WouldBlock));
            }
            match sent {
                Err(Refused::WouldBlock) => {}
                Err(Refused::Terminated) => self.changed(index, seen).await,
                outcome => break outcome.is_ok(),
            }
        };
        let mut state = self.world.state();
        let socket = index as u16;
        match sent {
            true if id == WISH => {}
            true => state.note(What::Sent { socket, message: id, octets }),
            false => state.note(What::Refused { socket, message: id }),
        }
        let kind = self.world.schedule.socket.get(index).map(|spec| spec.kind);
        if kind.is_some_and(alternates) {
            // A reply may be received now.
            state.touch(index);
        }
        sent
    }
}
