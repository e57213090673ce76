//! A pattern, its peers and its options on a bench: the part of a socket that a test plays itself.
//!
//! Messages are written as their parts with `|` between them; `~` stands for the octet 01, `^` for
//! 00. Commands show as `+topic` and `-topic`.

use std::sync::Arc;

use zeroproof_reference::error::Refused;
use zeroproof_reference::message::{Message, Part};
use zeroproof_reference::pattern::{self, Pattern, Unwanted, Wish};
use zeroproof_reference::socket::options::Options;
use zeroproof_reference::socket::peers::{Bound, PeerId, Peers};
use zeroproof_reference::wire::batch::{Batch, Chunk};
use zeroproof_reference::wire::command::Command;
use zeroproof_reference::wire::frame::Kind;
use zeroproof_reference::{PeerInfo, SocketType};

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) peers: Peers,
    pub(crate) options: Options,
    pub(crate) pattern: Box<dyn Pattern>,
    /// Messages that each queue holds.
    pub(crate) hwm: usize,
}

impl Bench {
    pub(crate) fn new(socket_type: SocketType) -> Self {
        let pattern = pattern::new(socket_type, 7).unwrap();
        Self { peers: Peers::default(), options: Options::new(socket_type), pattern, hwm: 1000 }
    }

    /// With this option on.
    pub(crate) fn with(mut self, option: &str) -> Self {
        self.options.set(option, true).unwrap();
        self.peers.set_conflate(self.options.conflates());
        self
    }

    /// With queues that hold so many messages.
    pub(crate) fn hwm(mut self, messages: usize) -> Self {
        self.hwm = messages;
        self
    }

    /// An endpoint to queue for.
    pub(crate) fn connect(&mut self) -> Result<PeerId, Unwanted> {
        let bound = Bound { messages: self.hwm, octets: 0 };
        let peer = self.peers.insert(bound, bound);
        let attached = self.pattern.attach(&mut self.peers, &self.options, peer);
        attached.inspect_err(|_| self.peers.remove(peer))?;
        Ok(peer)
    }

    /// The link of an endpoint is up.
    pub(crate) fn meet(&mut self, peer: PeerId, identity: &str) -> Result<(), Unwanted> {
        let info = PeerInfo {
            version: (3, 1),
            identity: identity.as_bytes().to_vec(),
            ..PeerInfo::default()
        };
        self.peers.set_info(peer, Arc::new(info));
        self.pattern.met(&mut self.peers, &self.options, peer)
    }

    /// A peer that is there.
    pub(crate) fn peer(&mut self) -> PeerId {
        self.named("")
    }

    /// A peer that announced this identity.
    pub(crate) fn named(&mut self, identity: &str) -> PeerId {
        let peer = self.connect().unwrap();
        self.meet(peer, identity).unwrap();
        peer
    }

    /// A peer goes.
    pub(crate) fn part(&mut self, peer: PeerId) {
        self.pattern.detach(&mut self.peers, &self.options, peer);
        self.peers.end(peer);
    }

    /// A message of a peer comes, if there is room for it.
    pub(crate) fn deliver(&mut self, peer: PeerId, message: &str) -> bool {
        if !self.peers.accepts(peer) {
            return false;
        }
        let parts: Vec<Vec<u8>> = octets(message);
        let parts: Vec<Part<'_>> = parts.iter().map(|part| Part::Slice(part)).collect();
        let mut batch = Batch::default();
        batch.push(&[], &parts);
        if self.peers.deliver(peer, Chunk::from(batch)) {
            self.pattern.readable(&mut self.peers, peer);
        }
        true
    }

    /// A peer wants something.
    pub(crate) fn wish(&mut self, peer: PeerId, wish: &str) {
        let wish = parse(wish);
        self.pattern.wish(&mut self.peers, &self.options, peer, wish).unwrap();
    }

    /// We want something.
    pub(crate) fn ask(&mut self, wish: &str) -> Result<(), Refused> {
        self.pattern.ask(&mut self.peers, &self.options, parse(wish))
    }

    pub(crate) fn send(&mut self, message: &str) -> Result<(), Refused> {
        let parts: Vec<Vec<u8>> = octets(message);
        let parts: Vec<Part<'_>> = parts.iter().map(|part| Part::Slice(part)).collect();
        self.pattern.send(&mut self.peers, &self.options, &parts)
    }

    pub(crate) fn recv(&mut self) -> Result<String, Refused> {
        self.pattern.recv(&mut self.peers, &self.options).map(|message| text(&message))
    }

    /// All that can be received.
    pub(crate) fn recv_all(&mut self) -> Vec<String> {
        core::iter::from_fn(|| self.recv().ok()).collect()
    }

    pub(crate) fn can_send(&mut self) -> bool {
        self.pattern.can_send(&mut self.peers, &self.options)
    }

    pub(crate) fn can_recv(&mut self) -> bool {
        self.pattern.can_recv(&mut self.peers, &self.options)
    }

    /// What the link of a peer takes: messages and commands.
    pub(crate) fn take(&mut self, peer: PeerId) -> Vec<String> {
        let mut batch = Batch::default();
        if !self.peers.take(peer, &mut batch) {
            return Vec::new();
        }
        self.pattern.writable(peer);
        let mut chunk = Chunk::from(batch);
        let (mut seen, mut parts) = (Vec::new(), Vec::new());
        while let Some(frame) = chunk.next_frame() {
            match frame.kind {
                Kind::Command => seen.push(command(&frame.body)),
                Kind::More => parts.push(show(&frame.body)),
                Kind::Last => {
                    parts.push(show(&frame.body));
                    seen.push(core::mem::take(&mut parts).join("|"));
                }
            }
        }
        seen
    }

    /// Whether the link of a peer is to be closed.
    pub(crate) fn closes(&mut self, peer: PeerId) -> bool {
        self.peers.is_unwanted(peer)
    }
}

fn command(body: &[u8]) -> String {
    match Command::decode(body, 0) {
        Ok(Command::Subscribe(topic)) => format!("+{}", show(topic)),
        Ok(Command::Cancel(topic)) => format!("-{}", show(topic)),
        other => format!("{other:?}"),
    }
}

/// `+topic` or `-topic`.
fn parse(wish: &str) -> Wish<'_> {
    match wish.split_at(1) {
        ("+", topic) => Wish::Subscribe(topic.as_bytes()),
        (_, topic) => Wish::Cancel(topic.as_bytes()),
    }
}

fn octets(message: &str) -> Vec<Vec<u8>> {
    let octet = |octet| match octet {
        b'~' => 1,
        b'^' => 0,
        other => other,
    };
    message.split('|').map(|part| part.bytes().map(octet).collect()).collect()
}

fn text(message: &Message) -> String {
    message.parts().iter().map(|part| show(part)).collect::<Vec<_>>().join("|")
}

fn show(part: &[u8]) -> String {
    let letter = |octet: &u8| match octet {
        1 => '~',
        0 => '^',
        other => char::from(*other),
    };
    part.iter().map(letter).collect()
}
