//! Opening the swap of a socket, and waiting until what was sent is durable.
//!
//! ```text
//! send      --append--> begin_sync, if none is under way --blocking task--> end_sync --> send
//! try_send  --append--> the same on its own thread, or waits for the one that is under way
//! ```
//!
//! A sync is done beside the lock of the socket, so that its connections go on; sends that come
//! meanwhile share the next one. Deliberately absent: the end of a segment, and the position, which
//! the log syncs by itself, now and then.

use super::context::Context;
use super::files::Files;
use super::shared::{Core, Shared};
use super::socket::Socket;
use super::transport::Transport;
use crate::error::Refused;
use crate::socket::SwapState;
use crate::swap::{Damage, Disk, Fault, FileName, Pending};
use core::fmt;
use core::future::poll_fn;
use core::task::{Context as Task, Poll, Waker};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

#[cfg(test)]
mod tests;

/// Syncs a file while others use it.
type SyncFile = Box<dyn Fn(FileName) -> Result<(), Fault> + Send + Sync>;

/// Syncs for all that wait, one at a time.
pub(super) struct Keeper {
    sync: SyncFile,
    /// Whether a sync is under way. Whoever holds this may lock the socket, not the other way.
    busy: Mutex<bool>,
    over: Condvar,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("busy", &self.busy).finish_non_exhaustive()
    }
}

/// What somebody who would sync finds.
enum Next<V> {
    Sync(Pending),
    Over(V),
}

impl Keeper {
    fn lock(&self) -> MutexGuard<'_, bool> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Syncs, or waits until somebody has, and looks again.
    fn run<V>(&self, shared: &Shared, mut next: impl FnMut(&mut Core) -> Next<V>) -> V {
        let mut busy = self.lock();
        loop {
            while *busy {
                busy = self.over.wait(busy).unwrap_or_else(PoisonError::into_inner);
            }
            let pending = match next(&mut shared.lock()) {
                Next::Sync(pending) => pending,
                Next::Over(outcome) => return outcome,
            };
            *busy = true;
            drop(busy);
            let outcome = (self.sync)(pending.file);
            {
                let mut core = shared.lock();
                core.socket.end_sync(pending, outcome);
                core.keepers.wake();
                core.settle();
            }
            busy = self.lock();
            *busy = false;
            self.over.notify_all();
        }
    }
}

/// Opens the swap that the options of the socket ask for.
pub(super) fn open<T: Transport>(context: &Context<T>, shared: &Shared) -> Result<(), Refused> {
    let mut core = shared.lock();
    let Some(folder) = core.socket.wants_swap()? else { return Ok(()) };
    let files = Files::open(Path::new(folder))?;
    let syncer = files.syncer();
    let sync = Box::new(move |file| syncer.sync(file));
    open_with(shared, &mut core, Box::new(files), context.salt(), sync)
}

fn open_with(
    shared: &Shared,
    core: &mut Core,
    disk: Box<dyn Disk>,
    salt: u64,
    sync: SyncFile,
) -> Result<(), Refused> {
    core.socket.open_swap(disk, salt)?;
    core.settle();
    // Once: it is opened before the first endpoint and stays.
    let _ = shared.keeper.set(Keeper { sync, busy: Mutex::new(false), over: Condvar::new() });
    Ok(())
}

/// Something was sent: makes it durable, if that is promised and nobody is at it.
#[inline]
pub(super) fn begin(shared: &Arc<Shared>, core: &mut Core) {
    if shared.keeper.get().is_some() {
        begin_with(shared, core);
    }
}

/// Apart from the sockets that have no swap, which are most and are to pay nothing for it.
#[inline(never)]
fn begin_with(shared: &Arc<Shared>, core: &mut Core) {
    if !core.is_syncing && core.socket.unsynced().is_some() {
        core.is_syncing = true;
        let shared = Arc::clone(shared);
        // It ends by itself, with the last message.
        drop(tokio::task::spawn_blocking(move || sync_all(&shared)));
    }
}

/// Until nothing waits to be synced.
fn sync_all(shared: &Shared) {
    let Some(keeper) = shared.keeper.get() else { return };
    keeper.run(shared, |core| match core.socket.begin_sync() {
        Some(pending) => Next::Sync(pending),
        None => {
            core.is_syncing = false;
            Next::Over(())
        }
    });
}

/// Until everything below this is durable.
fn sync_until(shared: &Shared, keeper: &Keeper, until: u64) -> Result<(), Refused> {
    keeper.run(shared, |core| {
        let kept = core.socket.is_kept(until).map(Next::Over);
        let begun = || core.socket.begin_sync().map(Next::Sync);
        // What was sent is in a file, so that there is something to sync until it is kept.
        kept.or_else(begun).unwrap_or(Next::Over(Err(Refused::Terminated)))
    })
}

/// Waits until everything below this is durable.
fn poll(core: &mut Core, until: u64, waker: &Waker) -> Poll<Result<(), Refused>> {
    match core.socket.is_kept(until) {
        Some(kept) => Poll::Ready(kept),
        None => {
            core.keepers.add(waker);
            Poll::Pending
        }
    }
}

impl<T: Transport> Socket<T> {
    /// Whether it has a swap, so that [`Socket::kept`] may have to wait.
    #[inline]
    pub(super) fn has_swap(&self) -> bool {
        self.shared.keeper.get().is_some()
    }

    /// Waits until what was sent is durable, if the swap promises that.
    pub(super) async fn kept(&self) -> Result<(), Refused> {
        let until = {
            let mut core = self.shared.lock();
            begin(&self.shared, &mut core);
            core.socket.unsynced()
        };
        let Some(until) = until else { return Ok(()) };
        poll_fn(|cx| poll(&mut self.shared.lock(), until, cx.waker())).await
    }

    /// The same on this thread, which gives the lock back and waits for the disk.
    pub(super) fn keep_now(&self, core: MutexGuard<'_, Core>) -> Result<(), Refused> {
        let Some(keeper) = self.shared.keeper.get() else { return Ok(()) };
        let until = core.socket.unsynced();
        drop(core);
        until.map_or(Ok(()), |until| sync_until(&self.shared, keeper, until))
    }

    pub(super) fn poll_kept(&self, cx: &Task<'_>) -> Poll<Result<(), Refused>> {
        if !self.has_swap() {
            return Poll::Ready(Ok(()));
        }
        let mut core = self.shared.lock();
        let until = core.socket.unsynced();
        until.map_or(Poll::Ready(Ok(())), |until| poll(&mut core, until, cx.waker()))
    }

    /// What the swap holds; `None` if there is none.
    #[must_use]
    pub fn swap(&self) -> Option<SwapState> {
        self.shared.lock().socket.swap_state()
    }

    /// What the swap has found broken since this was last asked, and what it did about it.
    #[must_use]
    pub fn take_swap_damage(&self) -> Vec<Damage> {
        self.shared.lock().socket.take_swap_damage()
    }
}
