//! Transports: how a stream of octets to an endpoint is made.
//!
//! ```text
//! Transport   bind, accept, connect          Net   tcp and ipc of the operating system
//!             entropy, leaving               for simulators: octets of a seed, records of ends
//! ```
//!
//! A transport is all that the runtime knows of the world, but for time, which is tokio's.
//! Deliberately absent: inproc, which needs no octets and belongs to the context.

mod interfaces;
mod ipc;
mod net;
mod tcp;

pub(super) use interfaces::is_missing;
pub use net::{Net, NetListener, NetStream};

use crate::socket::options::Tcp;
use crate::socket::{Ended, Endpoint};
use core::future::Future;
use std::io;
use tokio::io::{AsyncRead, AsyncWrite};

/// A way to make streams; the runtime is generic over it.
pub trait Transport: Clone + Send + Sync + 'static {
    /// A stream to or from one peer.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    /// Where peers come in; it stops listening when dropped.
    type Listener: Send + 'static;

    /// Listens; returns the endpoint with every wildcard filled in.
    fn bind(
        &self,
        endpoint: &Endpoint,
        options: &Tcp,
    ) -> impl Future<Output = io::Result<(Self::Listener, Endpoint)>> + Send;

    /// Waits for a peer; dropping the future loses none. Returns its IP address, numeric and
    /// without a port, as ZAP has it; empty if it has none.
    fn accept(
        &self,
        listener: &mut Self::Listener,
    ) -> impl Future<Output = io::Result<(Self::Stream, String)>> + Send;

    /// Makes a stream to an endpoint; returns the IP address of the peer as well, as above.
    fn connect(
        &self,
        endpoint: &Endpoint,
        options: &Tcp,
    ) -> impl Future<Output = io::Result<(Self::Stream, String)>> + Send;

    /// Fills this with octets that nobody can foresee: the secrets of a handshake, and where a
    /// socket begins to count. A simulator gives those of its seed, so that runs repeat; it then
    /// keeps nothing secret.
    ///
    /// # Errors
    /// The system has none; what needs a secret is refused.
    fn entropy(&self, octets: &mut [u8]) -> io::Result<()> {
        getrandom::fill(octets).map_err(|error| io::Error::other(error.to_string()))
    }

    /// Hears why the runtime leaves this stream, before it shuts it down.
    fn leaving(&self, stream: &mut Self::Stream, ended: &Ended) {
        let _ = (stream, ended);
    }
}
