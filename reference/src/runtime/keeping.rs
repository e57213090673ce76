//! Opening the swap of a socket, and waiting until what was sent is durable.
//!
//! ```text
//! send --append--> begin_sync, if none is under way --blocking task--> end_sync --wakes--> send
//! ```
//!
//! Sends that come while a sync is under way share the next one. Deliberately absent: `each`,
//! which the core does before a send returns.

use super::context::Context;
use super::files::{Files, Syncer};
use super::shared::{Core, Shared};
use super::socket::Socket;
use super::transport::Transport;
use crate::error::Refused;
use crate::socket::SwapState;
use crate::swap::{Damage, Pending};
use core::future::poll_fn;
use core::task::{Context as Task, Poll, Waker};
use std::path::Path;
use std::sync::Arc;

/// Opens the swap that the options of the socket ask for.
pub(super) fn open<T: Transport>(context: &Context<T>, shared: &Shared) -> Result<(), Refused> {
    let mut core = shared.lock();
    let Some(folder) = core.socket.wants_swap()? else { return Ok(()) };
    let files = Files::open(Path::new(folder))?;
    let syncer = files.syncer();
    core.socket.open_swap(Box::new(files), context.salt())?;
    core.settle();
    // Once: it is opened before the first endpoint and stays.
    let _ = shared.syncer.set(syncer);
    Ok(())
}

/// Something was sent: makes it durable, if that is promised and nobody is at it.
#[inline]
pub(super) fn begin(shared: &Arc<Shared>, core: &mut Core) {
    if let Some(syncer) = shared.syncer.get() {
        begin_with(syncer, shared, core);
    }
}

/// Apart from the sockets that have no swap, which are most and are to pay nothing for it.
#[inline(never)]
fn begin_with(syncer: &Syncer, shared: &Arc<Shared>, core: &mut Core) {
    if let Some(pending) = core.socket.begin_sync() {
        let (shared, syncer) = (Arc::clone(shared), syncer.clone());
        // It ends by itself, with the last message.
        drop(tokio::task::spawn_blocking(move || sync(&shared, &syncer, pending)));
    }
}

fn sync(shared: &Shared, syncer: &Syncer, first: Pending) {
    let mut next = Some(first);
    while let Some(pending) = next {
        let outcome = syncer.sync(pending.file);
        let mut core = shared.lock();
        core.socket.end_sync(pending, outcome);
        next = core.socket.begin_sync();
        core.keepers.wake();
        core.settle();
    }
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
        self.shared.syncer.get().is_some()
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

    /// The same without waiting for others: this call may take as long as the disk does.
    pub(super) fn keep_now(&self, core: &mut Core) -> Result<(), Refused> {
        if !self.has_swap() {
            return Ok(());
        }
        let kept = core.socket.sync_swap();
        core.settle();
        kept
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
