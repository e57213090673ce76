//! What joins one connection and one socket: messages, wishes and back-pressure pass here.
//!
//! ```text
//! Opening --Ready--> met, a peer of the socket --closed by either side--> over
//! ```
//!
//! The driver reads into [`Link::buffer`], says so with [`Link::handle_input`], and then polls:
//! what came reaches the socket, and what the socket has queued comes out to be written. Input
//! needs no socket, so that octets are parsed and opened without holding its lock.
//! Deliberately absent: the transport, and whether to connect again, which the dialer knows.

use super::dialing::Origin;
use super::monitor;
use super::reconnect::Failure;
use super::security::Setup;
use super::{PeerId, Socket};
use crate::connection::{Connection, Event, Input, Output, Reason};
use crate::pattern::{Unwanted, Wish};
use crate::time::Instant;
use crate::wire::batch::Batch;
use crate::wire::zap;
use bytes::BytesMut;

/// What a monitor is told of a link that had to make room for others.
const ECONNABORTED: i32 = 103;

/// Why a link is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The connection says so.
    Connection(Reason),
    /// The socket has no use for this peer.
    Unwanted(Unwanted),
    /// The socket has no use for it any more.
    Replaced,
    /// Too many others came while its handshake was under way.
    Crowded,
    /// The socket has closed, or was disconnected from the endpoint.
    Local,
}

/// One thing for the driver of a link to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkOutput {
    /// Write these octets, after all earlier ones.
    Transmit(Vec<u8>),
    /// Write the pieces of this, after all earlier octets; then [`Link::recycle`] it.
    Send(Batch),
    /// Ask the ZAP handler, and give the answer as [`Input::Verdict`].
    Authenticate(Box<zap::Request>),
    /// Close the transport once everything has been written, and call [`Link::end`].
    Close(Ended),
    /// Nothing more until octets come, the link is signalled, or this time.
    Wait(Option<Instant>),
}

/// One connection of one socket.
#[derive(Debug)]
pub struct Link {
    origin: Origin,
    number: u64,
    /// Of our side, for reports.
    endpoint: String,
    /// Of the peer.
    address: String,
    connection: Connection,
    peer: Option<PeerId>,
    /// An empty batch to swap against a full one.
    spare: Batch,
}

impl Link {
    /// A link over a transport that has just been established.
    pub fn new(socket: &mut Socket, origin: Origin, setup: Setup, now: Instant) -> Self {
        let address = setup.address.clone();
        let number = setup.number;
        socket.shake(origin, number);
        let connection = Connection::new(socket.config(origin, setup), now);
        let event = match origin {
            Origin::Listener(_) => monitor::Event::Accepted,
            Origin::Dialer(_) => monitor::Event::Connected,
        };
        let endpoint = socket.endpoint(origin);
        socket.report(event, &endpoint);
        Self { origin, number, endpoint, address, connection, peer: None, spare: Batch::default() }
    }

    /// The peer, once it is known.
    #[must_use]
    pub const fn peer(&self) -> Option<PeerId> {
        self.peer
    }

    /// Where the driver reads to, before it gives [`Input::Read`].
    pub fn buffer(&mut self) -> &mut BytesMut {
        self.connection.buffer()
    }

    /// Takes one input: octets, their end, or time.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        self.connection.handle_input(now, input);
    }

    /// Whether the driver may read: not while the socket has no room for what would come.
    pub fn reads(&self, socket: &mut Socket) -> bool {
        self.connection.wants_octets() && self.peer.is_none_or(|peer| socket.accepts(peer))
    }

    /// Takes a written batch back.
    pub fn recycle(&mut self, mut batch: Batch) {
        batch.clear();
        self.spare = batch;
    }

    /// The next thing to do. Queued messages are only taken when the driver has written all else.
    pub fn poll(&mut self, socket: &mut Socket, now: Instant, all_written: bool) -> LinkOutput {
        loop {
            match self.connection.poll_output() {
                Output::Transmit(octets) => return LinkOutput::Transmit(octets),
                Output::Send(batch) => return LinkOutput::Send(batch),
                Output::Close(reason) => return LinkOutput::Close(Ended::Connection(reason)),
                Output::Event(Event::Authenticate(request)) => {
                    return LinkOutput::Authenticate(request);
                }
                Output::Event(event) => {
                    if let Err(unwanted) = self.handle_event(socket, event) {
                        return LinkOutput::Close(Ended::Unwanted(unwanted));
                    }
                }
                Output::Wait(deadline) => {
                    if !self.take(socket, all_written) {
                        return self.idle(socket, now, deadline, all_written);
                    }
                    let batch = core::mem::take(&mut self.spare);
                    self.connection.handle_input(now, Input::Batch(batch));
                }
            }
        }
    }

    /// Whether a link that was polled, and has written all since, has nothing to do but to wait on.
    pub(crate) fn rests(&self, socket: &mut Socket) -> bool {
        self.peer.is_some_and(|peer| socket.rests(self.origin, peer))
    }

    fn take(&mut self, socket: &mut Socket, all_written: bool) -> bool {
        all_written && self.peer.is_some_and(|peer| socket.take(peer, &mut self.spare))
    }

    /// There is nothing to write: wait, or go.
    fn idle(
        &self,
        socket: &Socket,
        now: Instant,
        deadline: Option<Instant>,
        all_written: bool,
    ) -> LinkOutput {
        if self.peer.is_none() && socket.is_crowded_out(self.origin, self.number) {
            return LinkOutput::Close(Ended::Crowded);
        }
        if !socket.is_leaving(self.origin) {
            if all_written && self.peer.is_some_and(|peer| socket.peers().is_unwanted(peer)) {
                return LinkOutput::Close(Ended::Replaced);
            }
            return LinkOutput::Wait(deadline);
        }
        let waited_for = match (self.peer, self.origin) {
            (Some(_), _) => !all_written,
            (None, Origin::Dialer(id)) => socket.wants_dialer(id, now),
            (None, Origin::Listener(_)) => false,
        };
        if !waited_for || socket.is_over(self.origin, now) {
            return LinkOutput::Close(Ended::Local);
        }
        let over = socket.linger_deadline(self.origin);
        LinkOutput::Wait([deadline, over].into_iter().flatten().min())
    }

    fn handle_event(&mut self, socket: &mut Socket, event: Event) -> Result<(), Unwanted> {
        match (event, self.peer) {
            (Event::Ready(mut info), _) => {
                info.address.clone_from(&self.address);
                socket.dialed(self.origin);
                socket.shaken(self.origin, self.number);
                socket.report(monitor::Event::HandshakeSucceeded, &self.endpoint);
                self.peer = Some(socket.meet(self.origin, *info)?);
            }
            (Event::Messages(chunk), Some(peer)) => socket.deliver(peer, chunk),
            (Event::Subscribe(topic), Some(peer)) => socket.wish(peer, Wish::Subscribe(&topic))?,
            (Event::Cancel(topic), Some(peer)) => socket.wish(peer, Wish::Cancel(&topic))?,
            // Groups are for types that are not offered here.
            (Event::Join(_) | Event::Leave(_) | Event::Authenticate(_), _)
            | (Event::Messages(_) | Event::Subscribe(_) | Event::Cancel(_), None) => {}
        }
        Ok(())
    }

    /// The transport is closed; the socket forgets the peer, or waits for it to come back.
    pub fn end(self, socket: &mut Socket, now: Instant, ended: &Ended) {
        let failure = match ended {
            Ended::Connection(reason) => {
                if self.peer.is_none() {
                    socket.report(monitor::Event::of_handshake(reason), &self.endpoint);
                }
                Some(Failure::of(reason, self.peer.is_some()))
            }
            Ended::Crowded => {
                let event = monitor::Event::HandshakeFailedNoDetail(ECONNABORTED);
                socket.report(event, &self.endpoint);
                Some(Failure::Handshake)
            }
            Ended::Unwanted(_) => Some(Failure::Handshake),
            Ended::Replaced => Some(Failure::Lost),
            Ended::Local => None,
        };
        socket.shaken(self.origin, self.number);
        socket.report(monitor::Event::Disconnected, &self.endpoint);
        if let Some(peer) = self.peer {
            socket.part(self.origin, peer);
        }
        socket.link_ended(self.origin, now, failure);
    }
}
