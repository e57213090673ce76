//! Interfaces of this machine, by name: their addresses, and the numbers of IPv6 zones.
//!
//! Deliberately absent: telling a name of an interface from one of a host; `tcp` tries.

use nix::errno::Errno;
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::if_nametoindex;
use std::io;
use std::net::{SocketAddr, SocketAddrV4, SocketAddrV6};

/// The addresses of an interface, with this port; none if no interface has the name.
pub(super) fn addresses(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let named = getifaddrs()?.filter(|interface| interface.interface_name == name);
    let mut found: Vec<_> = named.filter_map(|interface| address(&interface)).collect();
    found.iter_mut().for_each(|address| address.set_port(port));
    Ok(found)
}

fn address(interface: &InterfaceAddress) -> Option<SocketAddr> {
    let address = interface.address?;
    let v4 = address.as_sockaddr_in().map(|v4| SocketAddrV4::from(*v4).into());
    v4.or_else(|| address.as_sockaddr_in6().map(|v6| SocketAddrV6::from(*v6).into()))
}

/// The number of a zone, which may be named by its interface; 0 for none.
pub(super) fn zone(text: &str) -> io::Result<u32> {
    match text.parse() {
        Ok(number) => Ok(number),
        Err(_) if text.is_empty() => Ok(0),
        Err(_) => Ok(if_nametoindex(text)?),
    }
}

/// What the system says of an interface that it does not have.
pub(super) fn missing() -> io::Error {
    Errno::ENODEV.into()
}

/// Whether that is what it says.
pub(in crate::runtime) fn is_missing(error: &io::Error) -> bool {
    error.raw_os_error() == missing().raw_os_error()
}
