//! SUB: messages of many publishers that match a subscription (29-SUB-001..012).
//!
//! It subscribes as [`Xsub`] does, and filters again: publishers of 1.0 send everything, and a
//! message may be on its way when a subscription ends. Deliberately absent: `send`.

use crate::error::Refused;
use crate::message::Message;
use crate::pattern::xsub::Xsub;
use crate::pattern::{Pattern, Unwanted, Wish};
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};

/// A SUB socket; it has no `send` (29-SUB-002).
#[derive(Debug, Default)]
pub struct Sub {
    subscriber: Xsub,
    /// A message that matched and was not yet received.
    ready: Option<Message>,
}

impl Sub {
    fn next(&mut self, peers: &mut Peers, options: &Options) -> Option<Message> {
        loop {
            let message = self.subscriber.incoming.recv(peers)?;
            //= 29-SUB-009, 29-SUB-010
            let matches = self.subscriber.wanted.matches(message.first());
            if matches != options.pubsub.invert_matching {
                return Some(message);
            }
        }
    }
}

impl Pattern for Sub {
    fn attach(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        peer: PeerId,
    ) -> Result<(), Unwanted> {
        self.subscriber.attach(peers, options, peer) //= 29-SUB-001
    }

    fn met(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.subscriber.met(peers, options, peer)
    }

    fn leave(&mut self, peers: &mut Peers, peer: PeerId) {
        self.subscriber.leave(peers, peer);
    }

    fn detach(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) {
        self.subscriber.detach(peers, options, peer);
    }

    fn readable(&mut self, peers: &mut Peers, peer: PeerId) {
        self.subscriber.readable(peers, peer);
    }

    fn ask(&mut self, peers: &mut Peers, _: &Options, wish: Wish<'_>) -> Result<(), Refused> {
        self.subscriber.take_wish(peers, wish);
        Ok(())
    }

    fn recv(&mut self, peers: &mut Peers, options: &Options) -> Result<Message, Refused> {
        let ready = self.ready.take();
        ready.or_else(|| self.next(peers, options)).ok_or(Refused::WouldBlock) //= 29-SUB-011
    }

    fn can_recv(&mut self, peers: &mut Peers, options: &Options) -> bool {
        if self.ready.is_none() {
            self.ready = self.next(peers, options);
        }
        self.ready.is_some()
    }
}
