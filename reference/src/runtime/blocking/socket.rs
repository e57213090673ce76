//! A socket whose calls wait on the caller's thread.

use super::context::Driver;
use crate::connection::PeerInfo;
use crate::error::Refused;
use crate::message::{Message, Parts};
use crate::runtime;
use crate::socket::{Endpoint, Ready, Value};
use core::future::poll_fn;
use core::task::Poll;
use core::time::Duration;
use std::sync::Arc;

/// A socket; dropping it closes it, and what is queued still leaves as `linger` says.
///
/// Threads may share it. Whatever waits panics within a task of tokio, which has
/// [`runtime::Socket`].
#[derive(Debug)]
pub struct Socket {
    /// Closed before the context may be.
    inner: runtime::Socket,
    driver: Arc<Driver>,
}

impl Socket {
    pub(super) const fn new(inner: runtime::Socket, driver: Arc<Driver>) -> Self {
        Self { inner, driver }
    }

    /// The socket behind it: what never waits, and all that is asynchronous, is there.
    #[must_use]
    pub const fn inner(&self) -> &runtime::Socket {
        &self.inner
    }

    /// See [`runtime::Socket::set`].
    ///
    /// # Errors
    /// See there, as for all below.
    pub fn set(&self, name: &str, value: impl Into<Value>) -> Result<(), Refused> {
        self.inner.set(name, value)
    }

    /// See [`runtime::Socket::value`].
    ///
    /// # Errors
    /// See there.
    pub fn value(&self, name: &str) -> Result<Value, Refused> {
        self.inner.value(name)
    }

    /// See [`runtime::Socket::subscribe`].
    ///
    /// # Errors
    /// See there.
    pub fn subscribe(&self, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.inner.subscribe(topic)
    }

    /// See [`runtime::Socket::unsubscribe`].
    ///
    /// # Errors
    /// See there.
    pub fn unsubscribe(&self, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.inner.unsubscribe(topic)
    }

    /// See [`runtime::Socket::bind`].
    ///
    /// # Errors
    /// See there.
    pub fn bind(&self, endpoint: &str) -> Result<Endpoint, Refused> {
        self.driver.handle.block_on(self.inner.bind(endpoint))
    }

    /// See [`runtime::Socket::connect`].
    ///
    /// # Errors
    /// See there.
    pub fn connect(&self, endpoint: &str) -> Result<(), Refused> {
        let _entered = self.driver.handle.enter();
        self.inner.connect(endpoint)
    }

    /// See [`runtime::Socket::unbind`].
    ///
    /// # Errors
    /// See there.
    pub fn unbind(&self, endpoint: &str) -> Result<(), Refused> {
        self.driver.handle.block_on(self.inner.unbind(endpoint))
    }

    /// See [`runtime::Socket::disconnect`].
    ///
    /// # Errors
    /// See there.
    pub fn disconnect(&self, endpoint: &str) -> Result<(), Refused> {
        self.inner.disconnect(endpoint)
    }

    /// Sends one message; waits while the type says so, at most for `sndtimeo`. What was sent
    /// leaves while the caller does other things.
    ///
    /// # Errors
    /// See [`runtime::Socket::send`].
    pub fn send(&self, message: impl Parts) -> Result<(), Refused> {
        match self.inner.try_send(&message) {
            Err(Refused::WouldBlock) => self.driver.handle.block_on(self.inner.send(&message)),
            outcome => outcome,
        }
    }

    /// See [`runtime::Socket::send_batch`].
    ///
    /// # Errors
    /// See there.
    pub fn send_batch(&self, messages: &[impl Parts]) -> Result<usize, Refused> {
        match self.inner.try_send_batch(messages) {
            Err(Refused::WouldBlock) => {
                self.driver.handle.block_on(self.inner.send_batch(messages))
            }
            outcome => outcome,
        }
    }

    /// Receives one message; waits at most for `rcvtimeo`.
    ///
    /// # Errors
    /// See [`runtime::Socket::recv`].
    pub fn recv(&self) -> Result<Message, Refused> {
        match self.inner.try_recv() {
            Err(Refused::WouldBlock) => self.driver.handle.block_on(self.inner.recv()),
            outcome => outcome,
        }
    }

    /// See [`runtime::Socket::recv_from`].
    ///
    /// # Errors
    /// See there.
    pub fn recv_from(&self) -> Result<(Message, Arc<PeerInfo>), Refused> {
        self.driver.handle.block_on(self.inner.recv_from())
    }

    /// See [`runtime::Socket::recv_batch`].
    ///
    /// # Errors
    /// See there.
    pub fn recv_batch(&self, into: &mut Vec<Message>, limit: usize) -> Result<usize, Refused> {
        self.driver.handle.block_on(self.inner.recv_batch(into, limit))
    }

    /// Closes the socket, and waits until everything queued has been written or `linger` is over.
    pub fn close(self) {
        let Self { inner, driver } = self;
        driver.handle.block_on(inner.close());
    }
}

/// Waits until one of these sockets can do some of what is wanted of it, at most for this long;
/// `None` is for ever. Tells what each of them can do, in order: nothing at all if time is over.
///
/// ```
/// # use core::time::Duration;
/// # use zeroproof_reference::{SocketType, runtime::blocking::{self, Context}, socket::Ready};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let context = Context::new()?;
/// let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
/// push.connect("inproc://later")?;
/// let wanted = [(&pull, Ready::RECV), (&push, Ready::SEND)];
/// let ready = blocking::poll(&wanted, Some(Duration::from_secs(1)))?;
/// assert_eq!(ready, [Ready::default(), Ready::SEND]);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Refused::Terminated`] if one of them is closed.
///
/// # Panics
/// Within a task of tokio.
pub fn poll(wanted: &[(&Socket, Ready)], timeout: Option<Duration>) -> Result<Vec<Ready>, Refused> {
    let nothing = || vec![Ready::default(); wanted.len()];
    let Some((first, _)) = wanted.first() else { return Ok(nothing()) };
    let found = poll_fn(|cx| {
        let mut found = nothing();
        for ((socket, wanted), found) in wanted.iter().zip(&mut found) {
            if let Poll::Ready(ready) = socket.inner.poll_ready(cx, *wanted) {
                *found = ready?;
            }
        }
        let is_over = found.iter().any(|ready| !ready.is_none());
        if is_over { Poll::Ready(Ok(found)) } else { Poll::Pending }
    });
    first.driver.handle.block_on(async {
        match timeout {
            None => found.await,
            Some(timeout) => {
                tokio::time::timeout(timeout, found).await.unwrap_or_else(|_| Ok(nothing()))
            }
        }
    })
}
