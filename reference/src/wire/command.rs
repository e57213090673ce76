//! Command bodies: a name of 1 to 255 letters behind its length, then data (37-CMD-002).
//!
//! [`Body`] splits any command body into name and data. [`Command`] knows the commands of 37
//! itself: READY, ERROR, SUBSCRIBE, CANCEL, PING, PONG, JOIN, LEAVE. Names are compared as sent,
//! in upper case (37-CMD-003); no zero octet separates name and data (37-CMD-008).
//! Deliberately absent: whether a command may come now; that depends on the state of the link.

use crate::violation::Violation;
use crate::wire::frame::{self, Kind};
use crate::wire::metadata::{self, Property};
use crate::wire::reader::Reader;

const MAX_CONTEXT: usize = 16;
const MAX_GROUP: usize = 255;

/// A command body cut in two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Body<'a> {
    /// 1 to 255 letters.
    pub name: &'a str,
    /// Whatever follows.
    pub data: &'a [u8],
}

/// A command, borrowed from the body it came in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command<'a> {
    /// Metadata; ends the sender's side of a NULL handshake.
    Ready(Vec<Property<'a>>),
    /// A fatal refusal; the reason is for logs only, so its characters are not judged.
    Error(&'a [u8]),
    /// Subscription to every message that starts with this topic.
    Subscribe(&'a [u8]),
    /// End of one such subscription.
    Cancel(&'a [u8]),
    /// Request for a PONG.
    Ping {
        /// Tenths of a second the sender promises to be heard again within; zero for no promise.
        ttl: u16,
        /// To be repeated in the PONG.
        context: Context<'a>,
    },
    /// Answer to a PING, with its context.
    Pong(Context<'a>),
    /// The sender enters a group.
    Join(Group<'a>),
    /// The sender leaves a group.
    Leave(Group<'a>),
    /// A command of somebody else's.
    Unknown(Body<'a>),
}

/// 0 to 16 octets of PING context.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Context<'a>(&'a [u8]);

/// A group name: 0 to 255 octets, none of them zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Group<'a>(&'a [u8]);

impl<'a> Context<'a> {
    /// # Errors
    /// [`Violation::ContextTooLong`].
    pub fn new(octets: &'a [u8]) -> Result<Self, Violation> {
        if octets.len() > MAX_CONTEXT {
            return Err(Violation::ContextTooLong(octets.len())); //= 37-HB-005
        }
        Ok(Self(octets))
    }

    /// The octets.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Group<'a> {
    /// # Errors
    /// [`Violation::GroupTooLong`], [`Violation::GroupZeroOctet`].
    pub fn new(octets: &'a [u8]) -> Result<Self, Violation> {
        //= 37-RADIO-004
        if octets.len() > MAX_GROUP {
            return Err(Violation::GroupTooLong(octets.len()));
        }
        if octets.contains(&0) {
            return Err(Violation::GroupZeroOctet);
        }
        Ok(Self(octets))
    }

    /// The octets.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.0
    }
}

impl<'a> Body<'a> {
    /// Splits the body of a command frame.
    ///
    /// # Errors
    /// [`Violation::CommandNameEmpty`], [`Violation::CommandNameTruncated`],
    /// [`Violation::CommandNameOctet`].
    pub fn decode(body: &'a [u8]) -> Result<Self, Violation> {
        //= 37-CMD-002
        let mut reader = Reader::new(body);
        let Some(length) = reader.octet() else { return Err(Violation::CommandNameTruncated) };
        if length == 0 {
            return Err(Violation::CommandNameEmpty);
        }
        let Some(name) = reader.take(usize::from(length)) else {
            return Err(Violation::CommandNameTruncated);
        };
        if let Some(&octet) = name.iter().find(|octet| !octet.is_ascii_alphabetic()) {
            return Err(Violation::CommandNameOctet(octet));
        }
        // Its octets are letters, so the name is text; the error arm cannot be reached.
        let Ok(name) = core::str::from_utf8(name) else {
            return Err(Violation::CommandNameTruncated);
        };
        Ok(Self { name, data: reader.rest() })
    }

    /// Appends the whole command frame, in the shortest form.
    pub fn encode(self, out: &mut Vec<u8>) {
        let mut body = Vec::new();
        body.push(u8::try_from(self.name.len()).unwrap_or(u8::MAX));
        //= 37-WIRE-004
        body.extend_from_slice(self.name.as_bytes());
        body.extend_from_slice(self.data);
        frame::encode(Kind::Command, &body, out);
    }
}

impl<'a> Command<'a> {
    /// Reads the body of a command frame.
    ///
    /// # Errors
    /// The first thing wrong with it. An unknown name is not wrong.
    pub fn decode(body: &'a [u8], max_properties: usize) -> Result<Self, Violation> {
        Self::read(Body::decode(body)?, max_properties)
    }

    /// Reads a command body that has been cut in two.
    ///
    /// # Errors
    /// The first thing wrong with its data. An unknown name is not wrong.
    pub fn read(body: Body<'a>, max_properties: usize) -> Result<Self, Violation> {
        Ok(match body.name {
            "READY" => Self::Ready(metadata::decode(body.data, max_properties)?), //= 37-NULL-010
            "ERROR" => Self::Error(decode_reason(body.data)?),
            "SUBSCRIBE" => Self::Subscribe(body.data), //= 37-PUBSUB-004
            "CANCEL" => Self::Cancel(body.data),
            "PING" => decode_ping(body.data)?,
            "PONG" => Self::Pong(Context::new(body.data)?), //= 37-HB-006
            "JOIN" => Self::Join(Group::new(body.data)?),
            "LEAVE" => Self::Leave(Group::new(body.data)?),
            _ => Self::Unknown(body),
        })
    }

    /// The name, as sent.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        match self {
            Self::Ready(_) => "READY",
            Self::Error(_) => "ERROR",
            Self::Subscribe(_) => "SUBSCRIBE",
            Self::Cancel(_) => "CANCEL",
            Self::Ping { .. } => "PING",
            Self::Pong(_) => "PONG",
            Self::Join(_) => "JOIN",
            Self::Leave(_) => "LEAVE",
            Self::Unknown(body) => body.name,
        }
    }

    /// Appends the whole command frame, in the shortest form.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut data = Vec::new();
        match self {
            Self::Ready(properties) => metadata::encode(properties, &mut data),
            Self::Error(reason) => {
                data.push(u8::try_from(reason.len()).unwrap_or(u8::MAX)); //= 37-NULL-017
                data.extend_from_slice(reason);
            }
            Self::Ping { ttl, context } => {
                data.extend(ttl.to_be_bytes()); //= 37-HB-003
                data.extend_from_slice(context.octets());
            }
            Self::Pong(context) => data.extend_from_slice(context.octets()),
            Self::Subscribe(more) | Self::Cancel(more) => data.extend_from_slice(more),
            Self::Join(group) | Self::Leave(group) => data.extend_from_slice(group.octets()),
            Self::Unknown(unknown) => data.extend_from_slice(unknown.data),
        }
        Body { name: self.name(), data: &data }.encode(out);
    }
}

pub(crate) fn decode_reason(data: &[u8]) -> Result<&[u8], Violation> {
    //= 37-NULL-017
    match data.split_first() {
        Some((&length, reason)) if usize::from(length) == reason.len() => Ok(reason),
        Some(_) | None => Err(Violation::ErrorReasonLength),
    }
}

fn decode_ping(data: &[u8]) -> Result<Command<'_>, Violation> {
    let mut reader = Reader::new(data);
    let Some(ttl) = reader.array().map(u16::from_be_bytes) else {
        return Err(Violation::PingTruncated); //= 37-HB-007
    };
    Ok(Command::Ping { ttl, context: Context::new(reader.rest())? })
}
