//! Finds whole messages and commands in what has been read (37-MSG-001).
//!
//! ```text
//! | message | message | COMMAND | message | half a mess…        one pass, no octet looked at twice
//! '---- Messages -----'- Command'- Messages'- Starved: stays in the buffer
//! ```
//!
//! Each header is judged as soon as it is complete, before room is made for its body, and what has
//! been passed is not passed again when more comes. Deliberately absent: the octets themselves;
//! they stay in the buffer of the connection until a whole message is there.

use crate::limits::Limits;
use crate::violation::Violation;
use crate::wire::frame::{Header, Kind};
use crate::wire::legacy::{Framing, Head};

/// What comes next in the buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// So many messages in the first so many octets.
    Messages { octets: usize, messages: usize },
    /// A command frame: so many octets of header, then so many of body.
    Command { header: usize, body: usize },
    /// Nothing whole.
    Starved,
}

/// Where the scan stands, in octets from the start of the buffer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scanner {
    framing: Framing,
    /// Behind the last whole message; everything before it is done.
    whole: usize,
    messages: usize,
    /// Behind the last frame that has been judged; beyond the buffer if it has not come whole.
    judged: usize,
    /// A message ends with that frame.
    is_last: bool,
    /// Frames and octets of bodies of the message that is not whole yet.
    parts: usize,
    total: u64,
}

impl Scanner {
    /// Begins at the first frame of this framing.
    pub(crate) fn start(framing: Framing) -> Self {
        Self { framing, ..Self::default() }
    }

    /// Looks at the whole buffer; what is found is then to be taken out of it. What came whole
    /// before a violation is found first.
    pub(crate) fn scan(&mut self, buffer: &[u8], limits: &Limits) -> Result<Found, Violation> {
        match self.pass(buffer, limits) {
            Err(_) if self.whole > 0 => Ok(self.stop()),
            found => found,
        }
    }

    fn pass(&mut self, buffer: &[u8], limits: &Limits) -> Result<Found, Violation> {
        loop {
            let Some(unread) = buffer.get(self.judged..) else {
                return Ok(self.stop());
            };
            if self.is_last {
                self.is_last = false;
                self.whole = self.judged;
                self.messages = self.messages.saturating_add(1);
                (self.parts, self.total) = (0, 0);
            }
            let Some((head, rest)) = self.framing.decode(unread)? else { return Ok(self.stop()) };
            let header = unread.len().saturating_sub(rest.len());
            let Head::Frame(Header { kind, size }) = head else {
                self.judged = self.judged.saturating_add(header);
                continue;
            };
            if kind == Kind::Command {
                self.judge_command(size, limits)?;
            } else {
                self.judge(size, limits)?;
            }
            let body = usize::try_from(size).unwrap_or(usize::MAX);
            let end = self.judged.saturating_add(header).saturating_add(body);
            if kind == Kind::Command {
                // What stands before it goes first, and it is met again.
                if self.whole > 0 || end > buffer.len() {
                    return Ok(self.stop());
                }
                let header = header.saturating_add(core::mem::take(&mut self.judged));
                return Ok(Found::Command { header, body });
            }
            self.judged = end;
            self.is_last = kind == Kind::Last;
        }
    }

    fn stop(&mut self) -> Found {
        if self.whole == 0 {
            return Found::Starved;
        }
        let octets = core::mem::take(&mut self.whole);
        self.judged = self.judged.saturating_sub(octets);
        Found::Messages { octets, messages: core::mem::take(&mut self.messages) }
    }

    fn judge_command(&self, size: u64, limits: &Limits) -> Result<(), Violation> {
        if self.parts > 0 {
            return Err(Violation::CommandInsideMessage); //= 37-CMD-007
        }
        let limit = limits.max_command_size;
        if size > limit { Err(Violation::CommandTooLarge { size, limit }) } else { Ok(()) }
    }

    fn judge(&mut self, size: u64, limits: &Limits) -> Result<(), Violation> {
        if size > limits.max_message_size {
            return Err(Violation::FrameTooLarge { size, limit: limits.max_message_size });
        }
        if self.parts >= limits.max_parts {
            return Err(Violation::TooManyParts { limit: limits.max_parts });
        }
        let total = self.total.saturating_add(size);
        if total > limits.max_message_total {
            return Err(Violation::MessageTooLarge { total, limit: limits.max_message_total });
        }
        self.total = total;
        self.parts = self.parts.saturating_add(1);
        Ok(())
    }
}
