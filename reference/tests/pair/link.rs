//! The pipe: both ends, and the clock they share.

use core::time::Duration;
use zeroproof_reference::wire::batch::{Batch, Chunk};
use zeroproof_reference::{
    Config, Connection, Event, Input, Instant, Message, Output, PeerInfo, Reason, Role, SocketType,
};

/// One end, with everything that came out of it.
pub(super) struct End {
    connection: Connection,
    pub(super) events: Vec<Event>,
    pub(super) sent: Vec<Vec<u8>>,
    pub(super) closed: Option<(Instant, Reason)>,
    deadline: Option<Instant>,
}

/// Both ends and the clock.
pub(super) struct Pair {
    pub(super) now: Instant,
    pub(super) binder: End,
    pub(super) connecter: End,
    /// Octets are lost in both directions.
    pub(super) is_cut: bool,
}

pub(super) fn binder(socket_type: SocketType) -> Config {
    Config::new(Role::Binder, socket_type)
}

pub(super) fn connecter(socket_type: SocketType) -> Config {
    Config::new(Role::Connecter, socket_type)
}

/// What an end hears when this comes.
pub(super) fn said(message: impl Into<Message>) -> Event {
    Event::Messages(Chunk::from(Batch::from(&message.into())))
}

/// The same, as a 3.0 peer.
pub(super) fn old(mut config: Config) -> Config {
    config.minor = 0;
    config
}

impl End {
    fn new(config: Config) -> Self {
        let connection = Connection::new(config, Instant::ZERO);
        Self { connection, events: Vec::new(), sent: Vec::new(), closed: None, deadline: None }
    }

    /// The application acts, and nothing is carried yet.
    pub(super) fn queue(&mut self, input: Input<'_>) {
        self.connection.handle_input(Instant::ZERO, input);
    }

    /// What the peer told of itself when the handshake was over.
    pub(super) fn peer(&self) -> &PeerInfo {
        let ready = self.events.iter().find_map(|event| match event {
            Event::Ready(peer) => Some(&**peer),
            _ => None,
        });
        ready.unwrap_or_else(|| panic!("not ready but {:?}, {:?}", self.events, self.closed))
    }

    /// What happened after the handshake.
    pub(super) fn heard(&self) -> &[Event] {
        self.peer();
        let ready = self.events.iter().position(|event| matches!(event, Event::Ready(_)));
        &self.events[ready.unwrap() + 1..]
    }

    /// Whether the connection would make use of octets now.
    pub(super) fn wants_octets(&self) -> bool {
        self.connection.wants_octets()
    }

    /// How often exactly these octets were sent at once.
    pub(super) fn count_sent(&self, octets: &[u8]) -> usize {
        self.sent.iter().filter(|sent| *sent == octets).count()
    }

    /// Drains the outputs; returns the octets for the other end.
    fn drain(&mut self, now: Instant) -> Vec<u8> {
        let mut octets = Vec::new();
        loop {
            match self.connection.poll_output() {
                Output::Transmit(more) => {
                    octets.extend_from_slice(&more);
                    self.sent.push(more);
                }
                Output::Send(batch) => {
                    let more = batch.pieces().collect::<Vec<_>>().concat();
                    octets.extend_from_slice(&more);
                    self.sent.push(more);
                }
                Output::Event(Event::Messages(mut chunk)) => {
                    self.events.extend(core::iter::from_fn(|| chunk.next_message()).map(said));
                }
                Output::Event(event) => self.events.push(event),
                Output::Close(reason) => self.closed = Some((now, reason)),
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return octets;
                }
            }
        }
    }
}

impl Pair {
    /// Both ends at time zero, after everything they have to say to each other.
    pub(super) fn new(binder: Config, connecter: Config) -> Self {
        let mut pair = Self::apart(binder, connecter);
        pair.settle();
        pair
    }

    /// Both ends before a single octet has been carried.
    pub(super) fn apart(binder: Config, connecter: Config) -> Self {
        let (binder, connecter) = (End::new(binder), End::new(connecter));
        Self { now: Instant::ZERO, binder, connecter, is_cut: false }
    }

    pub(super) fn binder_does(&mut self, input: Input<'_>) {
        self.binder.connection.handle_input(self.now, input);
        self.settle();
    }

    pub(super) fn connecter_does(&mut self, input: Input<'_>) {
        self.connecter.connection.handle_input(self.now, input);
        self.settle();
    }

    /// Lets time pass; every deadline is met on its nanosecond.
    pub(super) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let deadlines = [self.binder.deadline, self.connecter.deadline];
            let Some(next) = deadlines.into_iter().flatten().min().filter(|next| *next <= end)
            else {
                self.now = end;
                return;
            };
            let moved = self.now < next;
            self.now = self.now.max(next);
            let due = deadlines.map(|deadline| deadline.is_some_and(|when| when <= self.now));
            if due[0] {
                self.binder_does(Input::Timeout);
            }
            if due[1] {
                self.connecter_does(Input::Timeout);
            }
            assert!(moved || !self.is_due(), "a deadline that has been met is still there");
        }
    }

    fn is_due(&self) -> bool {
        let deadlines = [self.binder.deadline, self.connecter.deadline];
        deadlines.into_iter().flatten().any(|deadline| deadline <= self.now)
    }

    /// Carries octets both ways until both ends are silent.
    pub(super) fn settle(&mut self) {
        loop {
            let mut forth = self.binder.drain(self.now);
            let mut back = self.connecter.drain(self.now);
            if forth.is_empty() && back.is_empty() {
                return;
            }
            if self.is_cut {
                forth.clear();
                back.clear();
            }
            self.connecter.connection.handle_input(self.now, Input::Octets(&forth));
            self.binder.connection.handle_input(self.now, Input::Octets(&back));
        }
    }
}
