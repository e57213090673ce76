//! What an adapter says of itself: the answer to `hello`, and the check of it.
//! Claims are checked for form only; whether they are true is for probe cases to find out.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// The version of the protocol this suite speaks: `zeroproof/adapter/1`.
pub const PROTO: u64 = 1;

/// Ops without which no case can be run; `bind` and `connect` follow from `role`.
const NEEDED: [&str; 7] = ["hello", "open", "send", "recv", "close", "reset", "bye"];

/// The answer to `hello`. Fields this version does not know are kept in `extra`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Hello {
    /// Version of the adapter protocol: 1.
    pub proto: u64,
    /// The implementation under test.
    #[serde(rename = "impl")]
    pub implementation: Implementation,
    /// How many cases may share the process at once; at least 1.
    pub concurrency: u32,
    /// What the implementation claims to be able to do.
    pub can: Can,
    /// Everything else it said.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// Who is under test.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Implementation {
    /// For example `libzmq`.
    pub name: String,
    /// Its own version, for example `4.3.5`.
    pub version: String,
    /// The language it is written in.
    pub language: String,
    /// Anything more, such as `binding`.
    #[serde(flatten)]
    pub extra: BTreeMap<String, Value>,
}

/// The claims. Names are those of the protocol's README; unknown names are legal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Can {
    /// Revisions: `3.1`, `3.0`, `2.0`, `1.0`.
    pub zmtp: Vec<String>,
    /// Socket types in upper case, as in a READY: `REQ`, `PULL` ...
    #[serde(rename = "type")]
    pub types: Vec<String>,
    /// Mechanisms as in a greeting: `NULL`, `PLAIN`, `CURVE`, `GSSAPI`.
    pub mech: Vec<String>,
    /// `bind`, `connect`.
    pub role: Vec<String>,
    /// `tcp`, `ipc`, `inproc`, `ws` ...
    pub transport: Vec<String>,
    /// Socket options by libzmq's names in lower case.
    pub opt: Vec<String>,
    /// Ops of the adapter protocol.
    pub op: Vec<String>,
}

impl Can {
    /// Whether a socket of this type (`PULL`) can be opened.
    pub fn has_type(&self, name: &str) -> bool {
        has(&self.types, name)
    }
    /// Whether this mechanism (`NULL`) is claimed.
    pub fn has_mech(&self, name: &str) -> bool {
        has(&self.mech, name)
    }
    /// Whether this op (`subscribe`) is claimed.
    pub fn has_op(&self, name: &str) -> bool {
        has(&self.op, name)
    }
    /// Whether this option (`maxmsgsize`) can be set.
    pub fn has_opt(&self, name: &str) -> bool {
        has(&self.opt, name)
    }
    /// Whether this transport (`tcp`) is claimed.
    pub fn has_transport(&self, name: &str) -> bool {
        has(&self.transport, name)
    }
    /// Whether this role (`bind`) is claimed.
    pub fn has_role(&self, name: &str) -> bool {
        has(&self.role, name)
    }
}

fn has(claims: &[String], name: &str) -> bool {
    claims.iter().any(|claim| claim == name)
}

impl Hello {
    /// Reads and checks the `ok` of the answer.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn read(answer: Value) -> Result<Self, String> {
        // An array would do for serde.
        if answer.get("can").is_some_and(|can| !can.is_object()) {
            return Err("hello: `can` is an object".into());
        }
        let hello: Self = serde_json::from_value(answer).map_err(|e| format!("hello: {e}"))?;
        if hello.proto != PROTO {
            return Err(format!(
                "hello: `proto` is {}, and this suite speaks {PROTO}",
                hello.proto
            ));
        }
        if hello.concurrency == 0 {
            return Err("hello: `concurrency` is 0; at least 1".into());
        }
        let role = |name: &'static str| hello.can.has_role(name).then_some(name);
        let (bind, connect) = (role("bind"), role("connect"));
        if bind.or(connect).is_none() {
            return Err("hello: `can.role` holds neither `bind` nor `connect`".into());
        }
        let needed = NEEDED.into_iter().chain(bind).chain(connect);
        match needed.into_iter().find(|op| !hello.can.has_op(op)) {
            Some(op) => Err(format!("hello: `can.op` lacks `{op}`, which every adapter needs")),
            None => Ok(hello),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn good() -> Value {
        json!({"proto": 1, "concurrency": 2, "note": "x",
            "impl": {"name": "n", "version": "1", "language": "C", "binding": "b"},
            "can": {"zmtp": ["3.1"], "type": ["PULL"], "mech": ["NULL"], "role": ["bind"],
                "transport": ["tcp"], "opt": [],
                "op": ["hello", "open", "bind", "send", "recv", "close", "reset", "bye"]}})
    }

    #[test]
    fn a_good_hello_is_read_with_what_it_says_beyond_the_protocol() {
        let hello = Hello::read(good()).unwrap();
        assert!(hello.can.has_type("PULL") && !hello.can.has_op("connect"));
        assert_eq!(hello.extra["note"], "x");
        assert_eq!(hello.implementation.extra["binding"], "b");
    }

    #[test]
    fn the_first_broken_rule_is_named() {
        let rows: [(&str, Value, &str); 6] = [
            ("/can", json!([[], [], [], [], [], [], []]), "`can` is an object"),
            ("/proto", json!(2), "`proto` is 2"),
            ("/concurrency", json!(0), "`concurrency` is 0"),
            ("/can/role", json!([]), "neither `bind` nor `connect`"),
            ("/can/role", json!(["bind", "connect"]), "lacks `connect`"),
            ("/impl/version", json!(4), "expected a string"),
        ];
        for (place, value, why) in rows {
            let mut answer = good();
            *answer.pointer_mut(place).unwrap() = value;
            let error = Hello::read(answer).unwrap_err();
            assert!(error.contains(why), "{place}: {error}");
        }
    }
}
