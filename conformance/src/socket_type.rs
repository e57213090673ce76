//! The socket types a SUT may be, as the tester needs them: names, counterparts, what an
//! application can do with them.

/// A socket type by its name on the wire (37-SOCKTYPE-001).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is the name of the socket type")]
pub enum SocketType {
    Req,
    Rep,
    Dealer,
    Router,
    Pub,
    Xpub,
    Sub,
    Xsub,
    Push,
    Pull,
    Pair,
    Client,
    Server,
    Radio,
    Dish,
    Scatter,
    Gather,
    Peer,
    Channel,
}

use SocketType::{
    Channel, Client, Dealer, Dish, Gather, Pair, Peer, Pub, Pull, Push, Radio, Rep, Req, Router,
    Scatter, Server, Sub, Xpub, Xsub,
};

impl SocketType {
    /// The eleven types of 3.0.
    pub const CLASSIC: [Self; 11] =
        [Req, Rep, Dealer, Router, Pub, Xpub, Sub, Xsub, Push, Pull, Pair];

    /// All nineteen types of 3.1.
    pub const ALL: [Self; 19] = [
        Req, Rep, Dealer, Router, Pub, Xpub, Sub, Xsub, Push, Pull, Pair, Client, Server, Radio,
        Dish, Scatter, Gather, Peer, Channel,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Req => "REQ",
            Rep => "REP",
            Dealer => "DEALER",
            Router => "ROUTER",
            Pub => "PUB",
            Xpub => "XPUB",
            Sub => "SUB",
            Xsub => "XSUB",
            Push => "PUSH",
            Pull => "PULL",
            Pair => "PAIR",
            Client => "CLIENT",
            Server => "SERVER",
            Radio => "RADIO",
            Dish => "DISH",
            Scatter => "SCATTER",
            Gather => "GATHER",
            Peer => "PEER",
            Channel => "CHANNEL",
        }
    }

    /// The type with this name, in any case: people type it.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// The code in a 2.0 greeting (15-GREET-003); XPUB and XSUB are PUB and SUB on the wire
    /// (15-PUBSUB-001).
    pub const fn code(self) -> Option<u8> {
        match self {
            Pair => Some(0),
            Pub | Xpub => Some(1),
            Sub | Xsub => Some(2),
            Req => Some(3),
            Rep => Some(4),
            Dealer => Some(5),
            Router => Some(6),
            Pull => Some(7),
            Push => Some(8),
            _ => None,
        }
    }

    /// The types a peer of this type may meet (37-SOCKTYPE-003 to -021).
    pub const fn accepts(self) -> &'static [Self] {
        match self {
            Req => &[Rep, Router],
            Rep => &[Req, Dealer],
            Dealer => &[Rep, Dealer, Router],
            Router => &[Req, Dealer, Router],
            Pub | Xpub => &[Sub, Xsub],
            Sub | Xsub => &[Pub, Xpub],
            Push => &[Pull],
            Pull => &[Push],
            Pair => &[Pair],
            Client => &[Server],
            Server => &[Client],
            Radio => &[Dish],
            Dish => &[Radio],
            Scatter => &[Gather],
            Gather => &[Scatter],
            Peer => &[Peer],
            Channel => &[Channel],
        }
    }

    /// Whether a socket of this type talks to one peer at a time.
    pub const fn takes_one_peer(self) -> bool {
        matches!(self, Pair | Channel)
    }

    /// The type the tester announces toward a SUT of this type: the one that restrains it least.
    pub const fn counterpart(self) -> Self {
        match self {
            Req | Dealer => Router,
            Rep | Router => Dealer,
            Pub | Xpub => Sub,
            Sub | Xsub => Pub,
            Push => Pull,
            Pull => Push,
            Pair => Pair,
            Client => Server,
            Server => Client,
            Radio => Dish,
            Dish => Radio,
            Scatter => Gather,
            Gather => Scatter,
            Peer => Peer,
            Channel => Channel,
        }
    }
}

impl std::fmt::Display for SocketType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
