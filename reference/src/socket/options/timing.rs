//! How long things take: waiting, handshakes, heartbeats, reconnects (LZ-OPT-001, LZ-OPT-012).
//!
//! Deliberately absent: a clock. These are durations, and who reads them adds them to its own.

use super::table::{Row, Rule, number_in};
use super::value::{Allowed, INT_MAX, Unit, from_millis, to_millis, unless_negative, unless_zero};
use crate::connection::Heartbeat;
use core::time::Duration;

/// Durations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timing {
    /// How long unsent messages outlive the socket; `None` for as long as it takes.
    pub linger: Option<Duration>,
    /// How long a send waits; `None` for as long as it takes.
    pub sndtimeo: Option<Duration>,
    /// How long a receive waits; `None` for as long as it takes.
    pub rcvtimeo: Option<Duration>,
    /// From the opening of a connection to the end of its handshake; `None` for any time.
    pub handshake_ivl: Option<Duration>,
    /// Between two PINGs; `None` sends none.
    pub heartbeat_ivl: Option<Duration>,
    /// From a PING to the end of a silent connection; `None` for `heartbeat_ivl`, zero for never.
    pub heartbeat_timeout: Option<Duration>,
    /// How soon the peer is to give us up, whole tenths of a second; zero for never.
    pub heartbeat_ttl: Duration,
    /// Between two attempts to connect; `None` for no second one.
    pub reconnect_ivl: Option<Duration>,
    /// What the interval grows to; `None` for no growth.
    pub reconnect_ivl_max: Option<Duration>,
    /// What ends the attempts.
    pub reconnect_stop: ReconnectStop,
}

/// Conditions under which there is no further attempt to connect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReconnectStop {
    /// Nobody listens at the endpoint.
    pub conn_refused: bool,
    /// The peer did not complete the handshake.
    pub handshake_failed: bool,
    /// The application disconnected the endpoint.
    pub after_disconnect: bool,
}

impl ReconnectStop {
    fn from_bits(bits: i64) -> Self {
        let set = |bit: i64| bits & bit != 0;
        Self { conn_refused: set(1), handshake_failed: set(2), after_disconnect: set(4) }
    }

    fn bits(self) -> i64 {
        let bit = |on: bool, bit: i64| if on { bit } else { 0 };
        bit(self.conn_refused, 1) | bit(self.handshake_failed, 2) | bit(self.after_disconnect, 4)
    }
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            linger: None,
            sndtimeo: None,
            rcvtimeo: None,
            handshake_ivl: Some(Duration::from_secs(30)),
            heartbeat_ivl: None,
            heartbeat_timeout: None,
            heartbeat_ttl: Duration::ZERO,
            reconnect_ivl: Some(Duration::from_millis(100)),
            reconnect_ivl_max: None,
            reconnect_stop: ReconnectStop::default(),
        }
    }
}

impl Timing {
    /// The heartbeats of a connection.
    #[must_use]
    pub fn heartbeat(&self) -> Heartbeat {
        let timeout = self.heartbeat_timeout.or(self.heartbeat_ivl).unwrap_or_default();
        Heartbeat {
            interval: self.heartbeat_ivl,
            //= 37-HB-009
            timeout: if timeout.is_zero() { Duration::MAX } else { timeout },
            ttl: self.heartbeat_ttl,
        }
    }
}

const FROM_MINUS_ONE: Allowed = number_in(-1, INT_MAX, Unit::Milliseconds);
const FROM_ZERO: Allowed = number_in(0, INT_MAX, Unit::Milliseconds);
/// 2^16 - 1 tenths of a second, and what is rounded down to them.
const TTL_MAX: i64 = 6_553_599;

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "linger",
        17,
        Rule::Number(
            FROM_MINUS_ONE,
            |o| o.timing.linger.map_or(-1, to_millis),
            |o, n| o.timing.linger = unless_negative(n, from_millis),
        ),
        "How long messages that are not sent outlive the socket; 0 drops them, -1 waits for ever.",
    )
    .at_once(),
    Row::new(
        "sndtimeo",
        28,
        Rule::Number(
            FROM_MINUS_ONE,
            |o| o.timing.sndtimeo.map_or(-1, to_millis),
            |o, n| o.timing.sndtimeo = unless_negative(n, from_millis),
        ),
        "How long a send waits before it fails; -1 for ever.",
    )
    .at_once(),
    Row::new(
        "rcvtimeo",
        27,
        Rule::Number(
            FROM_MINUS_ONE,
            |o| o.timing.rcvtimeo.map_or(-1, to_millis),
            |o, n| o.timing.rcvtimeo = unless_negative(n, from_millis),
        ),
        "How long a receive waits before it fails; -1 for ever.",
    )
    .at_once(),
    Row::new(
        "handshake_ivl",
        66,
        Rule::Number(
            FROM_ZERO,
            |o| o.timing.handshake_ivl.map_or(0, to_millis),
            |o, n| o.timing.handshake_ivl = unless_zero(n, from_millis),
        ),
        "How long a handshake may take before the connection is closed; 0 for ever.",
    ),
    Row::new(
        "heartbeat_ivl",
        75,
        Rule::Number(
            FROM_ZERO,
            |o| o.timing.heartbeat_ivl.map_or(0, to_millis),
            |o, n| o.timing.heartbeat_ivl = unless_zero(n, from_millis),
        ),
        "Between two PINGs; 0 sends none.",
    ),
    Row::new(
        "heartbeat_timeout",
        77,
        Rule::Number(
            FROM_MINUS_ONE,
            |o| o.timing.heartbeat_timeout.map_or(-1, to_millis),
            |o, n| o.timing.heartbeat_timeout = unless_negative(n, from_millis),
        ),
        "How long after a PING a silent peer is given up; 0 for never, -1 for `heartbeat_ivl`.",
    ),
    Row::new(
        "heartbeat_ttl",
        76,
        Rule::Number(
            number_in(0, TTL_MAX, Unit::Milliseconds),
            |o| to_millis(o.timing.heartbeat_ttl),
            |o, n| o.timing.heartbeat_ttl = from_millis(n.saturating_sub(n % 100)),
        ),
        "After how long a silence the peer is to give us up, rounded down to tenths of a second; \
         0 for never.",
    ),
    Row::new(
        "reconnect_ivl",
        18,
        Rule::Number(
            FROM_MINUS_ONE,
            |o| o.timing.reconnect_ivl.map_or(-1, to_millis),
            |o, n| o.timing.reconnect_ivl = unless_negative(n, from_millis),
        ),
        "Between two attempts to connect, and up to as much again by chance; -1 for no second one.",
    ),
    Row::new(
        "reconnect_ivl_max",
        21,
        Rule::Number(
            FROM_ZERO,
            |o| o.timing.reconnect_ivl_max.map_or(0, to_millis),
            |o, n| o.timing.reconnect_ivl_max = unless_zero(n, from_millis),
        ),
        "What the interval grows to, twofold at each attempt; 0, or less than `reconnect_ivl`, \
         for no growth.",
    ),
    Row::new(
        "reconnect_stop",
        109,
        Rule::Number(
            number_in(0, 7, Unit::Plain),
            |o| o.timing.reconnect_stop.bits(),
            |o, n| o.timing.reconnect_stop = ReconnectStop::from_bits(n),
        ),
        "What ends the attempts to connect, a sum: 1 nobody listens, 2 the handshake failed, 4 \
         the application disconnected.",
    ),
];
