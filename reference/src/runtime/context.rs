//! What the sockets of one program share.
//!
//! Deliberately absent: threads. Tasks run where the socket is bound or connected.

use super::socket::Socket;
use super::transport::{Net, Transport};
use crate::error::Refused;
use crate::socket;
use crate::socket_type::SocketType;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// The origin of sockets; clones are the same context.
#[derive(Clone, Debug, Default)]
pub struct Context<T = Net> {
    shared: Arc<Inner<T>>,
}

#[derive(Debug, Default)]
struct Inner<T> {
    transport: T,
}

impl Context<Net> {
    /// A context over the transports of the operating system.
    #[must_use]
    pub fn new() -> Self {
        Self::over(Net)
    }
}

impl<T: Transport> Context<T> {
    /// A context over this transport.
    #[must_use]
    pub fn over(transport: T) -> Self {
        Self { shared: Arc::new(Inner { transport }) }
    }

    /// A socket with default options and no endpoints.
    ///
    /// # Errors
    /// [`Refused::Draft`].
    pub fn socket(&self, socket_type: SocketType) -> Result<Socket<T>, Refused> {
        let core = socket::Socket::new(socket_type, seed());
        core.map(|core| Socket::new(self.clone(), core)).ok_or(Refused::Draft(socket_type))
    }

    pub(super) fn transport(&self) -> &T {
        &self.shared.transport
    }
}

/// Another number each time, so that what a socket makes up meets nothing of an earlier one.
fn seed() -> u32 {
    let random = RandomState::new().hash_one(0);
    u32::try_from(random >> 32).unwrap_or(1)
}
