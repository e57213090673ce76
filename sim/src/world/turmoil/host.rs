//! A machine as the others see it: its address, whether it lives, and who may come in.

use super::super::host::{Door, Life};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::ops::RangeInclusive;

/// The port of the first socket of the schedule; each has its own.
const FIRST_SOCKET: u16 = 5000;
/// Ports to dial from, taken in a row.
pub(super) const DIALED_FROM: RangeInclusive<u16> = 10_000..=65_535;

#[derive(Debug)]
pub(super) struct Host {
    pub(super) life: Life,
    pub(super) door: Door,
    pub(super) is_stalled: bool,
    /// The port that it dials from next.
    next_port: u16,
}

impl Default for Host {
    fn default() -> Self {
        let next_port = *DIALED_FROM.start();
        Self { life: Life::Up, door: Door::Open, is_stalled: false, next_port }
    }
}

impl Host {
    /// The port that turmoil dials from next; `None` if there has been too much dialing.
    pub(super) fn take_port(&mut self) -> Option<u16> {
        let port = self.next_port;
        self.next_port = port.checked_add(1)?;
        Some(port)
    }
}

/// The address of a host.
pub(super) fn address(host: usize) -> IpAddr {
    let [.., low] = host.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, 1, 0, low.saturating_add(1)))
}

/// The host of an address.
pub(super) fn host_at(address: IpAddr) -> Option<usize> {
    match address {
        IpAddr::V4(address) => {
            let [.., low] = address.octets();
            usize::from(low).checked_sub(1)
        }
        IpAddr::V6(_) => None,
    }
}

/// The port that a socket binds to.
pub(super) fn port(socket: usize) -> u16 {
    FIRST_SOCKET.saturating_add(u16::try_from(socket).unwrap_or(u16::MAX))
}

/// Where others find a socket.
pub(super) fn socket_address(host: usize, socket: usize) -> SocketAddr {
    SocketAddr::new(address(host), port(socket))
}

#[test]
fn an_address_leads_back_to_its_host() {
    for host in 0..10 {
        assert_eq!(host_at(address(host)), Some(host));
    }
}
