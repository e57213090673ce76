//! What the application of a socket does with what comes: consumes it, answers it or sends it on.

use super::super::app::{Parts, Told, WISH, reply, told};
use super::process::Process;
use crate::message::MessageId;
use crate::schedule::Work;
use crate::trace::What;
use core::time::Duration;
use std::sync::Arc;
use tokio::time::sleep;
use zeroproof_reference::{Refused, SocketType};

/// Receives for as long as the process lives, one message at a time.
pub(super) async fn work(process: Arc<Process>, index: usize) {
    let kind = process.world.schedule.socket.get(index).map(|spec| spec.kind);
    if kind.is_none_or(|kind| matches!(kind, SocketType::Push | SocketType::Pub)) {
        return;
    }
    loop {
        let seen = process.world.state().changes(index);
        let socket = process.socket(index).filter(|_| !process.is_stalled());
        let Some(socket) = socket else {
            process.changed(index, seen).await;
            continue;
        };
        let received = process.unless_changed(index, seen, socket.recv()).await;
        drop(socket);
        match received {
            Some(Ok(message)) => {
                process.received(index, message.into_parts()).await;
            }
            None | Some(Err(Refused::WouldBlock)) => {}
            // A requester has to ask first.
            Some(Err(_)) => process.changed(index, seen).await,
        }
    }
}

impl Process {
    fn is_stalled(&self) -> bool {
        self.world.state().hosts.get(self.host).is_some_and(|host| host.is_stalled)
    }

    async fn flows_again(&self, index: usize) {
        loop {
            let seen = self.world.state().changes(index);
            if !self.is_stalled() {
                return;
            }
            self.changed(index, seen).await;
        }
    }

    /// Notes what came, and does what is to be done with it.
    async fn received(&self, index: usize, parts: Parts) {
        let Some(spec) = self.world.schedule.socket.get(index) else { return };
        let Some(id) = self.note_received(index, &parts) else { return };
        let has_come = id.is_reply || id == WISH;
        if has_come && spec.work != Work::Forward {
            return;
        }
        if spec.takes.0 > 0 {
            self.holds(index, Some((id, Vec::new())));
            sleep(Duration::from_nanos(spec.takes.0)).await;
            self.flows_again(index).await;
            self.holds(index, None);
        }
        match spec.work {
            Work::Consume => {}
            Work::Reply => self.send_on(index, index, id.reply(), reply(id, parts)).await,
            Work::Forward => {
                let target = self.world.state().sockets.get(index).and_then(|s| s.target);
                if let Some(target) = target {
                    self.send_on(index, target, id, parts).await;
                }
            }
        }
    }

    /// Whose message it is; none if it is nobody's.
    fn note_received(&self, index: usize, parts: &Parts) -> Option<MessageId> {
        let (spec, socket) = (self.world.schedule.socket.get(index)?, index as u16);
        let mut state = self.world.state();
        match told(spec, parts) {
            Told::Wish => Some(WISH),
            Told::Foreign(why) => {
                state.note(What::Foreign { socket, why });
                None
            }
            Told::Ours { message, is_asked } => {
                if !is_asked {
                    state.note(What::Unasked { socket, message });
                }
                state.note(What::Received { socket, message });
                if message.is_reply && spec.work != Work::Forward {
                    let flow = state.flows.get_mut(usize::from(message.flow));
                    if flow.is_some_and(|flow| flow.is_answered(index, message)) {
                        state.touch(index);
                    }
                }
                Some(message)
            }
        }
    }

    fn holds(&self, index: usize, message: Option<(MessageId, Parts)>) {
        if let Some(socket) = self.world.state().sockets.get_mut(index) {
            socket.holding = message;
        }
    }

    async fn send_on(&self, index: usize, target: usize, id: MessageId, parts: Parts) {
        self.send(target, id, &parts, |state| {
            if let Some(socket) = state.sockets.get_mut(index) {
                socket.outgoing = Some((target, id, Vec::new()));
            }
        })
        .await;
        if let Some(socket) = self.world.state().sockets.get_mut(index) {
            socket.outgoing = None;
        }
    }
}
