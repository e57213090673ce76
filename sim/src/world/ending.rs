//! How connections are read, and how they end for each of their sides.

use super::connection::{Connection, EVIL, Side};
use super::pipe::Pipe;
use super::{Due, World};
use crate::trace::{End, What};
use zeroproof_reference::node::{Input, LinkId};

impl World<'_> {
    /// The engine of this side reads what has come, if it wants to.
    pub(super) fn read(&mut self, id: u32, side: usize) {
        let from = 1 - side;
        let Some((host, state)) = self.end_of(id, side) else { return };
        if state != Side::Open {
            return;
        }
        let link = LinkId(u64::from(id));
        let has_octets = self.pipe(id, from).is_some_and(|pipe| !pipe.inbox.is_empty());
        if has_octets && (host == EVIL || self.reads(host, link)) {
            let Self { connections, trace, now, .. } = self;
            let connection = connections.get_mut(id as usize);
            let pipe = connection.and_then(|connection| connection.pipes.get_mut(from));
            let Some(pipe) = pipe else { return };
            let octets = pipe.read(|item| {
                trace.push(*now, What::Arrived { connection: id, side: from as u8, item });
            });
            self.input(host, Input::Octets { link, octets: &octets });
            // The window is open again.
            self.launch(id, from);
        }
        let is_paused = self.hosts.get(host).is_some_and(|host| host.is_paused);
        if !is_paused && self.pipe(id, from).is_some_and(|pipe| pipe.is_over()) {
            self.end(id, side, End::Finished);
        }
    }

    pub(super) fn read_again(&mut self, host: usize, link: LinkId) {
        let Some((id, side)) = self.side_of(host, link) else { return };
        self.read(id, side);
    }

    /// A process that was paused reads everywhere.
    pub(super) fn read_all(&mut self, host: usize) {
        for (id, side) in self.sides(host) {
            self.read(id, side);
        }
    }

    /// The sides of this process, of connections that are not over.
    pub(super) fn sides(&self, host: usize) -> Vec<(u32, usize)> {
        let ends = self.live.iter().filter_map(|id| Some((*id, self.wire(*id)?.hosts)));
        ends.flat_map(|(id, [one, two])| [(id, 0, one), (id, 1, two)])
            .filter(|(.., end)| *end == host)
            .map(|(id, side, _)| (id, side))
            .collect()
    }

    /// The engine closes its side.
    pub(super) fn close(&mut self, host: usize, link: LinkId, end: End) {
        let Some((id, side)) = self.side_of(host, link) else { return };
        self.closed(id, side, Side::Draining, end);
        if self.end_of(id, side).is_some_and(|(_, state)| state == Side::Draining) {
            self.pipe(id, side).into_iter().for_each(Pipe::close);
            self.launch(id, side);
        }
    }

    /// A side is over, if it was open: notes it once.
    fn closed(&mut self, id: u32, side: usize, after: Side, end: End) -> bool {
        let Some(connection) = self.wire_mut(id) else { return false };
        let Some(state) = connection.sides.get_mut(side) else { return false };
        let was_open = *state == Side::Open;
        if was_open {
            *state = after;
        }
        if connection.sides.iter().all(|side| matches!(side, Side::Gone)) {
            self.live.remove(&id);
        }
        if was_open {
            self.note(What::Closed { connection: id, side: side as u8, end });
        }
        was_open
    }

    /// The transport of a side has ended, and its engine hears of it.
    pub(super) fn end(&mut self, id: u32, side: usize, end: End) {
        let after = if end == End::Finished { Side::Draining } else { Side::Gone };
        let Some((host, _)) = self.end_of(id, side) else { return };
        if self.closed(id, side, after, end) {
            self.input(host, Input::Ended { link: LinkId(u64::from(id)) });
            self.settle(host);
        }
    }

    /// A reset comes to this side: what has come before it is read.
    pub(super) fn reset_comes(&mut self, id: u32, side: u8) {
        let side = usize::from(side);
        let Some((host, state)) = self.end_of(id, side) else { return };
        if state == Side::Before {
            return self.push(self.now, Due::Refused(id));
        }
        if let Some(host) = self.hosts.get_mut(host).filter(|host| host.is_paused) {
            return host.missed.push(Due::Reset(id, side as u8));
        }
        self.read(id, side);
        self.settle(host);
        self.pipe(id, side).into_iter().for_each(Pipe::clear);
        self.pipe(id, 1 - side).into_iter().for_each(Pipe::clear);
        self.end(id, side, End::Reset);
        if self.end_of(id, side).is_some_and(|(_, state)| state == Side::Draining) {
            self.gone(id, side);
        }
    }

    /// Both sides are reset at once, and what is on its way is lost.
    pub(super) fn reset_both(&mut self, id: u32) {
        if !self.wire(id).is_some_and(Connection::is_made) {
            return;
        }
        for side in [0, 1] {
            self.pipe(id, side).into_iter().for_each(Pipe::clear);
        }
        for side in [0, 1] {
            self.push(self.now, Due::Reset(id, side));
        }
    }

    fn gone(&mut self, id: u32, side: usize) {
        if let Some(connection) = self.wire_mut(id) {
            if let Some(state) = connection.sides.get_mut(side) {
                *state = Side::Gone;
            }
            if connection.sides == [Side::Gone; 2] {
                self.live.remove(&id);
            }
        }
    }

    /// The process of these sides is killed: its system sends what it holds and the end, or a reset
    /// where something has come that nobody has read.
    pub(super) fn sides_killed(&mut self, host: usize) {
        for (id, side) in self.sides(host) {
            let unread = self.pipe(id, 1 - side).is_some_and(|pipe| !pipe.inbox.is_empty());
            let was_open = self.closed(id, side, Side::Gone, End::Died);
            self.gone(id, side);
            if unread {
                self.pipe(id, side).into_iter().for_each(Pipe::lose);
                self.push_reset(id, 1 - side);
            } else if was_open {
                self.pipe(id, side).into_iter().for_each(Pipe::close);
                self.launch(id, side);
            }
            self.pipe(id, 1 - side).into_iter().for_each(|pipe| pipe.inbox.clear());
        }
    }

    /// The machine of these sides has lost power: not a word.
    pub(super) fn sides_silenced(&mut self, host: usize) {
        for (id, side) in self.sides(host) {
            self.closed(id, side, Side::Gone, End::Died);
            self.gone(id, side);
            self.pipe(id, side).into_iter().for_each(Pipe::lose);
            self.pipe(id, 1 - side).into_iter().for_each(|pipe| pipe.inbox.clear());
        }
    }
}
