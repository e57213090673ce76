//! XPUB: each message to every subscriber that wants it; and what subscribers want, as messages
//! (29-XPUB-001..017). [`Pub`](super::publisher::Pub) is the same without the latter.
//!
//! ```text
//! SUBSCRIBE of a peer --> topics --if new, or verbose--> its inbox, as 01 and the topic --> recv
//! CANCEL, or its end  --> topics --if the last, or verboser--> its inbox, as 00 and the topic
//! xpub_manual:  all go to its inbox, none to topics; the caller subscribes for the one read last
//! ```
//!
//! A notice waits in the inbox of its peer, so that bounds hold for it and order is kept. The
//! subscriptions of a link end with it; they are forgotten when the next one is up.
//! Deliberately absent: `xpub_manual_last_value`, which is a draft.

use crate::error::Refused;
use crate::limits::SUBSCRIPTIONS;
use crate::message::{Message, Part};
use crate::pattern::{Pattern, Unwanted, Wish};
use crate::routing::{FairQueue, Topics};
use crate::socket::options::{OptionError, Options};
use crate::socket::peers::{PeerId, Peers};
use crate::wire::batch::{Batch, Chunk};

/// An XPUB socket.
#[derive(Debug, Default)]
pub struct Xpub {
    /// Who gets what.
    topics: Topics,
    /// Who asked for what, in manual mode.
    asked: Topics,
    /// Whose notice was read last, in manual mode.
    last: Option<PeerId>,
    incoming: FairQueue,
    /// The peers that get the message being sent; kept for its memory.
    matched: Vec<PeerId>,
    /// The message being sent to many; kept for its memory.
    encoded: Batch,
}

impl Xpub {
    /// Takes the wish of a peer; says whether the application is to know.
    pub(super) fn take_wish(
        &mut self,
        options: &Options,
        peer: PeerId,
        wish: Wish<'_>,
    ) -> Result<bool, Unwanted> {
        let pubsub = &options.pubsub;
        let topics = if pubsub.xpub_manual { &mut self.asked } else { &mut self.topics };
        Ok(match wish {
            Wish::Subscribe(topic) => {
                if topics.size(peer).saturating_add(topic.len()) > SUBSCRIPTIONS {
                    return Err(Unwanted::TooManySubscriptions);
                }
                let first = topics.subscribe(peer, topic); //= 29-PUB-014, 29-XPUB-014
                first || pubsub.xpub_verbose || pubsub.xpub_verboser || pubsub.xpub_manual
            }
            Wish::Cancel(topic) => {
                let known = topics.count(peer, topic) > 0; //= 37-PUBSUB-010
                let last = topics.cancel(peer, topic);
                last || (known && pubsub.xpub_verboser) || pubsub.xpub_manual //= 29-XPUB-016
            }
        })
    }

    /// Forgets all that a peer wants; its application-to-be is told through `peers`.
    fn forget(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) {
        let (manual, verboser) = (options.pubsub.xpub_manual, options.pubsub.xpub_verboser);
        let mut gone = Vec::new();
        //= 29-XPUB-017
        self.asked.forget(peer, |topic, count, _| gone.push((topic.to_vec(), count)));
        self.topics.forget(peer, |topic, count, last| {
            let times = if verboser { count } else { usize::from(last) };
            if !manual {
                gone.push((topic.to_vec(), times));
            }
        });
        for (topic, times) in gone {
            for _ in 0..times {
                self.tell(peers, peer, Wish::Cancel(&topic));
            }
        }
    }

    /// Puts a wish into the inbox of its peer, for the application.
    fn tell(&mut self, peers: &mut Peers, peer: PeerId, wish: Wish<'_>) {
        //= 29-XPUB-015
        let (verb, topic) = match wish {
            Wish::Subscribe(topic) => (1, topic),
            Wish::Cancel(topic) => (0, topic),
        };
        let mut octets = vec![verb];
        octets.extend_from_slice(topic);
        let mut notice = Batch::default();
        notice.push(&[], &[Part::Slice(&octets)]);
        if peers.deliver(peer, Chunk::from(notice)) {
            self.incoming.readable(peer);
        }
    }

    /// Forgets a peer and tells nobody.
    pub(super) fn forget_silently(&mut self, peer: PeerId) {
        self.topics.forget(peer, |_, _, _| {});
    }

    /// Sends one message to all who want it.
    pub(super) fn publish(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        parts: &[Part<'_>],
    ) -> Result<(), Refused> {
        let first = parts.first().map_or(&[][..], |part| part.octets());
        // A link that subscriptions do not travel on, of 1.0, has asked for everything.
        //= 29-PUB-009, 29-PUB-010, 29-XPUB-007, 29-XPUB-008
        //= 13-CONTENT-001, 37-PUBSUB-001
        self.topics.matching(first, &mut self.matched);
        if options.pubsub.invert_matching {
            self.matched.sort_unstable();
            let wanting = core::mem::take(&mut self.matched);
            let others = peers.ids().filter(|peer| wanting.binary_search(peer).is_err());
            self.matched.extend(others);
        }
        let nodrop = options.pubsub.xpub_nodrop;
        let full = |peer: &PeerId| peers.is_open(*peer) && !peers.has_room(*peer);
        if nodrop && self.matched.iter().any(full) {
            return Err(Refused::WouldBlock);
        }
        //= 29-PUB-008, 29-PUB-012, 29-PUB-013, 29-XPUB-006, 29-XPUB-010, 29-XPUB-011
        match self.matched.as_slice() {
            [] => {}
            [only] => drop(peers.send(*only, &[], parts)),
            many => {
                self.encoded.clear();
                self.encoded.push(&[], parts);
                for peer in many {
                    peers.send_batch(*peer, &self.encoded);
                }
            }
        }
        Ok(())
    }
}

/// Greets a subscriber whose link is up.
pub(super) fn welcome(peers: &mut Peers, options: &Options, peer: PeerId) {
    let message = &options.pubsub.xpub_welcome_msg;
    if !message.is_empty() {
        peers.send(peer, &[], &[Part::Slice(message)]);
    }
}

impl Pattern for Xpub {
    fn attach(&mut self, _: &mut Peers, _: &Options, _: PeerId) -> Result<(), Unwanted> {
        Ok(()) //= 29-XPUB-001
    }

    fn met(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.forget(peers, options, peer);
        welcome(peers, options, peer);
        Ok(())
    }

    fn detach(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) {
        self.forget(peers, options, peer);
        self.last = self.last.filter(|last| *last != peer);
    }

    fn readable(&mut self, _: &mut Peers, peer: PeerId) {
        self.incoming.readable(peer);
    }

    fn wish(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        peer: PeerId,
        wish: Wish<'_>,
    ) -> Result<(), Unwanted> {
        if self.take_wish(options, peer, wish)? {
            self.tell(peers, peer, wish);
        }
        Ok(())
    }

    fn ask(&mut self, _: &mut Peers, options: &Options, wish: Wish<'_>) -> Result<(), Refused> {
        if !options.pubsub.xpub_manual {
            let socket_type = options.socket_type;
            return Err(OptionError::NotForType { name: "subscribe", socket_type }.into());
        }
        match (self.last, wish) {
            (Some(last), Wish::Subscribe(topic)) => drop(self.topics.subscribe(last, topic)),
            (Some(last), Wish::Cancel(topic)) => drop(self.topics.cancel(last, topic)),
            (None, Wish::Subscribe(_) | Wish::Cancel(_)) => {}
        }
        Ok(())
    }

    fn send(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        parts: &[Part<'_>],
    ) -> Result<(), Refused> {
        self.publish(peers, options, parts)
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        let peer = self.incoming.next_peer(peers).ok_or(Refused::WouldBlock)?;
        let message = self.incoming.recv(peers).ok_or(Refused::WouldBlock)?;
        if message.single().and_then(Wish::parse).is_some() {
            self.last = Some(peer).filter(|peer| peers.is_open(*peer));
        }
        Ok(message) //= 29-XPUB-013
    }

    fn can_send(&mut self, _: &mut Peers, _: &Options) -> bool {
        true
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.incoming.next_peer(peers).is_some()
    }
}
