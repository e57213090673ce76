//! Mechanisms, keys and who judges them: PLAIN (24), CURVE (26), ZAP (27).
//!
//! Which mechanism a socket speaks follows from what was set last, as in libzmq: a server switch or
//! a credential chooses its mechanism, and unsetting it falls back to NULL.
//!
//! Deliberately absent: a `Debug` that shows secrets, and GSSAPI.

use super::Options;
use super::table::{Row, Rule};
use super::value::{Allowed, Value};
use core::fmt;

/// How peers prove who they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mechanism {
    /// Not at all.
    Null,
    /// By a name and a password, in clear.
    Plain,
    /// By a key, encrypted.
    Curve,
}

/// What one socket uses to secure its connections.
#[derive(Clone, PartialEq, Eq)]
pub struct Security {
    /// The mechanism of every connection.
    pub mechanism: Mechanism,
    /// Whether we are the server of the mechanism.
    pub as_server: bool,
    /// Our name for PLAIN, at most 255 visible characters.
    pub plain_username: Vec<u8>,
    /// Our password for PLAIN, at most 255 visible characters.
    pub plain_password: Vec<u8>,
    /// Our own public key; a server needs none.
    pub curve_publickey: [u8; 32],
    /// Our own secret key.
    pub curve_secretkey: [u8; 32],
    /// The public key of the server that we connect to.
    pub curve_serverkey: [u8; 32],
    /// The domain that ZAP requests carry, at most 255 visible characters.
    pub zap_domain: Vec<u8>,
    /// NULL is authenticated only with a domain, as the RFC says; without this, also without one.
    pub zap_enforce_domain: bool,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            mechanism: Mechanism::Null,
            as_server: false,
            plain_username: Vec::new(),
            plain_password: Vec::new(),
            curve_publickey: [0; 32],
            curve_secretkey: [0; 32],
            curve_serverkey: [0; 32],
            zap_domain: Vec::new(),
            zap_enforce_domain: false,
        }
    }
}

impl fmt::Debug for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Security")
            .field("mechanism", &self.mechanism)
            .field("as_server", &self.as_server)
            .field("zap_domain", &self.zap_domain)
            .finish_non_exhaustive()
    }
}

impl Security {
    /// A server switch: on, it chooses the mechanism; off, it falls back to NULL.
    const fn serve(&mut self, mechanism: Mechanism, on: bool) {
        self.as_server = on;
        self.mechanism = if on { mechanism } else { Mechanism::Null };
    }

    /// A credential of a PLAIN client, or none.
    const fn identify(&mut self, credential: &[u8]) {
        if credential.is_empty() {
            self.mechanism = Mechanism::Null;
        } else {
            self.as_server = false;
            self.mechanism = Mechanism::Plain;
        }
    }

    fn serves(&self, mechanism: Mechanism) -> bool {
        self.as_server && self.mechanism == mechanism
    }
}

pub(super) const ROWS: &[Row] = &[
    Row::new(
        "mechanism",
        43,
        Rule::Fact(|o| Value::Int(number(o.security.mechanism))),
        "Mechanism of every connection: NULL 0, PLAIN 1, CURVE 2.",
    ),
    Row::new(
        "plain_server",
        44,
        Rule::Flag(
            |o| o.security.serves(Mechanism::Plain),
            |o, on| o.security.serve(Mechanism::Plain, on),
        ),
        "Be a PLAIN server; 0 for no security.",
    ),
    Row::new(
        "plain_username",
        45,
        Rule::Octets(Allowed::Visible, |o| &o.security.plain_username, set_username),
        "Name of a PLAIN client; empty for no security.",
    ),
    Row::new(
        "plain_password",
        46,
        Rule::Octets(Allowed::Visible, |o| &o.security.plain_password, set_password),
        "Password of a PLAIN client; empty for no security.",
    ),
    Row::new(
        "curve_server",
        47,
        Rule::Flag(
            |o| o.security.serves(Mechanism::Curve),
            |o, on| o.security.serve(Mechanism::Curve, on),
        ),
        "Be a CURVE server; 0 for no security.",
    ),
    Row::new(
        "curve_publickey",
        48,
        Rule::Key(|o| &o.security.curve_publickey, set_public_key),
        "Our public key, for a CURVE client.",
    ),
    Row::new(
        "curve_secretkey",
        49,
        Rule::Key(|o| &o.security.curve_secretkey, set_secret_key),
        "Our secret key, for a CURVE client or server.",
    ),
    Row::new(
        "curve_serverkey",
        50,
        Rule::Key(|o| &o.security.curve_serverkey, set_server_key),
        "The server's public key, for a CURVE client.",
    ),
    Row::new(
        "zap_domain",
        55,
        Rule::Octets(
            Allowed::Visible,
            |o| &o.security.zap_domain,
            |o, domain| o.security.zap_domain = domain.to_vec(),
        ),
        "Domain that authentication requests carry; with one, NULL peers are authenticated too.",
    ),
    Row::new(
        "zap_enforce_domain",
        93,
        Rule::Flag(|o| o.security.zap_enforce_domain, |o, on| o.security.zap_enforce_domain = on),
        "Keep strictly to RFC 27, which knows no authentication without a domain.",
    ),
];

const fn number(mechanism: Mechanism) -> i64 {
    match mechanism {
        Mechanism::Null => 0,
        Mechanism::Plain => 1,
        Mechanism::Curve => 2,
    }
}

fn set_username(options: &mut Options, username: &[u8]) {
    options.security.plain_username = username.to_vec();
    options.security.identify(username);
}

fn set_password(options: &mut Options, password: &[u8]) {
    options.security.plain_password = password.to_vec();
    options.security.identify(password);
}

const fn set_public_key(options: &mut Options, key: [u8; 32]) {
    options.security.curve_publickey = key;
    options.security.mechanism = Mechanism::Curve;
}

const fn set_secret_key(options: &mut Options, key: [u8; 32]) {
    options.security.curve_secretkey = key;
    options.security.mechanism = Mechanism::Curve;
}

const fn set_server_key(options: &mut Options, key: [u8; 32]) {
    options.security.curve_serverkey = key;
    options.security.mechanism = Mechanism::Curve;
    options.security.as_server = false;
}
