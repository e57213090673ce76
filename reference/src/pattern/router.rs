//! ROUTER: messages of many peers, each behind the identity of its peer; and to the peer that the
//! first part names (28-ROUTER-001..015).
//!
//! ```text
//! attach: unnamed, unless the caller named it     met: named as it announced, or made up
//! taken name: not wanted; or, with router_handover, its holder gets a made-up name and is closed
//! ```
//!
//! What cannot be routed is dropped, unless `router_mandatory` says to refuse it; a message that
//! is a name and no more is always dropped. Deliberately absent: any meaning of the other parts.

use crate::error::Refused;
use crate::message::{Body, Message, Part};
use crate::pattern::{self, Pattern, Unwanted};
use crate::routing::{FairQueue, Identities};
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};
use bytes::Bytes;
use std::collections::BTreeSet;

/// A ROUTER socket.
#[derive(Debug)]
pub struct Router {
    identities: Identities,
    /// Peers that the caller named, whatever they announce.
    given: BTreeSet<PeerId>,
    incoming: FairQueue,
}

impl Router {
    /// The made-up identities begin here.
    #[must_use]
    pub const fn new(first: u32) -> Self {
        Self {
            identities: Identities::new(first),
            given: BTreeSet::new(),
            incoming: FairQueue::new(),
        }
    }

    fn identify(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        peer: PeerId,
    ) -> Result<(), Unwanted> {
        let info = peers.info(peer).cloned();
        let announced = info.as_ref().map_or(&[][..], |info| &info.identity);
        if announced.is_empty() {
            if peers.routing_id(peer).is_empty() {
                self.identities.make_up(peers, peer);
            }
            return Ok(());
        }
        //= 28-ROUTER-006, 28-ROUTER-008
        match self.identities.find(announced) {
            Some(holder) if holder == peer => return Ok(()),
            Some(_) if !options.routing.router_handover => return Err(Unwanted::IdentityTaken),
            Some(holder) => {
                self.identities.make_up(peers, holder);
                peers.close(holder);
            }
            None => {}
        }
        //= 28-ROUTER-007, 37-IDENT-001
        self.identities.assign(peers, peer, Bytes::copy_from_slice(announced));
        Ok(())
    }
}

/// Notes the name that the caller gave a peer; false if there is none.
pub(super) fn take_given_name(
    identities: &mut Identities,
    peers: &mut Peers,
    peer: PeerId,
) -> Result<bool, Unwanted> {
    let name = Bytes::copy_from_slice(peers.routing_id(peer));
    if name.is_empty() {
        return Ok(false);
    }
    if identities.find(&name).is_some() {
        return Err(Unwanted::IdentityTaken);
    }
    identities.assign(peers, peer, name);
    Ok(true)
}

/// The next message of any peer, behind the name of that peer.
pub(super) fn recv_named(incoming: &mut FairQueue, peers: &mut Peers) -> Option<Message> {
    let peer = incoming.next_peer(peers)?;
    let name = Body::copy(peers.routing_id(peer));
    let message = incoming.recv(peers)?;
    Some(message.with_first(name)) //= 13-CONTENT-008, 28-ROUTER-010
}

impl Pattern for Router {
    fn attach(&mut self, peers: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        //= 28-ROUTER-001
        if take_given_name(&mut self.identities, peers, peer)? {
            self.given.insert(peer);
        }
        Ok(())
    }

    fn met(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) -> Result<(), Unwanted> {
        if !self.given.contains(&peer) {
            self.identify(peers, options, peer)?;
        }
        pattern::probe(peers, options, peer);
        Ok(())
    }

    fn detach(&mut self, peers: &mut Peers, _: &Options, peer: PeerId) {
        self.identities.forget(peers, peer);
        self.given.remove(&peer);
    }

    fn readable(&mut self, _: &mut Peers, peer: PeerId) {
        self.incoming.readable(peer);
    }

    fn send(
        &mut self,
        peers: &mut Peers,
        options: &Options,
        parts: &[Part<'_>],
    ) -> Result<(), Refused> {
        let Some((name, data)) = parts.split_first().filter(|(_, data)| !data.is_empty()) else {
            return Ok(());
        };
        //= 28-ROUTER-012, 28-ROUTER-013
        let peer = self.identities.find(name.octets());
        let sent = peer.is_some_and(|peer| peers.send(peer, &[], data));
        //= 28-ROUTER-014, 28-ROUTER-015
        if sent || !options.routing.router_mandatory {
            return Ok(());
        }
        Err(if peer.is_some() { Refused::WouldBlock } else { Refused::Unreachable })
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        recv_named(&mut self.incoming, peers).ok_or(Refused::WouldBlock) //= 28-ROUTER-011
    }

    fn can_send(&mut self, peers: &mut Peers, options: &Options) -> bool {
        !options.routing.router_mandatory
            || self.identities.peers().any(|peer| peers.has_room(peer))
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        self.incoming.next_peer(peers).is_some()
    }
}
