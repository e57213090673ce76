//! One link that is fed octets, and what came of it.
//!
//! Nothing may follow a close. Bundles of messages are taken apart, as their borders depend on how
//! the octets were cut.

use crate::states::State;
use zeroproof_reference::connection::{Event, Input, Output, Reason};
use zeroproof_reference::wire::zap::{Malformed, Reply};
use zeroproof_reference::{Config, Connection, Instant, PeerInfo};

/// One thing that a link told its application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// The handshake is over.
    Ready(Box<PeerInfo>),
    /// A message, by its parts.
    Message(Vec<Vec<u8>>),
    /// A subscription, or the end of one.
    Topic(bool, Vec<u8>),
    /// A group is entered or left.
    Group(bool, Vec<u8>),
    /// The handler is asked about user and password; empty without them.
    Asked(Vec<u8>, Vec<u8>),
}

/// A link, and all that came out of it so far.
#[derive(Clone, Debug)]
pub struct Link {
    connection: Connection,
    /// Octets that it sent.
    pub sent: Vec<u8>,
    /// What it told its application.
    pub heard: Vec<Heard>,
    /// Why it is closed, if it is.
    pub closed: Option<Reason>,
    /// When it wants to be woken.
    pub deadline: Option<Instant>,
    /// Virtual time.
    pub now: Instant,
    state: State,
}

impl Link {
    /// At time zero.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let mut link = Self {
            connection: Connection::new(config, Instant::ZERO),
            sent: Vec::new(),
            heard: Vec::new(),
            closed: None,
            deadline: None,
            now: Instant::ZERO,
            state: State::default(),
        };
        link.drain();
        link
    }

    /// One input, and all that comes of it.
    pub fn handle(&mut self, input: Input<'_>) {
        self.connection.handle_input(self.now, input);
        self.drain();
    }

    /// Octets of the peer.
    pub fn feed(&mut self, octets: &[u8]) {
        self.handle(Input::Octets(octets));
    }

    /// The handler answers.
    pub fn answer(&mut self, verdict: Result<Reply, Malformed>) {
        self.handle(Input::Verdict(verdict));
    }

    /// Whether octets are of any use now.
    #[must_use]
    pub fn wants_octets(&self) -> bool {
        self.connection.wants_octets()
    }

    /// Whether the handshake is over.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.heard.iter().any(|heard| matches!(heard, Heard::Ready(_)))
    }

    /// The messages among what was heard.
    pub fn messages(&self) -> impl Iterator<Item = &Vec<Vec<u8>>> {
        self.heard.iter().filter_map(|heard| match heard {
            Heard::Message(parts) => Some(parts),
            _ => None,
        })
    }

    fn drain(&mut self) {
        loop {
            let output = self.connection.poll_output();
            self.state.meets(&output);
            if let Output::Wait(deadline) = output {
                self.deadline = deadline;
                assert!(self.closed.is_none() || deadline.is_none(), "closed, and waits");
                return;
            }
            assert_eq!(self.closed, None, "{output:?} comes after the close");
            match output {
                Output::Transmit(octets) => self.sent.extend(octets),
                Output::Send(batch) => batch.pieces().for_each(|piece| self.sent.extend(piece)),
                Output::Event(event) => self.hear(event),
                Output::Close(reason) => self.closed = Some(reason),
                Output::Wait(_) => {}
            }
        }
    }

    fn hear(&mut self, event: Event) {
        self.heard.push(match event {
            Event::Ready(peer) => Heard::Ready(peer),
            Event::Authenticate(request) => asked(*request),
            Event::Subscribe(topic) => Heard::Topic(true, topic),
            Event::Cancel(topic) => Heard::Topic(false, topic),
            Event::Join(group) => Heard::Group(true, group),
            Event::Leave(group) => Heard::Group(false, group),
            Event::Messages(mut chunk) => {
                let announced = chunk.messages();
                let mut came = 0;
                while let Some(message) = chunk.next_message() {
                    let parts = message.parts().iter().map(|part| part.to_vec()).collect();
                    self.heard.push(Heard::Message(parts));
                    came += 1;
                }
                assert_eq!((announced, chunk.messages()), (came, 0), "messages of a bundle");
                return;
            }
        });
    }
}

fn asked(request: zeroproof_reference::wire::zap::Request) -> Heard {
    use zeroproof_reference::wire::zap::Credentials;
    match request.credentials {
        Credentials::Plain { username, password } => Heard::Asked(username, password.0),
        Credentials::Curve(key) => Heard::Asked(key.to_vec(), Vec::new()),
        Credentials::Null => Heard::Asked(Vec::new(), Vec::new()),
    }
}

/// What is wrong with a peer, as a clause; how else the link ended, as words.
#[must_use]
pub fn end(reason: &Reason) -> &'static str {
    match reason {
        Reason::Violation(violation) => crate::named::clause(violation),
        Reason::PeerClosed => "peer closed",
        Reason::RefusedByPeer(_) => "refused by peer",
        Reason::Denied(_) => "denied",
        Reason::Handler(_) => "handler",
        Reason::NoHandler => "no handler",
        Reason::HandshakeTimeout | Reason::HeartbeatTimeout | Reason::TtlExpired => "timeout",
        Reason::Misconfigured(_) => "misconfigured",
    }
}
