//! What the tasks of one socket share: the core's socket and whoever waits for it, behind one lock.
//!
//! Whoever changes the socket then calls [`Core::settle`], which wakes those that have to look
//! again. Nothing is awaited while the lock is held.

use super::keeping::Keeper;
use crate::error::Refused;
use crate::message::Part;
use crate::socket::peers::Signal;
use crate::socket::{ListenerId, PeerId, Ready, Socket};
use crate::time::Instant;
use core::task::{Poll, Waker};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Messages that may be sent in a row before the tasks that write them get their turn.
const STREAK: u32 = 1000;

/// Tasks that wait for the same thing.
#[derive(Debug, Default)]
pub(super) struct Wakers(Vec<Waker>);

impl Wakers {
    pub(super) fn add(&mut self, waker: &Waker) {
        if !self.0.iter().any(|known| known.will_wake(waker)) {
            self.0.push(waker.clone());
        }
    }

    pub(super) fn wake(&mut self) {
        self.0.drain(..).for_each(Waker::wake);
    }
}

/// Joins those who wait where a call would block.
fn wait_if_blocked<V>(
    outcome: Result<V, Refused>,
    waiting: &mut Wakers,
    waker: &Waker,
) -> Poll<Result<V, Refused>> {
    if matches!(outcome, Err(Refused::WouldBlock)) {
        waiting.add(waker);
        return Poll::Pending;
    }
    Poll::Ready(outcome)
}

/// A socket and those who wait for it.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) socket: Socket,
    /// Messages sent since others got a turn.
    streak: u32,
    senders: Wakers,
    receivers: Wakers,
    /// Those who wait for tasks to end.
    closers: Wakers,
    pub(super) watchers: Wakers,
    /// Those who wait for what they sent to be durable.
    pub(super) keepers: Wakers,
    /// A task syncs until nothing waits for it.
    pub(super) is_syncing: bool,
    /// Sessions and dialers, by number.
    tasks: BTreeMap<u64, Option<Waker>>,
    /// The session of each peer, by slot.
    of_peer: Vec<u64>,
    started: u64,
    /// The task of each listener.
    pub(super) listeners: BTreeMap<ListenerId, u64>,
    /// Monitors that there have been.
    pub(super) monitors: u64,
}

/// The lock, and the clock that the core counts in.
#[derive(Debug)]
pub(super) struct Shared {
    core: Mutex<Core>,
    epoch: tokio::time::Instant,
    /// Of the swap, if there is one.
    pub(super) keeper: OnceLock<Keeper>,
}

impl Shared {
    pub(super) fn new(socket: Socket) -> Self {
        let core = Core {
            socket,
            streak: 0,
            senders: Wakers::default(),
            receivers: Wakers::default(),
            closers: Wakers::default(),
            watchers: Wakers::default(),
            keepers: Wakers::default(),
            is_syncing: false,
            tasks: BTreeMap::new(),
            of_peer: Vec::new(),
            started: 0,
            listeners: BTreeMap::new(),
            monitors: 0,
        };
        let (epoch, keeper) = (tokio::time::Instant::now(), OnceLock::new());
        Self { core: Mutex::new(core), epoch, keeper }
    }

    /// A task that panics under the lock has a bug; the others still serve their peers.
    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> Instant {
        Instant::ZERO + self.epoch.elapsed()
    }

    /// Closes the socket; its tasks end by themselves.
    pub(super) fn close(&self) {
        let mut core = self.lock();
        core.socket.close(self.now());
        core.settle();
    }

    /// The clock's name for a time of the core.
    pub(super) fn at(&self, when: Instant) -> tokio::time::Instant {
        // Beyond what the clock can count nothing happens, and looking earlier is harmless.
        self.epoch.checked_add(when.duration_since(Instant::ZERO)).unwrap_or(self.epoch)
    }
}

impl Core {
    /// A task begins; it is woken by this number.
    pub(super) fn enter(&mut self) -> u64 {
        self.started = self.started.wrapping_add(1);
        self.tasks.insert(self.started, None);
        self.started
    }

    /// The task of a listener begins.
    pub(super) fn listen(&mut self, id: ListenerId) -> u64 {
        let number = self.enter();
        self.listeners.insert(id, number);
        number
    }

    /// A task ends.
    pub(super) fn leave(&mut self, task: u64) {
        self.tasks.remove(&task);
        self.settle();
        self.closers.wake();
    }

    /// Makes a task look again.
    pub(super) fn wake(&self, task: u64) {
        if let Some(Some(waker)) = self.tasks.get(&task) {
            waker.wake_by_ref();
        }
    }

    /// A task waits for a signal of its peer, if it has one, and for the socket to close.
    pub(super) fn wait(&mut self, task: u64, peer: Option<PeerId>, waker: &Waker) {
        if let Some(slot) = peer.map(PeerId::slot) {
            if self.of_peer.len() <= slot {
                self.of_peer.resize(slot.saturating_add(1), 0);
            }
            if let Some(known) = self.of_peer.get_mut(slot) {
                *known = task;
            }
        }
        let Some(entry) = self.tasks.get_mut(&task) else { return };
        if !entry.as_ref().is_some_and(|known| known.will_wake(waker)) {
            *entry = Some(waker.clone());
        }
    }

    /// Wakes everybody who has to look again.
    pub(super) fn settle(&mut self) {
        while let Some(Signal::Outgoing(peer) | Signal::Room(peer)) = self.socket.poll_signal() {
            if let Some(task) = self.of_peer.get(peer.slot()) {
                self.wake(*task);
            }
        }
        if let Some(task) = self.socket.take_crowded() {
            self.wake(task);
        }
        let wakes = self.socket.take_wakes();
        if wakes.senders {
            self.senders.wake();
        }
        if wakes.receivers {
            self.receivers.wake();
        }
        if wakes.watchers {
            self.watchers.wake();
        }
        if wakes.links {
            self.tasks.values().flatten().for_each(Waker::wake_by_ref);
        }
    }

    /// Sends; false, and nothing is sent, when so many messages have gone in a row that other
    /// tasks should get a turn first.
    pub(super) fn send(&mut self, parts: &[Part<'_>]) -> Result<bool, Refused> {
        if self.streak == STREAK {
            self.streak = 0;
            return Ok(false);
        }
        self.send_now(parts)?;
        self.streak = self.streak.saturating_add(1);
        Ok(true)
    }

    /// Sends, whoever waits for a turn.
    pub(super) fn send_now(&mut self, parts: &[Part<'_>]) -> Result<(), Refused> {
        self.socket.send(parts)?;
        self.settle();
        Ok(())
    }

    /// Counts messages that are to be sent at once; true if others should get a turn first.
    pub(super) fn is_streak_over(&mut self, messages: usize) -> bool {
        let messages = u32::try_from(messages).unwrap_or(STREAK);
        let streak = self.streak.saturating_add(messages);
        let is_over = streak > STREAK;
        self.streak = if is_over { 0 } else { streak };
        is_over
    }

    /// Tries to receive, or waits for something to receive.
    pub(super) fn poll_recv<V>(
        &mut self,
        waker: &Waker,
        attempt: impl FnOnce(&mut Socket) -> Result<V, Refused>,
    ) -> Poll<Result<V, Refused>> {
        let outcome = attempt(&mut self.socket);
        self.settle();
        wait_if_blocked(outcome, &mut self.receivers, waker)
    }

    /// Tries to send, or waits for room.
    pub(super) fn poll_send<V>(
        &mut self,
        waker: &Waker,
        attempt: impl FnOnce(&mut Socket) -> Result<V, Refused>,
    ) -> Poll<Result<V, Refused>> {
        let outcome = attempt(&mut self.socket);
        self.settle();
        wait_if_blocked(outcome, &mut self.senders, waker)
    }

    /// Waits until some of this need not wait.
    pub(super) fn poll_ready(
        &mut self,
        waker: &Waker,
        wanted: Ready,
    ) -> Poll<Result<Ready, Refused>> {
        let ready = self.socket.ready().map(|ready| ready.and(wanted));
        self.settle();
        if ready.as_ref().is_ok_and(|ready| ready.is_none()) {
            if wanted.recv {
                self.receivers.add(waker);
            }
            if wanted.send {
                self.senders.add(waker);
            }
            return Poll::Pending;
        }
        Poll::Ready(ready)
    }

    /// Waits for a task to end.
    pub(super) fn poll_left(&mut self, task: u64, waker: &Waker) -> Poll<()> {
        if !self.tasks.contains_key(&task) {
            return Poll::Ready(());
        }
        self.closers.add(waker);
        Poll::Pending
    }

    /// Waits for the last task of a closed socket to end.
    pub(super) fn poll_closed(&mut self, waker: &Waker) -> Poll<()> {
        if self.tasks.is_empty() {
            self.socket.close_swap();
            return Poll::Ready(());
        }
        self.closers.add(waker);
        Poll::Pending
    }
}
