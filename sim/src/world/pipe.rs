//! One direction of a connection: what TCP promises, and nothing more.
//!
//! ```text
//! write --> out (sndbuf) --window--> flight --latency--> inbox --read--> engine
//! ```
//!
//! Octets are never lost or overtaken in it; loss and short cuts are delay. What is in it when it
//! is reset or loses power is lost. Deliberately absent: time, which its connection tells it.

use crate::schedule::Line;
use crate::sniff::{Seen, Sniffer};
use crate::trace::Item;
use std::collections::VecDeque;

/// Octets that travel together.
#[derive(Debug)]
pub(super) struct Segment {
    /// When they come; `None`: the network has swallowed them, and they will be sent again.
    pub(super) at: Option<u64>,
    pub(super) octets: Vec<u8>,
    /// Nothing follows.
    pub(super) is_last: bool,
}

/// One direction.
#[derive(Debug, Default)]
pub(super) struct Pipe {
    /// Taken by the sending system, not on its way.
    out: Vec<u8>,
    pub(super) flight: VecDeque<Segment>,
    in_flight: usize,
    /// Come, not read.
    pub(super) inbox: Vec<u8>,
    /// What passes, and how many octets of the stream are up to its end.
    items: VecDeque<(u64, Item)>,
    /// Octets that the engine of the other side has been given.
    read: u64,
    sniffer: Sniffer,
    /// The engine waits to hear that its octets have been taken.
    pub(super) owes: bool,
    closes: bool,
    has_sent_last: bool,
    pub(super) has_ended: bool,
    /// No segment comes before this.
    pub(super) not_before: u64,
    /// The line is busy until then.
    pub(super) busy_until: u64,
    /// Since when nobody has confirmed anything.
    pub(super) parked_since: Option<u64>,
    /// Octets after which a fault resets the connection.
    pub(super) resets_after: Option<u64>,
}

/// What the trace tells of it.
pub(super) fn item(seen: Seen) -> Item {
    match seen {
        Seen::Ready => Item::Ready,
        Seen::Message(id) => Item::Message(id),
        Seen::Other => Item::Other,
        Seen::Subscribe(topic) => Item::Subscribe(topic),
        Seen::Cancel(topic) => Item::Cancel(topic),
        Seen::Ping | Seen::Pong | Seen::Error => Item::Control,
    }
}

impl Pipe {
    pub(super) fn new(to_publisher: bool) -> Self {
        Self { sniffer: Sniffer::new(to_publisher), ..Self::default() }
    }

    /// Takes octets of the engine, and tells what is whole with them.
    pub(super) fn write(&mut self, octets: Vec<u8>, mut tell: impl FnMut(Item)) {
        let items = &mut self.items;
        self.sniffer.take(&octets, |end, seen| {
            let item = item(seen);
            tell(item.clone());
            items.push_back((end, item));
        });
        if self.out.is_empty() {
            self.out = octets;
        } else {
            self.out.extend(octets);
        }
        self.owes = true;
    }

    /// Nothing more will be written.
    pub(super) const fn close(&mut self) {
        self.closes = true;
    }

    /// What its system holds is gone, as the machine is.
    pub(super) fn lose(&mut self) {
        self.out.clear();
        (self.closes, self.owes) = (false, false);
    }

    /// What its system has held or sent and nobody has confirmed is not sent again.
    pub(super) fn abandon(&mut self) {
        self.lose();
        self.flight.clear();
        self.in_flight = 0;
    }

    /// Nothing is on its way any more.
    pub(super) fn clear(&mut self) {
        self.abandon();
        self.inbox.clear();
    }

    /// Whether the sending system has taken everything, so that the engine may write more.
    pub(super) fn take_written(&mut self, line: &Line) -> bool {
        let is_written = self.owes && self.out.len() as u64 <= line.sndbuf.0;
        self.owes &= !is_written;
        is_written
    }

    /// The next segment of at most so many octets, if the window is open.
    pub(super) fn next_segment(&mut self, line: &Line, most: usize) -> Option<Segment> {
        let under_way = (self.in_flight + self.inbox.len()) as u64;
        let window = usize::try_from(line.rcvbuf.0.max(1).saturating_sub(under_way)).ok()?;
        let size = self.out.len().min(window).min(most.max(1));
        if size == 0 {
            let is_last = self.closes && self.out.is_empty() && !self.has_sent_last;
            self.has_sent_last |= is_last;
            return is_last.then(|| Segment { at: None, octets: Vec::new(), is_last });
        }
        let octets = if size == self.out.len() {
            core::mem::take(&mut self.out)
        } else {
            self.out.drain(..size).collect()
        };
        self.in_flight += size;
        Some(Segment { at: None, octets, is_last: false })
    }

    /// What has come by now.
    pub(super) fn land(&mut self, now: u64) {
        let is_here = |segment: &Segment| segment.at.is_some_and(|at| at <= now);
        while self.flight.front().is_some_and(is_here) {
            let Some(segment) = self.flight.pop_front() else { return };
            self.in_flight -= segment.octets.len();
            self.has_ended |= segment.is_last;
            if self.inbox.is_empty() {
                self.inbox = segment.octets;
            } else {
                self.inbox.extend(segment.octets);
            }
        }
    }

    /// The engine reads all that has come: the octets, and what is whole with them is told.
    pub(super) fn read(&mut self, mut tell: impl FnMut(Item)) -> Vec<u8> {
        let octets = core::mem::take(&mut self.inbox);
        self.read += octets.len() as u64;
        while self.items.front().is_some_and(|(end, _)| *end <= self.read) {
            self.items.pop_front().into_iter().for_each(|(_, item)| tell(item));
        }
        octets
    }

    /// Whether the engine has read all there will ever be.
    pub(super) fn is_over(&self) -> bool {
        self.has_ended && self.inbox.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Size;

    fn line(rcvbuf: u64, sndbuf: u64) -> Line {
        Line { rcvbuf: Size(rcvbuf), sndbuf: Size(sndbuf), ..Line::default() }
    }

    /// Everything goes at once, as far as the window is open.
    fn fly(pipe: &mut Pipe, line: &Line, most: usize) -> Vec<usize> {
        let mut sizes = Vec::new();
        while let Some(segment) = pipe.next_segment(line, most) {
            sizes.push(segment.octets.len());
            pipe.flight.push_back(Segment { at: Some(0), ..segment });
        }
        sizes
    }

    #[test]
    fn octets_come_in_order_and_the_end_behind_them() {
        let (mut pipe, line) = (Pipe::new(false), line(1000, 1000));
        pipe.write((0..100).collect(), drop);
        pipe.close();
        assert_eq!(fly(&mut pipe, &line, 30), [30, 30, 30, 10, 0]);
        assert!(pipe.take_written(&line) && !pipe.take_written(&line));
        pipe.land(0);
        assert!(!pipe.is_over());
        assert_eq!(pipe.read(drop), (0..100).collect::<Vec<u8>>());
        assert!(pipe.is_over());
    }

    #[test]
    fn a_reader_that_does_not_read_stops_the_writer() {
        let (mut pipe, line) = (Pipe::new(false), line(50, 20));
        pipe.write(vec![7; 100], drop);
        assert_eq!(fly(&mut pipe, &line, 30), [30, 20]);
        assert!(!pipe.take_written(&line), "50 octets are more than sndbuf");
        pipe.land(0);
        assert_eq!(fly(&mut pipe, &line, 30), [0; 0], "come and not read fills the window as well");
        assert_eq!(pipe.read(drop).len(), 50);
        assert_eq!(fly(&mut pipe, &line, 30), [30, 20]);
        assert!(pipe.take_written(&line));
    }
}
