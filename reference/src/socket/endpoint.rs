//! Endpoints: `tcp://…`, `ipc://…` and `inproc://…`, from text and back (LZ-ADDR-001..002).
//!
//! ```text
//! tcp://[SOURCE;]HOST:PORT   HOST: IPv4, [IPv6], [IPv6%zone] or a name; to bind also *
//!                            PORT: a number; to bind also 0 or *
//! ipc://PATH                 @NAME is in the abstract namespace; * to bind chooses a fresh path
//! inproc://NAME              any name within the context
//! ```
//!
//! Text becomes an [`Endpoint`] for one purpose, so a wildcard that only a binder may use never
//! reaches a dialer. The text of an endpoint is the one that `last_endpoint` gives.
//!
//! Deliberately absent: looking up names and interfaces, and choosing fresh ports and paths; those
//! are the driver's, which puts what it got back into an endpoint.

mod error;
mod tcp;

pub use error::EndpointError;
pub use tcp::{Host, Tcp, TcpAddress};

use core::fmt;

/// Octets of a path, the `@` of the abstract namespace included; what `sockaddr_un` holds.
const PATH_OCTETS_MAX: usize = 107;
/// Octets of an inproc name, as `zmq_inproc(7)` says.
const NAME_OCTETS_MAX: usize = 256;

/// What an endpoint is wanted for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    Bind,
    Connect,
}

/// Where to listen, or where to find a peer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Endpoint {
    /// A host and a port.
    Tcp(Tcp),
    /// A socket in the file system or the abstract namespace.
    Ipc(IpcPath),
    /// A name within the context, 1 to 256 octets.
    Inproc(String),
}

/// Where an ipc socket lies.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IpcPath {
    /// A fresh path of the driver's choice; only to bind.
    Fresh,
    /// In the file system, 1 to 107 octets.
    File(String),
    /// In the abstract namespace, 1 to 106 octets, without the `@`.
    Abstract(String),
}

impl Endpoint {
    /// The endpoint to bind to that this text names.
    ///
    /// # Errors
    /// What is wrong with the text, and what is allowed.
    pub fn to_bind(text: &str) -> Result<Self, EndpointError> {
        Self::parse(text, Purpose::Bind)
    }

    /// The endpoint to connect to that this text names: no `*`, and no port 0.
    ///
    /// # Errors
    /// What is wrong with the text, and what is allowed.
    pub fn to_connect(text: &str) -> Result<Self, EndpointError> {
        Self::parse(text, Purpose::Connect)
    }

    fn parse(text: &str, purpose: Purpose) -> Result<Self, EndpointError> {
        let (transport, address) = text.split_once("://").ok_or(EndpointError::NoTransport)?;
        match transport {
            "tcp" => tcp::parse(address, purpose).map(Self::Tcp),
            "ipc" => parse_path(address, purpose).map(Self::Ipc),
            "inproc" => match address.len() {
                1..=NAME_OCTETS_MAX => Ok(Self::Inproc(address.to_owned())),
                length => Err(EndpointError::NameLength(length)),
            },
            // libzmq knows these two, and not for the types of socket that are built here.
            "udp" => Err(EndpointError::IncompatibleTransport("udp")),
            _ => Err(EndpointError::UnknownTransport(transport.to_owned())),
        }
    }
}

fn parse_path(path: &str, purpose: Purpose) -> Result<IpcPath, EndpointError> {
    if path == "*" {
        return match purpose {
            Purpose::Bind => Ok(IpcPath::Fresh),
            Purpose::Connect => Err(EndpointError::OnlyToBind),
        };
    }
    if path.contains('\0') {
        return Err(EndpointError::PathZeroOctet);
    }
    if path.len() > PATH_OCTETS_MAX {
        return Err(EndpointError::PathTooLong(path.len()));
    }
    match path.strip_prefix('@') {
        _ if path.is_empty() => Err(EndpointError::PathEmpty),
        Some("") => Err(EndpointError::PathEmpty),
        Some(name) => Ok(IpcPath::Abstract(name.to_owned())),
        None => Ok(IpcPath::File(path.to_owned())),
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(tcp) => write!(f, "tcp://{tcp}"),
            Self::Ipc(IpcPath::Fresh) => f.write_str("ipc://*"),
            Self::Ipc(IpcPath::File(path)) => write!(f, "ipc://{path}"),
            Self::Ipc(IpcPath::Abstract(name)) => write!(f, "ipc://@{name}"),
            Self::Inproc(name) => write!(f, "inproc://{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EndpointError as E;
    use super::*;
    use proptest::prelude::*;

    /// Text, and the text that `last_endpoint` would give.
    const BOTH: &[(&str, &str)] = &[
        ("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5555"),
        ("tcp://127.0.0.1:05555", "tcp://127.0.0.1:5555"),
        ("tcp://[::1]:65535", "tcp://[::1]:65535"),
        ("tcp://::1:5555", "tcp://[::1]:5555"),
        ("tcp://[0:0:0::1]:1", "tcp://[::1]:1"),
        ("tcp://[fe80::1%eth0]:5555", "tcp://[fe80::1%eth0]:5555"),
        ("tcp://[fe80::1%2]:5555", "tcp://[fe80::1%2]:5555"),
        ("tcp://server-1.example_x:80", "tcp://server-1.example_x:80"),
        ("tcp://lo:80", "tcp://lo:80"),
        ("ipc://a", "ipc://a"),
        ("ipc:///a/b c*", "ipc:///a/b c*"),
        ("ipc://@feed", "ipc://@feed"),
        ("ipc://@@", "ipc://@@"),
        ("inproc://#1", "inproc://#1"),
        ("inproc://*", "inproc://*"),
        ("inproc://tcp://x", "inproc://tcp://x"),
    ];

    const BIND: &[(&str, &str)] = &[
        ("tcp://*:5555", "tcp://*:5555"),
        ("tcp://*:*", "tcp://*:*"),
        ("tcp://127.0.0.1:0", "tcp://127.0.0.1:*"),
        ("tcp://[::]:*", "tcp://[::]:*"),
        ("tcp://eth0:*", "tcp://eth0:*"),
        ("ipc://*", "ipc://*"),
    ];

    const CONNECT: &[(&str, &str)] = &[
        ("tcp://eth1:0;server1:5555", "tcp://eth1:*;server1:5555"),
        ("tcp://*:*;[::1]:5555", "tcp://*:*;[::1]:5555"),
        ("tcp://192.168.1.17:5555;192.168.1.1:6", "tcp://192.168.1.17:5555;192.168.1.1:6"),
    ];

    #[test]
    fn endpoints_are_read_and_written() {
        for (text, written) in BOTH.iter().chain(BIND) {
            let read = Endpoint::to_bind(text).expect(text);
            assert_eq!(read.to_string(), *written);
            assert_eq!(Endpoint::to_bind(written), Ok(read), "{written}");
        }
        for (text, written) in BOTH.iter().chain(CONNECT) {
            let read = Endpoint::to_connect(text).expect(text);
            assert_eq!(read.to_string(), *written);
            assert_eq!(Endpoint::to_connect(written), Ok(read), "{written}");
        }
    }

    #[test]
    fn what_is_only_for_the_other_purpose_is_refused() {
        for (text, _) in BIND {
            assert_eq!(Endpoint::to_connect(text), Err(E::OnlyToBind), "{text}");
        }
        for (text, _) in CONNECT {
            assert_eq!(Endpoint::to_bind(text), Err(E::SourceToBind), "{text}");
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused_by_name() {
        let host = |text: &str| E::Host(text.to_owned());
        let port = |text: &str| E::Port(text.to_owned());
        let rows = [
            ("", E::NoTransport),
            ("127.0.0.1:5555", E::NoTransport),
            ("tcp:/127.0.0.1:5555", E::NoTransport),
            ("://a", E::UnknownTransport(String::new())),
            ("TCP://a:1", E::UnknownTransport("TCP".to_owned())),
            ("udp://127.0.0.1:5555", E::IncompatibleTransport("udp")),
            ("tcp://", E::NoPort),
            ("tcp://localhost", E::NoPort),
            ("tcp://:5555", host("")),
            ("tcp://a:", port("")),
            ("tcp://a:65536", port("65536")),
            ("tcp://a:+1", port("+1")),
            ("tcp://a:1x", port("1x")),
            ("tcp://a/b:1", host("a/b")),
            ("tcp://é:1", host("é")),
            ("tcp://-a:1", host("-a")),
            ("tcp://[::1:1", host("[::1")),
            ("tcp://[1.2.3.4]:1", host("[1.2.3.4]")),
            ("tcp://1:2:3", host("1:2")),
            ("tcp://[::1%]:1", host("[::1%]")),
            ("tcp://[::1%a/b]:1", host("[::1%a/b]")),
            ("ipc://", E::PathEmpty),
            ("ipc://@", E::PathEmpty),
            ("ipc://a\0b", E::PathZeroOctet),
            ("inproc://", E::NameLength(0)),
        ];
        for (text, error) in rows {
            assert_eq!(Endpoint::to_bind(text), Err(error.clone()), "{text}");
            assert_eq!(Endpoint::to_connect(text), Err(error), "{text}");
        }
    }

    #[test]
    fn names_have_at_most_their_octets() {
        let rows = [("ipc://", 107, E::PathTooLong(108)), ("inproc://", 256, E::NameLength(257))];
        for (transport, most, error) in rows {
            let text = |length: usize| format!("{transport}{}", "a".repeat(length));
            assert!(Endpoint::to_connect(&text(most)).is_ok(), "{transport}");
            assert_eq!(Endpoint::to_connect(&text(most + 1)), Err(error));
        }
        let text = |length: usize| format!("tcp://{}:1", "a".repeat(length));
        assert!(Endpoint::to_connect(&text(253)).is_ok());
        assert_eq!(Endpoint::to_connect(&text(254)), Err(E::Host("a".repeat(254))));
    }

    proptest! {
        #[test]
        fn any_text_is_judged_and_what_is_written_reads_back(
            transport in "(tcp|ipc|inproc)://",
            address in "([a0*@%;:.\\[\\]]|::|fe80|127\\.0\\.0\\.1|[ -~]|\\PC){0,24}",
        ) {
            let text = format!("{transport}{address}");
            for parse in [Endpoint::to_bind, Endpoint::to_connect] {
                if let Ok(read) = parse(&text) {
                    prop_assert_eq!(parse(&read.to_string()), Ok(read));
                }
            }
        }
    }
}
