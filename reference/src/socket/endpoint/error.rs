//! Every way an endpoint can be the wrong one, with what is allowed instead.
//!
//! Deliberately absent: finding out whether a well-formed one exists, which is the driver's.

use crate::error::Kind;
use core::fmt;

/// Why a text is not an endpoint, or not one for this purpose, or not now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EndpointError {
    /// There is no `://`.
    NoTransport,
    /// No transport is called this.
    UnknownTransport(String),
    /// A transport of libzmq that goes with none of our types of socket.
    IncompatibleTransport(&'static str),
    /// A tcp address without a colon before a port.
    NoPort,
    /// Not a port.
    Port(String),
    /// Not a host.
    Host(String),
    /// A source of a tcp connection, given to bind.
    SourceToBind,
    /// A wildcard, or port 0, given to connect.
    OnlyToBind,
    /// An ipc path, or a name in the abstract namespace, of no octets.
    PathEmpty,
    /// An ipc path with a zero octet.
    PathZeroOctet,
    /// An ipc path of this many octets.
    PathTooLong(usize),
    /// An inproc name of this many octets.
    NameLength(usize),
    /// The socket is neither bound nor connected to this.
    NoSuchEndpoint(String),
    /// Somebody is bound to this.
    AddressInUse(String),
    /// Not an address of this machine.
    AddressNotAvailable(String),
    /// This machine has no interface that this, or the option `bindtodevice`, names.
    NoSuchInterface(String),
    /// The operating system does not let this process bind to this.
    NotPermitted(String),
    /// The folder of an ipc path does not exist.
    NoFolder(String),
}

impl EndpointError {
    /// The errno that libzmq gives here.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::UnknownTransport(_) => Kind::ProtocolNotSupported,
            Self::IncompatibleTransport(_) => Kind::IncompatibleProtocol,
            Self::PathTooLong(_) => Kind::NameTooLong,
            Self::NoSuchEndpoint(_) | Self::NoFolder(_) => Kind::NoEntry,
            Self::AddressInUse(_) => Kind::AddressInUse,
            Self::AddressNotAvailable(_) => Kind::AddressNotAvailable,
            Self::NoSuchInterface(_) => Kind::NoDevice,
            Self::NotPermitted(_) => Kind::NotPermitted,
            Self::NoTransport
            | Self::NoPort
            | Self::Port(_)
            | Self::Host(_)
            | Self::SourceToBind
            | Self::OnlyToBind
            | Self::PathEmpty
            | Self::PathZeroOctet
            | Self::NameLength(_) => Kind::Invalid,
        }
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTransport => {
                f.write_str("no transport: write tcp://host:port, ipc://path or inproc://name")
            }
            Self::UnknownTransport(name) => {
                write!(f, "no transport \"{}\": use tcp, ipc or inproc", name.escape_debug())
            }
            Self::IncompatibleTransport(name) => {
                write!(f, "{name} does not go with this type of socket: use tcp or ipc")
            }
            Self::NoPort => f.write_str("no port: write tcp://host:port"),
            Self::Port(text) => write!(
                f,
                "\"{}\" is no port: from 1 to 65535; to bind also 0 or *",
                text.escape_debug()
            ),
            Self::Host(text) => write!(
                f,
                "\"{}\" is no host: an IPv4 address, [an IPv6 address] or [address%zone], a name \
                 of at most 253 letters, digits, '-', '.' and '_'; to bind also *",
                text.escape_debug()
            ),
            Self::SourceToBind => f.write_str("a source address is for connect only"),
            Self::OnlyToBind => f.write_str("* and port 0 are for bind only: name the peer"),
            Self::PathEmpty => f.write_str("no path: write ipc://path or ipc://@name"),
            Self::PathZeroOctet => f.write_str("a path has no zero octet"),
            Self::PathTooLong(length) => {
                write!(f, "path of {length} octets: from 1 to 107, the @ included")
            }
            Self::NameLength(length) => {
                write!(f, "inproc name of {length} octets: from 1 to 256")
            }
            Self::NoSuchEndpoint(text) => {
                write!(f, "neither bound nor connected to {text}: name it as last_endpoint gave it")
            }
            Self::AddressInUse(text) => write!(f, "{text} is in use: bind to another endpoint"),
            Self::AddressNotAvailable(text) => {
                write!(f, "{text} is not an address of this machine: bind to one of its own")
            }
            Self::NoSuchInterface(text) => write!(
                f,
                "{text}: no such interface, or none named as bindtodevice says; name one of this \
                 machine, an address or *"
            ),
            Self::NotPermitted(text) => write!(
                f,
                "{text}: the system does not permit it; a port below 1024, a folder of others and \
                 bindtodevice take privileges"
            ),
            Self::NoFolder(text) => {
                write!(f, "{text}: there is no such folder; make it first")
            }
        }
    }
}

impl core::error::Error for EndpointError {}
