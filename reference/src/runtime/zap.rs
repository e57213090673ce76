//! Who answers when the core asks whether a peer may come in (27).
//!
//! Deliberately absent: the questions and answers as octets, which the core has.

use crate::wire::zap::{Malformed, Reply, Request};
use core::future::Future;
use core::pin::Pin;
use std::fmt;
use std::sync::Arc;

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

    pub(super) fn ask(&self, request: Request) -> Verdict {
        (self.0)(request)
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}
