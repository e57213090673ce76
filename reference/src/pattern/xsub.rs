//! XSUB: messages of many publishers, and wishes to them, as messages (29-XSUB-001..017).
//! [`Sub`](super::sub::Sub) subscribes in the same way and filters what it receives.
//!
//! ```text
//! subscribe  one SUBSCRIBE to every publisher, each time
//! cancel     nothing while the topic is still wanted; then as many CANCEL as SUBSCRIBE were sent
//! met        all that stands, again: a link begins with nothing
//! leave      CANCEL of all that stands
//! ```
//!
//! Holding CANCEL back serves publishers that count (37-PUBSUB-011) and those that do not: to the
//! latter, libzmq among them, the first CANCEL would end what is still wanted.
//! Deliberately absent: a filter; an XSUB receives all that comes.

use crate::error::Refused;
use crate::message::{Message, Part};
use crate::pattern::{Pattern, Unwanted, Wish};
use crate::routing::{FairQueue, Subscriptions};
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};
use crate::wire::batch::Batch;
use crate::wire::command::Command;
use std::collections::BTreeMap;

/// An XSUB socket.
#[derive(Debug, Default)]
pub struct Xsub {
    pub(super) incoming: FairQueue,
    pub(super) wanted: Subscriptions,
    /// SUBSCRIBE that were sent beyond what is wanted of a topic that is.
    surplus: BTreeMap<Vec<u8>, usize>,
    publishers: Vec<PeerId>,
    /// The message being sent to all; kept for its memory.
    encoded: Batch,
}

impl Xsub {
    pub(super) fn take_wish(&mut self, peers: &mut Peers, wish: Wish<'_>) {
        match wish {
            Wish::Subscribe(topic) => self.subscribe(peers, topic),
            Wish::Cancel(topic) => self.cancel(peers, topic),
        }
    }

    fn subscribe(&mut self, peers: &mut Peers, topic: &[u8]) {
        self.wanted.subscribe(topic);
        match self.surplus.get_mut(topic) {
            Some(surplus) if *surplus > 1 => *surplus = surplus.saturating_sub(1),
            Some(_) => drop(self.surplus.remove(topic)),
            //= 29-SUB-012, 29-XSUB-016
            //= 37-PUBSUB-002
            None => self.tell_all(peers, &Command::Subscribe(topic), 1),
        }
    }

    fn cancel(&mut self, peers: &mut Peers, topic: &[u8]) {
        match self.wanted.count(topic) {
            0 => {}
            1 => {
                self.wanted.cancel(topic);
                let surplus = self.surplus.remove(topic).unwrap_or(0);
                //= 37-PUBSUB-011
                //= 37-PUBSUB-003
                self.tell_all(peers, &Command::Cancel(topic), surplus.saturating_add(1));
            }
            2.. => {
                self.wanted.cancel(topic);
                let surplus = self.surplus.entry(topic.to_vec()).or_insert(0);
                *surplus = surplus.saturating_add(1);
            }
        }
    }

    /// A publisher that has not been met is told everything when it is.
    fn tell_all(&self, peers: &mut Peers, command: &Command<'_>, times: usize) {
        for peer in &self.publishers {
            if peers.info(*peer).is_some() {
                tell(peers, *peer, command, times);
            }
        }
    }

    /// Every topic, and how many SUBSCRIBE stand for it.
    fn standing(&self) -> impl Iterator<Item = (&[u8], usize)> {
        self.wanted.prefixes().map(|topic| {
            let surplus = self.surplus.get(topic).copied().unwrap_or(0);
            (topic, self.wanted.count(topic).saturating_add(surplus))
        })
    }

    /// Sends one message to all publishers that have room.
    fn send_all(&mut self, peers: &mut Peers, parts: &[Part<'_>]) {
        //= 29-XSUB-011, 29-XSUB-012, 29-XSUB-013, 29-XSUB-014
        self.encoded.clear();
        self.encoded.push(&[], parts);
        for peer in &self.publishers {
            peers.send_batch(*peer, &self.encoded);
        }
    }
}

/// Subscriptions are never too many: they are queued whatever the bounds.
fn tell(peers: &mut Peers, peer: PeerId, command: &Command<'_>, times: usize) {
    for _ in 0..times {
        peers.send_command(peer, |out| command.encode(out));
    }
}

impl Pattern for Xsub {
    fn attach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.publishers.push(peer); //= 29-XSUB-001
        Ok(())
    }

    fn met(&mut self, peers: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        peers.drop_commands(peer); // Those that an earlier link has not taken.
        for (topic, times) in self.standing() {
            tell(peers, peer, &Command::Subscribe(topic), times);
        }
        Ok(())
    }

    fn leave(&mut self, peers: &mut Peers, peer: PeerId) {
        //= 29-XSUB-017
        if peers.info(peer).is_none() {
            return; // It has never been told.
        }
        for (topic, times) in self.standing() {
            tell(peers, peer, &Command::Cancel(topic), times);
        }
    }

    fn detach(&mut self, _: &mut Peers, _: &Options, peer: PeerId) {
        self.publishers.retain(|other| *other != peer);
    }

    fn readable(&mut self, _: &mut Peers, peer: PeerId) {
        self.incoming.readable(peer);
    }

    /// Parts that begin with 01 or 00 are wishes, or with `only_first_subscribe` only the first
    /// part; the others are one message to all publishers.
    fn send(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        parts: &[Part<'_>],
    ) -> Result<(), Refused> {
        //= 29-XSUB-015
        let mut data = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let heard = index == 0 || !options.pubsub.only_first_subscribe;
            match Wish::parse(part.octets()).filter(|_| heard) {
                Some(wish) => self.take_wish(peers, wish),
                None => data.push(*part),
            }
        }
        if !data.is_empty() {
            self.send_all(peers, &data);
        }
        Ok(())
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        //= 29-XSUB-008, 29-XSUB-009, 29-XSUB-010
        self.incoming.recv(peers).ok_or(Refused::WouldBlock)
    }

    fn can_send(&mut self, _: &mut Peers, _: &Options) -> bool {
        true
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.incoming.next_peer(peers).is_some()
    }
}
