//! What a caller did wrong, or has to wait for: one variant each, and what is allowed instead.
//!
//! Each has the [`Kind`] that the manual pages `zmq_*(3)` call an errno, and a text that says what
//! to do instead.
//!
//! Deliberately absent: what a peer did wrong, which is a [`Violation`](crate::Violation); what
//! the operating system refused, which is the driver's; and the offending value of an option,
//! which may be a password.

use crate::socket::endpoint::EndpointError;
use crate::socket::options::OptionError;
use crate::socket_type::SocketType;
use crate::swap::{Fault, SwapError};
use core::fmt;

/// The errno that libzmq gives for the same mistake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// EAGAIN.
    Again,
    /// EFSM: the state of the socket forbids it.
    Fsm,
    /// EINVAL.
    Invalid,
    /// ENOTSUP: this type of socket never can.
    NotSupported,
    /// EHOSTUNREACH.
    HostUnreachable,
    /// ENOENT.
    NoEntry,
    /// ENODEV.
    NoDevice,
    /// EACCES.
    NotPermitted,
    /// EADDRINUSE.
    AddressInUse,
    /// EADDRNOTAVAIL.
    AddressNotAvailable,
    /// ENAMETOOLONG.
    NameTooLong,
    /// EPROTONOSUPPORT: no such transport.
    ProtocolNotSupported,
    /// ENOCOMPATPROTO: the transport does not go with the type of socket.
    IncompatibleProtocol,
    /// ETERM.
    Terminated,
    /// ENOSPC.
    NoSpace,
    /// EIO.
    Io,
    /// EBUSY.
    Busy,
    /// EMSGSIZE.
    MessageSize,
}

impl Kind {
    /// The name of the errno in the manual pages.
    #[must_use]
    pub const fn errno(self) -> &'static str {
        match self {
            Self::Again => "EAGAIN",
            Self::Fsm => "EFSM",
            Self::Invalid => "EINVAL",
            Self::NotSupported => "ENOTSUP",
            Self::HostUnreachable => "EHOSTUNREACH",
            Self::NoEntry => "ENOENT",
            Self::NoDevice => "ENODEV",
            Self::NotPermitted => "EACCES",
            Self::AddressInUse => "EADDRINUSE",
            Self::AddressNotAvailable => "EADDRNOTAVAIL",
            Self::NameTooLong => "ENAMETOOLONG",
            Self::ProtocolNotSupported => "EPROTONOSUPPORT",
            Self::IncompatibleProtocol => "ENOCOMPATPROTO",
            Self::Terminated => "ETERM",
            Self::NoSpace => "ENOSPC",
            Self::Io => "EIO",
            Self::Busy => "EBUSY",
            Self::MessageSize => "EMSGSIZE",
        }
    }
}

/// One of the two things a socket is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Operation {
    /// To send a message.
    Send,
    /// To receive one.
    Receive,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Send => "send",
            Self::Receive => "receive",
        })
    }
}

/// Why a call did nothing at all: the socket is as it was before.
///
/// Two words, so that the outcome of a call that sends travels in registers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refused {
    /// To send: no peer, or none with room. To receive: nothing is there.
    WouldBlock,
    /// REQ and REP alternate, and it is the turn of this.
    State {
        /// What has to come first.
        first: Operation,
    },
    /// This type of socket never does this.
    NotSupported {
        /// The type of the socket.
        socket_type: SocketType,
        /// What it cannot do.
        operation: Operation,
    },
    /// `router_mandatory` is set, and no peer has the routing id in the first part.
    Unreachable,
    /// The endpoint is not one for this.
    Endpoint(Box<EndpointError>),
    /// The option, or its value, is not one for this.
    Option(Box<OptionError>),
    /// The swap takes no message, or cannot be opened.
    Swap(Box<SwapError>),
    /// No socket of this draft type can be opened.
    Draft(SocketType),
    /// The socket or its context has been closed.
    Terminated,
}

impl Refused {
    /// The errno that libzmq gives here.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::WouldBlock => Kind::Again,
            Self::State { .. } => Kind::Fsm,
            Self::NotSupported { .. } => Kind::NotSupported,
            Self::Unreachable => Kind::HostUnreachable,
            Self::Endpoint(error) => error.kind(),
            Self::Option(_) | Self::Draft(_) => Kind::Invalid,
            Self::Terminated => Kind::Terminated,
            Self::Swap(error) => match **error {
                SwapError::Disk(Fault::NoSpace) => Kind::NoSpace,
                SwapError::Disk(Fault::Missing | Fault::Failed(_)) | SwapError::Broken(_) => {
                    Kind::Io
                }
                SwapError::TooLarge { .. } => Kind::MessageSize,
                SwapError::Full => Kind::Again,
                SwapError::Locked => Kind::Busy,
                SwapError::Occupied | SwapError::NoFolder | SwapError::Conflates => Kind::Invalid,
            },
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WouldBlock => f.write_str("not now: wait until a peer has room or has sent"),
            Self::State { first } => write!(f, "out of turn: {first} first"),
            Self::NotSupported { socket_type, operation } => {
                write!(f, "{socket_type} does not {operation}: use another type of socket")
            }
            Self::Unreachable => f.write_str(
                "no peer has this routing id: send to one that is connected, or unset \
                 router_mandatory",
            ),
            Self::Endpoint(error) => write!(f, "{error}"),
            Self::Option(error) => write!(f, "{error}"),
            Self::Swap(error) => write!(f, "{error}"),
            Self::Draft(socket_type) => write!(f, "no {socket_type} here: it is a draft type"),
            Self::Terminated => f.write_str("closed: open another socket"),
        }
    }
}

impl core::error::Error for Refused {}

impl From<EndpointError> for Refused {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(Box::new(error))
    }
}

impl From<SwapError> for Refused {
    /// A full swap is like a full queue: room is waited for.
    fn from(error: SwapError) -> Self {
        if error == SwapError::Full { Self::WouldBlock } else { Self::Swap(Box::new(error)) }
    }
}

impl From<OptionError> for Refused {
    fn from(error: OptionError) -> Self {
        Self::Option(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_that_sends_gives_back_fits_into_two_registers() {
        assert_eq!(size_of::<Result<(), Refused>>(), 2 * size_of::<usize>());
    }

    #[test]
    fn each_refusal_has_the_errno_of_the_manual_and_says_what_to_do() {
        let text = || "tcp://127.0.0.1:1".to_owned();
        let rows = [
            (Refused::WouldBlock, "EAGAIN", "wait"),
            (Refused::State { first: Operation::Receive }, "EFSM", "receive first"),
            (
                Refused::NotSupported {
                    socket_type: SocketType::Push,
                    operation: Operation::Receive,
                },
                "ENOTSUP",
                "PUSH does not receive",
            ),
            (Refused::Unreachable, "EHOSTUNREACH", "router_mandatory"),
            (EndpointError::NoTransport.into(), "EINVAL", "tcp://"),
            (EndpointError::UnknownTransport("x".to_owned()).into(), "EPROTONOSUPPORT", "tcp"),
            (EndpointError::IncompatibleTransport("udp").into(), "ENOCOMPATPROTO", "udp"),
            (EndpointError::PathTooLong(108).into(), "ENAMETOOLONG", "107"),
            (EndpointError::NoSuchEndpoint(text()).into(), "ENOENT", "last_endpoint"),
            (EndpointError::AddressInUse(text()).into(), "EADDRINUSE", "another"),
            (EndpointError::AddressNotAvailable(text()).into(), "EADDRNOTAVAIL", "its own"),
            (EndpointError::NoSuchInterface("eth9".to_owned()).into(), "ENODEV", "eth9"),
            (EndpointError::NotPermitted(text()).into(), "EACCES", "privileges"),
            (EndpointError::NoFolder("ipc:///a/b".to_owned()).into(), "ENOENT", "folder"),
            (OptionError::Unknown("a\"b".to_owned()).into(), "EINVAL", "a\\\"b"),
            (OptionError::Taken("a name").into(), "EINVAL", "another"),
            (OptionError::ReadOnly("type").into(), "EINVAL", "not set"),
            (OptionError::WriteOnly("subscribe").into(), "EINVAL", "not read"),
            (Refused::Terminated, "ETERM", "another socket"),
            (SwapError::Disk(Fault::NoSpace).into(), "ENOSPC", "send again"),
            (SwapError::Broken(Fault::Failed(5)).into(), "EIO", "errno 5"),
            (SwapError::TooLarge { size: 9, capacity: 8 }.into(), "EMSGSIZE", "raise swap"),
            (SwapError::Full.into(), "EAGAIN", "wait"),
            (SwapError::Locked.into(), "EBUSY", "a folder of its own"),
            (SwapError::Occupied.into(), "EINVAL", "swap_durable"),
            (SwapError::NoFolder.into(), "EINVAL", "swap_dir"),
            (SwapError::Conflates.into(), "EINVAL", "conflate"),
        ];
        for (refused, errno, advice) in rows {
            assert_eq!(refused.kind().errno(), errno, "{refused}");
            assert!(refused.to_string().contains(advice), "{refused}");
        }
    }
}
