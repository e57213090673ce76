//! Asking the application side of the SUT for what it may refuse, and more peers of its socket.
//! Absent: what must succeed, which is in the parent.

use std::time::Duration;

use super::{Context, show, stop};
use crate::adapter::ErrorKind;
use crate::octets::Greeting;
use crate::probe::Link;
use crate::target::TargetError;
use crate::transcript::Direction;
use crate::verdict::{Finding, Stop};

/// What a call of the application came to, and how it was refused.
pub type Answer<T> = Result<T, ErrorKind>;

impl Context {
    /// Makes the application try to send one message within a time, zero for once: taken or
    /// refused, [`ErrorKind::Again`] when it would have to wait longer.
    ///
    /// # Errors
    /// [`Stop`] when the SUT gives no such answer.
    pub async fn try_send<P: AsRef<[u8]>>(
        &mut self,
        parts: &[P],
        within: Duration,
    ) -> Result<Answer<()>, Stop> {
        let socket = self.socket().await?;
        let parts: Vec<Vec<u8>> = parts.iter().map(|part| part.as_ref().to_vec()).collect();
        let answer = answer(socket.send(&parts, within).await)?;
        let how = answer.map_or_else(|kind| format!(": {kind}"), |()| String::new());
        self.note(Direction::Received, format!("application tries to send {}{how}", show(&parts)));
        Ok(answer)
    }

    /// Makes the application try to receive within a time, zero for once: a message or a refusal,
    /// [`ErrorKind::Again`] when none came.
    ///
    /// # Errors
    /// [`Stop`] when the SUT gives no such answer.
    pub async fn try_recv(&mut self, within: Duration) -> Result<Answer<Vec<Vec<u8>>>, Stop> {
        let socket = self.socket().await?;
        let came = answer(socket.recv(within).await)?;
        let came = came.and_then(|parts| parts.ok_or(ErrorKind::Again));
        let how = came.as_ref().map_or_else(|kind| kind.to_string(), |parts| show(parts));
        self.note(Direction::Received, format!("application tries to receive: {how}"));
        Ok(came)
    }

    /// A call that must be refused, in one of these ways.
    ///
    /// # Errors
    /// [`Stop::Fail`] when it succeeded or was refused in another way.
    pub fn expect_refusal<T>(
        &self,
        what: &str,
        answer: &Answer<T>,
        kinds: &[ErrorKind],
    ) -> Result<(), Stop> {
        let got = match answer {
            Err(kind) if kinds.contains(kind) => return Ok(()),
            Err(kind) => format!("it is refused as \"{kind}\""),
            Ok(_) => "it succeeds".to_owned(),
        };
        let kinds: Vec<String> = kinds.iter().map(|kind| format!("\"{kind}\"")).collect();
        let expected = format!("{what} is refused, as {}", kinds.join(" or "));
        Err(Stop::Fail(Finding::new("not-refused", expected, got)))
    }

    /// One more connection to the socket of this case, whose NULL handshake is done with these
    /// octets: a new one to a SUT that binds, whatever its type; the next one that a SUT that
    /// connects makes by itself. The peers that there are stay.
    ///
    /// # Errors
    /// As [`Context::handshake`].
    pub async fn another_as(
        &mut self,
        ours: Greeting,
        properties: &[(&str, &[u8])],
    ) -> Result<Link, Stop> {
        let socket = self.socket().await?;
        let mut link = self.link_to(&socket).await?;
        self.meet(&mut link, ours, properties).await?;
        Ok(link)
    }
}

/// A refusal is an answer; anything else that went wrong is not.
fn answer<T>(result: Result<T, TargetError>) -> Result<Answer<T>, Stop> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(TargetError::Refused(kind, _)) if kind != ErrorKind::Internal => Ok(Err(kind)),
        Err(error) => Err(stop(error)),
    }
}
