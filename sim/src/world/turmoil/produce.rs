//! The sending of a flow: a message when its time has come, and the wait for a reply to it.

use super::super::app::Parts;
use super::super::flow::alternates;
use super::process::Process;
use crate::message::MessageId;
use crate::schedule::Then;
use crate::trace::What;
use core::time::Duration;
use std::sync::Arc;
use tokio::time::{sleep, timeout};

/// The next message of a flow.
struct Turn {
    id: MessageId,
    socket: usize,
    parts: Parts,
    /// How long until then.
    wait: u64,
}

/// Sends the messages of a flow that have not been sent yet.
pub(super) async fn produce(process: Arc<Process>, number: usize) {
    while let Some(turn) = process.turn(number) {
        if turn.wait > 0 {
            sleep(Duration::from_nanos(turn.wait)).await;
        }
        process.take_turn(number, turn).await;
    }
}

impl Process {
    fn turn(&self, number: usize) -> Option<Turn> {
        let state = self.world.state();
        let (flow, known) = (self.world.schedule.flow.get(number)?, state.flows.get(number)?);
        if known.next >= flow.count {
            return None;
        }
        let id = MessageId { flow: number as u16, number: known.next, is_reply: false };
        let has_delimiter = state.sockets.get(known.socket)?.has_delimiter;
        let (parts, wait) = (known.message(flow, id, has_delimiter), known.due);
        Some(Turn { id, socket: known.socket, parts, wait: wait.saturating_sub(state.now()) })
    }

    async fn take_turn(&self, number: usize, turn: Turn) {
        let Turn { id, socket, parts, .. } = turn;
        let (schedule, place) = (&self.world.schedule, socket as u16);
        let Some(flow) = schedule.flow.get(number) else { return };
        let sent = self.send(socket, id, &parts, |state| {
            let Some(known) = state.flows.get_mut(number) else { return };
            if !core::mem::replace(&mut known.is_blocked, true) {
                state.note(What::Blocked { socket: place, message: id });
            }
        });
        let sent = sent.await;
        let alternates = schedule.socket.get(socket).is_some_and(|spec| alternates(spec.kind));
        {
            let mut state = self.world.state();
            let now = state.now();
            let Some(known) = state.flows.get_mut(number) else { return };
            known.went(now, flow.every.0);
            known.awaits = (sent && alternates).then_some(id);
        }
        let answer = self.answer(number, socket, id);
        let is_answered = match flow.patience {
            None => {
                answer.await;
                true
            }
            Some(patience) => timeout(Duration::from_nanos(patience.0), answer).await.is_ok(),
        };
        if !is_answered {
            {
                let mut state = self.world.state();
                if let Some(known) = state.flows.get_mut(number) {
                    known.awaits = None;
                }
                state.note(What::GaveUp { socket: place, message: id });
            }
            if flow.then == Then::Reopen {
                self.reopen(socket).await;
            }
        }
    }

    /// Waits for the reply to this message, if there is to be one.
    async fn answer(&self, number: usize, socket: usize, id: MessageId) {
        let awaits = || {
            let state = self.world.state();
            let awaits = state.flows.get(number).is_some_and(|flow| flow.awaits == Some(id));
            awaits.then(|| state.changes(socket))
        };
        while let Some(seen) = awaits() {
            self.changed(socket, seen).await;
        }
    }
}
