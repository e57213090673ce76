//! The same failure in fewer words: operations, messages, sockets and digits are taken away as long
//! as the same oracle is broken.
//!
//! ```text
//! ddmin over operations --> fewer messages --> fewer sockets --> round times --> no jitter
//! ```

use crate::schedule::{Op, Schedule, Work};
use crate::units::{Range, Span};

/// A schedule that still breaks the oracle, and how many runs it took to find.
#[derive(Debug)]
pub struct Shrunk {
    /// The schedule.
    pub schedule: Schedule,
    /// Runs.
    pub runs: u64,
}

/// The smallest schedule that is found with at most so many runs, and which `fails` like the first.
pub fn shrink(schedule: &Schedule, most: u64, mut fails: impl FnMut(&Schedule) -> bool) -> Shrunk {
    let mut search = Search { best: schedule.clone(), runs: 0, most, fails: &mut fails };
    loop {
        let before = search.best.clone();
        search.operations();
        search.messages();
        search.sockets();
        search.times();
        search.line();
        if search.best == before || search.runs >= most {
            return Shrunk { schedule: search.best, runs: search.runs };
        }
    }
}

struct Search<'a> {
    best: Schedule,
    runs: u64,
    most: u64,
    fails: &'a mut dyn FnMut(&Schedule) -> bool,
}

impl Search<'_> {
    /// Takes this schedule if it fails as well.
    fn attempt(&mut self, schedule: Schedule) -> bool {
        if self.runs >= self.most || schedule == self.best {
            return false;
        }
        self.runs += 1;
        let fails = (self.fails)(&schedule);
        if fails {
            self.best = schedule;
        }
        fails
    }

    /// Leaves out halves, quarters and so on, down to single operations.
    fn operations(&mut self) {
        let mut size = self.best.op.len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < self.best.op.len() {
                let mut shorter = self.best.clone();
                let end = (from + size).min(shorter.op.len());
                shorter.op.drain(from..end);
                if !self.attempt(shorter) {
                    from += size;
                }
            }
            size /= 2;
        }
    }

    fn messages(&mut self) {
        for flow in 0..self.best.flow.len() {
            loop {
                let mut fewer = self.best.clone();
                let Some(flow) = fewer.flow.get_mut(flow) else { break };
                flow.count /= 2;
                if !self.attempt(fewer) {
                    break;
                }
            }
        }
        let mut shorter = self.best.clone();
        let last = shorter.last_op().0.max(1_000_000_000);
        shorter.duration = Span((last * 4).min(self.best.duration.0));
        self.attempt(shorter);
    }

    /// Leaves out a socket, with its flows and whatever names it.
    fn sockets(&mut self) {
        let mut number = 0;
        while let Some(name) = self.best.socket.get(number).map(|socket| socket.name.clone()) {
            let fewer = without(&self.best, &name);
            if fewer.socket.len() < 2 || fewer.flow.is_empty() || !self.attempt(fewer) {
                number += 1;
            }
        }
    }

    /// Seconds, then tenths, then milliseconds.
    fn times(&mut self) {
        for number in 0..self.best.op.len() {
            for unit in [1_000_000_000, 100_000_000, 10_000_000] {
                let mut rounder = self.best.clone();
                if let Some(timed) = rounder.op.get_mut(number) {
                    timed.at = Span(timed.at.0 / unit * unit);
                }
                rounder.op.sort_by_key(|timed| timed.at);
                if self.attempt(rounder) {
                    break;
                }
            }
        }
    }

    fn line(&mut self) {
        let mut plain = self.best.clone();
        plain.link.latency = Range::only(plain.link.latency.most);
        self.attempt(plain);
        for flow in 0..self.best.flow.len() {
            let mut plain = self.best.clone();
            if let Some(flow) = plain.flow.get_mut(flow) {
                flow.size = Range::only(flow.size.least);
                flow.parts = 1;
            }
            self.attempt(plain);
        }
    }
}

/// The schedule without a socket.
fn without(schedule: &Schedule, name: &str) -> Schedule {
    let mut fewer = schedule.clone();
    let gone =
        schedule.socket_named(name).map(|(_, socket)| socket.node.clone()).unwrap_or_default();
    fewer.socket.retain(|socket| socket.name != name);
    for socket in &mut fewer.socket {
        socket.connect.retain(|target| target != name);
        if socket.to.as_deref() == Some(name) {
            (socket.to, socket.work) = (None, Work::Consume);
        }
        socket.bind |= socket.connect.is_empty();
    }
    fewer.flow.retain(|flow| flow.from != name);
    for flow in &mut fewer.flow {
        flow.to.retain(|target| target != name);
    }
    let node_is_left = fewer.socket.iter().any(|socket| socket.node == gone);
    fewer.op.retain(|timed| {
        let about = |node: &String| node_is_left || *node != gone;
        let between = timed.op.between().is_none_or(|between| between.iter().all(about));
        let evil = !matches!(&timed.op, Op::Evil { socket, .. } if socket == name);
        between && evil && timed.op.node().is_none_or(|node| node_is_left || node != gone)
    });
    fewer
}
