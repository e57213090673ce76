//! Writing to a SUT that may stop to read, which is its right.

use std::rc::Rc;

use tokio::io::AsyncWriteExt;

use super::Link;
use crate::transcript::Direction;

impl Link {
    /// Writes until everything is taken, or until nothing more is for a quiet window; returns how
    /// many octets were. They are not cut: a flood is long enough to be cut on its way.
    pub async fn offer(&mut self, octets: &[u8]) -> usize {
        let bench = Rc::clone(&self.bench);
        let mut taken = 0;
        while let Some(rest) = octets.get(taken..).filter(|rest| !rest.is_empty()) {
            let wrote = tokio::select! {
                biased;
                wrote = self.stream.write(rest) => wrote,
                () = bench.window() => break,
            };
            match wrote {
                Ok(count @ 1..) => taken += count,
                Ok(0) | Err(_) => break,
            }
        }
        let sent = octets.get(..taken).unwrap_or_default();
        bench.transcript.borrow_mut().octets(self.number, Direction::Sent, sent);
        taken
    }
}
