//! One connection: what each side has written and read, and what faults have made of it.
//!
//! The octets themselves are turmoil's. Here is what turmoil does not have: a window in octets,
//! names for what passes, and ends that TCP would have told of. Side 0 has dialed.

use super::super::pipe::item;
use super::ledger::State;
use super::stream::Inner;
use crate::sniff::Sniffer;
use crate::trace::{End, Item, What};
use core::task::Waker;
use std::collections::VecDeque;
use std::io::ErrorKind;

/// Segments that nobody has read yet, at most: turmoil loses an end that comes when it holds as
/// many as it can.
const SEGMENTS: usize = 2000;

/// What a side of a connection is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// It does not know of it yet.
    Before,
    Open,
    /// It is over for it, and that has been noted.
    Over,
}

#[derive(Debug)]
pub(super) struct Connection {
    /// The processes of the two sides.
    pub(super) hosts: [usize; 2],
    pub(super) sides: [Side; 2],
    pub(super) dialing: Option<Dialing>,
}

/// While it is being made.
#[derive(Debug, Default)]
pub(super) struct Dialing {
    /// What has become of this attempt, if turmoil will not tell.
    pub(super) fate: Option<ErrorKind>,
    pub(super) waker: Option<Waker>,
}

/// One side, and the octets that it writes.
#[derive(Debug)]
pub(super) struct Side {
    stage: Stage,
    written: u64,
    /// By the other side.
    read: u64,
    /// Where segments end that the other side has not read.
    segments: VecDeque<u64>,
    items: VecDeque<(u64, Item)>,
    sniffer: Sniffer,
    /// How its system answers from now on.
    fault: Option<ErrorKind>,
    /// It is to look as if it had closed.
    pub(super) finishes: bool,
    /// Since when nobody confirms what it has written.
    pub(super) parked_since: Option<u64>,
    /// The machine of the other side has no power.
    pub(super) is_unheard: bool,
    /// Octets after which a fault resets the connection.
    pub(super) resets_after: Option<u64>,
    reader: Option<Waker>,
    writer: Option<Waker>,
    inner: Option<Inner>,
}

impl Side {
    pub(super) fn new(to_publisher: bool) -> Self {
        Self {
            stage: Stage::Before,
            written: 0,
            read: 0,
            segments: VecDeque::new(),
            items: VecDeque::new(),
            sniffer: Sniffer::new(to_publisher),
            fault: None,
            finishes: false,
            parked_since: None,
            is_unheard: false,
            resets_after: None,
            reader: None,
            writer: None,
            inner: None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// Its task looks again.
    pub(super) fn wake(&mut self) {
        self.reader.take().into_iter().chain(self.writer.take()).for_each(Waker::wake);
    }
}

impl State {
    pub(super) fn side(&mut self, id: u32, side: usize) -> Option<&mut Side> {
        self.connections.get_mut(id as usize)?.sides.get_mut(side)
    }

    /// How many octets its system takes from a side now, as one segment; the task is woken when
    /// there is room.
    pub(super) fn room(
        &mut self,
        (id, side): (u32, usize),
        (window, mtu): (u64, u64),
        waker: &Waker,
    ) -> Result<usize, ErrorKind> {
        let chop = self.chop_of(id);
        let Some(state) = self.side(id, side) else { return Err(ErrorKind::NotConnected) };
        if let Some(fault) = state.fault {
            return Err(fault);
        }
        let free = window.saturating_sub(state.written.saturating_sub(state.read));
        if free == 0 || state.segments.len() >= SEGMENTS {
            state.writer = Some(waker.clone());
            return Ok(0);
        }
        let cut = if chop > 0 { self.chance.within(1, chop) } else { u64::MAX };
        Ok(usize::try_from(free.min(mtu.max(1)).min(cut)).unwrap_or(usize::MAX))
    }

    /// A side has given these octets to its system.
    pub(super) fn wrote(&mut self, id: u32, side: usize, octets: &[u8]) {
        self.octets(octets);
        let now = self.now();
        let Some(state) = self.side(id, side) else { return };
        state.written += octets.len() as u64;
        state.segments.push_back(state.written);
        let is_parked = state.is_unheard && state.parked_since.is_none();
        if is_parked {
            state.parked_since = Some(now);
        }
        let (mut whole, items) = (Vec::new(), &mut state.items);
        state.sniffer.take(octets, |end, seen| {
            let item = item(seen);
            whole.push(item.clone());
            items.push_back((end, item));
        });
        if is_parked {
            self.note(What::Delayed { connection: id });
        }
        for item in whole {
            self.note(What::Written { connection: id, side: side as u8, item });
        }
    }

    /// A side has read so many octets; false if a fault takes them away.
    pub(super) fn has_read(&mut self, id: u32, side: usize, octets: usize) -> bool {
        let from = 1 - side;
        let is_open = self.side(id, side).is_some_and(|side| side.is_open());
        let Some(state) = self.side(id, from) else { return false };
        if let Some(left) = &mut state.resets_after {
            *left = left.saturating_sub(octets as u64);
            if *left == 0 {
                self.reset_both(id);
                return false;
            }
        }
        state.read += octets as u64;
        let read = state.read;
        while state.segments.front().is_some_and(|end| *end <= read) {
            state.segments.pop_front();
        }
        let mut whole = Vec::new();
        while state.items.front().is_some_and(|(end, _)| *end <= read) {
            whole.extend(state.items.pop_front().map(|(_, item)| item));
        }
        state.writer.take().into_iter().for_each(Waker::wake);
        for item in whole.into_iter().filter(|_| is_open) {
            self.note(What::Arrived { connection: id, side: from as u8, item });
        }
        true
    }

    /// Waits for a fault, besides octets.
    pub(super) fn reads(&mut self, id: u32, side: usize, waker: &Waker) -> Result<(), ErrorKind> {
        let Some(state) = self.side(id, side) else { return Err(ErrorKind::NotConnected) };
        state.reader = Some(waker.clone());
        state.fault.map_or(Ok(()), Err)
    }

    /// A side has the connection, and this stream of turmoil.
    pub(super) fn opened(&mut self, id: u32, side: usize, inner: Inner) {
        if let Some(state) = self.side(id, side) {
            (state.stage, state.inner) = (Stage::Open, Some(inner));
        }
    }

    /// The streams to drop with this one, in order: all of its process if that is dead.
    pub(super) fn let_go(&mut self, id: u32, side: usize) -> Vec<Inner> {
        let hosts = self.connections.get(id as usize).map(|connection| connection.hosts);
        let host = hosts.and_then(|hosts| hosts.get(side).copied());
        let is_dead = host
            .and_then(|host| self.hosts.get(host))
            .is_some_and(|host| host.life != super::super::host::Life::Up);
        if !is_dead {
            return self.side(id, side).and_then(|side| side.inner.take()).into_iter().collect();
        }
        let sides = self
            .connections
            .iter_mut()
            .flat_map(|connection| connection.hosts.into_iter().zip(connection.sides.iter_mut()));
        sides
            .filter(|(of, _)| Some(*of) == host)
            .filter_map(|(_, side)| side.inner.take())
            .collect()
    }

    /// It is over for a side, which is noted once.
    pub(super) fn closed(&mut self, id: u32, side: usize, end: End) {
        let Some(state) = self.side(id, side).filter(|side| side.is_open()) else { return };
        state.stage = Stage::Over;
        state.parked_since = None;
        self.note(What::Closed { connection: id, side: side as u8, end });
    }

    /// The system of a side answers with this from now on.
    pub(super) fn fault(&mut self, id: u32, side: usize, kind: ErrorKind) {
        let Some(state) = self.side(id, side) else { return };
        state.fault.get_or_insert(kind);
        state.parked_since = None;
        state.wake();
    }

    /// Both sides are reset at once, if both have it, and what is on its way is lost.
    pub(super) fn reset_both(&mut self, id: u32) {
        let is_made = |side: &Side| side.stage != Stage::Before;
        let connection = self.connections.get(id as usize);
        if !connection.is_some_and(|connection| connection.sides.iter().all(is_made)) {
            return;
        }
        for side in [0, 1] {
            self.fault(id, side, ErrorKind::ConnectionReset);
        }
    }

    /// It is over for all sides of a process, which is gone.
    pub(super) fn died(&mut self, host: usize) {
        for id in 0..self.connections.len() as u32 {
            for side in [0, 1] {
                if self.ends_of(id, side).is_some_and(|(here, _)| here == host) {
                    self.closed(id, side, End::Died);
                }
            }
        }
    }

    /// The connections between two processes, each with the side of the first.
    pub(super) fn between(&self, one: usize, other: usize) -> Vec<(u32, usize)> {
        let connections = (0_u32..).zip(&self.connections);
        let sides = connections.filter_map(|(id, connection)| {
            let [from, to] = connection.hosts;
            let is_open = connection.sides.iter().any(Side::is_open);
            let side = [(from, to), (to, from)].iter().position(|ends| *ends == (one, other))?;
            is_open.then_some((id, side))
        });
        sides.collect()
    }

    /// The sides of others that are connected to this process.
    pub(super) fn peers_of(&self, host: usize) -> Vec<(u32, usize)> {
        let all = 0..self.hosts.len();
        let others = all.filter(|other| *other != host);
        others.flat_map(|other| self.between(other, host)).collect()
    }
}
