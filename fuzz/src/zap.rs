//! Requests to and replies from a ZAP handler (27), and what a link makes of a reply.
//!
//! Octets: parts, each behind its length of one octet. What is read is written as the same parts;
//! what a handler may not say is refused by name; only 200 lets a peer in (27-REPLY-010).

use crate::choices::Choices;
use crate::drive::{Link, end};
use crate::metadata;
use crate::mutator::Shape;
use zeroproof_reference::wire::zap::{Malformed, Reply, Request, Status};
use zeroproof_reference::{Config, Role, Security, SocketType};

/// Parts behind their lengths.
pub const SHAPE: Shape = Shape::Parts;

const MOST: usize = 1 << 10;
/// The id of the question that is asked.
const ID: &[u8] = b"1";

/// See the module.
pub fn judge(octets: &[u8]) {
    let mut choices = Choices::new(octets);
    let mut parts: Vec<&[u8]> = Vec::new();
    while !choices.is_over() {
        let length = choices.octet().into();
        parts.push(choices.take(length));
    }
    request(&parts);
    reply(&parts);
}

/// At most 255 characters of ASCII (27-FIELDS-004).
fn is_text(field: &[u8]) -> bool {
    field.is_ascii() && field.len() < 256
}

fn request(parts: &[&[u8]]) {
    let known = match parts {
        [b"", b"1.0", _, domain, address, identity, mechanism, credentials @ ..] => {
            let known = match (*mechanism, credentials) {
                (b"NULL", []) | (b"PLAIN", [_, _]) => true,
                (b"CURVE", [key]) => key.len() == 32,
                _ => false,
            };
            known && is_text(domain) && is_text(address) && identity.len() < 256
        }
        _ => false,
    };
    let decoded = Request::decode(parts);
    assert_eq!(decoded.is_ok(), known, "{decoded:?}");
    if let Ok((id, request)) = decoded {
        assert_eq!(request.parts(id), parts, "it is written as it was read");
    }
}

fn reply(parts: &[&[u8]]) {
    let decoded = Reply::decode(parts, ID);
    let known = match parts {
        [b"", b"1.0", id, code, text, user, properties] => {
            let known = matches!(*code, b"200" | b"300" | b"400" | b"500");
            let anonymous = user.is_empty() || *code == b"200";
            let texts = is_text(text) && is_text(user);
            *id == ID && known && texts && anonymous && metadata::model(properties, MOST).is_ok()
        }
        _ => false,
    };
    assert_eq!(decoded.is_ok(), known, "{decoded:?}");
    if let Ok(reply) = &decoded {
        assert_eq!(reply.parts(ID), parts, "it is written as it was read");
    }
    admission(decoded);
}

/// A PLAIN client shows up; the handler says this.
fn admission(verdict: Result<Reply, Malformed>) {
    let mut config = Config::new(Role::Binder, SocketType::Pull);
    config.security = Security::PlainServer;
    config.zap.handler = true;
    let mut link = Link::new(config);
    link.feed(&crate::seeds::greeting("PLAIN", 0));
    link.feed(&crate::seeds::command("HELLO", b"\x03joe\x03pwd"));
    assert!(!link.wants_octets(), "no octet is of use until the handler has decided");
    let before = link.sent.len();
    let (expected, error): (_, Option<&[u8]>) = match &verdict {
        Err(_) => ("handler", None),
        Ok(reply) => match reply.status {
            Status::Success => ("", None),
            Status::TemporaryError => ("denied", None),
            Status::Refused => ("denied", Some(b"\x03400")),
            Status::InternalError => ("denied", Some(b"\x03500")),
        },
    };
    let status = verdict.as_ref().map(|reply| reply.status);
    let is_success = status == Ok(Status::Success);
    let said = verdict.as_ref().map(|reply| (reply.user_id.clone(), reply.metadata.clone()));
    let said = said.unwrap_or_default();
    link.answer(verdict);
    assert_eq!(link.closed.as_ref().map_or("", end), expected);
    let told = link.sent.get(before..).unwrap_or_default().to_vec();
    if !is_success {
        let error = error.map(|error| crate::seeds::command("ERROR", error));
        assert_eq!(told, error.unwrap_or_default(), "27-REPLY-010, 24-HS-007");
        return;
    }
    assert_eq!(told, crate::seeds::command("WELCOME", b""));
    link.feed(&crate::seeds::command("INITIATE", b"\x0bSocket-Type\0\0\0\x04PUSH"));
    let Some(crate::drive::Heard::Ready(peer)) = link.heard.last() else {
        assert!(link.is_ready(), "whoever may come in comes in: {:?}", link.closed);
        return;
    };
    assert_eq!((peer.user_id.clone(), peer.zap_metadata.clone()), said, "27-REPLY-007");
}
