//! A connection fed by hand, and what a well-behaved peer would say to it.
//!
//! Deliberately absent: a second connection; `pair` has two.

use zeroproof_reference::{Config, Connection, Input, Instant, Output};

/// One connection at time zero.
pub(crate) struct Session {
    pub(crate) connection: Connection,
}

impl Session {
    /// After the signature has been sent.
    pub(crate) fn new(config: Config) -> Self {
        let mut session = Self { connection: Connection::new(config, Instant::ZERO) };
        session.drain();
        session
    }

    /// Gives it octets and takes everything that comes of them, the final wait included.
    pub(crate) fn feed(&mut self, octets: &[u8]) -> Vec<Output> {
        self.connection.handle_input(Instant::ZERO, Input::Octets(octets));
        self.drain()
    }

    /// Everything that comes out, the final wait included.
    pub(crate) fn drain(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        loop {
            outputs.push(self.connection.poll_output());
            if let Some(Output::Wait(_)) = outputs.last() {
                return outputs;
            }
        }
    }
}

/// The octets this notation stands for: pairs of digits, `xx*n` for repeats.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    zeroproof_vectors::hex::decode(text).expect("the test writes good octets")
}

/// The greeting of a NULL peer of 3.0 or 3.1.
pub(crate) fn greeting(minor: u8) -> Vec<u8> {
    hex(&format!("ff 00*8 7f 03 0{minor} 4e554c4c 00*48"))
}

/// The READY of a peer of this type.
pub(crate) fn ready(socket_type: &str) -> Vec<u8> {
    let size = u8::try_from(socket_type.len()).expect("a short name");
    let mut octets = vec![4, 22 + size];
    octets.extend(b"\x05READY\x0bSocket-Type\0\0\0");
    octets.push(size);
    octets.extend(socket_type.as_bytes());
    octets
}
