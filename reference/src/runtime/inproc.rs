//! Links between sockets of one context: names, and a task a link that carries batches across.
//!
//! ```text
//! bind -> Names <-find- dial      pipe: lock one, take; lock the other, give; never both
//! ```
//!
//! A socket may connect before anybody is bound. Other than in libzmq, a pipe is a connection like
//! any other: a monitor is told of it, and who connected connects again when the binder has gone
//! and somebody binds anew. Deliberately absent: threads; a pipe runs where the socket that
//! connects does.

use super::shared::{Shared, Wakers};
use crate::error::Refused;
use crate::pattern::Unwanted;
use crate::socket::{DialerId, Endpoint, EndpointError, Inproc, ListenerId, Origin};
use crate::wire::batch::Batch;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Who is bound to what, and who waits for somebody to be.
#[derive(Debug, Default)]
pub(super) struct Registry(Mutex<Names>);

#[derive(Debug, Default)]
struct Names {
    bound: BTreeMap<String, (Weak<Shared>, ListenerId)>,
    dialers: Wakers,
    is_closed: bool,
}

/// A socket that is bound to a name, and the listener of it.
pub(super) type Binder = (Arc<Shared>, ListenerId);

/// A name that is taken, until this is dropped.
#[derive(Debug)]
pub(super) struct Name {
    registry: Arc<Registry>,
    name: String,
}

impl Drop for Name {
    fn drop(&mut self) {
        self.registry.lock().bound.remove(&self.name);
    }
}

impl Registry {
    // Taken before the lock of a socket, never while one is held.
    fn lock(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Binds a socket to a name.
    pub(super) fn bind(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        name: &str,
    ) -> Result<(Name, ListenerId), Refused> {
        let endpoint = Endpoint::Inproc(name.to_owned());
        let mut names = self.lock();
        if names.bound.contains_key(name) {
            return Err(EndpointError::AddressInUse(endpoint.to_string()).into());
        }
        let id = shared.lock().socket.listening(endpoint);
        names.bound.insert(name.to_owned(), (Arc::downgrade(shared), id));
        names.dialers.wake();
        Ok((Name { registry: Arc::clone(self), name: name.to_owned() }, id))
    }

    /// Whether somebody is bound to a name.
    pub(super) fn is_bound(&self, name: &str) -> bool {
        self.lock().bound.get(name).is_some_and(|(shared, _)| shared.strong_count() > 0)
    }

    /// Waits until somebody is bound to a name; `None` if the context has closed.
    pub(super) fn poll_find(&self, name: &str, waker: &Waker) -> Poll<Option<Binder>> {
        let mut names = self.lock();
        if names.is_closed {
            return Poll::Ready(None);
        }
        let found = names.bound.get(name).and_then(|(shared, id)| Some((shared.upgrade()?, *id)));
        if found.is_none() {
            names.dialers.add(waker);
            return Poll::Pending;
        }
        Poll::Ready(found)
    }

    /// Nobody is waited for any more.
    pub(super) fn close(&self) {
        let mut names = self.lock();
        names.is_closed = true;
        names.dialers.wake();
    }
}

/// One side of a pipe, which ends when dropped.
#[derive(Debug)]
struct Side {
    shared: Arc<Shared>,
    number: u64,
    end: Inproc,
}

impl Drop for Side {
    fn drop(&mut self) {
        let now = self.shared.now();
        let mut core = self.shared.lock();
        self.end.end(&mut core.socket, now);
        core.leave(self.number);
    }
}

/// Serves a pipe between two sockets until either wants it no more.
pub(super) async fn serve(connecter: Arc<Shared>, dialer: DialerId, binder: Binder) {
    let Some(mut sides) = join(&connecter, dialer, binder) else { return };
    let [one, other] = &mut sides;
    poll_fn(|cx| poll(one, other, cx)).await;
}

fn join(
    connecter: &Arc<Shared>,
    dialer: DialerId,
    (binder, listener): Binder,
) -> Option<[Side; 2]> {
    let origin = Origin::Dialer(dialer);
    let refused = || {
        Inproc::refused(&mut connecter.lock().socket, origin, connecter.now());
        None
    };
    let guest = Inproc::introduce(&connecter.lock().socket);
    let Some(bound) = enter(&binder, Origin::Listener(listener), guest) else { return refused() };
    let host = Inproc::introduce(&binder.lock().socket);
    let Some(joined) = enter(connecter, origin, host) else { return refused() };
    Some([joined, bound])
}

fn enter(shared: &Arc<Shared>, origin: Origin, info: crate::PeerInfo) -> Option<Side> {
    let mut core = shared.lock();
    let joined = Inproc::join(&mut core.socket, origin, info);
    core.settle();
    let end = joined.ok()?;
    let number = core.enter();
    Some(Side { shared: Arc::clone(shared), number, end })
}

fn poll(one: &mut Side, other: &mut Side, cx: &Context<'_>) -> Poll<()> {
    for side in [&*one, &*other] {
        side.shared.lock().wait(side.number, Some(side.end.peer()), cx.waker());
    }
    loop {
        let Ok(there) = shift(one, other) else { return Poll::Ready(()) };
        let Ok(back) = shift(other, one) else { return Poll::Ready(()) };
        if !there && !back {
            break;
        }
    }
    if one.is_over() || other.is_over() { Poll::Ready(()) } else { Poll::Pending }
}

/// Carries one batch across, if there is one and room for it.
fn shift(from: &Side, to: &Side) -> Result<bool, Unwanted> {
    let has_room = to.end.accepts(&mut to.shared.lock().socket);
    let mut batch = Batch::default();
    {
        let mut core = from.shared.lock();
        // A socket that closes cannot wait for room.
        let taken =
            (has_room || core.socket.is_closed()) && from.end.take(&mut core.socket, &mut batch);
        core.settle();
        if !taken {
            return Ok(false);
        }
    }
    let mut core = to.shared.lock();
    let given = to.end.give(&mut core.socket, batch);
    core.settle();
    given.map(|()| true)
}

impl Side {
    fn is_over(&self) -> bool {
        self.end.is_over(&self.shared.lock().socket)
    }
}
