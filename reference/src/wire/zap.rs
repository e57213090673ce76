//! ZAP 1.0 (27): what an engine asks about a peer, and what a handler answers, as message parts.
//!
//! ```text
//! request  delimiter, "1.0", id, domain, address, identity, mechanism, credentials ...
//! reply    delimiter, "1.0", id, status code, status text, user id, metadata
//! ```
//!
//! The empty delimiter is part of both, as a DEALER and a ROUTER see them (27-SOCK-004); a REQ or a
//! REP deals with it on its own. Deliberately absent: the sockets in between, and who asks when.

use crate::violation::Violation;
use crate::wire::metadata::{self, Property};
use crate::wire::plain::Password;
use core::fmt;

const VERSION: &[u8] = b"1.0";
const MAX_FIELD: usize = 255;
const MAX_PROPERTIES: usize = 1 << 10;

/// What a peer offers as proof of who it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Credentials {
    /// Nothing.
    Null,
    /// A user name and a password.
    Plain {
        /// 0 to 255 octets.
        username: Vec<u8>,
        /// 0 to 255 octets.
        password: Password,
    },
    /// The client's permanent public key.
    Curve([u8; 32]),
}

impl Credentials {
    /// The name of the mechanism.
    #[must_use]
    pub const fn mechanism(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Plain { .. } => "PLAIN",
            Self::Curve(_) => "CURVE",
        }
    }
}

/// A question: may this peer come in?
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Which rules the handler should apply, 0 to 255 ASCII characters. Like libzmq we ask with an
    /// empty one when none is set, though the text of 27-REQUEST-005 has none.
    pub domain: Vec<u8>,
    /// The peer's IP address, numeric, without a port.
    pub address: String,
    /// The peer's identity, 0 to 255 octets; empty if it has none or has not told it yet.
    pub identity: Vec<u8>,
    /// The mechanism and what goes with it.
    pub credentials: Credentials,
}

/// A handler's decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// 200: the peer is who it says it is.
    Success,
    /// 300: ask again later.
    TemporaryError,
    /// 400: the peer may not come in.
    Refused,
    /// 500: the handler failed.
    InternalError,
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    /// The decision.
    pub status: Status,
    /// What it means, for people; 0 to 255 ASCII characters.
    pub text: String,
    /// Who the peer is; empty unless it may come in.
    pub user_id: String,
    /// What else is known of it, in order.
    pub metadata: Vec<(String, Vec<u8>)>,
}

/// What is wrong with a reply (or, read by a handler, with a request).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Malformed {
    /// Too few or too many parts; their number.
    Parts(usize),
    /// The first part is not empty.
    Delimiter,
    /// The version is not "1.0".
    Version(Vec<u8>),
    /// The answer to another question; its id.
    RequestId(Vec<u8>),
    /// No such status code.
    StatusCode(Vec<u8>),
    /// A text that is not ASCII or has more than 255 characters; its length.
    Text(usize),
    /// A user id without success.
    UserId,
    /// The metadata cannot be read.
    Metadata(Violation),
    /// An identity of more than 255 octets; its length.
    Identity(usize),
    /// No mechanism is called this, or it does not have these credentials.
    Mechanism(Vec<u8>),
}

impl Status {
    /// The three digits of the status.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Success => "200",
            Self::TemporaryError => "300",
            Self::Refused => "400",
            Self::InternalError => "500",
        }
    }

    /// The same as a number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Success => 200,
            Self::TemporaryError => 300,
            Self::Refused => 400,
            Self::InternalError => 500,
        }
    }

    fn parse(code: &[u8]) -> Result<Self, Malformed> {
        let all = [Self::Success, Self::TemporaryError, Self::Refused, Self::InternalError];
        let known = all.into_iter().find(|status| status.code().as_bytes() == code);
        known.ok_or_else(|| Malformed::StatusCode(code.to_vec())) //= 27-REPLY-004
    }
}

impl Request {
    /// The parts of the request, the delimiter first.
    #[must_use]
    pub fn parts<'a>(&'a self, id: &'a [u8]) -> Vec<&'a [u8]> {
        let mut parts: Vec<&[u8]> = vec![
            b"",     //= 27-REQUEST-002
            VERSION, //= 27-REQUEST-003
            id,      //= 27-REQUEST-004
            &self.domain,
            self.address.as_bytes(),                 //= 27-REQUEST-006
            &self.identity,                          //= 27-REQUEST-007
            self.credentials.mechanism().as_bytes(), //= 27-REQUEST-008
        ];
        //= 27-REQUEST-009
        match &self.credentials {
            Credentials::Null => {} //= 27-MECH-001
            //= 27-MECH-002
            Credentials::Plain { username, password } => {
                parts.extend([username.as_slice(), &password.0]);
            }
            Credentials::Curve(key) => parts.push(key), //= 27-MECH-003
        }
        parts
    }

    /// Reads a request, as a handler does; its id and itself.
    ///
    /// # Errors
    /// The first thing wrong with it.
    pub fn decode<'a>(parts: &[&'a [u8]]) -> Result<(&'a [u8], Self), Malformed> {
        let Some(([delimiter, version, id, domain, address, identity, mechanism], credentials)) =
            parts.split_first_chunk()
        else {
            return Err(Malformed::Parts(parts.len()));
        };
        judge_head(delimiter, version)?;
        if identity.len() > MAX_FIELD {
            return Err(Malformed::Identity(identity.len())); //= 27-FIELDS-002
        }
        let credentials = match (*mechanism, credentials) {
            (b"NULL", []) => Credentials::Null,
            (b"PLAIN", [username, password]) => Credentials::Plain {
                username: username.to_vec(),
                password: Password(password.to_vec()),
            },
            (b"CURVE", [key]) => match <[u8; 32]>::try_from(*key) {
                Ok(key) => Credentials::Curve(key),
                Err(_) => return Err(Malformed::Mechanism(mechanism.to_vec())),
            },
            (other, _) => return Err(Malformed::Mechanism(other.to_vec())), //= 27-FIELDS-003
        };
        let (domain, address) = (text(domain)?.into_bytes(), text(address)?);
        Ok((id, Self { domain, address, identity: identity.to_vec(), credentials }))
    }
}

impl Reply {
    /// An answer without text, user and metadata.
    #[must_use]
    pub const fn new(status: Status) -> Self {
        Self { status, text: String::new(), user_id: String::new(), metadata: Vec::new() }
    }

    /// The parts of the reply, the delimiter first.
    #[must_use]
    pub fn parts(&self, id: &[u8]) -> Vec<Vec<u8>> {
        let mut metadata = Vec::new();
        metadata::encode(&properties(&self.metadata), &mut metadata); //= 27-REPLY-011

        //= 27-REPLY-001
        [b"", VERSION, id, self.status.code().as_bytes()]
            .into_iter()
            .chain([self.text.as_bytes(), self.user_id.as_bytes(), &metadata])
            .map(<[u8]>::to_vec)
            .collect()
    }

    /// Reads the reply to the request of this id.
    ///
    /// # Errors
    /// The first thing wrong with it.
    pub fn decode(parts: &[&[u8]], id: &[u8]) -> Result<Self, Malformed> {
        let [delimiter, version, reply_id, code, status_text, user_id, metadata] = parts else {
            return Err(Malformed::Parts(parts.len()));
        };
        judge_head(delimiter, version)?; //= 27-REPLY-003
        if *reply_id != id {
            return Err(Malformed::RequestId(reply_id.to_vec())); //= 27-REPLY-002
        }
        let status = Status::parse(code)?;
        let (text, user_id) = (text(status_text)?, text(user_id)?); //= 27-REPLY-005, 27-REPLY-006
        if status != Status::Success && !user_id.is_empty() {
            return Err(Malformed::UserId); //= 27-REPLY-007
        }
        //= 27-REPLY-008
        let metadata = metadata::decode(metadata, MAX_PROPERTIES).map_err(Malformed::Metadata)?;
        let metadata = metadata.iter().map(Property::to_owned_pair).collect();
        Ok(Self { status, text, user_id, metadata })
    }
}

/// The properties as they are encoded.
pub(crate) fn properties(metadata: &[(String, Vec<u8>)]) -> Vec<Property<'_>> {
    metadata.iter().map(|(name, value)| Property { name, value }).collect()
}

fn judge_head(delimiter: &[u8], version: &[u8]) -> Result<(), Malformed> {
    if !delimiter.is_empty() {
        return Err(Malformed::Delimiter);
    }
    if version == VERSION { Ok(()) } else { Err(Malformed::Version(version.to_vec())) }
}

/// A string field.
fn text(field: &[u8]) -> Result<String, Malformed> {
    //= 27-FIELDS-004
    match core::str::from_utf8(field) {
        Ok(text) if text.is_ascii() && text.len() <= MAX_FIELD => Ok(text.to_owned()),
        Ok(_) | Err(_) => Err(Malformed::Text(field.len())),
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parts(count) => write!(f, "{count} parts"),
            Self::Delimiter => f.write_str("the first part is not empty"),
            Self::Version(version) => write!(f, "version \"{}\"", version.escape_ascii()),
            Self::RequestId(id) => write!(f, "request id \"{}\"", id.escape_ascii()),
            Self::StatusCode(code) => write!(f, "status code \"{}\"", code.escape_ascii()),
            Self::Text(length) => write!(f, "text of {length} octets, not 0 to 255 of ASCII"),
            Self::UserId => f.write_str("user id without success"),
            Self::Metadata(violation) => write!(f, "metadata: {violation}"),
            Self::Identity(length) => write!(f, "identity of {length} octets, limit 255"),
            Self::Mechanism(name) => write!(f, "mechanism \"{}\"", name.escape_ascii()),
        }
    }
}

impl core::error::Error for Malformed {}
