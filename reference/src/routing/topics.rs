//! What all subscribers of one publisher have asked for: topics, and who wants each.
//!
//! A message is matched once for all of them, at a cost that depends on the number of different
//! lengths of topics, not on the number of topics or subscribers. Deliberately absent: messages.

use crate::routing::Subscriptions;
use crate::socket::peers::PeerId;
use std::collections::BTreeMap;

/// The subscriptions of all peers.
#[derive(Debug, Default)]
pub struct Topics {
    /// Topics of each length, with the peers that want them, each peer once.
    by_length: BTreeMap<usize, BTreeMap<Vec<u8>, Vec<PeerId>>>,
    /// The same by peer, counted.
    by_peer: BTreeMap<PeerId, Subscriptions>,
}

impl Topics {
    /// Adds one subscription of a peer; says whether the topic is new to all of them.
    pub fn subscribe(&mut self, peer: PeerId, topic: &[u8]) -> bool {
        if !self.by_peer.entry(peer).or_default().subscribe(topic) {
            return false; //= 37-PUBSUB-009
        }
        let topics = self.by_length.entry(topic.len()).or_default();
        if let Some(wanting) = topics.get_mut(topic) {
            wanting.push(peer);
            return false;
        }
        topics.insert(topic.to_vec(), vec![peer]);
        true
    }

    /// Takes one subscription of a peer back; says whether nobody wants the topic any more.
    pub fn cancel(&mut self, peer: PeerId, topic: &[u8]) -> bool {
        let Some(own) = self.by_peer.get_mut(&peer) else { return false };
        if !own.cancel(topic) {
            return false;
        }
        if own.is_empty() {
            self.by_peer.remove(&peer);
        }
        self.drop_topic(peer, topic)
    }

    /// Forgets a peer; tells each of its topics, how often it had asked for it, and whether nobody
    /// else wants it.
    pub fn forget(&mut self, peer: PeerId, mut tell: impl FnMut(&[u8], usize, bool)) {
        let Some(own) = self.by_peer.remove(&peer) else { return };
        for topic in own.prefixes() {
            let last = self.drop_topic(peer, topic);
            tell(topic, own.count(topic), last);
        }
    }

    fn drop_topic(&mut self, peer: PeerId, topic: &[u8]) -> bool {
        let Some(topics) = self.by_length.get_mut(&topic.len()) else { return false };
        let Some(wanting) = topics.get_mut(topic) else { return false };
        wanting.retain(|other| *other != peer);
        if !wanting.is_empty() {
            return false;
        }
        topics.remove(topic);
        if topics.is_empty() {
            self.by_length.remove(&topic.len());
        }
        true
    }

    /// How many subscriptions to exactly this topic a peer has.
    #[must_use]
    pub fn count(&self, peer: PeerId, topic: &[u8]) -> usize {
        self.by_peer.get(&peer).map_or(0, |own| own.count(topic))
    }

    /// Octets that the topics of a peer keep in memory, about.
    #[must_use]
    pub fn size(&self, peer: PeerId) -> usize {
        self.by_peer.get(&peer).map_or(0, Subscriptions::size)
    }

    /// Fills in the peers that want a message with this first part, each once.
    pub fn matching(&self, first: &[u8], peers: &mut Vec<PeerId>) {
        peers.clear();
        let mut topics = 0_usize;
        //= 29-PUB-011, 29-XPUB-009, 37-PUBSUB-007
        for (&length, of_length) in self.by_length.range(..=first.len()) {
            let wanting = match length {
                0 => of_length.values().next(), // The only one, and slow to compare with itself.
                1.. => first.get(..length).and_then(|topic| of_length.get(topic)),
            };
            if let Some(wanting) = wanting {
                peers.extend_from_slice(wanting);
                topics = topics.saturating_add(1);
            }
        }
        if topics > 1 {
            peers.sort_unstable(); //= 37-PUBSUB-008
            peers.dedup();
        }
    }
}
