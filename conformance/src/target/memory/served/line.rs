//! Lines of standard output, and the fields of requests.

use std::io::Write;

use serde_json::{Map, Value, json};
use zeroproof_reference as reference;

use crate::adapter::{ErrorKind, part};

/// An answer that is an error.
#[derive(Clone, Debug)]
pub(super) struct Failure(ErrorKind, String);

impl Failure {
    pub(super) fn refused(why: impl Into<String>) -> Self {
        Self(ErrorKind::Refused, why.into())
    }

    pub(super) fn state(why: impl Into<String>) -> Self {
        Self(ErrorKind::State, why.into())
    }

    pub(super) fn unsupported(why: impl Into<String>) -> Self {
        Self(ErrorKind::Unsupported, why.into())
    }

    pub(super) fn again(why: &str) -> Self {
        Self(ErrorKind::Again, why.into())
    }

    pub(super) fn closed() -> Self {
        Self(ErrorKind::Closed, "closed meanwhile".into())
    }
}

impl From<reference::Refused> for Failure {
    fn from(why: reference::Refused) -> Self {
        use reference::error::Kind;
        let kind = match why.kind() {
            Kind::Again => ErrorKind::Again,
            Kind::Fsm | Kind::NotSupported => ErrorKind::State,
            Kind::Terminated => ErrorKind::Closed,
            Kind::ProtocolNotSupported => ErrorKind::Unsupported,
            _ => ErrorKind::Refused,
        };
        Self(kind, why.to_string())
    }
}

pub(super) fn accept(id: u64, ok: &Value) {
    say(&json!({"id": id, "ok": ok}));
}

pub(super) fn refuse(id: Option<u64>, Failure(kind, message): &Failure) {
    say(&json!({"id": id, "err": {"kind": kind.to_string(), "message": message}}));
}

/// Tells that the sockets of a `bench` are there.
pub(super) fn ready(of: u64, endpoint: &str) {
    say(&json!({"ev": "ready", "of": of, "endpoint": endpoint}));
}

/// A reader that is gone has closed standard input as well, which ends the process.
fn say(reply: &Value) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{reply}").and_then(|()| out.flush());
}

pub(super) fn text<'a>(request: &'a Map<String, Value>, name: &str) -> Result<&'a str, Failure> {
    let text = request.get(name).and_then(Value::as_str);
    text.ok_or_else(|| Failure::refused(format!("{name} is a string")))
}

pub(super) fn number(request: &Map<String, Value>, name: &str) -> Result<u64, Failure> {
    let number = request.get(name).and_then(Value::as_u64);
    number.ok_or_else(|| Failure::refused(format!("{name} is a whole number")))
}

/// A part as it stands in a request.
pub(super) fn octets(value: Option<&Value>) -> Result<Vec<u8>, Failure> {
    part::from_json(value.unwrap_or(&Value::Null)).map_err(Failure::refused)
}

/// The value of an option as it stands in a request.
pub(super) fn setting(value: Option<&Value>) -> Result<reference::socket::Value, Failure> {
    match value {
        Some(Value::Bool(switch)) => Ok((*switch).into()),
        Some(Value::String(text)) => Ok(text.as_str().into()),
        Some(Value::Object(fields)) => {
            Ok(reference::socket::Value::Bytes(octets(fields.get("hex"))?))
        }
        Some(value) if value.is_i64() => Ok(value.as_i64().unwrap_or_default().into()),
        _ => Err(Failure::refused("an option is an integer, a boolean, a string or {\"hex\": ..}")),
    }
}
