//! Keys, and the random octets that a handshake is given.
//!
//! Secrets are never shown in debug output. Deliberately absent: a source of random octets; they
//! are an argument, so that a handshake can be repeated octet for octet.

use crate::mechanism::curve::secret_box::public_of;
use crate::wire::z85;
use core::fmt;

/// A public key; to be known by everybody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PublicKey(pub [u8; 32]);

/// A secret key; to be known by its owner only.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(pub [u8; 32]);

/// A secret key with its public half.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyPair {
    public: PublicKey,
    secret: SecretKey,
}

/// Everything random in a handshake, fresh for each connection: to use it twice gives it away. Only
/// CURVE needs it; all zeros, the default, are no randomness and are refused there.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Entropy {
    /// The secret half of our transient key pair (26-HELLO-005, 26-HELLO-011).
    pub transient: [u8; 32],
    /// What a server seals its cookie with (26-WELCOME-005).
    pub cookie_key: [u8; 32],
    /// Of a server: the nonce of its cookie.
    pub cookie_nonce: [u8; 16],
    /// Of a server: the nonce of its WELCOME.
    pub welcome_nonce: [u8; 16],
    /// Of a client: the nonce of its vouch.
    pub vouch_nonce: [u8; 16],
}

impl PublicKey {
    /// Reads the 40 characters of Z85.
    #[must_use]
    pub fn from_z85(text: &str) -> Option<Self> {
        z85::decode(text.as_bytes().try_into().ok()?).map(Self)
    }

    /// The key in 40 characters of Z85.
    #[must_use]
    pub fn to_z85(self) -> String {
        z85::encode(&self.0)
    }
}

impl SecretKey {
    /// Reads the 40 characters of Z85.
    #[must_use]
    pub fn from_z85(text: &str) -> Option<Self> {
        z85::decode(text.as_bytes().try_into().ok()?).map(Self)
    }

    /// The key in 40 characters of Z85.
    #[must_use]
    pub fn to_z85(&self) -> String {
        z85::encode(&self.0)
    }
}

impl KeyPair {
    /// The pair of this secret key; of 32 random octets, a new pair.
    #[must_use]
    pub fn new(secret: SecretKey) -> Self {
        Self { public: PublicKey(public_of(&secret.0)), secret }
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// The secret half.
    #[must_use]
    pub const fn secret(&self) -> &SecretKey {
        &self.secret
    }
}

impl Entropy {
    /// Octets of it.
    pub const LEN: usize = 112;

    /// Takes random octets apart.
    #[must_use]
    pub fn new(octets: &[u8; Self::LEN]) -> Self {
        let mut octets = octets.iter().copied();
        Self {
            transient: take(&mut octets),
            cookie_key: take(&mut octets),
            cookie_nonce: take(&mut octets),
            welcome_nonce: take(&mut octets),
            vouch_nonce: take(&mut octets),
        }
    }
}

/// The next `N`; the lengths add up, so nothing is ever made up.
fn take<const N: usize>(octets: &mut impl Iterator<Item = u8>) -> [u8; N] {
    core::array::from_fn(|_| octets.next().unwrap_or(0))
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(..)")
    }
}
