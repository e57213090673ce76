//! Transports of the built-in SUT: pipes in memory, or TCP over the loopback interface.
//!
//! A SUT that binds finds its peers at [`Pipes::dial`], one that connects finds them itself, and
//! the tester takes them from [`Pipes::accept`]. Deliberately absent: addresses; there is one
//! socket on each set of pipes.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeroproof_reference::runtime::transport::Transport;
use zeroproof_reference::socket::{Endpoint, options::Tcp};

/// Octets one direction of a pipe holds.
const PIPE: usize = 64 << 10;

/// Streams in one direction of dialing.
#[derive(Debug)]
struct Way {
    from: UnboundedSender<DuplexStream>,
    to: Mutex<Option<UnboundedReceiver<DuplexStream>>>,
}

/// Pipes of one socket; clones are the same ones.
#[derive(Clone, Debug)]
pub(super) struct Pipes(Arc<Ends>);

#[derive(Debug)]
struct Ends {
    to_sut: Way,
    from_sut: Way,
}

impl Way {
    fn new() -> Self {
        let (from, to) = unbounded_channel();
        Self { from, to: Mutex::new(Some(to)) }
    }

    /// One pipe, whose far end comes out at the other side.
    fn dial(&self) -> io::Result<DuplexStream> {
        let (near, far) = duplex(PIPE);
        self.from.send(far).map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(near)
    }

    fn far_ends(&self) -> MutexGuard<'_, Option<UnboundedReceiver<DuplexStream>>> {
        self.to.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pipes {
    pub(super) fn new() -> Self {
        Self(Arc::new(Ends { to_sut: Way::new(), from_sut: Way::new() }))
    }

    /// A pipe to a SUT that binds.
    pub(super) fn dial(&self) -> io::Result<DuplexStream> {
        self.0.to_sut.dial()
    }

    /// Where the pipes of a SUT that connects come out; there is one such place.
    pub(super) fn accept(&self) -> Option<UnboundedReceiver<DuplexStream>> {
        self.0.from_sut.far_ends().take()
    }
}

impl Transport for Pipes {
    type Stream = DuplexStream;
    type Listener = UnboundedReceiver<DuplexStream>;

    async fn bind(&self, endpoint: &Endpoint, _: &Tcp) -> io::Result<(Self::Listener, Endpoint)> {
        let listener = self.0.to_sut.far_ends().take().ok_or(io::ErrorKind::AddrInUse)?;
        Ok((listener, endpoint.clone()))
    }

    async fn accept(&self, listener: &mut Self::Listener) -> io::Result<(DuplexStream, String)> {
        match listener.recv().await {
            Some(stream) => Ok((stream, String::new())),
            None => std::future::pending().await,
        }
    }

    async fn connect(&self, _: &Endpoint, _: &Tcp) -> io::Result<(DuplexStream, String)> {
        Ok((self.0.from_sut.dial()?, String::new()))
    }
}
