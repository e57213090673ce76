//! The codes that libzmq has for mistakes in a handshake, and which of them each violation is.
//!
//! Deliberately absent: codes of commands that libzmq cannot tell apart either.

use crate::violation::{CurvePart, Violation};
use crate::wire::zap::Malformed;

/// A `ZMQ_PROTOCOL_ERROR_*` of libzmq.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProtocolError {
    /// Something of ZMTP that has no code of its own.
    Unspecified,
    /// A command, or a message, at the wrong time.
    UnexpectedCommand,
    /// A nonce that does not rise.
    InvalidSequence,
    /// A vouch that does not hold.
    KeyExchange,
    /// A command that is malformed before its name is known.
    MalformedCommand,
    /// A malformed MESSAGE.
    MalformedMessage,
    /// A malformed HELLO.
    MalformedHello,
    /// A malformed INITIATE.
    MalformedInitiate,
    /// A malformed ERROR.
    MalformedError,
    /// A malformed READY.
    MalformedReady,
    /// A malformed WELCOME.
    MalformedWelcome,
    /// Metadata that is malformed, or has a value that does not fit.
    InvalidMetadata,
    /// A box that does not open.
    Cryptographic,
    /// Another mechanism, or another role in it.
    MechanismMismatch,
    /// Something of an authenticator that has no code of its own.
    ZapUnspecified,
    /// A reply of an authenticator with the wrong parts.
    ZapMalformedReply,
    /// A reply to another request.
    ZapBadRequestId,
    /// A reply of another version.
    ZapBadVersion,
    /// A status that is not 200, 300, 400 or 500.
    ZapInvalidStatusCode,
    /// Malformed metadata in a reply.
    ZapInvalidMetadata,
}

impl ProtocolError {
    /// The number of libzmq.
    #[must_use]
    pub const fn code(self) -> u32 {
        match self {
            Self::Unspecified => 0x1000_0000,
            Self::UnexpectedCommand => 0x1000_0001,
            Self::InvalidSequence => 0x1000_0002,
            Self::KeyExchange => 0x1000_0003,
            Self::MalformedCommand => 0x1000_0011,
            Self::MalformedMessage => 0x1000_0012,
            Self::MalformedHello => 0x1000_0013,
            Self::MalformedInitiate => 0x1000_0014,
            Self::MalformedError => 0x1000_0015,
            Self::MalformedReady => 0x1000_0016,
            Self::MalformedWelcome => 0x1000_0017,
            Self::InvalidMetadata => 0x1000_0018,
            Self::Cryptographic => 0x1100_0001,
            Self::MechanismMismatch => 0x1100_0002,
            Self::ZapUnspecified => 0x2000_0000,
            Self::ZapMalformedReply => 0x2000_0001,
            Self::ZapBadRequestId => 0x2000_0002,
            Self::ZapBadVersion => 0x2000_0003,
            Self::ZapInvalidStatusCode => 0x2000_0004,
            Self::ZapInvalidMetadata => 0x2000_0005,
        }
    }

    const fn malformed(what: CurvePart) -> Self {
        match what {
            CurvePart::Hello => Self::MalformedHello,
            CurvePart::Welcome => Self::MalformedWelcome,
            CurvePart::Cookie | CurvePart::Initiate | CurvePart::Vouch => Self::MalformedInitiate,
            CurvePart::Ready => Self::MalformedReady,
            CurvePart::Message => Self::MalformedMessage,
        }
    }
}

impl From<&Violation> for ProtocolError {
    fn from(violation: &Violation) -> Self {
        match violation {
            Violation::MechanismMismatch(_) | Violation::BothServers | Violation::BothClients => {
                Self::MechanismMismatch
            }
            Violation::HelloTruncated
            | Violation::HelloTooLong(_)
            | Violation::CredentialOctet(_)
            | Violation::CurveVersion(_)
            | Violation::HelloPadding => Self::MalformedHello,
            Violation::WelcomeWithData(_) => Self::MalformedWelcome,
            Violation::CurveSize { what, .. } => Self::malformed(*what),
            Violation::WeakKey | Violation::HelloNotZero | Violation::BoxForged(_) => {
                Self::Cryptographic
            }
            Violation::VouchForAnotherKey | Violation::VouchForAnotherServer => Self::KeyExchange,
            Violation::NonceNotRising { .. } => Self::InvalidSequence,
            Violation::NotEncrypted => Self::UnexpectedCommand,
            Violation::MoreOutsideBox | Violation::PayloadFlags(_) => Self::MalformedMessage,
            Violation::UnexpectedCommand(_)
            | Violation::MessageInHandshake
            | Violation::SecondReady => Self::UnexpectedCommand,
            Violation::CommandNameTruncated
            | Violation::CommandNameEmpty
            | Violation::CommandNameOctet(_)
            | Violation::CommandTooLarge { .. } => Self::MalformedCommand,
            Violation::ErrorReasonLength => Self::MalformedError,
            Violation::PropertyTruncated
            | Violation::PropertyNameEmpty
            | Violation::PropertyNameOctet(_)
            | Violation::PropertyValueSize(_)
            | Violation::TooManyProperties { .. }
            | Violation::UnknownSocketType(_)
            | Violation::IncompatibleSocketType { .. }
            | Violation::IdentityTooLong(_)
            | Violation::IdentityLeadingZero => Self::InvalidMetadata,
            Violation::SignatureEnd(_)
            | Violation::VersionZero
            | Violation::Version10
            | Violation::Version20(_)
            | Violation::UnknownSocketCode(_)
            | Violation::IdentityWithMore
            | Violation::ReservedFlags(_)
            | Violation::CommandWithMore
            | Violation::SizeBeyondGrammar(_)
            | Violation::FrameTooLarge { .. }
            | Violation::MessageTooLarge { .. }
            | Violation::TooManyParts { .. }
            | Violation::CommandInsideMessage
            | Violation::PingTruncated
            | Violation::ContextTooLong(_)
            | Violation::GroupTooLong(_)
            | Violation::GroupZeroOctet
            | Violation::RadioFrames(_) => Self::Unspecified,
        }
    }
}

impl From<&Malformed> for ProtocolError {
    fn from(malformed: &Malformed) -> Self {
        match malformed {
            Malformed::Parts(_) | Malformed::Delimiter => Self::ZapMalformedReply,
            Malformed::Version(_) => Self::ZapBadVersion,
            Malformed::RequestId(_) => Self::ZapBadRequestId,
            Malformed::StatusCode(_) => Self::ZapInvalidStatusCode,
            Malformed::Metadata(_) => Self::ZapInvalidMetadata,
            Malformed::Text(_)
            | Malformed::UserId
            | Malformed::Identity(_)
            | Malformed::Mechanism(_) => Self::ZapUnspecified,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_of_a_handshake_have_the_code_of_libzmq() {
        let rows = [
            (Violation::MechanismMismatch([0; 20]), 0x1100_0002),
            (Violation::BothServers, 0x1100_0002),
            (Violation::HelloTruncated, 0x1000_0013),
            (Violation::WelcomeWithData(1), 0x1000_0017),
            (Violation::CurveSize { what: CurvePart::Initiate, size: 1 }, 0x1000_0014),
            (Violation::CurveSize { what: CurvePart::Ready, size: 1 }, 0x1000_0016),
            (Violation::BoxForged(CurvePart::Vouch), 0x1100_0001),
            (Violation::VouchForAnotherServer, 0x1000_0003),
            (Violation::NonceNotRising { nonce: 1, last: 1 }, 0x1000_0002),
            (Violation::PayloadFlags(4), 0x1000_0012),
            (Violation::UnexpectedCommand("PING".to_owned()), 0x1000_0001),
            (Violation::MessageInHandshake, 0x1000_0001),
            (Violation::CommandNameEmpty, 0x1000_0011),
            (Violation::ErrorReasonLength, 0x1000_0015),
            (Violation::PropertyTruncated, 0x1000_0018),
            (Violation::UnknownSocketType(b"X".to_vec()), 0x1000_0018),
            (Violation::VersionZero, 0x1000_0000),
        ];
        for (violation, code) in rows {
            assert_eq!(ProtocolError::from(&violation).code(), code, "{violation}");
        }
    }

    #[test]
    fn replies_of_a_handler_have_the_code_of_libzmq() {
        let rows = [
            (Malformed::UserId, 0x2000_0000),
            (Malformed::Parts(6), 0x2000_0001),
            (Malformed::RequestId(Vec::new()), 0x2000_0002),
            (Malformed::Version(Vec::new()), 0x2000_0003),
            (Malformed::StatusCode(Vec::new()), 0x2000_0004),
            (Malformed::Metadata(Violation::PropertyTruncated), 0x2000_0005),
        ];
        for (malformed, code) in rows {
            assert_eq!(ProtocolError::from(&malformed).code(), code, "{malformed}");
        }
    }

    #[test]
    fn codes_are_those_of_libzmq() {
        use ProtocolError as E;
        let zmtp = [E::Unspecified, E::UnexpectedCommand, E::InvalidSequence, E::KeyExchange];
        let malformed = [
            E::MalformedCommand,
            E::MalformedMessage,
            E::MalformedHello,
            E::MalformedInitiate,
            E::MalformedError,
            E::MalformedReady,
            E::MalformedWelcome,
            E::InvalidMetadata,
        ];
        let configured = [E::Cryptographic, E::MechanismMismatch];
        let zap = [
            E::ZapUnspecified,
            E::ZapMalformedReply,
            E::ZapBadRequestId,
            E::ZapBadVersion,
            E::ZapInvalidStatusCode,
            E::ZapInvalidMetadata,
        ];
        let runs: [(u32, &[E]); 4] = [
            (0x1000_0000, &zmtp),
            (0x1000_0011, &malformed),
            (0x1100_0001, &configured),
            (0x2000_0000, &zap),
        ];
        for (first, run) in runs {
            for (error, code) in run.iter().zip(first..) {
                assert_eq!(error.code(), code, "{error:?}");
            }
        }
    }
}
