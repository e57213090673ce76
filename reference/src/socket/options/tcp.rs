//! What the operating system is told of a transport; `None` leaves its default.
//!
//! Deliberately absent: telling it, which is the driver's.

use super::table::{Row, Rule, number_in};
use super::value::{Allowed, INT_MAX, Unit, from_millis, to_millis, unless_negative, unless_zero};
use core::time::Duration;

/// Options of the system's sockets; all but `backlog`, `sndbuf` and `rcvbuf` are for tcp.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tcp {
    /// Connections that may wait to be accepted.
    pub backlog: u32,
    /// Whether names and `*` may mean IPv6 addresses.
    pub ipv6: bool,
    /// Octets of the kernel's buffer to send.
    pub sndbuf: Option<u32>,
    /// Octets of the kernel's buffer to receive.
    pub rcvbuf: Option<u32>,
    /// The type-of-service octet of packets.
    pub tos: u8,
    /// The only interface to use, at most 15 octets; empty for any.
    pub bindtodevice: Vec<u8>,
    /// How long the system may try to connect.
    pub connect_timeout: Option<Duration>,
    /// How long the system may try to send again what was not acknowledged.
    pub maxrt: Option<Duration>,
    /// Probes of a silent connection.
    pub keepalive: KeepAlive,
}

/// Probes of a silent connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KeepAlive {
    /// Whether there are any.
    pub on: Option<bool>,
    /// Probes without an answer after which the connection is lost; not zero.
    pub count: Option<u32>,
    /// Silence before the first, whole seconds; not zero.
    pub idle: Option<Duration>,
    /// Between two, whole seconds; not zero.
    pub interval: Option<Duration>,
}

impl Default for Tcp {
    fn default() -> Self {
        Self {
            backlog: 100,
            ipv6: false,
            sndbuf: None,
            rcvbuf: None,
            tos: 0,
            bindtodevice: Vec::new(),
            connect_timeout: None,
            maxrt: None,
            keepalive: KeepAlive::default(),
        }
    }
}

/// What a kernel buffer takes.
const BUFFER: Allowed = number_in(-1, INT_MAX, Unit::Octets);
const MILLISECONDS: Allowed = number_in(0, INT_MAX, Unit::Milliseconds);
const SECONDS: Allowed = number_in(-1, INT_MAX, Unit::Seconds);

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "backlog",
        19,
        Rule::Number(
            number_in(0, INT_MAX, Unit::Plain),
            |o| i64::from(o.tcp.backlog),
            |o, n| o.tcp.backlog = count(n),
        ),
        "Connections that may wait to be accepted.",
    ),
    Row::new(
        "ipv6",
        42,
        Rule::Flag(|o| o.tcp.ipv6, |o, on| o.tcp.ipv6 = on),
        "Names and `*` mean IPv6 addresses as well.",
    ),
    Row::new(
        "sndbuf",
        11,
        Rule::Number(
            BUFFER,
            |o| o.tcp.sndbuf.map_or(-1, i64::from),
            |o, n| o.tcp.sndbuf = unless_negative(n, count),
        ),
        "Size of the kernel's buffer to send; -1 for the system's default.",
    ),
    Row::new(
        "rcvbuf",
        12,
        Rule::Number(
            BUFFER,
            |o| o.tcp.rcvbuf.map_or(-1, i64::from),
            |o, n| o.tcp.rcvbuf = unless_negative(n, count),
        ),
        "Size of the kernel's buffer to receive; -1 for the system's default.",
    ),
    Row::new(
        "tos",
        57,
        Rule::Number(
            number_in(0, 255, Unit::Plain),
            |o| i64::from(o.tcp.tos),
            |o, n| o.tcp.tos = u8::try_from(n).unwrap_or(u8::MAX),
        ),
        "Type-of-service octet of packets.",
    ),
    Row::new(
        "bindtodevice",
        92,
        Rule::Octets(
            Allowed::Octets { min: 0, max: 15 },
            |o| &o.tcp.bindtodevice,
            |o, name| o.tcp.bindtodevice = name.to_vec(),
        ),
        "Name of the only interface to use; empty for any.",
    ),
    Row::new(
        "connect_timeout",
        79,
        Rule::Number(
            MILLISECONDS,
            |o| o.tcp.connect_timeout.map_or(0, to_millis),
            |o, n| o.tcp.connect_timeout = unless_zero(n, from_millis),
        ),
        "How long one attempt to connect may take; 0 for the system's default.",
    ),
    Row::new(
        "tcp_maxrt",
        80,
        Rule::Number(
            MILLISECONDS,
            |o| o.tcp.maxrt.map_or(0, to_millis),
            |o, n| o.tcp.maxrt = unless_zero(n, from_millis),
        ),
        "How long the system sends again what is not acknowledged; 0 for its default.",
    ),
    Row::new(
        "tcp_keepalive",
        34,
        Rule::Number(
            number_in(-1, 1, Unit::Plain),
            |o| o.tcp.keepalive.on.map_or(-1, i64::from),
            |o, n| o.tcp.keepalive.on = unless_negative(n, |n| n == 1),
        ),
        "Probe silent connections: 1 yes, 0 no, -1 for the system's default.",
    ),
    Row::new(
        "tcp_keepalive_cnt",
        35,
        Rule::Number(
            number_in(-1, INT_MAX, Unit::Plain),
            |o| o.tcp.keepalive.count.map_or(-1, i64::from),
            |o, n| o.tcp.keepalive.count = unless_negative(n, count).filter(|&count| count != 0),
        ),
        "Probes without an answer that end a connection; -1 or 0 for the system's default.",
    ),
    Row::new(
        "tcp_keepalive_idle",
        36,
        Rule::Number(
            SECONDS,
            |o| o.tcp.keepalive.idle.map_or(-1, to_seconds),
            |o, n| o.tcp.keepalive.idle = from_seconds(n),
        ),
        "Silence before the first probe; -1 or 0 for the system's default.",
    ),
    Row::new(
        "tcp_keepalive_intvl",
        37,
        Rule::Number(
            SECONDS,
            |o| o.tcp.keepalive.interval.map_or(-1, to_seconds),
            |o, n| o.tcp.keepalive.interval = from_seconds(n),
        ),
        "Between two probes; -1 or 0 for the system's default.",
    ),
];

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn from_seconds(seconds: i64) -> Option<Duration> {
    u64::try_from(seconds).ok().filter(|&seconds| seconds != 0).map(Duration::from_secs)
}

fn to_seconds(time: Duration) -> i64 {
    Unit::Seconds.count(time).unwrap_or(i64::MAX)
}
