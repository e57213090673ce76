//! PAIR: one peer, and messages both ways at will (31-PAIR-001..011).
//!
//! A second peer is not wanted until the first has gone. Deliberately absent: routing.

use crate::error::Refused;
use crate::message::{Message, Part};
use crate::pattern::{Pattern, Unwanted};
use crate::routing::FairQueue;
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A PAIR socket.
#[derive(Debug, Default)]
pub struct Pair {
    peer: Option<PeerId>,
    /// The peer and, before it, those that have gone and were not read to the end.
    incoming: FairQueue,
}

impl Pattern for Pair {
    fn attach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        //= 31-PAIR-001
        if self.peer.is_some() {
            return Err(Unwanted::OneTooMany);
        }
        self.peer = Some(peer);
        Ok(())
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) {
        self.peer = self.peer.filter(|own| *own != peer);
    }

    fn readable(&mut self, peers: &mut Peers, peer: PeerId) {
        if self.peer == Some(peer) {
            self.incoming.readable(peer); //= 31-PAIR-011
        } else {
            peers.clear_incoming(peer);
        }
    }

    fn send(&mut self, peers: &mut Peers, _: &Options, parts: &[Part<'_>]) -> Result<(), Refused> {
        //= 31-PAIR-002
        let sent = self.peer.is_some_and(|peer| peers.send(peer, &[], parts));
        //= 31-PAIR-007, 31-PAIR-008, 31-PAIR-009, 31-PAIR-010
        if sent { Ok(()) } else { Err(Refused::WouldBlock) }
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        self.incoming.recv(peers).ok_or(Refused::WouldBlock)
    }

    fn can_send(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.peer.is_some_and(|peer| peers.has_room(peer))
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.incoming.next_peer(peers).is_some()
    }
}
