//! Which messages queued for a peer are in a log as well, and which of them its link has written.
//!
//! ```text
//! queued --take--> in flight --settle--> written     the first two: --take_back--> log
//! ```
//!
//! Deliberately absent: the messages.

use super::{PeerId, Peers};
use core::mem;

/// Numbers of messages of one peer, in order.
#[derive(Debug, Default)]
pub(super) struct Kept {
    queued: Vec<u64>,
    in_flight: Vec<u64>,
}

impl Kept {
    pub(super) fn queue(&mut self, tag: u64) {
        self.queued.push(tag);
    }

    /// The link takes all that is queued; what it took before has been settled.
    pub(super) fn take(&mut self) {
        self.in_flight.append(&mut self.queued);
    }
}

impl Peers {
    /// The message that is queued next has this number in a log.
    pub(crate) const fn set_tag(&mut self, tag: Option<u64>) {
        self.tag = tag;
    }

    /// Numbers of messages that have been written since this was last asked.
    pub(crate) fn take_written(&mut self) -> Vec<u64> {
        mem::take(&mut self.written)
    }

    /// The link has written all that it took.
    pub(crate) fn settle(&mut self, id: PeerId) {
        let slot = self.slots.get_mut(id.slot()).filter(|slot| slot.generation == id.generation);
        let kept = slot.and_then(|slot| slot.peer.as_deref_mut()?.kept.as_deref_mut());
        self.written.extend(kept.into_iter().flat_map(|kept| kept.in_flight.drain(..)));
    }

    /// Empties the queue of a peer whose messages are all in a log; the numbers of those that its
    /// link has not written.
    pub(crate) fn take_back(&mut self, id: PeerId) -> Vec<u64> {
        let Some(peer) = self.peer_mut(id) else { return Vec::new() };
        peer.outgoing.clear();
        let Some(kept) = &mut peer.kept else { return Vec::new() };
        let mut back = mem::take(&mut kept.in_flight);
        back.append(&mut kept.queued);
        back
    }
}
