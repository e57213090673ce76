//! PUSH: each message goes to one of many PULL peers, in turn (30-PUSH-001..012).
//!
//! Deliberately absent: anything about the message, which is neither read nor changed.

use crate::error::Refused;
use crate::message::Part;
use crate::pattern::{Pattern, Unwanted};
use crate::routing::RoundRobin;
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A PUSH socket.
#[derive(Debug, Default)]
pub struct Push {
    ring: RoundRobin,
}

impl Pattern for Push {
    fn attach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.ring.attach(peer); //= 30-PUSH-001
        Ok(())
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) {
        self.ring.detach(peer);
    }

    fn writable(&mut self, peer: PeerId) {
        self.ring.writable(peer);
    }

    fn send(&mut self, peers: &mut Peers, _: &Options, parts: &[Part<'_>]) -> Result<(), Refused> {
        //= 30-PUSH-003
        let sent = self.ring.send(peers, &[], parts);
        //= 30-PUSH-010, 30-PUSH-011, 30-PUSH-012
        sent.map(|_| ()).ok_or(Refused::WouldBlock)
    }

    fn can_send(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.ring.has_room(peers)
    }
}
