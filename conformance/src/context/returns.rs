//! Whether a SUT that connects comes back to a tester that told it to stay away.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::Context;
use crate::probe::Link;
use crate::target::{Socket, SocketSpec};
use crate::verdict::Stop;

/// So many times what it takes to come back from a plain close must pass before it stays away.
const TIMES: u32 = 3;
/// Returns that are timed: some peers come with a tick of their own, early or late.
const RETURNS: usize = 3;

impl Context {
    /// The next connection that a socket of the SUT makes by itself, or none in a quiet window, and
    /// in the time in which it would have come back from a plain close.
    ///
    /// # Errors
    /// As [`Context::link_to`].
    pub async fn comes_back(&mut self, socket: &Rc<dyn Socket>) -> Result<Option<Link>, Stop> {
        let pace = self.pace().await?;
        let bench = Rc::clone(self.bench());
        tokio::select! {
            biased;
            link = self.link_to(socket) => link.map(Some),
            _ = async { tokio::join!(bench.window(), sleep(pace * TIMES)) } => Ok(None),
        }
    }

    /// How long a socket as that of the case takes to come back after closes that say nothing, at
    /// the longest. One that does not come by the deadline stays away from whatever it was told.
    async fn pace(&self) -> Result<Duration, Stop> {
        let spec = SocketSpec { kind: self.kind, role: self.role, options: self.options };
        let socket = self.open(spec).await?;
        let deadline = self.bench().deadline;
        let mut pace = Duration::ZERO;
        let mut last = None;
        for _ in 0..=RETURNS {
            let Ok(Ok(link)) = timeout(deadline, socket.link()).await else { break };
            drop(link);
            let closed = Instant::now();
            pace = last.map_or(pace, |last| pace.max(closed.duration_since(last)));
            last = Some(closed);
        }
        let _ = socket.close().await;
        Ok(pace)
    }
}
