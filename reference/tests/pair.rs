//! Two connections joined by a pipe in memory, under virtual time.
//!
//! Each test is a story. Deliberately absent: hostile octets, which are in `matrix` and `splits`.

use zeroproof_reference::{
    Config, Connection, Event, Input, Instant, Message, Output, Reason, Role, SocketType,
};

/// One end, with everything that came out of it.
struct End {
    connection: Connection,
    events: Vec<Event>,
    closed: Option<Reason>,
    deadline: Option<Instant>,
}

/// Both ends and the clock.
struct Pair {
    now: Instant,
    binder: End,
    connecter: End,
}

impl End {
    fn new(config: Config) -> Self {
        let connection = Connection::new(config, Instant::ZERO);
        Self { connection, events: Vec::new(), closed: None, deadline: None }
    }

    /// Drains the outputs; returns the octets for the other end.
    fn drain(&mut self) -> Vec<u8> {
        let mut octets = Vec::new();
        loop {
            match self.connection.poll_output() {
                Output::Transmit(more) => octets.extend(more),
                Output::Event(event) => self.events.push(event),
                Output::Close(reason) => self.closed = Some(reason),
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return octets;
                }
            }
        }
    }
}

impl Pair {
    fn new(binder: Config, connecter: Config) -> Self {
        let mut pair =
            Self { now: Instant::ZERO, binder: End::new(binder), connecter: End::new(connecter) };
        pair.settle();
        pair
    }

    /// Carries octets both ways until both ends are silent.
    fn settle(&mut self) {
        loop {
            let forth = self.binder.drain();
            self.connecter.connection.handle_input(self.now, Input::Octets(&forth));
            let back = self.connecter.drain();
            self.binder.connection.handle_input(self.now, Input::Octets(&back));
            if forth.is_empty() && back.is_empty() {
                return;
            }
        }
    }
}

fn binder(socket_type: SocketType) -> Config {
    Config::new(Role::Binder, socket_type)
}

fn connecter(socket_type: SocketType) -> Config {
    Config::new(Role::Connecter, socket_type)
}

#[test]
fn two_31_peers_greet_and_exchange_messages() {
    let mut pair = Pair::new(binder(SocketType::Router), connecter(SocketType::Dealer));
    let message = Message::new(vec![b"a".to_vec(), Vec::new(), b"b".to_vec()]);
    pair.connecter.connection.handle_input(pair.now, Input::Message(message.clone()));
    pair.settle();
    assert!(matches!(pair.connecter.events.as_slice(), [Event::Ready(_)]));
    let [Event::Ready(peer), Event::Message(received)] = pair.binder.events.as_slice() else {
        panic!("{:?}", pair.binder.events);
    };
    assert_eq!(peer.socket_type, Some(SocketType::Dealer));
    assert_eq!(*received, message);
}
