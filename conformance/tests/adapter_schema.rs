//! A real session of the client with the libzmq adapter, recorded in both directions by `tee` and
//! held against `vectors/schema/adapter.schema.json`; and lines that the schema must refuse.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests do")]

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jsonschema::Validator;
use serde_json::{Value, json};
use zeroproof_conformance::adapter::Adapter;
use zeroproof_conformance::peers;

const DEADLINE: Duration = Duration::from_secs(20);
const SCHEMA: &str = include_str!("../../vectors/schema/adapter.schema.json");

/// The schema of one kind of message: `request`, `reply`, `ok-recv`.
fn schema_of(kind: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let top = schema.as_object_mut().unwrap();
    top.remove("anyOf");
    top.insert("$ref".into(), format!("#/$defs/{kind}").into());
    jsonschema::draft202012::new(&schema).unwrap()
}

fn check(kind: &str, message: &Value) {
    if let Err(error) = schema_of(kind).validate(message) {
        panic!("{message} is no {kind}: {error}");
    }
}

fn ok_of(op: &str) -> &'static str {
    match op {
        "hello" => "ok-hello",
        "bind" => "ok-bind",
        "recv" => "ok-recv",
        "bench" => "ok-bench",
        _ => "ok-empty",
    }
}

/// Every op, with and without success, and every form of part and option.
async fn session(adapter: &Adapter) {
    let routing_id = [("routing_id", json!({"hex": "00ff"})), ("immediate", json!(true))];
    let dealer = adapter.open("DEALER", &routing_id).await.unwrap();
    let router = adapter.open("ROUTER", &[("zap_domain", json!("global"))]).await.unwrap();
    let endpoint = adapter.bind(&router, "tcp://127.0.0.1:0").await.unwrap();
    adapter.connect(&dealer, &endpoint).await.unwrap();
    adapter.set(&dealer, "linger", json!(0)).await.unwrap();
    let message = [vec![], b"x".to_vec(), vec![7; 100_000]];
    adapter.send(&dealer, &message, DEADLINE).await.unwrap();
    let received = adapter.recv(&router, DEADLINE).await.unwrap().unwrap();
    assert_eq!(received.split_first().unwrap(), (&vec![0, 0xff], &message[..]));
    assert_eq!(adapter.recv(&router, Duration::ZERO).await.unwrap(), None);
    let sub = adapter.open("SUB", &[]).await.unwrap();
    adapter.subscribe(&sub, b"t").await.unwrap();
    adapter.unsubscribe(&sub, b"t").await.unwrap();
    adapter.send(&sub, &message, DEADLINE).await.unwrap_err();
    adapter.open("NOTHING", &[]).await.unwrap_err();
    adapter.call("xyzzy", json!({"any": ["thing"]}), DEADLINE).await.unwrap_err();
    adapter.close(&sub).await.unwrap();
    let (closed, reset) = tokio::join!(adapter.recv(&router, DEADLINE), adapter.reset());
    closed.unwrap_err();
    reset.unwrap();
    adapter.bye().await.unwrap();
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn both_directions_of_a_real_session_keep_to_the_schema() {
    let peer = peers::install("libzmq", &mut |line| eprintln!("{line}")).unwrap();
    let place = tempfile::tempdir().unwrap();
    let (to, from) = (place.path().join("to"), place.path().join("from"));
    let script = r#"to=$1; from=$2; shift 2; tee "$to" | "$@" | tee "$from""#;
    let mut argv = ["sh", "-c", script, "sh"].map(String::from).to_vec();
    argv.extend([&to, &from].map(|path| path.to_str().unwrap().to_owned()));
    argv.extend_from_slice(peer.argv());
    session(&Adapter::spawn(&argv, DEADLINE).await.unwrap()).await;

    let mut ops = HashMap::new();
    for request in lines(&to) {
        check("request", &request);
        let op = request.get("op").and_then(Value::as_str).unwrap().to_owned();
        ops.insert(request.get("id").unwrap().to_string(), op);
    }
    let replies = lines(&from);
    assert_eq!(replies.len(), ops.len(), "each request has one reply");
    for reply in replies {
        check("reply", &reply);
        let op = ops.remove(&reply.get("id").unwrap().to_string()).unwrap();
        if let Some(ok) = reply.get("ok") {
            check(ok_of(&op), ok);
        }
    }
}

#[test]
fn the_schema_refuses_what_the_rules_forbid() {
    for (kind, bad) in [
        ("request", json!({"op": "reset"})),
        ("request", json!({"id": -1, "op": "reset"})),
        ("request", json!({"id": 1, "op": "reset", "s": "a"})),
        ("request", json!({"id": 1, "op": "open", "s": "a"})),
        ("request", json!({"id": 1, "op": "open", "s": "a", "type": "PULL", "opt": {"x": null}})),
        ("request", json!({"id": 1, "op": "send", "s": "a", "parts": [], "within_ms": 1})),
        ("request", json!({"id": 1, "op": "send", "s": "a", "parts": ["abc"], "within_ms": 1})),
        ("request", json!({"id": 1, "op": "recv", "s": "a", "within_ms": 0.5})),
        ("reply", json!({"ok": {}})),
        ("reply", json!({"id": null, "ok": {}})),
        ("reply", json!({"id": 1})),
        ("reply", json!({"id": 1, "ok": {}, "err": {"kind": "again"}})),
        ("reply", json!({"id": 1, "ok": true})),
        ("reply", json!({"id": 1, "err": {"kind": "tired"}})),
        ("request", json!({"id": 1, "op": "bench", "work": "send", "type": "PUSH", "size": 1})),
        ("event", json!({"ev": "ready"})),
        ("ok-bench", json!({"messages": 1, "octets": 1})),
        ("ok-bind", json!({})),
        ("ok-recv", json!({"parts": [{"fill": "", "len": 1}]})),
        ("ok-recv", json!({"parts": [{"fill": "ab", "len": 1u64 << 30}]})),
        ("ok-empty", json!({"done": true})),
        ("ok-hello", json!({"proto": 1})),
    ] {
        assert!(!schema_of(kind).is_valid(&bad), "{kind} accepts {bad}");
    }
}
