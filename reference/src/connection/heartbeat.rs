//! Heartbeats: our PINGs, the peer's TTL, and the silence both put an end to (37-HB).
//!
//! Any octet counts as a sign of life. The TTL of a PING is a promise about what follows it:
//! the next octet keeps it. Deliberately absent: octets; this machine only knows times.

use crate::connection::config::Heartbeat;
use crate::connection::event::Reason;
use crate::time::Instant;
use core::time::Duration;

/// PINGs without a PONG after which we send no further ones (37-HB-011).
const FEW: u8 = 3;
const TTL_UNIT: Duration = Duration::from_millis(100);

/// The timers of one link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Heart {
    settings: Heartbeat,
    next_ping: Option<Instant>,
    unanswered: u8,
    silence_ends: Option<Instant>,
    ttl_ends: Option<Instant>,
}

impl Heart {
    /// Starts when the handshake is over; without `pings` the peer is too old for them.
    pub(crate) fn start(settings: Heartbeat, pings: bool, now: Instant) -> Self {
        let interval = settings.interval.filter(|interval| pings && !interval.is_zero());
        Self {
            settings: Heartbeat { interval, ..settings },
            next_ping: interval.map(|interval| now + interval),
            unanswered: 0,
            silence_ends: None,
            ttl_ends: None,
        }
    }

    /// When to look again.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        earlier(earlier(self.next_ping, self.silence_ends), self.ttl_ends)
    }

    /// The TTL to put in our PINGs, in tenths of a second.
    pub(crate) fn ttl(&self) -> u16 {
        let tenths = self.settings.ttl.as_nanos().div_ceil(TTL_UNIT.as_nanos());
        u16::try_from(tenths).unwrap_or(u16::MAX)
    }

    /// Octets came, whatever they are.
    pub(crate) fn handle_octets(&mut self) {
        //= 37-HB-010
        self.silence_ends = None;
        self.ttl_ends = None;
    }

    /// A PING with this TTL, in tenths of a second, came.
    pub(crate) fn handle_ping(&mut self, ttl: u16, now: Instant) {
        // Widened before it is scaled: 656 tenths are 65.6 s, not 64 ms (libzmq #4226).
        let promise = TTL_UNIT.saturating_mul(u32::from(ttl));
        self.ttl_ends = if ttl == 0 { None } else { Some(now + promise) }; //= 37-HB-013
    }

    /// A PONG came, asked for or not.
    pub(crate) fn handle_pong(&mut self) {
        self.unanswered = 0; //= 37-HB-015
    }

    /// Whether a PING goes out now.
    pub(crate) fn poll_ping(&mut self, now: Instant) -> bool {
        let (Some(next), Some(interval)) = (self.next_ping, self.settings.interval) else {
            return false;
        };
        if now < next {
            return false;
        }
        self.next_ping = Some(now + interval);
        // At the bound nothing more is sent, but the silence is still measured.
        self.silence_ends.get_or_insert(now + self.settings.timeout); //= 37-HB-012
        if self.unanswered >= FEW {
            return false; //= 37-HB-011
        }
        self.unanswered = self.unanswered.saturating_add(1);
        true
    }

    /// Whether the link is dead by now, and of what.
    pub(crate) fn poll_death(&self, now: Instant) -> Option<Reason> {
        let over = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if over(self.ttl_ends) {
            Some(Reason::TtlExpired)
        } else if over(self.silence_ends) {
            Some(Reason::HeartbeatTimeout)
        } else {
            None
        }
    }
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
