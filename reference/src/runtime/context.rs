//! What the sockets of one program share.
//!
//! Deliberately absent: threads. Tasks run where the socket is bound or connected.

use super::inproc::Registry;
use super::shared::Shared;
use super::socket::Socket;
use super::transport::{Net, Transport};
use super::zap::{self, Handler};
use crate::error::Refused;
use crate::mechanism::Entropy;
use crate::socket;
use crate::socket_type::SocketType;
use crate::wire::zap::{Reply, Request};
use core::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The origin of sockets; clones are the same context.
#[derive(Clone, Debug, Default)]
pub struct Context<T = Net> {
    shared: Arc<Inner<T>>,
}

#[derive(Debug, Default)]
struct Inner<T> {
    transport: T,
    zap: Mutex<Option<Handler>>,
    inproc: Arc<Registry>,
    sockets: Mutex<Sockets>,
}

/// Sockets that were opened and are not gone, and some that are.
#[derive(Debug, Default)]
struct Sockets {
    known: Vec<Weak<Shared>>,
    is_closed: bool,
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
        let inner = Inner {
            transport,
            zap: Mutex::default(),
            inproc: Arc::default(),
            sockets: Mutex::default(),
        };
        Self { shared: Arc::new(inner) }
    }

    /// A socket with default options and no endpoints.
    ///
    /// # Errors
    /// [`Refused::Draft`], [`Refused::Terminated`].
    pub fn socket(&self, socket_type: SocketType) -> Result<Socket<T>, Refused> {
        let core =
            socket::Socket::new(socket_type, self.seed()).ok_or(Refused::Draft(socket_type))?;
        let shared = Arc::new(Shared::new(core));
        let mut sockets = self.sockets();
        if sockets.is_closed {
            return Err(Refused::Terminated);
        }
        if sockets.known.len() == sockets.known.capacity() {
            sockets.known.retain(|socket| socket.strong_count() > 0);
        }
        sockets.known.push(Arc::downgrade(&shared));
        Ok(Socket::new(self.clone(), shared))
    }

    /// Closes every socket, and waits until each has written what it had queued or its `linger`
    /// is over. Dropped before that, the sockets still close.
    pub async fn close(&self) {
        let known = {
            let mut sockets = self.sockets();
            sockets.is_closed = true;
            core::mem::take(&mut sockets.known)
        };
        let open: Vec<_> = known.iter().filter_map(Weak::upgrade).collect();
        open.iter().for_each(|socket| socket.close());
        self.shared.inproc.close();
        for socket in open {
            poll_fn(|cx| socket.lock().poll_closed(cx.waker())).await;
        }
    }

    fn sockets(&self) -> MutexGuard<'_, Sockets> {
        self.shared.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn inproc(&self) -> &Arc<Registry> {
        &self.shared.inproc
    }

    /// Asks this handler, from now on, whether peers may come in (27). A REP or ROUTER that is
    /// bound to `inproc://zeromq.zap.01` is asked without this.
    pub fn authenticate<F>(&self, handler: impl Fn(Request) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        *self.zap() = Some(Handler::new(handler));
    }

    fn zap(&self) -> MutexGuard<'_, Option<Handler>> {
        self.shared.zap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The handler of the program, or else one that is bound to the name of RFC 27.
    pub(super) fn zap_handler(&self) -> Option<Handler> {
        let handler = self.zap().clone();
        let is_bound = || self.inproc().is_bound(zap::NAME);
        handler.or_else(|| is_bound().then(|| Handler::over_inproc(self.clone())))
    }

    pub(super) fn transport(&self) -> &T {
        &self.shared.transport
    }

    /// Random octets for one handshake; without any, what needs them is refused.
    pub(super) fn entropy(&self) -> Entropy {
        let mut octets = [0; Entropy::LEN];
        let drawn = self.transport().entropy(&mut octets);
        drawn.map_or_else(|_| Entropy::default(), |()| Entropy::new(&octets))
    }

    /// What a new swap mixes into its sums.
    pub(super) fn salt(&self) -> u64 {
        let mut octets = [0; 8];
        self.transport().entropy(&mut octets).map_or(1, |()| u64::from_be_bytes(octets))
    }

    /// Another number each time, so that what a socket makes up meets nothing of an earlier one.
    fn seed(&self) -> u32 {
        let mut octets = [0; 4];
        // Nothing of it is secret: a system without entropy still has sockets.
        self.transport().entropy(&mut octets).map_or(1, |()| u32::from_be_bytes(octets))
    }
}
