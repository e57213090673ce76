//! A `bench` that runs: it tells when its sockets are there, and at the end what it did.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::client::{Adapter, judge};
use super::error::AdapterError;
use super::link::Owed;

/// The loop of one side, in the process of its adapter.
pub struct Begun {
    pub(super) adapter: Adapter,
    /// `None` once it has been heard.
    pub(super) ready: Option<oneshot::Receiver<()>>,
    pub(super) answer: Owed,
}

impl Begun {
    /// Waits until its sockets are bound, or connect.
    ///
    /// # Errors
    /// A refusal, `Deadline`, `Died`; `Protocol` when it is done without having been ready.
    pub async fn ready(&mut self, within: Duration) -> Result<(), AdapterError> {
        let Some(ready) = self.ready.take() else { return Ok(()) };
        match timeout(within, ready).await {
            Err(_) => Err(late(within)),
            Ok(Ok(())) => Ok(()),
            // It is answered already, or dead.
            Ok(Err(_)) => {
                let done = self.answer(within).await?;
                let why = "a `bench` tells that it is `ready` before it answers".into();
                Err(AdapterError::Protocol { line: done.to_string(), why })
            }
        }
    }

    /// What it says that it did.
    ///
    /// # Errors
    /// A refusal, `Deadline`, `Died`.
    pub async fn done(mut self, within: Duration) -> Result<Value, AdapterError> {
        self.answer(within).await
    }

    async fn answer(&mut self, within: Duration) -> Result<Value, AdapterError> {
        match timeout(within, &mut self.answer).await {
            Err(_) => Err(late(within)),
            Ok(Ok(answer)) => judge("bench", answer?),
            Ok(Err(_)) => Err(self.adapter.end().await),
        }
    }
}

fn late(after: Duration) -> AdapterError {
    AdapterError::Deadline { op: "bench".into(), after }
}
