//! PULL: messages of many PUSH peers, fair-queued (30-PULL-001..009).
//!
//! Deliberately absent: anything about the message, which is neither filtered nor changed.

use crate::error::Refused;
use crate::message::Message;
use crate::pattern::{Pattern, Unwanted};
use crate::routing::FairQueue;
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A PULL socket; it has no `send` (30-PULL-002).
#[derive(Debug, Default)]
pub struct Pull {
    incoming: FairQueue,
}

impl Pattern for Pull {
    fn attach(&mut self, _: &mut Peers, _: &Options, _: PeerId) -> Result<(), Unwanted> {
        Ok(()) //= 30-PULL-001
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, _: PeerId) {}

    fn readable(&mut self, _: &mut Peers, peer: PeerId) {
        self.incoming.readable(peer);
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        //= 30-PULL-003, 30-PULL-009
        self.incoming.recv(peers).ok_or(Refused::WouldBlock)
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.incoming.next_peer(peers).is_some()
    }
}
