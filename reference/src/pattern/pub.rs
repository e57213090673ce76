//! PUB: each message to every subscriber that wants it (29-PUB-001..015).
//!
//! It publishes as [`Xpub`] does. Deliberately absent: `recv`, and any sight of what subscribers
//! want or send.

use crate::error::Refused;
use crate::message::Part;
use crate::pattern::xpub::{self, Xpub};
use crate::pattern::{Pattern, Unwanted, Wish};
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A PUB socket; it has no `recv` (29-PUB-002).
#[derive(Debug, Default)]
pub struct Pub {
    publisher: Xpub,
}

impl Pattern for Pub {
    fn attach(&mut self, _: &mut Peers, _: &Options, _: PeerId) -> Result<(), Unwanted> {
        Ok(()) //= 29-PUB-001
    }

    fn met(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.publisher.forget_silently(peer);
        xpub::welcome(peers, options, peer);
        Ok(())
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) {
        self.publisher.forget_silently(peer);
    }

    fn wish(
        &mut self,
        _: &mut Peers,
        options: &Options,
        peer: PeerId,
        wish: Wish<'_>,
    ) -> Result<(), Unwanted> {
        self.publisher.take_wish(options, peer, wish).map(|_| ()) //= 29-PUB-015
    }

    fn send(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        parts: &[Part<'_>],
    ) -> Result<(), Refused> {
        self.publisher.publish(peers, options, parts)
    }

    fn can_send(&mut self, _: &mut Peers, _: &Options) -> bool {
        true
    }
}
