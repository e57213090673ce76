//! MESSAGE (26-MESSAGE): what both sides say behind the handshake.

use crypto_box::SalsaBox;

use super::keys::{Keys, open, seal, short_nonce};
use crate::octets::{Frame, frame};

/// Payload flag: more parts follow (26-MESSAGE-007).
pub const MORE_FLAG: u8 = 1;
/// Payload flag: a command of 3.1, which RFC 26 does not have (q36).
pub const COMMAND_FLAG: u8 = 2;

const OF_CLIENT: [u8; 16] = *b"CurveZMQMESSAGEC";
const OF_SERVER: [u8; 16] = *b"CurveZMQMESSAGES";

/// Both directions of a connection.
pub struct Tunnel {
    shared: SalsaBox,
    /// The start of our nonces.
    pub ours: [u8; 16],
    /// The start of theirs.
    pub theirs: [u8; 16],
    /// Our last counter.
    pub counter: u64,
    /// Their last counter.
    pub last: u64,
}

/// What a MESSAGE holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    /// The first octet.
    pub flags: u8,
    /// The rest.
    pub payload: Vec<u8>,
}

impl Plain {
    /// Whether this is a command, and the name of it.
    pub fn is(&self, name: &str) -> bool {
        let size = u8::try_from(name.len()).unwrap_or(u8::MAX);
        let head = [&[size], name.as_bytes()].concat();
        self.flags & COMMAND_FLAG != 0 && self.payload.starts_with(&head)
    }
}

impl Tunnel {
    /// The tester is the client.
    pub fn of_client(ours: &Keys, theirs: &[u8; 32], counter: u64, last: u64) -> Self {
        let shared = ours.shared(theirs);
        Self { shared, ours: OF_CLIENT, theirs: OF_SERVER, counter, last }
    }

    /// The tester is the server.
    pub fn of_server(ours: &Keys, theirs: &[u8; 32], counter: u64, last: u64) -> Self {
        let shared = ours.shared(theirs);
        Self { shared, ours: OF_SERVER, theirs: OF_CLIENT, counter, last }
    }

    /// The body of the next MESSAGE.
    pub fn body(&mut self, flags: u8, payload: &[u8]) -> Vec<u8> {
        self.counter += 1;
        self.body_with(self.counter, &self.ours, flags, payload)
    }

    /// The body of a MESSAGE with any nonce.
    pub fn body_with(&self, counter: u64, prefix: &[u8; 16], flags: u8, payload: &[u8]) -> Vec<u8> {
        let plain = [&[flags], payload].concat();
        let sealed = seal(&self.shared, &short_nonce(prefix, counter), &plain);
        [b"\x07MESSAGE", &counter.to_be_bytes()[..], &sealed].concat()
    }

    /// The frame of the next MESSAGE, in the form that every peer takes (q35).
    pub fn frame(&mut self, flags: u8, payload: &[u8]) -> Vec<u8> {
        let body = self.body(flags, payload);
        frame(0, &body)
    }

    /// The frames of a message of parts.
    pub fn message<P: AsRef<[u8]>>(&mut self, parts: &[P]) -> Vec<u8> {
        let last = parts.len().saturating_sub(1);
        let flags = |at| if at < last { MORE_FLAG } else { 0 };
        let parts = parts.iter().enumerate();
        parts.flat_map(|(at, part)| self.frame(flags(at), part.as_ref())).collect()
    }

    /// What a frame of the SUT holds; each must have a higher counter than the one before.
    ///
    /// # Errors
    /// What is wrong with it: a slug and a sentence.
    pub fn open(&mut self, seen: &Frame) -> Result<Plain, (&'static str, String)> {
        if seen.has_more() {
            return Err(("more-outside", format!("flags {:02x} outside the box", seen.flags)));
        }
        let body = seen.body.strip_prefix(b"\x07MESSAGE").filter(|_| seen.body.len() >= 33);
        let split = body.and_then(|body| body.split_first_chunk());
        let Some((counter, sealed)) = split else {
            return Err(("no-message", crate::octets::title(seen)));
        };
        let counter = u64::from_be_bytes(*counter);
        if counter <= self.last {
            return Err(("nonce-not-rising", format!("nonce {counter} behind {}", self.last)));
        }
        self.last = counter;
        let plain = open(&self.shared, &short_nonce(&self.theirs, counter), sealed);
        let split = plain.as_deref().and_then(<[u8]>::split_first);
        let Some((&flags, payload)) = split else {
            return Err(("box-does-not-open", format!("MESSAGE {counter} does not open")));
        };
        Ok(Plain { flags, payload: payload.to_vec() })
    }
}
