//! What an octet string means, layer by layer: one variant for each thing a peer can say.
//!
//! Deliberately absent: the frame around a command. Its flags and size follow from the octets, and
//! the `frames` variant is there for vectors that are about framing.

use crate::clause::words;
use crate::error::{Error, Fault};
use crate::record::Record;

/// The meaning of a golden vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// The 64 octets of a 3.x greeting.
    Greeting {
        /// Major and minor version.
        version: (u8, u8),
        /// The mechanism without its zero octets.
        mechanism: String,
        /// Whether the sender is server of the mechanism.
        as_server: bool,
    },
    /// The first 10 or 11 octets of a greeting.
    Opening {
        /// Octets 1 to 8 as one number in network order: in a 1.0 detection, identity length + 1.
        padding: u64,
        /// Octet 10, if it is there.
        version: Option<u8>,
    },
    /// A 2.0 greeting.
    Greeting2 {
        /// Octet 10.
        revision: u8,
        /// Octet 11, the code of the socket type.
        socket_type: u8,
        /// The body of the identity frame.
        identity: Vec<u8>,
    },
    /// A 1.0 greeting: one identity frame, empty for an anonymous peer.
    Greeting1 {
        /// The body of the identity frame.
        identity: Vec<u8>,
    },
    /// Frames of 2.0 or 3.x.
    Frames(Vec<Frame>),
    /// The head of a frame whose body is not there.
    Header {
        /// Which of the three kinds.
        kind: FrameKind,
        /// The announced number of body octets.
        size: u64,
    },
    /// Whole messages as lists of parts, whatever the framing.
    Message(Vec<Vec<u8>>),
    /// A READY command.
    Ready(Vec<Property>),
    /// An INITIATE command of PLAIN.
    Initiate(Vec<Property>),
    /// An ERROR command.
    Error {
        /// The reason, for logs only.
        reason: String,
    },
    /// A subscription, as command or as message.
    Subscribe {
        /// The prefix asked for.
        topic: Vec<u8>,
    },
    /// The end of a subscription, as command or as message.
    Cancel {
        /// The prefix no longer asked for.
        topic: Vec<u8>,
    },
    /// A PING command.
    Ping {
        /// Time to live in tenths of a second.
        ttl: u16,
        /// What the PONG has to repeat.
        context: Vec<u8>,
    },
    /// A PONG command.
    Pong {
        /// What the PING carried.
        context: Vec<u8>,
    },
    /// A HELLO command of PLAIN.
    Hello {
        /// The user name.
        username: String,
        /// The password.
        password: String,
    },
    /// A WELCOME command of PLAIN.
    Welcome,
    /// A JOIN command.
    Join {
        /// The group.
        group: Vec<u8>,
    },
    /// A LEAVE command.
    Leave {
        /// The group.
        group: Vec<u8>,
    },
    /// A message of a RADIO: two frames, or a UDP datagram.
    Radio {
        /// The group.
        group: Vec<u8>,
        /// The body.
        body: Vec<u8>,
    },
    /// One WebSocket frame that carries one ZeroMQ frame.
    WebSocket {
        /// Whether the payload is masked on the wire, as that of a client has to be.
        masked: bool,
        /// The ZWS flag octet.
        flags: u8,
        /// The rest of the payload, unmasked.
        body: Vec<u8>,
    },
    /// A CURVE command with its box opened.
    Curve {
        /// `HELLO`, `WELCOME`, `INITIATE`, `READY` or `MESSAGE`.
        command: String,
        /// The plain text of its box.
        plain: Vec<u8>,
    },
    /// A segment of a swap.
    Segment {
        /// Its number.
        number: u64,
        /// The sequence number of its first record.
        first: u64,
        /// What the sums of its records begin with.
        salt: u64,
        /// Its records.
        records: Vec<SwapRecord>,
    },
    /// A slot of the position of a swap.
    Position {
        /// Rises with each slot written.
        generation: u64,
        /// Messages below it have been handed over.
        position: u64,
        /// As in a segment.
        salt: u64,
    },
}

/// A message in a swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwapRecord {
    /// Its sequence number.
    pub sequence: u64,
    /// Messages before it that were not durable.
    pub unsynced: u32,
    /// Its parts.
    pub parts: Vec<Vec<u8>>,
}

/// One frame of 2.0 or 3.x.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which of the three kinds.
    pub kind: FrameKind,
    /// The body.
    pub body: Vec<u8>,
}

/// The three kinds of frame; two flag bits say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameKind {
    /// The last or only frame of a message.
    Message,
    /// A frame of a message that goes on.
    More,
    /// A command.
    Command,
}

words!(FrameKind: Message = "message", More = "more", Command = "command");

/// One name and value of metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The name as it was sent; letter case carries no meaning.
    pub name: String,
    /// The value.
    pub value: Vec<u8>,
}

impl Decoded {
    pub(crate) fn read(mut from: Record) -> Result<Self, Error> {
        let is = from.text("is")?;
        let decoded = match is.as_str() {
            "greeting" | "opening" | "greeting 2.0" | "greeting 1.0" => greeting(&is, &mut from)?,
            "frames" => Self::Frames(frames(&mut from)?),
            "header" => Self::Header { kind: kind(&mut from)?, size: size(&mut from, "size")? },
            "message" => Self::Message(parts(&mut from)?),
            "ready" => Self::Ready(properties(&mut from)?),
            "initiate" => Self::Initiate(properties(&mut from)?),
            "error" => Self::Error { reason: from.text("reason")? },
            "subscribe" => Self::Subscribe { topic: from.octets("topic")? },
            "cancel" => Self::Cancel { topic: from.octets("topic")? },
            "ping" => Self::Ping { ttl: from.number("ttl")?, context: from.octets("context")? },
            "pong" => Self::Pong { context: from.octets("context")? },
            "hello" => {
                Self::Hello { username: from.text("username")?, password: from.text("password")? }
            }
            "welcome" => Self::Welcome,
            "join" => Self::Join { group: from.octets("group")? },
            "leave" => Self::Leave { group: from.octets("group")? },
            "radio" => Self::Radio { group: from.octets("group")?, body: from.octets("body")? },
            "websocket" => Self::WebSocket {
                masked: from.flag("masked")?,
                flags: from.number("flags")?,
                body: from.octets("body")?,
            },
            "curve" => Self::Curve { command: from.text("command")?, plain: from.octets("plain")? },
            "segment" => Self::Segment {
                number: size(&mut from, "number")?,
                first: size(&mut from, "first")?,
                salt: size(&mut from, "salt")?,
                records: records(&mut from)?,
            },
            "position" => Self::Position {
                generation: size(&mut from, "generation")?,
                position: size(&mut from, "position")?,
                salt: size(&mut from, "salt")?,
            },
            _ => return Err(from.error("decoded.is", Fault::NotAllowed(is))),
        };
        from.finish()?;
        Ok(decoded)
    }
}

fn greeting(is: &str, from: &mut Record) -> Result<Decoded, Error> {
    Ok(match is {
        "greeting" => Decoded::Greeting {
            version: version(from)?,
            mechanism: from.text("mechanism")?,
            as_server: from.flag("as_server")?,
        },
        "opening" => Decoded::Opening {
            padding: size(from, "padding")?,
            version: match from.optional("version") {
                Some(value) => Some(from.as_number("version", &value)?),
                None => None,
            },
        },
        "greeting 2.0" => Decoded::Greeting2 {
            revision: from.number("revision")?,
            socket_type: from.number("socket_type")?,
            identity: from.octets("identity")?,
        },
        _ => Decoded::Greeting1 { identity: from.octets("identity")? },
    })
}

fn version(from: &mut Record) -> Result<(u8, u8), Error> {
    let items = from.list("version")?;
    let [major, minor] = items.as_slice() else {
        return Err(from.error("version", Fault::WrongType("a list of major and minor")));
    };
    Ok((from.as_number("version", major)?, from.as_number("version", minor)?))
}

fn kind(from: &mut Record) -> Result<FrameKind, Error> {
    from.word("kind", FrameKind::parse)
}

/// A 64-bit number is a text of decimal digits, since readers in some languages round larger ones.
fn size(from: &mut Record, field: &str) -> Result<u64, Error> {
    let text = from.text(field)?;
    text.parse().map_err(|_| from.error(field, Fault::NotAllowed(text)))
}

fn frames(from: &mut Record) -> Result<Vec<Frame>, Error> {
    let items = from.list("frames")?;
    let read = |item| {
        let mut frame = from.inner("frames", item)?;
        let read = Frame { kind: kind(&mut frame)?, body: frame.octets("body")? };
        frame.finish()?;
        Ok(read)
    };
    items.into_iter().map(read).collect()
}

fn records(from: &mut Record) -> Result<Vec<SwapRecord>, Error> {
    let items = from.list("records")?;
    let read = |item| {
        let mut record = from.inner("records", item)?;
        let sequence = size(&mut record, "sequence")?;
        let unsynced = record.number("unsynced")?;
        let read = SwapRecord { sequence, unsynced, parts: parts(&mut record)? };
        record.finish()?;
        Ok(read)
    };
    items.into_iter().map(read).collect()
}

fn parts(from: &mut Record) -> Result<Vec<Vec<u8>>, Error> {
    let items = from.list("parts")?;
    let read = |item| {
        let text = from.as_text("parts", item)?;
        from.as_octets("parts", &text)
    };
    items.into_iter().map(read).collect()
}

fn properties(from: &mut Record) -> Result<Vec<Property>, Error> {
    let items = from.list("properties")?;
    let read = |item| {
        let pair = from.as_list("properties", item)?;
        let Ok([name, value]) = <[_; 2]>::try_from(pair) else {
            return Err(from.error("properties", Fault::WrongType("pairs of name and value")));
        };
        let value = from.as_text("properties", value)?;
        let name = from.as_text("properties", name)?;
        Ok(Property { name, value: from.as_octets("properties", &value)? })
    };
    items.into_iter().map(read).collect()
}
