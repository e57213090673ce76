//! What one side of a connection is told before it starts.
//!
//! Deliberately absent: addresses, sockets and everything else outside one link.

use crate::limits::Limits;
use crate::mechanism::{Entropy, Security, Zap, judge_identity};
use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::metadata::is_name_octet;
use crate::wire::plain::is_credential_octet;
use core::fmt;
use core::time::Duration;

/// Which side opened the transport connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// We accepted it.
    Binder,
    /// We made it.
    Connecter,
}

/// When to ask a silent peer for a sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heartbeat {
    /// Between two PINGs of ours; `None` or zero sends none.
    pub interval: Option<Duration>,
    /// From a PING without any answer to the end of the connection.
    pub timeout: Duration,
    /// The TTL in our PINGs, rounded up to tenths of a second; zero for none, at most 6553.5 s.
    pub ttl: Duration,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { interval: None, timeout: Duration::from_secs(30), ttl: Duration::ZERO }
    }
}

/// Everything a connection is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Our side of the transport.
    pub role: Role,
    /// Our socket type.
    pub socket_type: SocketType,
    /// Our identity, 0 to 255 octets, not starting with zero; empty for none.
    pub identity: Vec<u8>,
    /// Further properties of our READY, in order.
    pub properties: Vec<(String, Vec<u8>)>,
    /// 1 to be a 3.1 peer, 0 to be a 3.0 peer.
    pub minor: u8,
    /// Whether to serve 2.0 and 1.0 peers, which know neither mechanism nor metadata. With any
    /// security, or a ZAP domain, they are never served.
    pub legacy: bool,
    /// Our mechanism.
    pub security: Security,
    /// Random octets for the handshake, never used before.
    pub entropy: Entropy,
    /// Who says whether a peer may come in.
    pub zap: Zap,
    /// Our heartbeats.
    pub heartbeat: Heartbeat,
    /// Our bounds.
    pub limits: Limits,
}

/// What our own application got wrong; the connection closes before it sends an octet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misconfigured {
    /// More than 255 octets of identity.
    IdentityTooLong,
    /// An identity that starts with a zero octet.
    IdentityLeadingZero,
    /// A property name that is empty, too long or has characters it may not have.
    PropertyName,
    /// A property value of 2^31 octets or more.
    PropertyValue,
    /// A minor version other than 0 and 1.
    Minor(u8),
    /// A user name or password of more than 255 octets, or with other than visible ASCII.
    Credentials,
    /// CURVE without random octets.
    Entropy,
    /// A ZAP domain or address of more than 255 characters, or with other than visible ASCII.
    ZapText,
}

impl Config {
    /// A 3.1 peer without identity and heartbeats, with the default limits.
    #[must_use]
    pub fn new(role: Role, socket_type: SocketType) -> Self {
        Self {
            role,
            socket_type,
            identity: Vec::new(),
            properties: Vec::new(),
            minor: 1,
            legacy: true,
            security: Security::default(),
            entropy: Entropy::default(),
            zap: Zap::default(),
            heartbeat: Heartbeat::default(),
            limits: Limits::default(),
        }
    }

    /// Whether a connection can be made of this.
    ///
    /// # Errors
    /// The first thing wrong.
    pub fn check(&self) -> Result<(), Misconfigured> {
        match judge_identity(&self.identity) {
            Ok(_) => {}
            Err(Violation::IdentityLeadingZero) => return Err(Misconfigured::IdentityLeadingZero),
            Err(_) => return Err(Misconfigured::IdentityTooLong),
        }
        for (name, value) in &self.properties {
            let length = name.len();
            if length == 0 || length > usize::from(u8::MAX) || !name.bytes().all(is_name_octet) {
                return Err(Misconfigured::PropertyName);
            }
            if i32::try_from(value.len()).is_err() {
                return Err(Misconfigured::PropertyValue);
            }
        }
        if self.minor > 1 {
            return Err(Misconfigured::Minor(self.minor));
        }
        match &self.security {
            //= 24-HS-003
            Security::PlainClient { username, password } => {
                if !is_credential(username) || !is_credential(&password.0) {
                    return Err(Misconfigured::Credentials);
                }
            }
            Security::CurveClient { .. } | Security::CurveServer { .. } => {
                if self.entropy == Entropy::default() {
                    return Err(Misconfigured::Entropy);
                }
            }
            Security::Null | Security::PlainServer => {}
        }
        //= 27-FIELDS-004
        if !is_credential(&self.zap.domain) || !is_credential(self.zap.address.as_bytes()) {
            return Err(Misconfigured::ZapText);
        }
        Ok(())
    }

    /// Whether peers older than 3.0 are served: nothing would judge them (ZMTP downgrade).
    pub(crate) fn serves_legacy(&self) -> bool {
        //= 37-SEC-001
        self.legacy && !self.security.can_be_bypassed_by_age(&self.zap)
    }
}

/// 0 to 255 octets of visible ASCII.
fn is_credential(octets: &[u8]) -> bool {
    octets.len() <= usize::from(u8::MAX) && octets.iter().all(|octet| is_credential_octet(*octet))
}

impl fmt::Display for Misconfigured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdentityTooLong => f.write_str("identity: at most 255 octets"),
            Self::IdentityLeadingZero => f.write_str("identity: the first octet must not be zero"),
            Self::PropertyName => {
                f.write_str("property name: 1 to 255 letters, digits, `-`, `_`, `.` or `+`")
            }
            Self::PropertyValue => f.write_str("property value: fewer than 2^31 octets"),
            Self::Credentials => {
                f.write_str("user name and password: 0 to 255 visible ASCII characters each")
            }
            Self::Entropy => f.write_str("entropy: CURVE needs random octets"),
            Self::ZapText => {
                f.write_str("ZAP domain and address: 0 to 255 visible ASCII characters each")
            }
            Self::Minor(minor) => write!(f, "minor version {minor}: only 0 and 1 are spoken"),
        }
    }
}

impl core::error::Error for Misconfigured {}
