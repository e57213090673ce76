//! The system under test (SUT), whatever it is: a running endpoint, an adapter process, or the
//! reference in memory. A [`Target`] opens sockets; a [`Socket`] gives raw octet streams to itself
//! and, where the SUT has an application side, sends, receives and subscribes.

pub mod adapter;
pub mod in_process;
pub mod liar;
pub mod listen;
pub mod memory;
pub mod tcp;
pub mod zap;

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::adapter::ErrorKind;
use crate::socket_type::SocketType;
use zap::{Doorman, Zap};

/// A connection to the SUT: nothing but octets.
pub trait Octets: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Octets for T {}
/// An owned connection to the SUT.
pub type Stream = Box<dyn Octets>;
/// A future of a target; one thread drives all of them.
pub type Later<'a, T> = LocalBoxFuture<'a, Result<T, TargetError>>;

/// Which side opens the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The SUT binds, the tester dials.
    Bind,
    /// The SUT connects, the tester accepts.
    Connect,
}

impl Role {
    /// As on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Connect => "connect",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The value of a socket option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// A number: milliseconds, octets, a count or 0/1, as the option says.
    Number(i64),
    /// Octets, written as text in the code.
    Text(&'static str),
    /// Of `zap_domain` only: who is asked about the peers of the socket.
    Zap(Zap),
}

/// Options by libzmq's lower-case names: `("heartbeat_ivl", Setting::Number(100))`.
pub type Options = &'static [(&'static str, Setting)];

/// Options as an adapter is told them, outside of cases: without a ZAP handler.
pub(crate) fn as_json(options: Options) -> Vec<(&'static str, Value)> {
    let value = |setting: &Setting| match setting {
        Setting::Number(number) => json!(number),
        Setting::Text(text) => json!(text),
        Setting::Zap(_) => json!(""),
    };
    options.iter().map(|(name, setting)| (*name, value(setting))).collect()
}

/// What to open at the SUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketSpec {
    /// The socket type.
    pub kind: SocketType,
    /// Which side opens connections.
    pub role: Role,
    /// Options set before bind or connect.
    pub options: Options,
}

impl SocketSpec {
    /// Who is asked about the peers of the socket, if the case cares.
    pub fn zap(&self) -> Option<Zap> {
        self.options.iter().find_map(|(_, value)| match value {
            Setting::Zap(zap) => Some(*zap),
            Setting::Number(_) | Setting::Text(_) => None,
        })
    }
}

/// Something a case asks of the application side of the SUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// See what the application receives.
    Recv,
    /// Make the application send.
    Send,
    /// Subscribe and unsubscribe a SUB or XSUB.
    Subscribe,
    /// Join and leave a group of a DISH.
    Join,
    /// Run a ZAP handler.
    Zap,
}

impl Need {
    /// As a reason: `N/A (needs recv)`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recv => "recv",
            Self::Send => "send",
            Self::Subscribe => "subscribe",
            Self::Join => "join",
            Self::Zap => "run a ZAP handler",
        }
    }
}

/// Who the SUT is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// `libzmq`, or the endpoint when nothing more is known.
    pub name: String,
    /// Empty when unknown.
    pub version: String,
    /// Empty when unknown.
    pub language: String,
    /// How it is reached: `tcp://127.0.0.1:5555`, `adapter`, `in memory`.
    pub via: String,
}

/// What the SUT offers; a case that needs more is not applicable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offers {
    /// Socket types it can open.
    pub types: Vec<SocketType>,
    /// Roles it can take.
    pub roles: Vec<Role>,
    /// What its application side can do.
    pub needs: Vec<Need>,
    /// Options that can be set; `None` when any may be tried.
    pub options: Option<Vec<String>>,
    /// Whether one socket takes many connections at once, and sockets are cheap to open.
    pub pooled: bool,
    /// How many cases may use it at once; at least one.
    pub concurrency: usize,
}

/// Why the SUT could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// No connection could be had.
    Unreachable(String),
    /// It says that it cannot do this.
    Unsupported(String),
    /// It tried and failed: in which way, and its own words.
    Refused(ErrorKind, String),
    /// Its process ended.
    Died(String),
    /// Its adapter broke the adapter protocol.
    Protocol(String),
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why)
            | Self::Unsupported(why)
            | Self::Refused(_, why)
            | Self::Died(why)
            | Self::Protocol(why) => f.write_str(why),
        }
    }
}

/// A system under test.
pub trait Target {
    /// Who it is.
    fn about(&self) -> About;
    /// What it offers.
    fn offers(&self) -> Offers;
    /// Opens a socket and binds or connects it to the tester.
    fn open(&self, spec: SocketSpec) -> Later<'_, Rc<dyn Socket>>;
    /// Octets that the way between the SUT and a tester who does not read may hold, at most.
    fn buffers(&self) -> usize {
        tcp::WAY
    }
    /// How it died since it was started, as far as is known.
    fn death(&self) -> Option<String> {
        None
    }
    /// Waits until a death that has broken connections is known: the end of a process is heard of
    /// later than that of its connections.
    fn notice(&self) -> Later<'_, ()> {
        Box::pin(async { Ok(()) })
    }
    /// Starts it again after its process died; an endpoint that others run cannot be.
    fn restart(&self) -> Later<'_, ()>;
}

/// A socket of the SUT.
pub trait Socket {
    /// A fresh connection to it: dialled, or accepted when the SUT connects.
    fn link(&self) -> Later<'_, Stream>;
    /// Makes the application send one message; [`ErrorKind::Again`] when nobody took it in time.
    fn send<'a>(&'a self, parts: &'a [Vec<u8>], within: Duration) -> Later<'a, ()>;
    /// What the application receives next; `None` when nothing came in time.
    fn recv(&self, within: Duration) -> Later<'_, Option<Vec<Vec<u8>>>>;
    /// Subscribes (or unsubscribes) the application.
    fn subscribe<'a>(&'a self, topic: &'a [u8], on: bool) -> Later<'a, ()>;
    /// Who decides about its peers, when it was opened with [`Setting::Zap`].
    fn doorman(&self) -> Option<Rc<Doorman>> {
        None
    }
    /// Closes it; a socket that is dropped is closed as well, later.
    fn close(&self) -> Later<'_, ()>;
}

/// The answer of a socket without an application side.
pub(crate) fn unsupported<'a, T: 'a>(what: &str) -> Later<'a, T> {
    let error = TargetError::Unsupported(format!("this target has no application side to {what}"));
    Box::pin(async move { Err(error) })
}
