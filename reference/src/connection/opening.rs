//! What we say during a handshake, and how we judge what we hear (37-MECH, 37-BACK1, 15-COMPAT).
//!
//! Deliberately absent: state. The handshake knows when each of these is called.

use crate::connection::config::{Config, Role};
use crate::connection::event::{Output, PeerInfo, Reason};
use crate::connection::traffic::Revision;
use crate::mechanism::{Announcement, Applicant, Order, Refusal, Zap, judge_identity};
use crate::socket_type::SocketType;
use crate::violation::Violation;
use crate::wire::command::Command;
use crate::wire::frame::{self, Kind};
use crate::wire::greeting::{self, Greeting, MAJOR};
use crate::wire::legacy;
use crate::wire::metadata::{self, Property};
use crate::wire::zap;
use std::collections::VecDeque;

/// The reason in our own ERROR; it has no protocol meaning and, being VCHAR, no spaces.
const WRONG_TYPE: &[u8] = b"Invalid-socket-type";

/// Our greeting, whole.
pub(crate) fn greeting(config: &Config) -> [u8; Greeting::LEN] {
    Greeting {
        padding: greeting::detecting_padding(&config.identity),
        version: (MAJOR, config.minor),
        mechanism: config.security.mechanism(), //= 37-NULL-002
        //= 37-TOPOLOGY-004
        as_server: u8::from(config.security.is_server()), //= 24-ROLE-001, 25-IMPL-001
    }
    .encode()
}

/// Judges the peer's greeting, ours having been sent whole: what is spoken, and who begins.
pub(crate) fn meet(theirs: Greeting, config: &Config) -> Result<(Revision, Order), Violation> {
    //= 37-MECH-013
    if theirs.mechanism != config.security.mechanism() {
        return Err(Violation::MechanismMismatch(theirs.mechanism)); //= 37-MECH-014
    }
    // The servers of libzmq announce 0, so two clients find out by their HELLOs only.
    //= 37-TOPOLOGY-003
    if config.security.is_server() && theirs.as_server == 1 {
        return Err(Violation::BothServers); //= 24-ROLE-002
    }
    Ok(match (config.minor, theirs.version, config.role) {
        //= 37-VERSION-012
        (0, _, _) | (_, (MAJOR, 0), _) => (Revision::V30, Order::Eager), //= 23-NULL-002
        //= 37-VERSION-011
        (_, _, Role::Connecter) => (Revision::V31, Order::Eager),
        (_, _, Role::Binder) => (Revision::V31, Order::Answering), //= 37-NULL-003
    })
}

/// Ends a handshake; only some refusals are told to the peer.
pub(crate) fn refuse(refusal: Refusal, out: &mut VecDeque<Output>) -> Reason {
    match refusal {
        Refusal::ByPeer(reason) => Reason::RefusedByPeer(reason),
        //= 37-ERRH-004
        Refusal::Silent(violation) => Reason::Violation(violation),
        Refusal::Told(violation) => {
            say_error(WRONG_TYPE, out);
            Reason::Violation(violation)
        }
    }
}

/// Says what a ZAP handler decided against a peer, unless that passes: then it may come back.
/// RFC 26 wants ERROR and silence at once (26-INITIATE-014); libzmq sends ERROR.
pub(crate) fn deny(status: zap::Status, out: &mut VecDeque<Output>) -> Reason {
    if status != zap::Status::TemporaryError {
        //= 24-HS-007, 26-GEN-004, 26-ERROR-001
        say_error(status.code().as_bytes(), out);
    }
    Reason::Denied(status) //= 27-REPLY-010
}

fn say_error(reason: &[u8], out: &mut VecDeque<Output>) {
    let mut octets = Vec::new();
    Command::Error(reason).encode(&mut octets);
    out.push_back(Output::Transmit(octets));
}

/// Answers a 1.0 peer: our identity completes the frame that our signature began.
pub(crate) fn answer_10(config: &Config, out: &mut VecDeque<Output>) -> Result<(), Violation> {
    if !config.serves_legacy() || legacy::socket_code(config.socket_type).is_none() {
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
    //= 37-BACK1-005
    let code = legacy::socket_code(config.socket_type).filter(|_| config.serves_legacy());
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
    let peer = Announcement { socket_type, identity, metadata: Vec::new() };
    Ok(peer_info(peer, version, None))
}

/// The question for the ZAP handler.
pub(crate) fn request(applicant: Applicant, zap: &Zap) -> zap::Request {
    let Applicant { credentials, identity } = applicant;
    let (domain, address) = (zap.domain.clone(), zap.address.clone());
    zap::Request { domain, address, identity, credentials }
}

/// All that is known of a peer, with what the ZAP handler said.
pub(crate) fn peer_info(
    peer: Announcement,
    version: (u8, u8),
    verdict: Option<zap::Reply>,
) -> PeerInfo {
    let Announcement { socket_type, identity, metadata } = peer;
    let (user_id, zap_metadata) =
        verdict.map(|reply| (reply.user_id, reply.metadata)).unwrap_or_default();
    let address = String::new(); // Which the driver knows.
    PeerInfo { version, socket_type, identity, metadata, user_id, zap_metadata, address }
}

/// What we announce, encoded. A peer is also told what the ZAP handler says of it.
pub(crate) fn metadata(config: &Config, verdict: Option<&zap::Reply>) -> Vec<u8> {
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
    properties.extend(zap::properties(&config.properties));
    if let Some(reply) = verdict {
        properties.extend(zap::properties(&reply.metadata)); //= 27-REPLY-009
    }
    let mut octets = Vec::new();
    //= 37-META-001
    metadata::encode(&properties, &mut octets);
    octets
}
