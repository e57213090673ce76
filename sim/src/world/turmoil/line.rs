//! What lies between two hosts, as the schedule has it and as operations have changed it.

use super::ledger::State;
use crate::schedule;
use crate::units::{Range, Span};

#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) latency: Range<Span>,
    pub(super) is_cut: bool,
    /// Of a million.
    pub(super) loss: u32,
    /// How much longer segments take now, since one of them was lost.
    pub(super) spike: u64,
    /// Octets of the largest piece; 0 for no cuts.
    pub(super) chop: u64,
}

impl Line {
    fn new(link: &schedule::Line) -> Self {
        Self { latency: link.latency, is_cut: false, loss: 0, spike: 0, chop: 0 }
    }
}

/// The name of the line between two hosts.
pub(super) const fn between(one: usize, other: usize) -> (usize, usize) {
    if one < other { (one, other) } else { (other, one) }
}

impl State {
    /// Lays a line between any two hosts.
    pub(super) fn lay_lines(&mut self, link: &schedule::Line) {
        for one in 0..self.hosts.len() {
            for other in one + 1..self.hosts.len() {
                self.lines.insert((one, other), Line::new(link));
            }
        }
    }

    pub(super) fn line(&mut self, one: usize, other: usize) -> Option<&mut Line> {
        self.lines.get_mut(&between(one, other))
    }

    /// Between the two sides of a connection; none if they are on one host.
    fn line_of(&self, id: u32) -> Option<&Line> {
        let [one, other] = self.connections.get(id as usize)?.hosts;
        self.lines.get(&between(one, other))
    }

    /// Whether nothing passes between the two sides of a connection.
    pub(super) fn is_cut(&self, id: u32) -> bool {
        self.line_of(id).is_some_and(|line| line.is_cut)
    }

    pub(super) fn chop_of(&self, id: u32) -> u64 {
        self.line_of(id).map_or(0, |line| line.chop)
    }

    /// How long an answer takes to come back.
    pub(super) fn round_trip(&self, id: u32) -> u64 {
        self.line_of(id).map_or(0, |line| line.latency.most.0.saturating_mul(2))
    }
}
