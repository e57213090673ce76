//! A machine and the process on it: a node of the engine, its clock, and whether it lives.

use super::app::Sock;
use super::flow::FlowState;
use super::{Due, Unrunnable, World};
use crate::schedule::Setting;
use crate::trace::{End, What};
use zeroproof_reference::Instant;
use zeroproof_reference::connection::Reason;
use zeroproof_reference::node::{Input, LinkId, Node, Output};
use zeroproof_reference::socket::{Ended, Value, Wakes};
use zeroproof_reference::wire::zap::{Credentials, Reply, Request, Status};

/// What a machine is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Life {
    Up,
    /// The process is gone; its system answers for it.
    Killed,
    Off,
}

/// What its system does with those who want to connect.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Door {
    Open,
    Refuses,
    Silent,
}

#[derive(Debug)]
pub(super) struct Host {
    pub(super) node: Node,
    pub(super) life: Life,
    pub(super) door: Door,
    pub(super) is_paused: bool,
    pub(super) is_stalled: bool,
    /// What has happened while it was paused.
    pub(super) missed: Vec<Due>,
    /// Its sockets.
    pub(super) sockets: Vec<usize>,
    /// Grows with every boot.
    pub(super) incarnation: u32,
    /// Whom to look at, and why.
    ready: Vec<(usize, Wakes)>,
    clock: Clock,
    timer: u32,
    deadline: Option<Instant>,
}

/// A clock that may be wrong.
#[derive(Clone, Copy, Debug)]
struct Clock {
    since: u64,
    shown: u64,
    percent: u32,
}

impl Clock {
    const fn at(self, now: u64) -> u64 {
        if self.percent == 100 {
            return self.shown.saturating_add(now.saturating_sub(self.since));
        }
        let passed = now.saturating_sub(self.since) as u128;
        self.shown.saturating_add((passed * self.percent as u128 / 100) as u64)
    }

    /// When it will show this.
    const fn when(self, shown: u64) -> u64 {
        if self.percent == 100 {
            return self.since.saturating_add(shown.saturating_sub(self.shown));
        }
        let ahead = shown.saturating_sub(self.shown) as u128;
        let percent = if self.percent == 0 { 1 } else { self.percent as u128 };
        self.since.saturating_add((ahead * 100).div_ceil(percent) as u64)
    }
}

impl Host {
    pub(super) fn new(index: usize, sockets: &[Sock]) -> Self {
        let ours = sockets.iter().enumerate().filter(|(_, socket)| socket.host == index);
        Self {
            node: Node::new(0),
            life: Life::Off,
            door: Door::Open,
            is_paused: false,
            is_stalled: false,
            missed: Vec::new(),
            sockets: ours.map(|(number, _)| number).collect(),
            incarnation: 0,
            ready: Vec::new(),
            clock: Clock { since: 0, shown: 0, percent: 100 },
            timer: 0,
            deadline: None,
        }
    }

    pub(super) fn is_up(&self) -> bool {
        self.life == Life::Up
    }
}

impl World<'_> {
    /// What the clock of a process shows.
    pub(super) fn local(&self, host: usize) -> Instant {
        let shown = self.hosts.get(host).map_or(self.now, |host| host.clock.at(self.now));
        Instant::from_nanos(shown)
    }

    pub(super) fn set_clock(&mut self, host: usize, percent: u32) {
        let now = self.now;
        if let Some(host) = self.hosts.get_mut(host) {
            host.clock = Clock { since: now, shown: host.clock.at(now), percent };
            host.deadline = None;
        }
        self.settle(host);
    }

    /// Starts a process with its sockets.
    pub(super) fn boot(&mut self, index: usize, new_identity: bool) -> Result<(), Unrunnable> {
        let Some(host) = self.hosts.get_mut(index) else { return Ok(()) };
        host.incarnation += 1;
        let seed = self.schedule.seed as u32 ^ (index as u32) << 16 ^ host.incarnation << 8;
        host.node = Node::new(seed);
        host.node.set_zap_handler();
        (host.life, host.is_paused, host.is_stalled) = (Life::Up, false, false);
        (host.deadline, host.ready) = (None, Vec::new());
        let sockets = host.sockets.clone();
        for socket in sockets {
            if let Some(socket) = self.sockets.get_mut(socket) {
                socket.generation += u32::from(new_identity);
            }
            self.open(socket)?;
        }
        self.settle(index);
        Ok(())
    }

    /// Opens a socket of a process, or opens it again.
    pub(super) fn open(&mut self, index: usize) -> Result<(), Unrunnable> {
        let Some(spec) = self.schedule.socket.get(index) else { return Ok(()) };
        let Some(socket) = self.sockets.get_mut(index) else { return Ok(()) };
        let Some(host) = self.hosts.get_mut(socket.host) else { return Ok(()) };
        let wrong = |error| Unrunnable(format!("socket {}: {error}", spec.name));
        let id = host.node.open(spec.kind).map_err(wrong)?;
        socket.opened(id);
        for (name, value) in &spec.options {
            let set = host.node.set(id, name, option(name, value, socket.generation));
            set.map_err(|error| Unrunnable(format!("socket {}: {name}: {error}", spec.name)))?;
        }
        self.open_swap(index)?;
        let Some(socket) = self.sockets.get_mut(index) else { return Ok(()) };
        let Some(host) = self.hosts.get_mut(socket.host) else { return Ok(()) };
        for topic in &spec.subscribe {
            let asked = match spec.wish(topic) {
                Some(wish) => host.node.send(id, wish),
                None => host.node.subscribe(id, topic),
            };
            asked.map_err(wrong)?;
        }
        if spec.bind {
            let listener = host.node.bind(id, &socket.endpoint).map_err(wrong)?;
            socket.listener = Some(listener);
        }
        for target in socket.connects.clone() {
            host.node.connect(id, &target).map_err(wrong)?;
        }
        Ok(())
    }

    pub(super) fn timer(&mut self, index: usize, number: u32) {
        let now = self.local(index);
        let Some(host) = self.hosts.get_mut(index).filter(|host| host.timer == number) else {
            return;
        };
        host.deadline = None;
        if !host.is_up() {
            return;
        }
        if host.is_paused {
            host.missed.push(Due::Timer(index as u16, number));
            return;
        }
        host.node.handle_input(now, Input::Timeout);
        self.settle(index);
    }

    /// Lets the engine and the applications of a process do whatever they can do now.
    pub(super) fn settle(&mut self, index: usize) {
        loop {
            self.drain(index);
            let Some(host) = self.hosts.get_mut(index).filter(|host| !host.ready.is_empty()) else {
                return;
            };
            let mut ready = core::mem::take(&mut host.ready);
            for (socket, wakes) in ready.drain(..) {
                if wakes.receivers {
                    self.work(socket);
                }
                if wakes.senders {
                    self.room(socket);
                }
            }
            if let Some(host) = self.hosts.get_mut(index).filter(|host| host.ready.is_empty()) {
                host.ready = ready;
            }
        }
    }

    fn drain(&mut self, index: usize) {
        let now = self.local(index);
        loop {
            let Some(host) = self.hosts.get_mut(index) else { return };
            if !host.is_up() || host.is_paused {
                return;
            }
            match host.node.poll_output(now) {
                Output::Dial { socket, dialer, endpoint } => {
                    self.dial(index, socket, dialer, &endpoint.to_string());
                }
                Output::Transmit { link, octets } => self.transmit(index, link, octets),
                Output::Read { link } => self.read_again(index, link),
                Output::Close { link, ended } => self.close(index, link, end(&ended)),
                Output::Ready { socket, wakes } => {
                    let sockets = host.sockets.iter().copied();
                    let mut known =
                        sockets.filter_map(|number| Some((number, self.sockets.get(number)?)));
                    if let Some((number, _)) = known.find(|(_, known)| known.id == Some(socket)) {
                        host.ready.push((number, wakes));
                    }
                }
                Output::Authenticate { link, request } => {
                    let verdict = Ok(Reply::new(judged(&request)));
                    host.node.handle_input(now, Input::Verdict { link, verdict });
                }
                Output::Closed { .. } => {}
                Output::Wait(deadline) => {
                    self.set_timer(index, deadline);
                    return;
                }
            }
        }
    }

    fn set_timer(&mut self, index: usize, deadline: Option<Instant>) {
        let Some(host) = self.hosts.get_mut(index) else { return };
        if host.deadline == deadline {
            return;
        }
        host.deadline = deadline;
        host.timer += 1;
        let number = host.timer;
        if let Some(deadline) = deadline {
            let at = host.clock.when(deadline.as_nanos()).max(self.now);
            self.push(at, Due::Timer(index as u16, number));
        }
    }

    /// The process stops; see [`World::apply`] for what its connections do.
    pub(super) fn stop(&mut self, index: usize, life: Life) {
        self.leave_disks(index, life);
        let Some(host) = self.hosts.get_mut(index) else { return };
        host.life = life;
        (host.is_paused, host.missed, host.ready) = (false, Vec::new(), Vec::new());
        host.timer += 1;
        host.deadline = None;
        host.node = Node::new(0);
        let sockets = host.sockets.clone();
        self.note(What::Died { node: index as u16, power: life == Life::Off });
        for number in sockets {
            self.sockets.get_mut(number).into_iter().for_each(Sock::died);
            let flows = self.flows.iter_mut().filter(|flow| flow.socket == number);
            flows.for_each(FlowState::forget);
        }
    }

    /// A process continues: what it has missed comes now.
    pub(super) fn resume(&mut self, index: usize) {
        let Some(host) = self.hosts.get_mut(index).filter(|host| host.is_paused) else { return };
        host.is_paused = false;
        for due in core::mem::take(&mut host.missed) {
            self.push(self.now, due);
        }
        self.read_all(index);
        for socket in self.hosts.get(index).map(|host| host.sockets.clone()).unwrap_or_default() {
            self.work(socket);
            self.room(socket);
        }
        self.settle(index);
    }

    pub(super) fn input(&mut self, index: usize, input: Input<'_>) {
        let now = self.local(index);
        if let Some(host) = self.hosts.get_mut(index).filter(|host| host.is_up()) {
            host.node.handle_input(now, input);
        }
    }

    pub(super) fn reads(&mut self, index: usize, link: LinkId) -> bool {
        let host = self.hosts.get_mut(index).filter(|host| host.is_up() && !host.is_paused);
        host.is_some_and(|host| host.node.reads(link))
    }
}

/// The value of an option; a process with another identity has other routing ids.
pub(super) fn option(name: &str, setting: &Setting, generation: u32) -> Value {
    match setting {
        Setting::Flag(flag) => (*flag).into(),
        Setting::Number(number) => (*number).into(),
        Setting::Text(text) if name == "routing_id" && generation > 0 => {
            format!("{text}+{generation}").as_bytes().into()
        }
        Setting::Text(text) => text.as_bytes().into(),
    }
}

/// What the engine's reason looks like from outside.
pub(super) const fn end(ended: &Ended) -> End {
    match ended {
        Ended::Connection(Reason::HeartbeatTimeout | Reason::TtlExpired) => End::Heartbeat,
        // What the other side did is noted where it does it.
        Ended::Connection(Reason::PeerClosed) => End::Finished,
        Ended::Connection(_) => End::Protocol,
        Ended::Unwanted(_) | Ended::Replaced | Ended::Crowded | Ended::Local => End::Local,
    }
}

/// The applications of this world let everybody in but mallory.
pub(super) fn judged(request: &Request) -> Status {
    match &request.credentials {
        Credentials::Plain { username, .. } if username == b"mallory" => Status::Refused,
        _ => Status::Success,
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn a_clock_shows_what_it_will_have_shown() {
        for percent in [1, 50, 100, 150, 1000] {
            let clock = Clock { since: 1000, shown: 777, percent };
            for shown in [777, 778, 10_000, 123_456_789] {
                let when = clock.when(shown);
                assert!(clock.at(when) >= shown, "{percent} {shown}: not before it");
                assert!(when == 1000 || clock.at(when - 1) < shown, "{percent} {shown}: no later");
            }
        }
    }
}
