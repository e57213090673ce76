//! Every installed peer's adapter, against the protocol: what each must do whatever it can. Peers
//! that are not installed are not asked for; libzmq, which `tests/adapter.rs` installs, always is.
//! Deliberately absent: what only a libzmq promises; ZMTP.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests do")]

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use zeroproof_conformance::adapter::check::{Outcome, Rule, check};
use zeroproof_conformance::adapter::{Adapter, AdapterError, ErrorKind, SocketId};
use zeroproof_conformance::peers;

const DEADLINE: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_millis(30);

/// A test of the adapter that this command starts.
type OfAdapter = Box<dyn Fn(&[String]) + Send>;

/// A bound PULL and a PUSH connected to it.
async fn pair(adapter: &Adapter) -> (SocketId, SocketId) {
    let pull = adapter.open("PULL", &[]).await.unwrap();
    let endpoint = adapter.bind(&pull, "tcp://127.0.0.1:*").await.unwrap();
    let push = adapter.open("PUSH", &[]).await.unwrap();
    adapter.connect(&push, &endpoint).await.unwrap();
    (pull, push)
}

fn is(error: &AdapterError, expected: ErrorKind) -> bool {
    match error {
        AdapterError::Unsupported { .. } => expected == ErrorKind::Unsupported,
        AdapterError::Refused { kind, .. } => *kind == expected,
        _ => false,
    }
}

async fn messages_arrive_whole_and_in_order(adapter: Adapter) {
    let (pull, push) = pair(&adapter).await;
    let messages = [
        vec![b"hi".to_vec()],
        vec![vec![], b"a".to_vec(), vec![], vec![0, 255]],
        vec![vec![0xab; 1 << 20], b"abc".repeat(100_000), vec![]],
    ];
    for message in &messages {
        adapter.send(&push, message, DEADLINE).await.unwrap();
    }
    for message in &messages {
        assert_eq!(&adapter.recv(&pull, DEADLINE).await.unwrap().unwrap(), message);
    }
}

async fn what_waits_blocks_nothing_and_ends_with_its_socket(adapter: Adapter) {
    let (pull, push) = pair(&adapter).await;
    let alone = adapter.open("PULL", &[]).await.unwrap();
    adapter.bind(&alone, "tcp://127.0.0.1:*").await.unwrap();
    let other = async {
        adapter.send(&push, &[b"x".to_vec()], DEADLINE).await.unwrap();
        let got = adapter.recv(&pull, DEADLINE).await.unwrap().unwrap();
        adapter.close(&alone).await.unwrap();
        got
    };
    let (waited, got) = tokio::join!(adapter.recv(&alone, DEADLINE), other);
    assert_eq!(got, [b"x".to_vec()]);
    let closed = waited.unwrap_err();
    assert!(is(&closed, ErrorKind::Closed), "{closed}");
    let (waited, reset) = tokio::join!(adapter.recv(&pull, DEADLINE), adapter.reset());
    reset.unwrap();
    let closed = waited.unwrap_err();
    assert!(is(&closed, ErrorKind::Closed), "{closed}");
    let gone = adapter.recv(&pull, SOON).await.unwrap_err();
    assert!(is(&gone, ErrorKind::State), "{gone}");
}

async fn what_cannot_be_is_answered_with_its_kind(adapter: Adapter) {
    let unknown = adapter.call("xyzzy", json!({}), SOON).await.unwrap_err();
    let option = adapter.open("PULL", &[("no_such_option", json!(1))]).await.unwrap_err();
    let kind = adapter.open("SMOKE", &[]).await.unwrap_err();
    for error in [unknown, option, kind] {
        assert!(is(&error, ErrorKind::Unsupported), "{error}");
    }
    let pull = adapter.open("PULL", &[]).await.unwrap();
    assert_eq!(adapter.recv(&pull, SOON).await.unwrap(), None);
    assert_eq!(adapter.recv(&pull, Duration::ZERO).await.unwrap(), None);
    let push = adapter.open("PUSH", &[]).await.unwrap();
    let subscribe = adapter.subscribe(&pull, b"").await.unwrap_err();
    assert!(is(&subscribe, ErrorKind::State), "{subscribe}");
    let nothing = adapter.send(&push, &[], SOON).await.unwrap_err();
    assert!(is(&nothing, ErrorKind::Refused), "{nothing}");
    let nobody = adapter.send(&push, &[vec![]], SOON).await.unwrap_err();
    assert!(is(&nobody, ErrorKind::Again), "{nobody}");
    adapter.bye().await.unwrap();
}

/// The adapter by hand, for what the client never sends.
fn broken_requests_are_answered_and_the_end_ends_it(argv: &[String]) {
    let (program, words) = argv.split_first().unwrap();
    let mut command = Command::new(program);
    let mut child =
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for (line, id) in [
        ("nonsense", json!(null)),
        ("[]", json!(null)),
        ("{\"op\":\"reset\"}", json!(null)),
        ("{\"id\":1}", json!(1)),
        ("{\"id\":2,\"op\":7}", json!(2)),
        ("{\"id\":3,\"op\":\"open\",\"s\":\"a\"}", json!(3)),
        ("{\"id\":4,\"op\":\"hello\",\"proto\":2}", json!(4)),
        ("{\"id\":5,\"op\":\"open\",\"s\":\"a\",\"type\":\"PULL\",\"opt\":[]}", json!(5)),
    ] {
        writeln!(stdin, "{line}").unwrap();
        let mut reply = String::new();
        stdout.read_line(&mut reply).unwrap();
        let reply: Value = serde_json::from_str(&reply).unwrap_or_else(|e| panic!("{e}: {reply}"));
        let kind = reply.pointer("/err/kind");
        assert_eq!((reply.get("id"), kind), (Some(&id), Some(&json!("refused"))), "{reply}");
    }
    drop(stdin);
    let start = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

fn every_rule_of_the_protocol_is_kept(argv: &[String]) {
    let mut broken = Vec::new();
    let mut tell = |rule: &Rule, outcome: &Outcome| {
        if let Outcome::Broken(found) = outcome {
            broken.push(format!("{}: {}", rule.place, found.wrong));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(check(argv, DEADLINE, true, &mut tell)).unwrap();
    assert!(broken.is_empty(), "{broken:?}");
}

async fn it_is_what_the_registry_says(adapter: Adapter, version: String) {
    let found = &adapter.hello().implementation.version;
    assert!(version == "any" || *found == version, "{found} is installed, {version} registered");
    let speaks = |name: &str| adapter.hello().can.zmtp.iter().any(|version| version == name);
    assert!(speaks("3.1") || speaks("3.0") || speaks("2.0") || speaks("1.0"));
}

fn main() {
    let mut trials = Vec::new();
    peers::install("libzmq", &mut |line| eprintln!("{line}")).unwrap();
    for entry in peers::list().unwrap() {
        let Ok(peer) = peers::find(&entry.name) else { continue };
        let mut add = |promise: &str, test: OfAdapter| {
            let argv = peer.argv().to_vec();
            let run = move || -> Result<(), Failed> {
                test(&argv);
                Ok(())
            };
            trials.push(Trial::test(format!("{}: {promise}", entry.name), run));
        };
        let version = entry.version.clone();
        add(
            "is what the registry says",
            started(move |adapter| it_is_what_the_registry_says(adapter, version.clone())),
        );
        add("messages arrive", started(messages_arrive_whole_and_in_order));
        add("what waits", started(what_waits_blocks_nothing_and_ends_with_its_socket));
        add("kinds of errors", started(what_cannot_be_is_answered_with_its_kind));
        add("every rule", Box::new(every_rule_of_the_protocol_is_kept));
        add("broken requests", Box::new(broken_requests_are_answered_and_the_end_ends_it));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// A test with an adapter that has said hello.
fn started<F, R>(test: F) -> OfAdapter
where
    F: Fn(Adapter) -> R + Send + 'static,
    R: Future<Output = ()>,
{
    Box::new(move |argv| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            test(Adapter::spawn(argv, DEADLINE).await.unwrap()).await;
        });
    })
}
