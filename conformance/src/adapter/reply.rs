//! A line of an adapter's standard output, as what it is or the rule it breaks.
//!
//! Read field by field: serde takes an array for a struct and an object for a name, which the rules
//! do not. Deliberately absent: who waits for the answer.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::error::ErrorKind;

/// The answer to one call: the `ok`, or kind and message of the `err`.
pub(super) type Answer = Result<Value, (ErrorKind, String)>;

/// A line that keeps the rules.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The answer to the request of this id.
    Answer(u64, Result<Value, (ErrorKind, String)>),
    /// The sockets of the `bench` with this id are there.
    Ready(u64),
    /// Something of a later version of the protocol, never of ours.
    Event,
}

/// Reads a line, with or without its newline.
///
/// # Errors
/// The rule it breaks.
pub fn read_reply(line: &[u8]) -> Result<Reply, String> {
    let Fields(mut fields) = serde_json::from_slice(line)
        .map_err(|error| format!("a line of standard output is no reply: {error}"))?;
    // `null` is as good as nothing.
    let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_null());
    if let Some(event) = take("ev") {
        let of = take("of").and_then(|of| of.as_u64()).filter(|_| event == "ready");
        return Ok(of.map_or(Reply::Event, Reply::Ready));
    }
    let id = take("id").and_then(|id| id.as_u64());
    let id = id.ok_or("a reply needs `id`, that of its request")?;
    let answer = match (take("ok"), take("err")) {
        (Some(ok @ Value::Object(_)), None) => Ok(ok),
        (None, Some(Value::Object(err))) => Err(failure(&err)?),
        _ => return Err("a reply holds either `ok` or `err`, an object".into()),
    };
    Ok(Reply::Answer(id, answer))
}

fn failure(err: &Map<String, Value>) -> Result<(ErrorKind, String), String> {
    let kind = err.get("kind").and_then(Value::as_str).and_then(ErrorKind::parse);
    let kind = kind.ok_or_else(|| {
        let kinds: Vec<String> = ErrorKind::ALL.iter().map(ToString::to_string).collect();
        format!("`err` needs a `kind`: one of {}", kinds.join(", "))
    })?;
    let message = match err.get("message") {
        None => String::new(),
        Some(Value::String(message)) => message.clone(),
        Some(_) => return Err("the `message` of an `err` is a string".into()),
    };
    Ok((kind, message))
}

/// The fields of an object, none of which comes twice.
struct Fields(Map<String, Value>);

impl<'a> Deserialize<'a> for Fields {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'a> Visitor<'a> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if fields.contains_key(&name) {
                        let twice = format_args!("the field `{name}` comes twice");
                        return Err(serde::de::Error::custom(twice));
                    }
                    fields.insert(name, value);
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_a_reply_is_taken() {
        let ok = Reply::Answer(7, Ok(json!({"parts": []})));
        assert_eq!(read_reply(b"{\"id\":7,\"ok\":{\"parts\":[]},\"err\":null}\n"), Ok(ok));
        let again = Reply::Answer(0, Err((ErrorKind::Again, String::new())));
        assert_eq!(read_reply(br#"{"err":{"kind":"again"},"id":0,"new":1}"#), Ok(again));
        assert_eq!(read_reply(br#"{"ev":"connected"}"#), Ok(Reply::Event));
        assert_eq!(read_reply(br#"{"ev":"ready","of":7}"#), Ok(Reply::Ready(7)));
    }

    #[test]
    fn what_is_none_tells_the_rule_it_breaks() {
        let rows: [(&str, &str); 10] = [
            ("hello", "is no reply"),
            (r#"[0,{},null,null]"#, "expected a JSON object"),
            (r#"{"id":1,"id":2,"ok":{}}"#, "`id` comes twice"),
            (r#"{"id":-1,"ok":{}}"#, "needs `id`"),
            (r#"{"id":1}"#, "either `ok` or `err`"),
            (r#"{"id":1,"ok":[]}"#, "either `ok` or `err`"),
            (r#"{"id":1,"ok":{},"err":{"kind":"again"}}"#, "either `ok` or `err`"),
            (r#"{"id":1,"err":["again","later"]}"#, "either `ok` or `err`"),
            (r#"{"id":1,"err":{"kind":{"again":null}}}"#, "one of unsupported, again"),
            (r#"{"id":1,"err":{"kind":"again","message":4}}"#, "is a string"),
        ];
        for (line, why) in rows {
            let error = read_reply(line.as_bytes()).unwrap_err();
            assert!(error.contains(why), "{line}: {error}");
        }
    }
}
