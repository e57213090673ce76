//! How long to wait, and who may be busy meanwhile.
//!
//! A wait ends with its event. The limit only ends what never happens: it follows what waits took
//! that did end, so that a slow machine is waited for and a quick one does not wait for ever.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// The shortest limit: longer than a process may be held up on a machine that has more to do.
const FLOOR: Duration = Duration::from_secs(2);
/// Waits that are remembered.
const KEPT: usize = 1024;
/// Waits between two looks at them.
const EACH: usize = 64;
/// The limit is as often what the longest took: a handshake is rare among messages, and slow.
const TIMES: u32 = 4;
/// Who waits longer than this lets somebody else be busy.
const IDLE: Duration = Duration::from_millis(200);

/// What waits took, and places for those who are busy.
pub(super) struct Patience {
    ceiling: Duration,
    busy: Semaphore,
    seen: RefCell<VecDeque<Duration>>,
    since: Cell<usize>,
    usual: Cell<Option<Duration>>,
}

/// A place among those who are busy, until the first long wait.
pub(super) struct Turn<'a>(RefCell<Option<SemaphorePermit<'a>>>);

impl Patience {
    /// At most `jobs` cells are busy at once; nothing is waited for longer than `ceiling`.
    pub(super) fn new(jobs: usize, ceiling: Duration) -> Self {
        let (seen, usual) = (RefCell::default(), Cell::default());
        Self { ceiling, busy: Semaphore::new(jobs.max(1)), seen, since: Cell::new(0), usual }
    }

    /// Waits for a place.
    pub(super) async fn turn(&self) -> Turn<'_> {
        Turn(RefCell::new(self.busy.acquire().await.ok()))
    }

    /// How long to wait for what must happen.
    pub(super) fn limit(&self) -> Duration {
        let limit = self.usual.get().map_or(FLOOR, |usual| (usual * TIMES).max(FLOOR));
        limit.min(self.ceiling)
    }

    /// How long nothing must have happened before it counts as never.
    pub(super) fn window(&self) -> Duration {
        (self.limit() / 4).max(FLOOR / 4)
    }

    /// Notes that something took so long.
    pub(super) fn note(&self, took: Duration) {
        let mut seen = self.seen.borrow_mut();
        seen.push_back(took);
        if seen.len() > KEPT {
            seen.pop_front();
        }
        self.since.set(self.since.get() + 1);
        if self.since.get() >= EACH {
            self.since.set(0);
            self.usual.set(seen.iter().max().copied());
        }
    }

    /// Waits, and notes what it took; `None` when `limit` is over.
    pub(super) async fn wait<T>(
        &self,
        turn: &Turn<'_>,
        limit: Duration,
        event: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::pin!(event);
        let began = Instant::now();
        let soon = timeout(IDLE.min(limit), &mut event).await;
        let value = match soon {
            Ok(value) => value,
            Err(_) => {
                turn.0.borrow_mut().take();
                timeout(limit.saturating_sub(began.elapsed()), event).await.ok()?
            }
        };
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_follows_what_waits_took() {
        let patience = Patience::new(1, Duration::from_secs(10));
        assert_eq!(patience.limit(), FLOOR, "as long as nothing was measured");
        (0..EACH).for_each(|_| patience.note(Duration::from_millis(1)));
        assert_eq!(patience.limit(), FLOOR);
        (0..KEPT).for_each(|_| patience.note(Duration::from_millis(900)));
        assert_eq!(patience.limit(), Duration::from_millis(3600));
        (0..KEPT).for_each(|_| patience.note(Duration::from_secs(5)));
        assert_eq!(patience.limit(), Duration::from_secs(10), "and ends at the ceiling");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_long_lets_another_be_busy() {
        let patience = Patience::new(1, Duration::from_secs(1));
        let turn = patience.turn().await;
        let never = patience.wait(&turn, Duration::from_secs(1), std::future::pending::<()>());
        let next = async {
            patience.turn().await;
            Instant::now()
        };
        let (never, _) = tokio::join!(never, next);
        assert_eq!(never, None);
        assert_eq!(patience.wait(&turn, Duration::ZERO, async { 7 }).await, Some(7));
    }
}
