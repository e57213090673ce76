//! Who answers when the core asks whether a peer may come in (27).
//!
//! Deliberately absent: the questions and answers as octets, which the core has.

use super::context::Context;
use super::transport::Transport;
use crate::message::Part;
use crate::socket_type::SocketType;
use crate::wire::zap::{Malformed, Reply, Request};
use core::future::Future;
use core::pin::Pin;
use std::fmt;
use std::sync::Arc;

/// The inproc name of the handler of a context.
pub(super) const NAME: &str = "zeromq.zap.01";
/// The id of every request: each has a socket of its own.
const ID: &[u8] = b"1";

/// An answer that is still being thought of.
pub(super) type Verdict = Pin<Box<dyn Future<Output = Result<Reply, Malformed>> + Send>>;

/// A ZAP handler that lives in this program.
#[derive(Clone)]
pub(super) struct Handler(Arc<dyn Fn(Request) -> Verdict + Send + Sync>);

impl Handler {
    pub(super) fn new<F>(handler: impl Fn(Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        Self(Arc::new(move |request| {
            let reply = handler(request);
            Box::pin(async move { Ok(reply.await) })
        }))
    }

    /// Whoever is bound to [`NAME`] in this context, a REP or a ROUTER.
    pub(super) fn over_inproc<T: Transport>(context: Context<T>) -> Self {
        Self(Arc::new(move |request| {
            let context = context.clone();
            Box::pin(async move { ask(&context, &request).await })
        }))
    }

    pub(super) fn ask(&self, request: Request) -> Verdict {
        (self.0)(request)
    }
}

/// Asks with a socket of its own, so that replies of many handshakes cannot be mixed up. A handler
/// that does not answer is waited for as long as the handshake may take.
async fn ask<T: Transport>(context: &Context<T>, request: &Request) -> Result<Reply, Malformed> {
    let nobody = |_| Malformed::Parts(0);
    //= 27-ARCH-001, 27-SOCK-004
    let socket = context.socket(SocketType::Dealer).map_err(nobody)?;
    socket.set("linger", 0).map_err(nobody)?;
    socket.connect(&format!("inproc://{NAME}")).map_err(nobody)?; //= 27-ARCH-004
    let parts: Vec<_> = request.parts(ID).into_iter().map(Part::Slice).collect();
    socket.send(parts.as_slice()).await.map_err(nobody)?;
    let reply = socket.recv().await.map_err(nobody)?;
    let parts: Vec<&[u8]> = reply.parts().iter().map(|part| &part[..]).collect();
    Reply::decode(&parts, ID)
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}
