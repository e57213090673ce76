//! The address of a tcp endpoint: `[SOURCE;]HOST:PORT`.
//!
//! Deliberately absent: telling a name of a host from one of an interface; that takes a look-up.

use super::{EndpointError, Purpose};
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

/// Octets of a name; the most that the domain name system takes.
const NAME_OCTETS_MAX: usize = 253;

/// Where to listen, or where to find a peer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tcp {
    /// What to connect from, if that matters; its name, if it is one, is of an interface.
    pub source: Option<TcpAddress>,
    /// To bind, its name, if it is one, is of an interface or a host; to connect, of a host.
    pub address: TcpAddress,
}

/// A host and a port.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TcpAddress {
    /// The host.
    pub host: Host,
    /// The port; 0 for any free one, never to connect to.
    pub port: u16,
}

/// A host, or some of its interfaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Host {
    /// `*`: every interface; never to connect to.
    Any,
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, and its zone: the name or number of an interface; empty for none.
    V6(Ipv6Addr, String),
    /// The name of a host or an interface.
    Name(String),
}

pub(super) fn parse(text: &str, purpose: Purpose) -> Result<Tcp, EndpointError> {
    let Some((source, address)) = text.rsplit_once(';') else {
        return Ok(Tcp { source: None, address: TcpAddress::parse(text, purpose)? });
    };
    if purpose == Purpose::Bind {
        return Err(EndpointError::SourceToBind);
    }
    // The source is bound to, so it may be what only a binder may name.
    let source = TcpAddress::parse(source, Purpose::Bind)?;
    Ok(Tcp { source: Some(source), address: TcpAddress::parse(address, purpose)? })
}

impl TcpAddress {
    fn parse(text: &str, purpose: Purpose) -> Result<Self, EndpointError> {
        let (host, port) = text.rsplit_once(':').ok_or(EndpointError::NoPort)?;
        let address = Self { host: Host::parse(host)?, port: parse_port(port)? };
        if purpose == Purpose::Connect && (address.host == Host::Any || address.port == 0) {
            return Err(EndpointError::OnlyToBind);
        }
        Ok(address)
    }
}

fn parse_port(text: &str) -> Result<u16, EndpointError> {
    if text == "*" {
        return Ok(0);
    }
    let digits = text.bytes().all(|octet| octet.is_ascii_digit()); // No sign.
    let port = text.parse().ok().filter(|_| digits);
    port.ok_or_else(|| EndpointError::Port(text.to_owned()))
}

impl Host {
    fn parse(text: &str) -> Result<Self, EndpointError> {
        let host = if text == "*" {
            Some(Self::Any)
        } else if let Some(inner) = text.strip_prefix('[') {
            inner.strip_suffix(']').and_then(Self::parse_v6)
        } else if text.contains(':') {
            Self::parse_v6(text) // Without brackets, as libzmq allows.
        } else if let Ok(address) = text.parse() {
            Some(Self::V4(address))
        } else {
            is_name(text).then(|| Self::Name(text.to_owned()))
        };
        host.ok_or_else(|| EndpointError::Host(text.to_owned()))
    }

    fn parse_v6(text: &str) -> Option<Self> {
        let (address, zone) = match text.split_once('%') {
            Some((_, zone)) if !is_name(zone) => return None,
            Some((address, zone)) => (address, zone),
            None => (text, ""),
        };
        address.parse().ok().map(|address| Self::V6(address, zone.to_owned()))
    }
}

fn is_name(text: &str) -> bool {
    let allowed = |octet: u8| octet.is_ascii_alphanumeric() || b"-._".contains(&octet);
    text.len() <= NAME_OCTETS_MAX
        && text.bytes().all(allowed)
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
}

impl fmt::Display for Tcp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(source) = &self.source {
            write!(f, "{source};")?;
        }
        write!(f, "{}", self.address)
    }
}

impl fmt::Display for TcpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            0 => write!(f, "{}:*", self.host),
            port => write!(f, "{}:{port}", self.host),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::V4(address) => write!(f, "{address}"),
            Self::V6(address, zone) if zone.is_empty() => write!(f, "[{address}]"),
            Self::V6(address, zone) => write!(f, "[{address}%{zone}]"),
            Self::Name(name) => f.write_str(name),
        }
    }
}
