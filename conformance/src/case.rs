//! A case: one function, one promise, octets in sight, and what a reader needs to trust its red.

use futures_util::future::LocalBoxFuture;

use crate::context::Context;
use crate::socket_type::SocketType;
use crate::target::{Need, Options, Role};
use crate::verdict::{Level, Outcome};

/// The lowest `--level` of a run that includes a case, and how far its axes are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// One socket type, one role, few messages: for every build.
    Quick,
    /// Every socket type of the case in its first role, three of them in the other; of what is
    /// enumerated, samples.
    Full,
    /// Every type in every role, every value of an octet, and every way to cut segments.
    Exhaustive,
}

/// When a case may run beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Any time.
    Parallel,
    /// It waits out a quiet window: with all others of its kind, at the end.
    Quiet,
    /// It needs the SUT for itself: after all others, one by one.
    Exclusive,
}

/// One promise of the specification and the dialogue that tests it.
pub struct Case {
    /// `37/framing/reserved-bits-received`: for ever.
    pub id: &'static str,
    /// The clauses it judges.
    pub clauses: &'static [&'static str],
    /// How binding the promise is for the SUT.
    pub level: Level,
    /// One sentence.
    pub promise: &'static str,
    /// What users see when it is broken.
    pub effect: &'static str,
    /// Public reports of this class of bug: `zeromq/libzmq#4226`.
    pub seen_in: &'static [&'static str],
    /// Our reading, where the text leaves room or the SUTs disagree; else empty.
    pub reading: &'static str,
    /// Socket types it is run on; the first is the one of the quick level.
    pub types: &'static [SocketType],
    /// Who may open the connection.
    pub roles: &'static [Role],
    /// What it asks of the application side.
    pub needs: &'static [Need],
    /// The lowest minor version of 3.x that makes this promise; a SUT that announces less is not
    /// asked.
    pub minor: u8,
    /// Options set before bind or connect.
    pub options: Options,
    /// The lowest level that includes it.
    pub depth: Depth,
    /// When it runs.
    pub pace: Pace,
    /// A failure of this case makes others of the same type and role say nothing.
    pub sanity: bool,
    /// A failure may be a flaw that is not public yet: left out for released peers, whose name
    /// would stand beside it in logs, unless `--sensitive` asks for it.
    pub discreet: bool,
    /// The dialogue.
    pub run: for<'a> fn(&'a mut Context) -> LocalBoxFuture<'a, Outcome>,
}

/// Both roles, the SUT binding first.
pub const BOTH: &[Role] = &[Role::Bind, Role::Connect];
/// The SUT binds.
pub const BIND: &[Role] = &[Role::Bind];
/// The SUT connects.
pub const CONNECT: &[Role] = &[Role::Connect];

/// The types whose application sees a plain message as it was sent.
pub const RECEIVERS: &[SocketType] =
    &[SocketType::Pull, SocketType::Dealer, SocketType::Pair, SocketType::Router];
/// The types whose application can send a plain message to a peer at any time.
pub const SENDERS: &[SocketType] = &[SocketType::Push, SocketType::Dealer, SocketType::Pair];
/// For promises that hold whatever the socket type is: one of each kind of traffic.
pub const ANY: &[SocketType] = &[
    SocketType::Pull,
    SocketType::Dealer,
    SocketType::Rep,
    SocketType::Router,
    SocketType::Pub,
    SocketType::Sub,
    SocketType::Push,
    SocketType::Pair,
    SocketType::Req,
    SocketType::Xpub,
    SocketType::Xsub,
];

impl Case {
    /// What most cases have in common; a case states its id, clauses, level, promise, effect, run.
    pub const BASE: Self = Self {
        id: "",
        clauses: &[],
        level: Level::Must,
        promise: "",
        effect: "",
        seen_in: &[],
        reading: "",
        types: ANY,
        roles: BOTH,
        needs: &[],
        minor: 0,
        options: &[],
        depth: Depth::Quick,
        pace: Pace::Parallel,
        sanity: false,
        discreet: false,
        run: |_| Box::pin(async { Ok(()) }),
    };
}

/// How a case has the SUT secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// Not at all.
    Null,
    /// By a password in clear (24).
    Plain,
    /// By keys (26).
    Curve,
}

impl Case {
    /// The mechanism that its options set.
    pub fn mechanism(&self) -> Mechanism {
        let sets = |prefix| self.options.iter().any(|(name, _)| name.starts_with(prefix));
        match (sets("plain_"), sets("curve_")) {
            (true, _) => Mechanism::Plain,
            (false, true) => Mechanism::Curve,
            (false, false) => Mechanism::Null,
        }
    }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
