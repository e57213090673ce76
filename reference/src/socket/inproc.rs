//! One side of a link between two sockets of one program: no octets, no handshake, whole batches.
//!
//! ```text
//! join, both sides --> take from one, give to the other, while that accepts --> end, both sides
//! ```
//!
//! What waits on both sides together is bounded by both high-water marks. A socket that closes
//! gives all it has away at once. Deliberately absent: waking, and finding each other by name,
//! which are a driver's; mechanisms, since a program need not defend itself from itself.

use super::dialing::Origin;
use super::link::Ended;
use super::monitor::Event;
use super::reconnect::Failure;
use super::{PeerId, Socket};
use crate::connection::{PeerInfo, Reason};
use crate::pattern::{Unwanted, Wish};
use crate::time::Instant;
use crate::violation::Violation;
use crate::wire::batch::{Batch, Chunk};
use crate::wire::command::Command;
use crate::wire::frame::Kind;

/// One side of a link.
#[derive(Debug)]
pub struct Inproc {
    origin: Origin,
    /// Of our side, for reports.
    endpoint: String,
    peer: PeerId,
}

impl Inproc {
    /// What a socket tells its peer.
    #[must_use]
    pub fn introduce(socket: &Socket) -> PeerInfo {
        let options = socket.options();
        let named = options.socket_type.has_identity(); //= 37-IDENT-001
        PeerInfo {
            version: (3, 1),
            socket_type: Some(options.socket_type),
            identity: if named { options.routing.routing_id.clone() } else { Vec::new() },
            metadata: options.routing.metadata.clone(),
            ..PeerInfo::default()
        }
    }

    /// A peer that has introduced itself joins the socket.
    ///
    /// # Errors
    /// The socket does not want it; nothing is left of it.
    pub fn join(socket: &mut Socket, origin: Origin, info: PeerInfo) -> Result<Self, Ended> {
        let endpoint = socket.endpoint(origin);
        let came = match origin {
            Origin::Listener(_) => Event::Accepted,
            Origin::Dialer(_) => Event::Connected,
        };
        socket.report(came, &endpoint);
        let ours = socket.options().socket_type;
        if let Some(theirs) = info.socket_type.filter(|theirs| !ours.accepts(*theirs)) {
            let reason = Reason::Violation(Violation::IncompatibleSocketType { ours, theirs });
            socket.report(Event::of_handshake(&reason), &endpoint);
            return Err(Ended::Connection(reason));
        }
        socket.dialed(origin);
        socket.report(Event::HandshakeSucceeded, &endpoint);
        let peer = socket.meet(origin, info).map_err(Ended::Unwanted)?;
        Ok(Self { origin, endpoint, peer })
    }

    /// The peer, as the socket knows it.
    #[must_use]
    pub const fn peer(&self) -> PeerId {
        self.peer
    }

    /// Whether the socket has room for what the other side gives; a signal tells when, if not.
    #[must_use]
    pub fn accepts(&self, socket: &mut Socket) -> bool {
        socket.accepts(self.peer)
    }

    /// What the socket has queued, against an empty batch; false, and a signal later, if nothing.
    #[must_use]
    pub fn take(&self, socket: &mut Socket, into: &mut Batch) -> bool {
        socket.take(self.peer, into)
    }

    /// What the other side had queued reaches the socket.
    ///
    /// # Errors
    /// [`Unwanted`]: end the link.
    pub fn give(&self, socket: &mut Socket, batch: Batch) -> Result<(), Unwanted> {
        if batch.commands() == 0 {
            socket.deliver(self.peer, Chunk::from(batch));
            return Ok(());
        }
        let mut chunk = Chunk::from(batch);
        while let Some(kind) = chunk.next_kind() {
            if kind != Kind::Command {
                let message = chunk.next_message();
                message.iter().for_each(|m| socket.deliver(self.peer, Chunk::from(Batch::from(m))));
                continue;
            }
            let body = chunk.next_frame().map(|frame| frame.body).unwrap_or_default();
            match Command::decode(&body, 0) {
                Ok(Command::Subscribe(topic)) => socket.wish(self.peer, Wish::Subscribe(topic))?,
                Ok(Command::Cancel(topic)) => socket.wish(self.peer, Wish::Cancel(topic))?,
                // Sockets queue no others.
                Ok(
                    Command::Ready(_)
                    | Command::Error(_)
                    | Command::Ping { .. }
                    | Command::Pong(_)
                    | Command::Join(_)
                    | Command::Leave(_)
                    | Command::Unknown(_),
                )
                | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Whether this side wants no more of the link, and has nothing left to give.
    #[must_use]
    pub fn is_over(&self, socket: &Socket) -> bool {
        let peers = socket.peers();
        (socket.is_closed() || peers.is_unwanted(self.peer)) && !peers.has_outgoing(self.peer)
    }

    /// Either side has ended it; the socket forgets the peer, or waits for it to come back.
    pub fn end(&self, socket: &mut Socket, now: Instant) {
        socket.report(Event::Disconnected, &self.endpoint);
        socket.part(self.origin, self.peer);
        let failure = (!socket.is_leaving(self.origin)).then_some(Failure::Lost);
        socket.link_ended(self.origin, now, failure);
    }

    /// The other side does not want the socket.
    pub fn refused(socket: &mut Socket, origin: Origin, now: Instant) {
        socket.link_ended(origin, now, Some(Failure::Handshake));
    }
}
