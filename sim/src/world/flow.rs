//! Flows: who sends what on its own account, and when.
//!
//! ```text
//! --every--> send; no room: wait for it; requester: wait for the reply, with patience
//! ```

use super::app::Parts;
use super::{Due, Unrunnable, World};
use crate::message::{self, MessageId, Shape};
use crate::schedule::{Flow, Schedule, Setting, Then};
use crate::trace::What;
use zeroproof_reference::message::Body;
use zeroproof_reference::{Refused, SocketType};

/// A flow, and how far it is.
#[derive(Debug)]
pub(super) struct FlowState {
    pub(super) socket: usize,
    pub(super) next: u32,
    /// Not before.
    pub(super) due: u64,
    pub(super) is_blocked: bool,
    /// Its process was gone: what it did not send then it does not send in one go now.
    was_away: bool,
    pub(super) awaits: Option<MessageId>,
    /// Routing ids of receivers, as they are first.
    routes: Vec<(usize, Vec<u8>)>,
}

pub(super) const fn alternates(kind: SocketType) -> bool {
    matches!(kind, SocketType::Req)
}

impl FlowState {
    /// A reply has come to a socket: whether it is the one that the flow waits for, which it does
    /// not any more then.
    pub(super) fn is_answered(&mut self, socket: usize, reply: MessageId) -> bool {
        let asked = MessageId { is_reply: false, ..reply };
        let is_it = self.socket == socket && self.awaits == Some(asked);
        if is_it {
            self.awaits = None;
        }
        is_it
    }

    /// Its process is gone: what it sends next is known elsewhere, what it waits for is not.
    pub(super) const fn forget(&mut self) {
        (self.is_blocked, self.was_away, self.awaits) = (false, true, None);
    }

    pub(super) fn new(schedule: &Schedule, flow: &Flow) -> Result<Self, Unrunnable> {
        let find = |name: &String| {
            let found = schedule.socket_named(name);
            found
                .ok_or_else(|| Unrunnable(format!("flow {}: there is no socket {name}", flow.name)))
        };
        let mut routes = Vec::new();
        for name in &flow.to {
            let (number, socket) = find(name)?;
            let Some(Setting::Text(id)) = socket.options.get("routing_id") else {
                let message =
                    format!("flow {}: {name} has no routing_id to be reached by", flow.name);
                return Err(Unrunnable(message));
            };
            routes.push((number, id.clone().into_bytes()));
        }
        let (socket, _) = find(&flow.from)?;
        let (due, is_blocked, was_away) = (flow.start.0, false, false);
        Ok(Self { socket, next: 0, due, is_blocked, was_away, awaits: None, routes })
    }

    /// The next message has been sent, or was refused. Whoever has waited for room goes on from
    /// now; who was in time keeps its rhythm.
    pub(super) const fn went(&mut self, now: u64, every: u64) {
        let since = if self.is_blocked || self.was_away { now } else { self.due };
        (self.next, self.due) = (self.next + 1, since.saturating_add(every));
        (self.is_blocked, self.was_away) = (false, false);
    }

    /// The message of this name, with an envelope if it needs one.
    pub(super) fn message(&self, flow: &Flow, id: MessageId, has_delimiter: bool) -> Parts {
        let nth = |count: usize| (id.number as usize).checked_rem(count);
        let topic = nth(flow.topics.len()).and_then(|nth| flow.topics.get(nth));
        let spread = flow.size.most.0.saturating_sub(flow.size.least.0) + 1;
        let size = flow.size.least.0 + crate::chance::mix(u64::from(id.number) + 1) % spread;
        let shape = Shape {
            topic: topic.map(String::as_bytes).unwrap_or_default(),
            size: usize::try_from(size).unwrap_or(0),
            parts: flow.parts,
        };
        let route = nth(self.routes.len()).and_then(|nth| self.routes.get(nth));
        let mut parts = Parts::with_capacity(usize::from(flow.parts).saturating_add(2));
        parts.extend(route.map(|(_, route)| Body::copy(route)));
        if has_delimiter {
            parts.push(Body::default());
        }
        parts.extend(message::parts(id, shape));
        parts
    }
}

impl World<'_> {
    pub(super) fn produce_due(&mut self, flow: usize) {
        self.produce(flow);
        let host = self
            .flows
            .get(flow)
            .and_then(|flow| self.sockets.get(flow.socket))
            .map(|socket| socket.host);
        host.into_iter().for_each(|host| self.settle(host));
    }

    /// Sends the next message of a flow, if it is time and there is room.
    pub(super) fn produce(&mut self, number: usize) {
        let (Some(state), Some(flow)) = (self.flows.get(number), self.schedule.flow.get(number))
        else {
            return;
        };
        let Some(socket) = self.sockets.get(state.socket) else { return };
        let host = self.hosts.get(socket.host);
        let is_able = host.is_some_and(|host| host.is_up() && !host.is_paused);
        if !is_able || state.next >= flow.count || state.due > self.now || state.awaits.is_some() {
            return;
        }
        let (index, was_blocked, now) = (state.socket, state.is_blocked, self.now);
        let id = MessageId { flow: number as u16, number: state.next, is_reply: false };
        let parts = state.message(flow, id, socket.has_delimiter);
        let octets = parts.iter().map(|part| part.len()).sum::<usize>() as u32;
        let sent = self.send(index, &parts);
        let kind = self.schedule.socket.get(index).map(|spec| spec.kind);
        let Some(state) = self.flows.get_mut(number) else { return };
        match sent {
            Ok(()) => {
                state.went(now, flow.every.0);
                let due = state.due;
                if kind.is_some_and(alternates) {
                    state.awaits = Some(id);
                    if let Some(patience) = flow.patience {
                        self.push(self.now + patience.0, Due::Patience(number as u16, id.number));
                    }
                }
                self.note(What::Sent { socket: index as u16, message: id, octets });
                self.push(due.max(self.now), Due::Produce(number as u16));
            }
            Err(Refused::WouldBlock) => {
                state.is_blocked = true;
                if !was_blocked {
                    self.note(What::Blocked { socket: index as u16, message: id });
                }
            }
            Err(refused) => {
                state.went(now, flow.every.0);
                let due = state.due;
                let what = self.not_sent(index, id, &refused);
                self.note(what);
                self.push(due.max(self.now), Due::Produce(number as u16));
            }
        }
    }

    /// A requester has waited long enough.
    pub(super) fn impatient(&mut self, number: usize, message: u32) {
        let (Some(state), Some(flow)) =
            (self.flows.get_mut(number), self.schedule.flow.get(number))
        else {
            return;
        };
        let Some(id) = state.awaits.filter(|id| id.number == message) else { return };
        let socket = state.socket;
        state.awaits = None;
        self.note(What::GaveUp { socket: socket as u16, message: id });
        if flow.then == Then::Reopen {
            self.reopen(socket);
        }
        self.produce_due(number);
    }

    fn reopen(&mut self, index: usize) {
        let Some(socket) = self.sockets.get(index) else { return };
        let (host, id) = (socket.host, socket.id);
        let now = self.local(host);
        if let (Some(host), Some(id)) = (self.hosts.get_mut(host), id) {
            host.node.close(id, now);
        }
        // It was opened before with the same options.
        drop(self.open(index));
        self.settle(host);
    }
}
