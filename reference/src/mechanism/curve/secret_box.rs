//! The two primitives of CURVE: X25519 agrees on a key, XSalsa20-Poly1305 seals a box with it
//! (26-GEN-009).
//!
//! ```text
//! box   tag (16 octets), then as many octets as the plain text has
//! ```
//!
//! XSalsa20 is Salsa20 under a key that HSalsa20 makes of the first 16 octets of the nonce. Those
//! are the same in all messages of a direction, so a [`Subkey`] is made once and kept.
//! Deliberately absent: which nonce belongs to which command, and whether it was used before.

use super::salsa::{Piece, Salsa};
use crate::violation::Violation;
use core::fmt;
use cryptoxide::mac::Mac;
use cryptoxide::poly1305::Poly1305;
use cryptoxide::salsa20::hsalsa20;
use cryptoxide::x25519;

/// Octets by which a box is longer than its plain text.
pub const TAG: usize = 16;
/// Octets of the key stream that are the key of the tag.
const KEY: usize = 32;

/// What two key pairs agree on, or a secret of our own.
#[derive(Clone, PartialEq, Eq)]
pub struct BoxKey([u8; 32]);

/// The key of all boxes whose nonces begin with the same 16 octets.
#[derive(Clone)]
pub struct Subkey(Salsa);

impl BoxKey {
    /// What `secret` and `public` agree on.
    ///
    /// # Errors
    /// [`Violation::WeakKey`]: everybody could compute the outcome.
    pub fn between(secret: &[u8; 32], public: &[u8; 32]) -> Result<Self, Violation> {
        let shared = x25519::dh(&(*secret).into(), &(*public).into());
        let shared: [u8; 32] = shared.into();
        // Gathered before it is compared, so that the time taken tells nothing of the secret.
        if shared.iter().fold(0, |sum, octet| sum | octet) == 0 {
            return Err(Violation::WeakKey);
        }
        Ok(Self(hsalsa20(&shared, &[0; 16])))
    }

    /// A key of 32 random octets.
    #[must_use]
    pub const fn random(octets: [u8; 32]) -> Self {
        Self(octets)
    }

    /// The key of boxes whose nonces begin so.
    #[must_use]
    pub fn subkey(&self, prefix: &[u8; 16]) -> Subkey {
        Subkey(Salsa::new(&hsalsa20(&self.0, prefix)))
    }

    /// Appends a box.
    pub fn seal(&self, nonce: &[u8; 24], plain: &[u8], out: &mut Vec<u8>) {
        let (prefix, counter) = split(nonce);
        let mut text = plain.to_vec();
        let tag = self.subkey(&prefix).seal(counter, &mut text);
        out.extend(tag);
        out.append(&mut text);
    }

    /// Opens a box; `None` if it was not sealed with this key and nonce.
    #[must_use]
    pub fn open(&self, nonce: &[u8; 24], sealed: &[u8]) -> Option<Vec<u8>> {
        let (prefix, counter) = split(nonce);
        let (tag, text) = sealed.split_first_chunk()?;
        let mut text = text.to_vec();
        self.subkey(&prefix).open(counter, tag, &mut text).then_some(text)
    }
}

impl Subkey {
    /// Encrypts in place; the tag.
    #[must_use]
    pub fn seal(&self, counter: [u8; 8], text: &mut [u8]) -> [u8; TAG] {
        let (mut piece, key) = self.begin(counter, text.len());
        self.apply(counter, &mut piece, text);
        tag(&key, text)
    }

    /// Decrypts in place, if the tag is right; otherwise the text stays as it is.
    #[must_use]
    pub fn open(&self, counter: [u8; 8], theirs: &[u8; TAG], text: &mut [u8]) -> bool {
        let (mut piece, key) = self.begin(counter, text.len());
        let ours = tag(&key, text);
        // Gathered before it is compared: the time taken must not tell how much of it is right.
        if ours.iter().zip(theirs).fold(0, |sum, (ours, theirs)| sum | ours ^ theirs) != 0 {
            return false;
        }
        self.apply(counter, &mut piece, text);
        true
    }

    /// The first piece of the key stream, whose first octets are the key of the tag.
    fn begin(&self, counter: [u8; 8], length: usize) -> (Piece, [u8; KEY]) {
        let mut piece = Piece::new();
        self.0.fill(counter, 0, length.saturating_add(KEY), &mut piece);
        let key = piece.octets().first_chunk().copied().unwrap_or_default();
        (piece, key)
    }

    /// Text to sealed text and back, with the first piece of the key stream at hand.
    fn apply(&self, counter: [u8; 8], piece: &mut Piece, mut text: &mut [u8]) {
        let (mut used, mut at) = (KEY, 0);
        loop {
            let stream = piece.octets().get(used..).unwrap_or_default();
            let Some((now, rest)) = text.split_at_mut_checked(stream.len().min(text.len())) else {
                return;
            };
            for (octet, key) in now.iter_mut().zip(stream) {
                *octet ^= key;
            }
            if rest.is_empty() {
                return;
            }
            text = rest;
            (used, at) = (0, piece.count().saturating_add(at));
            self.0.fill(counter, at, text.len(), piece);
        }
    }
}

fn tag(key: &[u8; KEY], text: &[u8]) -> [u8; TAG] {
    let mut tag = [0; TAG];
    let mut mac = Poly1305::new(key);
    mac.input(text);
    mac.raw_result(&mut tag);
    tag
}

fn split(nonce: &[u8; 24]) -> ([u8; 16], [u8; 8]) {
    let mut octets = nonce.iter().copied();
    (
        core::array::from_fn(|_| octets.next().unwrap_or(0)),
        core::array::from_fn(|_| octets.next().unwrap_or(0)),
    )
}

/// The public half of a secret key.
#[must_use]
pub fn public_of(secret: &[u8; 32]) -> [u8; 32] {
    x25519::base(&(*secret).into()).into()
}

impl fmt::Debug for BoxKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxKey(..)")
    }
}

impl fmt::Debug for Subkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Subkey(..)")
    }
}
