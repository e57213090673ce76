//! What is the same of every queue of a peer: how much it holds, and what it tells its link.

use super::{PeerId, Peers};

/// How much a queue holds; zero is no bound. One message always fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bound {
    /// Messages.
    pub messages: usize,
    /// Octets, headers included.
    pub octets: usize,
}

impl Bound {
    pub(super) fn has_room(self, messages: usize, octets: usize) -> bool {
        (self.messages == 0 || messages < self.messages)
            && (self.octets == 0 || octets < self.octets)
    }
}

/// What a queue wants its link to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// There is something to take, or to find out, and the link waits for it.
    Outgoing(PeerId),
    /// There is room to deliver to, and the link waits for it.
    Room(PeerId),
}

impl Peers {
    /// Asks for the link of this peer to be closed, after what is queued for it.
    pub fn close(&mut self, id: PeerId) {
        if let Some(peer) = self.peer_mut(id) {
            (peer.unwanted, peer.starved) = (true, false);
            self.signals.push_back(Signal::Outgoing(id));
        }
    }

    /// Whether its link is to be closed, once nothing is queued for it.
    #[must_use]
    pub fn is_unwanted(&self, id: PeerId) -> bool {
        self.peer(id).is_none_or(|peer| peer.unwanted || peer.retired)
    }

    /// Whether some link wants to know something.
    #[must_use]
    pub fn has_signals(&self) -> bool {
        !self.signals.is_empty()
    }

    /// The next thing that some link wants to know.
    pub fn poll_signal(&mut self) -> Option<Signal> {
        self.signals.pop_front()
    }
}
