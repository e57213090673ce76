//! Every way to be wrong, with octets that earn it: after the close nothing comes out any more.
//!
//! The tables have a row for each variant of `Violation`; the snapshot says what becomes of each
//! golden vector that is invalid or disputed. Deliberately absent: legal octets, which are in
//! `matrix`.

#[cfg(test)]
mod session;

#[cfg(test)]
mod violations {
    use super::session::{Session, greeting, hex, ready};
    use zeroproof_reference::{Config, Limits, Output, Reason, Role, SocketType, Violation};
    use zeroproof_vectors::Verdict;

    /// How far a session is before the octets in question come.
    #[derive(Clone, Copy, Debug)]
    enum At {
        Opening,
        Handshake,
        Traffic,
        Traffic20,
        Traffic10,
    }
    use At::{Handshake, Opening, Traffic, Traffic10, Traffic20};

    /// Every limit close enough to be hit.
    fn limits() -> Limits {
        Limits {
            max_message_size: 300,
            max_parts: 3,
            max_message_total: 400,
            max_command_size: 600,
            max_properties: 2,
            ..Limits::default()
        }
    }

    fn session(ours: SocketType, at: At) -> Session {
        let mut config = Config::new(Role::Binder, ours);
        config.limits = limits();
        let peer = SocketType::ALL.into_iter().find(|peer| ours.accepts(*peer)).unwrap();
        let mut session = Session::new(config);
        let before = match at {
            Opening => Vec::new(),
            Handshake => greeting(1),
            Traffic => [greeting(1), ready(peer.name())].concat(),
            Traffic20 => hex("ff 00*8 7f 01 05 00 00"),
            Traffic10 => hex("01 00"),
        };
        let outputs = session.feed(&before);
        assert!(!outputs.iter().any(|output| matches!(output, Output::Close(_))), "{outputs:?}");
        session
    }

    /// What ends the session, if anything does, when these octets come.
    fn reason(ours: SocketType, at: At, octets: &[u8]) -> Option<Reason> {
        let mut session = session(ours, at);
        let closes = |outputs: Vec<Output>| {
            outputs.into_iter().find_map(|output| match output {
                Output::Close(reason) => Some(reason),
                _ => None,
            })
        };
        let reason = closes(session.feed(octets))?;
        let after = session.feed(&[greeting(1), ready("DEALER"), hex("00 00")].concat());
        assert_eq!(after, [Output::Wait(None)], "something came after the close");
        Some(reason)
    }

    type Row = (SocketType, &'static str, Violation);

    fn judge(at: At, rows: &[Row]) {
        for (ours, octets, violation) in rows {
            let expected = Some(Reason::Violation(violation.clone()));
            assert_eq!(reason(*ours, at, &hex(octets)), expected, "{ours} {at:?}: {octets}");
        }
    }

    fn mechanism(name: &str) -> Violation {
        let mut octets = [0; 20];
        octets[..name.len()].copy_from_slice(name.as_bytes());
        Violation::MechanismMismatch(octets)
    }

    #[test]
    fn in_the_opening() {
        use SocketType::{Client, Rep, Router};
        judge(
            Opening,
            &[
                (Router, "ff 00*8 01", Violation::SignatureEnd(1)),
                (Router, "ff 00*8 7f 00", Violation::VersionZero),
                (Client, "01", Violation::Version10),
                (Client, "ff 00*8 7f 01", Violation::Version20(1)),
                (Router, "ff 00*8 7f 01 09", Violation::UnknownSocketCode(9)),
                (Router, "ff 00*8 7f 01 05 01 00", Violation::IdentityWithMore),
                (Router, "ff 00*8 7f 03 01 504c41494e 00*47", mechanism("PLAIN")),
                (
                    Rep,
                    "ff 00*8 7f 01 04",
                    Violation::IncompatibleSocketType { ours: Rep, theirs: Rep },
                ),
                (Router, "ff 00*6 0101 00", Violation::IdentityTooLong(256)),
                (Router, "0300 0041", Violation::IdentityLeadingZero),
            ],
        );
    }

    #[test]
    fn in_the_handshake() {
        use SocketType::{Pull, Router};
        judge(
            Handshake,
            &[
                (Router, "06 00*6 02 59", Violation::CommandTooLarge { size: 601, limit: 600 }),
                (Router, "0006 055245414459", Violation::MessageInHandshake),
                (Router, "0407 0450494e47 0000", Violation::UnexpectedCommand("PING".to_owned())),
                (Router, "0408 055245414459 0158", Violation::PropertyTruncated),
                (Router, "0407 055245414459 00", Violation::PropertyNameEmpty),
                (Router, "0408 055245414459 0120", Violation::PropertyNameOctet(0x20)),
                (Router, "040c 055245414459 0158 80000000", Violation::PropertyValueSize(1 << 31)),
                (
                    Router,
                    "0418 055245414459 0158 00000000 0159 00000000 015a 00000000",
                    Violation::TooManyProperties { limit: 2 },
                ),
                (
                    Router,
                    "0419 055245414459 0b536f636b65742d54797065 00000003 464f4f",
                    Violation::UnknownSocketType(b"FOO".to_vec()),
                ),
                (
                    Pull,
                    "0419 055245414459 0b536f636b65742d54797065 00000003 524551",
                    Violation::IncompatibleSocketType { ours: Pull, theirs: SocketType::Req },
                ),
                (
                    Router,
                    "06 00*6 0113 055245414459 084964656e74697479 00000100 41*256",
                    Violation::IdentityTooLong(256),
                ),
                (
                    Router,
                    "0414 055245414459 084964656e74697479 00000001 00",
                    Violation::IdentityLeadingZero,
                ),
            ],
        );
    }

    #[test]
    fn in_traffic() {
        use SocketType::{Dish, Radio, Router};
        judge(
            Traffic,
            &[
                (Router, "80", Violation::ReservedFlags(0x80)),
                (Router, "05", Violation::CommandWithMore),
                (Router, "02 80 00*7", Violation::SizeBeyondGrammar(1 << 63)),
                (
                    Router,
                    "02 7f ff*7",
                    Violation::FrameTooLarge { size: (1 << 63) - 1, limit: 300 },
                ),
                (Router, "06 00*6 02 59", Violation::CommandTooLarge { size: 601, limit: 600 }),
                (
                    Router,
                    "01 ff 00*255 00 92",
                    Violation::MessageTooLarge { total: 401, limit: 400 },
                ),
                (Router, "0100 0100 0100 0000", Violation::TooManyParts { limit: 3 }),
                (Router, "0100 0400", Violation::CommandInsideMessage),
                (Router, "0400", Violation::CommandNameTruncated),
                (Router, "040100", Violation::CommandNameEmpty),
                (Router, "0402 0130", Violation::CommandNameOctet(0x30)),
                (Router, "0406 055245414459", Violation::SecondReady),
                (Router, "0407 054552524f52 01", Violation::ErrorReasonLength),
                (Router, "0406 0450494e47 00", Violation::PingTruncated),
                (Router, "0418 0450494e47 0000 41*17", Violation::ContextTooLong(17)),
                (Router, "0416 04504f4e47 41*17", Violation::ContextTooLong(17)),
                (Radio, "06 00*6 0105 044a4f494e 67*256", Violation::GroupTooLong(256)),
                (Radio, "0408 054c45415645 4100", Violation::GroupZeroOctet),
                (Dish, "0002 6869", Violation::RadioFrames(1)),
            ],
        );
    }

    #[test]
    fn in_traffic_of_2_0() {
        use SocketType::Router;
        judge(Traffic20, &[(Router, "04", Violation::ReservedFlags(0x04))]);
    }

    #[test]
    fn in_traffic_of_1_0() {
        use SocketType::Router;
        judge(
            Traffic10,
            &[
                (Router, "ff ff*8", Violation::SizeBeyondGrammar(u64::MAX - 1)),
                (Router, "ff 00*6 01 2e 00", Violation::FrameTooLarge { size: 301, limit: 300 }),
            ],
        );
    }

    #[test]
    fn what_just_fits_is_taken() {
        use SocketType::{Radio, Router};
        let rows = [
            (Router, Traffic, "02 00*6 01 2c 61*300"),
            (Router, Traffic, "01 c8 61*200 00 c8 61*200 01 c8 61*200 00 c8 61*200"),
            (Router, Traffic, "0100 0100 0000 0100 0100 0000"),
            (Router, Traffic, "06 00*6 02 58 0456454e44 00*595"),
            (Router, Traffic, "0417 0450494e47 0000 41*16"),
            (Radio, Traffic, "06 00*6 0104 044a4f494e 67*255"),
            (Router, Handshake, "0412 055245414459 0158 00000000 0159 00000000"),
            (Router, Handshake, "06 00*6 0112 055245414459 084964656e74697479 000000ff 41*255"),
            (Router, Opening, "ff 00*6 0100 00 41*255"),
        ];
        for (ours, at, octets) in rows {
            assert_eq!(reason(ours, at, &hex(octets)), None, "{ours} {at:?}: {octets}");
        }
    }

    #[test]
    fn peers_that_speak_a_refused_version_are_told_apart() {
        let mut config = Config::new(Role::Connecter, SocketType::Router);
        config.legacy = false;
        for (octets, violation) in
            [("01", Violation::Version10), ("ff 00*8 7f 02", Violation::Version20(2))]
        {
            let mut session = Session::new(config.clone());
            let close = Output::Close(Reason::Violation(violation));
            assert!(session.feed(&hex(octets)).contains(&close), "{octets}");
        }
    }

    /// Vectors that break a clause which does not bind the receiver: `None` stands for acceptance.
    const TOLERATED: [(&str, &str); 3] = [
        ("J11", "a long form for a small body is valid input (37-FRAME-004)"),
        ("O03", "a 1.0 frame of length 0 is dropped (13-FRAME-004)"),
        ("O10", "a 1.0 frame of length 0 is dropped (13-FRAME-004)"),
    ];

    #[test]
    fn invalid_golden_vectors_end_the_connection() {
        let mut lines = Vec::new();
        for vector in zeroproof_vectors::golden().unwrap().vectors() {
            let octets = vector.as_octets();
            let is_dealer = octets.windows(6).any(|name| name == b"DEALER");
            let (ours, at) = match vector.group.as_str() {
                "greeting" => (SocketType::Router, Opening),
                "ready" if is_dealer => (SocketType::Router, Handshake),
                "ready" => (SocketType::Pull, Handshake),
                "legacy" if vector.id.starts_with('O') => (SocketType::Router, Traffic10),
                "legacy" => (SocketType::Router, Opening),
                "error" | "frame" | "heartbeat" => (SocketType::Router, Traffic),
                "radio" if octets[0] & 4 != 0 => (SocketType::Radio, Traffic),
                "radio" => (SocketType::Dish, Traffic),
                "subscription" => (SocketType::Xpub, Traffic),
                _ => continue,
            };
            if vector.verdict == Verdict::Valid {
                continue;
            }
            let outcome = match reason(ours, at, octets) {
                Some(Reason::Violation(violation)) => violation.to_string(),
                Some(other) => format!("{other:?}"),
                None => "accepted".to_owned(),
            };
            let tolerated = TOLERATED.iter().any(|(id, _)| *id == vector.id);
            let refused = outcome != "accepted";
            assert!(vector.verdict == Verdict::Either || refused != tolerated, "{}", vector.id);
            lines.push(format!("{} {}: {outcome}", vector.id, vector.name));
        }
        insta::assert_snapshot!("golden", lines.join("\n"));
    }
}
