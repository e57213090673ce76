//! REP: a request of some peer, then our reply to it, strictly in turn (28-REP-001..013).
//!
//! ```text
//! Idle --recv--> Replying { to whom, in what envelope } --send--> Idle
//! ```
//!
//! The envelope is whatever came before the first empty part, and that part. A request without
//! one is dropped silently, as is a reply to a peer that has gone or has no room.
//! Deliberately absent: identities; the envelope goes back as it came.

use crate::error::{Operation, Refused};
use crate::message::{Body, Message, Part};
use crate::pattern::{Pattern, Unwanted};
use crate::routing::FairQueue;
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A REP socket.
#[derive(Debug, Default)]
pub struct Rep {
    incoming: FairQueue,
    state: State,
    /// A request that was found and not yet received.
    ready: Option<Request>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Replying {
        peer: PeerId,
        /// Identities, and the delimiter behind them.
        envelope: Vec<Body>,
    },
}

#[derive(Debug)]
struct Request {
    peer: PeerId,
    envelope: Vec<Body>,
    data: Message,
}

impl Request {
    /// Cuts a message behind its delimiter; `None` if it has none, or nothing behind it.
    fn parse(peer: PeerId, message: Message) -> Option<Self> {
        //= 28-REP-004, 28-REP-006
        let mut envelope = message.into_parts();
        let behind = envelope.iter().position(|part| part.is_empty())?.saturating_add(1);
        let data = match envelope.len().saturating_sub(behind) {
            0 => return None, //= 28-REP-013
            1 => Message::from(envelope.pop()?),
            2.. => Message::from(envelope.split_off(behind)),
        };
        Some(Self { peer, envelope, data })
    }
}

impl Rep {
    fn find_request(&mut self, peers: &mut Peers) -> bool {
        while self.ready.is_none() {
            let Some(peer) = self.incoming.next_peer(peers) else { return false };
            let Some(message) = self.incoming.recv(peers) else { return false };
            self.ready = Request::parse(peer, message);
        }
        true
    }
}

impl Pattern for Rep {
    fn attach(&mut self, _: &mut Peers, _: &Options, _: PeerId) -> Result<(), Unwanted> {
        Ok(()) //= 28-REP-001
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, _: PeerId) {}

    fn readable(&mut self, _: &mut Peers, peer: PeerId) {
        self.incoming.readable(peer);
    }

    fn send(&mut self, peers: &mut Peers, _: &Options, parts: &[Part<'_>]) -> Result<(), Refused> {
        let State::Replying { peer, envelope } = core::mem::take(&mut self.state) else {
            return Err(Refused::State { first: Operation::Receive }); //= 28-REP-003
        };
        //= 28-REP-002, 28-REP-009, 28-REP-010
        let _sent = match envelope.as_slice() {
            [delimiter] => peers.send(peer, &[delimiter.part()], parts),
            stack => peers.send(peer, &stack.iter().map(Body::part).collect::<Vec<_>>(), parts),
        };
        Ok(()) //= 28-REP-011, 28-REP-012
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        if !matches!(self.state, State::Idle) {
            return Err(Refused::State { first: Operation::Send }); //= 28-REP-008
        }
        self.find_request(peers);
        let Request { peer, envelope, data } = self.ready.take().ok_or(Refused::WouldBlock)?;
        //= 13-CONTENT-009
        self.state = State::Replying { peer, envelope };
        Ok(data) //= 28-REP-007
    }

    fn can_send(&mut self, _: &mut Peers, _: &Options) -> bool {
        matches!(self.state, State::Replying { .. })
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        matches!(self.state, State::Idle) && self.find_request(peers)
    }
}
