//! One connection to the SUT and the few questions every case is made of: what came, did it close,
//! does it still serve. Waiting is ordered: end of stream or a PONG decide first, the shared quiet
//! window only where neither can, and the deadline only for what must happen.

mod fate;
mod flood;

use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::bench::Bench;
use crate::entropy::Entropy;
use crate::octets::{self, Frame, GREETING_SIZE, SeenGreeting, hex, take_frame};
use crate::split::Split;
use crate::target::Stream;
use crate::transcript::Direction;
use crate::verdict::{Finding, Stop};

pub use fate::{Aftermath, Fate};

/// A connection to the SUT.
pub struct Link {
    stream: Stream,
    number: usize,
    bench: Rc<Bench>,
    entropy: Entropy,
    received: Vec<u8>,
    held: Vec<u8>,
    /// Frames of a message whose last frame has not been read.
    parts: Vec<Vec<u8>>,
    closed: bool,
}

impl Link {
    /// Wraps a fresh stream.
    pub fn new(stream: Stream, bench: Rc<Bench>, entropy: Entropy) -> Self {
        let number = bench.transcript.borrow_mut().connection();
        let (received, held, parts) = (Vec::new(), Vec::new(), Vec::new());
        Self { stream, number, bench, entropy, received, held, parts, closed: false }
    }

    /// Writes octets, cut as the split axis says. A connection the SUT has closed takes nothing
    /// and says nothing: the next read tells.
    ///
    /// # Errors
    /// [`Stop::Hang`] when the SUT stops reading.
    pub async fn write(&mut self, octets: impl AsRef<[u8]>) -> Result<(), Stop> {
        let octets = octets.as_ref();
        self.bench.transcript.borrow_mut().octets(self.number, Direction::Sent, octets);
        if self.bench.split == Split::Coalesced {
            self.held.extend_from_slice(octets);
            return Ok(());
        }
        self.transmit(octets).await
    }

    async fn transmit(&mut self, octets: &[u8]) -> Result<(), Stop> {
        for piece in self.bench.split.cut(octets, &mut self.entropy) {
            let write = async {
                self.stream.write_all(piece).await?;
                self.stream.flush().await
            };
            match timeout(self.bench.deadline, write).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Ok(()),
                Err(_) => {
                    let expected = format!("{} octets are taken", piece.len());
                    return Err(self.hang("stops-reading", expected, "the SUT stopped reading"));
                }
            }
        }
        Ok(())
    }

    /// Sends what a coalescing split has held back. Reads do so by themselves; before the case
    /// asks the application what it received, nothing else does.
    ///
    /// # Errors
    /// [`Stop::Hang`] when the SUT stops reading.
    pub async fn release(&mut self) -> Result<(), Stop> {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() { Ok(()) } else { self.transmit(&held).await }
    }

    /// Ends the tester's direction; the SUT may go on sending.
    ///
    /// # Errors
    /// [`Stop::Hang`] when the SUT stops reading.
    pub async fn finish(&mut self) -> Result<(), Stop> {
        self.release().await?;
        self.bench.transcript.borrow_mut().note(self.number, Direction::Sent, "closed");
        let _ = self.stream.shutdown().await;
        Ok(())
    }

    /// Ends the connection in order: half-close, then read what is left, so that no unread octet
    /// turns the close into a reset that eats what was sent.
    ///
    /// # Errors
    /// [`Stop::Hang`] when the SUT stops reading.
    pub async fn close(mut self) -> Result<(), Stop> {
        self.finish().await?;
        let bench = Rc::clone(&self.bench);
        let drain = async { while self.more().await {} };
        tokio::select! { biased; () = drain => {} () = bench.window() => {} }
        Ok(())
    }

    /// Reads once; `false` when the stream has ended.
    async fn more(&mut self) -> bool {
        if self.closed {
            return false;
        }
        let before = self.received.len();
        let read = self.stream.read_buf(&mut self.received).await;
        let mut transcript = self.bench.transcript.borrow_mut();
        if matches!(read, Ok(1..)) {
            let fresh = self.received.get(before..).unwrap_or_default();
            transcript.octets(self.number, Direction::Received, fresh);
            return true;
        }
        self.closed = true;
        transcript.note(self.number, Direction::Received, "closed");
        false
    }

    /// Whether the stream has ended. Octets that are there are kept for reads to come.
    pub async fn has_ended(&mut self) -> bool {
        while let Ok(more) = timeout(Duration::ZERO, self.more()).await {
            if !more {
                return true;
            }
        }
        self.closed
    }

    /// Waits for more octets until the deadline; `Ok(false)` at the end of the stream.
    async fn must_read(&mut self, expected: &str) -> Result<bool, Stop> {
        self.release().await?;
        match timeout(self.bench.deadline, self.more()).await {
            Ok(more) => Ok(more),
            Err(_) => Err(self.silent(expected)),
        }
    }

    /// What was waited for did not come by the deadline.
    pub fn silent(&self, expected: &str) -> Stop {
        let got = match self.received.len() {
            0 => "nothing".to_owned(),
            some => format!("{some} octets and then nothing"),
        };
        let limit = self.bench.deadline.as_secs_f32();
        let got = format!("{got} within {limit} s; the connection stays open");
        self.hang("silent", expected, got)
    }

    /// Exactly `count` octets; `None` when the stream ends before.
    ///
    /// # Errors
    /// [`Stop::Hang`] at the deadline.
    pub async fn octets(&mut self, count: usize, what: &str) -> Result<Option<Vec<u8>>, Stop> {
        while self.received.len() < count {
            if !self.must_read(what).await? {
                return Ok(None);
            }
        }
        let rest = self.received.split_off(count);
        Ok(Some(std::mem::replace(&mut self.received, rest)))
    }

    /// The next frame; `None` when the stream ends, which may be inside a frame.
    ///
    /// # Errors
    /// [`Stop::Hang`] at the deadline, [`Stop::Fail`] for octets outside the grammar.
    pub async fn frame(&mut self, expected: &str) -> Result<Option<Frame>, Stop> {
        loop {
            if let Some(frame) = self.buffered_frame()? {
                return Ok(Some(frame));
            }
            if !self.must_read(expected).await? {
                return Ok(None);
            }
        }
    }

    fn buffered_frame(&mut self) -> Result<Option<Frame>, Stop> {
        let taken = take_frame(&self.received).map_err(|error| {
            let head = self.received.get(..self.received.len().min(9)).unwrap_or_default();
            let got = format!("{error}: {}", hex(head));
            Stop::Fail(Finding::new("illegal-octets", "frames within the grammar", got))
        })?;
        Ok(taken.map(|(frame, used)| {
            self.received.drain(..used);
            frame
        }))
    }

    /// The 64 octets of the SUT's greeting.
    ///
    /// # Errors
    /// [`Stop::Hang`] at the deadline, [`Stop::Fail`] when it closes before octet 64.
    pub async fn greeting(&mut self) -> Result<SeenGreeting, Stop> {
        let octets = self.octets(GREETING_SIZE, "a greeting of 64 octets").await?;
        let octets = octets.and_then(|octets| octets.try_into().ok());
        octets.map(SeenGreeting).ok_or_else(|| {
            let got = format!("closed after {} octets", self.received.len());
            self.fail("eof-before-greeting", "a greeting of 64 octets", got)
        })
    }

    /// The next frame, which must be this command; PING is answered, nothing else is skipped.
    ///
    /// # Errors
    /// [`Stop::Hang`] at the deadline, [`Stop::Fail`] for a close or another frame.
    pub async fn expect_command(&mut self, name: &str) -> Result<Frame, Stop> {
        loop {
            match self.frame(name).await? {
                Some(frame) if frame.is(name) => return Ok(frame),
                Some(frame) if frame.is("PING") => self.answer(&frame).await?,
                Some(frame) => {
                    return Err(self.fail("unexpected-frame", name, octets::title(&frame)));
                }
                None => return Err(self.fail("closed", name, "the connection was closed")),
            }
        }
    }

    /// The next frame, which must be a subscription: SUBSCRIBE, or the message form of 3.0.
    ///
    /// # Errors
    /// [`Stop::Hang`] at the deadline, [`Stop::Fail`] for a close or another frame.
    pub async fn expect_subscription(&mut self) -> Result<(), Stop> {
        match self.frame("a subscription").await? {
            Some(frame) if frame.is("SUBSCRIBE") => Ok(()),
            Some(frame) if !frame.is_command() && frame.body.first() == Some(&1) => Ok(()),
            Some(frame) => {
                Err(self.fail("unexpected-frame", "a subscription", octets::title(&frame)))
            }
            None => Err(self.fail("closed", "a subscription", "the connection was closed")),
        }
    }

    /// The next whole message; commands on the way are skipped, PING is answered. Nothing is lost
    /// when the call is dropped while it waits.
    ///
    /// # Errors
    /// [`Stop::Hang`] at the deadline, [`Stop::Fail`] for a close.
    pub async fn message(&mut self) -> Result<Vec<Vec<u8>>, Stop> {
        // One deadline for all of it: commands that come meanwhile do not put it off.
        match timeout(self.bench.deadline, self.whole_message()).await {
            Ok(message) => message,
            Err(_) => Err(self.silent("a message")),
        }
    }

    async fn whole_message(&mut self) -> Result<Vec<Vec<u8>>, Stop> {
        loop {
            let Some(frame) = self.frame("a message").await? else {
                return Err(self.fail("closed", "a message", "the connection was closed"));
            };
            if frame.is_command() {
                self.answer(&frame).await?;
                continue;
            }
            let last = !frame.has_more();
            self.parts.push(frame.body);
            if last {
                return Ok(std::mem::take(&mut self.parts));
            }
        }
    }

    /// Answers a PING; other commands are left alone.
    async fn answer(&mut self, frame: &Frame) -> Result<(), Stop> {
        if !frame.is("PING") {
            return Ok(());
        }
        let context = frame.command().ok().and_then(|ping| ping.data.get(2..).map(<[u8]>::to_vec));
        self.write(octets::pong(&context.unwrap_or_default())).await
    }

    /// Whether the SUT has closed, as far as reads have told.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// A failure at this point of the dialogue.
    pub fn fail(
        &self,
        signature: &str,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Stop {
        Stop::Fail(Finding::new(signature, expected, got))
    }

    fn hang(&self, signature: &str, expected: impl Into<String>, got: impl Into<String>) -> Stop {
        Stop::Hang(Finding::new(signature, expected, got))
    }
}
