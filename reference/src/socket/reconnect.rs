//! When to dial an endpoint again: the back-off of one connect (37-ERRH-003..008, 37-HB-014).
//!
//! ```text
//!            ready                    lost
//! Dialling ---------> Connected ---------------+
//!     ^  |                                     v
//!     |  +--- failed ----------------------> Waiting
//!     +------------------ deadline -------------+
//!
//! a failure that ends the attempts, or a last one after disconnect: Stopped
//! ```
//!
//! Deliberately absent: the dialling. Time and chance are arguments.

use super::options::Timing;
use crate::connection::Reason;
use crate::time::Instant;
use core::time::Duration;

/// The least between two attempts, whatever `reconnect_ivl` says: where nobody listens, none at
/// all would be a loop that does nothing else.
const INTERVAL_MIN: Duration = Duration::from_millis(1);

/// The back-off of one endpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reconnect {
    state: State,
    /// What the interval has grown to; `None` after a connection that was made.
    grown: Option<Duration>,
    /// The application has disconnected the endpoint, and so there is no further attempt.
    is_last: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Dialling,
    Connected,
    Waiting(Instant),
    Stopped,
}

/// How an attempt, or a connection, ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Nobody listens at the endpoint.
    ConnectionRefused,
    /// The transport could not be opened for another reason, or not in time.
    Unreachable,
    /// The transport was opened, and the handshake was not completed.
    Handshake,
    /// The peer sent ERROR: it does not want us.
    RefusedByPeer,
    /// A connection whose handshake was complete has ended.
    Lost,
}

impl Failure {
    /// What this end of a connection means, whose handshake was complete or not.
    #[must_use]
    pub const fn of(reason: &Reason, was_ready: bool) -> Self {
        match reason {
            Reason::RefusedByPeer(_) => Self::RefusedByPeer,
            //= 37-ERRH-005, 37-HB-014, 26-GEN-003
            Reason::PeerClosed
            | Reason::Violation(_)
            | Reason::Denied(_)
            | Reason::Handler(_)
            | Reason::NoHandler
            | Reason::HandshakeTimeout
            | Reason::HeartbeatTimeout
            | Reason::TtlExpired
            | Reason::Misconfigured(_) => {
                if was_ready {
                    Self::Lost
                } else {
                    Self::Handshake
                }
            }
        }
    }
}

impl Reconnect {
    /// The first attempt is made at once.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Dialling, grown: None, is_last: false }
    }

    /// When to dial again, if that is waited for.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Waiting(until) => Some(until),
            State::Dialling | State::Connected | State::Stopped => None,
        }
    }

    /// Whether there will be no further attempt.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        matches!(self.state, State::Stopped)
    }

    /// The handshake is complete; the next interval is the first again.
    pub const fn handle_ready(&mut self) {
        self.state = State::Connected;
        self.grown = None;
    }

    /// An attempt or a connection has ended. Gives the time until the next attempt; `None` if
    /// there is none. Any 64 bits of chance will do for `entropy`.
    pub fn handle_failure(
        &mut self,
        failure: Failure,
        timing: &Timing,
        now: Instant,
        entropy: u64,
    ) -> Option<Duration> {
        let stop = timing.reconnect_stop;
        let ends = match failure {
            Failure::RefusedByPeer => true, //= 37-ERRH-003
            Failure::ConnectionRefused => stop.conn_refused,
            Failure::Handshake => stop.handshake_failed,
            Failure::Unreachable | Failure::Lost => false, //= 37-ERRH-006
        };
        let wait = timing.reconnect_ivl.filter(|_| !ends && !self.is_last && !self.is_stopped());
        let wait = wait.map(|first| self.wait(first.max(INTERVAL_MIN), timing, entropy));
        self.state = wait.map_or(State::Stopped, |wait| State::Waiting(now + wait));
        wait
    }

    /// The interval, and up to the first one as much again by chance, so that peers that lost the
    /// same server do not all come back at once.
    fn wait(&mut self, first: Duration, timing: &Timing, entropy: u64) -> Duration {
        //= 37-ERRH-007
        let spread = u64::try_from(first.as_nanos()).unwrap_or(u64::MAX);
        let jitter = Duration::from_nanos(entropy.checked_rem(spread).unwrap_or(0));
        let interval = self.grown.unwrap_or(first);
        match timing.reconnect_ivl_max.filter(|most| *most >= first) {
            Some(most) => {
                self.grown = Some(interval.saturating_mul(2).min(most)); //= 37-ERRH-008
                interval.saturating_add(jitter).min(most)
            }
            None => first.saturating_add(jitter),
        }
    }

    /// Whether the deadline has come, so that it is time to dial.
    pub fn handle_timeout(&mut self, now: Instant) -> bool {
        let due = self.deadline().is_some_and(|until| until <= now);
        if due {
            self.state = State::Dialling;
        }
        due
    }

    /// The application disconnects the endpoint while messages for it linger: with
    /// `reconnect_stop` 4 they are worth no further attempt.
    pub fn handle_disconnect(&mut self, timing: &Timing) {
        self.is_last = timing.reconnect_stop.after_disconnect;
        if self.is_last && self.state != State::Connected {
            self.state = State::Stopped;
        }
    }
}

impl Default for Reconnect {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::options::ReconnectStop;
    use crate::violation::Violation;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn timing(first: Option<u64>, most: Option<u64>) -> Timing {
        Timing {
            reconnect_ivl: first.map(ms),
            reconnect_ivl_max: most.map(ms),
            ..Timing::default()
        }
    }

    /// The waits of so many failures in a row, dialling when each is over.
    fn waits(link: &mut Reconnect, timing: &Timing, entropy: u64, count: usize) -> Vec<Duration> {
        let mut now = Instant::ZERO;
        let attempt = |_| {
            let wait = link.handle_failure(Failure::Unreachable, timing, now, entropy)?;
            assert!(!link.handle_timeout(now), "too early");
            now = now + wait;
            assert_eq!(link.deadline(), Some(now));
            assert!(link.handle_timeout(now) && !link.handle_timeout(now), "once");
            Some(wait)
        };
        (0..count).map_while(attempt).collect()
    }

    #[test]
    fn the_interval_doubles_up_to_its_most_and_starts_again_after_a_connection() {
        let rows = [
            ((Some(100), None), [100, 100, 100, 100, 100]),
            ((Some(100), Some(100)), [100, 100, 100, 100, 100]),
            ((Some(100), Some(500)), [100, 200, 400, 500, 500]),
            ((Some(100), Some(99)), [100, 100, 100, 100, 100]), // Ignored, as the manual says.
            ((Some(0), Some(4)), [1, 2, 4, 4, 4]),
        ];
        for ((first, most), expected) in rows {
            let timing = timing(first, most);
            let mut link = Reconnect::new();
            assert_eq!(waits(&mut link, &timing, 0, 5), expected.map(ms), "{first:?} {most:?}");
            link.handle_ready();
            assert_eq!(link.deadline(), None);
            assert_eq!(waits(&mut link, &timing, 0, 2), expected.map(ms)[..2]);
        }
    }

    #[test]
    fn chance_adds_less_than_the_first_interval_and_never_exceeds_the_most() {
        for entropy in [0, 1, 99_999_999, 100_000_000, u64::MAX / 3, u64::MAX] {
            let jitter = Duration::from_nanos(entropy % 100_000_000);
            let plain = waits(&mut Reconnect::new(), &timing(Some(100), None), entropy, 3);
            assert_eq!(plain, [ms(100) + jitter; 3]);
            let grown = waits(&mut Reconnect::new(), &timing(Some(100), Some(300)), entropy, 4);
            let expected = [100, 200, 300, 300].map(|wait| (ms(wait) + jitter).min(ms(300)));
            assert_eq!(grown, expected);
        }
        let huge = Timing { reconnect_ivl: Some(Duration::MAX), ..Timing::default() };
        assert_eq!(waits(&mut Reconnect::new(), &huge, u64::MAX, 1), [Duration::MAX]);
    }

    #[test]
    fn each_condition_ends_the_attempts_at_its_own_failure() {
        let none = ReconnectStop::default();
        let refused = ReconnectStop { conn_refused: true, ..none };
        let handshake = ReconnectStop { handshake_failed: true, ..none };
        let failures = [
            Failure::ConnectionRefused,
            Failure::Unreachable,
            Failure::Handshake,
            Failure::RefusedByPeer,
            Failure::Lost,
        ];
        let rows = [
            (none, [false, false, false, true, false]),
            (refused, [true, false, false, true, false]),
            (handshake, [false, false, true, true, false]),
        ];
        for (stop, ends) in rows {
            let timing = Timing { reconnect_stop: stop, ..Timing::default() };
            for (failure, ends) in failures.into_iter().zip(ends) {
                let mut link = Reconnect::new();
                let wait = link.handle_failure(failure, &timing, Instant::ZERO, 0);
                assert_eq!((wait.is_none(), link.is_stopped()), (ends, ends), "{failure:?}");
            }
        }
    }

    #[test]
    fn without_an_interval_or_after_a_last_attempt_there_is_no_other() {
        let never = timing(None, Some(1000));
        assert_eq!(waits(&mut Reconnect::new(), &never, 0, 1), []);

        let last = ReconnectStop { after_disconnect: true, ..ReconnectStop::default() };
        let last = Timing { reconnect_stop: last, ..Timing::default() };
        let mut link = Reconnect::new();
        link.handle_ready();
        link.handle_disconnect(&last);
        assert!(!link.is_stopped(), "what is connected may still send");
        assert_eq!(link.handle_failure(Failure::Lost, &last, Instant::ZERO, 0), None);
        assert_eq!(link.handle_failure(Failure::Lost, &last, Instant::ZERO, 0), None);
        let mut link = Reconnect::new();
        link.handle_disconnect(&last);
        assert!(link.is_stopped(), "what is not yet connected need not be");
        let mut link = Reconnect::new();
        link.handle_disconnect(&Timing::default());
        assert_eq!(waits(&mut link, &Timing::default(), 0, 2), [ms(100); 2], "it lingers");
    }

    #[test]
    fn only_the_word_of_the_peer_is_final() {
        let rows = [
            (Reason::RefusedByPeer(b"400".to_vec()), Failure::RefusedByPeer),
            (Reason::PeerClosed, Failure::Handshake),
            (Reason::HandshakeTimeout, Failure::Handshake),
            (Violation::VersionZero.into(), Failure::Handshake),
        ];
        for (reason, failure) in rows {
            assert_eq!(Failure::of(&reason, false), failure, "{reason}");
        }
        for reason in [Reason::PeerClosed, Reason::HeartbeatTimeout, Reason::TtlExpired] {
            assert_eq!(Failure::of(&reason, true), Failure::Lost, "{reason}");
        }
    }
}
