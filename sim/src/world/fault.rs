//! The operations of a schedule, done to processes and to what lies between them.

use super::connection::{Connection, EVIL};
use super::host::{Door, Life};
use super::{Due, World};
use crate::schedule::{Op, Way};
use crate::trace::What;

impl World<'_> {
    pub(super) fn apply(&mut self, number: u32) {
        let Some(op) = self.schedule.op.get(number as usize).map(|timed| &timed.op) else { return };
        self.note(What::Op { number });
        if let Some(between) = op.between() {
            let ends = between.each_ref().map(|name| self.host_named(name));
            if let [Some(one), Some(other)] = ends {
                self.apply_between(op, one, other);
            }
        } else if let Some(host) = op.node().and_then(|node| self.host_named(node)) {
            self.apply_to(op, host);
        } else if let Op::Evil { socket, octets, closes } = op {
            self.evil(socket, octets, *closes);
        }
    }

    fn host_named(&self, name: &str) -> Option<usize> {
        self.schedule.nodes().iter().position(|node| *node == name)
    }

    fn apply_between(&mut self, op: &Op, one: usize, other: usize) {
        let line = self.line(one, other);
        let default = self.schedule.link.clone();
        let is_flipped = one > other;
        let Some(state) = self.lines.get_mut(line) else { return };
        match op {
            Op::Cut { way, .. } => {
                let [there, back] = match way {
                    Way::Both => [true, true],
                    Way::There => [true, false],
                    Way::Back => [false, true],
                };
                state.cut = if is_flipped { [back, there] } else { [there, back] };
            }
            Op::Heal { .. } => {
                state.cut = [false; 2];
                self.healed(line);
            }
            Op::Loss { per_million, .. } => state.loss = (*per_million).min(900_000),
            Op::Latency { latency, .. } => state.line.latency = *latency,
            Op::Bandwidth { bandwidth, .. } => {
                state.line.bandwidth = bandwidth.or(default.bandwidth);
                self.retime(line);
            }
            Op::Chop { most, .. } => state.chop = usize::try_from(most.0).unwrap_or(0),
            Op::Reset { .. } => {
                for (id, _) in self.between(one, other) {
                    self.reset_both(id);
                }
            }
            Op::ResetAfter { octets, .. } => {
                for (id, side) in self.between(one, other) {
                    if let Some(pipe) = self.pipe(id, side) {
                        pipe.resets_after = (octets.0 > 0).then_some(octets.0);
                    }
                }
            }
            Op::Finish { .. } => {
                for (id, side) in self.between(one, other) {
                    if !self.wire(id).is_some_and(Connection::is_made) {
                        continue;
                    }
                    self.pipe(id, side).into_iter().for_each(|pipe| pipe.close());
                    self.launch(id, side);
                }
            }
            _ => {}
        }
    }

    /// The connections between two processes, each with the side of the first.
    fn between(&self, one: usize, other: usize) -> Vec<(u32, usize)> {
        let ours = self.sides(one).into_iter();
        ours.filter(|(id, side)| {
            let connection = self.connections.get(*id as usize);
            connection.is_some_and(|connection| connection.hosts.get(1 - side) == Some(&other))
        })
        .collect()
    }

    fn apply_to(&mut self, op: &Op, index: usize) {
        let Some(host) = self.hosts.get_mut(index) else { return };
        match op {
            Op::Kill { .. } if host.life == Life::Up => {
                self.stop(index, Life::Killed);
                self.sides_killed(index);
            }
            Op::PowerOff { .. } if host.life == Life::Up => {
                self.stop(index, Life::Off);
                self.sides_silenced(index);
            }
            Op::Boot { new_identity, .. } if host.life != Life::Up => {
                self.reboot(index, *new_identity);
            }
            Op::Pause { .. } => host.is_paused = host.life == Life::Up,
            Op::Resume { .. } => self.resume(index),
            Op::Stall { .. } => host.is_stalled = true,
            Op::Flow { .. } => {
                host.is_stalled = false;
                for socket in host.sockets.clone() {
                    self.work(socket);
                }
                self.settle(index);
            }
            Op::Refuse { .. } => host.door = Door::Refuses,
            Op::BlackHole { .. } => host.door = Door::Silent,
            Op::Accept { .. } => host.door = Door::Open,
            op if op.is_of_disks() => self.trouble(op, index),
            Op::ClockRate { percent, .. } => self.set_clock(index, (*percent).clamp(1, 10_000)),
            _ => {}
        }
    }

    fn reboot(&mut self, index: usize, new_identity: bool) {
        self.note(What::Booted { node: index as u16 });
        // It has opened these sockets before, with the same options; only a disk may refuse.
        if self.boot(index, new_identity).is_err() {
            self.stop(index, Life::Killed);
            self.sides_killed(index);
            return;
        }
        for line in 0..self.lines.len() {
            self.healed(line);
        }
        for socket in self.hosts.get(index).map(|host| host.sockets.clone()).unwrap_or_default() {
            self.room(socket);
        }
        self.settle(index);
    }

    /// A stranger connects and speaks.
    fn evil(&mut self, socket: &str, octets: &str, closes: bool) {
        let Some((found, _)) = self.schedule.socket_named(socket) else { return };
        let digits = octets.as_bytes().chunks_exact(2);
        let octets: Vec<u8> = digits
            .filter_map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        let id = self.connection([EVIL, found], EVIL, None, 0);
        self.note(What::Dialed { connection: id, from: EVIL as u16, to: found as u16 });
        self.write(id, 0, octets);
        if closes {
            self.pipe(id, 0).into_iter().for_each(|pipe| pipe.close());
            self.push(self.now, Due::Arrive(id, 0));
        }
    }
}
