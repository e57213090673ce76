//! Every way a peer can be wrong: one variant each, with the offending value.
//!
//! Deliberately absent: strings, a catch-all, and the mistakes of our own application.

use crate::socket_type::SocketType;
use core::fmt;

/// What a peer did that the protocol, or one of our limits, does not allow; it ends the connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Violation {
    /// The tenth octet of the signature is odd, so the peer is not 1.0, but it is not 7F either.
    SignatureEnd(u8),
    /// The version octet is zero, which no ZMTP announces.
    VersionZero,
    /// The peer speaks 1.0 and we may not, or our socket type did not exist then.
    Version10,
    /// The peer speaks 2.0 (this revision) and we may not, or our socket type did not exist then.
    Version20(u8),
    /// A socket-type code that 2.0 does not have.
    UnknownSocketCode(u8),
    /// The identity of a 2.0 peer is announced as one of several frames.
    IdentityWithMore,
    /// The peer announced another mechanism than ours; all twenty octets of it.
    MechanismMismatch([u8; 20]),
    /// The peer says that it is a server of the mechanism, as we are.
    BothServers,
    /// The peer opens the handshake as a client of the mechanism, as we do.
    BothClients,
    /// A reserved flag bit is set; the whole flags octet.
    ReservedFlags(u8),
    /// A command frame with the MORE bit set.
    CommandWithMore,
    /// A frame of 2^63 octets or more.
    SizeBeyondGrammar(u64),
    /// A message frame larger than the limit.
    FrameTooLarge {
        /// Octets announced.
        size: u64,
        /// Octets allowed.
        limit: u64,
    },
    /// A command frame larger than the limit.
    CommandTooLarge {
        /// Octets announced.
        size: u64,
        /// Octets allowed.
        limit: u64,
    },
    /// The frames of one message are together larger than the limit.
    MessageTooLarge {
        /// Octets announced, this frame included.
        total: u64,
        /// Octets allowed.
        limit: u64,
    },
    /// One message has more frames than the limit.
    TooManyParts {
        /// Frames allowed.
        limit: usize,
    },
    /// A command between the frames of one message.
    CommandInsideMessage,
    /// A message frame before the handshake was over.
    MessageInHandshake,
    /// A command body that ends before its name does, an empty one included.
    CommandNameTruncated,
    /// A command name of no letters.
    CommandNameEmpty,
    /// An octet in a command name that is not a letter.
    CommandNameOctet(u8),
    /// A well-formed command that has no place in the handshake; its name.
    UnexpectedCommand(String),
    /// A PLAIN HELLO that ends before its user name or its password does.
    HelloTruncated,
    /// A PLAIN HELLO with octets behind its password; their number.
    HelloTooLong(usize),
    /// An octet in a user name or password that is no visible ASCII character.
    CredentialOctet(u8),
    /// A PLAIN WELCOME with data; the octets of it.
    WelcomeWithData(usize),
    /// A public key with which everybody agrees on the same secret.
    WeakKey,
    /// A CURVE command of a size it cannot have.
    CurveSize {
        /// Which.
        what: CurvePart,
        /// Octets of its body.
        size: usize,
    },
    /// A CURVE HELLO of another version than 1.0.
    CurveVersion([u8; 2]),
    /// A CURVE HELLO whose padding is not all zero.
    HelloPadding,
    /// A CURVE HELLO whose box holds something else than zeros.
    HelloNotZero,
    /// A box that was not sealed with the key it should be, or was changed since.
    BoxForged(CurvePart),
    /// A vouch for another transient key than that of the connection.
    VouchForAnotherKey,
    /// A vouch that was made for another server.
    VouchForAnotherServer,
    /// A counter that is not higher than all before it.
    NonceNotRising {
        /// The counter.
        nonce: u64,
        /// The highest one before.
        last: u64,
    },
    /// A frame that is no MESSAGE, on a link where everything is sealed.
    NotEncrypted,
    /// MORE outside a box; it belongs inside.
    MoreOutsideBox,
    /// Reserved bits in the flags inside a box.
    PayloadFlags(u8),
    /// A READY after the handshake.
    SecondReady,
    /// A property that ends before its name, its value size or its value does.
    PropertyTruncated,
    /// A property name of no characters.
    PropertyNameEmpty,
    /// An octet in a property name that is not allowed there.
    PropertyNameOctet(u8),
    /// A property value of 2^31 octets or more.
    PropertyValueSize(u32),
    /// More properties than the limit.
    TooManyProperties {
        /// Properties allowed.
        limit: usize,
    },
    /// A Socket-Type that names no socket type.
    UnknownSocketType(Vec<u8>),
    /// A Socket-Type that does not go with ours.
    IncompatibleSocketType {
        /// Our type.
        ours: SocketType,
        /// The peer's type.
        theirs: SocketType,
    },
    /// An Identity of more than 255 octets; its length.
    IdentityTooLong(u64),
    /// An Identity that starts with a zero octet.
    IdentityLeadingZero,
    /// An ERROR whose reason length and body disagree.
    ErrorReasonLength,
    /// A PING that ends within its TTL.
    PingTruncated,
    /// A PING or PONG with more than 16 octets of context; their number.
    ContextTooLong(usize),
    /// A JOIN or LEAVE with more than 255 octets of group; their number.
    GroupTooLong(usize),
    /// A JOIN or LEAVE with a zero octet in the group.
    GroupZeroOctet,
    /// A message of a RADIO that is not one group frame and one body; its number of frames.
    RadioFrames(usize),
}

/// What has a box in CURVE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CurvePart {
    /// HELLO.
    Hello,
    /// WELCOME.
    Welcome,
    /// The cookie in WELCOME and INITIATE.
    Cookie,
    /// INITIATE.
    Initiate,
    /// The vouch in INITIATE.
    Vouch,
    /// READY.
    Ready,
    /// MESSAGE.
    Message,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignatureEnd(octet) => write!(f, "signature ends in {octet:02X}, not 7F"),
            Self::VersionZero => f.write_str("version octet is zero"),
            Self::Version10 => f.write_str("peer speaks ZMTP 1.0"),
            Self::Version20(revision) => write!(f, "peer speaks ZMTP 2.0 (revision {revision})"),
            Self::UnknownSocketCode(code) => write!(f, "no socket type has the code {code}"),
            Self::IdentityWithMore => f.write_str("identity frame with MORE"),
            Self::MechanismMismatch(name) => {
                write!(f, "peer's mechanism is \"{}\"", name.escape_ascii())
            }
            Self::BothServers => f.write_str("peer is a server of the mechanism, as we are"),
            Self::BothClients => f.write_str("peer is a client of the mechanism, as we are"),
            Self::ReservedFlags(flags) => write!(f, "reserved bits in flags {flags:02X}"),
            Self::CommandWithMore => f.write_str("command frame with MORE"),
            Self::SizeBeyondGrammar(size) => write!(f, "frame of {size} octets, 2^63 or more"),
            Self::FrameTooLarge { size, limit } => {
                write!(f, "message frame of {size} octets, limit {limit}")
            }
            Self::CommandTooLarge { size, limit } => {
                write!(f, "command of {size} octets, limit {limit}")
            }
            Self::MessageTooLarge { total, limit } => {
                write!(f, "message of {total} octets or more, limit {limit}")
            }
            Self::TooManyParts { limit } => write!(f, "message of more than {limit} frames"),
            Self::CommandInsideMessage => f.write_str("command between the frames of a message"),
            Self::MessageInHandshake => f.write_str("message frame in the handshake"),
            Self::CommandNameTruncated => f.write_str("command ends within its name"),
            Self::CommandNameEmpty => f.write_str("command name of no letters"),
            Self::CommandNameOctet(octet) => write!(f, "octet {octet:02X} in a command name"),
            Self::UnexpectedCommand(name) => write!(f, "{name} in the handshake"),
            Self::HelloTruncated => f.write_str("HELLO ends within a field"),
            Self::HelloTooLong(count) => write!(f, "{count} octets behind the fields of HELLO"),
            Self::CredentialOctet(octet) => write!(f, "octet {octet:02X} in credentials"),
            Self::WelcomeWithData(count) => write!(f, "WELCOME with {count} octets of data"),
            Self::WeakKey => f.write_str("public key of low order"),
            Self::CurveSize { what, size } => write!(f, "{what} of {size} octets"),
            Self::CurveVersion([major, minor]) => write!(f, "CURVE version {major}.{minor}"),
            Self::HelloPadding => f.write_str("padding of HELLO is not zero"),
            Self::HelloNotZero => f.write_str("box of HELLO does not hold zeros"),
            Self::BoxForged(what) => write!(f, "box of {what} does not open"),
            Self::VouchForAnotherKey => f.write_str("vouch for another transient key"),
            Self::VouchForAnotherServer => f.write_str("vouch for another server"),
            Self::NonceNotRising { nonce, last } => write!(f, "nonce {nonce} after {last}"),
            Self::NotEncrypted => f.write_str("frame that is no MESSAGE on an encrypted link"),
            Self::MoreOutsideBox => f.write_str("MORE outside a box"),
            Self::PayloadFlags(flags) => write!(f, "reserved bits in payload flags {flags:02X}"),
            Self::SecondReady => f.write_str("second READY"),
            Self::PropertyTruncated => f.write_str("metadata ends within a property"),
            Self::PropertyNameEmpty => f.write_str("property name of no characters"),
            Self::PropertyNameOctet(octet) => write!(f, "octet {octet:02X} in a property name"),
            Self::PropertyValueSize(size) => write!(f, "property of {size} octets, 2^31 or more"),
            Self::TooManyProperties { limit } => write!(f, "more than {limit} properties"),
            Self::UnknownSocketType(name) => {
                write!(f, "no socket type is called \"{}\"", name.escape_ascii())
            }
            Self::IncompatibleSocketType { ours, theirs } => {
                write!(f, "{theirs} does not go with {ours}")
            }
            Self::IdentityTooLong(length) => write!(f, "identity of {length} octets, limit 255"),
            Self::IdentityLeadingZero => f.write_str("identity starts with a zero octet"),
            Self::ErrorReasonLength => f.write_str("length of the ERROR reason and body disagree"),
            Self::PingTruncated => f.write_str("PING ends within its TTL"),
            Self::ContextTooLong(length) => write!(f, "context of {length} octets, limit 16"),
            Self::GroupTooLong(length) => write!(f, "group of {length} octets, limit 255"),
            Self::GroupZeroOctet => f.write_str("zero octet in a group"),
            Self::RadioFrames(count) => write!(f, "radio message of {count} frames, not 2"),
        }
    }
}

impl fmt::Display for CurvePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hello => "HELLO",
            Self::Welcome => "WELCOME",
            Self::Cookie => "cookie",
            Self::Initiate => "INITIATE",
            Self::Vouch => "vouch",
            Self::Ready => "READY",
            Self::Message => "MESSAGE",
        })
    }
}

impl core::error::Error for Violation {}
