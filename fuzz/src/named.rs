//! Every violation has a clause that it breaks, or is a limit of ours: what an oracle expects is
//! written as a clause id, and a test finds each id in `vectors`.

use zeroproof_reference::Violation;

/// What is expected where a limit of ours is reached, which no clause asks for.
pub const LIMIT: &str = "limit";

/// The clause that a violation breaks, or [`LIMIT`].
#[must_use]
pub fn clause(violation: &Violation) -> &'static str {
    use Violation as V;
    match violation {
        V::SignatureEnd(_) => "37-GREETING-002",
        V::VersionZero => "37-BACK2-003",
        V::Version10 => "37-VERSION-013",
        V::Version20(_) => "37-BACK1-005",
        V::UnknownSocketCode(_) => "15-GREET-003",
        V::IdentityWithMore => "15-GREET-004",
        V::MechanismMismatch(_) => "37-MECH-014",
        V::BothServers | V::BothClients => "24-ROLE-002",
        V::ReservedFlags(_) => "37-FRAME-008",
        V::CommandWithMore => "37-FRAME-012",
        V::SizeBeyondGrammar(_) => "37-FRAME-006",
        V::FrameTooLarge { .. }
        | V::CommandTooLarge { .. }
        | V::MessageTooLarge { .. }
        | V::TooManyParts { .. }
        | V::TooManyProperties { .. } => LIMIT,
        V::CommandInsideMessage => "37-CMD-007",
        V::MessageInHandshake => "37-FRAME-014",
        V::CommandNameTruncated | V::CommandNameEmpty | V::CommandNameOctet(_) => "37-CMD-002",
        V::UnexpectedCommand(_) => "37-GREETING-008",
        V::HelloTruncated | V::HelloTooLong(_) => "24-HS-002",
        V::CredentialOctet(_) => "24-HS-003",
        V::WelcomeWithData(_) => "24-HS-006",
        V::SecondReady => "37-NULL-019",
        V::PropertyTruncated => "37-NULL-011",
        V::PropertyNameEmpty => "37-NULL-013",
        V::PropertyNameOctet(_) => "37-NULL-012",
        V::PropertyValueSize(_) => "37-NULL-015",
        V::UnknownSocketType(_) | V::IncompatibleSocketType { .. } => "37-SOCKTYPE-002",
        V::IdentityTooLong(_) => "37-IDENT-003",
        V::IdentityLeadingZero => "37-IDENT-004",
        V::ErrorReasonLength => "37-NULL-017",
        V::PingTruncated => "37-HB-007",
        V::ContextTooLong(_) => "37-HB-005",
        V::GroupTooLong(_) | V::GroupZeroOctet => "37-RADIO-004",
        V::RadioFrames(_) => "37-RADIO-007",
        V::WeakKey
        | V::CurveSize { .. }
        | V::CurveVersion(_)
        | V::HelloPadding
        | V::HelloNotZero
        | V::BoxForged(_)
        | V::VouchForAnotherKey
        | V::VouchForAnotherServer
        | V::NonceNotRising { .. }
        | V::NotEncrypted
        | V::MoreOutsideBox
        | V::PayloadFlags(_) => of_curve(violation),
    }
}

fn of_curve(violation: &Violation) -> &'static str {
    use Violation as V;
    match violation {
        V::CurveVersion(_) => "26-HELLO-003",
        V::HelloPadding => "26-HELLO-004",
        V::HelloNotZero => "26-HELLO-010",
        V::VouchForAnotherKey | V::VouchForAnotherServer => "26-INITIATE-012",
        V::NonceNotRising { .. } => "26-HELLO-016",
        V::PayloadFlags(_) => "26-MESSAGE-006",
        V::CurveSize { .. } => "26-MESSAGE-002",
        V::NotEncrypted => "37-WIRE-003",
        V::MoreOutsideBox => "26-MESSAGE-010",
        _ => "26-INITIATE-011",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clause_that_is_named_exists() {
        let text = include_str!("named.rs");
        let ids = text.split('"').filter(|word| {
            word.len() > 8 && word.as_bytes()[2] == b'-' && word.starts_with(['1', '2', '3'])
        });
        let known = zeroproof_vectors::clauses().unwrap();
        let missing: Vec<_> = ids.filter(|id| known.find(id).is_none()).collect();
        assert_eq!(missing, Vec::<&str>::new());
        assert_eq!(clause(&Violation::CommandWithMore), "37-FRAME-012");
    }
}
