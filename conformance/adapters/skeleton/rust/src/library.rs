//! YOUR LIBRARY GOES HERE: replace the bodies below by calls of your ZeroMQ library.
//!
//! What stands here is a toy: PUSH and PULL within this process, over `inproc`, without an octet of
//! ZMTP. With it `zeroproof adapter check` passes at once, and it goes on passing while you replace
//! one function after the other. Each function tries once and never waits: `main.rs` does the
//! waiting. A socket is a number here; make it whatever your library has.

use std::collections::{HashMap, VecDeque};

use serde_json::{json, Value};

/// A message, part by part.
pub type Parts = Vec<Vec<u8>>;

/// A call that did not work: its kind (unsupported, again, state or refused), and words.
#[derive(Debug)]
pub struct Failure(pub &'static str, pub String);

/// The value of an option.
pub enum Setting {
    Number(i64),
    Octets(Vec<u8>),
}

/// What your library is, and what it can do, by the names of conformance/adapters/README.md. List
/// only what is there: cases that need the rest are then not run. To be judged on the wire, "tcp"
/// must be among `transport`.
pub fn hello() -> Value {
    json!({
        "impl": {"name": "my-library", "version": "0.0.0", "language": "Rust"},
        "can": {
            "zmtp": ["3.1"],
            "type": ["PUSH", "PULL"],
            "mech": ["NULL"],
            "role": ["bind", "connect"],
            "transport": ["inproc"],
            "opt": ["linger"],
        },
    })
}

#[derive(Default)]
struct Toy {
    kind: String,
    peers: VecDeque<u64>,
    inbox: VecDeque<Parts>,
    /// Endpoints where nobody was bound yet.
    dials: Vec<String>,
}

/// Everything your library needs for its sockets: a context.
#[derive(Default)]
pub struct Library {
    sockets: HashMap<u64, Toy>,
    bound: HashMap<String, u64>,
    next: u64,
}

fn fail<T>(kind: &'static str, words: impl Into<String>) -> Result<T, Failure> {
    Err(Failure(kind, words.into()))
}

fn inproc(endpoint: &str) -> Result<(), Failure> {
    match endpoint.starts_with("inproc://") {
        true => Ok(()),
        false => fail("unsupported", format!("transport of {endpoint}")),
    }
}

impl Library {
    /// A new socket.
    pub fn open(&mut self, kind: &str) -> Result<u64, Failure> {
        if !["PUSH", "PULL"].contains(&kind) {
            return fail("unsupported", format!("socket type {kind}"));
        }
        self.next += 1;
        self.sockets.insert(self.next, Toy { kind: kind.to_owned(), ..Toy::default() });
        Ok(self.next)
    }

    /// An option of a socket.
    pub fn set(&mut self, _socket: u64, name: &str, value: &Setting) -> Result<(), Failure> {
        match (name, value) {
            ("linger", Setting::Number(number)) if *number >= -1 => Ok(()),
            ("linger", Setting::Number(number)) => fail("refused", format!("linger {number}")),
            ("linger", Setting::Octets(octets)) => {
                fail("refused", format!("linger is a number, not {} octets", octets.len()))
            }
            _ => fail("unsupported", format!("option {name}")),
        }
    }

    /// Listens; the answer is the endpoint with its real port, never a wildcard.
    pub fn bind(&mut self, socket: u64, endpoint: &str) -> Result<String, Failure> {
        inproc(endpoint)?;
        if self.bound.contains_key(endpoint) {
            return fail("refused", format!("{endpoint} is in use"));
        }
        self.bound.insert(endpoint.to_owned(), socket);
        let dials = |toy: &Toy| toy.dials.iter().any(|dialed| dialed == endpoint);
        let waiting: Vec<u64> =
            self.sockets.iter().filter(|(_, toy)| dials(toy)).map(|(id, _)| *id).collect();
        waiting.into_iter().for_each(|other| self.join(socket, other));
        Ok(endpoint.to_owned())
    }

    /// Connects, whether or not anybody is there yet; never waits.
    pub fn connect(&mut self, socket: u64, endpoint: &str) -> Result<(), Failure> {
        inproc(endpoint)?;
        match (self.bound.get(endpoint).copied(), self.sockets.get_mut(&socket)) {
            (Some(other), _) => self.join(socket, other),
            (None, Some(toy)) => toy.dials.push(endpoint.to_owned()),
            (None, None) => {}
        }
        Ok(())
    }

    fn join(&mut self, one: u64, other: u64) {
        for (from, to) in [(one, other), (other, one)] {
            if let Some(toy) = self.sockets.get_mut(&from) {
                toy.peers.push_back(to);
            }
        }
    }

    /// Sends a message now, or answers `again`.
    pub fn send(&mut self, socket: u64, parts: &Parts) -> Result<(), Failure> {
        let Some(toy) = self.sockets.get_mut(&socket) else { return fail("closed", "closed") };
        if toy.kind != "PUSH" {
            return fail("state", format!("a {} does not send", toy.kind));
        }
        let Some(peer) = toy.peers.pop_front() else { return fail("again", "nobody to take it") };
        toy.peers.push_back(peer);
        if let Some(peer) = self.sockets.get_mut(&peer) {
            peer.inbox.push_back(parts.clone());
        }
        Ok(())
    }

    /// The next message, or `again`.
    pub fn recv(&mut self, socket: u64) -> Result<Parts, Failure> {
        let Some(toy) = self.sockets.get_mut(&socket) else { return fail("closed", "closed") };
        if toy.kind != "PULL" {
            return fail("state", format!("a {} does not receive", toy.kind));
        }
        toy.inbox.pop_front().map_or_else(|| fail("again", "no message"), Ok)
    }

    /// Subscribes a SUB to a topic, or takes one subscription back.
    pub fn subscribe(&mut self, _socket: u64, topic: &[u8], _on: bool) -> Result<(), Failure> {
        fail("state", format!("no subscriptions here, so none of {} octets", topic.len()))
    }

    /// Closes without waiting for what is not sent (linger 0).
    pub fn close(&mut self, socket: u64) {
        self.sockets.remove(&socket);
        self.bound.retain(|_, bound| *bound != socket);
        for toy in self.sockets.values_mut() {
            toy.peers.retain(|peer| *peer != socket);
        }
    }
}
