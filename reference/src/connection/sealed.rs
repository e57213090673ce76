//! An encrypted link: MESSAGE frames in, plain frames out, and back (26-MESSAGE).
//!
//! ```text
//! read buffer --open--> plain --scan--> messages and commands, as on any other link
//! batches and commands --seal--> octets
//! ```
//!
//! What cannot be opened ends the link in silence (26-MESSAGE-009). Deliberately absent: what the
//! frames mean.

use crate::limits::Limits;
use crate::mechanism::curve::{Cipher, OVERHEAD};
use crate::violation::Violation;
use crate::wire::frame::{Header, Kind};
use bytes::{Buf, BytesMut};

/// Both directions of an encrypted link.
#[derive(Clone, Debug)]
pub(crate) struct Sealed {
    cipher: Box<Cipher>,
    /// What has been opened and not been taken: the end of it is half a message.
    pub(crate) plain: BytesMut,
}

impl Sealed {
    /// Begins behind the handshake; from now on everything is a MESSAGE.
    pub(crate) fn start(cipher: Box<Cipher>) -> Self {
        //= 26-READY-006, 26-MESSAGE-001
        Self { cipher, plain: BytesMut::new() }
    }

    /// Opens all frames that are whole in the buffer, up to the first violation.
    pub(crate) fn open(&mut self, buffer: &mut BytesMut, limits: &Limits) -> Result<(), Violation> {
        loop {
            let Some((header, rest)) = Header::decode(buffer)? else { return Ok(()) };
            let size = judge(header, limits)?;
            let Some(body) = rest.get(..size) else { return Ok(()) };
            //= 26-MESSAGE-009
            self.cipher.open(body, &mut self.plain)?;
            let used = buffer.len().saturating_sub(rest.len()).saturating_add(size);
            buffer.advance(used);
        }
    }

    /// Appends the frame that carries a plain frame.
    pub(crate) fn seal(&mut self, kind: Kind, body: &[u8], octets: &mut Vec<u8>) {
        self.cipher.seal(kind, body, octets);
    }
}

/// The octets of the body, if it may come.
fn judge(header: Header, limits: &Limits) -> Result<usize, Violation> {
    let Header { kind, size } = header;
    match kind {
        //= 26-MESSAGE-010
        Kind::More => return Err(Violation::MoreOutsideBox),
        Kind::Last | Kind::Command => {} //= 37-WIRE-003
    }
    // What is inside is judged again, for what it is.
    let overhead = u64::try_from(OVERHEAD).unwrap_or(u64::MAX);
    let limit = limits.max_message_size.max(limits.max_command_size).saturating_add(overhead);
    match usize::try_from(size) {
        Ok(held) if size <= limit => Ok(held),
        Ok(_) | Err(_) => Err(Violation::FrameTooLarge { size, limit }),
    }
}
