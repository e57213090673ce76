//! Everything that crossed the wire in one case, in order, with times: the evidence.

use tokio::time::Instant;

/// Who sent octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The tester.
    Sent,
    /// The SUT.
    Received,
}

/// Octets or an end of stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which connection of the case, from 0.
    pub connection: usize,
    /// Microseconds since the case began.
    pub at_us: u64,
    /// Who sent.
    pub direction: Direction,
    /// The octets; none for an end of stream.
    pub octets: Vec<u8>,
    /// `closed`, or an event on the application side of the SUT.
    pub note: Option<String>,
}

impl Step {
    /// Whether the SUT ended a connection.
    pub fn is_end(&self) -> bool {
        self.direction == Direction::Received && self.note.as_deref() == Some("closed")
    }
}

/// The steps of one case.
#[derive(Debug)]
pub struct Transcript {
    began: Instant,
    connections: usize,
    steps: Vec<Step>,
    kept: usize,
}

/// Octets kept per case; a case that moves more is told from its first ones.
const KEPT: usize = 256 << 10;

impl Default for Transcript {
    fn default() -> Self {
        Self { began: Instant::now(), connections: 0, steps: Vec::new(), kept: 0 }
    }
}

impl Transcript {
    /// Numbers a new connection.
    pub fn connection(&mut self) -> usize {
        self.connections += 1;
        self.connections - 1
    }

    /// Notes octets; beyond a bound only their number is kept.
    pub fn octets(&mut self, connection: usize, direction: Direction, octets: &[u8]) {
        let room = KEPT.saturating_sub(self.kept).min(octets.len());
        self.kept += room;
        let note = (room < octets.len()).then(|| format!("{} octets, cut here", octets.len()));
        self.push(connection, direction, octets.get(..room).unwrap_or_default(), note);
    }

    /// Notes an event.
    pub fn note(&mut self, connection: usize, direction: Direction, note: impl Into<String>) {
        self.push(connection, direction, &[], Some(note.into()));
    }

    fn push(
        &mut self,
        connection: usize,
        direction: Direction,
        octets: &[u8],
        note: Option<String>,
    ) {
        let at_us = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.steps.push(Step { connection, at_us, direction, octets: octets.to_vec(), note });
    }

    /// All steps so far.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Hands the steps over.
    pub fn take(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }
}
