//! The keys of the golden vectors, and connections that use them.

use super::super::session::{Session, hex};
use zeroproof_reference::{
    Config, Entropy, KeyPair, Output, PublicKey, Reason, Role, SecretKey, Security, SocketType,
};

/// Octets that the golden vectors were made with.
pub(super) fn golden<const N: usize>(name: &str) -> [u8; N] {
    let golden = zeroproof_vectors::golden().unwrap();
    golden.key(name).unwrap().try_into().unwrap()
}

/// The octets of a golden vector.
pub(super) fn octets(id: &str) -> Vec<u8> {
    zeroproof_vectors::golden().unwrap().find(id).unwrap().as_octets().to_vec()
}

pub(super) fn client() -> Security {
    let keys = KeyPair::new(SecretKey(golden("client_secret")));
    Security::CurveClient { keys, server: PublicKey(golden("server_public")) }
}

pub(super) fn server() -> Security {
    Security::CurveServer { keys: KeyPair::new(SecretKey(golden("server_secret"))) }
}

/// A DEALER that connects, or a ROUTER that binds, with the random octets of the vectors.
pub(super) fn config(security: Security) -> Config {
    let is_server = security.is_server();
    let (role, socket_type, transient) = if is_server {
        (Role::Binder, SocketType::Router, golden("server_transient_secret"))
    } else {
        (Role::Connecter, SocketType::Dealer, golden("client_transient_secret"))
    };
    let mut config = Config::new(role, socket_type);
    config.entropy = Entropy {
        transient,
        cookie_key: golden("cookie_key"),
        cookie_nonce: golden("cookie_nonce"),
        welcome_nonce: golden("welcome_nonce"),
        vouch_nonce: golden("vouch_nonce"),
    };
    config.security = security;
    config
}

/// The greeting of a CURVE peer, as libzmq and clients send it.
pub(super) fn greeting() -> Vec<u8> {
    hex("ff 00*8 7f 0301 4355525645 00*47")
}

/// A connection that has been told these vectors, and is content.
pub(super) fn after(security: Security, ids: &[&str]) -> Session {
    let mut session = Session::new(config(security));
    session.feed(&greeting());
    for id in ids {
        let outputs = session.feed(&octets(id));
        assert_eq!(closed(&outputs), None, "{id}");
    }
    session
}

/// Why the connection was closed, if it was.
pub(super) fn closed(outputs: &[Output]) -> Option<Reason> {
    outputs.iter().find_map(|output| match output {
        Output::Close(reason) => Some(reason.clone()),
        _ => None,
    })
}

/// Everything that was sent.
pub(super) fn sent(outputs: &[Output]) -> Vec<u8> {
    let octets = outputs.iter().map(|output| match output {
        Output::Transmit(octets) => octets.clone(),
        Output::Send(batch) => batch.pieces().collect::<Vec<_>>().concat(),
        _ => Vec::new(),
    });
    octets.collect::<Vec<_>>().concat()
}
