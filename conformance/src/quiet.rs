//! The one clock that may judge, used where nothing else can: a window in which a SUT that meant to
//! act would have acted. It is not a fixed time. A witness makes round trips to the same SUT on
//! connections of its own, and the window is over after [`ROUNDS`] of them and [`LEAST`]; so a slow
//! machine gets a long window. All cases that need one wait it out together.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};

use crate::target::{SocketSpec, Target};
use crate::witness::Witness;

/// Round trips of the witness in one window.
pub const ROUNDS: u64 = 20;
/// The shortest window.
pub const LEAST: Duration = Duration::from_millis(20);

/// The shared window.
pub struct Quiet {
    rounds: watch::Sender<u64>,
    waiters: Cell<usize>,
    wanted: Notify,
    witness: Witness,
    /// Time in windows that were waited out, and the end of the last one.
    total: Cell<Duration>,
    counted: Cell<Instant>,
}

impl Quiet {
    /// A window witnessed by `target`; must be called inside a `LocalSet`.
    pub fn new(target: Rc<dyn Target>, spec: SocketSpec) -> Rc<Self> {
        let quiet = Rc::new(Self {
            witness: Witness::new(target, spec),
            rounds: watch::Sender::new(0),
            waiters: Cell::new(0),
            wanted: Notify::new(),
            total: Cell::new(Duration::ZERO),
            counted: Cell::new(Instant::now()),
        });
        tokio::task::spawn_local(pump(Rc::clone(&quiet)));
        quiet
    }

    /// Waits until the SUT has had its time.
    pub async fn window(&self) {
        let _waiting = Waiting::start(&self.waiters);
        let began = Instant::now();
        let mut rounds = self.rounds.subscribe();
        let end = *rounds.borrow_and_update() + ROUNDS;
        self.wanted.notify_one();
        let met = async {
            // The answer holds a lock that the pump needs: gone before the sleep is over.
            drop(rounds.wait_for(|&made| made >= end).await);
        };
        tokio::join!(sleep(LEAST), met);
        // Windows overlap: time that another one has counted is not counted again.
        let fresh = Instant::now().saturating_duration_since(began.max(self.counted.get()));
        self.total.set(self.total.get() + fresh);
        self.counted.set(Instant::now());
    }

    /// Gives the SUT the time to notice what the tester has done to its connections.
    pub async fn settle(&self) {
        self.witness.round_trip().await;
    }

    /// Time in which windows were waited out to their end.
    pub fn total(&self) -> Duration {
        self.total.get()
    }
}

/// Counts a waiter for as long as it lives, so that a cancelled case does not stay counted.
struct Waiting<'a>(&'a Cell<usize>);

impl<'a> Waiting<'a> {
    fn start(waiters: &'a Cell<usize>) -> Self {
        waiters.set(waiters.get() + 1);
        Self(waiters)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Lives as long as the `LocalSet` it runs in.
async fn pump(quiet: Rc<Quiet>) {
    let mut even = false;
    loop {
        if quiet.waiters.get() == 0 {
            quiet.wanted.notified().await;
        }
        if !quiet.witness.round_trip().await {
            // No witness to be had: each round then costs a part of the shortest window itself.
            sleep(LEAST / 4).await;
        }
        quiet.rounds.send_modify(|made| *made += 1);
        // A timer tick in every second round spreads them over the shortest window.
        even = !even;
        if even {
            sleep(LEAST / 40).await;
        }
    }
}
