//! The adapter client against the real libzmq adapter, which is installed first (a few seconds,
//! once). Deliberately absent: ZMTP; messages only show that the calls do what they say.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may panic as tests do"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zeroproof_conformance::adapter::{Adapter, AdapterError, ErrorKind, SocketId};
use zeroproof_conformance::peers;

const DEADLINE: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_millis(30);

fn argv() -> Vec<String> {
    peers::install("libzmq", &mut |line| eprintln!("{line}")).unwrap().argv().to_vec()
}

async fn libzmq() -> Adapter {
    Adapter::spawn(&argv(), DEADLINE).await.unwrap()
}

/// A bound socket and one connected to it.
async fn pair(adapter: &Adapter, bound: &str, connected: &str) -> (SocketId, SocketId) {
    let binder = adapter.open(bound, &[]).await.unwrap();
    let endpoint = adapter.bind(&binder, "tcp://127.0.0.1:0").await.unwrap();
    let connecter = adapter.open(connected, &[("linger", json!(0))]).await.unwrap();
    adapter.connect(&connecter, &endpoint).await.unwrap();
    (binder, connecter)
}

#[tokio::test]
async fn hello_names_the_implementation_and_only_what_is_safe_to_open() {
    let adapter = libzmq().await;
    let hello = adapter.hello();
    assert_eq!(hello.implementation.name, "libzmq");
    assert_eq!(hello.implementation.version, "4.3.5");
    assert!(hello.implementation.extra["binding"].as_str().unwrap().starts_with("pyzmq 27.3.0"));
    assert!(
        hello.can.has_type("PULL") && hello.can.has_mech("CURVE") && hello.can.has_role("bind")
    );
    assert!(!hello.can.has_type("RADIO"));
    let draft = adapter.open("RADIO", &[]).await.unwrap_err();
    assert!(matches!(draft, AdapterError::Unsupported { .. }), "{draft}");
    adapter.bye().await.unwrap();
}

#[tokio::test]
async fn parts_of_every_size_arrive_octet_by_octet() {
    let adapter = libzmq().await;
    let (pull, push) = pair(&adapter, "PULL", "PUSH").await;
    let noise: Vec<u8> =
        (0..70_000u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    for message in [
        vec![b"hi".to_vec()],
        vec![vec![]],
        vec![vec![], b"a".to_vec(), vec![], vec![0, 255]],
        vec![vec![0xab; 1 << 20], b"abc".repeat(100_000), noise],
    ] {
        adapter.send(&push, &message, DEADLINE).await.unwrap();
        assert_eq!(adapter.recv(&pull, DEADLINE).await.unwrap().unwrap(), message);
    }
}

#[tokio::test]
async fn a_pending_recv_and_a_pending_send_block_nothing() {
    let adapter = libzmq().await;
    let (pull, push) = pair(&adapter, "PULL", "PUSH").await;
    let alone = adapter.open("PUSH", &[]).await.unwrap();
    let parts = [b"x".to_vec()];
    let received = adapter.recv(&pull, DEADLINE);
    let stuck = adapter.send(&alone, &parts, DEADLINE);
    let other = async {
        adapter.set(&push, "sndhwm", json!(7)).await.unwrap();
        adapter.send(&push, &[b"late".to_vec()], DEADLINE).await.unwrap();
        let endpoint = adapter.bind(&alone, "tcp://127.0.0.1:0").await.unwrap();
        let taker = adapter.open("PULL", &[]).await.unwrap();
        adapter.connect(&taker, &endpoint).await.unwrap();
        adapter.recv(&taker, DEADLINE).await.unwrap().unwrap()
    };
    let (received, stuck, other) = tokio::join!(received, stuck, other);
    assert_eq!(received.unwrap().unwrap(), [b"late".to_vec()]);
    stuck.unwrap();
    assert_eq!(other, parts);
}

#[tokio::test]
async fn a_bound_sub_subscribes_though_nobody_receives() {
    let adapter = libzmq().await;
    let sub = adapter.open("SUB", &[]).await.unwrap();
    adapter.subscribe(&sub, b"news").await.unwrap();
    let endpoint = adapter.bind(&sub, "tcp://127.0.0.1:0").await.unwrap();
    let xpub = adapter.open("XPUB", &[]).await.unwrap();
    adapter.connect(&xpub, &endpoint).await.unwrap();
    let subscription = adapter.recv(&xpub, DEADLINE).await.unwrap().unwrap();
    assert_eq!(subscription, [b"\x01news".to_vec()]);
    adapter.unsubscribe(&sub, b"news").await.unwrap();
    let gone = adapter.recv(&xpub, DEADLINE).await.unwrap().unwrap();
    assert_eq!(gone, [b"\x00news".to_vec()]);
}

#[tokio::test]
async fn nothing_within_the_time_is_none_for_recv_and_again_for_send() {
    let adapter = libzmq().await;
    let pull = adapter.open("PULL", &[]).await.unwrap();
    assert_eq!(adapter.recv(&pull, SOON).await.unwrap(), None);
    assert_eq!(adapter.recv(&pull, Duration::ZERO).await.unwrap(), None);
    let push = adapter.open("PUSH", &[]).await.unwrap();
    let again = adapter.send(&push, &[vec![]], SOON).await.unwrap_err();
    assert!(matches!(again, AdapterError::Refused { kind: ErrorKind::Again, .. }), "{again}");
}

#[tokio::test]
async fn what_cannot_be_is_answered_with_its_kind() {
    let adapter = libzmq().await;
    let unknown = adapter.call("xyzzy", json!({}), SOON).await.unwrap_err();
    assert!(matches!(unknown, AdapterError::Unsupported { ref op, .. } if op == "xyzzy"));
    let option = adapter.open("PULL", &[("no_such_option", json!(1))]).await.unwrap_err();
    assert!(matches!(option, AdapterError::Unsupported { .. }), "{option}");
    let (pull, push) = pair(&adapter, "PULL", "PUSH").await;
    let req = adapter.open("REQ", &[]).await.unwrap();
    let kinds = [
        (adapter.recv(&push, SOON).await.unwrap_err(), ErrorKind::State),
        (adapter.recv(&req, SOON).await.unwrap_err(), ErrorKind::State),
        (adapter.subscribe(&pull, b"").await.unwrap_err(), ErrorKind::State),
        (adapter.bind(&pull, "tcp://256.0.0.1:1").await.unwrap_err(), ErrorKind::Refused),
        (adapter.set(&pull, "sndhwm", json!("many")).await.unwrap_err(), ErrorKind::Refused),
        (adapter.send(&push, &[], SOON).await.unwrap_err(), ErrorKind::Refused),
    ];
    for (error, expected) in kinds {
        assert!(
            matches!(error, AdapterError::Refused { kind, .. } if kind == expected),
            "{error} is not {expected}"
        );
    }
    let transport = adapter.bind(&pull, "smoke://hill").await.unwrap_err();
    assert!(matches!(transport, AdapterError::Unsupported { .. }), "{transport}");
}

#[tokio::test]
async fn reset_closes_all_and_ends_what_waits() {
    let adapter = libzmq().await;
    let (pull, push) = pair(&adapter, "PULL", "PUSH").await;
    let (waiting, reset) = tokio::join!(adapter.recv(&pull, DEADLINE), adapter.reset());
    reset.unwrap();
    let closed = waiting.unwrap_err();
    assert!(matches!(closed, AdapterError::Refused { kind: ErrorKind::Closed, .. }), "{closed}");
    for socket in [pull, push] {
        let gone = adapter.recv(&socket, SOON).await.unwrap_err();
        assert!(matches!(gone, AdapterError::Refused { kind: ErrorKind::State, .. }), "{gone}");
    }
}

#[tokio::test]
async fn dropped_calls_leave_the_others_their_answers() {
    let adapter = libzmq().await;
    let (pull, push) = pair(&adapter, "PULL", "PUSH").await;
    for _ in 0..20 {
        let dropped = adapter.recv(&pull, SOON);
        assert!(tokio::time::timeout(Duration::ZERO, dropped).await.is_err());
    }
    // Behind the twenty, so they are over.
    assert_eq!(adapter.recv(&pull, SOON).await.unwrap(), None);
    adapter.send(&push, &[b"kept".to_vec()], DEADLINE).await.unwrap();
    assert_eq!(adapter.recv(&pull, DEADLINE).await.unwrap().unwrap(), [b"kept".to_vec()]);
}

#[tokio::test]
async fn a_process_killed_within_a_call_fails_every_call_with_the_signal() {
    let adapter = libzmq().await;
    let pull = adapter.open("PULL", &[]).await.unwrap();
    let kill = async {
        adapter.set(&pull, "linger", json!(0)).await.unwrap(); // the two calls before it are in
        let pid = adapter.pid().unwrap().to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    };
    let first = adapter.recv(&pull, DEADLINE);
    let (first, second, ()) = tokio::join!(first, adapter.recv(&pull, DEADLINE), kill);
    for error in [first.unwrap_err(), second.unwrap_err(), adapter.reset().await.unwrap_err()] {
        let AdapterError::Died { status, .. } = &error else { panic!("{error}") };
        assert_eq!(status, "signal 9 (SIGKILL)");
    }
}

#[tokio::test]
async fn the_last_drop_leaves_no_process() {
    let adapter = libzmq().await;
    let pid = adapter.pid().unwrap().to_string();
    let clone = adapter.clone();
    drop(adapter);
    clone.reset().await.unwrap();
    drop(clone);
    let gone = async {
        while Command::new("kill")
            .args(["-0", &pid])
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, gone).await.unwrap();
}

/// The adapter by hand, for what the client never sends.
struct Raw {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Raw {
    fn start() -> Self {
        let argv = argv();
        let mut command = Command::new(&argv[0]);
        command.args(&argv[1..]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    fn ask(&mut self, line: &[u8]) -> Value {
        self.child.stdin.as_mut().unwrap().write_all(line).unwrap();
        let mut reply = String::new();
        self.stdout.read_line(&mut reply).unwrap();
        serde_json::from_str(&reply).unwrap_or_else(|e| panic!("{e}: {reply:?}"))
    }
}

#[test]
fn broken_requests_are_answered_and_survived() {
    let mut raw = Raw::start();
    for (line, id) in [
        (&b"nonsense\n"[..], json!(null)),
        (b"[]\n", json!(null)),
        (b"\xff\xfe{}\n", json!(null)),
        (b"{\"op\":\"reset\"}\n", json!(null)),
        (b"{\"id\":1}\n", json!(1)),
        (b"{\"id\":2,\"op\":7}\n", json!(2)),
        (b"{\"id\":3,\"op\":\"open\",\"s\":\"a\"}\n", json!(3)),
        (b"{\"id\":4,\"op\":\"hello\",\"proto\":2}\n", json!(4)),
        (b"{\"id\":5,\"op\":\"open\",\"s\":\"a\",\"type\":\"PULL\",\"opt\":[]}\n", json!(5)),
    ] {
        let reply = raw.ask(line);
        assert_eq!((&reply["id"], &reply["err"]["kind"]), (&id, &json!("refused")), "{reply}");
    }
    raw.ask(b"{\"id\":6,\"op\":\"open\",\"s\":\"a\",\"type\":\"PUSH\"}\n");
    for part in ["7", "\"abc\"", "{\"fill\":\"\",\"len\":1}", "{\"fill\":\"ab\",\"len\":1e300}"] {
        let send = format!(
            "{{\"id\":7,\"op\":\"send\",\"s\":\"a\",\"within_ms\":0,\"parts\":[{part}]}}\n"
        );
        assert_eq!(raw.ask(send.as_bytes())["err"]["kind"], "refused", "{part}");
    }
    let reply = raw.ask(b"\n{\"id\":8,\"op\":\"reset\"}\n");
    assert_eq!(reply, json!({"id": 8, "ok": {}}), "an empty line is no request");
    raw.child.kill().unwrap();
    raw.child.wait().unwrap();
}

#[test]
fn the_end_of_input_ends_the_process_within_a_second_whatever_waits() {
    let mut raw = Raw::start();
    raw.ask(b"{\"id\":0,\"op\":\"open\",\"s\":\"a\",\"type\":\"PUSH\",\"opt\":{\"linger\":-1}}\n");
    raw.ask(b"{\"id\":1,\"op\":\"connect\",\"s\":\"a\",\"to\":\"tcp://127.0.0.1:1\"}\n");
    let send = b"{\"id\":2,\"op\":\"send\",\"s\":\"a\",\"parts\":[\"ab\"],\"within_ms\":9000}\n";
    raw.ask(send);
    raw.child.stdin.take();
    let start = Instant::now();
    let status = raw.child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}
