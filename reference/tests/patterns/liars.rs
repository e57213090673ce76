//! Patterns that are wrong in one way each: what the comparison with the model must catch.

use zeroproof_reference::SocketType::{self, Dealer, Pub, Pull, Push, Rep, Req, Router, Sub};
use zeroproof_reference::error::Refused;
use zeroproof_reference::message::{Message, Part};
use zeroproof_reference::pattern::{Pattern, Unwanted, Wish};
use zeroproof_reference::socket::options::Options;
use zeroproof_reference::socket::peers::{PeerId, Peers};

/// One way to be wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lie {
    /// Some messages are lost on receipt.
    Loses,
    /// Some messages are received twice.
    Repeats,
    /// What must wait is dropped and called sent.
    Swallows,
    /// A peer that was full never gets anything again.
    Starves,
    /// The newest peer is served as if it had come first.
    JumpsTheQueue,
    /// A request may follow a request.
    BreaksStep,
    /// A subscription never ends.
    ForgetsCancel,
    /// What is not wanted is received, and the rest is not.
    InvertsTheFilter,
    /// A reply goes to nobody.
    DropsReplies,
}

impl Lie {
    pub(crate) const ALL: [Self; 9] = [
        Self::Loses,
        Self::Repeats,
        Self::Swallows,
        Self::Starves,
        Self::JumpsTheQueue,
        Self::BreaksStep,
        Self::ForgetsCancel,
        Self::InvertsTheFilter,
        Self::DropsReplies,
    ];

    /// A type that the lie makes a difference to.
    pub(crate) fn socket_type(self) -> SocketType {
        match self {
            Self::Loses => Pull,
            Self::Repeats => Router,
            Self::Swallows => Push,
            Self::Starves | Self::JumpsTheQueue => Dealer,
            Self::BreaksStep => Req,
            Self::ForgetsCancel => Pub,
            Self::InvertsTheFilter => Sub,
            Self::DropsReplies => Rep,
        }
    }
}

/// A pattern, and what it does wrong.
#[derive(Debug)]
pub(crate) struct Liar {
    lie: Lie,
    honest: Box<dyn Pattern>,
    received: usize,
    last: Option<Message>,
}

impl Liar {
    pub(crate) fn new(lie: Lie, honest: Box<dyn Pattern>) -> Self {
        Self { lie, honest, received: 0, last: None }
    }
}

impl Pattern for Liar {
    fn attach(&mut self, peers: &mut Peers, o: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.honest.attach(peers, o, peer)?;
        if self.lie == Lie::JumpsTheQueue {
            for other in peers.ids().filter(|other| *other != peer) {
                self.honest.detach(&mut Peers::default(), o, other);
                self.honest.attach(&mut Peers::default(), o, other)?;
            }
        }
        Ok(())
    }

    fn met(&mut self, peers: &mut Peers, o: &Options, peer: PeerId) -> Result<(), Unwanted> {
        self.honest.met(peers, o, peer)
    }

    fn detach(&mut self, peers: &mut Peers, o: &Options, peer: PeerId) {
        self.honest.detach(peers, o, peer);
    }

    fn readable(&mut self, peers: &mut Peers, peer: PeerId) {
        self.honest.readable(peers, peer);
    }

    fn writable(&mut self, peer: PeerId) {
        if self.lie != Lie::Starves {
            self.honest.writable(peer);
        }
    }

    fn wish(
        &mut self,
        peers: &mut Peers,
        o: &Options,
        peer: PeerId,
        wish: Wish<'_>,
    ) -> Result<(), Unwanted> {
        if self.lie == Lie::ForgetsCancel && matches!(wish, Wish::Cancel(_)) {
            return Ok(());
        }
        self.honest.wish(peers, o, peer, wish)
    }

    fn ask(&mut self, peers: &mut Peers, o: &Options, wish: Wish<'_>) -> Result<(), Refused> {
        self.honest.ask(peers, o, wish)
    }

    fn send(&mut self, peers: &mut Peers, o: &Options, parts: &[Part<'_>]) -> Result<(), Refused> {
        let mut options = o.clone();
        options.routing.req_relaxed = self.lie == Lie::BreaksStep;
        let elsewhere = &mut Peers::default();
        let peers = if self.lie == Lie::DropsReplies { elsewhere } else { peers };
        match self.honest.send(peers, &options, parts) {
            Err(Refused::WouldBlock) if self.lie == Lie::Swallows => Ok(()),
            sent => sent,
        }
    }

    fn recv(&mut self, peers: &mut Peers, o: &Options) -> Result<Message, Refused> {
        self.received += 1;
        if self.lie == Lie::Repeats
            && self.received.is_multiple_of(5)
            && let Some(again) = self.last.take()
        {
            return Ok(again);
        }
        if self.lie == Lie::Loses && self.received.is_multiple_of(5) {
            drop(self.honest.recv(peers, o));
        }
        let mut options = o.clone();
        options.pubsub.invert_matching = self.lie == Lie::InvertsTheFilter;
        let received = self.honest.recv(peers, &options);
        self.last = received.as_ref().ok().cloned();
        received
    }

    fn can_send(&mut self, peers: &mut Peers, o: &Options) -> bool {
        self.honest.can_send(peers, o)
    }

    fn can_recv(&mut self, peers: &mut Peers, o: &Options) -> bool {
        self.honest.can_recv(peers, o)
    }
}
