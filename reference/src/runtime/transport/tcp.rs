//! tcp: addresses, names, interfaces and what the operating system is told (LZ-ADDR-001..002).
//!
//! ```text
//! a name to bind to     an interface, or else a host      a source    an interface
//! a name to connect to  a host
//! ```
//!
//! Deliberately absent: waiting for a name of a host in the caller's task; the system looks it up.

use super::interfaces;
use crate::socket::endpoint::{Endpoint, Host, Tcp, TcpAddress};
use crate::socket::options;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::os::fd::AsFd;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};

/// Where peers come in, and what the system is told of each.
#[derive(Debug)]
pub struct TcpAcceptor {
    listener: TcpListener,
    options: options::Tcp,
}

/// What an address is wanted for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wanted {
    Listener,
    Source,
    Target,
}

impl TcpAcceptor {
    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, address) = self.listener.accept().await?;
        tune(&stream, &self.options)?;
        Ok((stream, address))
    }
}

pub(super) async fn bind(tcp: &Tcp, options: &options::Tcp) -> io::Result<(TcpAcceptor, Endpoint)> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in resolve(&tcp.address, options, Wanted::Listener).await? {
        let socket = open(address, options)?;
        socket.set_reuseaddr(true)?;
        match socket.bind(address).and_then(|()| socket.listen(options.backlog)) {
            Ok(listener) => {
                let endpoint = endpoint(listener.local_addr()?);
                return Ok((TcpAcceptor { listener, options: options.clone() }, endpoint));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

pub(super) async fn connect(tcp: &Tcp, options: &options::Tcp) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in resolve(&tcp.address, options, Wanted::Target).await? {
        let socket = open(address, options)?;
        if let Some(source) = &tcp.source {
            let sources = resolve(source, options, Wanted::Source).await?;
            if let Some(source) = sources.into_iter().find(|s| s.is_ipv4() == address.is_ipv4()) {
                socket.set_reuseaddr(true)?;
                socket.bind(source)?;
            }
        }
        match attempt(socket, address, options).await {
            Ok(stream) => {
                tune(&stream, options)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// One attempt, for as long as `connect_timeout` says.
async fn attempt(
    socket: TcpSocket,
    address: SocketAddr,
    options: &options::Tcp,
) -> io::Result<TcpStream> {
    let connected = socket.connect(address);
    match options.connect_timeout {
        None => connected.await,
        Some(limit) => tokio::time::timeout(limit, connected).await?,
    }
}

/// Every address that this one stands for.
async fn resolve(
    address: &TcpAddress,
    options: &options::Tcp,
    wanted: Wanted,
) -> io::Result<Vec<SocketAddr>> {
    let port = address.port;
    Ok(match &address.host {
        Host::Any if options.ipv6 => vec![SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))],
        Host::Any => vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))],
        Host::V4(host) => vec![SocketAddr::from((*host, port))],
        Host::V6(host, zone) => {
            vec![SocketAddr::V6(SocketAddrV6::new(*host, port, 0, interfaces::zone(zone)?))]
        }
        Host::Name(name) => {
            let mut found = match wanted {
                Wanted::Target => lookup_host((name.as_str(), port)).await?.collect(),
                Wanted::Listener | Wanted::Source => interfaces::addresses(name, port)?,
            };
            if found.is_empty() && wanted == Wanted::Listener {
                // What is neither is told as the interface that there is not, as libzmq does.
                let hosts = lookup_host((name.as_str(), port)).await;
                found = hosts.map_err(|_| interfaces::missing())?.collect();
            }
            if found.is_empty() {
                return Err(interfaces::missing());
            }
            found.retain(|found| options.ipv6 || found.is_ipv4());
            found
        }
    })
}

/// A socket that has been told what counts before there is a connection.
fn open(address: SocketAddr, options: &options::Tcp) -> io::Result<TcpSocket> {
    let is_v4 = address.is_ipv4();
    let socket = if is_v4 { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    set_buffers(&socket, options)?;
    let told = SockRef::from(&socket);
    match options.tos {
        0 => {}
        tos if is_v4 => told.set_tos_v4(tos.into())?,
        tos => told.set_tclass_v6(tos.into())?,
    }
    if !options.bindtodevice.is_empty() {
        told.bind_device(Some(&options.bindtodevice))?;
    }
    Ok(socket)
}

/// The sizes of the kernel's buffers, of any transport.
pub(super) fn set_buffers<S: AsFd>(socket: &S, options: &options::Tcp) -> io::Result<()> {
    let told = SockRef::from(socket);
    let octets = |size| usize::try_from(size).unwrap_or(usize::MAX);
    if let Some(size) = options.sndbuf {
        told.set_send_buffer_size(octets(size))?;
    }
    if let Some(size) = options.rcvbuf {
        told.set_recv_buffer_size(octets(size))?;
    }
    Ok(())
}

/// Tells what counts for a connection.
fn tune(stream: &TcpStream, options: &options::Tcp) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let told = SockRef::from(stream);
    let options::KeepAlive { on, count, idle, interval } = options.keepalive;
    match on {
        None => {}
        Some(false) => told.set_keepalive(false)?,
        Some(true) => {
            let probes = TcpKeepalive::new();
            let probes = count.map_or(probes.clone(), |count| probes.with_retries(count));
            let probes = idle.map_or(probes.clone(), |idle| probes.with_time(idle));
            let probes = interval.map_or(probes.clone(), |wait| probes.with_interval(wait));
            told.set_tcp_keepalive(&probes)?;
        }
    }
    if options.maxrt.is_some() {
        told.set_tcp_user_timeout(options.maxrt)?;
    }
    Ok(())
}

fn endpoint(address: SocketAddr) -> Endpoint {
    let host = match address {
        SocketAddr::V4(address) => Host::V4(*address.ip()),
        SocketAddr::V6(address) => {
            let zone = Some(address.scope_id()).filter(|&zone| zone != 0);
            Host::V6(*address.ip(), zone.map(|zone| zone.to_string()).unwrap_or_default())
        }
    };
    Endpoint::Tcp(Tcp { source: None, address: TcpAddress { host, port: address.port() } })
}
