//! What a caller did wrong, or has to wait for: one variant each, and what is allowed instead.
//!
//! Each has the [`Kind`] that the manual pages `zmq_*(3)` call an errno, and a text that says what
//! to do instead.
//!
//! Deliberately absent: what a peer did wrong, which is a [`Violation`](crate::Violation); what
//! the operating system refused, which is the driver's; and the offending value of an option,
//! which may be a password.

use crate::socket::endpoint::EndpointError;
use crate::socket::options::Allowed;
use crate::socket_type::SocketType;
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
            Self::AddressInUse => "EADDRINUSE",
            Self::AddressNotAvailable => "EADDRNOTAVAIL",
            Self::NameTooLong => "ENAMETOOLONG",
            Self::ProtocolNotSupported => "EPROTONOSUPPORT",
            Self::IncompatibleProtocol => "ENOCOMPATPROTO",
            Self::Terminated => "ETERM",
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
    /// The text is not an endpoint, or not one for this.
    Endpoint(EndpointError),
    /// The socket is neither bound nor connected to this endpoint.
    NoSuchEndpoint(String),
    /// Somebody is bound to this endpoint.
    AddressInUse(String),
    /// This endpoint is not an address of this machine.
    AddressNotAvailable(String),
    /// This machine has no interface of this name.
    NoSuchInterface(String),
    /// No option is called this.
    NoSuchOption(String),
    /// libzmq has this option, and we do not.
    OptionNotOffered {
        /// The option.
        name: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// The option means nothing to this type of socket.
    OptionNotForType {
        /// The option.
        name: &'static str,
        /// The type of the socket.
        socket_type: SocketType,
    },
    /// The option can be read, and not set.
    OptionReadOnly(&'static str),
    /// The option can be set, and not read.
    OptionWriteOnly(&'static str),
    /// The value is not one that the option takes.
    OptionValue {
        /// The option.
        name: &'static str,
        /// What it takes.
        allowed: Allowed,
    },
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
            Self::NoSuchEndpoint(_) => Kind::NoEntry,
            Self::AddressInUse(_) => Kind::AddressInUse,
            Self::AddressNotAvailable(_) => Kind::AddressNotAvailable,
            Self::NoSuchInterface(_) => Kind::NoDevice,
            Self::NoSuchOption(_)
            | Self::OptionNotOffered { .. }
            | Self::OptionNotForType { .. }
            | Self::OptionReadOnly(_)
            | Self::OptionWriteOnly(_)
            | Self::OptionValue { .. } => Kind::Invalid,
            Self::Draft(_) => Kind::Invalid,
            Self::Terminated => Kind::Terminated,
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
            Self::NoSuchEndpoint(text) => {
                write!(f, "neither bound nor connected to {text}: name it as last_endpoint gave it")
            }
            Self::AddressInUse(text) => write!(f, "{text} is in use: bind to another endpoint"),
            Self::AddressNotAvailable(text) => {
                write!(f, "{text} is not an address of this machine: bind to one of its own")
            }
            Self::NoSuchInterface(name) => {
                write!(f, "no interface {name}: name one of this machine, an address or *")
            }
            Self::NoSuchOption(name) => write!(f, "no option \"{}\"", name.escape_debug()),
            Self::OptionNotOffered { name, reason } => write!(f, "{name} is not offered: {reason}"),
            Self::OptionNotForType { name, socket_type } => {
                write!(f, "{name} means nothing to {socket_type}")
            }
            Self::OptionReadOnly(name) => write!(f, "{name} can be read, not set"),
            Self::OptionWriteOnly(name) => write!(f, "{name} can be set, not read"),
            Self::OptionValue { name, allowed } => write!(f, "{name} takes {allowed}"),
            Self::Draft(socket_type) => write!(f, "no {socket_type} here: it is a draft type"),
            Self::Terminated => f.write_str("closed: open another socket"),
        }
    }
}

impl core::error::Error for Refused {}

impl From<EndpointError> for Refused {
    fn from(error: EndpointError) -> Self {
        Self::Endpoint(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            (Refused::NoSuchEndpoint(text()), "ENOENT", "last_endpoint"),
            (Refused::AddressInUse(text()), "EADDRINUSE", "another"),
            (Refused::AddressNotAvailable(text()), "EADDRNOTAVAIL", "its own"),
            (Refused::NoSuchInterface("eth9".to_owned()), "ENODEV", "eth9"),
            (Refused::NoSuchOption("a\"b".to_owned()), "EINVAL", "a\\\"b"),
            (Refused::OptionReadOnly("type"), "EINVAL", "not set"),
            (Refused::OptionWriteOnly("subscribe"), "EINVAL", "not read"),
            (Refused::Terminated, "ETERM", "another socket"),
        ];
        for (refused, errno, advice) in rows {
            assert_eq!(refused.kind().errno(), errno, "{refused}");
            assert!(refused.to_string().contains(advice), "{refused}");
        }
    }
}
