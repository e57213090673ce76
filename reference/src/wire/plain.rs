//! The commands of PLAIN (24): HELLO, WELCOME, INITIATE, READY and ERROR.
//!
//! ```text
//! HELLO     username length, username, password length, password
//! WELCOME   nothing
//! INITIATE  metadata          READY  metadata          ERROR  reason length, reason
//! ```
//!
//! Deliberately absent: which of them may come now; that is the mechanism's business.

use crate::violation::Violation;
use crate::wire::command::{Body, decode_reason};
use crate::wire::metadata::{self, Property};
use crate::wire::reader::Reader;
use core::fmt;

/// A password of 0 to 255 octets; never shown in debug output.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Password(pub Vec<u8>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// What a client says who it is; each field 0 to 255 octets from 21 to 7E.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hello<'a> {
    /// The user's name.
    pub username: &'a [u8],
    /// The user's password.
    pub password: &'a [u8],
}

impl fmt::Debug for Hello<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hello(\"{}\", ..)", self.username.escape_ascii())
    }
}

/// A command of the handshake, borrowed from the body it came in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command<'a> {
    /// Opens, with credentials.
    Hello(Hello<'a>),
    /// The credentials are good.
    Welcome,
    /// The client's metadata.
    Initiate(Vec<Property<'a>>),
    /// The server's metadata.
    Ready(Vec<Property<'a>>),
    /// A fatal refusal; its reason.
    Error(&'a [u8]),
    /// Anything else.
    Unknown(Body<'a>),
}

/// Whether this octet may stand in a user name or password.
#[must_use]
pub const fn is_credential_octet(octet: u8) -> bool {
    octet.is_ascii_graphic()
}

impl<'a> Hello<'a> {
    fn decode(data: &'a [u8]) -> Result<Self, Violation> {
        //= 24-HS-002
        let mut reader = Reader::new(data);
        let mut field = || reader.octet().and_then(|length| reader.take(usize::from(length)));
        let (Some(username), Some(password)) = (field(), field()) else {
            return Err(Violation::HelloTruncated); //= 24-HS-004
        };
        let behind = reader.rest().len();
        if behind > 0 {
            return Err(Violation::HelloTooLong(behind));
        }
        //= 24-HS-003
        match username.iter().chain(password).find(|octet| !is_credential_octet(**octet)) {
            Some(&octet) => Err(Violation::CredentialOctet(octet)),
            None => Ok(Self { username, password }),
        }
    }
}

impl<'a> Command<'a> {
    /// Reads a command body that has been cut in two.
    ///
    /// # Errors
    /// The first thing wrong with it. An unknown name is not wrong.
    pub fn decode(body: Body<'a>, max_properties: usize) -> Result<Self, Violation> {
        let data = body.data;
        Ok(match body.name {
            "HELLO" => Self::Hello(Hello::decode(data)?),
            "WELCOME" if data.is_empty() => Self::Welcome, //= 24-HS-006
            "WELCOME" => return Err(Violation::WelcomeWithData(data.len())),
            "INITIATE" => Self::Initiate(metadata::decode(data, max_properties)?), //= 24-HS-010
            "READY" => Self::Ready(metadata::decode(data, max_properties)?),       //= 24-HS-012
            "ERROR" => Self::Error(decode_reason(data)?),                          //= 24-HS-008
            _ => Self::Unknown(body),
        })
    }

    /// The name, as sent.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Hello(_) => "HELLO",
            Self::Welcome => "WELCOME",
            Self::Initiate(_) => "INITIATE",
            Self::Ready(_) => "READY",
            Self::Error(_) => "ERROR",
            Self::Unknown(body) => body.name,
        }
    }
}

/// Appends a HELLO frame; each field has at most 255 octets, as the configuration was checked for.
pub fn encode_hello(hello: Hello<'_>, out: &mut Vec<u8>) {
    let mut data = Vec::new();
    for field in [hello.username, hello.password] {
        data.push(u8::try_from(field.len()).unwrap_or(u8::MAX));
        data.extend_from_slice(field);
    }
    Body { name: "HELLO", data: &data }.encode(out); //= 24-HS-017
}
