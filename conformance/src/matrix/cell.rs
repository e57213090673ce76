//! One meeting of two peers: who plays which side of what, over which transport, secured how.

use std::fmt;

use serde_json::{Value, json};

use super::outcome::Step;
use super::pattern::{Pattern, Style};
use crate::adapter::Hello;
use crate::curve::{CLIENT_OPTIONS, SERVER_OPTIONS};
use crate::socket_type::SocketType;
use crate::target::as_json;

/// One of the two peers of a cell.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one that sends first.
    First,
    /// The one that receives first.
    Second,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// Its value of a pair.
    pub(super) fn of<T>(self, [first, second]: &[T; 2]) -> &T {
        match self {
            Self::First => first,
            Self::Second => second,
        }
    }

    /// As in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }
}

/// What secures a connection; the one that binds is the server.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mech {
    /// Nothing.
    Null,
    /// A name and a password.
    Plain,
    /// Keys.
    Curve,
}

impl Mech {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Null, Self::Plain, Self::Curve];

    /// As in a greeting.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Plain => "PLAIN",
            Self::Curve => "CURVE",
        }
    }

    /// The options of a server or a client; the keys are those of the golden vectors.
    fn options(self, server: bool) -> Vec<(&'static str, Value)> {
        match (self, server) {
            (Self::Null, _) => Vec::new(),
            (Self::Plain, true) => vec![("plain_server", json!(1))],
            (Self::Plain, false) => {
                vec![("plain_username", json!("admin")), ("plain_password", json!("secret"))]
            }
            (Self::Curve, true) => as_json(SERVER_OPTIONS),
            (Self::Curve, false) => as_json(CLIENT_OPTIONS),
        }
    }
}

/// What carries the octets.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TCP over the loopback interface.
    Tcp,
    /// A Unix domain socket.
    Ipc,
}

impl Transport {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tcp, Self::Ipc];

    /// As in an endpoint.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Ipc => "ipc",
        }
    }
}

/// One meeting; peers are numbers of the crew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Who plays the first and the second side.
    pub peers: [usize; 2],
    /// Which side binds.
    pub bind: Side,
    /// The socket types.
    pub pattern: &'static Pattern,
    /// The mechanisms of the first and the second side.
    pub mechs: [Mech; 2],
    /// What carries the octets.
    pub transport: Transport,
    /// Whether no step is left out.
    pub whole: bool,
}

/// Milliseconds until a broken connection is made anew; the default would be most of the run.
const RECONNECT: i64 = 10;

impl Cell {
    /// Whether messages are to arrive.
    pub fn talks(&self) -> bool {
        self.pattern.talks() && !self.is_mismatch()
    }

    /// Whether the sides are secured in different ways.
    pub fn is_mismatch(&self) -> bool {
        let [first, second] = self.mechs;
        first != second
    }

    /// Whether a step is part of the cell. The mebibyte costs more than all the rest together, and
    /// what carries it does not look at patterns: it crosses each mechanism and each transport as
    /// PUSH to PULL, and every pattern only where no step is left out.
    pub fn has(&self, step: Step) -> bool {
        step != Step::Mebibyte || self.whole || self.pattern.style == Style::OneWay
    }

    /// The socket type of a side.
    pub fn kind(&self, side: Side) -> SocketType {
        *side.of(&[self.pattern.first, self.pattern.second])
    }

    /// The mechanisms as in reports: `NULL`, or `PLAIN/CURVE` where they differ.
    pub fn mech(&self) -> String {
        match self.mechs {
            [one, other] if one == other => one.name().to_owned(),
            [one, other] => format!("{}/{}", one.name(), other.name()),
        }
    }

    /// What a side lacks for this cell, if anything.
    pub(super) fn lacks(&self, side: Side, hello: &Hello) -> Option<String> {
        let (can, kind) = (&hello.can, self.kind(side).name());
        let role = if side == self.bind { "bind" } else { "connect" };
        let mech = side.of(&self.mechs);
        if !can.has_type(kind) {
            return Some(kind.to_owned());
        }
        if !can.has_mech(mech.name()) {
            return Some(mech.name().to_owned());
        }
        if !can.has_transport(self.transport.name()) {
            return Some(self.transport.name().to_owned());
        }
        if !can.has_role(role) {
            return Some(format!("the role {role}"));
        }
        if self.kind(side) == SocketType::Sub && !can.has_op("subscribe") {
            return Some("the op subscribe".to_owned());
        }
        let needed = self.needed(side);
        let missing = needed.iter().find(|(name, _)| !is_optional(name) && !can.has_opt(name));
        missing.map(|(name, _)| format!("the option {name}"))
    }

    /// The options of a side, as far as it has them.
    pub(super) fn options(&self, side: Side, hello: &Hello) -> Vec<(&'static str, Value)> {
        let mut all = self.needed(side);
        if side != self.bind {
            all.push(("reconnect_ivl", json!(RECONNECT)));
        }
        all.retain(|(name, _)| hello.can.has_opt(name));
        all
    }

    fn needed(&self, side: Side) -> Vec<(&'static str, Value)> {
        let mut all = side.of(&self.mechs).options(side == self.bind);
        if self.pattern.style == Style::BothWays && self.kind(Side::First) == SocketType::Router {
            // One ROUTER must know the other before anything was said.
            all.push(("routing_id", json!(side.name())));
            if side == Side::First {
                all.push(("router_mandatory", json!(1)));
            }
        }
        all
    }
}

/// Derived by most from the secret key.
fn is_optional(option: &str) -> bool {
    option == "curve_publickey"
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binds = self.kind(self.bind);
        let which = if self.pattern.is_symmetric() { self.bind.name() } else { binds.name() };
        write!(f, "{} {} {}, {which} binds", self.pattern.id, self.mech(), self.transport.name())
    }
}
