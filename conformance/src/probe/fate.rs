//! What became of a connection: an end of stream or a PONG decide first, the shared quiet window
//! only where neither can.

use std::rc::Rc;

use super::Link;
use crate::octets::{self, Frame};
use crate::verdict::Stop;

/// What became of a connection after a stimulus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The SUT closed it (FIN and RST are the same).
    Closed,
    /// It answered the PING sent behind the stimulus.
    Serving,
    /// Neither, for a whole quiet window.
    Silent,
}

/// A [`Fate`] and the frames that came before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aftermath {
    /// What became of the connection.
    pub fate: Fate,
    /// Frames of the SUT on the way, without the barrier's PONG.
    pub seen: Vec<Frame>,
}

impl Aftermath {
    /// Whether a command of this name is among the frames.
    pub fn has(&self, name: &str) -> bool {
        self.seen.iter().any(|frame| frame.is(name))
    }
}

impl Link {
    /// Sends a PING behind what was written and tells what became of the connection. On a link or
    /// SUT without PONG the end of stream or the quiet window decide.
    ///
    /// # Errors
    /// [`Stop::Fail`] for octets outside the grammar, [`Stop::Hang`] when the SUT stops reading.
    pub async fn fate(&mut self) -> Result<Aftermath, Stop> {
        let nonce = self.entropy.nonce();
        if self.bench.pongs {
            self.write(octets::ping(0, &nonce)).await?;
        }
        self.watch(|frame| frame.is("PONG") && frame.body.ends_with(&nonce)).await
    }

    /// Reads until a frame proves that the SUT serves, the end of the stream, or the end of the
    /// quiet window. That frame is not among those seen.
    ///
    /// # Errors
    /// [`Stop::Fail`] for octets outside the grammar, [`Stop::Hang`] when the SUT stops reading.
    pub async fn watch(
        &mut self,
        mut serves: impl FnMut(&Frame) -> bool,
    ) -> Result<Aftermath, Stop> {
        self.release().await?;
        let bench = Rc::clone(&self.bench);
        let window = bench.window();
        tokio::pin!(window);
        let mut seen = Vec::new();
        loop {
            while let Some(frame) = self.buffered_frame()? {
                if serves(&frame) {
                    return Ok(Aftermath { fate: Fate::Serving, seen });
                }
                self.answer(&frame).await?;
                seen.push(frame);
            }
            // Biased: octets that are there count before a window that is over.
            let more = tokio::select! {
                biased;
                more = self.more() => more,
                () = &mut window => return Ok(Aftermath { fate: Fate::Silent, seen }),
            };
            if !more {
                return Ok(Aftermath { fate: Fate::Closed, seen });
            }
        }
    }

    /// Proves that everything written so far was read: a PING and its PONG. Returns the frames
    /// that came before the PONG.
    ///
    /// # Errors
    /// [`Stop::Fail`] when the connection was closed instead; [`Stop::NotApplicable`] on a SUT
    /// without PONG.
    pub async fn barrier(&mut self) -> Result<Vec<Frame>, Stop> {
        if !self.bench.pongs {
            return Err(Stop::NotApplicable("a SUT that answers PING".to_owned()));
        }
        let nonce = self.entropy.nonce();
        self.write(octets::ping(0, &nonce)).await?;
        let mut seen = Vec::new();
        loop {
            match self.frame("a PONG: the connection goes on").await? {
                Some(frame) if frame.is("PONG") && frame.body.ends_with(&nonce) => return Ok(seen),
                Some(frame) => {
                    self.answer(&frame).await?;
                    seen.push(frame);
                }
                None => {
                    let got = "the connection was closed";
                    return Err(self.fail("closed", "the connection goes on", got));
                }
            }
        }
    }

    /// Waits for the SUT to close; frames on the way are returned.
    ///
    /// # Errors
    /// [`Stop::Hang`] when it stays open past the deadline.
    pub async fn until_closed(&mut self, expected: &str) -> Result<Vec<Frame>, Stop> {
        let mut seen = Vec::new();
        while let Some(frame) = self.frame(expected).await? {
            self.answer(&frame).await?;
            seen.push(frame);
        }
        Ok(seen)
    }

    /// All octets that come within one quiet window, or until the SUT closes.
    ///
    /// # Errors
    /// [`Stop::Hang`] when the SUT stops reading.
    pub async fn whatever_comes(&mut self) -> Result<Vec<u8>, Stop> {
        self.release().await?;
        let bench = Rc::clone(&self.bench);
        let window = bench.window();
        tokio::pin!(window);
        loop {
            let more = tokio::select! {
                biased;
                more = self.more() => more,
                () = &mut window => false,
            };
            if !more {
                return Ok(std::mem::take(&mut self.received));
            }
        }
    }
}
