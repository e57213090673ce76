//! Somebody who sees that the SUT goes on: a connection of its own, whose greeting the SUT answers.
//! What the SUT had been given before, it has had the time to act on.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::octets::greeting;
use crate::target::{Role, Socket, SocketSpec, Target, TargetError};

/// Longest wait for one answer.
const LIMIT: Duration = Duration::from_millis(250);

/// Makes round trips to a SUT that binds.
pub struct Witness {
    target: Rc<dyn Target>,
    spec: SocketSpec,
    socket: RefCell<Option<Rc<dyn Socket>>>,
}

impl Witness {
    /// A witness of `target` on a socket of its own, opened at the first round trip.
    pub fn new(target: Rc<dyn Target>, spec: SocketSpec) -> Self {
        Self { target, spec, socket: RefCell::new(None) }
    }

    /// One round trip; `false` when none could be had.
    pub async fn round_trip(&self) -> bool {
        if self.spec.role != Role::Bind {
            return false;
        }
        let met = timeout(LIMIT, self.dialogue()).await;
        if !matches!(met, Ok(Ok(true))) {
            // The SUT may have been started anew, with another port.
            self.socket.borrow_mut().take();
        }
        matches!(met, Ok(Ok(true)))
    }

    async fn dialogue(&self) -> Result<bool, TargetError> {
        let known = self.socket.borrow().clone();
        let socket = match known {
            Some(socket) => socket,
            None => self.target.open(self.spec).await?,
        };
        self.socket.borrow_mut().get_or_insert_with(|| Rc::clone(&socket));
        let mut stream = socket.link().await?;
        let sent = stream.write_all(&greeting().build()).await.is_ok();
        Ok(sent && stream.read_exact(&mut [0; 10]).await.is_ok())
    }
}
