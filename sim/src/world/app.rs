//! Applications: what is done with what comes.
//!
//! ```text
//! recv --takes--> consume | reply | forward, one message at a time; no room: wait for it
//! ```
//!
//! They rely on what the engine tells them: who is never told that there is room waits for ever.

use super::disk::Drive;
use super::{Due, Unrunnable, World};
use crate::message::{self, MessageId, Shape};
use crate::schedule::{Schedule, Socket, Work};
use crate::trace::{Left, What};
use zeroproof_reference::message::{Body, Part};
use zeroproof_reference::node::SocketId;
use zeroproof_reference::socket::ListenerId;
use zeroproof_reference::{Message, Refused, SocketType};

pub(super) type Parts = Vec<Body>;

/// A socket as its application has it.
#[derive(Debug)]
pub(super) struct Sock {
    pub(super) host: usize,
    pub(super) id: Option<SocketId>,
    pub(super) listener: Option<ListenerId>,
    pub(super) endpoint: String,
    pub(super) connects: Vec<String>,
    /// How often it has got another identity.
    pub(super) generation: u32,
    /// An empty part divides its messages from their envelopes.
    pub(super) has_delimiter: bool,
    /// What it is at work on, and until when.
    pub(super) holding: Option<(MessageId, Parts)>,
    busy_until: u64,
    /// What waits for room, and on which socket.
    pub(super) outgoing: Option<(usize, MessageId, Parts)>,
    pub(super) target: Option<usize>,
    pub(super) drive: Drive,
}

pub(super) const fn has_envelope(kind: SocketType) -> bool {
    matches!(kind, SocketType::Dealer | SocketType::Router)
}

impl Sock {
    pub(super) fn new(
        schedule: &Schedule,
        spec: &Socket,
        nodes: &[&str],
    ) -> Result<Self, Unrunnable> {
        let number =
            schedule.socket.iter().position(|socket| socket.name == spec.name).unwrap_or(0);
        let host = nodes.iter().position(|node| *node == spec.node).unwrap_or(0);
        let endpoint =
            |number: usize| format!("tcp://10.0.{}.{}:5555", number / 200, number % 200 + 1);
        let find = |name: &String| {
            let found = schedule.socket_named(name);
            found.ok_or_else(|| {
                Unrunnable(format!("socket {}: there is no socket {name}", spec.name))
            })
        };
        let mut connects = Vec::new();
        for name in &spec.connect {
            connects.push(endpoint(find(name)?.0));
        }
        let mut peers = spec.connect.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        peers.extend(
            schedule
                .socket
                .iter()
                .enumerate()
                .filter(|(_, other)| other.connect.contains(&spec.name)),
        );
        let alternating = |kind| matches!(kind, SocketType::Req | SocketType::Rep);
        let has_delimiter =
            has_envelope(spec.kind) && peers.iter().any(|(_, peer)| alternating(peer.kind));
        let target = spec.to.as_ref().map(find).transpose()?.map(|(number, _)| number);
        Ok(Self {
            host,
            id: None,
            listener: None,
            endpoint: endpoint(number),
            connects,
            generation: 0,
            has_delimiter,
            holding: None,
            busy_until: 0,
            outgoing: None,
            target,
            drive: Drive::default(),
        })
    }

    pub(super) fn opened(&mut self, id: SocketId) {
        self.died();
        (self.id, self.listener) = (Some(id), None);
    }

    /// Its process is gone, or the socket: with what it was at work on.
    pub(super) fn died(&mut self) {
        (self.id, self.holding, self.outgoing) = (None, None, None);
        self.busy_until = 0;
    }
}

impl World<'_> {
    pub(super) fn send(&mut self, socket: usize, parts: &[Body]) -> Result<(), Refused> {
        let Some(socket) = self.sockets.get(socket) else { return Err(Refused::Terminated) };
        let Some(id) = socket.id else { return Err(Refused::Terminated) };
        let Some(host) = self.hosts.get_mut(socket.host) else { return Err(Refused::Terminated) };
        if let [part] = parts {
            host.node.send(id, &part[..])?;
        } else {
            let parts: Vec<Part<'_>> = parts.iter().map(|part| Part::Slice(part)).collect();
            host.node.send(id, &parts[..])?;
        }
        host.node.sync_swap(id)
    }

    /// There may be room on a socket.
    pub(super) fn room(&mut self, index: usize) {
        for number in 0..self.flows.len() {
            if self.flows.get(number).is_some_and(|flow| flow.socket == index) {
                self.produce(number);
            }
        }
        for waiting in 0..self.sockets.len() {
            let socket = self.sockets.get(waiting).and_then(|socket| socket.outgoing.as_ref());
            if socket.is_some_and(|(target, ..)| *target == index) {
                self.work(waiting);
            }
        }
    }

    pub(super) fn work_due(&mut self, socket: usize, incarnation: u32) {
        let Some(host) = self.sockets.get(socket).map(|socket| socket.host) else { return };
        let lives = self.hosts.get(host).is_some_and(|host| host.incarnation == incarnation);
        if lives {
            self.work(socket);
            self.settle(host);
        }
    }

    /// Goes on with what a socket's application is at.
    pub(super) fn work(&mut self, index: usize) {
        let Some(spec) = self.schedule.socket.get(index) else { return };
        if matches!(spec.kind, SocketType::Push | SocketType::Pub) {
            return;
        }
        loop {
            let Some(socket) = self.sockets.get_mut(index) else { return };
            let Some(host) = self.hosts.get_mut(socket.host) else { return };
            let Some(id) = socket.id.filter(|_| host.is_up() && !host.is_paused) else { return };
            if let Some((target, message, parts)) = socket.outgoing.take() {
                if !self.send_on(index, target, message, parts) {
                    return;
                }
                continue;
            }
            if host.is_stalled || socket.busy_until > self.now {
                return;
            }
            if let Some((message, parts)) = socket.holding.take() {
                socket.outgoing = match spec.work {
                    Work::Consume => None,
                    Work::Forward => socket.target.map(|target| (target, message, parts)),
                    Work::Reply => Some((index, message.reply(), reply(message, parts))),
                };
                continue;
            }
            let Ok(received) = host.node.recv(id) else { return };
            self.received(index, spec, received);
        }
    }

    /// Notes what came, and begins to work on it.
    fn received(&mut self, index: usize, spec: &Socket, received: Message) {
        let (socket, now) = (index as u16, self.now);
        let (id, is_wish) = match told(spec, received.parts()) {
            Told::Wish => (WISH, true),
            Told::Foreign(why) => return self.note(What::Foreign { socket, why }),
            Told::Ours { message, is_asked } => {
                if !is_asked {
                    self.note(What::Unasked { socket, message });
                }
                self.note(What::Received { socket, message });
                (message, false)
            }
        };
        let incarnation = self
            .hosts
            .get(self.sockets.get(index).map_or(0, |socket| socket.host))
            .map_or(0, |host| host.incarnation);
        if id.is_reply && spec.work != Work::Forward {
            return self.answered(index, id);
        }
        let Some(state) = self.sockets.get_mut(index) else { return };
        if is_wish && spec.work != Work::Forward {
            return;
        }
        state.holding = Some((id, received.into_parts()));
        if spec.takes.0 > 0 {
            state.busy_until = now + spec.takes.0;
            self.push(now + spec.takes.0, Due::Work(socket, incarnation));
        }
    }

    /// A reply has come to who asked.
    fn answered(&mut self, socket: usize, id: MessageId) {
        let flow = self.flows.get_mut(usize::from(id.flow));
        if let Some(flow) = flow
            && flow.is_answered(socket, id)
        {
            let due = flow.due.max(self.now);
            self.push(due, Due::Produce(id.flow));
        }
    }

    /// Sends what a socket's application has made; false if it has to wait for room.
    fn send_on(&mut self, index: usize, target: usize, message: MessageId, parts: Parts) -> bool {
        let octets = parts.iter().map(|part| part.len()).sum::<usize>() as u32;
        let socket = target as u16;
        match self.send(target, &parts) {
            Ok(()) if message == WISH => {}
            Ok(()) => self.note(What::Sent { socket, message, octets }),
            Err(Refused::WouldBlock) => {
                if let Some(waiting) = self.sockets.get_mut(index) {
                    waiting.outgoing = Some((target, message, parts));
                }
                return false;
            }
            Err(refused) => {
                let what = self.not_sent(target, message, &refused);
                self.note(what);
            }
        }
        true
    }

    /// What waits at the end.
    pub(super) fn note_left(&mut self) {
        let mut left = Vec::new();
        for (number, flow) in (0_u16..).zip(&self.flows) {
            let socket = flow.socket as u16;
            left.extend(flow.awaits.map(|message| Left::Reply { socket, message }));
            if flow.is_blocked {
                let message = MessageId { flow: number, number: flow.next, is_reply: false };
                left.push(Left::Room { socket, message });
            }
        }
        for (number, socket) in (0_u16..).zip(&self.sockets) {
            left.extend(
                socket
                    .holding
                    .as_ref()
                    .map(|(id, _)| Left::Working { socket: number, message: *id }),
            );
            left.extend(
                socket
                    .outgoing
                    .as_ref()
                    .map(|(target, id, _)| Left::Room { socket: *target as u16, message: *id }),
            );
        }
        self.trace.left = left;
    }
}

/// Stands for a subscription, which has no name.
pub(super) const WISH: MessageId = MessageId { flow: u16::MAX, number: 0, is_reply: false };

/// What an application makes of what it has received.
pub(super) enum Told {
    /// An XPUB hears of a topic.
    Wish,
    /// Nobody sent it, or it is not whole.
    Foreign(&'static str),
    /// One of ours; a SUB has asked for its topic or not.
    Ours { message: MessageId, is_asked: bool },
}

pub(super) fn told(spec: &Socket, parts: &[Body]) -> Told {
    let first = parts.first().and_then(|part| part.first());
    if spec.kind == SocketType::Xpub && first.is_some_and(|first| *first < 2) {
        return Told::Wish;
    }
    let envelope = if has_envelope(spec.kind) {
        parts.iter().take_while(|part| message::named(part).is_none()).count()
    } else {
        0
    };
    let ours = parts.get(envelope..).unwrap_or_default();
    match message::read(ours.iter().map(|part| &part[..])) {
        Err(why) => Told::Foreign(why),
        Ok((message, topic)) => Told::Ours { message, is_asked: spec.wants(topic) },
    }
}

/// The reply to a message: its envelope, and then parts of our own.
pub(super) fn reply(message: MessageId, parts: Parts) -> Parts {
    let octets = parts.iter().map(|part| part.len()).sum();
    let envelope = parts.into_iter().take_while(|part| message::named(part).is_none());
    let mut reply: Parts = envelope.collect();
    reply.extend(message::parts(message.reply(), Shape { topic: b"", size: octets, parts: 1 }));
    reply
}
