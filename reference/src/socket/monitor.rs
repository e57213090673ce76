//! What a socket tells of its connections: the events of `zmq_socket_monitor(3)`.
//!
//! ```text
//! connecter  CONNECT_DELAYED -+-> CONNECTED -+-> HANDSHAKE_SUCCEEDED -+-> DISCONNECTED -+
//!                             |              +-> HANDSHAKE_FAILED_*  -+                 |
//!                             +-> CLOSED -----------------------------------------------+
//!                                                             CONNECT_RETRIED <---------+
//! binder     LISTENING | BIND_FAILED   ACCEPTED -> HANDSHAKE_* -> DISCONNECTED   CLOSED
//! ```
//!
//! Deliberately absent: file descriptors, which the core does not know: where libzmq gives one, the
//! value is 0. And a monitor that makes the socket wait: what nobody takes in time is counted.

mod code;

pub use code::ProtocolError;

use crate::connection::Reason;
use core::time::Duration;
use std::collections::VecDeque;

/// What libzmq reports when no ZAP handler can be reached, on every system that has it.
const EFAULT: i32 = 14;

/// One thing that happened to a listener or a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event {
    /// The transport to the peer is open.
    Connected,
    /// It is being opened.
    ConnectDelayed,
    /// It could not be opened, or was lost; the next attempt is after this time.
    ConnectRetried(Duration),
    /// We listen.
    Listening,
    /// We cannot listen; the errno of the system.
    BindFailed(i32),
    /// The transport of a peer is open.
    Accepted,
    /// It could not be accepted; the errno of the system.
    AcceptFailed(i32),
    /// A listener, or a transport that never was open, is closed.
    Closed,
    /// It could not be closed; the errno of the system.
    CloseFailed(i32),
    /// An open transport is closed.
    Disconnected,
    /// Nothing follows.
    MonitorStopped,
    /// The handshake failed, and not by a mistake in it; the errno of the system, 0 for none.
    HandshakeFailedNoDetail(i32),
    /// The handshake is complete.
    HandshakeSucceeded,
    /// The handshake failed by a mistake of the peer or of an authenticator.
    HandshakeFailedProtocol(ProtocolError),
    /// The peer was not let in, or we were not; the status of ZAP: 300, 400 or 500.
    HandshakeFailedAuth(u16),
}

impl Event {
    /// The bit of libzmq, as in the mask of a monitor.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Connected => 0x0001,
            Self::ConnectDelayed => 0x0002,
            Self::ConnectRetried(_) => 0x0004,
            Self::Listening => 0x0008,
            Self::BindFailed(_) => 0x0010,
            Self::Accepted => 0x0020,
            Self::AcceptFailed(_) => 0x0040,
            Self::Closed => 0x0080,
            Self::CloseFailed(_) => 0x0100,
            Self::Disconnected => 0x0200,
            Self::MonitorStopped => 0x0400,
            Self::HandshakeFailedNoDetail(_) => 0x0800,
            Self::HandshakeSucceeded => 0x1000,
            Self::HandshakeFailedProtocol(_) => 0x2000,
            Self::HandshakeFailedAuth(_) => 0x4000,
        }
    }

    /// The value of libzmq: milliseconds, an errno, a code or a status; 0 where there is none.
    #[must_use]
    pub fn value(self) -> u32 {
        match self {
            Self::ConnectRetried(wait) => u32::try_from(wait.as_millis()).unwrap_or(u32::MAX),
            Self::BindFailed(errno)
            | Self::AcceptFailed(errno)
            | Self::CloseFailed(errno)
            | Self::HandshakeFailedNoDetail(errno) => u32::try_from(errno).unwrap_or(0),
            Self::HandshakeFailedProtocol(error) => error.code(),
            Self::HandshakeFailedAuth(status) => u32::from(status),
            Self::Connected
            | Self::ConnectDelayed
            | Self::Listening
            | Self::Accepted
            | Self::Closed
            | Self::Disconnected
            | Self::MonitorStopped
            | Self::HandshakeSucceeded => 0,
        }
    }

    /// What to tell, before [`Event::Disconnected`], of a connection that ended in its handshake.
    #[must_use]
    pub fn of_handshake(reason: &Reason) -> Self {
        match reason {
            Reason::Violation(violation) => Self::HandshakeFailedProtocol(violation.into()),
            Reason::RefusedByPeer(reason) => match reason.as_slice() {
                b"300" => Self::HandshakeFailedAuth(300),
                b"400" => Self::HandshakeFailedAuth(400),
                b"500" => Self::HandshakeFailedAuth(500),
                _ => Self::HandshakeFailedNoDetail(0),
            },
            Reason::Denied(status) => Self::HandshakeFailedAuth(status.number()),
            Reason::Handler(malformed) => Self::HandshakeFailedProtocol(malformed.into()),
            Reason::NoHandler => Self::HandshakeFailedNoDetail(EFAULT),
            Reason::PeerClosed
            | Reason::HandshakeTimeout
            | Reason::HeartbeatTimeout
            | Reason::TtlExpired
            | Reason::Misconfigured(_) => Self::HandshakeFailedNoDetail(0),
        }
    }
}

/// An event, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// What happened.
    pub event: Event,
    /// Text of the endpoint: of a connecter, where it connects to; of a binder, where it is bound.
    pub endpoint: String,
}

/// Events that wait for whoever monitors a socket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Monitor {
    mask: u16,
    limit: usize,
    reports: VecDeque<Report>,
    lost: u64,
}

impl Monitor {
    /// Every event.
    pub const ALL: u16 = 0xFFFF;
    /// Reports that wait at most, unless told otherwise; the HWM of libzmq's monitors.
    pub const LIMIT: usize = 1000;

    /// A monitor of the events of this mask, a sum of [`Event::number`]s; of more reports than
    /// `limit` the oldest are lost.
    #[must_use]
    pub const fn new(mask: u16, limit: usize) -> Self {
        Self { mask, limit, reports: VecDeque::new(), lost: 0 }
    }

    /// Keeps an event, if it is wanted; says whether that makes the first report to wait, so that
    /// whoever takes them is to be woken.
    pub fn handle_event(&mut self, event: Event, endpoint: &str) -> bool {
        if self.mask & event.number() == 0 {
            return false;
        }
        let first = self.reports.is_empty();
        if self.reports.len() >= self.limit {
            self.lost = self.lost.saturating_add(1);
            if self.reports.pop_front().is_none() {
                return false; // The limit is zero.
            }
        }
        self.reports.push_back(Report { event, endpoint: endpoint.to_owned() });
        first
    }

    /// The oldest report that waits.
    pub fn poll_report(&mut self) -> Option<Report> {
        self.reports.pop_front()
    }

    /// Reports that nobody took before `limit` newer ones came.
    #[must_use]
    pub const fn lost(&self) -> u64 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::Violation;
    use crate::wire::zap::{Malformed, Status};

    #[test]
    fn events_have_the_numbers_and_values_of_libzmq() {
        let mismatch = ProtocolError::MechanismMismatch;
        let rows = [
            (Event::Connected, 0x0001, 0),
            (Event::ConnectDelayed, 0x0002, 0),
            (Event::ConnectRetried(Duration::from_micros(1_500_900)), 0x0004, 1500),
            (Event::Listening, 0x0008, 0),
            (Event::BindFailed(98), 0x0010, 98),
            (Event::Accepted, 0x0020, 0),
            (Event::AcceptFailed(24), 0x0040, 24),
            (Event::Closed, 0x0080, 0),
            (Event::CloseFailed(-5), 0x0100, 0),
            (Event::Disconnected, 0x0200, 0),
            (Event::MonitorStopped, 0x0400, 0),
            (Event::HandshakeFailedNoDetail(32), 0x0800, 32),
            (Event::HandshakeSucceeded, 0x1000, 0),
            (Event::HandshakeFailedProtocol(mismatch), 0x2000, 0x1100_0002),
            (Event::HandshakeFailedAuth(400), 0x4000, 400),
        ];
        for (event, number, value) in rows {
            assert_eq!((event.number(), event.value()), (number, value), "{event:?}");
        }
        let retried = Event::ConnectRetried(Duration::MAX);
        assert_eq!(retried.value(), u32::MAX);
    }

    #[test]
    fn a_failed_handshake_is_told_by_its_cause() {
        let rows = [
            (Reason::PeerClosed, Event::HandshakeFailedNoDetail(0)),
            (Reason::HandshakeTimeout, Event::HandshakeFailedNoDetail(0)),
            (Reason::RefusedByPeer(b"300".to_vec()), Event::HandshakeFailedAuth(300)),
            (Reason::RefusedByPeer(b"500".to_vec()), Event::HandshakeFailedAuth(500)),
            (Reason::Denied(Status::Refused), Event::HandshakeFailedAuth(400)),
            (
                Reason::Handler(Malformed::UserId),
                Event::HandshakeFailedProtocol(ProtocolError::ZapUnspecified),
            ),
            (Reason::NoHandler, Event::HandshakeFailedNoDetail(14)),
            (Reason::RefusedByPeer(b"no".to_vec()), Event::HandshakeFailedNoDetail(0)),
            (
                Violation::MechanismMismatch([0; 20]).into(),
                Event::HandshakeFailedProtocol(ProtocolError::MechanismMismatch),
            ),
        ];
        for (reason, event) in rows {
            assert_eq!(Event::of_handshake(&reason), event, "{reason}");
        }
    }

    #[test]
    fn only_what_is_wanted_waits_and_the_oldest_makes_room() {
        let wanted = Event::Accepted.number() | Event::Disconnected.number();
        let mut monitor = Monitor::new(wanted, 2);
        assert!(!monitor.handle_event(Event::Listening, "a"), "not wanted");
        assert!(monitor.handle_event(Event::Accepted, "a"), "the first to wait");
        assert!(!monitor.handle_event(Event::Disconnected, "a"));
        assert!(!monitor.handle_event(Event::Accepted, "b"));
        assert_eq!(monitor.lost(), 1);
        let report = |event, endpoint: &str| Report { event, endpoint: endpoint.to_owned() };
        assert_eq!(monitor.poll_report(), Some(report(Event::Disconnected, "a")));
        assert_eq!(monitor.poll_report(), Some(report(Event::Accepted, "b")));
        assert_eq!(monitor.poll_report(), None);
        assert!(monitor.handle_event(Event::Accepted, "c"), "again the first");

        let mut deaf = Monitor::new(Monitor::ALL, 0);
        assert!(!deaf.handle_event(Event::Accepted, "a"));
        assert_eq!((deaf.poll_report(), deaf.lost()), (None, 1));
    }
}
