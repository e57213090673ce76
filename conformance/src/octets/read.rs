//! The strict reader: octets of the SUT as a greeting, frames, commands and properties.
//! It takes what is there, asks for more, or says which octet is outside the grammar.

use super::{COMMAND, LONG, MORE, RESERVED};

/// Octets of a 3.x greeting.
pub const GREETING_SIZE: usize = 64;

/// The largest frame body this tester accepts from a SUT, octets; no case asks for more.
const FRAME_LIMIT: u64 = 64 << 20;

/// What is wrong with received octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// A frame with one of flag bits 7-3 set (37-FRAME-007).
    ReservedFlags(u8),
    /// A command frame with MORE (37-FRAME-012).
    CommandWithMore(u8),
    /// A size above the tester's own limit.
    TooLarge(u64),
    /// A command whose name is empty or longer than its body (37-CMD-002).
    CommandName,
    /// A property cut short, at this offset of the metadata (37-NULL-011).
    Property(usize),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ReservedFlags(flags) => write!(f, "flags {flags:02x} set a reserved bit"),
            Self::CommandWithMore(flags) => write!(f, "flags {flags:02x}: a command with MORE"),
            Self::TooLarge(size) => write!(f, "a frame announces {size} octets"),
            Self::CommandName => write!(f, "the command name is empty or longer than the body"),
            Self::Property(at) => write!(f, "the metadata is cut at offset {at}"),
        }
    }
}

/// A greeting as received: all 64 octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenGreeting(pub [u8; GREETING_SIZE]);

impl SeenGreeting {
    /// Octets 10 and 11.
    pub fn version(&self) -> (u8, u8) {
        (self.0[10], self.0[11])
    }

    /// Octets 12-31, all of them.
    pub fn mechanism(&self) -> &[u8] {
        &self.0[12..32]
    }

    /// Octets 12-31 up to the first zero, for people; a terminal obeys no octet of it.
    pub fn mechanism_name(&self) -> String {
        let name = self.mechanism().split(|&octet| octet == 0).next().unwrap_or_default();
        name.escape_ascii().to_string()
    }
}

/// A frame as received; its octets on the wire are [`Frame::octets`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The flags octet.
    pub flags: u8,
    /// The body.
    pub body: Vec<u8>,
}

/// A command as received: name and data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// The name without its length octet.
    pub name: &'a [u8],
    /// Everything behind the name.
    pub data: &'a [u8],
}

impl Frame {
    /// Whether COMMAND is set.
    pub fn is_command(&self) -> bool {
        self.flags & COMMAND != 0
    }

    /// Whether MORE is set.
    pub fn has_more(&self) -> bool {
        self.flags & MORE != 0
    }

    /// Whether the long form was used.
    pub fn is_long(&self) -> bool {
        self.flags & LONG != 0
    }

    /// The octets as they were on the wire.
    pub fn octets(&self) -> Vec<u8> {
        [super::header(self.flags, self.body.len() as u64), self.body.clone()].concat()
    }

    /// The command in the body.
    ///
    /// # Errors
    /// [`ReadError::CommandName`] when the name does not fit.
    pub fn command(&self) -> Result<Command<'_>, ReadError> {
        let (&size, rest) = self.body.split_first().ok_or(ReadError::CommandName)?;
        let (name, data) =
            rest.split_at_checked(usize::from(size)).ok_or(ReadError::CommandName)?;
        if name.is_empty() { Err(ReadError::CommandName) } else { Ok(Command { name, data }) }
    }

    /// Whether this is a command frame with this name.
    pub fn is(&self, name: &str) -> bool {
        self.is_command() && self.command().is_ok_and(|command| command.name == name.as_bytes())
    }
}

/// Takes one frame from the start of `octets`; `None` asks for more.
///
/// # Errors
/// What a sender must never do: reserved flags, MORE on a command, a size above the limit.
pub fn take_frame(octets: &[u8]) -> Result<Option<(Frame, usize)>, ReadError> {
    let Some((&flags, rest)) = octets.split_first() else { return Ok(None) };
    if flags & RESERVED != 0 {
        return Err(ReadError::ReservedFlags(flags));
    }
    if flags & COMMAND != 0 && flags & MORE != 0 {
        return Err(ReadError::CommandWithMore(flags));
    }
    let Some((size, rest)) = take_size(flags, rest) else { return Ok(None) };
    if size > FRAME_LIMIT {
        return Err(ReadError::TooLarge(size));
    }
    let Some(body) = usize::try_from(size).ok().and_then(|size| rest.get(..size)) else {
        return Ok(None);
    };
    let used = octets.len() - rest.len() + body.len();
    Ok(Some((Frame { flags, body: body.to_vec() }, used)))
}

/// The size that a frame with these flags announces, and what is behind it; `None` asks for more.
pub(super) fn take_size(flags: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    if flags & LONG == 0 {
        rest.split_first().map(|(&size, rest)| (u64::from(size), rest))
    } else {
        rest.split_first_chunk().map(|(&size, rest)| (u64::from_be_bytes(size), rest))
    }
}

/// Name and value of a metadata property.
pub type Property = (Vec<u8>, Vec<u8>);

/// The properties of a metadata block, in order.
///
/// # Errors
/// [`ReadError::Property`] with the offset where a property does not fit or has no name.
pub fn properties(data: &[u8]) -> Result<Vec<Property>, ReadError> {
    let mut found = Vec::new();
    let mut rest = data;
    while !rest.is_empty() {
        let cut = ReadError::Property(data.len() - rest.len());
        let taken = rest.split_first().and_then(|(&size, rest)| {
            let (name, rest) = rest.split_at_checked(usize::from(size))?;
            let (size, rest) = rest.split_first_chunk()?;
            let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
            let (value, rest) = rest.split_at_checked(size)?;
            (!name.is_empty()).then(|| (name.to_vec(), value.to_vec(), rest))
        });
        let (name, value, after) = taken.ok_or(cut)?;
        found.push((name, value));
        rest = after;
    }
    Ok(found)
}
