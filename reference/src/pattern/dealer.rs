//! DEALER: sends to many peers in turn, receives from all, at will (28-DEALER-001..012).
//!
//! Deliberately absent: the empty delimiter of REQ and REP, which is the application's here.

use crate::error::Refused;
use crate::message::{Message, Part};
use crate::pattern::{self, Pattern, Unwanted};
use crate::routing::{FairQueue, RoundRobin};
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A DEALER socket.
#[derive(Debug, Default)]
pub struct Dealer {
    ring: RoundRobin,
    incoming: FairQueue,
}

impl Pattern for Dealer {
    fn attach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.ring.attach(peer); //= 28-DEALER-001
        Ok(())
    }

    fn met(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) -> Result<(), Unwanted> {
        pattern::probe(peers, options, peer);
        Ok(())
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) {
        self.ring.detach(peer);
    }

    fn readable(&mut self, _: &mut Peers, peer: PeerId) {
        self.incoming.readable(peer);
    }

    fn writable(&mut self, peer: PeerId) {
        self.ring.writable(peer);
    }

    fn send(&mut self, peers: &mut Peers, _: &Options, parts: &[Part<'_>]) -> Result<(), Refused> {
        //= 28-DEALER-002
        let sent = self.ring.send(peers, &[], parts);
        //= 28-DEALER-009, 28-DEALER-010, 28-DEALER-011
        sent.map(|_| ()).ok_or(Refused::WouldBlock)
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        self.incoming.recv(peers).ok_or(Refused::WouldBlock)
    }

    fn can_send(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.ring.has_room(peers)
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.incoming.next_peer(peers).is_some()
    }
}
