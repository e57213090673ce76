//! Key pairs, the boxes between two of them, nonces, and the permanent keys of these dialogues.

use crypto_box::aead::Aead;
use crypto_box::{Nonce, PublicKey, SalsaBox, SecretKey};

use crate::entropy::Entropy;
use crate::target::zap::Zap;
use crate::target::{Options, Setting};

/// A key pair.
#[derive(Clone)]
pub struct Keys {
    secret: SecretKey,
    public: [u8; 32],
}

impl Keys {
    /// The pair of a secret key.
    pub fn new(secret: [u8; 32]) -> Self {
        let secret = SecretKey::from(secret);
        let public = *secret.public_key().as_bytes();
        Self { secret, public }
    }

    /// A pair that was never used.
    pub fn fresh(entropy: &mut Entropy) -> Self {
        Self::new(octets(entropy))
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// The shared secret with the owner of another public key.
    pub fn shared(&self, other: &[u8; 32]) -> SalsaBox {
        SalsaBox::new(&PublicKey::from(*other), &self.secret)
    }

    /// A box for `to`: 16 octets longer than what it holds.
    pub fn seal(&self, to: &[u8; 32], nonce: &[u8; 24], plain: &[u8]) -> Vec<u8> {
        seal(&self.shared(to), nonce, plain)
    }

    /// What a box from `from` holds.
    pub fn open(&self, from: &[u8; 32], nonce: &[u8; 24], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.shared(from), nonce, sealed)
    }
}

/// A box under a shared secret.
pub(super) fn seal(shared: &SalsaBox, nonce: &[u8; 24], plain: &[u8]) -> Vec<u8> {
    // Fails for sizes only that no memory holds.
    shared.encrypt(&Nonce::from(*nonce), plain).unwrap_or_default()
}

/// What a box under a shared secret holds.
pub(super) fn open(shared: &SalsaBox, nonce: &[u8; 24], sealed: &[u8]) -> Option<Vec<u8>> {
    shared.decrypt(&Nonce::from(*nonce), sealed).ok()
}

/// A nonce of a known start and a counter (26-GEN-010).
pub fn short_nonce(prefix: &[u8; 16], counter: u64) -> [u8; 24] {
    nonce(prefix, &counter.to_be_bytes())
}

/// A nonce of a known start and 16 octets that never come back (26-GEN-010).
pub fn long_nonce(prefix: &[u8; 8], rest: &[u8; 16]) -> [u8; 24] {
    nonce(prefix, rest)
}

fn nonce(prefix: &[u8], rest: &[u8]) -> [u8; 24] {
    let mut octets = prefix.iter().chain(rest).copied();
    std::array::from_fn(|_| octets.next().unwrap_or_default())
}

/// Octets for a key or a nonce.
pub fn octets<const N: usize>(entropy: &mut Entropy) -> [u8; N] {
    std::array::from_fn(|_| entropy.bits().to_be_bytes()[0])
}

/// The permanent keys of the server of these dialogues, whoever it is. They are those of the golden
/// vectors, of documentation and tests everywhere, and protect nothing.
pub fn server_keys() -> Keys {
    Keys::new([
        0x8e, 0x0b, 0xdd, 0x69, 0x76, 0x28, 0xb9, 0x1d, 0x8f, 0x24, 0x55, 0x87, 0xee, 0x95, 0xc5,
        0xb0, 0x4d, 0x48, 0x96, 0x3f, 0x79, 0x25, 0x98, 0x77, 0xb4, 0x9c, 0xd9, 0x06, 0x3a, 0xea,
        0xd3, 0xb7,
    ])
}

/// The permanent keys of the client.
pub fn client_keys() -> Keys {
    Keys::new([
        0x7b, 0xb8, 0x64, 0xb4, 0x89, 0xaf, 0xa3, 0x67, 0x1f, 0xbe, 0x69, 0x10, 0x1f, 0x94, 0xb3,
        0x89, 0x72, 0xf2, 0x48, 0x16, 0xdf, 0xb0, 0x1b, 0x51, 0x65, 0x6b, 0x3f, 0xec, 0x8d, 0xfd,
        0x08, 0x88,
    ])
}

/// What makes a SUT the server of these dialogues.
pub const SERVER_OPTIONS: Options = &[
    ("curve_server", Setting::Number(1)),
    ("curve_publickey", Setting::Text("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7")),
    ("curve_secretkey", Setting::Text("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")),
];

/// The same, with a ZAP handler that is asked.
pub const ASKING_OPTIONS: Options = &[
    ("curve_server", Setting::Number(1)),
    ("curve_publickey", Setting::Text("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7")),
    ("curve_secretkey", Setting::Text("JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")),
    ("zap_domain", Setting::Zap(Zap::Own)),
];

/// What makes a SUT the client of these dialogues.
pub const CLIENT_OPTIONS: Options = &[
    ("curve_serverkey", Setting::Text("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7")),
    ("curve_publickey", Setting::Text("Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")),
    ("curve_secretkey", Setting::Text("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")),
];
