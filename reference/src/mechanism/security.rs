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

use crate::wire::greeting;
use crate::wire::plain::Password;

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
    /// The peer's IP address as we name it: numeric, without port, 0 to 255 ASCII characters.
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
        }
    }

    /// Whether we are the server of the mechanism. NULL has none.
    #[must_use]
    pub const fn is_server(&self) -> bool {
        match self {
            Self::Null | Self::PlainClient { .. } => false,
            Self::PlainServer => true,
        }
    }

    /// What is to be done about a peer under this mechanism.
    #[must_use]
    pub fn admission(&self, zap: &Zap) -> Admission {
        let has_domain = !zap.domain.is_empty();
        match self {
            // With a mechanism of more than NULL a client knows whom it calls, and asks nobody.
            Self::PlainClient { .. } => Admission::Open,
            Self::Null if !has_domain => Admission::Open,
            Self::Null | Self::PlainServer if zap.handler => Admission::Ask,
            Self::Null if zap.enforce_domain => Admission::Closed,
            Self::Null => Admission::Open,
            Self::PlainServer => Admission::Closed,
        }
    }

    /// Whether a peer older than 3.0, which knows no mechanism, would get past our security.
    #[must_use]
    pub fn can_be_bypassed_by_age(&self, zap: &Zap) -> bool {
        *self != Self::Null || !zap.domain.is_empty()
    }
}
