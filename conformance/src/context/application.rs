//! Asking the application side of the SUT for what it may refuse, and more peers of its socket.
//! Absent: what must succeed, which is in the parent.

use std::time::Duration;

use futures_util::future::join_all;

use super::{AT_ONCE, Context, show, stop};
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

    /// Makes the application try once to send each of these messages, some at a time, since each
    /// question alone would wake two processes: how each was answered.
    ///
    /// # Errors
    /// As [`Context::try_send`].
    pub async fn try_send_all(
        &mut self,
        messages: &[Vec<Vec<u8>>],
    ) -> Result<Vec<Answer<()>>, Stop> {
        self.send_within(messages, Duration::ZERO).await
    }

    /// Makes the application send these messages, some at a time, as [`Context::try_send_all`].
    ///
    /// # Errors
    /// As [`Context::send`].
    pub async fn send_all(&mut self, messages: &[Vec<Vec<u8>>]) -> Result<(), Stop> {
        let answers = self.send_within(messages, self.bench.deadline).await?;
        match answers.into_iter().find_map(Result::err) {
            None => Ok(()),
            Some(kind) => Err(stop(TargetError::Refused(kind, "a message in a row".into()))),
        }
    }

    async fn send_within(
        &mut self,
        messages: &[Vec<Vec<u8>>],
        within: Duration,
    ) -> Result<Vec<Answer<()>>, Stop> {
        let socket = self.socket().await?;
        let mut answers = Vec::new();
        for some in messages.chunks(AT_ONCE) {
            // Polled, and so asked, in this order.
            let asked = join_all(some.iter().map(|parts| socket.send(parts, within))).await;
            for (parts, sent) in some.iter().zip(asked) {
                let sent = answer(sent)?;
                let how = sent.map_or_else(|kind| format!(": {kind}"), |()| String::new());
                let note =
                    format!("application sends, one of {}, {}{how}", some.len(), show(parts));
                self.note(Direction::Received, note);
                answers.push(sent);
            }
        }
        Ok(answers)
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
