//! A node, peers that say whatever octets they like, and what that costs.

use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroproof_reference::node::{Input, LinkId, Node, Output, SocketId};
use zeroproof_reference::socket::{Ended, ListenerId};
use zeroproof_reference::{Instant, Message, Parts, Refused, SocketType};

use crate::ALLOCATED;

/// Held by a story from its beginning to its end: memory and time are the whole program's.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A socket, and the peers that come to it.
pub(crate) struct Peers {
    pub(crate) node: Node,
    pub(crate) socket: SocketId,
    listener: ListenerId,
    now: u64,
    came: u64,
    /// What the socket has to say to peers that do not read.
    unread: Vec<u8>,
    pub(crate) ended: Vec<Ended>,
    pub(crate) deadline: Option<Instant>,
    before: usize,
}

impl Peers {
    pub(crate) fn new(socket_type: SocketType, options: &[(&str, i32)]) -> Self {
        let mut node = Node::new(1);
        let socket = node.open(socket_type).unwrap();
        for (name, value) in options {
            node.set(socket, name, *value).unwrap();
        }
        let listener = node.bind(socket, "tcp://10.0.0.1:5555").unwrap();
        let (unread, ended, deadline) = (Vec::new(), Vec::new(), None);
        let mut peers =
            Self { node, socket, listener, now: 0, came: 0, unread, ended, deadline, before: 0 };
        peers.drain();
        peers.mark();
        peers
    }

    /// Costs are counted from here.
    pub(crate) fn mark(&mut self) {
        self.before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
    }

    /// Octets that were allocated beyond the mark, at most.
    pub(crate) fn peak(&self) -> usize {
        ALLOCATED.peak_usage().saturating_sub(self.before)
    }

    /// Octets that are allocated beyond the mark.
    pub(crate) fn kept(&self) -> usize {
        ALLOCATED.current_usage().saturating_sub(self.before)
    }

    /// A peer comes and says this.
    pub(crate) fn come(&mut self, octets: &[u8]) -> LinkId {
        self.came += 1;
        let link = LinkId(self.came);
        self.input(Input::Accepted { socket: self.socket, listener: self.listener, link });
        self.says(link, octets);
        link
    }

    pub(crate) fn says(&mut self, link: LinkId, octets: &[u8]) {
        if !octets.is_empty() {
            self.input(Input::Octets { link, octets });
        }
    }

    pub(crate) fn leaves(&mut self, link: LinkId) {
        self.input(Input::Ended { link });
    }

    /// What is said to it reaches it: the socket may say more.
    pub(crate) fn hears(&mut self, link: LinkId) {
        self.unread = Vec::new();
        self.input(Input::Written { link });
    }

    pub(crate) fn send(&mut self, message: impl Parts) -> Result<(), Refused> {
        let sent = self.node.send(self.socket, message);
        self.drain();
        sent
    }

    pub(crate) fn recv(&mut self) -> Result<Message, Refused> {
        let received = self.node.recv(self.socket);
        self.drain();
        received
    }

    /// The time comes that the node waits for.
    pub(crate) fn wait(&mut self) {
        self.now = self.deadline.map_or(self.now, Instant::as_nanos);
        self.input(Input::Timeout);
    }

    fn input(&mut self, input: Input<'_>) {
        self.node.handle_input(Instant::from_nanos(self.now), input);
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            match self.node.poll_output(Instant::from_nanos(self.now)) {
                Output::Transmit { octets, .. } => self.unread.extend(octets),
                Output::Close { ended, .. } => self.ended.push(ended),
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    return;
                }
                Output::Dial { .. }
                | Output::Read { .. }
                | Output::Authenticate { .. }
                | Output::Ready { .. }
                | Output::Closed { .. } => {}
            }
        }
    }
}
