//! HELLO and INITIATE (26-HELLO, 26-INITIATE): as the tester sends them, each field free to be
//! wrong, and as a SUT sent them.

use super::keys::{Keys, long_nonce, octets, short_nonce};
use super::{Twist, client_keys, server_keys};
use crate::entropy::Entropy;
use crate::octets::{COMMAND, Frame, frame};

/// The tester as client.
#[derive(Clone)]
pub struct Client {
    /// C, c.
    pub keys: Keys,
    /// C', c'.
    pub transient: Keys,
    /// S.
    pub server: [u8; 32],
}

impl Client {
    /// A client of the usual keys with a new transient pair.
    pub fn new(entropy: &mut Entropy) -> Self {
        let transient = Keys::fresh(entropy);
        Self { keys: client_keys(), transient, server: server_keys().public() }
    }
}

/// A HELLO to be sent.
#[derive(Clone)]
pub struct Hello {
    /// 1, 0.
    pub version: [u8; 2],
    /// All zero.
    pub padding: [u8; 72],
    /// The C' that stands in clear.
    pub transient: [u8; 32],
    /// The start of the nonce.
    pub prefix: [u8; 16],
    /// The rest of the nonce.
    pub counter: u64,
    /// What the box holds: 64 zeros.
    pub plain: Vec<u8>,
    /// The S that the box is for.
    pub server: [u8; 32],
    /// A last change.
    pub twist: Twist,
}

impl Hello {
    /// A HELLO without fault.
    pub fn new(client: &Client) -> Self {
        Self {
            version: [1, 0],
            padding: [0; 72],
            transient: client.transient.public(),
            prefix: *b"CurveZMQHELLO---",
            counter: 1,
            plain: vec![0; 64],
            server: client.server,
            twist: |_| {},
        }
    }

    /// The frame.
    pub fn build(&self, client: &Client) -> Vec<u8> {
        let nonce = short_nonce(&self.prefix, self.counter);
        let sealed = client.transient.seal(&self.server, &nonce, &self.plain);
        let head = [b"\x05HELLO", &self.version[..], &self.padding, &self.transient].concat();
        let mut body = [&head[..], &self.counter.to_be_bytes(), &sealed].concat();
        (self.twist)(&mut body);
        frame(COMMAND, &body)
    }
}

/// An INITIATE to be sent.
#[derive(Clone)]
pub struct Initiate {
    /// From WELCOME.
    pub cookie: Vec<u8>,
    /// The start of the nonce.
    pub prefix: [u8; 16],
    /// The rest of the nonce.
    pub counter: u64,
    /// C.
    pub client: [u8; 32],
    /// The start of the nonce of the vouch.
    pub vouch_prefix: [u8; 8],
    /// The rest of it.
    pub vouch_nonce: [u8; 16],
    /// What the vouch holds: C', S.
    pub vouched: ([u8; 32], [u8; 32]),
    /// Who opens the vouch: S'.
    pub vouch_for: [u8; 32],
    /// The properties.
    pub metadata: Vec<u8>,
    /// A last change.
    pub twist: Twist,
}

impl Initiate {
    /// An INITIATE without fault, for a WELCOME with this S' and this cookie.
    pub fn new(
        client: &Client,
        server_transient: &[u8; 32],
        cookie: &[u8],
        entropy: &mut Entropy,
    ) -> Self {
        Self {
            cookie: cookie.to_vec(),
            prefix: *b"CurveZMQINITIATE",
            counter: 2,
            client: client.keys.public(),
            vouch_prefix: *b"VOUCH---",
            vouch_nonce: octets(entropy),
            vouched: (client.transient.public(), client.server),
            vouch_for: *server_transient,
            metadata: Vec::new(),
            twist: |_| {},
        }
    }

    /// The frame.
    pub fn build(&self, client: &Client, server_transient: &[u8; 32]) -> Vec<u8> {
        let vouched = [self.vouched.0, self.vouched.1].concat();
        let nonce = long_nonce(&self.vouch_prefix, &self.vouch_nonce);
        let vouch = client.keys.seal(&self.vouch_for, &nonce, &vouched);
        let plain = [&self.client[..], &self.vouch_nonce, &vouch, &self.metadata].concat();
        let nonce = short_nonce(&self.prefix, self.counter);
        let sealed = client.transient.seal(server_transient, &nonce, &plain);
        let counter = self.counter.to_be_bytes();
        let mut body = [b"\x08INITIATE", &self.cookie[..], &counter, &sealed].concat();
        (self.twist)(&mut body);
        frame(COMMAND, &body)
    }
}

/// A HELLO of the SUT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenHello {
    /// Octets 6 and 7.
    pub version: [u8; 2],
    /// Octets 8 to 79.
    pub padding: [u8; 72],
    /// C'.
    pub transient: [u8; 32],
    /// The octets of the nonce that are sent.
    pub counter: u64,
    /// The box.
    pub sealed: Vec<u8>,
}

impl SeenHello {
    /// Reads the body by its offsets; `None` when it is not 200 octets of HELLO.
    pub fn read(seen: &Frame) -> Option<Self> {
        let body = seen.body.strip_prefix(b"\x05HELLO").filter(|_| seen.body.len() == 200)?;
        let (version, rest) = body.split_first_chunk()?;
        let (padding, rest) = rest.split_first_chunk()?;
        let (transient, rest) = rest.split_first_chunk()?;
        let (counter, sealed) = rest.split_first_chunk()?;
        Some(Self {
            version: *version,
            padding: *padding,
            transient: *transient,
            counter: u64::from_be_bytes(*counter),
            sealed: sealed.to_vec(),
        })
    }

    /// What the box holds, for the owner of S.
    pub fn open(&self, server: &Keys, prefix: &[u8; 16]) -> Option<Vec<u8>> {
        server.open(&self.transient, &short_nonce(prefix, self.counter), &self.sealed)
    }
}

/// An INITIATE of the SUT, with what was in its box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenInitiate {
    /// The cookie that came back.
    pub cookie: [u8; 96],
    /// The octets of the nonce that are sent.
    pub counter: u64,
    /// The box.
    pub sealed: Vec<u8>,
}

/// What the box of an INITIATE holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// C.
    pub client: [u8; 32],
    /// The octets of the nonce of the vouch that are sent.
    pub vouch_nonce: [u8; 16],
    /// The vouch.
    pub vouch: [u8; 80],
    /// The properties.
    pub metadata: Vec<u8>,
}

impl SeenInitiate {
    /// Reads the body by its offsets; `None` when it is not 257 octets of INITIATE or more.
    pub fn read(seen: &Frame) -> Option<Self> {
        let body = seen.body.strip_prefix(b"\x08INITIATE").filter(|_| seen.body.len() >= 257)?;
        let (cookie, rest) = body.split_first_chunk()?;
        let (counter, sealed) = rest.split_first_chunk()?;
        let counter = u64::from_be_bytes(*counter);
        Some(Self { cookie: *cookie, counter, sealed: sealed.to_vec() })
    }

    /// What the box holds, for the owner of S'.
    pub fn open(
        &self,
        transient: &Keys,
        client_transient: &[u8; 32],
        prefix: &[u8; 16],
    ) -> Option<Inside> {
        let nonce = short_nonce(prefix, self.counter);
        let plain = transient.open(client_transient, &nonce, &self.sealed)?;
        let (client, rest) = plain.split_first_chunk()?;
        let (vouch_nonce, rest) = rest.split_first_chunk()?;
        let (vouch, metadata) = rest.split_first_chunk()?;
        Some(Inside {
            client: *client,
            vouch_nonce: *vouch_nonce,
            vouch: *vouch,
            metadata: metadata.to_vec(),
        })
    }
}

impl Inside {
    /// C' and S as the client vouches for them, opened by the owner of the key it sealed for.
    pub fn open_vouch(&self, keys: &Keys, prefix: &[u8; 8]) -> Option<Vec<u8>> {
        keys.open(&self.client, &long_nonce(prefix, &self.vouch_nonce), &self.vouch)
    }
}
