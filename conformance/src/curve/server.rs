//! WELCOME and READY (26-WELCOME, 26-READY): as the tester sends them, each field free to be wrong,
//! and as a SUT sent them.

use super::keys::{Keys, long_nonce, octets, short_nonce};
use super::{Twist, server_keys};
use crate::entropy::Entropy;
use crate::octets::{COMMAND, Frame, frame};

/// The tester as server.
#[derive(Clone)]
pub struct Server {
    /// S, s.
    pub keys: Keys,
    /// S', s'.
    pub transient: Keys,
    /// What the client must send back. The tester keeps its state, so nothing is hidden in it.
    pub cookie: [u8; 96],
}

impl Server {
    /// A server of the usual keys with a new transient pair and cookie.
    pub fn new(entropy: &mut Entropy) -> Self {
        Self { keys: server_keys(), transient: Keys::fresh(entropy), cookie: octets(entropy) }
    }
}

/// A WELCOME to be sent.
#[derive(Clone)]
pub struct Welcome {
    /// The start of the nonce.
    pub prefix: [u8; 8],
    /// The rest of it.
    pub nonce: [u8; 16],
    /// S' and the cookie.
    pub plain: Vec<u8>,
    /// Who opens the box: C'.
    pub client_transient: [u8; 32],
    /// A last change.
    pub twist: Twist,
}

impl Welcome {
    /// A WELCOME without fault.
    pub fn new(server: &Server, client_transient: &[u8; 32], entropy: &mut Entropy) -> Self {
        Self {
            prefix: *b"WELCOME-",
            nonce: octets(entropy),
            plain: [&server.transient.public()[..], &server.cookie].concat(),
            client_transient: *client_transient,
            twist: |_| {},
        }
    }

    /// The frame.
    pub fn build(&self, server: &Server) -> Vec<u8> {
        let nonce = long_nonce(&self.prefix, &self.nonce);
        let sealed = server.keys.seal(&self.client_transient, &nonce, &self.plain);
        let mut body = [b"\x07WELCOME", &self.nonce[..], &sealed].concat();
        (self.twist)(&mut body);
        frame(COMMAND, &body)
    }
}

/// A READY to be sent.
#[derive(Clone)]
pub struct Ready {
    /// The start of the nonce.
    pub prefix: [u8; 16],
    /// The rest of it.
    pub counter: u64,
    /// The properties.
    pub metadata: Vec<u8>,
    /// A last change.
    pub twist: Twist,
}

impl Ready {
    /// A READY without fault.
    pub fn new(metadata: &[u8]) -> Self {
        let prefix = *b"CurveZMQREADY---";
        Self { prefix, counter: 1, metadata: metadata.to_vec(), twist: |_| {} }
    }

    /// The frame.
    pub fn build(&self, transient: &Keys, client_transient: &[u8; 32]) -> Vec<u8> {
        let nonce = short_nonce(&self.prefix, self.counter);
        let sealed = transient.seal(client_transient, &nonce, &self.metadata);
        let mut body = [b"\x05READY", &self.counter.to_be_bytes()[..], &sealed].concat();
        (self.twist)(&mut body);
        frame(COMMAND, &body)
    }
}

/// A WELCOME of the SUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenWelcome {
    /// The octets of the nonce that are sent.
    pub nonce: [u8; 16],
    /// The box.
    pub sealed: [u8; 144],
}

impl SeenWelcome {
    /// Reads the body by its offsets; `None` when it is not 168 octets of WELCOME.
    pub fn read(seen: &Frame) -> Option<Self> {
        let body = seen.body.strip_prefix(b"\x07WELCOME")?;
        let (nonce, sealed) = body.split_first_chunk()?;
        Some(Self { nonce: *nonce, sealed: sealed.try_into().ok()? })
    }

    /// S' and the cookie, for the owner of C'.
    pub fn open(
        &self,
        transient: &Keys,
        server: &[u8; 32],
        prefix: &[u8; 8],
    ) -> Option<([u8; 32], [u8; 96])> {
        let plain = transient.open(server, &long_nonce(prefix, &self.nonce), &self.sealed)?;
        let (server_transient, cookie) = plain.split_first_chunk()?;
        Some((*server_transient, cookie.try_into().ok()?))
    }
}

/// A READY of the SUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenReady {
    /// The octets of the nonce that are sent.
    pub counter: u64,
    /// The box.
    pub sealed: Vec<u8>,
}

impl SeenReady {
    /// Reads the body by its offsets; `None` when it is not 30 octets of READY or more.
    pub fn read(seen: &Frame) -> Option<Self> {
        let body = seen.body.strip_prefix(b"\x05READY").filter(|_| seen.body.len() >= 30)?;
        let (counter, sealed) = body.split_first_chunk()?;
        Some(Self { counter: u64::from_be_bytes(*counter), sealed: sealed.to_vec() })
    }

    /// The properties, for the owner of C'.
    pub fn open(
        &self,
        transient: &Keys,
        server_transient: &[u8; 32],
        prefix: &[u8; 16],
    ) -> Option<Vec<u8>> {
        transient.open(server_transient, &short_nonce(prefix, self.counter), &self.sealed)
    }
}
