//! Peers by the names that applications send to: a name, a peer (28-ROUTER-006).
//!
//! A peer that chose none gets five octets: a zero, which no chosen one begins with
//! (37-IDENT-004), and a number. Deliberately absent: who wins a clash; that is the pattern's.

use crate::socket::peers::{PeerId, Peers};
use bytes::Bytes;
use std::collections::BTreeMap;

/// The names of the peers of one socket; [`Peers`] knows them too, so that a message can still be
/// told from whom when its peer has gone.
#[derive(Debug)]
pub struct Identities {
    peers: BTreeMap<Bytes, PeerId>,
    next: u32,
}

impl Identities {
    /// No names yet; the numbers of those that are made up begin here.
    #[must_use]
    pub const fn new(first: u32) -> Self {
        Self { peers: BTreeMap::new(), next: first }
    }

    /// The peer of this name.
    #[must_use]
    pub fn find(&self, name: &[u8]) -> Option<PeerId> {
        self.peers.get(name).copied()
    }

    /// Gives a peer this name, in place of the one it had; nobody else has it.
    pub fn assign(&mut self, peers: &mut Peers, peer: PeerId, name: Bytes) {
        self.forget(peers, peer);
        self.peers.insert(name.clone(), peer);
        peers.set_routing_id(peer, name);
    }

    /// Gives a peer a name that nobody has.
    pub fn make_up(&mut self, peers: &mut Peers, peer: PeerId) {
        let name = loop {
            let [a, b, c, d] = self.next.to_be_bytes();
            self.next = self.next.wrapping_add(1);
            let name = [0, a, b, c, d];
            if self.find(&name).is_none() {
                break Bytes::copy_from_slice(&name);
            }
        };
        self.assign(peers, peer, name);
    }

    /// A peer has gone: its name is free.
    pub fn forget(&mut self, peers: &Peers, peer: PeerId) {
        let name = peers.routing_id(peer);
        if self.find(name) == Some(peer) {
            self.peers.remove(name);
        }
    }

    /// Every peer, by name.
    pub fn peers(&self) -> impl Iterator<Item = PeerId> {
        self.peers.values().copied()
    }
}
