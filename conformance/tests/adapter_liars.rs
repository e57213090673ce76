//! The adapter client against scripted programs that break the protocol or die: each must be named
//! for what it is, quickly, and none may hang the suite.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::time::{Duration, Instant};

use serde_json::json;
use zeroproof_conformance::adapter::{Adapter, AdapterError, ErrorKind};

const DEADLINE: Duration = Duration::from_secs(20);

const HELLO: &str = r#"{"id":0,"ok":{"proto":1,"impl":{"name":"liar","version":"0","language":"sh"},
"concurrency":1,"can":{"zmtp":["3.1"],
"type":["PULL"],"mech":["NULL"],"role":["bind"],"transport":["tcp"],
"opt":[],"op":["hello","open","bind","send","recv","close","reset","bye"]}}}"#;

/// A shell script; `$HELLO` is a good hello.
fn script(body: &str) -> Vec<String> {
    let hello = format!("HELLO='{}'\n", HELLO.replace('\n', ""));
    ["sh", "-c", &(hello + body)].map(String::from).to_vec()
}

async fn spawn(body: &str) -> Result<Adapter, AdapterError> {
    Adapter::spawn(&script(body), DEADLINE).await
}

/// Says a good hello, then runs `body` for what comes.
async fn after_hello(body: &str) -> Adapter {
    spawn(&format!("read _; echo \"$HELLO\"; {body}")).await.unwrap()
}

#[tokio::test]
async fn noise_on_standard_output_is_quoted_and_fatal() {
    let error = spawn("read _; echo 'warming up: 100%'; exec cat >/dev/null").await.unwrap_err();
    let AdapterError::Protocol { line, .. } = &error else { panic!("{error}") };
    assert_eq!(line, "warming up: 100%");
    let adapter = after_hello("read _; printf 'a\\377b\\n'; exec cat >/dev/null").await;
    let error = adapter.reset().await.unwrap_err();
    let AdapterError::Protocol { line, .. } = &error else { panic!("{error}") };
    assert_eq!(line, "a\u{fffd}b");
    assert_eq!(adapter.reset().await.unwrap_err(), error, "and every later call says the same");
}

#[tokio::test]
async fn death_at_hello_shows_the_exit_code_and_the_end_of_standard_error() {
    let lines = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo \"line $i\" >&2; done; exit 3";
    let error = spawn(lines).await.unwrap_err();
    let AdapterError::Died { status, stderr_tail } = &error else { panic!("{error}") };
    assert_eq!(status, "exit code 3");
    assert!(stderr_tail.starts_with("line 11\n") && stderr_tail.ends_with("line 30"));
    let error = spawn("kill -SEGV $$").await.unwrap_err();
    assert!(error.to_string().contains("signal 11 (SIGSEGV)"), "{error}");
}

#[tokio::test]
async fn a_hang_at_hello_is_a_deadline_and_not_a_wait() {
    let start = Instant::now();
    let short = Duration::from_millis(50);
    let hangs = script("exec cat >/dev/null");
    let error = Adapter::spawn(&hangs, short).await.unwrap_err();
    assert_eq!(error, AdapterError::Deadline { op: "hello".into(), after: short });
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_bad_hello_names_the_rule() {
    for (answer, why) in [
        (r#"{"id":0,"ok":{}}"#, "missing field"),
        (r#"{"id":0}"#, "either `ok` or `err`, an object"),
        (r#"{"id":0,"ok":{},"err":{"kind":"internal"}}"#, "either `ok` or `err`, an object"),
        (r#"{"id":0,"err":{"kind":"tired"}}"#, "`err` needs a `kind`"),
        (r#"{"ok":{}}"#, "needs `id`"),
        (r#"{"id":"0","ok":{}}"#, "needs `id`"),
    ] {
        let error =
            spawn(&format!("read _; echo '{answer}'; exec cat >/dev/null")).await.unwrap_err();
        assert!(matches!(error, AdapterError::Protocol { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error} lacks {why}");
    }
    let refused = r#"read _; echo '{"id":0,"err":{"kind":"refused","message":"too new"}}'; read _"#;
    let error = spawn(refused).await.unwrap_err();
    assert!(matches!(error, AdapterError::Refused { kind: ErrorKind::Refused, .. }), "{error}");
}

#[tokio::test]
async fn an_answer_to_nobody_is_fatal() {
    for id in ["17", "0"] {
        let body = format!("read _; echo '{{\"id\":{id},\"ok\":{{}}}}'; exec cat >/dev/null");
        let error = after_hello(&body).await.reset().await.unwrap_err();
        assert!(error.to_string().contains(&format!("no request with id {id} ")), "{error}");
    }
}

#[tokio::test]
async fn answers_in_any_order_and_events_in_between_are_accepted() {
    let adapter = after_hello(
        r#"read _; read _; echo '{"id":2,"ok":{"n":2}}'; echo '{"ev":"monitor","event":"x"}'
        echo '{"id":1,"ok":{"n":1}}'; exec cat >/dev/null"#,
    )
    .await;
    let one = adapter.call("first", json!({}), Duration::ZERO);
    let two = adapter.call("second", json!({}), Duration::ZERO);
    let (one, two) = tokio::join!(one, two);
    assert_eq!((one.unwrap(), two.unwrap()), (json!({"n": 1}), json!({"n": 2})));
}

#[tokio::test]
async fn a_late_answer_to_a_call_given_up_is_no_fault() {
    let hello = format!("read _; echo '{}'; ", HELLO.replace('\n', ""));
    let late =
        r#"read _; read _; echo '{"id":1,"ok":{}}'; echo '{"id":2,"ok":{}}'; exec cat >/dev/null"#;
    let argv = ["sh", "-c", &(hello + late)].map(String::from).to_vec();
    let adapter = Adapter::spawn(&argv, DEADLINE).await.unwrap();
    let given_up = adapter.reset();
    assert!(tokio::time::timeout(Duration::ZERO, given_up).await.is_err());
    adapter.reset().await.unwrap();
    assert_eq!(adapter.fate(), None);
}

#[tokio::test]
async fn wrong_shapes_of_answers_are_protocol_errors() {
    for (ok, why) in [
        (r#"{"parts":[]}"#, "one or more"),
        (r#"{"parts":["abc"]}"#, "even number"),
        (r#"{"parts":[{"fill":"ab","len":99999999999}]}"#, "`len` is above"),
        (r#"{}"#, "one or more"),
    ] {
        let body = format!(
            "read _; echo '{{\"id\":1,\"ok\":{{}}}}'; read _; \
             echo '{{\"id\":2,\"ok\":{ok}}}'; exec cat"
        );
        let adapter = after_hello(&body).await;
        let socket = adapter.open("PULL", &[]).await.unwrap();
        let error = adapter.recv(&socket, Duration::ZERO).await.unwrap_err();
        assert!(matches!(error, AdapterError::Protocol { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error} lacks {why}");
    }
}

#[tokio::test]
async fn closed_output_half_a_line_and_a_bad_farewell_are_told_apart() {
    let adapter = after_hello("exec >&-; while read _; do :; done").await;
    let error = adapter.reset().await.unwrap_err();
    assert!(error.to_string().contains("closed its standard output and ran on"), "{error}");
    let adapter = after_hello("read _; printf '{\"id\":1,'").await;
    let error = adapter.reset().await.unwrap_err();
    assert!(error.to_string().contains("ended within a line"), "{error}");
    let adapter = after_hello("read _; echo '{\"id\":1,\"ok\":{}}'; exit 4").await;
    let error = adapter.bye().await.unwrap_err();
    assert!(matches!(error, AdapterError::Died { ref status, .. } if status == "exit code 4"));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_a_spawn_error_that_names_it() {
    let argv = ["/no/such/adapter", "-x"].map(String::from).to_vec();
    let error = Adapter::spawn(&argv, DEADLINE).await.unwrap_err();
    assert!(matches!(error, AdapterError::Spawn { .. }), "{error}");
    assert!(error.to_string().contains("/no/such/adapter -x"), "{error}");
    assert!(matches!(Adapter::spawn(&[], DEADLINE).await, Err(AdapterError::Spawn { .. })));
}
