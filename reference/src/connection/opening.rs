//! What we say during a handshake, and how we judge what we hear (37-MECH, 37-BACK1, 15-COMPAT).
//!
//! Deliberately absent: state. The handshake knows when each of these is called.

use crate::connection::config::{Config, Role};
use crate::connection::event::{Output, PeerInfo, Reason};
use crate::connection::handshake::Stage;
use crate::connection::traffic::Revision;
use crate::mechanism::null::{Agreed, Announcement, Null, Order, Refusal, judge_identity};
use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::command::Command;
use crate::wire::frame::{self, Kind};
use crate::wire::greeting::{self, Greeting, MAJOR};
use crate::wire::legacy;
use crate::wire::metadata::{self, Property};
use std::collections::VecDeque;

/// Our greeting, whole.
pub(crate) fn greeting(config: &Config) -> [u8; Greeting::LEN] {
    let padding = greeting::detecting_padding(&config.identity);
    let version = (MAJOR, config.minor);
    //= 37-NULL-002
    Greeting { padding, version, mechanism: greeting::NULL, as_server: 0 }.encode()
}

/// Judges the peer's greeting; ours has been sent whole by now, whatever the outcome.
pub(crate) fn meet(
    theirs: Greeting,
    config: &Config,
    out: &mut VecDeque<Output>,
) -> Result<Stage, Violation> {
    //= 37-MECH-013
    if theirs.mechanism != greeting::NULL {
        return Err(Violation::MechanismMismatch(theirs.mechanism)); //= 37-MECH-014
    }
    let version = theirs.version;
    let (revision, order) = match (config.minor, version, config.role) {
        //= 37-VERSION-012
        (0, _, _) | (_, (MAJOR, 0), _) => (Revision::V30, Order::Eager), //= 23-NULL-002
        //= 37-VERSION-011
        (_, _, Role::Connecter) => (Revision::V31, Order::Eager),
        (_, _, Role::Binder) => (Revision::V31, Order::Answering), //= 37-NULL-003
    };
    let null = Null::start(order);
    if null == Null::AwaitReady {
        out.push_back(Output::Transmit(ready(config)));
    }
    Ok(Stage::Null { null, version, revision })
}

/// Says what the mechanism decided.
pub(crate) fn conclude(
    outcome: Result<Agreed, Refusal>,
    version: (u8, u8),
    config: &Config,
    out: &mut VecDeque<Output>,
) -> Result<PeerInfo, Reason> {
    match outcome {
        Ok(Agreed { answer, peer: Announcement { socket_type, identity, metadata } }) => {
            if answer {
                out.push_back(Output::Transmit(ready(config)));
            }
            Ok(PeerInfo { version, socket_type, identity, metadata })
        }
        Err(Refusal::ByPeer(reason)) => Err(Reason::RefusedByPeer(reason)),
        Err(Refusal::Silent(violation)) => Err(Reason::Violation(violation)),
        Err(Refusal::Told(violation, command)) => {
            let mut octets = Vec::new();
            command.encode(&mut octets);
            out.push_back(Output::Transmit(octets));
            Err(Reason::Violation(violation))
        }
    }
}

/// Answers a 1.0 peer: our identity completes the frame that our signature began.
pub(crate) fn answer_10(config: &Config, out: &mut VecDeque<Output>) -> Result<(), Violation> {
    if !config.legacy || legacy::socket_code(config.socket_type).is_none() {
        return Err(Violation::Version10); //= 37-VERSION-013
    }
    if !config.identity.is_empty() {
        out.push_back(Output::Transmit(config.identity.clone())); //= 37-BACK1-006
    }
    Ok(())
}

/// Answers a 2.0 peer, which has announced this revision, with our type and identity.
pub(crate) fn answer_20(
    revision: u8,
    config: &Config,
    out: &mut VecDeque<Output>,
) -> Result<(), Violation> {
    let code = legacy::socket_code(config.socket_type).filter(|_| config.legacy);
    let Some(code) = code else { return Err(Violation::Version20(revision)) };
    let mut octets = vec![code];
    frame::encode(Kind::Last, &config.identity, &mut octets); //= 37-BACK1-007
    out.push_back(Output::Transmit(octets));
    Ok(())
}

/// Judges the socket-type code of a 2.0 peer; a misfit is disconnected without a word.
pub(crate) fn judge_code(code: u8, ours: SocketType) -> Result<SocketType, Violation> {
    match legacy::socket_type(code) {
        Some(theirs) if ours.accepts(theirs) => Ok(theirs), //= 15-COMPAT-001
        Some(theirs) => Err(Violation::IncompatibleSocketType { ours, theirs }), //= 15-COMPAT-002
        None => Err(Violation::UnknownSocketCode(code)),
    }
}

/// What is known of a peer older than 3.0.
pub(crate) fn legacy_peer(
    revision: Revision,
    socket_type: Option<SocketType>,
    identity: Vec<u8>,
) -> Result<PeerInfo, Violation> {
    judge_identity(&identity)?; //= 13-CONN-004
    let meant = socket_type.is_none_or(SocketType::has_identity);
    let identity = if meant { identity } else { Vec::new() };
    let version = if revision == Revision::V10 { (1, 0) } else { (2, 0) };
    Ok(PeerInfo { version, socket_type, identity, metadata: Vec::new() })
}

/// Our READY as a frame.
fn ready(config: &Config) -> Vec<u8> {
    let ours = config.socket_type;
    //= 37-META-003
    let mut properties =
        vec![Property { name: metadata::SOCKET_TYPE, value: ours.name().as_bytes() }];
    // The examples of the RFC: a connecting DEALER shows even an empty identity, an answering
    // ROUTER shows none (37-EX-001, 37-EX-002).
    let shown = config.role == Role::Connecter || !config.identity.is_empty();
    if ours.has_identity() && shown {
        properties.push(Property { name: metadata::IDENTITY, value: &config.identity });
    }
    for (name, value) in &config.properties {
        properties.push(Property { name, value });
    }
    let mut octets = Vec::new();
    Command::Ready(properties).encode(&mut octets);
    octets
}
