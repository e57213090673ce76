//! Nodes, the pipes between them, and a clock: all of it moved by one stream of numbers.
//!
//! ```text
//! Transmit --> pipe, cut anywhere, after a delay --> Octets, when the other side reads
//! Dial --> the listener of that endpoint, or Failed          sever --> Ended on both sides
//! ```
//!
//! Inside a pipe nothing is lost or overtaken; what is in it when it is severed is lost.
//! Deliberately absent: a real transport, and time that passes by itself.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use zeroproof_reference::node::{Input, LinkId, Node, Output, SocketId};
use zeroproof_reference::socket::{Ended, ListenerId};
use zeroproof_reference::wire::zap::{Credentials, Reply, Status};
use zeroproof_reference::{Instant, Message, Parts, Refused, SocketType};

/// A socket: which node, and which of its sockets.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct At {
    pub(crate) node: usize,
    pub(crate) socket: SocketId,
}

/// What a liar does to what is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lie {
    DropMessage,
    SwapMessages,
    RepeatMessage,
    TearMultipart,
    /// To another link.
    Misdeliver,
}

/// One direction of a link.
#[derive(Debug, Default)]
struct Pipe {
    octets: VecDeque<u8>,
    /// Octets that have not been reported as written.
    owed: bool,
    /// No octet is handed over before this.
    not_before: Instant,
    /// The sender is gone: the end follows the octets.
    is_closed: bool,
}

#[derive(Debug)]
struct Wire {
    /// The dialing node and the listening one.
    ends: [usize; 2],
    /// From the first end to the second, and back.
    pipes: [Pipe; 2],
    is_open: [bool; 2],
}

pub(crate) struct World {
    pub(crate) nodes: Vec<Node>,
    pub(crate) now: Instant,
    listeners: BTreeMap<String, (At, ListenerId)>,
    wires: BTreeMap<u64, Wire>,
    made: u64,
    /// Links that there have been between two nodes.
    between: BTreeMap<[usize; 2], usize>,
    deadlines: Vec<Option<Instant>>,
    chance: u64,
    /// Everything that came out of the nodes, mixed into one number.
    pub(crate) trace: u64,
    /// Octets that a pipe holds before it is written no more.
    pub(crate) capacity: usize,
    /// Whether octets are cut and delayed.
    pub(crate) is_rough: bool,
    pub(crate) closed: Vec<At>,
    pub(crate) ended: Vec<(usize, Ended)>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            nodes: Vec::new(),
            now: Instant::ZERO,
            listeners: BTreeMap::new(),
            wires: BTreeMap::new(),
            made: 0,
            between: BTreeMap::new(),
            deadlines: Vec::new(),
            chance: seed,
            trace: 0,
            capacity: 64 << 10,
            is_rough: true,
            closed: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// A number below `bound`.
    pub(crate) fn chance(&mut self, bound: u64) -> u64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// A socket on a node of its own.
    pub(crate) fn open(&mut self, socket_type: SocketType) -> At {
        let seed = u32::try_from(self.nodes.len()).unwrap();
        let mut node = Node::new(seed);
        let socket = node.open(socket_type).unwrap();
        self.nodes.push(node);
        self.deadlines.push(None);
        At { node: self.nodes.len() - 1, socket }
    }

    pub(crate) fn bind(&mut self, at: At, text: &str) {
        let listener = self.nodes[at.node].bind(at.socket, text).unwrap();
        self.listeners.insert(text.to_owned(), (at, listener));
        self.drain(at.node);
    }

    pub(crate) fn connect(&mut self, at: At, text: &str) {
        self.nodes[at.node].connect(at.socket, text).unwrap();
        self.drain(at.node);
    }

    pub(crate) fn disconnect(&mut self, at: At, text: &str) {
        self.nodes[at.node].disconnect(at.socket, text, self.now).unwrap();
        self.drain(at.node);
    }

    /// Does something to a node.
    pub(crate) fn with<R>(
        &mut self,
        at: At,
        act: impl FnOnce(&mut Node, SocketId, Instant) -> R,
    ) -> R {
        let outcome = act(&mut self.nodes[at.node], at.socket, self.now);
        self.drain(at.node);
        outcome
    }

    /// Links that there have been between the same two nodes, at most.
    pub(crate) fn most_links(&self) -> usize {
        self.between.values().copied().max().unwrap_or(0)
    }

    pub(crate) fn set(&mut self, at: At, name: &str, value: i32) {
        self.nodes[at.node].set(at.socket, name, value).unwrap();
    }

    /// Gives it an identity.
    pub(crate) fn name(&mut self, at: At, name: &str) {
        self.nodes[at.node].set(at.socket, "routing_id", name).unwrap();
    }

    pub(crate) fn send(&mut self, at: At, message: impl Parts) -> Result<(), Refused> {
        let sent = self.nodes[at.node].send(at.socket, message);
        self.drain(at.node);
        sent
    }

    pub(crate) fn recv(&mut self, at: At) -> Result<Message, Refused> {
        let received = self.nodes[at.node].recv(at.socket);
        self.drain(at.node);
        received
    }

    pub(crate) fn subscribe(&mut self, at: At, topic: &str) {
        self.nodes[at.node].subscribe(at.socket, topic).unwrap();
        self.drain(at.node);
    }

    pub(crate) fn close(&mut self, at: At) {
        self.nodes[at.node].close(at.socket, self.now);
        self.drain(at.node);
    }

    /// All that can be received now.
    pub(crate) fn recv_all(&mut self, at: At) -> Vec<Message> {
        std::iter::from_fn(|| self.recv(at).ok()).collect()
    }

    /// Links that are up or being made.
    pub(crate) fn links(&self) -> Vec<u64> {
        self.wires.keys().copied().collect()
    }

    /// Octets that were written and have not come.
    pub(crate) fn under_way(&self) -> Vec<u8> {
        let pipes = self.wires.values().flat_map(|wire| &wire.pipes);
        pipes.flat_map(|pipe| pipe.octets.iter().copied()).collect()
    }

    /// Cuts a link for both sides; what is under way is lost.
    pub(crate) fn sever(&mut self, link: u64) {
        let Some(wire) = self.wires.remove(&link) else { return };
        for end in wire.ends {
            self.input(end, Input::Ended { link: LinkId(link) });
        }
    }

    /// An octet stream with a lie in it, for every pipe that has whole messages under way.
    pub(crate) fn lie(&mut self, lie: Lie) -> bool {
        if lie == Lie::Misdeliver {
            return self.misdeliver();
        }
        let mut pipes = self.wires.values_mut().flat_map(|wire| &mut wire.pipes);
        pipes.any(|pipe| {
            let octets: Vec<u8> = pipe.octets.iter().copied().collect();
            let Some(told) = super::games::told(lie, &octets) else { return false };
            pipe.octets = told.into();
            true
        })
    }

    /// Two links carry each what the other should.
    fn misdeliver(&mut self) -> bool {
        for side in [0, 1] {
            let pipes = self.wires.values_mut().map(|wire| &mut wire.pipes[side].octets);
            let mut whole = pipes.filter_map(|octets| {
                let is_whole = super::games::told(Lie::Misdeliver, octets.make_contiguous());
                is_whole.map(|_| octets)
            });
            if let (Some(one), Some(other)) = (whole.next(), whole.next()) {
                core::mem::swap(one, other);
                return true;
            }
        }
        false
    }

    /// One end loses a link, and the other does not hear of it.
    pub(crate) fn lose_end(&mut self, link: u64, at: At) {
        let Some((wire, side)) = self.wire(LinkId(link), at.node) else { return };
        wire.is_open[side] = false;
        self.input(at.node, Input::Ended { link: LinkId(link) });
    }

    fn input(&mut self, node: usize, input: Input<'_>) {
        self.nodes[node].handle_input(self.now, input);
        self.drain(node);
    }

    fn mix(&mut self, node: usize, output: &Output) {
        for octet in format!("{node} {:?} {output:?}", self.now).bytes() {
            self.trace = (self.trace ^ u64::from(octet)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    fn drain(&mut self, node: usize) {
        loop {
            let output = self.nodes[node].poll_output(self.now);
            self.mix(node, &output);
            match output {
                Output::Dial { socket, dialer, endpoint } => {
                    let found = self.listeners.get(&endpoint.to_string()).copied();
                    let found = found.filter(|(at, listener)| {
                        let socket = self.nodes[at.node].socket(at.socket);
                        socket.is_some_and(|socket| socket.listens(*listener))
                    });
                    let Some((at, listener)) = found else {
                        let failed = Input::Failed { socket, dialer, is_refused: true };
                        self.nodes[node].handle_input(self.now, failed);
                        continue;
                    };
                    self.made += 1;
                    let link = LinkId(self.made);
                    let (ends, is_open) = ([node, at.node], [true, true]);
                    *self.between.entry(ends).or_default() += 1;
                    self.wires.insert(link.0, Wire { ends, pipes: Default::default(), is_open });
                    let connected = Input::Connected { socket, dialer, link };
                    self.nodes[node].handle_input(self.now, connected);
                    self.input(at.node, Input::Accepted { socket: at.socket, listener, link });
                }
                Output::Transmit { link, octets } => {
                    let Some((wire, side)) = self.wire(link, node) else { continue };
                    wire.pipes[side].octets.extend(octets);
                    wire.pipes[side].owed = true;
                }
                Output::Close { link, ended } => {
                    self.ended.push((node, ended));
                    let Some((wire, side)) = self.wire(link, node) else { continue };
                    // One that has lost its end cannot tell the other.
                    wire.pipes[side].is_closed = wire.is_open[side];
                    wire.is_open[side] = false;
                }
                Output::Closed { socket } => self.closed.push(At { node, socket }),
                Output::Authenticate { link, request } => {
                    let Credentials::Plain { username, .. } = request.credentials else { continue };
                    let known = username == b"admin";
                    let verdict = if known { Status::Success } else { Status::Refused };
                    let verdict = Ok(Reply::new(verdict));
                    self.nodes[node].handle_input(self.now, Input::Verdict { link, verdict });
                }
                Output::Read { .. } | Output::Ready { .. } => {}
                Output::Wait(deadline) => {
                    self.deadlines[node] = deadline;
                    return;
                }
            }
        }
    }

    fn wire(&mut self, link: LinkId, node: usize) -> Option<(&mut Wire, usize)> {
        let wire = self.wires.get_mut(&link.0)?;
        let side = wire.ends.iter().position(|end| *end == node)?;
        Some((wire, side))
    }

    /// Moves some octets, or the clock; false when nothing will ever happen again.
    pub(crate) fn step(&mut self) -> bool {
        let mut moved = false;
        for link in self.links() {
            for side in [0, 1] {
                moved |= self.carry(link, side);
            }
        }
        if moved {
            return true;
        }
        let pipes = self.wires.values().flat_map(|wire| &wire.pipes);
        let pipes = pipes.map(|pipe| pipe.not_before);
        let times = pipes.chain(self.deadlines.iter().flatten().copied());
        let Some(next) = times.filter(|time| *time > self.now).min() else { return false };
        self.now = next;
        for node in 0..self.nodes.len() {
            if self.deadlines[node].is_some_and(|deadline| deadline <= next) {
                self.input(node, Input::Timeout);
            }
        }
        true
    }

    /// Moves octets of one pipe.
    fn carry(&mut self, link: u64, side: usize) -> bool {
        let (draw, delay) = (self.chance(64), self.chance(5));
        let (now, capacity, is_rough) = (self.now, self.capacity, self.is_rough);
        let Some(wire) = self.wires.get_mut(&link) else { return false };
        let (from, to) = (wire.ends[side], wire.ends[1 - side]);
        let pipe = &mut wire.pipes[side];
        if pipe.not_before > now {
            return false;
        }
        let other_is_open = wire.is_open[1 - side];
        if pipe.is_closed && pipe.octets.is_empty() {
            self.wires.remove(&link);
            self.input(to, Input::Ended { link: LinkId(link) });
            return true;
        }
        if !other_is_open {
            pipe.octets.clear();
        }
        let is_written = pipe.owed && pipe.octets.len() <= capacity;
        pipe.owed &= !is_written;
        let mut chunk = Vec::new();
        if !pipe.octets.is_empty() && self.nodes[to].reads(LinkId(link)) {
            let pipe = &mut self.wires.get_mut(&link).unwrap().pipes[side];
            let size =
                if is_rough && draw < 32 { usize::try_from(draw).unwrap() + 1 } else { 4096 };
            chunk = pipe.octets.drain(..size.min(pipe.octets.len())).collect();
            if is_rough && delay == 0 {
                pipe.not_before = now + Duration::from_millis(draw);
            }
        }
        if is_written {
            self.input(from, Input::Written { link: LinkId(link) });
        }
        if !chunk.is_empty() {
            self.input(to, Input::Octets { link: LinkId(link), octets: &chunk });
        }
        is_written || !chunk.is_empty()
    }

    /// Runs until nothing moves for so long, or for ever.
    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until && self.step() {}
    }
}
