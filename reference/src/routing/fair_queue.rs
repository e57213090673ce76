//! Messages of many peers, one of each in turn (28, 29, 30).
//!
//! ```text
//! readable --> ring --a message received, more of it there--> ring, at the end
//!                   --none left--> out
//! ```
//!
//! A peer that has gone stays until what it sent has been received. Deliberately absent: the
//! messages, which are in the queues of the peers, and a way to take a peer out: one with nothing
//! to receive falls out by itself.

use crate::message::Message;
use crate::socket::peers::{PeerId, Peers};
use std::collections::VecDeque;

/// The peers that something can be received from; the first is the next.
#[derive(Debug, Default)]
pub struct FairQueue {
    ring: VecDeque<PeerId>,
}

impl FairQueue {
    /// No peers.
    #[must_use]
    pub const fn new() -> Self {
        Self { ring: VecDeque::new() }
    }

    /// Messages of a peer that had none have come.
    pub fn readable(&mut self, peer: PeerId) {
        self.ring.push_back(peer);
    }

    /// Whose message is next.
    #[inline]
    pub fn next_peer(&mut self, peers: &Peers) -> Option<PeerId> {
        while let Some(&peer) = self.ring.front() {
            if peers.readable(peer) > 0 {
                return Some(peer);
            }
            self.ring.pop_front();
        }
        None
    }

    /// Receives the next message, of the peer that is next.
    #[inline]
    pub fn recv(&mut self, peers: &mut Peers) -> Option<Message> {
        //= 28-REP-005, 28-DEALER-012, 28-ROUTER-009, 29-XPUB-012, 29-SUB-008, 29-XSUB-007
        //= 30-PULL-008
        let peer = self.next_peer(peers)?;
        if peers.readable(peer) == 1 {
            self.ring.pop_front();
        } else if self.ring.len() > 1 {
            self.ring.rotate_left(1);
        }
        peers.recv(peer)
    }
}
