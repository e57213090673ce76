//! Peers in turn, one message each, as long as they have room (28, 30).
//!
//! ```text
//! attach --> ring --no room--> resting --writable--> ring, at the end
//! ```
//!
//! Deliberately absent: a count of messages; whether a peer has room is asked of its queue.

use crate::message::Part;
use crate::socket::peers::{PeerId, Peers};
use std::collections::{BTreeSet, VecDeque};

/// The peers that messages are dealt to.
#[derive(Debug, Default)]
pub struct RoundRobin {
    /// Those that had room when last asked; the first is the next.
    ring: VecDeque<PeerId>,
    resting: BTreeSet<PeerId>,
}

impl RoundRobin {
    /// No peers.
    #[must_use]
    pub const fn new() -> Self {
        Self { ring: VecDeque::new(), resting: BTreeSet::new() }
    }

    /// A peer has come.
    pub fn attach(&mut self, peer: PeerId) {
        self.ring.push_back(peer);
    }

    /// A peer has gone.
    pub fn detach(&mut self, peer: PeerId) {
        if !self.resting.remove(&peer)
            && let Some(place) = self.ring.iter().position(|other| *other == peer)
        {
            self.ring.remove(place);
        }
    }

    /// A peer may have room again.
    pub fn writable(&mut self, peer: PeerId) {
        if self.resting.remove(&peer) {
            self.ring.push_back(peer);
        }
    }

    /// Queues one message for the next peer that has room, and tells which; `None`, and nothing is
    /// queued, if there is none.
    pub fn send(
        &mut self,
        peers: &mut Peers,
        envelope: &[Part<'_>],
        parts: &[Part<'_>],
    ) -> Option<PeerId> {
        //= 28-REQ-005, 28-DEALER-008, 30-PUSH-009
        while let Some(&peer) = self.ring.front() {
            if peers.send(peer, envelope, parts) {
                if self.ring.len() > 1 {
                    self.ring.rotate_left(1);
                }
                return Some(peer);
            }
            self.rest();
        }
        None
    }

    /// Whether some peer has room.
    pub fn has_room(&mut self, peers: &Peers) -> bool {
        while let Some(&peer) = self.ring.front() {
            if peers.has_room(peer) {
                return true;
            }
            self.rest();
        }
        false
    }

    /// Puts the next peer aside.
    fn rest(&mut self) {
        //= 28-DEALER-007, 30-PUSH-008
        self.resting.extend(self.ring.pop_front());
    }
}
