//! How connections come up.
//!
//! ```text
//! Dial --SYN--> door --SYN ACK--> Connected
//!               nobody there: Refused      silence: SYN again after 1, 2, 4 ... s, then Failed
//! ```

use super::connection::{Connection, EVIL, Side};
use super::host::Door;
use super::pipe::Pipe;
use super::{Due, World};
use crate::trace::{End, What};
use zeroproof_reference::node::{Input, LinkId, SocketId};
use zeroproof_reference::socket::DialerId;

/// The first wait before a SYN is sent again.
const SYN_WAIT: u64 = 1_000_000_000;
/// How often a SYN is sent again.
const SYN_TRIES: u32 = 6;

impl World<'_> {
    pub(super) fn dial(&mut self, host: usize, socket: SocketId, dialer: DialerId, to: &str) {
        let ours =
            self.sockets.iter().position(|known| known.host == host && known.id == Some(socket));
        let found = self.sockets.iter().position(|socket| socket.endpoint == to);
        let (Some(ours), Some(found)) = (ours, found) else {
            let failed = Input::Failed { socket, dialer, is_refused: true };
            return self.input(host, failed);
        };
        let incarnation = self.hosts.get(host).map_or(0, |host| host.incarnation);
        let id = self.connection([ours, found], host, Some((socket, dialer)), incarnation);
        self.note(What::Dialed { connection: id, from: ours as u16, to: found as u16 });
    }

    /// A connection that is being made.
    pub(super) fn connection(
        &mut self,
        sockets: [usize; 2],
        from: usize,
        dialer: Option<(SocketId, DialerId)>,
        incarnation: u32,
    ) -> u32 {
        let [ours, found] = sockets;
        let publishes = |number: usize| {
            let spec = self.schedule.socket.get(number);
            spec.is_some_and(|spec| spec.kind.is_publisher())
        };
        // What goes to a publisher may ask for topics.
        let pipes = [Pipe::new(publishes(found)), Pipe::new(publishes(ours))];
        let to = self.sockets.get(found).map_or(EVIL, |socket| socket.host);
        let line = self.line(from, to);
        let id = self.connections.len() as u32;
        self.connections.push(Connection {
            hosts: [from, to],
            dialer,
            incarnation,
            sockets,
            sides: [Side::Before; 2],
            pipes,
            line,
            is_flipped: from > to,
            tries: 0,
        });
        self.live.insert(id);
        let at = self.now + self.latency(line);
        self.push(at, Due::Syn(id));
        id
    }

    fn dialer_lives(&self, connection: &Connection) -> bool {
        let [from, _] = connection.hosts;
        let host = self.hosts.get(from);
        from == EVIL
            || host.is_some_and(|host| host.is_up() && host.incarnation == connection.incarnation)
    }

    pub(super) fn syn(&mut self, id: u32) {
        let Some(connection) = self.wire(id) else { return };
        let ([_, to], line) = (connection.hosts, connection.line);
        // Whoever was told that it has failed dials anew.
        if !self.live.contains(&id) || !self.dialer_lives(connection) {
            self.live.remove(&id);
            return;
        }
        let door = self.hosts.get(to).map_or(Door::Silent, |host| host.door);
        if door == Door::Silent || !self.passes(connection, 0) || !self.passes(connection, 1) {
            return self.syn_again(id);
        }
        let [_, found] = connection.sockets;
        let listener =
            self.sockets.get(found).and_then(|socket| Some((socket.id?, socket.listener?)));
        let is_up = self.hosts.get(to).is_some_and(super::Host::is_up);
        let at = self.now + self.latency(line);
        let Some((socket, listener)) = listener.filter(|_| is_up && door == Door::Open) else {
            return self.push(at, Due::Refused(id));
        };
        let Some(connection) = self.wire_mut(id) else { return };
        connection.sides = [Side::Before, Side::Open];
        // The first octets come behind the SYN ACK.
        let [_, back] = &mut connection.pipes;
        back.not_before = at;
        self.push(at, Due::SynAck(id));
        let link = LinkId(u64::from(id));
        self.input(to, Input::Accepted { socket, listener, link });
        self.settle(to);
    }

    fn syn_again(&mut self, id: u32) {
        let now = self.now;
        let Some(connection) = self.wire_mut(id) else { return };
        let wait = SYN_WAIT << connection.tries;
        connection.tries += 1;
        if connection.tries > SYN_TRIES {
            return self.dial_failed(id, false);
        }
        self.note(What::Delayed { connection: id });
        self.push(now + wait, Due::Syn(id));
    }

    pub(super) fn refused(&mut self, id: u32) {
        self.dial_failed(id, true);
    }

    fn dial_failed(&mut self, id: u32, is_refused: bool) {
        let Some(connection) = self.wire(id) else { return };
        let ([from, _], dialer) = (connection.hosts, connection.dialer);
        let lives = self.dialer_lives(connection);
        if !self.live.contains(&id) {
            return;
        }
        let again = if is_refused { Due::Refused(id) } else { Due::Syn(id) };
        if self.postponed(from, again) {
            return;
        }
        self.live.remove(&id);
        if let Some((socket, dialer)) = dialer.filter(|_| lives) {
            self.note(What::Closed { connection: id, side: 0, end: End::Reset });
            self.input(from, Input::Failed { socket, dialer, is_refused });
            self.settle(from);
        }
    }

    /// A paused process learns of this later.
    fn postponed(&mut self, host: usize, due: Due) -> bool {
        let paused = self.hosts.get_mut(host).filter(|host| host.is_paused);
        paused.map(|host| host.missed.push(due)).is_some()
    }

    pub(super) fn syn_ack(&mut self, id: u32) {
        let Some(connection) = self.wire(id) else { return };
        let ([from, _], dialer) = (connection.hosts, connection.dialer);
        let is_cut = !self.passes(connection, 1);
        if !self.dialer_lives(connection) {
            return self.push(self.now, Due::Reset(id, 1));
        }
        if connection.sides == [Side::Before, Side::Gone] {
            return self.dial_failed(id, true);
        }
        if self.postponed(from, Due::SynAck(id)) {
            return;
        }
        if is_cut {
            return self.push(self.now + SYN_WAIT, Due::SynAck(id));
        }
        if let Some(connection) = self.wire_mut(id) {
            let [side, _] = &mut connection.sides;
            *side = Side::Open;
        }
        self.note(What::Up { connection: id });
        if let Some((socket, dialer)) = dialer {
            self.input(from, Input::Connected { socket, dialer, link: LinkId(u64::from(id)) });
        }
        self.read(id, 0);
        self.settle(from);
    }
}
