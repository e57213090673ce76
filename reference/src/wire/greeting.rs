//! The greeting, and telling from its first octets which protocol a peer speaks
//! (37-GREETING, 37-VERSION, 37-BACK1, 37-BACK2).
//!
//! ```text
//! octet  0      1..8      9     10     11     12..31     32         33..63
//!        FF     padding   7F    major  minor  mechanism  as-server  filler
//! ```
//!
//! We detect 1.0 too, so our first flight is the ten octets of the signature, which a 1.0 peer
//! reads as the head of a long identity frame; octet 10 would already belong to its body.
//! Padding and filler of the peer have no meaning and are not looked at. Deliberately absent:
//! comparing mechanisms, which is the handshake's business.

use crate::violation::Violation;

/// The version octet we send to whoever is not 1.0.
pub const MAJOR: u8 = 3;

const SIGNATURE_START: u8 = 0xFF;
const SIGNATURE_END: u8 = 0x7F;

//= 37-MECH-006
/// The 20 octets of the mechanism NULL.
pub const NULL: [u8; 20] = *b"NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// The 20 octets of the mechanism PLAIN.
pub const PLAIN: [u8; 20] = *b"PLAIN\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// The 20 octets of the mechanism CURVE.
pub const CURVE: [u8; 20] = *b"CURVE\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// A greeting of 3.0 or later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Greeting {
    /// Octets 1-8; meaningless to a peer of 3.0 or later.
    pub padding: [u8; 8],
    /// Octets 10 and 11: major and minor.
    pub version: (u8, u8),
    /// Octets 12-31, compared as a whole.
    pub mechanism: [u8; 20],
    /// Octet 32: 1 from the server of PLAIN or CURVE; without effect under NULL.
    pub as_server: u8,
}

/// What the first octets of a peer give away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signature {
    /// No signature but the head of a 1.0 identity frame; read them again as such.
    Version10,
    /// A signature: the peer speaks 2.0 or later, and octet 10 tells which.
    Versioned,
}

/// What octet 10 says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// Socket type and identity of a 2.0 peer follow.
    Version20,
    /// The rest of a greeting follows.
    Version3,
}

impl Greeting {
    /// Octets of a greeting.
    pub const LEN: usize = 64;
    /// Octets of the signature.
    pub const SIGNATURE_LEN: usize = 10;

    /// Reads a whole greeting whose signature and major version have been told apart before.
    #[must_use]
    pub fn decode(octets: &[u8; Self::LEN]) -> Self {
        //= 37-GREETING-001
        let [_, _, _, _, _, _, _, _, _, _, major, minor, ..] = *octets;
        let [as_server] = field(octets, 32);
        Self {
            padding: field(octets, 1),
            version: (major, minor),
            mechanism: field(octets, 12),
            as_server,
        }
    }

    /// The 64 octets to send.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut octets = [0; Self::LEN]; //= 37-GREETING-007
        let fields = [SIGNATURE_START]
            .into_iter()
            .chain(self.padding)
            .chain([SIGNATURE_END, self.version.0, self.version.1])
            .chain(self.mechanism)
            .chain([self.as_server]);
        for (to, from) in octets.iter_mut().zip(fields) {
            *to = from;
        }
        octets
    }
}

/// `N` octets from `start`; the callers stay within the greeting, so nothing is ever made up.
fn field<const N: usize>(octets: &[u8; Greeting::LEN], start: usize) -> [u8; N] {
    core::array::from_fn(|index| octets.get(index.saturating_add(start)).copied().unwrap_or(0))
}

/// The padding of a peer that detects 1.0: identity length plus one.
#[must_use]
pub fn detecting_padding(identity: &[u8]) -> [u8; 8] {
    //= 37-BACK1-001
    let length = u64::try_from(identity.len()).unwrap_or(u64::MAX);
    //= 15-BACK-003
    length.saturating_add(1).to_be_bytes()
}

impl Signature {
    /// Tells a 1.0 opening from a signature; `None` asks for more octets.
    ///
    /// # Errors
    /// [`Violation::SignatureEnd`] when it is neither.
    pub fn detect(octets: &[u8]) -> Result<Option<Self>, Violation> {
        match *octets {
            [] => Ok(None),
            //= 37-VERSION-009
            [SIGNATURE_START, _, _, _, _, _, _, _, _, end, ..] => match end {
                SIGNATURE_END => Ok(Some(Self::Versioned)), //= 37-BACK1-004
                even if even & 1 == 0 => Ok(Some(Self::Version10)), //= 37-BACK1-003
                odd => Err(Violation::SignatureEnd(odd)),   //= 37-GREETING-002
            },
            [SIGNATURE_START, ..] => Ok(None),
            [_, ..] => Ok(Some(Self::Version10)), //= 37-BACK1-002
        }
    }
}

impl Version {
    /// Tells the protocol from octet 10.
    ///
    /// # Errors
    /// [`Violation::VersionZero`].
    pub fn detect(major: u8) -> Result<Self, Violation> {
        match major {
            0 => Err(Violation::VersionZero),
            1 | 2 => Ok(Self::Version20), //= 37-BACK2-002
            //= 23-VERSION-001
            _ => Ok(Self::Version3), //= 37-VERSION-010
        }
    }
}
