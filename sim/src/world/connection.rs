//! Connections between two processes, and how they carry segments.
//!
//! ```text
//! Transmit --> pipe --Arrive--> Octets      cut: parked; again after 0.2, 0.6 ... s, or given up
//! Close --> the end behind the last octet   no process any more: RST
//! ```
//!
//! Side 0 has dialled. Acknowledgements are free and instant, but for a cut: as long as they cannot
//! pass, nothing counts as confirmed.

use super::host::Life;
use super::pipe::{Pipe, Segment};
use super::{Due, World};
use crate::chance::Chance;
use crate::schedule::Line;
use crate::trace::{End, Packet, What};
use crate::units::Range;
use zeroproof_reference::node::{Input, LinkId, SocketId};
use zeroproof_reference::socket::DialerId;

/// The first wait of TCP before it sends again.
const RTO: u64 = 200_000_000;
/// No process of the schedule.
pub(super) const EVIL: usize = u16::MAX as usize;

/// What a side of a connection is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// It does not know of it yet.
    Before,
    Open,
    /// It has closed it; its system takes what still comes.
    Draining,
    /// Whatever comes is answered with a reset.
    Gone,
}

#[derive(Debug)]
pub(super) struct Connection {
    pub(super) hosts: [usize; 2],
    /// Who dials: socket of the engine, dialer.
    pub(super) dialer: Option<(SocketId, DialerId)>,
    /// The incarnation of the dialing process.
    pub(super) incarnation: u32,
    /// The sockets of the schedule.
    pub(super) sockets: [usize; 2],
    pub(super) sides: [Side; 2],
    pub(super) pipes: [Pipe; 2],
    pub(super) line: usize,
    /// Side 0 is the process with the higher number.
    pub(super) is_flipped: bool,
    pub(super) tries: u32,
}

impl Connection {
    /// Both sides have it, or had.
    pub(super) fn is_made(&self) -> bool {
        !self.sides.contains(&Side::Before)
    }
}

/// What lies between two processes now.
#[derive(Clone, Debug)]
pub(super) struct LineState {
    /// As the schedule says, and as changed since.
    pub(super) line: Line,
    /// From the process with the lower number to the other, and back.
    pub(super) cut: [bool; 2],
    pub(super) loss: u32,
    pub(super) chop: usize,
}

impl LineState {
    /// How long octets are under way.
    fn latency(&self, chance: &mut Chance) -> u64 {
        let Range { least, most } = self.line.latency;
        chance.within(least.0, most.0)
    }

    /// Octets of the next segment, at most.
    fn segment(&self, chance: &mut Chance) -> usize {
        let most =
            if self.chop > 0 { chance.within(1, self.chop as u64) as usize } else { usize::MAX };
        most.min(usize::try_from(self.line.mtu.0).unwrap_or(usize::MAX))
    }

    /// How long it takes to send so many octets.
    fn takes(&self, octets: usize) -> u64 {
        self.line.bandwidth.map_or(0, |bandwidth| {
            (octets as u64).saturating_mul(1_000_000_000) / bandwidth.0.0.max(1)
        })
    }
}

impl World<'_> {
    /// What lies between two processes.
    pub(super) fn line(&mut self, one: usize, other: usize) -> usize {
        let key = (one.min(other) as u16, one.max(other) as u16);
        let (lines, schedule) = (&mut self.lines, self.schedule);
        *self.line_of.entry(key).or_insert_with(|| {
            lines.push(LineState {
                line: schedule.link.clone(),
                cut: [false; 2],
                loss: 0,
                chop: 0,
            });
            lines.len() - 1
        })
    }

    /// Whether octets of this side get through to the other's system.
    pub(super) fn passes(&self, connection: &Connection, side: usize) -> bool {
        let direction = side ^ usize::from(connection.is_flipped);
        let line = self.lines.get(connection.line);
        let is_cut = line.is_none_or(|line| line.cut.get(direction).copied().unwrap_or(true));
        let to = connection.hosts.get(1 - side).copied().unwrap_or(EVIL);
        let is_off = |host: usize| self.hosts.get(host).is_some_and(|host| host.life == Life::Off);
        !is_cut && !is_off(to)
    }

    pub(super) fn latency(&mut self, line: usize) -> u64 {
        let Self { lines, chance, .. } = self;
        match lines.get(line) {
            Some(line) => line.latency(chance),
            None => chance.within(0, 0),
        }
    }

    pub(super) fn wire(&self, id: u32) -> Option<&Connection> {
        self.connections.get(id as usize)
    }

    pub(super) fn wire_mut(&mut self, id: u32) -> Option<&mut Connection> {
        self.connections.get_mut(id as usize)
    }

    /// The process of a side, and what that side is doing.
    pub(super) fn end_of(&self, id: u32, side: usize) -> Option<(usize, Side)> {
        let connection = self.wire(id)?;
        Some((*connection.hosts.get(side)?, *connection.sides.get(side)?))
    }

    /// Which connection and side a link of a process is.
    pub(super) fn side_of(&self, host: usize, link: LinkId) -> Option<(u32, usize)> {
        let id = u32::try_from(link.0).ok()?;
        let Connection { hosts: [one, two], sides: [first, second], .. } = self.wire(id)?;
        // The two ends may be one process: then side 0, unless only the other is open.
        if *one == host && *first != Side::Before {
            Some((id, 0))
        } else {
            (*two == host && *second != Side::Before).then_some((id, 1))
        }
    }

    pub(super) fn transmit(&mut self, host: usize, link: LinkId, octets: Vec<u8>) {
        let Some((id, side)) = self.side_of(host, link) else { return };
        self.write(id, side, octets);
    }

    pub(super) fn write(&mut self, id: u32, side: usize, octets: Vec<u8>) {
        self.trace.octets(&octets);
        if let Some(packets) = &mut self.trace.packets {
            let (at, connection, side) = (self.now, id, side as u8);
            packets.push(Packet { at, connection, side, octets: octets.clone() });
        }
        let Self { connections, trace, now, .. } = self;
        let connection = connections.get_mut(id as usize);
        if let Some(pipe) = connection.and_then(|connection| connection.pipes.get_mut(side)) {
            pipe.write(octets, |item| {
                trace.push(*now, What::Written { connection: id, side: side as u8, item });
            });
        }
        self.launch(id, side);
    }

    /// Sends as many segments as the window allows.
    pub(super) fn launch(&mut self, id: u32, side: usize) {
        let Self { connections, lines, queue, chance, trace, now, .. } = self;
        let Some(connection) = connections.get_mut(id as usize) else { return };
        let Some(state) = lines.get(connection.line) else { return };
        let Some(pipe) = connection.pipes.get_mut(side) else { return };
        let host = connection.hosts.get(side).copied();
        loop {
            let most = state.segment(chance);
            let latency = state.latency(chance);
            let Some(segment) = pipe.next_segment(&state.line, most) else { break };
            let takes = state.takes(segment.octets.len());
            pipe.busy_until = pipe.busy_until.max(*now) + takes;
            let mut at = pipe.busy_until + latency;
            let (mut wait, mut lost) = (RTO, false);
            while chance.happens(state.loss) {
                (at, wait, lost) = (at + wait, wait.saturating_mul(2).min(RTO << 6), true);
            }
            if lost || takes > RTO {
                trace.push(*now, What::Delayed { connection: id });
            }
            pipe.not_before = pipe.not_before.max(at);
            let at = pipe.not_before;
            pipe.flight.push_back(Segment { at: Some(at), ..segment });
            queue.push(chance, at, Due::Arrive(id, side as u8));
        }
        let is_written = pipe.take_written(&state.line);
        if let Some(host) = host.filter(|_| is_written) {
            self.input(host, Input::Written { link: LinkId(u64::from(id)) });
        }
    }

    /// The rate of a line has changed: what is on its way takes as long as it would now.
    pub(super) fn retime(&mut self, line: usize) {
        let now = self.now;
        let ours =
            self.live.iter().copied().filter(|id| self.wire(*id).is_some_and(|c| c.line == line));
        for id in ours.collect::<Vec<u32>>() {
            for side in [0, 1] {
                let latency = self.latency(line);
                let Self { connections, lines, .. } = self;
                let connection = connections.get_mut(id as usize);
                let pipe = connection.and_then(|connection| connection.pipes.get_mut(side));
                let (Some(pipe), Some(state)) = (pipe, lines.get(line)) else { continue };
                pipe.busy_until = now;
                let mut last = None;
                for segment in pipe.flight.iter_mut().filter(|segment| segment.at > Some(now)) {
                    pipe.busy_until += state.takes(segment.octets.len());
                    segment.at = Some(pipe.busy_until + latency);
                    last = segment.at.max(last);
                }
                let Some(last) = last else { continue };
                pipe.not_before = last;
                let times: Vec<u64> = pipe.flight.iter().filter_map(|segment| segment.at).collect();
                for at in times.into_iter().filter(|at| *at > now) {
                    self.push(at, Due::Arrive(id, side as u8));
                }
            }
        }
    }

    pub(super) fn pipe(&mut self, id: u32, side: usize) -> Option<&mut Pipe> {
        self.wire_mut(id)?.pipes.get_mut(side)
    }

    pub(super) fn arrive(&mut self, id: u32, side: u8) {
        let from = usize::from(side);
        let Some(connection) = self.wire(id) else { return };
        let hosts = connection.hosts;
        let (passes, confirms) = (self.passes(connection, from), self.passes(connection, 1 - from));
        let Some((to, state)) = self.end_of(id, 1 - from) else { return };
        let now = self.now;
        if !passes {
            return self.park(id, from);
        }
        let Some(pipe) = self.pipe(id, from) else { return };
        let before = pipe.inbox.len();
        pipe.land(now);
        let has_news = pipe.inbox.len() > before || pipe.has_ended;
        if let Some(left) = &mut pipe.resets_after {
            *left = left.saturating_sub((pipe.inbox.len() - before) as u64);
            if *left == 0 {
                return self.reset_both(id);
            }
        }
        if !confirms && has_news {
            self.unconfirmed(id, from);
        }
        match state {
            Side::Before | Side::Open => {
                self.read(id, 1 - from);
                self.settle(to);
                // A writer may have learned that there is room.
                hosts.get(from).copied().into_iter().for_each(|from| self.settle(from));
            }
            Side::Draining => {
                self.pipe(id, from).into_iter().for_each(|pipe| drop(pipe.read(drop)));
                self.launch(id, from);
            }
            Side::Gone => {
                self.pipe(id, from).into_iter().for_each(Pipe::clear);
                if has_news {
                    self.push_reset(id, from);
                }
            }
        }
    }

    /// A reset on its way to this side.
    pub(super) fn push_reset(&mut self, id: u32, side: usize) {
        let Some(line) = self.wire(id).map(|connection| connection.line) else { return };
        let at = self.now + self.latency(line);
        self.push(at, Due::Reset(id, side as u8));
    }

    /// The network has swallowed what comes now.
    fn park(&mut self, id: u32, side: usize) {
        let now = self.now;
        let Some(pipe) = self.pipe(id, side) else { return };
        for segment in
            pipe.flight.iter_mut().filter(|segment| segment.at.is_some_and(|at| at <= now))
        {
            segment.at = None;
        }
        self.unconfirmed(id, side);
    }

    fn unconfirmed(&mut self, id: u32, side: usize) {
        let now = self.now;
        let line = self.wire(id).and_then(|connection| self.lines.get(connection.line));
        let patience = line.map_or(0, |line| line.line.tcp_give_up.0);
        let Some(pipe) = self.pipe(id, side) else { return };
        if pipe.parked_since.is_none() {
            pipe.parked_since = Some(now);
            self.note(What::Delayed { connection: id });
            self.push(now + patience, Due::GiveUp(id, side as u8));
        }
    }

    /// What lies between two processes lets octets through again, or a machine is there again: what
    /// was swallowed is sent again when its time comes.
    pub(super) fn healed(&mut self, line: usize) {
        let live: Vec<u32> = self.live.iter().copied().collect();
        for id in live {
            for side in [0, 1] {
                let passes = self.wire(id).is_some_and(|connection| {
                    connection.line == line && self.passes(connection, side)
                });
                let now = self.now;
                let Some(since) = self.pipe(id, side).and_then(|pipe| pipe.parked_since) else {
                    continue;
                };
                if !passes {
                    continue;
                }
                let (mut again, mut wait) = (since + RTO, RTO);
                while again < now {
                    wait = wait.saturating_mul(2);
                    again += wait;
                }
                let at = again + self.latency(line);
                let Some(pipe) = self.pipe(id, side) else { continue };
                pipe.parked_since = None;
                let parked = pipe.flight.iter_mut().filter(|segment| segment.at.is_none());
                parked.for_each(|segment| segment.at = Some(at));
                // Nothing overtakes what is sent again.
                pipe.flight.iter_mut().for_each(|segment| segment.at = segment.at.max(Some(at)));
                pipe.not_before = pipe.not_before.max(at);
                self.push(at, Due::Arrive(id, side as u8));
            }
        }
    }

    pub(super) fn give_up(&mut self, id: u32, side: u8) {
        let from = usize::from(side);
        let line = self.wire(id).and_then(|connection| self.lines.get(connection.line));
        let patience = line.map_or(0, |line| line.line.tcp_give_up.0);
        let now = self.now;
        let is_over = self
            .pipe(id, from)
            .and_then(|pipe| pipe.parked_since)
            .is_some_and(|since| since + patience <= now);
        if is_over {
            self.pipe(id, from).into_iter().for_each(Pipe::abandon);
            self.end(id, from, End::TimedOut);
        }
    }
}
