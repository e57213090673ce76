//! What the options say of security, as one connection is told it.
//!
//! Deliberately absent: which mechanism wins when several are set; the option set last does, as in
//! libzmq, and the options keep it.

use super::options::{Mechanism, Options};
use crate::mechanism::curve::{KeyPair, PublicKey, SecretKey};
use crate::mechanism::{Entropy, Security, Zap};
use crate::wire::plain::Password;

/// What a driver knows of one link, and the core does not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Setup {
    /// What the driver calls the link, and no other of this socket; see
    /// [`Socket::take_crowded`](super::Socket::take_crowded).
    pub number: u64,
    /// The peer's IP address, numeric, without a port; empty if it has none.
    pub address: String,
    /// Whether somebody answers to [`LinkOutput::Authenticate`](super::LinkOutput::Authenticate).
    pub has_zap_handler: bool,
    /// Random octets, never used before; CURVE cannot do without.
    pub entropy: Entropy,
}

/// The pair made last is kept, as making one costs more than all else of a connection.
pub(super) fn security(options: &Options, kept: &mut Option<KeyPair>) -> Security {
    let told = &options.security;
    let mut keys = || {
        let secret = SecretKey(told.curve_secretkey);
        kept.take_if(|kept| *kept.secret() != secret);
        kept.get_or_insert_with(|| KeyPair::new(secret)).clone()
    };
    match (told.mechanism, told.as_server) {
        (Mechanism::Null, _) => Security::Null,
        (Mechanism::Plain, true) => Security::PlainServer,
        (Mechanism::Plain, false) => Security::PlainClient {
            username: told.plain_username.clone(),
            password: Password(told.plain_password.clone()),
        },
        (Mechanism::Curve, true) => Security::CurveServer { keys: keys() },
        (Mechanism::Curve, false) => {
            Security::CurveClient { keys: keys(), server: PublicKey(told.curve_serverkey) }
        }
    }
}

pub(super) fn zap(options: &Options, setup: &Setup) -> Zap {
    Zap {
        handler: setup.has_zap_handler,
        domain: options.security.zap_domain.clone(),
        enforce_domain: options.security.zap_enforce_domain,
        address: setup.address.clone(),
    }
}
