//! The thread that serves the sockets of one program.

use super::socket::Socket;
use crate::error::Refused;
use crate::runtime;
use crate::socket_type::SocketType;
use core::future::Future;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The origin of blocking sockets; clones are the same context.
///
/// ```
/// use zeroproof_reference::{Refused, SocketType, runtime::blocking::Context};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let context = Context::new()?;
/// let (rep, req) = (context.socket(SocketType::Rep)?, context.socket(SocketType::Req)?);
/// req.connect(&rep.bind("tcp://127.0.0.1:*")?.to_string())?;
/// req.send("ping")?;
/// assert_eq!(rep.recv()?.first(), b"ping");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    driver: Arc<Driver>,
}

/// Ends, and waits for its thread, when the last who uses it drops it.
#[derive(Debug)]
pub(super) struct Driver {
    context: runtime::Context,
    pub(super) handle: Handle,
    /// Dropped to end the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Context {
    /// A context over the transports of the operating system, and its thread.
    ///
    /// # Errors
    /// The operating system has no thread, or no descriptor, to give.
    pub fn new() -> io::Result<Self> {
        let context = runtime::Context::new();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let closing = context.clone();
        let serve = move || {
            runtime.block_on(async move {
                // Nothing is ever sent: this is the end of the sender.
                let _ = stopped.await;
                closing.close().await;
            });
        };
        let thread = Some(thread::Builder::new().name("zeroproof".to_owned()).spawn(serve)?);
        Ok(Self { driver: Arc::new(Driver { context, handle, stop: Some(stop), thread }) })
    }

    /// A socket with default options and no endpoints.
    ///
    /// # Errors
    /// [`Refused::Draft`], [`Refused::Terminated`].
    pub fn socket(&self, socket_type: SocketType) -> Result<Socket, Refused> {
        let socket = self.driver.context.socket(socket_type)?;
        Ok(Socket::new(socket, Arc::clone(&self.driver)))
    }

    /// The context behind it, such as to name a ZAP handler.
    #[must_use]
    pub fn inner(&self) -> &runtime::Context {
        &self.driver.context
    }

    /// Waits here for a future, such as one that runs a [`Proxy`](runtime::Proxy); timers, tasks
    /// and transports that it uses are those of the context's thread.
    ///
    /// # Panics
    /// Within a task of tokio, which must not wait like this.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.driver.handle.block_on(future)
    }

    /// Closes every socket, and waits until each has written what it had queued or its `linger` is
    /// over.
    ///
    /// # Panics
    /// As for [`Context::block_on`].
    pub fn close(&self) {
        self.block_on(self.driver.context.close());
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stop = None;
        // A task of the thread may be the last to let go, and cannot wait for itself.
        let other = |thread: &JoinHandle<()>| thread.thread().id() != thread::current().id();
        if let Some(thread) = self.thread.take().filter(other) {
            // What a panic of its had to say, it has said.
            let _ = thread.join();
        }
    }
}
