//! All that a run depends on, spelled out: sockets, traffic, and what is done to them and when.
//!
//! ```text
//! scenario.toml + seed --expand--> Schedule --world--> Trace      Schedule <--text--> replay.zsim
//! ```
//!
//! A schedule needs no seed to be understood: faults have their times. What is left to the seed is
//! what networks leave to chance, such as the latency of each segment.

mod file;
mod invent;
mod op;
mod swarm;

pub use file::{FileError, read, write};
pub use invent::{PATTERNS, binds, invent, pairs};
pub use op::{Op, Timed, Way};
pub use swarm::{DISKS, SWARM, Swarm};

use crate::units::{Bandwidth, Range, Size, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroproof_reference::SocketType;

/// One run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Schedule {
    /// What it is called.
    pub name: String,
    /// Of latencies, losses and the order of what happens at the same time.
    pub seed: u64,
    /// How long it runs.
    pub duration: Span,
    /// How long before the end the last fault is over.
    pub quiet_tail: Span,
    /// What every connection is like, but for its operations.
    pub link: Line,
    /// The sockets, in order.
    pub socket: Vec<Socket>,
    /// Who sends what.
    pub flow: Vec<Flow>,
    /// What is done, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub op: Vec<Timed>,
    /// What has to come true.
    #[serde(default)]
    pub expect: Expect,
}

/// What a connection is like.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Line {
    /// From one side to the other.
    pub latency: Range<Span>,
    /// Octets a second in each direction; unlimited if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Bandwidth>,
    /// Octets of the largest segment.
    pub mtu: Size,
    /// Octets that the sending system takes beyond those on their way.
    pub sndbuf: Size,
    /// Octets on their way, or come and not read.
    pub rcvbuf: Size,
    /// How long a system sends again what nobody confirms.
    pub tcp_give_up: Span,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            latency: Range::only(Span::ms(1)),
            bandwidth: None,
            mtu: Size(64 << 10),
            sndbuf: Size(64 << 10),
            rcvbuf: Size(64 << 10),
            tcp_give_up: Span::secs(60),
        }
    }
}

/// A socket, and what the application does with it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Socket {
    /// What it is called.
    pub name: String,
    /// The process it belongs to; those of one process live and die together.
    pub node: String,
    /// Its type, as in RFC 23.
    #[serde(rename = "type", with = "socket_type")]
    pub kind: SocketType,
    /// It binds.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub bind: bool,
    /// The sockets it connects to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connect: Vec<String>,
    /// Options by libzmq's names in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Setting>,
    /// What a SUB or XSUB subscribes to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscribe: Vec<String>,
    /// What is done with what it receives.
    #[serde(default)]
    pub work: Work,
    /// How long that takes for each message.
    #[serde(default)]
    pub takes: Span,
    /// The socket of the same process that `forward` sends to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl Socket {
    /// The message by which an XSUB asks for a topic; a SUB has a call for that.
    #[must_use]
    pub fn wish(&self, topic: &str) -> Option<Vec<u8>> {
        (self.kind == SocketType::Xsub).then(|| [&[1], topic.as_bytes()].concat())
    }

    /// Whether its application asked for messages that begin so (29/SUB); all but a SUB get
    /// whatever comes.
    #[must_use]
    pub fn wants(&self, topic: &[u8]) -> bool {
        self.kind != SocketType::Sub
            || self.subscribe.iter().any(|wanted| topic.starts_with(wanted.as_bytes()))
    }
}

/// The value of an option.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// A switch.
    Flag(bool),
    /// A number; times in milliseconds, as libzmq has them.
    Number(i64),
    /// A text, or its octets.
    Text(String),
}

/// What an application does with what it receives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Takes it and is glad.
    #[default]
    Consume,
    /// Answers it.
    Reply,
    /// Sends it on.
    Forward,
}

/// Messages that a socket sends on its own account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Flow {
    /// What it is called.
    pub name: String,
    /// Who sends.
    pub from: String,
    /// The sockets whose routing ids a ROUTER puts before the messages, in turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// When the first message is sent.
    #[serde(default)]
    pub start: Span,
    /// From one message to the next.
    pub every: Span,
    /// How many in all.
    pub count: u32,
    /// Octets of a message.
    pub size: Range<Size>,
    /// Parts of a message.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub parts: u8,
    /// What messages begin with, in turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// How long a requester waits for a reply before it does something about it; for ever if
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience: Option<Span>,
    /// What it does then.
    #[serde(default)]
    pub then: Then,
}

const fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
const fn is_one(parts: &u8) -> bool {
    *parts == 1
}

/// What a requester does when its patience is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Sends the next request; works where `req_relaxed` is set.
    #[default]
    Next,
    /// Closes the socket, opens it anew, and sends the next request.
    Reopen,
}

/// What a scenario promises; what is absent is not judged.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expect {
    /// Per cent of what was sent, or should have been, that may be lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_max: Option<f64>,
    /// Per cent that must be lost at least: a scenario that shows a loss shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_min: Option<f64>,
    /// Copies that may come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dup: Option<u64>,
    /// The longest time after the last fault until everything is delivered as it is sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recover_within: Option<Span>,
    /// Octets of messages that may wait in the queues of one process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_max: Option<Size>,
    /// Requesters that wait for ever at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stuck: Option<u64>,
}

impl Socket {
    /// Whether it puts messages on a disk.
    #[must_use]
    pub fn has_swap(&self) -> bool {
        matches!(self.options.get("swap"), Some(Setting::Number(octets)) if *octets > 0)
    }

    /// Whether what it has taken outlives its process.
    #[must_use]
    pub fn keeps(&self) -> bool {
        let durable = self.options.get("swap_durable");
        self.has_swap() && matches!(durable, Some(Setting::Text(word)) if word != "none")
    }
}

impl Schedule {
    /// The processes, in the order of their first sockets.
    #[must_use]
    pub fn nodes(&self) -> Vec<&str> {
        let mut nodes: Vec<&str> = Vec::new();
        for socket in &self.socket {
            if !nodes.contains(&socket.node.as_str()) {
                nodes.push(&socket.node);
            }
        }
        nodes
    }

    /// The socket of this name.
    #[must_use]
    pub fn socket_named(&self, name: &str) -> Option<(usize, &Socket)> {
        self.socket.iter().enumerate().find(|(_, socket)| socket.name == name)
    }

    /// Until when what the operation of this number does goes on: something else is done at the
    /// same place, or the run ends.
    #[must_use]
    pub fn until(&self, number: usize) -> Span {
        let mut rest = self.op.iter().skip(number);
        let first = rest.next();
        let same = rest.find(|next| {
            first.is_some_and(|first| {
                next.op.node() == first.op.node() && next.op.between() == first.op.between()
            })
        });
        same.map_or(self.duration, |next| next.at)
    }

    /// When the last operation is over.
    #[must_use]
    pub fn last_op(&self) -> Span {
        self.op.last().map_or(Span::default(), |op| op.at)
    }
}

mod socket_type {
    //! Socket types by their names in RFC 23.
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use zeroproof_reference::SocketType;

    pub(super) fn serialize<S: Serializer>(kind: &SocketType, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(kind.name())
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<SocketType, D::Error> {
        let name = String::deserialize(from)?;
        super::stable(&name).map_err(D::Error::custom)
    }
}

/// The stable socket type of this name.
///
/// # Errors
/// Says which there are.
pub fn stable(name: &str) -> Result<SocketType, String> {
    let known = [
        SocketType::Req,
        SocketType::Rep,
        SocketType::Dealer,
        SocketType::Router,
        SocketType::Pub,
        SocketType::Sub,
        SocketType::Xpub,
        SocketType::Xsub,
        SocketType::Push,
        SocketType::Pull,
        SocketType::Pair,
    ];
    let found = known.into_iter().find(|kind| kind.name() == name);
    found.ok_or_else(|| {
        let names: Vec<_> = known.into_iter().map(SocketType::name).collect();
        format!("{name:?} is no socket type; there are {}", names.join(", "))
    })
}
