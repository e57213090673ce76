//! What a case works with when the SUT's application runs a ZAP handler, which the tester plays.

use std::rc::Rc;

use super::{Context, show};
use crate::target::zap::{Doorman, Frames};
use crate::transcript::Direction;
use crate::verdict::{Finding, Stop};

impl Context {
    /// Who decides about the peers of the SUT's socket, and sees what it asks about them.
    ///
    /// # Errors
    /// [`Stop::NotApplicable`] when its application runs no ZAP handler for this socket.
    pub async fn doorman(&mut self) -> Result<Rc<Doorman>, Stop> {
        let doorman = self.socket().await?.doorman();
        doorman.ok_or_else(|| Stop::NotApplicable("a ZAP handler".to_owned()))
    }

    /// The next request to the ZAP handler.
    ///
    /// # Errors
    /// [`Stop::Hang`] when none comes by the deadline.
    pub async fn asked(&mut self) -> Result<Frames, Stop> {
        let doorman = self.doorman().await?;
        let asked = tokio::time::timeout(self.bench.deadline, doorman.next()).await;
        match asked {
            Ok(request) => {
                self.note(Direction::Received, format!("asks its handler {}", show(&request)));
                Ok(request)
            }
            Err(_) => Err(Stop::Hang(Finding::new("not-asked", "a ZAP request", "none"))),
        }
    }

    /// Whether its peers come through pipes, which have no addresses.
    pub fn is_in_memory(&self) -> bool {
        self.target.about().via == "in memory"
    }
}
