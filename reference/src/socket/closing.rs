//! The end of a socket: nothing is taken or given any more, and what is queued still leaves.
//!
//! ```text
//! open --close--> closing     each link: --everything written, or linger over--> closed
//! ```
//!
//! Endpoints that the socket is connected to are dialed for as long as something waits for them,
//! so that a peer that comes late still gets it. Deliberately absent: waiting.

use super::Socket;
use super::monitor::Event;
use crate::time::Instant;

/// A socket that is being closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Closing {
    /// When what is left is dropped; `None` for never.
    deadline: Option<Instant>,
}

impl Socket {
    /// Begins to close; the linger of now counts.
    pub fn close(&mut self, now: Instant) {
        if self.is_closed() {
            return;
        }
        let deadline = self.options.timing.linger.map(|linger| now + linger);
        self.closing = Some(Closing { deadline });
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

    /// Whether linger is over, so that nothing is waited for any more.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.linger_deadline().is_some_and(|deadline| deadline <= now)
    }

    /// When linger is over; `None` for never, or while the socket is open.
    #[must_use]
    pub fn linger_deadline(&self) -> Option<Instant> {
        self.closing?.deadline
    }
}
