//! What an adapter writes, line by line (`conformance/adapters/README.md`).
//!
//! Octets: lines. Each is taken as what it is, or the rule it breaks is told; a model of the rules
//! over plain JSON says which. Parts of messages are read as they were written.

use crate::mutator::Shape;
use serde_json::{Map, Value};
use zeroproof_conformance::adapter::{Hello, Reply, part_as_json, part_of_json, read_reply};

/// A text.
pub const SHAPE: Shape = Shape::Text;

const KINDS: [&str; 6] = ["unsupported", "again", "state", "refused", "closed", "internal"];

/// See the module.
pub fn judge(octets: &[u8]) {
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        let reply = read_reply(line);
        let Ok(value) = serde_json::from_slice::<Value>(line) else {
            assert!(reply.is_err(), "no JSON, and taken: {reply:?}");
            continue;
        };
        judge_reply(&value, reply);
        judge_hello(&value);
        judge_part(&value);
    }
}

/// What a reply is, by the rules.
fn judge_reply(value: &Value, reply: Result<Reply, String>) {
    let expected = match value {
        Value::Object(fields) => model(fields),
        _ => None,
    };
    match (reply, expected) {
        (Ok(Reply::Event | Reply::Ready(_)), Some((None, _))) => {}
        (Ok(Reply::Answer(id, answer)), Some((Some(known), is_ok))) => {
            assert_eq!((id, answer.is_ok()), (known, is_ok));
        }
        (Err(why), None) => assert!(!why.is_empty(), "a rule without words"),
        // JSON lets a name come twice; here it may not.
        (Err(why), Some(_)) => assert!(why.contains("twice"), "{why}: {value}"),
        (taken, expected) => {
            assert_eq!(format!("{taken:?}"), format!("{expected:?}"), "{value}");
        }
    }
}

/// The id, if it is no event, and whether it is an `ok`.
fn model(fields: &Map<String, Value>) -> Option<(Option<u64>, bool)> {
    let is_there = |name: &str| fields.get(name).is_some_and(|value| !value.is_null());
    if is_there("ev") {
        return Some((None, false));
    }
    let id = fields.get("id")?.as_u64()?;
    match (is_there("ok"), is_there("err")) {
        (true, false) => fields.get("ok")?.is_object().then_some((Some(id), true)),
        (false, true) => {
            let failure = fields.get("err")?.as_object()?;
            let is_known = KINDS.contains(&failure.get("kind")?.as_str()?);
            let has_words = failure.get("message").is_none_or(Value::is_string);
            (is_known && has_words).then_some((Some(id), false))
        }
        _ => None,
    }
}

/// What an adapter says of itself: at least who it is and what it can do.
fn judge_hello(value: &Value) {
    let Ok(hello) = Hello::read(value.clone()) else { return };
    assert_eq!(value.pointer("/proto"), Some(&Value::from(1)));
    assert!(value.pointer("/can").is_some_and(Value::is_object), "{value}");
    assert!(hello.concurrency > 0);
    let can = |list: &str, name: &str| {
        let names = value.pointer(list).and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|known| known == name))
    };
    for op in ["hello", "open", "send", "recv", "close", "reset", "bye"] {
        assert!(can("/can/op", op), "without {op}: {value}");
    }
    for role in ["bind", "connect"] {
        assert_eq!(hello.can.has_role(role), can("/can/role", role));
        assert!(!hello.can.has_role(role) || can("/can/op", role), "{value}");
    }
}

/// A part of a message: read, written and read it is the same.
fn judge_part(value: &Value) {
    // A few letters may ask for 64 MiB of them; that is the rule, and takes its time.
    let is_large = value.get("len").and_then(Value::as_u64).is_some_and(|len| len > 1 << 16);
    if is_large {
        return;
    }
    if let Ok(octets) = part_of_json(value) {
        assert_eq!(part_of_json(&part_as_json(&octets)), Ok(octets));
    }
}
