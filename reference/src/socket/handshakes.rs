//! Handshakes under way at the endpoints that a socket is bound to, so many and no more.
//!
//! ```text
//! a link comes --shake--> under way --READY, or its end--> shaken
//!                                   --too many newer ones--> crowded out, and closed
//! ```
//!
//! Whoever only connects, and says nothing, would else take every descriptor that there is; a peer
//! that means it is through long before it is the oldest. Deliberately absent: how long one
//! handshake may take, which its connection knows.

use super::Socket;
use super::dialing::{Listener, Origin};
use crate::limits::HANDSHAKES;

impl Socket {
    /// The handshake of a link begins; too many at one endpoint, and its oldest has to go.
    pub(super) fn shake(&mut self, origin: Origin, number: u64) {
        if let Origin::Listener(id) = origin
            && let Some(Listener { shaking, .. }) = self.listeners.get_mut(&id)
        {
            shaking.push_back(number);
            if shaking.len() > HANDSHAKES {
                self.crowded = shaking.pop_front();
            }
        }
    }

    /// That handshake is over, well or not.
    pub(super) fn shaken(&mut self, origin: Origin, number: u64) {
        if let Origin::Listener(id) = origin
            && let Some(Listener { shaking, .. }) = self.listeners.get_mut(&id)
            && let Some(at) = shaking.iter().position(|&other| other == number)
        {
            shaking.remove(at);
        }
    }

    /// Whether a link, in its handshake, has to go.
    pub(super) fn is_crowded_out(&self, origin: Origin, number: u64) -> bool {
        match origin {
            Origin::Listener(id) => {
                self.listeners.get(&id).is_some_and(|bound| !bound.shaking.contains(&number))
            }
            Origin::Dialer(_) => false,
        }
    }

    /// The link that has to go since the last one was made, and is to be polled again.
    pub const fn take_crowded(&mut self) -> Option<u64> {
        self.crowded.take()
    }
}
