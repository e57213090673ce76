//! Every way to be wrong under a mechanism, with octets that earn it.

use super::super::session::{Session, greeting, hex, ready};
use super::keys;
use zeroproof_reference::{
    Config, Entropy, Event, Misconfigured, Output, Password, Reason, Role, Security, SocketType,
    Violation,
};

const PLAIN: &str = "ff 00*8 7f 0301 504c41494e 00*15 00 00*31";
const PLAIN_SERVER: &str = "ff 00*8 7f 0301 504c41494e 00*15 01 00*31";

fn plain_client() -> Security {
    Security::PlainClient { username: b"admin".to_vec(), password: Password(b"secret".to_vec()) }
}

fn configured(security: &Security) -> Config {
    let role = if security.is_server() { Role::Binder } else { Role::Connecter };
    let mut config = Config::new(role, SocketType::Router);
    config.security = security.clone();
    config.entropy = Entropy::new(&[7; Entropy::LEN]);
    config.zap.handler = true;
    config
}

fn close(security: &Security, octets: &[u8]) -> Option<Reason> {
    let outputs = Session::new(configured(security)).feed(octets);
    outputs.into_iter().find_map(|output| match output {
        Output::Close(reason) => Some(reason),
        _ => None,
    })
}

#[test]
fn of_plain() {
    let (client, server) = (plain_client(), Security::PlainServer);
    let rows = [
        (&server, PLAIN_SERVER, "", Violation::BothServers),
        (&client, PLAIN, "040a 0548454c4c4f 0161 0162", Violation::BothClients),
        (&server, PLAIN, "0408 0548454c4c4f 0161", Violation::HelloTruncated),
        (&server, PLAIN, "0409 0548454c4c4f 0161 01", Violation::HelloTruncated),
        (&server, PLAIN, "040a 0548454c4c4f 00 00 0000", Violation::HelloTooLong(2)),
        (&server, PLAIN, "0409 0548454c4c4f 01 20 00", Violation::CredentialOctet(0x20)),
        (&server, PLAIN, "0409 0548454c4c4f 00 01 7f", Violation::CredentialOctet(0x7F)),
        (&client, PLAIN, "040a 0757454c434f4d45 0000", Violation::WelcomeWithData(2)),
        (&client, PLAIN, "0406 055245414459", Violation::UnexpectedCommand("READY".to_owned())),
    ];
    for (security, greeting, octets, violation) in rows {
        let octets = [hex(greeting), hex(octets)].concat();
        let reason = close(security, &octets);
        assert_eq!(reason, Some(violation.into()), "{security:?}: {octets:02x?}");
    }
}

#[test]
fn a_peer_that_is_older_than_the_mechanism_never_gets_past_it() {
    let mut with_domain = Config::new(Role::Binder, SocketType::Router);
    with_domain.zap.domain = b"global".to_vec();
    let configs = [
        configured(&plain_client()),
        configured(&Security::PlainServer),
        keys::config(keys::client()),
        keys::config(keys::server()),
        with_domain,
    ];
    for config in configs {
        for (opening, violation) in [
            ("01 00", Violation::Version10),
            ("ff 00*8 7f 01", Violation::Version20(1)),
            ("ff 00*8 7f 02", Violation::Version20(2)),
        ] {
            let outputs = Session::new(config.clone()).feed(&hex(opening));
            let close = Output::Close(Reason::Violation(violation));
            assert!(outputs.contains(&close), "{:?}: {opening}", config.security);
        }
    }
}

#[test]
fn a_peer_of_another_mechanism_never_gets_past_ours() {
    let greetings = ["4e554c4c 00*16", "504c41494e 00*15", "4355525645 00*15", "00*20"];
    let rows = [
        (0, Security::Null),
        (1, plain_client()),
        (1, Security::PlainServer),
        (2, keys::client()),
        (2, keys::server()),
    ];
    for (ours, security) in rows {
        for (index, mechanism) in greetings.into_iter().enumerate() {
            let octets = hex(&format!("ff 00*8 7f 0301 {mechanism} 00*32"));
            let refused = matches!(
                close(&security, &octets),
                Some(Reason::Violation(Violation::MechanismMismatch(_)))
            );
            assert_eq!(refused, index != ours, "{security:?} {mechanism}");
        }
    }
}

#[test]
fn a_null_peer_hears_nothing_of_us_before_it_is_let_in() {
    let mut config = Config::new(Role::Binder, SocketType::Router);
    (config.zap.handler, config.zap.domain) = (true, b"global".to_vec());
    let mut session = Session::new(config);
    session.feed(&greeting(1));
    let outputs = session.feed(&ready("DEALER"));
    let [Output::Event(Event::Authenticate(_)), Output::Wait(_)] = outputs.as_slice() else {
        panic!("{outputs:?}")
    };
}

#[test]
fn what_cannot_be_said_is_not_begun() {
    let long = || vec![b'a'; 256];
    let plain = |username: Vec<u8>, password: Vec<u8>| Security::PlainClient {
        username,
        password: Password(password),
    };
    for security in [
        plain(long(), Vec::new()),
        plain(Vec::new(), long()),
        plain(b"a b".to_vec(), Vec::new()),
        plain(Vec::new(), b"\xc3\xa4".to_vec()),
    ] {
        assert_eq!(configured(&security).check(), Err(Misconfigured::Credentials));
    }
    assert_eq!(configured(&plain(vec![b'a'; 255], vec![b'~'; 255])).check(), Ok(()));
    let mut config = configured(&Security::PlainServer);
    config.zap.domain = b"a domain".to_vec();
    assert_eq!(config.check(), Err(Misconfigured::ZapText));
    config.zap.domain = vec![b'a'; 255];
    assert_eq!(config.check(), Ok(()));
}

#[test]
fn a_password_is_never_shown() {
    let shown = format!("{:?}", configured(&plain_client()));
    assert!(shown.contains("Password(..)") && !shown.contains("secret"), "{shown}");
    assert!(!shown.contains("115, 101, 99, 114, 101, 116"), "{shown}");
}
