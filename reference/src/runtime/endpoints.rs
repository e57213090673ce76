//! The tasks of endpoints: one accepts, one dials, and both serve what they get.
//!
//! When to dial, and whether still to, is what the core says. Deliberately absent: back-off.

use super::context::Context;
use super::inproc::{self, Name};
use super::keeping;
use super::session::Session;
use super::shared::Shared;
use super::transport::{self, Transport};
use crate::error::Refused;
use crate::socket::monitor::Event;
use crate::socket::{self, Dial, DialerId, Endpoint, EndpointError, ListenerId, Origin};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;
use std::io;
use std::sync::Arc;

/// Before accepting is tried again after it failed.
const PAUSE: Duration = Duration::from_millis(10);

/// Binds, and accepts from then on.
pub(super) async fn bind<T: Transport>(
    context: &Context<T>,
    shared: &Arc<Shared>,
    text: &str,
) -> Result<Endpoint, Refused> {
    let endpoint = Endpoint::to_bind(text)?;
    shared.lock().socket.check_transport(&endpoint)?;
    keeping::open(context, shared)?;
    if let Endpoint::Inproc(name) = &endpoint {
        let (name, id) = context.inproc().bind(shared, name)?;
        let number = shared.lock().listen(id);
        tokio::spawn(hold(Arc::clone(shared), id, number, name));
        return Ok(endpoint);
    }
    let options = shared.lock().socket.options().tcp.clone();
    let bound = context.transport().bind(&endpoint, &options).await;
    let (listener, endpoint) = bound.map_err(|error| {
        let mut core = shared.lock();
        core.socket.report(Event::BindFailed(errno(&error)), text);
        core.settle();
        refusal(&error, text)
    })?;
    let mut core = shared.lock();
    let id = core.socket.listening(endpoint.clone());
    let number = core.listen(id);
    tokio::spawn(accept(context.clone(), Arc::clone(shared), id, number, listener));
    core.settle();
    Ok(endpoint)
}

/// Keeps a name taken.
async fn hold(shared: Arc<Shared>, id: ListenerId, number: u64, name: Name) {
    while_wanted(
        &shared,
        number,
        Origin::Listener(id),
        |socket| socket.listens(id),
        core::future::pending::<()>(),
    )
    .await;
    drop(name);
    shared.lock().leave(number);
}

fn errno(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or_default()
}

/// Stops accepting; returns when the address is free.
pub(super) async fn unbind(shared: &Shared, text: &str) -> Result<(), Refused> {
    let number = {
        let mut core = shared.lock();
        let id = core.socket.unbind(text)?;
        let number = core.listeners.remove(&id).unwrap_or_default();
        core.wake(number);
        number
    };
    poll_fn(|cx| shared.lock().poll_left(number, cx.waker())).await;
    Ok(())
}

/// Dials from now on.
pub(super) fn connect<T: Transport>(
    context: &Context<T>,
    shared: &Arc<Shared>,
    text: &str,
) -> Result<(), Refused> {
    keeping::open(context, shared)?;
    let mut core = shared.lock();
    let id = core.socket.connect(text)?;
    let number = core.enter();
    let task = dial(context.clone(), Arc::clone(shared), id, number);
    tokio::spawn(task);
    core.settle();
    Ok(())
}

async fn accept<T: Transport>(
    context: Context<T>,
    shared: Arc<Shared>,
    id: ListenerId,
    number: u64,
    mut listener: T::Listener,
) {
    let listens = |socket: &socket::Socket| socket.listens(id);
    loop {
        let accepted = context.transport().accept(&mut listener);
        match while_wanted(&shared, number, Origin::Listener(id), listens, accepted).await {
            Some(Ok((stream, address))) => {
                let (context, shared) = (context.clone(), Arc::clone(&shared));
                let origin = Origin::Listener(id);
                tokio::spawn(Session::serve(context, shared, origin, stream, address));
            }
            // Out of descriptors, most likely: others may end meanwhile.
            Some(Err(error)) => {
                accept_failed(&shared, id, &error);
                let pause = tokio::time::sleep(PAUSE);
                while_wanted(&shared, number, Origin::Listener(id), listens, pause).await;
            }
            None => break,
        }
    }
    drop(listener);
    shared.lock().leave(number);
}

fn accept_failed(shared: &Shared, id: ListenerId, error: &io::Error) {
    let mut core = shared.lock();
    let endpoint = core.socket.endpoint(Origin::Listener(id));
    core.socket.report(Event::AcceptFailed(errno(error)), &endpoint);
    core.settle();
}

async fn dial<T: Transport>(context: Context<T>, shared: Arc<Shared>, id: DialerId, number: u64) {
    let wanted = |socket: &socket::Socket| socket.wants_dialer(id, shared.now());
    loop {
        let next = {
            let mut core = shared.lock();
            let next = core.socket.dial(id, shared.now());
            core.settle();
            next
        };
        match next {
            Dial::Now(Endpoint::Inproc(name)) => {
                let found = poll_fn(|cx| context.inproc().poll_find(&name, cx.waker()));
                let found = while_wanted(&shared, number, Origin::Dialer(id), wanted, found).await;
                let Some(Some(binder)) = found else { continue };
                inproc::serve(Arc::clone(&shared), id, binder).await;
            }
            Dial::Now(endpoint) => {
                let options = shared.lock().socket.options().tcp.clone();
                let stream = context.transport().connect(&endpoint, &options);
                match while_wanted(&shared, number, Origin::Dialer(id), wanted, stream).await {
                    Some(Ok((stream, address))) => {
                        let (context, shared) = (context.clone(), Arc::clone(&shared));
                        let origin = Origin::Dialer(id);
                        Session::serve(context, shared, origin, stream, address).await;
                    }
                    Some(Err(error)) => {
                        let is_refused = error.kind() == io::ErrorKind::ConnectionRefused;
                        let mut core = shared.lock();
                        core.socket.dial_failed(id, shared.now(), is_refused);
                        core.settle();
                    }
                    // Which makes the next answer Never.
                    None => {}
                }
            }
            Dial::At(when) => {
                let pause = tokio::time::sleep_until(shared.at(when));
                while_wanted(&shared, number, Origin::Dialer(id), wanted, pause).await;
            }
            Dial::Busy | Dial::Never => break,
        }
    }
    shared.lock().leave(number);
}

/// The outcome, or `None` as soon as the socket wants it no more, or linger is over.
async fn while_wanted<F: Future>(
    shared: &Shared,
    number: u64,
    origin: Origin,
    wanted: impl Fn(&socket::Socket) -> bool,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut lingering = None;
    poll_fn(|cx| {
        let mut core = shared.lock();
        if !wanted(&core.socket) {
            return Poll::Ready(None);
        }
        core.wait(number, None, cx.waker());
        let over = core.socket.linger_deadline(origin);
        drop(core);
        if let Some(over) = over {
            let sleep = || Box::pin(tokio::time::sleep_until(shared.at(over)));
            if lingering.get_or_insert_with(sleep).as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
        }
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

fn refusal(error: &io::Error, endpoint: &str) -> EndpointError {
    let endpoint = endpoint.to_owned();
    let kind = error.kind();
    if transport::is_missing(error) {
        EndpointError::NoSuchInterface(endpoint)
    } else if kind == io::ErrorKind::AddrInUse {
        EndpointError::AddressInUse(endpoint)
    } else if kind == io::ErrorKind::PermissionDenied {
        EndpointError::NotPermitted(endpoint)
    } else if kind == io::ErrorKind::NotFound {
        EndpointError::NoFolder(endpoint)
    } else {
        EndpointError::AddressNotAvailable(endpoint)
    }
}
