//! STREAM: octets of peers that speak no ZMTP, each piece behind the name of its peer.
//!
//! ```text
//! received: [name, octets]; with stream_notify also [name, ""] when a link is up, and when it
//!           has gone and all that came before has been received
//! sent:     [name, octets...]; [name, ""] closes the link behind what was sent before
//! ```
//!
//! No RFC describes it; the meaning is that of `zmq_socket(3)`. A link that is lost is detached,
//! and attached again under another name if it is made anew. Deliberately absent: identities of
//! peers, who cannot announce any; the caller may name an endpoint.

use crate::error::Refused;
use crate::message::{Body, Message, Part};
use crate::pattern::router::{recv_named, take_given_name};
use crate::pattern::{Pattern, Unwanted};
use crate::routing::{FairQueue, Identities};
use crate::socket::options::Options;
use crate::socket::peers::{PeerId, Peers};
use std::collections::{BTreeMap, VecDeque};

/// A STREAM socket.
#[derive(Debug)]
pub struct Stream {
    identities: Identities,
    incoming: FairQueue,
    /// Comings and goings to tell.
    notices: VecDeque<Message>,
    /// Names of peers that have gone and were not read to the end.
    going: BTreeMap<PeerId, Body>,
}

impl Stream {
    /// The made-up names begin here.
    #[must_use]
    pub const fn new(first: u32) -> Self {
        Self {
            identities: Identities::new(first),
            incoming: FairQueue::new(),
            notices: VecDeque::new(),
            going: BTreeMap::new(),
        }
    }

    fn tell(&mut self, name: Body) {
        self.notices.push_back(Message::new([name, Body::default()]));
    }
}

impl Pattern for Stream {
    fn attach(&mut self, peers: &mut Peers, _: &Options, peer: PeerId) -> Result<(), Unwanted> {
        if !take_given_name(&mut self.identities, peers, peer)? {
            self.identities.make_up(peers, peer);
        }
        Ok(())
    }

    fn met(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) -> Result<(), Unwanted> {
        if options.routing.stream_notify {
            self.tell(Body::copy(peers.routing_id(peer)));
        }
        Ok(())
    }

    fn detach(&mut self, peers: &mut Peers, options: &Options, peer: PeerId) {
        self.identities.forget(peers, peer);
        let name = Body::copy(peers.routing_id(peer));
        match (options.routing.stream_notify, peers.readable(peer) > 0) {
            (true, true) => drop(self.going.insert(peer, name)),
            (true, false) => self.tell(name),
            (false, _) => {}
        }
    }

    fn readable(&mut self, _: &mut Peers, peer: PeerId) {
        self.incoming.readable(peer);
    }

    fn send(&mut self, peers: &mut Peers, _: &Options, parts: &[Part<'_>]) -> Result<(), Refused> {
        let Some((name, data)) = parts.split_first().filter(|(_, data)| !data.is_empty()) else {
            return Ok(());
        };
        let peer = self.identities.find(name.octets()).ok_or(Refused::Unreachable)?;
        if data.iter().all(|part| part.octets().is_empty()) {
            peers.close(peer);
            return Ok(());
        }
        if peers.send(peer, &[], data) { Ok(()) } else { Err(Refused::WouldBlock) }
    }

    fn recv(&mut self, peers: &mut Peers, _: &Options) -> Result<Message, Refused> {
        if let Some(notice) = self.notices.pop_front() {
            return Ok(notice);
        }
        let peer = self.incoming.next_peer(peers).ok_or(Refused::WouldBlock)?;
        let message = recv_named(&mut self.incoming, peers).ok_or(Refused::WouldBlock)?;
        if peers.readable(peer) == 0
            && let Some(name) = self.going.remove(&peer)
        {
            self.tell(name);
        }
        Ok(message)
    }

    fn can_send(&mut self, _: &mut Peers, _: &Options) -> bool {
        true
    }

    fn can_recv(&mut self, peers: &mut Peers, _: &Options) -> bool {
        !self.notices.is_empty() || self.incoming.next_peer(peers).is_some()
    }
}
