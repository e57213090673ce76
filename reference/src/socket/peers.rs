//! The peers of one socket and what is queued for and from each (design: one lock for all of it).
//!
//! ```text
//! pattern --send--> Outbox --take--> link          link --deliver--> Inbox --recv--> pattern
//! ```
//!
//! A peer may be here before its link is up, and stays while its link is made anew: what was never
//! taken survives. Deliberately absent: which peer is next, which is the pattern's choice, and
//! octets, which are the link's.

mod kept;
mod queue;
mod sender;

pub use queue::{Bound, Signal};

use crate::connection::PeerInfo;
use crate::message::{Message, Part};
use crate::wire::batch::{Batch, Chunk};
use bytes::Bytes;
use kept::Kept;
use sender::{Former, Sender};
use std::collections::VecDeque;
use std::sync::Arc;

/// Names one peer of one socket, for ever: a slot is used again, a generation is not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PeerId {
    slot: u32,
    generation: u32,
}

impl PeerId {
    /// A small number, unique among the peers of the moment.
    #[must_use]
    pub fn slot(self) -> usize {
        usize::try_from(self.slot).unwrap_or(usize::MAX)
    }
}

/// One peer, with queues of its own.
#[derive(Debug, Default)]
struct Peer {
    //= 28-DEALER-003, 28-ROUTER-002, 29-PUB-003, 29-XPUB-002, 29-SUB-003, 29-XSUB-002
    //= 30-PUSH-004, 30-PULL-004, 31-PAIR-003
    outgoing: Batch,
    out_bound: Bound,
    /// The link found nothing to take.
    starved: bool,
    /// The link is writing what it took last.
    in_flight: bool,
    /// The pattern wants no more of it.
    unwanted: bool,
    incoming: VecDeque<Chunk>,
    in_messages: usize,
    /// Octets of the chunks.
    in_octets: usize,
    in_bound: Bound,
    /// The link found no room.
    stuffed: bool,
    info: Option<Arc<PeerInfo>>,
    /// Who sent the first of them, if it was by an earlier link.
    former: Former,
    routing_id: Bytes,
    /// Nothing more is queued for it.
    retired: bool,
    /// Gone, but for the messages that it sent before; retired as well.
    ended: bool,
    /// What of its queue is in a log.
    kept: Option<Box<Kept>>,
}

impl Peer {
    fn drop_incoming(&mut self) {
        self.incoming.clear();
        self.former = Former::default();
        (self.in_messages, self.in_octets) = (0, 0);
    }

    fn has_room(&self) -> bool {
        self.out_bound.has_room(self.outgoing.messages(), self.outgoing.size())
    }
}

#[derive(Debug)]
struct Slot {
    generation: u32,
    peer: Option<Box<Peer>>,
}

/// A peer that something can be sent to.
fn open(slots: &mut [Slot], id: PeerId) -> Option<&mut Peer> {
    let slot = slots.get_mut(id.slot()).filter(|slot| slot.generation == id.generation)?;
    slot.peer.as_deref_mut().filter(|peer| !peer.retired)
}

/// All peers of one socket.
#[derive(Debug, Default)]
pub struct Peers {
    slots: Vec<Slot>,
    free: Vec<u32>,
    signals: VecDeque<Signal>,
    conflate: bool,
    sender: Sender,
    /// The number, in a log, of the message being queued.
    tag: Option<u64>,
    /// Numbers of messages that links have written.
    written: Vec<u64>,
}

impl Peers {
    /// From now on every queue keeps the last message only, whatever the bounds.
    pub fn set_conflate(&mut self, conflate: bool) {
        self.conflate = conflate;
    }

    /// Adds a peer whose queues have these bounds: on connect, before its link is up, or when its
    /// link has been accepted.
    pub fn insert(&mut self, out_bound: Bound, in_bound: Bound) -> PeerId {
        //= 28-DEALER-004, 29-PUB-004, 29-XPUB-003, 29-SUB-004, 29-XSUB-003
        //= 30-PUSH-005, 30-PULL-005, 31-PAIR-004
        let peer = Some(Box::new(Peer { out_bound, in_bound, ..Peer::default() }));
        if let Some(slot) = self.free.pop()
            && let Some(vacant) = self.slots.get_mut(usize::try_from(slot).unwrap_or(usize::MAX))
        {
            vacant.peer = peer;
            return PeerId { slot, generation: vacant.generation };
        }
        let slot = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot { generation: 0, peer });
        PeerId { slot, generation: 0 }
    }

    /// A peer has gone: nothing is sent to it any more, and it is forgotten when all that it sent
    /// before has been received. Its pattern has been told before.
    pub fn end(&mut self, id: PeerId) {
        let Some(peer) = self.peer_mut(id) else { return };
        (peer.retired, peer.ended) = (true, true);
        //= 28-DEALER-005, 28-ROUTER-004, 29-PUB-005, 29-XPUB-004, 29-SUB-005, 29-XSUB-004
        //= 30-PUSH-006, 30-PULL-006, 31-PAIR-005
        //= 13-CONN-007
        peer.outgoing.clear();
        if peer.in_messages == 0 {
            self.remove(id);
        }
    }

    /// We leave a peer: nothing more is queued for it, and what is queued is still taken. Its
    /// pattern has been told before; [`Peers::end`] follows.
    pub fn retire(&mut self, id: PeerId) {
        if let Some(peer) = self.peer_mut(id) {
            peer.retired = true;
        }
    }

    /// Whether something can be sent to this peer, now or later.
    #[must_use]
    pub fn is_open(&self, id: PeerId) -> bool {
        self.peer(id).is_some_and(|peer| !peer.retired)
    }

    /// Forgets a peer and all that is queued for it and from it.
    pub fn remove(&mut self, id: PeerId) {
        if self.peer(id).is_none() {
            return;
        }
        self.sender.settle(id, self.info(id).cloned());
        if let Some(slot) = self.slots.get_mut(id.slot()) {
            slot.peer = None;
            slot.generation = slot.generation.wrapping_add(1);
            self.free.push(id.slot);
        }
    }

    #[inline]
    fn peer(&self, id: PeerId) -> Option<&Peer> {
        let slot = self.slots.get(id.slot())?;
        slot.peer.as_deref().filter(|_| slot.generation == id.generation)
    }

    #[inline]
    fn peer_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        let slot = self.slots.get_mut(id.slot())?;
        slot.peer.as_deref_mut().filter(|_| slot.generation == id.generation)
    }

    /// Every peer, by slot.
    pub fn ids(&self) -> impl Iterator<Item = PeerId> {
        self.slots
            .iter()
            .zip(0..)
            .filter(|(slot, _)| slot.peer.is_some())
            .map(|(Slot { generation, .. }, slot)| PeerId { slot, generation: *generation })
    }

    /// What the peer told of itself, once it has.
    #[must_use]
    pub fn info(&self, id: PeerId) -> Option<&Arc<PeerInfo>> {
        self.peer(id)?.info.as_ref()
    }

    /// Notes what the peer told of itself, on a new link perhaps: it may be somebody else then.
    pub fn set_info(&mut self, id: PeerId, info: Arc<PeerInfo>) {
        self.sender.settle(id, self.info(id).cloned());
        let Some(peer) = self.peer_mut(id) else { return };
        if let Some(before) = peer.info.replace(info) {
            peer.former.push(peer.in_messages, before);
        }
    }

    /// What a pattern calls this peer; empty until [`Peers::set_routing_id`].
    #[must_use]
    pub fn routing_id(&self, id: PeerId) -> &[u8] {
        self.peer(id).map_or(&[], |peer| &peer.routing_id)
    }

    /// Notes what the pattern calls this peer.
    pub fn set_routing_id(&mut self, id: PeerId, routing_id: Bytes) {
        if let Some(peer) = self.peer_mut(id) {
            peer.routing_id = routing_id;
        }
    }

    /// Changes the bounds of its queues; what is queued stays.
    pub fn set_bounds(&mut self, id: PeerId, out_bound: Bound, in_bound: Bound) {
        //= 28-DEALER-006, 28-ROUTER-005, 29-PUB-006, 29-XPUB-005, 29-SUB-006, 29-XSUB-005
        //= 30-PUSH-007, 30-PULL-007, 31-PAIR-006
        if let Some(peer) = self.peer_mut(id) {
            (peer.out_bound, peer.in_bound) = (out_bound, in_bound);
        }
    }

    /// Whether one more message may be queued for it.
    #[must_use]
    pub fn has_room(&self, id: PeerId) -> bool {
        self.peer(id).is_some_and(|peer| !peer.retired && (self.conflate || peer.has_room()))
    }

    /// Queues one message: the parts of the envelope, then the others. False, and nothing is
    /// queued, if there is no room or the peer has gone.
    pub fn send(&mut self, id: PeerId, envelope: &[Part<'_>], parts: &[Part<'_>]) -> bool {
        self.offer(id, |outgoing| outgoing.push(envelope, parts))
    }

    /// Queues messages that have been written before, for many peers at once. False, and nothing
    /// is queued, if there is no room or the peer has gone.
    pub fn send_batch(&mut self, id: PeerId, batch: &Batch) -> bool {
        self.offer(id, |outgoing| outgoing.append(batch))
    }

    fn offer(&mut self, id: PeerId, write: impl FnOnce(&mut Batch)) -> bool {
        let Some(peer) = open(&mut self.slots, id) else { return false };
        if self.conflate {
            peer.outgoing.clear();
        } else if !peer.has_room() {
            return false;
        }
        //= 37-SEM-004, 37-SEM-005
        write(&mut peer.outgoing);
        if let Some(tag) = self.tag {
            peer.kept.get_or_insert_default().queue(tag);
        }
        if core::mem::take(&mut peer.starved) {
            self.signals.push_back(Signal::Outgoing(id));
        }
        true
    }

    /// Queues a command frame, whatever the bounds.
    pub fn send_command(&mut self, id: PeerId, encode: impl FnOnce(&mut Vec<u8>)) {
        let Some(peer) = open(&mut self.slots, id) else { return };
        peer.outgoing.push_command(encode);
        if core::mem::take(&mut peer.starved) {
            self.signals.push_back(Signal::Outgoing(id));
        }
    }

    /// Drops the command frames queued for it, not the messages.
    pub fn drop_commands(&mut self, id: PeerId) {
        if let Some(peer) = self.peer_mut(id) {
            peer.outgoing.drop_commands();
        }
    }

    /// Drops what has come from it and was not received.
    pub fn clear_incoming(&mut self, id: PeerId) {
        let Some(peer) = self.peer_mut(id) else { return };
        peer.drop_incoming();
        self.made_room(id);
    }

    /// After something has been received: the link may go on, and a peer that has gone may go.
    fn made_room(&mut self, id: PeerId) {
        let Some(peer) = self.peer_mut(id) else { return };
        let stuffed = core::mem::take(&mut peer.stuffed);
        if peer.ended && peer.in_messages == 0 {
            self.remove(id);
        }
        if stuffed {
            self.signals.push_back(Signal::Room(id));
        }
    }

    /// Its link is gone, and another one may come.
    pub fn rest(&mut self, id: PeerId) {
        if let Some(peer) = self.peer_mut(id) {
            (peer.starved, peer.stuffed, peer.in_flight) = (false, false, false);
        }
    }

    /// Whether something is queued for it, or is being written.
    #[must_use]
    pub fn has_outgoing(&self, id: PeerId) -> bool {
        self.peer(id).is_some_and(|peer| peer.in_flight || !peer.outgoing.is_empty())
    }

    /// Swaps all that is queued for it against this empty batch; false, and a signal later, when
    /// there is nothing.
    pub fn take(&mut self, id: PeerId, into: &mut Batch) -> bool {
        let Some(peer) = self.peer_mut(id) else { return false };
        peer.in_flight = !peer.outgoing.is_empty();
        peer.starved = !peer.in_flight;
        if peer.in_flight {
            //= 37-SEM-006
            core::mem::swap(&mut peer.outgoing, into);
            if let Some(kept) = &mut peer.kept {
                kept.take();
            }
        }
        peer.in_flight
    }

    /// Whether there is nothing to take; then a signal comes when there is.
    pub(crate) fn starve(&mut self, id: PeerId) -> bool {
        let Some(peer) = self.peer_mut(id).filter(|peer| peer.outgoing.is_empty()) else {
            return false;
        };
        (peer.in_flight, peer.starved) = (false, true);
        true
    }

    /// Whether there is room for what the peer sends; if not, a signal comes when there is.
    pub fn accepts(&mut self, id: PeerId) -> bool {
        let conflate = self.conflate;
        let Some(peer) = self.peer_mut(id) else { return false };
        // A link that is not read pushes back, and the publisher drops instead.
        //= 29-SUB-007, 29-XSUB-006
        peer.stuffed = !conflate && !peer.in_bound.has_room(peer.in_messages, peer.in_octets);
        !peer.stuffed
    }

    /// Queues what came from it; true if nothing was queued before.
    pub fn deliver(&mut self, id: PeerId, mut chunk: Chunk) -> bool {
        let conflate = self.conflate;
        let Some(peer) = self.peer_mut(id) else { return false };
        if chunk.messages() == 0 {
            return false;
        }
        let first = peer.in_messages == 0;
        if conflate {
            peer.drop_incoming();
            while chunk.messages() > 1 && chunk.next_message().is_some() {}
        }
        peer.in_messages = peer.in_messages.saturating_add(chunk.messages());
        peer.in_octets = peer.in_octets.saturating_add(chunk.size());
        //= 37-SEM-007
        peer.incoming.push_back(chunk);
        first
    }

    /// How many messages of this peer can be received.
    #[must_use]
    #[inline]
    pub fn readable(&self, id: PeerId) -> usize {
        self.peer(id).map_or(0, |peer| peer.in_messages)
    }

    /// Receives the next message of this peer.
    #[inline]
    pub fn recv(&mut self, id: PeerId) -> Option<Message> {
        self.sender = Sender::Peer(id);
        // Not by a method: the sender is noted while the peer is borrowed.
        let slot = self.slots.get_mut(id.slot())?;
        let peer = slot.peer.as_deref_mut().filter(|_| slot.generation == id.generation)?;
        peer.in_messages = peer.in_messages.saturating_sub(1);
        if !peer.former.is_empty() {
            self.sender = peer.former.pop();
        }
        let chunk = peer.incoming.front_mut()?;
        if chunk.messages() > 1 {
            return chunk.next_message();
        }
        let mut chunk = peer.incoming.pop_front()?;
        peer.in_octets = peer.in_octets.saturating_sub(chunk.size());
        self.made_room(id);
        chunk.next_message()
    }
}
