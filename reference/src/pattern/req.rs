//! REQ: a request to one peer, then its reply, strictly in turn (28-REQ-001..010).
//!
//! ```text
//! Idle --send--> Awaiting { the peer that was asked } --recv, its first good reply--> Idle
//!                Awaiting --send, if req_relaxed--> Awaiting { the next one }
//! ```
//!
//! What comes from others, out of turn or without a delimiter is dropped silently. Deliberately
//! absent: asking again. If the peer goes before it replies, no reply comes; `req_relaxed` is for
//! that, and `req_correlate` tells late replies apart.

use crate::error::{Operation, Refused};
use crate::message::{Message, Part};
use crate::pattern::{self, Pattern, Unwanted};
use crate::routing::RoundRobin;
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A REQ socket.
#[derive(Debug)]
pub struct Req {
    ring: RoundRobin,
    state: State,
    next_id: u32,
}

#[derive(Debug)]
enum State {
    Idle,
    Awaiting(Request),
}

/// A request without a reply.
#[derive(Debug)]
struct Request {
    peer: PeerId,
    /// What its reply begins with, if replies are correlated.
    id: Option<[u8; 4]>,
    /// Its reply, found and not yet received.
    reply: Option<Message>,
}

impl Req {
    /// The ids of requests begin here.
    #[must_use]
    pub const fn new(first: u32) -> Self {
        Self { ring: RoundRobin::new(), state: State::Idle, next_id: first }
    }
}

impl Request {
    fn find_reply(&mut self, peers: &mut Peers) -> Option<&Message> {
        while self.reply.is_none() {
            let message = peers.recv(self.peer)?; //= 28-REQ-008
            self.reply = self.strip(message); //= 28-REQ-010
        }
        self.reply.as_ref()
    }

    /// The data frames of a good reply.
    fn strip(&self, message: Message) -> Option<Message> {
        //= 28-REQ-003
        let envelope = match (self.id, message.parts()) {
            (None, [delimiter, _, ..]) if delimiter.is_empty() => 1,
            (Some(id), [first, delimiter, _, ..]) if *first == id[..] && delimiter.is_empty() => 2,
            _ => return None,
        };
        Some(message.behind(envelope))
    }
}

impl Pattern for Req {
    fn attach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.ring.attach(peer); //= 28-REQ-001
        Ok(())
    }

    fn met(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) -> Result<(), Unwanted> {
        pattern::probe(peers, options, peer);
        Ok(())
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) {
        self.ring.detach(peer);
    }

    fn readable(&mut self, peers: &mut Peers, peer: PeerId) {
        match &self.state {
            State::Awaiting(request) if request.peer == peer => {}
            State::Awaiting(_) | State::Idle => peers.clear_incoming(peer), //= 28-REQ-009
        }
    }

    fn writable(&mut self, peer: PeerId) {
        self.ring.writable(peer);
    }

    fn send(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        parts: &[Part<'_>],
    ) -> Result<(), Refused> {
        if !matches!(self.state, State::Idle) && !options.routing.req_relaxed {
            return Err(Refused::State { first: Operation::Receive }); //= 28-REQ-002
        }
        //= 13-CONTENT-007
        let delimiter = Part::Slice(&[]); //= 28-REQ-004
        let id = options.routing.req_correlate.then(|| self.next_id.to_be_bytes());
        let sent = match &id {
            None => self.ring.send(peers, &[delimiter], parts),
            Some(id) => self.ring.send(peers, &[Part::Slice(id), delimiter], parts),
        };
        let peer = sent.ok_or(Refused::WouldBlock)?; //= 28-REQ-006, 28-REQ-007
        self.next_id = self.next_id.wrapping_add(1);
        let asked = State::Awaiting(Request { peer, id, reply: None });
        if let State::Awaiting(given_up) = core::mem::replace(&mut self.state, asked) {
            peers.clear_incoming(given_up.peer);
        }
        Ok(())
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        let State::Awaiting(request) = &mut self.state else {
            return Err(Refused::State { first: Operation::Send });
        };
        request.find_reply(peers);
        let reply = request.reply.take().ok_or(Refused::WouldBlock)?;
        peers.clear_incoming(request.peer);
        self.state = State::Idle;
        Ok(reply)
    }

    fn can_send(&mut self, peers: &mut Peers, options: &Options) -> bool {
        (matches!(self.state, State::Idle) || options.routing.req_relaxed)
            && self.ring.has_room(peers)
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        match &mut self.state {
            State::Idle => false,
            State::Awaiting(request) => request.find_reply(peers).is_some(),
        }
    }
}
