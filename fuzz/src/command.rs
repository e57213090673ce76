//! Command bodies: of ZMTP itself, of PLAIN and of CURVE (37-CMD, 37-HB, 37-RADIO, 24-HS, 26).
//!
//! Octets: the body of one command frame. Each reader against a model of when it refuses; what is
//! read is written as the same octets, in a frame that holds nothing else.

use crate::bounded::Bound;
use crate::metadata;
use crate::mutator::Shape;
use crate::named::clause;
use zeroproof_reference::Violation;
use zeroproof_reference::wire::command::{Body, Command};
use zeroproof_reference::wire::frame::{self, Kind};
use zeroproof_reference::wire::{curve, plain};

/// One body.
pub const SHAPE: Shape = Shape::Body;

const MOST: usize = 8;

/// Name and data of a body.
pub(crate) fn split(body: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let (&length, rest) = body.split_first().ok_or("37-CMD-002")?;
    let (name, data) = rest.split_at_checked(length.into()).ok_or("37-CMD-002")?;
    if name.is_empty() || !name.iter().all(u8::is_ascii_alphabetic) {
        return Err("37-CMD-002");
    }
    Ok((name, data))
}

/// The first thing wrong with the data of a command of 37.
pub(crate) fn flaw(name: &[u8], data: &[u8], most: usize) -> Option<&'static str> {
    match name {
        b"READY" => metadata::model(data, most).err(),
        b"ERROR" => reason_flaw(data),
        b"PING" if data.len() < 2 => Some("37-HB-007"),
        b"PING" if data.len() > 18 => Some("37-HB-005"),
        b"PONG" if data.len() > 16 => Some("37-HB-005"),
        b"JOIN" | b"LEAVE" if data.len() > 255 || data.contains(&0) => Some("37-RADIO-004"),
        _ => None,
    }
}

fn reason_flaw(data: &[u8]) -> Option<&'static str> {
    let fits = data.split_first().is_some_and(|(size, text)| usize::from(*size) == text.len());
    (!fits).then_some("37-NULL-017")
}

/// The same for PLAIN.
pub(crate) fn plain_flaw(name: &[u8], data: &[u8], most: usize) -> Option<&'static str> {
    match name {
        b"HELLO" => {
            let Some((user, password)) = credentials(data) else { return Some("24-HS-002") };
            let visible = |octet: &u8| (0x21..=0x7E).contains(octet);
            (!user.iter().chain(password).all(visible)).then_some("24-HS-003")
        }
        b"WELCOME" => (!data.is_empty()).then_some("24-HS-006"),
        b"INITIATE" | b"READY" => metadata::model(data, most).err(),
        b"ERROR" => reason_flaw(data),
        _ => None,
    }
}

/// User name and password of a HELLO.
pub(crate) fn credentials(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = data.split_first()?;
    let (user, rest) = rest.split_at_checked(length.into())?;
    let (&length, rest) = rest.split_first()?;
    let (password, behind) = rest.split_at_checked(length.into())?;
    behind.is_empty().then_some((user, password))
}

/// The same for CURVE, by the sizes of the RFC's table.
fn curve_flaw(name: &[u8], data: &[u8]) -> Option<&'static str> {
    let size = name.len() + 1 + data.len();
    let fits = match name {
        b"HELLO" => size == 200,
        b"WELCOME" => size == 168,
        b"INITIATE" => size >= 257,
        b"READY" => size >= 30,
        b"ERROR" => return reason_flaw(data),
        _ => true,
    };
    if !fits {
        return Some("26-MESSAGE-002");
    }
    match (name, data) {
        (b"HELLO", [1, 0, rest @ ..]) => {
            let zeros = rest.iter().take(72).all(|octet| *octet == 0);
            (!zeros).then_some("26-HELLO-004")
        }
        (b"HELLO", _) => Some("26-HELLO-003"),
        _ => None,
    }
}

/// See the module.
pub fn judge(octets: &[u8]) {
    let body = match (Body::decode(octets), split(octets)) {
        (Err(violation), Err(expected)) => {
            assert_eq!(clause(&violation), expected);
            return;
        }
        (Ok(body), Ok((name, data))) => {
            assert_eq!((body.name.as_bytes(), body.data), (name, data));
            body
        }
        (decoded, model) => {
            assert_eq!(format!("{decoded:?}"), format!("{model:?}"), "another verdict");
            return;
        }
    };
    let (name, data) = (body.name.as_bytes(), body.data);
    let bound = Bound { each: 32, once: 1 << 10 };
    let read = bound.watch(octets.len(), || Command::read(body, MOST));
    if let Some(command) = same(read, flaw(name, data, MOST)) {
        assert_eq!(command.name().as_bytes(), name);
        let mut out = Vec::new();
        command.encode(&mut out);
        framed(&out, octets);
    }
    if let Some(command) = same(plain::Command::decode(body, MOST), plain_flaw(name, data, MOST)) {
        assert_eq!(command.name().as_bytes(), name);
        if let plain::Command::Hello(hello) = command {
            let mut out = Vec::new();
            plain::encode_hello(hello, &mut out);
            framed(&out, octets);
        }
    }
    if let Some(command) = same(curve::Command::decode(body), curve_flaw(name, data)) {
        assert_eq!(command.name().as_bytes(), name);
        let mut out = Vec::new();
        match command {
            curve::Command::Hello(hello) => hello.encode(&mut out),
            curve::Command::Welcome(welcome) => welcome.encode(&mut out),
            curve::Command::Initiate(initiate) => initiate.encode(&mut out),
            curve::Command::Ready(ready) => ready.encode(&mut out),
            curve::Command::Error(_) | curve::Command::Unknown(_) => return,
        }
        framed(&out, octets);
    }
}

/// What was read, if that is what was expected.
fn same<T: core::fmt::Debug>(read: Result<T, Violation>, flaw: Option<&str>) -> Option<T> {
    match (read, flaw) {
        (Ok(command), None) => Some(command),
        (read, flaw) => {
            let why = read.as_ref().err().map(clause);
            assert_eq!((why, read.is_ok()), (flaw, flaw.is_none()), "{read:?}");
            None
        }
    }
}

/// These octets are one command frame around this body.
fn framed(frame: &[u8], body: &[u8]) {
    let mut expected = Vec::new();
    frame::encode(Kind::Command, body, &mut expected);
    assert_eq!(frame, expected, "it is written as it was read");
}
