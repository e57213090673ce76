//! NULL: both sides exchange READY, and that is all (37-NULL, 23-NULL).
//!
//! ```text
//! 3.1 connecter   start/READY ->  AwaitReady   --READY-->        Done
//! 3.1 binder      start       ->  Answering    --READY/READY-->  Done
//! 3.0 either      start/READY ->  AwaitReady   --READY-->        Done
//! ```
//!
//! A peer whose Socket-Type does not go with ours gets ERROR and nothing else. Deliberately
//! absent: as-server, which has no effect under NULL (37-TOPOLOGY-003), and messages.

use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::command::Command;
use crate::wire::metadata::{self, Property};

const MAX_IDENTITY: usize = 255;

/// The reason in the ERROR we send; it has no protocol meaning and, being VCHAR, no spaces.
const WRONG_TYPE: &[u8] = b"Invalid-socket-type";

/// Who speaks first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Send READY at once, then wait: the connecter, and both sides of a 3.0 link.
    Eager,
    /// Answer the peer's READY: the binder of a 3.1 link.
    Answering,
}

/// The state of a NULL handshake; one command ends it, well or badly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Null {
    /// Our READY has not been sent: it answers theirs.
    Answering,
    /// Our READY has been sent; theirs has not come.
    AwaitReady,
}

/// What a peer's READY said, judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Announcement {
    /// The peer's type, if it told.
    pub socket_type: Option<SocketType>,
    /// Its identity; empty if it has none or its type gives Identity no meaning.
    pub identity: Vec<u8>,
    /// Every property, in order, as sent.
    pub metadata: Vec<(String, Vec<u8>)>,
}

/// The handshake is over: both sides are ready once the answer has been sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agreed {
    /// Our READY goes out now.
    pub answer: bool,
    /// What the peer said of itself.
    pub peer: Announcement,
}

/// The handshake is over: the connection is to be closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The peer sent ERROR; its reason.
    ByPeer(Vec<u8>),
    /// The peer broke the rules: close without a word.
    Silent(Violation),
    /// The peer is not one to talk to: this command goes out before the close.
    Told(Violation, Command<'static>),
}

impl Null {
    /// Begins; with [`Null::AwaitReady`] our READY goes out now.
    #[must_use]
    pub const fn start(order: Order) -> Self {
        match order {
            Order::Eager => Self::AwaitReady, //= 37-NULL-004
            Order::Answering => Self::Answering,
        }
    }

    /// Takes the peer's first command.
    ///
    /// # Errors
    /// [`Refusal`]: the connection is to be closed.
    pub fn step(self, command: &Command<'_>, ours: SocketType) -> Result<Agreed, Refusal> {
        match (self, command) {
            //= 37-NULL-007
            (Self::Answering, Command::Ready(properties)) => {
                Ok(Agreed { answer: true, peer: judge(properties, ours)? })
            }
            (Self::AwaitReady, Command::Ready(properties)) => {
                Ok(Agreed { answer: false, peer: judge(properties, ours)? })
            }
            (Self::Answering | Self::AwaitReady, Command::Error(reason)) => {
                Err(Refusal::ByPeer(reason.to_vec())) //= 37-ERRH-002
            }
            (
                Self::Answering | Self::AwaitReady,
                Command::Subscribe(_)
                | Command::Cancel(_)
                | Command::Ping { .. }
                | Command::Pong(_)
                | Command::Join(_)
                | Command::Leave(_)
                | Command::Unknown(_),
            ) => Err(Refusal::Silent(Violation::UnexpectedCommand(command.name().to_owned()))),
        }
    }
}

fn judge(properties: &[Property<'_>], ours: SocketType) -> Result<Announcement, Refusal> {
    let mut peer = Announcement::default();
    for property in properties {
        if property.is(metadata::SOCKET_TYPE) {
            peer.socket_type = Some(judge_socket_type(property.value, ours)?);
        } else if property.is(metadata::IDENTITY) {
            peer.identity = judge_identity(property.value).map_err(Refusal::Silent)?;
        }
        peer.metadata.push((property.name.to_owned(), property.value.to_vec()));
    }
    if !peer.socket_type.is_none_or(SocketType::has_identity) {
        peer.identity.clear(); //= 37-IDENT-002
    }
    Ok(peer)
}

fn judge_socket_type(name: &[u8], ours: SocketType) -> Result<SocketType, Refusal> {
    //= 37-SOCKTYPE-002
    let violation = match SocketType::parse(name) {
        Some(theirs) if ours.accepts(theirs) => return Ok(theirs),
        Some(theirs) => Violation::IncompatibleSocketType { ours, theirs },
        None => Violation::UnknownSocketType(name.to_vec()),
    };
    Err(Refusal::Told(violation, Command::Error(WRONG_TYPE))) //= 37-SOCKTYPE-022
}

/// Judges an identity, whoever announces it.
///
/// # Errors
/// [`Violation::IdentityTooLong`], [`Violation::IdentityLeadingZero`].
pub fn judge_identity(identity: &[u8]) -> Result<Vec<u8>, Violation> {
    if identity.len() > MAX_IDENTITY {
        let length = u64::try_from(identity.len()).unwrap_or(u64::MAX);
        return Err(Violation::IdentityTooLong(length)); //= 37-IDENT-003
    }
    if identity.first() == Some(&0) {
        return Err(Violation::IdentityLeadingZero); //= 37-IDENT-004
    }
    Ok(identity.to_vec())
}
