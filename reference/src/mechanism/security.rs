//! Which mechanism we speak and as what, and whether a ZAP handler is asked about a peer.
//!
//! ```text
//! handler is   there                                not there
//! NULL         asked if a domain is set             refused if a domain is set and enforced
//! PLAIN        asked                                refused: nobody can judge the password
//! CURVE        asked, but not if domains are        refused if a domain is set and enforced
//!              enforced and none is set
//! ```
//!
//! The table is that of the options `zap_domain` and `zap_enforce_domain` of libzmq. Deliberately
//! absent: the handler itself.

use crate::mechanism::curve::{KeyPair, PublicKey};
use crate::wire::greeting;
use crate::wire::plain::Password;
use core::time::Duration;

/// Our mechanism and our role in it; the peer's greeting changes neither.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Security {
    /// No security.
    #[default]
    Null,
    /// Client of PLAIN.
    PlainClient {
        /// 0 to 255 octets from 21 to 7E.
        username: Vec<u8>,
        /// 0 to 255 octets from 21 to 7E.
        password: Password,
    },
    /// Server of PLAIN.
    PlainServer,
    /// Client of CURVE.
    CurveClient {
        /// Our permanent keys.
        keys: KeyPair,
        /// The server's permanent key.
        server: PublicKey,
    },
    /// Server of CURVE.
    CurveServer {
        /// Our permanent keys.
        keys: KeyPair,
    },
}

/// How peers are authenticated.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Zap {
    /// Whether there is a handler to ask.
    pub handler: bool,
    /// The domain we name to it: 0 to 255 visible ASCII characters, empty if none is set.
    pub domain: Vec<u8>,
    /// Whether a domain that is set makes a handler necessary, and none set makes it superfluous.
    pub enforce_domain: bool,
    /// The peer's IP address as we name it: numeric, without port, 0 to 255 ASCII characters
    /// (27-FIELDS-001).
    pub address: String,
}

/// What is to be done about a peer that wants to come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Admission {
    /// The handler decides.
    Ask,
    /// It may come in.
    Open,
    /// It may not, for want of a handler.
    Closed,
}

impl Security {
    /// The mechanism as it stands in a greeting.
    #[must_use]
    pub const fn mechanism(&self) -> [u8; 20] {
        match self {
            Self::Null => greeting::NULL,
            Self::PlainClient { .. } | Self::PlainServer => greeting::PLAIN,
            Self::CurveClient { .. } | Self::CurveServer { .. } => greeting::CURVE,
        }
    }

    /// Whether we are the server of the mechanism. NULL has none.
    #[must_use]
    pub const fn is_server(&self) -> bool {
        match self {
            Self::Null | Self::PlainClient { .. } | Self::CurveClient { .. } => false,
            Self::PlainServer | Self::CurveServer { .. } => true,
        }
    }

    /// How long a handshake may take, whatever the limits say: a CURVE server has to forget the key
    /// of its cookie after a minute.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        match self {
            Self::CurveServer { .. } => Duration::from_secs(60), //= 26-WELCOME-006
            Self::Null
            | Self::PlainClient { .. }
            | Self::PlainServer
            | Self::CurveClient { .. } => Duration::MAX,
        }
    }

    /// What is to be done about a peer under this mechanism.
    #[must_use]
    pub fn admission(&self, zap: &Zap) -> Admission {
        let has_domain = !zap.domain.is_empty();
        match self {
            // With a mechanism of more than NULL a client knows whom it calls, and asks nobody.
            Self::PlainClient { .. } | Self::CurveClient { .. } => Admission::Open,
            Self::Null if !has_domain => Admission::Open,
            Self::CurveServer { .. } if !has_domain && zap.enforce_domain => Admission::Open,
            Self::Null | Self::PlainServer | Self::CurveServer { .. } if zap.handler => {
                Admission::Ask
            }
            Self::Null | Self::CurveServer { .. } if !zap.enforce_domain => Admission::Open,
            Self::Null | Self::PlainServer | Self::CurveServer { .. } => Admission::Closed,
        }
    }

    /// Whether a peer older than 3.0, which knows no mechanism, would get past our security.
    #[must_use]
    pub fn can_be_bypassed_by_age(&self, zap: &Zap) -> bool {
        *self != Self::Null || !zap.domain.is_empty()
    }
}
