//! Octets to frames during the handshake: identity frames and commands, whole ones or nothing.
//!
//! Sizes are judged when a header is complete, before an octet of its body is stored, and no
//! more is ever allocated than has been received. Deliberately absent: what commands mean, and
//! messages, which the scanner finds.

use crate::limits::Limits;
use crate::violation::Violation;
use crate::wire::frame::{Header, Kind};
use crate::wire::legacy::{Framing, Head};

const MAX_IDENTITY: u64 = 255;

/// Which frames may come now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Expect {
    /// The identity frame of a peer older than 3.0.
    Identity,
    /// Commands only.
    Handshake,
}

/// What has been completed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Unit {
    /// The body of an identity frame.
    Identity(Vec<u8>),
    /// The body of a command frame.
    Command(Vec<u8>),
}

/// A frame whose body is coming in.
#[derive(Clone, Debug)]
struct Open {
    missing: u64,
    body: Vec<u8>,
}

/// The incoming half of a link, between the greeting and the first message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assembler {
    framing: Framing,
    /// A header that has not come whole; at most ten octets, of 1.0.
    header: Vec<u8>,
    open: Option<Open>,
}

impl Assembler {
    /// Begins at the first frame.
    pub(crate) fn start(framing: Framing) -> Self {
        Self { framing, ..Self::default() }
    }

    /// Moves on through `octets` up to the end of one unit; `None` when they are used up.
    pub(crate) fn take(
        &mut self,
        octets: &mut &[u8],
        expect: Expect,
        limits: &Limits,
    ) -> Result<Option<Unit>, Violation> {
        loop {
            let Some(mut open) = self.open.take() else {
                let Some(header) = self.take_header(octets)? else { return Ok(None) };
                self.judge(header, expect, limits)?;
                self.open = Some(Open { missing: header.size, body: Vec::new() });
                continue;
            };
            open.fill(octets);
            if open.missing > 0 {
                self.open = Some(open);
                return Ok(None);
            }
            return Ok(Some(match expect {
                Expect::Identity => Unit::Identity(open.body),
                Expect::Handshake => Unit::Command(open.body),
            }));
        }
    }

    fn take_header(&mut self, octets: &mut &[u8]) -> Result<Option<Header>, Violation> {
        loop {
            let head = if self.header.is_empty() {
                match self.framing.decode(octets)? {
                    Some((head, rest)) => {
                        *octets = rest;
                        Some(head)
                    }
                    None => self.take_header_octet(octets)?,
                }
            } else {
                self.take_header_octet(octets)?
            };
            match head {
                Some(Head::Frame(header)) => return Ok(Some(header)),
                Some(Head::Nothing) => {}
                None if octets.is_empty() => return Ok(None),
                None => {}
            }
        }
    }

    /// The slow way, for a header in pieces.
    fn take_header_octet(&mut self, octets: &mut &[u8]) -> Result<Option<Head>, Violation> {
        let Some((&octet, rest)) = octets.split_first() else { return Ok(None) };
        *octets = rest;
        self.header.push(octet);
        let Some((head, _)) = self.framing.decode(&self.header)? else { return Ok(None) };
        self.header.clear();
        Ok(Some(head))
    }

    fn judge(&self, header: Header, expect: Expect, limits: &Limits) -> Result<(), Violation> {
        let size = header.size;
        match (header.kind, expect) {
            //= 15-GREET-004
            (Kind::More, Expect::Identity) if self.framing == Framing::V20 => {
                Err(Violation::IdentityWithMore)
            }
            // The flags of a 1.0 identity are not looked at (13-CONN-008).
            //= 13-CONN-008
            (Kind::Last | Kind::More | Kind::Command, Expect::Identity) => {
                if size > MAX_IDENTITY {
                    Err(Violation::IdentityTooLong(size))
                } else {
                    Ok(())
                }
            }
            (Kind::Command, Expect::Handshake) => {
                let limit = limits.max_command_size;
                if size > limit { Err(Violation::CommandTooLarge { size, limit }) } else { Ok(()) }
            }
            (Kind::Last | Kind::More, Expect::Handshake) => {
                Err(Violation::MessageInHandshake) //= 37-FRAME-014
            }
        }
    }
}

impl Open {
    /// Stores what there is of the body, and no more room than that.
    fn fill(&mut self, octets: &mut &[u8]) {
        let wanted = usize::try_from(self.missing).unwrap_or(usize::MAX).min(octets.len());
        let Some((body, rest)) = octets.split_at_checked(wanted) else { return };
        self.body.extend_from_slice(body);
        self.missing = self.missing.saturating_sub(u64::try_from(wanted).unwrap_or(u64::MAX));
        *octets = rest;
    }
}
