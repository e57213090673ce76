//! The socket that applications use.
//!
//! Every method takes `&self`, so that many tasks may share one socket, and every future may be
//! dropped: a message has then been sent whole or not at all, received whole or not at all.

use super::context::Context;
use super::endpoints;
use super::monitor::Monitor;
use super::shared::Shared;
use super::transport::{Net, Transport};
use crate::error::Refused;
use crate::message::{Message, Parts};
use crate::pattern::Wish;
use crate::socket::{Endpoint, Value};
use core::future::{Future, poll_fn};
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

/// A socket; dropping it closes it, and what is queued still leaves as `linger` says.
#[derive(Debug)]
pub struct Socket<T: Transport = Net> {
    context: Context<T>,
    shared: Arc<Shared>,
}

impl<T: Transport> Socket<T> {
    pub(super) const fn new(context: Context<T>, shared: Arc<Shared>) -> Self {
        Self { context, shared }
    }

    /// Gives an option a value; `subscribe` and `unsubscribe` act at once. Options of endpoints
    /// count for those bound or connected later.
    ///
    /// # Errors
    /// No such option, not for this type, or not this value.
    pub fn set(&self, name: &str, value: impl Into<Value>) -> Result<(), Refused> {
        let mut core = self.shared.lock();
        let outcome = core.socket.set(name, value);
        core.settle();
        outcome
    }

    /// Speaks 3.1 on connections made from now on, or with 0 only 3.0, as older peers do.
    pub fn set_minor(&self, minor: u8) {
        self.shared.lock().socket.set_minor(minor);
    }

    /// The value of an option, such as `last_endpoint`; of `events`, what would not have to wait.
    ///
    /// # Errors
    /// No such option, or not to be read.
    pub fn value(&self, name: &str) -> Result<Value, Refused> {
        self.shared.lock().socket.value(name)
    }

    /// Reports what happens to its endpoints and connections from now on: events whose
    /// [`number`](crate::socket::monitor::Event::number) is in the mask.
    #[must_use]
    pub fn monitor(&self, mask: u16) -> Monitor {
        Monitor::new(&self.shared, mask)
    }

    /// Subscribes to what starts with this topic.
    ///
    /// # Errors
    /// The type subscribes to nothing.
    pub fn subscribe(&self, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.ask(Wish::Subscribe(topic.as_ref()))
    }

    /// Takes one subscription back.
    ///
    /// # Errors
    /// The type subscribes to nothing.
    pub fn unsubscribe(&self, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.ask(Wish::Cancel(topic.as_ref()))
    }

    fn ask(&self, wish: Wish<'_>) -> Result<(), Refused> {
        let mut core = self.shared.lock();
        let outcome = core.socket.ask(wish);
        core.settle();
        outcome
    }

    /// Binds to an endpoint, such as `tcp://127.0.0.1:*`; returns it with every wildcard filled
    /// in.
    ///
    /// # Errors
    /// The endpoint is none to bind to, or is in use.
    pub async fn bind(&self, endpoint: &str) -> Result<Endpoint, Refused> {
        endpoints::bind(&self.context, &self.shared, endpoint).await
    }

    /// Connects to an endpoint. There need not be anybody yet: the socket dials until there is.
    ///
    /// # Errors
    /// The endpoint is none to connect to.
    ///
    /// # Panics
    /// Outside a tokio runtime, which is to run the task that dials.
    pub fn connect(&self, endpoint: &str) -> Result<(), Refused> {
        endpoints::connect(&self.context, &self.shared, endpoint)
    }

    /// Stops listening to an endpoint, and returns when its address is free; peers that came that
    /// way stay.
    ///
    /// # Errors
    /// The socket is not bound to it.
    pub async fn unbind(&self, endpoint: &str) -> Result<(), Refused> {
        endpoints::unbind(&self.shared, endpoint).await
    }

    /// Undoes one [`Socket::connect`]; what is queued for that endpoint still leaves, for as long
    /// as `linger` says.
    ///
    /// # Errors
    /// The socket is not connected to it.
    pub fn disconnect(&self, endpoint: &str) -> Result<(), Refused> {
        let mut core = self.shared.lock();
        let outcome = core.socket.disconnect(endpoint, self.shared.now());
        core.settle();
        outcome.map(drop)
    }

    /// Sends one message; waits while the type says so, at most for `sndtimeo`.
    ///
    /// # Errors
    /// What the type refuses; [`Refused::WouldBlock`] after `sndtimeo`.
    pub async fn send(&self, message: impl Parts) -> Result<(), Refused> {
        let try_now = || message.with_parts(|parts| self.shared.lock().send(parts));
        let mut sent = try_now();
        if sent == Ok(false) {
            // Before it is sent: whoever drops this future then knows that it was not.
            tokio::task::yield_now().await;
            sent = try_now();
        }
        match sent {
            Ok(true) => return Ok(()),
            Ok(false) | Err(Refused::WouldBlock) => {}
            Err(refused) => return Err(refused),
        }
        let timeout = self.shared.lock().socket.options().timing.sndtimeo;
        within(
            timeout,
            poll_fn(|cx| {
                let mut core = self.shared.lock();
                let outcome = message.with_parts(|parts| core.socket.send(parts));
                core.settle();
                if outcome == Err(Refused::WouldBlock) {
                    core.wait_to_send(cx.waker());
                    return Poll::Pending;
                }
                Poll::Ready(outcome)
            }),
        )
        .await
    }

    /// Sends one message now.
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] if that would have to wait.
    pub fn try_send(&self, message: impl Parts) -> Result<(), Refused> {
        message.with_parts(|parts| self.shared.lock().send_now(parts))
    }

    /// Receives one message; waits at most for `rcvtimeo`.
    ///
    /// # Errors
    /// What the type refuses; [`Refused::WouldBlock`] after `rcvtimeo`.
    pub async fn recv(&self) -> Result<Message, Refused> {
        match self.try_recv() {
            Err(Refused::WouldBlock) => {}
            outcome => return outcome,
        }
        let timeout = self.shared.lock().socket.options().timing.rcvtimeo;
        within(
            timeout,
            poll_fn(|cx| {
                let mut core = self.shared.lock();
                let outcome = core.poll_recv(cx.waker());
                core.settle();
                outcome
            }),
        )
        .await
    }

    /// Receives one message that is there now.
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] if there is none.
    pub fn try_recv(&self) -> Result<Message, Refused> {
        let mut core = self.shared.lock();
        let outcome = core.socket.recv();
        core.settle();
        outcome
    }

    /// Closes the socket, and waits until everything queued has been written or `linger` is over.
    pub async fn close(self) {
        self.shared.close();
        poll_fn(|cx| self.shared.lock().poll_closed(cx.waker())).await;
    }
}

impl<T: Transport> Drop for Socket<T> {
    fn drop(&mut self) {
        self.shared.close();
    }
}

async fn within<V>(
    timeout: Option<Duration>,
    outcome: impl Future<Output = Result<V, Refused>>,
) -> Result<V, Refused> {
    match timeout {
        None => outcome.await,
        Some(timeout) => {
            tokio::time::timeout(timeout, outcome).await.unwrap_or(Err(Refused::WouldBlock))
        }
    }
}
