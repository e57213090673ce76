//! The nineteen socket types and who may talk to whom (37-SOCKTYPE-001..021), and STREAM, which
//! speaks no ZMTP.
//!
//! Deliberately absent: what a type does with its messages; that is the pattern's business.

use core::fmt;

/// A socket type; all but STREAM can be announced in Socket-Type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SocketType {
    /// Lock-step requester (28).
    Req,
    /// Lock-step replier (28).
    Rep,
    /// Asynchronous requester (28).
    Dealer,
    /// Asynchronous replier, addressing peers by identity (28).
    Router,
    /// Publisher (29).
    Pub,
    /// Publisher that sees subscriptions (29).
    Xpub,
    /// Subscriber (29).
    Sub,
    /// Subscriber that sends subscriptions as it likes (29).
    Xsub,
    /// Distributor of work (30).
    Push,
    /// Collector of work (30).
    Pull,
    /// Exclusive pair (31).
    Pair,
    /// Thread-safe requester (41).
    Client,
    /// Thread-safe replier (41).
    Server,
    /// Publisher to groups (48).
    Radio,
    /// Member of groups (48).
    Dish,
    /// Thread-safe distributor (49).
    Scatter,
    /// Thread-safe collector (49).
    Gather,
    /// Thread-safe peer to peer (51).
    Peer,
    /// Thread-safe exclusive pair (52).
    Channel,
    /// The octets of peers that speak no ZMTP; never announced, and joined to nothing.
    Stream,
}

impl SocketType {
    /// Every type of the RFC, in its order; STREAM is none.
    pub const ALL: [Self; 19] = [
        Self::Req,
        Self::Rep,
        Self::Dealer,
        Self::Router,
        Self::Pub,
        Self::Xpub,
        Self::Sub,
        Self::Xsub,
        Self::Push,
        Self::Pull,
        Self::Pair,
        Self::Client,
        Self::Server,
        Self::Radio,
        Self::Dish,
        Self::Scatter,
        Self::Gather,
        Self::Peer,
        Self::Channel,
    ];

    /// The name, as it travels in Socket-Type.
    #[must_use]
    pub const fn name(self) -> &'static str {
        //= 37-SOCKTYPE-001
        match self {
            Self::Req => "REQ",
            Self::Rep => "REP",
            Self::Dealer => "DEALER",
            Self::Router => "ROUTER",
            Self::Pub => "PUB",
            Self::Xpub => "XPUB",
            Self::Sub => "SUB",
            Self::Xsub => "XSUB",
            Self::Push => "PUSH",
            Self::Pull => "PULL",
            Self::Pair => "PAIR",
            Self::Client => "CLIENT",
            Self::Server => "SERVER",
            Self::Radio => "RADIO",
            Self::Dish => "DISH",
            Self::Scatter => "SCATTER",
            Self::Gather => "GATHER",
            Self::Peer => "PEER",
            Self::Channel => "CHANNEL",
            Self::Stream => "STREAM",
        }
    }

    /// The type of this name; `None` for any other octets, lower case included.
    #[must_use]
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name().as_bytes() == name)
    }

    /// Whether a socket of this type may be joined to a peer of that type.
    #[must_use]
    pub const fn accepts(self, peer: Self) -> bool {
        match self {
            Self::Req => matches!(peer, Self::Rep | Self::Router), //= 37-SOCKTYPE-003
            Self::Rep => matches!(peer, Self::Req | Self::Dealer), //= 37-SOCKTYPE-004
            //= 37-SOCKTYPE-005
            Self::Dealer => matches!(peer, Self::Rep | Self::Dealer | Self::Router),
            //= 37-SOCKTYPE-006
            Self::Router => matches!(peer, Self::Req | Self::Dealer | Self::Router),
            Self::Pub => matches!(peer, Self::Sub | Self::Xsub), //= 37-SOCKTYPE-007
            Self::Xpub => matches!(peer, Self::Sub | Self::Xsub), //= 37-SOCKTYPE-008
            Self::Sub => matches!(peer, Self::Pub | Self::Xpub), //= 37-SOCKTYPE-009
            Self::Xsub => matches!(peer, Self::Pub | Self::Xpub), //= 37-SOCKTYPE-010
            Self::Push => matches!(peer, Self::Pull),            //= 37-SOCKTYPE-011
            Self::Pull => matches!(peer, Self::Push),            //= 37-SOCKTYPE-012
            Self::Pair => matches!(peer, Self::Pair),            //= 37-SOCKTYPE-013
            Self::Client => matches!(peer, Self::Server),        //= 37-SOCKTYPE-014
            Self::Server => matches!(peer, Self::Client),        //= 37-SOCKTYPE-015
            Self::Radio => matches!(peer, Self::Dish),           //= 37-SOCKTYPE-016
            Self::Dish => matches!(peer, Self::Radio),           //= 37-SOCKTYPE-017
            Self::Scatter => matches!(peer, Self::Gather),       //= 37-SOCKTYPE-018
            Self::Gather => matches!(peer, Self::Scatter),       //= 37-SOCKTYPE-019
            Self::Peer => matches!(peer, Self::Peer),            //= 37-SOCKTYPE-020
            Self::Channel => matches!(peer, Self::Channel),      //= 37-SOCKTYPE-021
            Self::Stream => false,
        }
    }

    /// Whether subscriptions of peers mean anything to this type.
    #[must_use]
    pub const fn is_publisher(self) -> bool {
        matches!(self, Self::Pub | Self::Xpub)
    }

    /// Whether Identity means anything when a peer of this type announces it (37-IDENT-001).
    #[must_use]
    pub const fn has_identity(self) -> bool {
        matches!(self, Self::Req | Self::Dealer | Self::Router)
    }
}

impl fmt::Display for SocketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
