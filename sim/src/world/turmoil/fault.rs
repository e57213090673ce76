//! The operations of a schedule, done to turmoil's hosts and links.
//!
//! ```text
//! cut, heal   hold, release; what is held for longer than TCP waits is dropped, and times out
//! kill, off   crash; partition, then crash          boot   repair or hold as before, then bounce
//! loss        ticks in which everything takes longer, as if it were sent again
//! ```

use super::super::app::Sock;
use super::super::flow::FlowState;
use super::super::host::{Door, Life};
use super::Arena;
use super::connection::Side;
use super::host::address;
use super::ledger::State;
use super::patience::sent_again;
use super::stranger::Call;
use crate::schedule::{Op, Schedule, Way};
use crate::trace::What;
use crate::units::{Range, Span};
use core::task::Waker;
use core::time::Duration;
use std::io::ErrorKind;

/// Why turmoil cannot do an operation; `None` if it can.
#[must_use]
pub const fn refusal(op: &Op) -> Option<&'static str> {
    match op {
        Op::Cut { way: Way::There | Way::Back, .. } => {
            Some("turmoil holds both directions of a link or none; cut both, or use tight")
        }
        Op::Bandwidth { .. } => Some("turmoil has no bandwidth; use tight"),
        Op::Pause { .. } | Op::Resume { .. } => Some("turmoil cannot pause a host; use tight"),
        Op::ClockRate { .. } => Some("turmoil's clocks are all right; use tight"),
        Op::DiskFull { .. } | Op::DiskRoom { .. } | Op::SyncFails { .. } | Op::BitRot { .. } => {
            Some("turmoil's hosts have no disks; use tight")
        }
        _ => None,
    }
}

fn host_named(schedule: &Schedule, name: &str) -> Option<usize> {
    schedule.nodes().iter().position(|node| *node == name)
}

impl Arena<'_> {
    pub(super) fn apply(&mut self, number: usize) {
        let Some(op) = self.world.schedule.op.get(number).map(|timed| timed.op.clone()) else {
            return;
        };
        self.world.state().note(What::Op { number: number as u32 });
        if let Some(names) = op.between() {
            let ends = names.each_ref().map(|name| host_named(&self.world.schedule, name));
            if let [Some(one), Some(other)] = ends {
                self.apply_between(&op, one, other);
            }
        } else if let Some(host) = op.node().and_then(|node| host_named(&self.world.schedule, node))
        {
            self.apply_to(&op, host);
        } else if let Op::Evil { socket, octets, closes } = &op {
            self.call(socket, octets, *closes);
        }
    }

    fn apply_between(&mut self, op: &Op, one: usize, other: usize) {
        let mut state = self.world.state();
        match op {
            Op::Reset { .. } => {
                for (id, _) in state.between(one, other) {
                    state.reset_both(id);
                }
            }
            Op::ResetAfter { octets, .. } => {
                for (id, side) in state.between(one, other) {
                    let side = state.side(id, side).into_iter();
                    side.for_each(|side| side.resets_after = (octets.0 > 0).then_some(octets.0));
                }
            }
            Op::Finish { .. } => {
                for (id, side) in state.between(one, other) {
                    if let Some(side) = state.side(id, side) {
                        side.finishes = true;
                        side.wake();
                    }
                }
            }
            _ => {
                let Some(line) = state.line(one, other) else { return };
                match op {
                    Op::Cut { .. } => line.is_cut = true,
                    Op::Heal { .. } => line.is_cut = false,
                    Op::Loss { per_million, .. } => line.loss = (*per_million).min(900_000),
                    Op::Latency { latency, .. } => line.latency = *latency,
                    Op::Chop { most, .. } => line.chop = most.0,
                    _ => {}
                }
                if matches!(op, Op::Heal { .. }) {
                    for (id, side) in state.between(one, other) {
                        for side in [side, 1 - side] {
                            state.side(id, side).into_iter().for_each(Side::is_heard);
                        }
                    }
                }
                drop(state);
                match op {
                    Op::Cut { .. } | Op::Heal { .. } => self.set_link(one, other),
                    _ => self.set_latency(one, other),
                }
            }
        }
    }

    fn apply_to(&mut self, op: &Op, host: usize) {
        let mut state = self.world.state();
        let Some(known) = state.hosts.get_mut(host) else { return };
        let is_up = known.life == Life::Up;
        match op {
            Op::Stall { .. } | Op::Flow { .. } => {
                known.is_stalled = matches!(op, Op::Stall { .. });
                state.touch_all(host);
            }
            Op::Refuse { .. } => known.door = Door::Refuses,
            Op::BlackHole { .. } => known.door = Door::Silent,
            Op::Accept { .. } => known.door = Door::Open,
            Op::Kill { .. } if is_up => {
                drop(state);
                self.stop(host, Life::Killed);
            }
            Op::PowerOff { .. } if is_up => {
                drop(state);
                self.stop(host, Life::Off);
            }
            Op::Boot { new_identity, .. } if !is_up => {
                drop(state);
                self.boot(host, *new_identity);
            }
            _ => {}
        }
    }

    fn stop(&mut self, host: usize, life: Life) {
        let is_off = life == Life::Off;
        let under_way = if is_off {
            self.under_way(|one, other| one == host || other == host)
        } else {
            Vec::new()
        };
        {
            let mut state = self.world.state();
            let now = state.now();
            if let Some(known) = state.hosts.get_mut(host) {
                known.life = life;
            }
            state.note(What::Died { node: host as u16, power: is_off });
            let State { sockets, flows, .. } = &mut *state;
            sockets.iter_mut().filter(|socket| socket.host == host).for_each(Sock::died);
            let ours = |flow: &&mut FlowState| {
                sockets.get(flow.socket).is_some_and(|socket| socket.host == host)
            };
            flows.iter_mut().filter(ours).for_each(FlowState::forget);
            state.died(host);
            state.lose_attempts(host, is_off);
            for (id, side) in state.peers_of(host) {
                let open = state.side(id, side).filter(|side| is_off && side.is_open());
                if let Some(known) = open {
                    known.is_unheard = true;
                    if under_way.contains(&(id, side)) {
                        known.parked_since.get_or_insert(now);
                        state.note(What::Delayed { connection: id });
                    }
                }
            }
        }
        if is_off {
            // Before the crash: the machine does not say that it goes.
            self.set_links(host);
        }
        self.sim.crash(address(host));
    }

    fn boot(&mut self, host: usize, new_identity: bool) {
        {
            let mut state = self.world.state();
            state.note(What::Booted { node: host as u16 });
            if let Some(known) = state.hosts.get_mut(host) {
                (known.life, known.is_stalled) = (Life::Up, false);
            }
            for socket in state.sockets.iter_mut().filter(|socket| socket.host == host) {
                socket.generation += u32::from(new_identity);
            }
            // What is sent again to a machine that knows nothing of it is answered with a reset.
            let now = state.now();
            for (id, side) in state.peers_of(host) {
                let round_trip = state.round_trip(id);
                let Some(known) = state.side(id, side) else { continue };
                known.is_unheard = false;
                if let Some(since) = known.parked_since.take() {
                    state.resets.push((sent_again(since, now) + round_trip, id, side));
                }
            }
        }
        self.set_links(host);
        self.sim.bounce(address(host));
    }

    /// Has turmoil's links of a host be as they should be.
    fn set_links(&mut self, host: usize) {
        let all = self.world.state().hosts.len();
        for other in (0..all).filter(|other| *other != host) {
            self.set_link(host, other);
        }
    }

    fn set_link(&mut self, one: usize, other: usize) {
        let (is_off, is_cut) = {
            let mut state = self.world.state();
            let off = |host: usize| state.hosts.get(host).is_some_and(|h| h.life == Life::Off);
            let is_off = off(one) || off(other);
            (is_off, state.line(one, other).is_some_and(|line| line.is_cut))
        };
        let (from, to) = (address(one), address(other));
        if is_off {
            self.sim.partition(from, to);
        } else if is_cut {
            self.sim.hold(from, to);
        } else {
            self.sim.release(from, to);
        }
    }

    pub(super) fn set_latency(&mut self, one: usize, other: usize) {
        let Some(line) = self.world.state().line(one, other).cloned() else { return };
        let (from, to) = (address(one), address(other));
        let [least, most] = self.within_ticks(line.latency);
        if line.spike > 0 {
            let slow = most.saturating_add(Duration::from_nanos(line.spike));
            self.sim.set_link_latency(from, to, slow);
        } else {
            self.sim.set_link_latency(from, to, least);
            self.sim.set_link_max_message_latency(from, to, most);
        }
    }

    /// Latencies of at least a tick: with less, a host that runs later in a tick would receive
    /// what is only sent at its end.
    fn within_ticks(&self, latency: Range<Span>) -> [Duration; 2] {
        [latency.least, latency.most].map(|span| Duration::from_nanos(span.0).max(self.tick))
    }

    /// Has the stranger call.
    fn call(&mut self, socket: &str, octets: &str, closes: bool) {
        let Some((socket, _)) = self.world.schedule.socket_named(socket) else { return };
        let digits = octets.as_bytes().chunks_exact(2);
        let octets = digits
            .filter_map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        let mut state = self.world.state();
        state.stranger.calls.push_back(Call { socket, octets, closes });
        state.stranger.waker.take().into_iter().for_each(Waker::wake);
    }

    /// Drops what is under way from one host to another, and times out whoever has sent it.
    pub(super) fn give_up(&mut self, from: usize, to: usize, senders: &[(u32, usize)]) {
        self.sim.partition_oneway(address(from), address(to));
        self.set_link(from, to);
        let mut state = self.world.state();
        for (id, side) in senders {
            state.fault(*id, *side, ErrorKind::TimedOut);
        }
    }
}

impl Side {
    /// What was held up passes again.
    fn is_heard(&mut self) {
        self.parked_since = None;
    }
}

impl State {
    /// The attempts to reach a host that is gone come to nothing.
    fn lose_attempts(&mut self, host: usize, is_off: bool) {
        let to_it = self.connections.iter_mut().filter(|connection| {
            let [_, to] = connection.hosts;
            to == host
        });
        for dialing in to_it.filter_map(|connection| connection.dialing.as_mut()) {
            let fate = if is_off { ErrorKind::TimedOut } else { ErrorKind::ConnectionRefused };
            dialing.fate.get_or_insert(fate);
            dialing.waker.take().into_iter().for_each(Waker::wake);
        }
    }

    /// The two ends of a line, for a side of a connection: from there, to here.
    pub(super) fn ends_of(&self, id: u32, side: usize) -> Option<(usize, usize)> {
        let hosts = self.connections.get(id as usize)?.hosts;
        Some((*hosts.get(side)?, *hosts.get(1 - side)?))
    }
}
