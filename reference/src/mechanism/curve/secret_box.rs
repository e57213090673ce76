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

use crate::violation::Violation;
use core::fmt;
use cryptoxide::mac::Mac;
use cryptoxide::poly1305::Poly1305;
use cryptoxide::salsa20::{Salsa20, hsalsa20};
use cryptoxide::x25519;

/// Octets by which a box is longer than its plain text.
pub const TAG: usize = 16;

/// What two key pairs agree on, or a secret of our own.
#[derive(Clone, PartialEq, Eq)]
pub struct BoxKey([u8; 32]);

/// The key of all boxes whose nonces begin with the same 16 octets.
#[derive(Clone, PartialEq, Eq)]
pub struct Subkey([u8; 32]);

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
        Subkey(hsalsa20(&self.0, prefix))
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
        let (mut stream, mut tag) = self.begin(counter);
        stream.process_mut(text);
        finish(&mut tag, text)
    }

    /// Decrypts in place, if the tag is right; otherwise the text stays as it is.
    #[must_use]
    pub fn open(&self, counter: [u8; 8], tag: &[u8; TAG], text: &mut [u8]) -> bool {
        let (mut stream, mut expected) = self.begin(counter);
        let expected = finish(&mut expected, text);
        let difference =
            expected.iter().zip(tag).fold(0, |sum, (ours, theirs)| sum | ours ^ theirs);
        if difference != 0 {
            return false;
        }
        stream.process_mut(text);
        true
    }

    /// The key stream behind its first 32 octets, which are the key of the tag.
    fn begin(&self, counter: [u8; 8]) -> (Salsa20, Poly1305) {
        let mut stream = Salsa20::new(&self.0, &counter);
        let mut key = [0; 32];
        stream.process_mut(&mut key);
        (stream, Poly1305::new(&key))
    }
}

fn finish(mac: &mut Poly1305, text: &[u8]) -> [u8; TAG] {
    let mut tag = [0; TAG];
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
