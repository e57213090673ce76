//! The rules that every line of an adapter keeps, whatever is being tried: what is a reply, and
//! what its `ok` holds. Written apart from `link.rs`, which must only understand good lines fast.

use serde_json::{Map, Value};

use super::Broken;
use crate::adapter::{ErrorKind, part};

/// What an adapter answered: the fields of `ok`, or a refusal.
pub(super) type Answer = Result<Map<String, Value>, Refusal>;

/// An `err`.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) kind: ErrorKind,
    pub(super) message: String,
}

/// A line that keeps the rules.
pub(super) enum Said {
    /// To the request with this id; `None` is the id null.
    Reply(Option<u64>, Answer),
    /// The sockets of the `bench` with this id are there.
    Ready(u64),
    /// Of a later version of the protocol.
    Event,
}

/// The one field that an `ok` may lack, and its op.
const TRIPS: (&str, &str) = ("bench", "trips");

/// Reads a line. The error names the rule it breaks.
pub(super) fn read(line: &[u8]) -> Result<Said, Broken> {
    let text = std::str::from_utf8(line)
        .map_err(|_| Broken::of("Lines 1", "a line of standard output is not UTF-8"))?;
    let object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Err(error) if error.is_eof() && text.trim_start().starts_with('{') => {
            return Err(Broken::of("Lines 1", "an object ends in the middle of a line"));
        }
        Ok(_) | Err(_) => {
            return Err(Broken::of("Lines 2", "a line of standard output is no reply"));
        }
    };
    if let Some(event) = object.get("ev") {
        let of = object.get("of").and_then(Value::as_u64).filter(|_| event == "ready");
        return Ok(of.map_or(Said::Event, Said::Ready));
    }
    let unfit = |wrong: &str| Broken::of("Requests 1", wrong);
    let id = match object.get("id") {
        Some(Value::Null) => None,
        Some(id) if id.is_u64() => id.as_u64(),
        Some(_) => return Err(unfit("`id` is neither that of a request nor null")),
        None => return Err(unfit("a reply has no `id`")),
    };
    if let Some(name) = object.keys().find(|name| !["id", "ok", "err"].contains(&name.as_str())) {
        return Err(unfit(&format!("a reply holds `{name}`, beside `id` and `ok` or `err`")));
    }
    let answer = match (object.get("ok"), object.get("err")) {
        (Some(Value::Object(ok)), None) => Ok(ok.clone()),
        (None, Some(err)) => Err(refusal(err)?),
        (Some(_), None) => return Err(unfit("`ok` is not an object")),
        _ => return Err(unfit("a reply holds either `ok` or `err`")),
    };
    Ok(Said::Reply(id, answer))
}

fn refusal(err: &Value) -> Result<Refusal, Broken> {
    let unfit = |wrong: String| Broken::of("Requests 1", wrong);
    let object = err.as_object().ok_or_else(|| unfit("`err` is not an object".into()))?;
    let known = ["kind", "message", "trace"];
    for (name, value) in object {
        if !known.contains(&name.as_str()) || !value.is_string() {
            return Err(unfit(format!(
                "`err` holds `{name}`: {value:.40}; it has `kind` and may have `message` and \
                 `trace`, all strings"
            )));
        }
    }
    let kind = object.get("kind").cloned().unwrap_or_default();
    let known = kind.as_str().and_then(ErrorKind::parse);
    let kind = known.ok_or_else(|| unfit(format!("{kind} is none of the six kinds of `err`")))?;
    let message = object.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Refusal { kind, message })
}

/// Whether the `ok` of an op holds what the table of the README says.
pub(super) fn shape(op: &str, ok: &Map<String, Value>) -> Result<(), Broken> {
    let wanted: &[&str] = match op {
        "hello" => return Ok(()), // which is judged as a whole
        "bind" => &["endpoint"],
        "recv" => &["parts"],
        "bench" => &["messages", "octets", "ns"],
        _ => &[],
    };
    if let Some(name) = wanted.iter().find(|name| !ok.contains_key(**name)) {
        return Err(Broken::of("Requests 2", format!("the `ok` of {op} lacks `{name}`")));
    }
    let more = |name: &&String| !wanted.contains(&name.as_str()) && (op, name.as_str()) != TRIPS;
    if let Some(name) = ok.keys().find(more) {
        return Err(Broken::of("Requests 2", format!("the `ok` of {op} holds `{name}`")));
    }
    if op == "bind" && !ok.get("endpoint").is_some_and(Value::is_string) {
        return Err(Broken::of("Requests 2", "`endpoint` is a string"));
    }
    if op == "recv" {
        parts(ok)?;
    }
    Ok(())
}

/// The parts that a recv answered.
pub(super) fn parts(ok: &Map<String, Value>) -> Result<Vec<Vec<u8>>, Broken> {
    let parts = ok.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
    let parts = parts.ok_or_else(|| Broken::of("Requests 2", "recv answers one part or more"))?;
    let parts: Result<_, String> = parts.iter().map(part::from_json).collect();
    parts.map_err(|why| Broken::of("Requests 7", format!("what recv answered is no part: {why}")))
}

#[cfg(test)]
mod tests {
    use super::{Broken, Said, read, shape};
    use serde_json::{Value, json};

    #[test]
    fn each_line_that_is_no_reply_names_its_rule() {
        for (line, place, says) in [
            (&b"ready\n"[..], "Lines 2", "no reply"),
            (b"[]", "Lines 2", "no reply"),
            (b"{\"id\":1,\"ok\":{\"a\":\"\xff\"}}", "Lines 1", "UTF-8"),
            (b"{\"id\":1,", "Lines 1", "middle"),
            (b"{\"ok\":{}}", "Requests 1", "no `id`"),
            (b"{\"id\":-1,\"ok\":{}}", "Requests 1", "neither"),
            (b"{\"id\":1}", "Requests 1", "either"),
            (b"{\"id\":1,\"ok\":{},\"err\":{\"kind\":\"again\"}}", "Requests 1", "either"),
            (b"{\"id\":1,\"ok\":true}", "Requests 1", "not an object"),
            (b"{\"id\":1,\"ok\":{},\"n\":1}", "Requests 1", "`n`"),
            (b"{\"id\":1,\"err\":\"again\"}", "Requests 1", "not an object"),
            (b"{\"id\":1,\"err\":{\"kind\":\"tired\"}}", "Requests 1", "six"),
            (b"{\"id\":1,\"err\":{\"kind\":\"again\",\"code\":11}}", "Requests 1", "`code`"),
        ] {
            let Err(Broken { place: found, wrong, .. }) = read(line) else { panic!("{line:?}") };
            assert_eq!(found, place, "{wrong}");
            assert!(wrong.contains(says), "{wrong}");
        }
        assert!(matches!(read(b"{\"ev\":\"x\"}"), Ok(Said::Event)));
        assert!(matches!(read(b"{\"id\":7,\"ok\":{}}"), Ok(Said::Reply(Some(7), Ok(_)))));
    }

    #[test]
    fn an_ok_holds_its_fields_and_no_others() {
        let broken = |op: &str, ok: Value| shape(op, ok.as_object().unwrap()).is_err();
        assert!(broken("bind", json!({})) && broken("bind", json!({"endpoint": 7})));
        assert!(broken("open", json!({"s": "a"})) && broken("recv", json!({"parts": []})));
        assert!(broken("recv", json!({"parts": ["a"]})));
        assert!(!broken("recv", json!({"parts": ["ab"]})) && !broken("open", json!({})));
    }
}
