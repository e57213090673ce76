//! MESSAGE: one plain frame in a box, one frame on the wire.
//!
//! ```text
//! plain   flags, size, payload
//! wire    00 or 02, size, 07 "MESSAGE", nonce 8, tag 16, sealed [payload flags, payload]
//! ```
//!
//! RFC 37 asks for command frames (04, 06); libzmq sends 00 and 02 and loses the others, so we
//! send its form and take both (37-WIRE-003). Bit 1 of the payload flags marks a command, which
//! RFC 26 does not have but 3.1 needs. Deliberately absent: limits, and the walk from one frame to
//! the next.

use super::secret_box::{BoxKey, Subkey, TAG};
use crate::violation::{CurvePart, Violation};
use crate::wire::curve::{MESSAGE, Ready};
use crate::wire::frame::{self, Header, Kind};
use bytes::BytesMut;

const MORE: u8 = 0x01;
const COMMAND: u8 = 0x02;

/// Octets that a frame's body grows by when it is sealed.
pub const OVERHEAD: usize = 33;

/// Both directions of a link whose handshake is over. A copy must not seal anything: two boxes
/// under one nonce give each other away.
#[derive(Clone, Debug)]
pub struct Cipher {
    ours: Subkey,
    theirs: Subkey,
    /// The counter of our next MESSAGE.
    next: u64,
    /// The counter of the peer's last command.
    last: u64,
}

impl Cipher {
    /// The client's side: `key` is that of the transient keys, `next` our next counter, `last` the
    /// peer's last one.
    #[must_use]
    pub fn of_client(key: &BoxKey, next: u64, last: u64) -> Self {
        let (client, server) = directions(key);
        Self { ours: client, theirs: server, next, last }
    }

    /// The server's side.
    #[must_use]
    pub fn of_server(key: &BoxKey, next: u64, last: u64) -> Self {
        let (client, server) = directions(key);
        Self { ours: server, theirs: client, next, last }
    }

    /// Appends the MESSAGE frame that carries a plain frame.
    pub fn seal(&mut self, kind: Kind, payload: &[u8], out: &mut Vec<u8>) {
        let nonce = self.next.to_be_bytes();
        // No counter is used twice: behind the last one, which takes centuries, nothing is said.
        let Some(next) = self.next.checked_add(1) else { return }; //= 26-HELLO-015, 26-READY-008
        self.next = next;
        let size = u64::try_from(payload.len().saturating_add(OVERHEAD)).unwrap_or(u64::MAX);
        Header { kind: Kind::Last, size }.encode(out); //= 26-MESSAGE-010
        out.extend_from_slice(MESSAGE);
        out.extend(nonce);
        let tag_at = out.len();
        out.extend([0; TAG]);
        //= 26-MESSAGE-005
        out.push(match kind {
            Kind::Last => 0,
            Kind::More => MORE, //= 26-MESSAGE-007
            Kind::Command => COMMAND,
        });
        out.extend_from_slice(payload);
        if let Some((tag, text)) = out.get_mut(tag_at..).and_then(<[u8]>::split_first_chunk_mut) {
            *tag = self.ours.seal(nonce, text);
        }
    }

    /// Opens the body of a frame, and appends the plain frame that it carries.
    ///
    /// # Errors
    /// The first thing wrong with it; nothing has been appended then.
    pub fn open(&mut self, body: &[u8], out: &mut BytesMut) -> Result<(), Violation> {
        let Ready { nonce: counter, sealed } = Ready::of_message(body)?;
        let nonce = u64::from_be_bytes(counter);
        if nonce <= self.last {
            let last = self.last;
            return Err(Violation::NonceNotRising { nonce, last }); //= 26-HELLO-016, 26-READY-009
        }
        let forged = Violation::BoxForged(CurvePart::Message);
        let Some((tag, sealed)) = sealed.split_first_chunk() else { return Err(forged) };
        let payload = sealed.len().saturating_sub(1);
        let size = u64::try_from(payload).unwrap_or(u64::MAX);
        // The payload is decrypted where it is to stand, right behind the header; the payload flags
        // take the place of the last octet of the header until they have been read.
        let begin = out.len();
        Header { kind: Kind::Last, size }.encode(out);
        let flags_at = out.len().saturating_sub(1);
        let [.., size_end] = size.to_be_bytes();
        out.truncate(flags_at);
        out.extend_from_slice(sealed);
        let opened = match out.get_mut(flags_at..).and_then(|text| {
            self.theirs.open(counter, tag, text).then(|| text.first_mut()).flatten()
        }) {
            Some(flags) => Ok(core::mem::replace(flags, size_end)),
            None => Err(forged), //= 26-MESSAGE-008
        };
        let kind = opened.and_then(|flags| match flags {
            0 => Ok(Kind::Last),
            MORE => Ok(Kind::More),
            COMMAND => Ok(Kind::Command),
            flags => Err(Violation::PayloadFlags(flags)), //= 26-MESSAGE-006
        });
        match kind {
            Ok(kind) => {
                frame::relabel(out.get_mut(begin..).unwrap_or_default(), kind);
                self.last = nonce;
                Ok(())
            }
            Err(violation) => {
                out.truncate(begin);
                Err(violation)
            }
        }
    }
}

/// The keys of what the client and of what the server says.
fn directions(key: &BoxKey) -> (Subkey, Subkey) {
    //= 26-MESSAGE-003, 26-MESSAGE-004
    (key.subkey(b"CurveZMQMESSAGEC"), key.subkey(b"CurveZMQMESSAGES"))
}
