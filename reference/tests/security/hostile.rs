//! What goes wrong under CURVE: flipped, cut, repeated and swapped octets of every command.

use super::super::session::{Session, hex};
use super::keys::{after, client, closed, golden, octets, sent, server};
use zeroproof_reference::mechanism::curve::Cipher;
use zeroproof_reference::mechanism::curve::secret_box::BoxKey;
use zeroproof_reference::violation::CurvePart;
use zeroproof_reference::wire::command::Body;
use zeroproof_reference::wire::frame::Kind;
use zeroproof_reference::{Event, Output, Reason, Violation};

/// Each command of a handshake and of traffic, and how to get a connection at which it is due.
const DUE: [(&str, bool, &[&str]); 6] = [
    ("C01", true, &[]),
    ("C02", false, &[]),
    ("C03", true, &["C01"]),
    ("C04", false, &["C02"]),
    ("C05", true, &["C01", "C03"]),
    ("C07", false, &["C02", "C04"]),
];

fn session(is_server: bool, before: &[&str]) -> Session {
    after(if is_server { server() } else { client() }, before)
}

fn is_good(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Event(_) | Output::Transmit(_)))
}

#[test]
fn no_octet_of_a_command_can_be_changed() {
    for (id, is_server, before) in DUE {
        let good = octets(id);
        for at in 0..good.len() {
            for bit in [0x01, 0x80] {
                // X25519 does not look at the last bit of a key, so C' is still the same; whoever
                // changed it meets its vouch again.
                if (id, at, bit) == ("C01", 113, 0x80) {
                    continue;
                }
                let mut octets = good.clone();
                octets[at] ^= bit;
                let mut session = session(is_server, before);
                let outputs = session.feed(&octets);
                let close = closed(&outputs);
                let refused = matches!(close, Some(Reason::Violation(_)));
                // A size that has grown waits for more; nothing of it has been believed.
                assert!(refused || !is_good(&outputs), "{id}, octet {at}: {outputs:02x?}");
                // With the size, everything is authentic or refused.
                assert!(refused || at < 9, "{id}, octet {at}: {outputs:02x?}");
                assert!(sent(&outputs).is_empty(), "{id}, octet {at}: something was said");
            }
        }
    }
}

#[test]
fn no_command_can_be_shorter_or_longer() {
    for (id, is_server, before) in DUE {
        let octets = octets(id);
        let header = if octets[0] & 2 == 0 { 2 } else { 9 };
        let body = &octets[header..];
        let kind = if octets[0] & 4 == 0 { Kind::Last } else { Kind::Command };
        let longer = [body, &[0]].concat();
        for body in (0..body.len()).map(|end| &body[..end]).chain([longer.as_slice()]) {
            let mut frame = Vec::new();
            zeroproof_reference::wire::frame::encode(kind, body, &mut frame);
            let outputs = session(is_server, before).feed(&frame);
            let close = closed(&outputs);
            assert!(matches!(close, Some(Reason::Violation(_))), "{id}: {} octets", body.len());
        }
    }
}

#[test]
fn no_command_can_be_said_twice_or_to_the_other_side() {
    for (id, is_server, before) in DUE {
        let mut twice = session(is_server, before);
        twice.feed(&octets(id));
        let outputs = twice.feed(&octets(id));
        assert!(matches!(closed(&outputs), Some(Reason::Violation(_))), "{id} twice: {outputs:?}");
    }
    for (id, is_server, _) in DUE {
        for (_, other, before) in DUE {
            if other != is_server {
                let outputs = session(other, before).feed(&octets(id));
                let close = closed(&outputs);
                assert!(matches!(close, Some(Reason::Violation(_))), "{id}: {outputs:?}");
            }
        }
    }
}

#[test]
fn a_cookie_of_another_connection_is_refused() {
    let mut config = super::keys::config(server());
    config.entropy.cookie_key = [0x34; 32];
    let mut session = Session::new(config);
    session.feed(&super::keys::greeting());
    session.feed(&octets("C01"));
    let outputs = session.feed(&octets("C03"));
    assert_eq!(closed(&outputs), Some(Violation::BoxForged(CurvePart::Cookie).into()));
}

#[test]
fn each_mistake_has_a_name() {
    let frame = |name, data: &[u8]| {
        let mut octets = Vec::new();
        Body { name, data }.encode(&mut octets);
        octets
    };
    let hello = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut octets = octets("C01");
        change(&mut octets);
        octets
    };
    let size = |what, size| Violation::CurveSize { what, size };
    let late = octets("C03");
    let rows: Vec<(bool, &[&str], Vec<u8>, Violation)> = vec![
        (true, &[], frame("HELLO", &[0; 193]), size(CurvePart::Hello, 199)),
        (true, &[], hello(&|octets| octets[8] = 2), Violation::CurveVersion([2, 0])),
        (true, &[], hello(&|octets| octets[81] = 1), Violation::HelloPadding),
        (true, &[], octets("C14"), Violation::HelloNotZero),
        (true, &[], hello(&|octets| octets[82..114].fill(0)), Violation::WeakKey),
        (true, &[], octets("C13"), Violation::BoxForged(CurvePart::Hello)),
        (false, &[], frame("WELCOME", &[0; 161]), size(CurvePart::Welcome, 169)),
        (false, &[], octets("C16"), Violation::BoxForged(CurvePart::Welcome)),
        (false, &[], octets("C01"), Violation::BothClients),
        (true, &["C01"], frame("INITIATE", &[0; 247]), size(CurvePart::Initiate, 256)),
        (true, &["C01"], octets("C17"), Violation::VouchForAnotherServer),
        (true, &["C01"], octets("C18"), Violation::VouchForAnotherKey),
        (true, &["C01"], octets("C19"), Violation::BoxForged(CurvePart::Vouch)),
        (true, &["C01"], octets("C20"), Violation::BoxForged(CurvePart::Cookie)),
        (true, &["C01"], octets("C21"), Violation::PropertyNameEmpty),
        (
            true,
            &["C01"],
            [&late[..114], &[0, 0, 0, 0, 0, 0, 0, 1], &late[122..]].concat(),
            Violation::NonceNotRising { nonce: 1, last: 1 },
        ),
        (false, &["C02"], octets("C24"), size(CurvePart::Ready, 29)),
        (false, &["C02"], octets("C25"), Violation::BoxForged(CurvePart::Ready)),
        (true, &["C01", "C03"], octets("C26"), size(CurvePart::Message, 32)),
        (true, &["C01", "C03"], octets("C28"), Violation::PayloadFlags(0xF0)),
        (true, &["C01", "C03"], octets("C29"), Violation::BoxForged(CurvePart::Message)),
        (true, &["C01", "C03"], octets("C31"), Violation::NonceNotRising { nonce: 2, last: 2 }),
        (true, &["C01", "C03"], hex("01 00"), Violation::MoreOutsideBox),
        (true, &["C01", "C03"], octets("C33"), Violation::CommandWithMore),
        (true, &["C01", "C03"], hex("00 02 6869"), Violation::NotEncrypted),
        (true, &["C01", "C03"], hex("04 06 055245414459"), Violation::NotEncrypted),
        (true, &["C01", "C03"], hex("04 0c 054552524f52 05 77726f6e67"), Violation::NotEncrypted),
    ];
    for (is_server, before, octets, violation) in rows {
        let outputs = session(is_server, before).feed(&octets);
        assert_eq!(closed(&outputs), Some(violation.clone().into()), "{violation}");
    }
}

#[test]
fn limits_hold_for_what_is_sealed_and_for_what_is_inside() {
    let key =
        BoxKey::between(&golden("client_transient_secret"), &golden("server_transient_public"));
    let sealed = |frames: &[(Kind, usize)]| {
        let mut cipher = Cipher::of_client(key.as_ref().unwrap(), 3, 1);
        let mut octets = Vec::new();
        for (kind, size) in frames {
            cipher.seal(*kind, &vec![0; *size], &mut octets);
        }
        octets
    };
    let huge = Violation::FrameTooLarge { size: 1 << 62, limit: 600 + 33 };
    let rows = [
        (hex("02 40 00*7"), Some(huge)),
        (sealed(&[(Kind::Last, 300)]), None),
        (sealed(&[(Kind::Last, 301)]), Some(Violation::FrameTooLarge { size: 301, limit: 300 })),
        (
            sealed(&[(Kind::More, 300), (Kind::Last, 101)]),
            Some(Violation::MessageTooLarge { total: 401, limit: 400 }),
        ),
        (sealed(&[(Kind::More, 1), (Kind::More, 1)]), None),
        (sealed(&[(Kind::More, 1); 3]), Some(Violation::TooManyParts { limit: 2 })),
        (sealed(&[(Kind::More, 1), (Kind::Command, 9)]), Some(Violation::CommandInsideMessage)),
    ];
    for (octets, expected) in rows {
        let mut config = super::keys::config(server());
        config.limits.max_message_size = 300;
        config.limits.max_message_total = 400;
        config.limits.max_command_size = 600;
        config.limits.max_parts = 2;
        let mut session = Session::new(config);
        for before in [super::keys::greeting(), self::octets("C01"), self::octets("C03")] {
            session.feed(&before);
        }
        let reason = closed(&session.feed(&octets));
        assert_eq!(reason, expected.map(Reason::Violation));
    }
}

#[test]
fn what_was_sealed_before_a_violation_is_delivered_and_cuts_change_nothing() {
    let octets = [octets("C05"), hex("00 02 6869")].concat();
    let mut whole = session(true, &["C01", "C03"]).feed(&octets);
    whole.retain(|output| !matches!(output, Output::Wait(_)));
    let [Output::Event(Event::Messages(_)), Output::Close(_)] = whole.as_slice() else {
        panic!("{whole:?}")
    };
    for cut in 0..octets.len() {
        let mut session = session(true, &["C01", "C03"]);
        let mut outputs = session.feed(&octets[..cut]);
        outputs.extend(session.feed(&octets[cut..]));
        outputs.retain(|output| !matches!(output, Output::Wait(_)));
        assert_eq!(outputs, whole, "cut at {cut}");
    }
}
