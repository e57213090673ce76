//! The end of a socket: nothing is taken or given any more, and what is queued still leaves.
//!
//! ```text
//! open --close--> closing     each link: --everything written, or linger over--> closed
//! ```
//!
//! The same holds for one endpoint that is disconnected, and its peer.
//! Endpoints that the socket is connected to are dialed for as long as something waits for them,
//! so that a peer that comes late still gets it. Deliberately absent: waiting.

use super::dialing::Origin;
use super::monitor::Event;
use super::{PeerId, Socket};
use crate::time::Instant;

/// A socket that is being closed, or an endpoint that was disconnected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Closing {
    /// When what is left is dropped; `None` for never.
    pub(super) deadline: Option<Instant>,
}

impl Socket {
    /// Begins to close; the linger of now counts.
    pub fn close(&mut self, now: Instant) {
        if self.is_closed() {
            return;
        }
        self.closing = Some(self.closing_from(now));
        for (_, listener) in core::mem::take(&mut self.listeners) {
            self.report(Event::Closed, &listener.endpoint.to_string());
        }
        for peer in self.peers.ids().collect::<Vec<_>>() {
            self.pattern.leave(&mut self.peers, peer);
        }
        self.wake_users();
        self.wakes.links = true;
        self.wakes.watchers = true;
    }

    /// Whether it has been closed, whatever still has to leave.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closing.is_some()
    }

    pub(super) fn closing_from(&self, now: Instant) -> Closing {
        Closing { deadline: self.options.timing.linger.map(|linger| now + linger) }
    }

    /// Whether links of this origin are to end, once what is queued has left.
    pub(super) fn is_leaving(&self, origin: Origin) -> bool {
        self.is_closed() || self.left(origin).is_some()
    }

    /// Whether nothing of this origin is waited for any more.
    pub(super) fn is_over(&self, origin: Origin, now: Instant) -> bool {
        self.linger_deadline(origin).is_some_and(|deadline| deadline <= now)
    }

    /// When linger is over; `None` for never, or while nothing is being closed.
    #[must_use]
    pub fn linger_deadline(&self, origin: Origin) -> Option<Instant> {
        let closings = [self.closing, self.left(origin)];
        closings.into_iter().flatten().filter_map(|closing| closing.deadline).min()
    }

    /// Nothing more may be queued for a peer, and what is queued still leaves.
    pub(super) fn retire(&mut self, peer: PeerId) {
        self.pattern.leave(&mut self.peers, peer);
        self.pattern.detach(&mut self.peers, &self.options, peer);
        self.peers.retire(peer);
        self.wake_users();
    }
}
