//! The commands of CURVE (26): where their fields stand.
//!
//! ```text
//! HELLO     version 01 00, 72 zeros, C', nonce 8, box 80             200 octets with the name
//! WELCOME   nonce 16, box 144                                        168
//! INITIATE  cookie 96, nonce 8, box 144 or more                      257 or more
//! READY     nonce 8, box 16 or more                                  30 or more
//! MESSAGE   nonce 8, box 17 or more                                  33 or more
//! ERROR     reason length, reason                                    7 or more
//! ```
//!
//! Deliberately absent: the keys, and what the boxes hold.

use crate::violation::{CurvePart, Violation};
use crate::wire::command::{Body, decode_reason};
use crate::wire::reader::Reader;

const PADDING: usize = 72;

/// The only version there is.
const VERSION: [u8; 2] = [1, 0];

/// How the body of every MESSAGE begins: the length of its name, and the name.
pub const MESSAGE: &[u8; 8] = b"\x07MESSAGE";

/// A command of the handshake, borrowed from the body it came in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command<'a> {
    /// Opens, with the client's transient key.
    Hello(Hello<'a>),
    /// Gives the client the server's transient key, and a cookie.
    Welcome(Welcome<'a>),
    /// Proves who the client is.
    Initiate(Initiate<'a>),
    /// The server is content.
    Ready(Ready<'a>),
    /// A fatal refusal; its reason.
    Error(&'a [u8]),
    /// Anything else.
    Unknown(Body<'a>),
}

/// HELLO.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hello<'a> {
    /// The client's transient public key C'.
    pub transient: [u8; 32],
    /// The counter of its nonce.
    pub nonce: [u8; 8],
    /// 80 octets.
    pub sealed: &'a [u8],
}

/// WELCOME.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Welcome<'a> {
    /// The random half of its nonce.
    pub nonce: [u8; 16],
    /// 144 octets.
    pub sealed: &'a [u8],
}

/// What a server gives away instead of remembering it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cookie<'a> {
    /// The random half of its nonce.
    pub nonce: [u8; 16],
    /// 80 octets.
    pub sealed: &'a [u8],
}

/// INITIATE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Initiate<'a> {
    /// The server's cookie.
    pub cookie: Cookie<'a>,
    /// The counter of its nonce.
    pub nonce: [u8; 8],
    /// 144 octets or more.
    pub sealed: &'a [u8],
}

/// READY, or what follows the name of MESSAGE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ready<'a> {
    /// The counter of its nonce.
    pub nonce: [u8; 8],
    /// 16 octets or more.
    pub sealed: &'a [u8],
}

impl<'a> Command<'a> {
    /// Reads a command body that has been cut in two.
    ///
    /// # Errors
    /// The first thing wrong with it. An unknown name is not wrong.
    pub fn decode(body: Body<'a>) -> Result<Self, Violation> {
        let reader = Reader::new(body.data);
        let sized = |what, command: Option<Self>| {
            // With the name and its length, as the RFC counts.
            let size = body.data.len().saturating_add(body.name.len()).saturating_add(1);
            command.ok_or(Violation::CurveSize { what, size })
        };
        match body.name {
            "HELLO" => {
                let hello = sized(CurvePart::Hello, Hello::decode(reader).map(Self::Hello))?;
                judge_head(body.data)?;
                Ok(hello)
            }
            "WELCOME" => sized(CurvePart::Welcome, Welcome::decode(reader).map(Self::Welcome)),
            "INITIATE" => sized(CurvePart::Initiate, Initiate::decode(reader).map(Self::Initiate)),
            "READY" => sized(CurvePart::Ready, Ready::decode(reader, 16).map(Self::Ready)),
            "ERROR" => Ok(Self::Error(decode_reason(body.data)?)), //= 26-ERROR-003
            _ => Ok(Self::Unknown(body)),
        }
    }

    /// The name, as sent.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Hello(_) => "HELLO",
            Self::Welcome(_) => "WELCOME",
            Self::Initiate(_) => "INITIATE",
            Self::Ready(_) => "READY",
            Self::Error(_) => "ERROR",
            Self::Unknown(body) => body.name,
        }
    }
}

/// What stands before the key in a HELLO of the right size.
fn judge_head(data: &[u8]) -> Result<(), Violation> {
    let mut reader = Reader::new(data);
    match reader.array() {
        Some(VERSION) | None => {} //= 26-HELLO-003
        Some(version) => return Err(Violation::CurveVersion(version)),
    }
    let padding = reader.take(PADDING).unwrap_or_default();
    //= 26-HELLO-004
    if padding.iter().any(|octet| *octet != 0) { Err(Violation::HelloPadding) } else { Ok(()) }
}

impl<'a> Hello<'a> {
    fn decode(mut reader: Reader<'a>) -> Option<Self> {
        //= 26-HELLO-002
        reader.take(VERSION.len().saturating_add(PADDING))?;
        let (transient, nonce) = (reader.array()?, reader.array()?);
        let sealed = reader.rest();
        (sealed.len() == 80).then_some(Self { transient, nonce, sealed })
    }

    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let fields: [&[u8]; 5] =
            [&VERSION, &[0; PADDING], &self.transient, &self.nonce, self.sealed];
        Body { name: "HELLO", data: &fields.concat() }.encode(out); //= 25-IMPL-003
    }
}

impl<'a> Welcome<'a> {
    fn decode(mut reader: Reader<'a>) -> Option<Self> {
        //= 26-WELCOME-001
        let nonce = reader.array()?;
        let sealed = reader.rest();
        (sealed.len() == 144).then_some(Self { nonce, sealed })
    }

    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let fields: [&[u8]; 2] = [&self.nonce, self.sealed];
        Body { name: "WELCOME", data: &fields.concat() }.encode(out);
    }
}

impl<'a> Initiate<'a> {
    fn decode(mut reader: Reader<'a>) -> Option<Self> {
        //= 26-INITIATE-001
        let cookie = Cookie { nonce: reader.array()?, sealed: reader.take(80)? };
        let nonce = reader.array()?;
        let sealed = reader.rest();
        (sealed.len() >= 144).then_some(Self { cookie, nonce, sealed })
    }

    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let Cookie { nonce, sealed } = &self.cookie;
        let fields: [&[u8]; 4] = [nonce, sealed, &self.nonce, self.sealed];
        Body { name: "INITIATE", data: &fields.concat() }.encode(out);
    }
}

impl<'a> Ready<'a> {
    fn decode(mut reader: Reader<'a>, least: usize) -> Option<Self> {
        //= 26-READY-001
        let nonce = reader.array()?;
        let sealed = reader.rest();
        (sealed.len() >= least).then_some(Self { nonce, sealed })
    }

    /// Appends the frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let fields: [&[u8]; 2] = [&self.nonce, self.sealed];
        Body { name: "READY", data: &fields.concat() }.encode(out);
    }

    /// Reads the body of a frame that comes after the handshake, which has to be a MESSAGE.
    ///
    /// # Errors
    /// [`Violation::NotEncrypted`], or [`Violation::CurveSize`].
    pub fn of_message(body: &'a [u8]) -> Result<Self, Violation> {
        let Some(data) = body.strip_prefix(MESSAGE) else { return Err(Violation::NotEncrypted) };
        //= 26-MESSAGE-002
        let size = body.len();
        let message = Self::decode(Reader::new(data), 17);
        message.ok_or(Violation::CurveSize { what: CurvePart::Message, size })
    }
}
