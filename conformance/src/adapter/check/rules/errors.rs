//! "Errors": that each way to say no is told by its kind, since cases act on it.

use serde_json::{Value, json};

use super::pair::{self, any_type, bind, open};
use crate::adapter::ErrorKind::{Again, Refused, State, Unsupported};
use crate::adapter::check::desk::Desk;
use crate::adapter::check::{Stop, Tried};

pub(super) async fn unsupported(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    desk.refused("xyzzy", json!({"any": ["thing"]}), &[Unsupported]).await?;
    desk.refused("open", json!({"s": "u", "type": "SMOKE"}), &[Unsupported]).await?;
    let name = open(desk, &any_type(&hello)?).await?;
    for op in ["bind", "connect"].into_iter().filter(|role| hello.can.has_role(role)) {
        desk.refused(op, json!({"s": name, "to": "smoke://hill"}), &[Unsupported]).await?;
    }
    Ok(())
}

pub(super) async fn again(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let mut tried = false;
    for kind in ["PULL", "PAIR", "DEALER", "SUB", "REP"] {
        if hello.can.has_type(kind) {
            let name = open(desk, kind).await?;
            desk.refused("recv", json!({"s": name, "within_ms": 0}), &[Again]).await?;
            desk.refused("recv", json!({"s": name, "within_ms": 20}), &[Again]).await?;
            tried = true;
        }
    }
    if hello.can.has_type("PUSH") {
        let name = open(desk, "PUSH").await?;
        let fields = json!({"s": name, "parts": ["00"], "within_ms": 20});
        desk.refused("send", fields, &[Again]).await?;
        tried = true;
    }
    if tried { Ok(()) } else { Err(Stop::Untried("none of its types can wait".into())) }
}

pub(super) async fn state(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let nobody = || json!({"s": "nobody", "within_ms": 0});
    desk.refused("recv", nobody(), &[State]).await?;
    desk.refused("close", nobody(), &[State]).await?;
    let kind = any_type(&hello)?;
    let name = open(desk, &kind).await?;
    desk.refused("open", json!({"s": name, "type": kind}), &[State]).await?;
    for kind in ["PUSH", "PUB"].into_iter().filter(|kind| hello.can.has_type(kind)) {
        let name = open(desk, kind).await?;
        desk.refused("recv", json!({"s": name, "within_ms": 0}), &[State]).await?;
    }
    for kind in ["PULL", "SUB"].into_iter().filter(|kind| hello.can.has_type(kind)) {
        let name = open(desk, kind).await?;
        let fields = json!({"s": name, "parts": ["00"], "within_ms": 0});
        desk.refused("send", fields, &[State]).await?;
    }
    if hello.can.has_op("subscribe") && hello.can.has_type("PULL") {
        let name = open(desk, "PULL").await?;
        desk.refused("subscribe", json!({"s": name, "topic": ""}), &[State]).await?;
    }
    Ok(())
}

pub(super) async fn refused(desk: &mut Desk) -> Tried {
    let hello = desk.hello().await?;
    let kind = any_type(&hello)?;
    let s = open(desk, &kind).await?;
    for (op, fields) in [
        ("open", json!({"s": "r"})),
        ("open", json!({"s": 7, "type": kind})),
        ("open", json!({"s": "r", "type": kind, "opt": []})),
        ("recv", json!({"s": s})),
        ("recv", json!({"s": s, "within_ms": "1"})),
        ("send", json!({"s": s, "within_ms": 0})),
        ("close", json!({})),
    ] {
        desk.refused(op, fields, &[Refused]).await?;
    }
    let id = desk.post("x", json!({}));
    desk.refused_as(id, "an unknown op", &[Unsupported]).await?;
    let odd = 1 << 41;
    desk.write_request(odd, "", &json!({"id": odd}).to_string());
    desk.refused_as(odd, "a request without op", &[Refused]).await?;
    desk.write_request(odd + 1, "", &json!({"id": odd + 1, "op": 7}).to_string());
    desk.refused_as(odd + 1, "a request whose op is a number", &[Refused]).await?;
    for op in ["bind", "connect"].into_iter().filter(|role| hello.can.has_role(role)) {
        desk.refused(op, json!({"s": s}), &[Refused]).await?;
    }
    if pair::endpoint(desk, &hello).is_ok() {
        let taken = bind(desk, &s).await?;
        let other = open(desk, &kind).await?;
        desk.refused("bind", json!({"s": other, "to": taken}), &[Refused]).await?;
    }
    Ok(())
}

/// What no adapter expects. How it is answered does not matter, only that it is.
pub(super) async fn no_death(desk: &mut Desk) -> Tried {
    desk.hello().await?;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let mut id = 1_u64 << 42;
    for fields in [
        r#""op":"open","s":null,"type":null,"opt":null"#.to_owned(),
        r#""op":"open","s":{},"type":[],"opt":{"linger":{"hex":7}}"#.to_owned(),
        r#""op":"recv","s":"","within_ms":-1"#.to_owned(),
        r#""op":"send","s":"","within_ms":1e3,"parts":{}"#.to_owned(),
        r#""op":"bind","s":[],"to":"""#.to_owned(),
        r#""op":"set","s":"","opt":"","value":[]"#.to_owned(),
        format!(r#""op":"{}""#, "o".repeat(100_000)),
    ] {
        id += 1;
        desk.write_request(id, "", &format!("{{\"id\":{id},{fields}}}"));
        // An `ok` is no kindness either, but which answer is right is for other rules.
        let _ = desk.reply(id).await?;
    }
    desk.write(format!("{deep}\n").as_bytes(), true);
    desk.null("5000 nested arrays").await?;
    desk.write(b"{\"id\":1e400,\"op\":\"reset\"}\n", true);
    desk.null("a request whose id is 1e400").await?;
    let answer = desk.ok("reset", Value::Null).await;
    answer.map(|_| ())
}
