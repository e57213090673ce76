//! tcp: addresses, names, interfaces and what the operating system is told (LZ-ADDR-001..002).
//!
//! Deliberately absent: looking up names of interfaces; that is for a later slice.

use crate::socket::endpoint::{Endpoint, Host, Tcp, TcpAddress};
use crate::socket::options;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

/// Every address that this one stands for, to bind to or connect to.
async fn resolve(address: &TcpAddress, options: &options::Tcp) -> io::Result<Vec<SocketAddr>> {
    let port = address.port;
    Ok(match &address.host {
        Host::Any if options.ipv6 => vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))],
        Host::Any => vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))],
        Host::V4(host) => vec![SocketAddr::from((*host, port))],
        Host::V6(host, zone) => {
            vec![SocketAddr::V6(SocketAddrV6::new(*host, port, 0, zone.parse().unwrap_or(0)))]
        }
        Host::Name(name) => {
            let found = lookup_host((name.as_str(), port)).await?;
            found.filter(|found| options.ipv6 || found.is_ipv4()).collect()
        }
    })
}

pub(super) async fn bind(tcp: &Tcp, options: &options::Tcp) -> io::Result<(TcpListener, Endpoint)> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in resolve(&tcp.address, options).await? {
        let socket = open(address)?;
        socket.set_reuseaddr(true)?;
        match socket.bind(address).and_then(|()| socket.listen(1024)) {
            Ok(listener) => {
                let endpoint = endpoint(listener.local_addr()?);
                return Ok((listener, endpoint));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub(super) async fn connect(tcp: &Tcp, options: &options::Tcp) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in resolve(&tcp.address, options).await? {
        let socket = open(address)?;
        if let Some(source) = &tcp.source {
            let sources = resolve(source, options).await?;
            if let Some(source) = sources.into_iter().find(|s| s.is_ipv4() == address.is_ipv4()) {
                socket.set_reuseaddr(true)?;
                socket.bind(source)?;
            }
        }
        match socket.connect(address).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn open(address: SocketAddr) -> io::Result<TcpSocket> {
    if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }
}

pub(super) fn endpoint(address: SocketAddr) -> Endpoint {
    let host = match address.ip() {
        IpAddr::V4(host) => Host::V4(host),
        IpAddr::V6(host) => Host::V6(host, String::new()),
    };
    Endpoint::Tcp(Tcp { source: None, address: TcpAddress { host, port: address.port() } })
}
