//! The tasks of endpoints: one accepts, one dials, and both serve what they get.
//!
//! When to dial, and whether still to, is what the core says. Deliberately absent: back-off.

use super::context::Context;
use super::session::Session;
use super::shared::Shared;
use super::transport::Transport;
use crate::error::Refused;
use crate::socket::{Dial, DialerId, Endpoint, ListenerId, Origin};
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use std::io;
use std::sync::Arc;

/// Binds, and accepts from then on.
pub(super) async fn bind<T: Transport>(
    context: &Context<T>,
    shared: &Arc<Shared>,
    text: &str,
) -> Result<Endpoint, Refused> {
    let endpoint = Endpoint::to_bind(text).map_err(Refused::Endpoint)?;
    let options = shared.lock().socket.options().tcp.clone();
    let bound = context.transport().bind(&endpoint, &options).await;
    let (listener, endpoint) = bound.map_err(|error| refusal(&error, text))?;
    let mut core = shared.lock();
    let id = core.socket.listening(endpoint.clone());
    let task = accept(context.clone(), Arc::clone(shared), id, endpoint.to_string(), listener);
    core.listeners.insert(id, tokio::spawn(task).abort_handle());
    Ok(endpoint)
}

/// Dials from now on.
pub(super) fn connect<T: Transport>(
    context: &Context<T>,
    shared: &Arc<Shared>,
    text: &str,
) -> Result<(), Refused> {
    let mut core = shared.lock();
    let id = core.socket.connect(text)?;
    let number = core.enter();
    let task = dial(context.clone(), Arc::clone(shared), id, number);
    core.dialers.insert(id, tokio::spawn(task).abort_handle());
    core.settle();
    Ok(())
}

async fn accept<T: Transport>(
    context: Context<T>,
    shared: Arc<Shared>,
    id: ListenerId,
    endpoint: String,
    mut listener: T::Listener,
) {
    loop {
        match context.transport().accept(&mut listener).await {
            Ok((stream, _address)) => {
                let origin = Origin::Listener(id);
                let session = Session::serve(Arc::clone(&shared), origin, endpoint.clone(), stream);
                tokio::spawn(session);
            }
            // Out of descriptors, most likely: others may end meanwhile.
            Err(_) => tokio::time::sleep(core::time::Duration::from_millis(10)).await,
        }
    }
}

async fn dial<T: Transport>(context: Context<T>, shared: Arc<Shared>, id: DialerId, number: u64) {
    loop {
        let next = shared.lock().socket.dial(id, shared.now());
        match next {
            Dial::Now(endpoint) => {
                let options = shared.lock().socket.options().tcp.clone();
                let stream = context.transport().connect(&endpoint, &options);
                match while_wanted(&shared, id, number, stream).await {
                    Some(Ok(stream)) => {
                        let (shared, origin) = (Arc::clone(&shared), Origin::Dialer(id));
                        Session::serve(shared, origin, endpoint.to_string(), stream).await;
                    }
                    Some(Err(error)) => {
                        let is_refused = error.kind() == io::ErrorKind::ConnectionRefused;
                        shared.lock().socket.dial_failed(id, shared.now(), is_refused);
                    }
                    None => break,
                }
            }
            Dial::At(when) => {
                let sleep = tokio::time::sleep_until(shared.at(when));
                if while_wanted(&shared, id, number, sleep).await.is_none() {
                    break;
                }
            }
            Dial::Busy | Dial::Never => break,
        }
    }
    shared.lock().leave(number);
}

/// The outcome, or `None` as soon as nobody wants it any more.
async fn while_wanted<F: Future>(
    shared: &Shared,
    id: DialerId,
    number: u64,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let mut core = shared.lock();
        if !core.socket.wants_dialer(id, shared.now()) {
            return Poll::Ready(None);
        }
        core.wait(number, None, cx.waker());
        drop(core);
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

fn refusal(error: &io::Error, endpoint: &str) -> Refused {
    let endpoint = endpoint.to_owned();
    if error.kind() == io::ErrorKind::AddrInUse {
        Refused::AddressInUse(endpoint)
    } else {
        Refused::AddressNotAvailable(endpoint)
    }
}
