//! What the application of the SUT receives.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::future::join_all;

use super::{AT_ONCE, Context, show, stop};
use crate::socket_type::SocketType;
use crate::target::TargetError;
use crate::transcript::Direction;
use crate::verdict::{Finding, Stop};

/// Messages that are asked for before a case takes them.
#[derive(Default)]
pub(super) struct Ahead {
    /// How many are sure to come, besides those asked for.
    left: usize,
    /// Answers to what was asked for, in order.
    came: VecDeque<Result<Option<Vec<Vec<u8>>>, TargetError>>,
}

impl Context {
    /// The next `count` receives will be answered, unless the SUT is wrong: they are asked for some
    /// at a time, since each question alone would wake two processes.
    pub fn expect_many(&mut self, count: usize) {
        self.ahead.left += count;
    }

    /// What the application of the SUT receives next, as it sees it.
    ///
    /// # Errors
    /// [`Stop::Hang`] when nothing comes by the deadline.
    pub async fn recv(&mut self) -> Result<Vec<Vec<u8>>, Stop> {
        let deadline = self.bench.deadline;
        self.recv_within(deadline).await?.ok_or_else(|| {
            let got = format!("nothing within {} s", deadline.as_secs_f32());
            Stop::Hang(Finding::new("not-delivered", "a message is delivered", got))
        })
    }

    /// What the application of the SUT receives within a time; `None` when nothing came. Unlike a
    /// receive that is dropped half-way, it takes no later message with it.
    ///
    /// # Errors
    /// [`Stop`] as the target's answer says.
    pub async fn recv_within(&mut self, within: Duration) -> Result<Option<Vec<Vec<u8>>>, Stop> {
        let socket = self.socket().await?;
        if self.ahead.came.is_empty() {
            let count = self.ahead.left.clamp(1, AT_ONCE);
            self.ahead.left = self.ahead.left.saturating_sub(count);
            // Polled, and so asked, in this order.
            self.ahead.came.extend(join_all((0..count).map(|_| socket.recv(within))).await);
        }
        let parts = self.ahead.came.pop_front().transpose().map_err(stop)?.flatten();
        if let Some(parts) = &parts {
            self.note(Direction::Received, format!("application receives {}", show(parts)));
        }
        Ok(parts)
    }

    /// What the application receives next, without the address a ROUTER puts in front.
    ///
    /// # Errors
    /// As [`Context::recv`].
    pub async fn recv_body(&mut self) -> Result<Vec<Vec<u8>>, Stop> {
        let mut parts = self.recv().await?;
        if self.kind == SocketType::Router && !parts.is_empty() {
            parts.remove(0);
        }
        Ok(parts)
    }

    /// The next delivery must be this message.
    ///
    /// # Errors
    /// [`Stop::Hang`] when nothing comes, [`Stop::Fail`] for anything else.
    pub async fn expect_delivery<P: AsRef<[u8]>>(&mut self, parts: &[P]) -> Result<(), Stop> {
        let wanted: Vec<Vec<u8>> = parts.iter().map(|part| part.as_ref().to_vec()).collect();
        let got = self.recv_body().await?;
        if got == wanted {
            return Ok(());
        }
        let expected = format!("the application receives {}", show(&wanted));
        Err(Stop::Fail(Finding::new("other-delivery", expected, show(&got))))
    }

    /// Nothing has been delivered up to now. Only behind a close or a barrier is this a proof.
    ///
    /// # Errors
    /// [`Stop::Fail`] when there is a message.
    pub async fn expect_no_delivery(&mut self) -> Result<(), Stop> {
        match self.recv_within(Duration::ZERO).await? {
            None => Ok(()),
            Some(parts) => {
                let finding = Finding::new("delivered", "nothing is delivered", show(&parts));
                Err(Stop::Fail(finding))
            }
        }
    }
}
