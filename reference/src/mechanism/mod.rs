//! Security mechanisms: machines that eat commands and emit commands until both sides are ready.
//!
//! ```text
//! null plain curve   one enum of states each, one `match`
//! announcement       what a peer says of itself, the same under all of them
//! security           which mechanism we speak, as what, and whether a ZAP handler is asked
//! ```
//!
//! A machine never decides who may come in: it says [`Next::Ask`], and goes on when the peer has
//! been admitted, by a ZAP handler or because none is to be asked. Deliberately absent: GSSAPI,
//! time, and the greeting.

mod announcement;
pub mod curve;
pub mod null;
pub mod plain;
mod security;

pub use announcement::{Announcement, judge_identity};
pub use curve::{Entropy, KeyPair, PublicKey, SecretKey};
pub use null::Null;
pub use security::{Admission, Security, Zap};

use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::command::{Body, Command};
use crate::wire::curve::Command as CurveCommand;
use crate::wire::plain::Command as PlainCommand;
use crate::wire::zap::Credentials;

/// Who speaks first under NULL.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Send READY at once, then wait: the connecter, and both sides of a 3.0 link.
    Eager,
    /// Answer the peer's READY: the binder of a 3.1 link.
    Answering,
}

/// What a machine knows of our own side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ours<'a> {
    /// Our socket type.
    pub socket_type: SocketType,
    /// The properties that we announce, encoded.
    pub metadata: &'a [u8],
    /// How many properties the peer may announce.
    pub max_properties: usize,
}

impl Ours<'_> {
    /// Appends a command of this name that holds our metadata.
    fn announce(&self, name: &str, out: &mut Vec<u8>) {
        Body { name, data: self.metadata }.encode(out);
    }
}

/// A handshake in which a command of the peer is awaited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mechanism {
    /// Either side of NULL.
    Null(Null),
    /// The client of PLAIN.
    PlainClient(plain::Client),
    /// The server of PLAIN.
    PlainServer(plain::Server),
    /// The client of CURVE.
    CurveClient(curve::Client),
    /// The server of CURVE.
    CurveServer(curve::Server),
}

/// A handshake that goes on once the peer has been admitted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pending {
    /// NULL, and nothing has been exchanged.
    NullEager,
    /// NULL, and the peer has said this of itself.
    NullAnswering(Announcement),
    /// PLAIN, after HELLO.
    PlainServer,
    /// CURVE, after INITIATE.
    CurveServer(Box<curve::Admitting>),
}

/// Somebody who wants to come in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applicant {
    /// What it shows.
    pub credentials: Credentials,
    /// Its identity; empty if it has none, or has not told it yet.
    pub identity: Vec<u8>,
}

/// What a handshake needs next.
#[derive(Clone, Debug)]
pub enum Next {
    /// The next command of the peer.
    Await(Mechanism),
    /// To know whether the peer may come in.
    Ask(Applicant, Pending),
    /// Nothing: both sides are ready.
    Done(Agreed),
}

/// A handshake that went well.
#[derive(Clone, Debug)]
pub struct Agreed {
    /// What the peer said of itself.
    pub peer: Announcement,
    /// How the rest is sealed, under CURVE.
    pub cipher: Option<Box<curve::Cipher>>,
}

/// The handshake is over: the connection is to be closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The peer sent ERROR; its reason.
    ByPeer(Vec<u8>),
    /// The peer broke the rules: close without a word.
    Silent(Violation),
    /// The peer is not one to talk to: ERROR goes out before the close.
    Told(Violation),
}

impl Refusal {
    /// The same without a word, from a side that may not send ERROR.
    fn untold(self) -> Self {
        match self {
            Self::Told(violation) => Self::Silent(violation),
            other @ (Self::ByPeer(_) | Self::Silent(_)) => other,
        }
    }
}

impl From<Violation> for Refusal {
    fn from(violation: Violation) -> Self {
        Self::Silent(violation)
    }
}

impl From<Null> for Mechanism {
    fn from(null: Null) -> Self {
        Self::Null(null)
    }
}

impl From<plain::Client> for Mechanism {
    fn from(client: plain::Client) -> Self {
        Self::PlainClient(client)
    }
}

impl From<plain::Server> for Mechanism {
    fn from(server: plain::Server) -> Self {
        Self::PlainServer(server)
    }
}

impl From<curve::Client> for Mechanism {
    fn from(client: curve::Client) -> Self {
        Self::CurveClient(client)
    }
}

impl From<curve::Server> for Mechanism {
    fn from(server: curve::Server) -> Self {
        Self::CurveServer(server)
    }
}

impl Mechanism {
    /// Begins, once both greetings are there; appends the frames to send.
    ///
    /// # Errors
    /// [`Violation::WeakKey`] if the key of the server that we want is no key.
    pub fn start(
        security: &Security,
        entropy: &Entropy,
        order: Order,
        out: &mut Vec<u8>,
    ) -> Result<Next, Refusal> {
        match security {
            Security::Null => Ok(Null::start(order)),
            Security::PlainClient { username, password } => {
                Ok(plain::Client::start(username, password, out))
            }
            Security::PlainServer => Ok(plain::Server::start()),
            Security::CurveClient { keys, server } => {
                curve::Client::start(keys, *server, entropy, out)
            }
            Security::CurveServer { keys } => Ok(curve::Server::start(keys, entropy)),
        }
    }

    /// Takes a command of the peer; appends the frames to send.
    ///
    /// # Errors
    /// [`Refusal`]: the connection is to be closed.
    pub fn step(self, body: Body<'_>, ours: &Ours<'_>, out: &mut Vec<u8>) -> Result<Next, Refusal> {
        let max = ours.max_properties;
        match self {
            Self::Null(null) => null.step(&Command::read(body, max)?, ours),
            Self::PlainClient(client) => client.step(&PlainCommand::decode(body, max)?, ours, out),
            Self::PlainServer(server) => server.step(&PlainCommand::decode(body, max)?, ours, out),
            Self::CurveClient(client) => client.step(&CurveCommand::decode(body)?, ours, out),
            Self::CurveServer(server) => server.step(&CurveCommand::decode(body)?, ours, out),
        }
    }
}

impl Pending {
    /// Goes on, as the peer may come in; appends the frames to send.
    #[must_use]
    pub fn admit(self, ours: &Ours<'_>, out: &mut Vec<u8>) -> Next {
        match self {
            Self::NullEager => Null::admit_eager(ours, out),
            Self::NullAnswering(peer) => Null::admit_answering(peer, ours, out),
            Self::PlainServer => plain::Server::admit(out),
            Self::CurveServer(admitting) => admitting.admit(ours, out),
        }
    }
}
