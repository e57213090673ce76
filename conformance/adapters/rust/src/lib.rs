//! `zeroproof/adapter/1` for implementations in Rust: lines in, lines out, one task a socket. The
//! protocol is described in `conformance/adapters/README.md`.
//!
//! An implementation says what it can do ([`Implementation`]) and tries each call once
//! ([`Socket`]); waiting, order and giving up are here. A call that waits is tried again whenever
//! something else has happened to its socket, so the futures of a [`Socket`] must be safe to drop.

mod bench;
mod line;
mod task;

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::{mpsc, oneshot};

use line::{accept, refuse, unhex};
use task::{Order, run};

/// An answer that is an error: its kind, and words for people.
#[derive(Debug)]
pub struct Failure(pub &'static str, pub String);

impl Failure {
    /// An error of this kind: `unsupported`, `again`, `state`, `refused`, `closed`, `internal`.
    pub fn new(kind: &'static str, message: impl std::fmt::Display) -> Self {
        Self(kind, message.to_string())
    }
}

/// The result of a call.
pub type Answer<T> = Result<T, Failure>;
/// A message, part by part.
pub type Parts = Vec<Vec<u8>>;

/// A socket of the implementation.
pub trait Socket: Send + 'static {
    /// Binds; the endpoint with its real port.
    fn bind(&mut self, to: &str) -> impl Future<Output = Answer<String>> + Send;
    /// Connects; it may wait for the peer, in which case nothing else happens to this socket.
    fn connect(&mut self, to: &str) -> impl Future<Output = Answer<()>> + Send;
    /// Sends now, or answers `again`.
    fn send(&mut self, parts: &Parts) -> impl Future<Output = Answer<()>> + Send;
    /// Waits for the next message; safe to drop.
    fn recv(&mut self) -> impl Future<Output = Answer<Parts>> + Send;
    /// Subscribes, or takes a subscription back.
    fn subscribe(&mut self, topic: &[u8], on: bool) -> impl Future<Output = Answer<()>> + Send;
    /// Sets an option of an open socket.
    fn set(&mut self, name: &str, _: &Setting) -> impl Future<Output = Answer<()>> + Send {
        let failure = Failure::new("state", format!("{name} is set when the socket is opened"));
        async { Err(failure) }
    }
    /// Sends a message of one part, and waits until it is taken: for benchmarks.
    fn put(&mut self, body: Vec<u8>) -> impl Future<Output = Answer<()>> + Send;
    /// Waits for a message, and tells the size of its only part: for benchmarks.
    fn take(&mut self) -> impl Future<Output = Answer<usize>> + Send;
    /// From now on `put` has to wait, where a socket is told so before.
    fn be_patient(&mut self) -> impl Future<Output = Answer<()>> + Send {
        async { Ok(()) }
    }
    /// Closes.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// What is judged.
pub trait Implementation: Send + Sync + 'static {
    /// Its sockets.
    type Socket: Socket;
    /// The `impl` and `can` of the answer to `hello`; `op` and `role` are added.
    fn hello(&self) -> Value;
    /// A new socket of this type, with its options.
    fn open(
        &self,
        kind: &str,
        options: &[(String, Setting)],
    ) -> impl Future<Output = Answer<Self::Socket>> + Send;
}

/// The value of an option.
#[derive(Clone, Debug)]
pub enum Setting {
    /// A number or a boolean.
    Number(i64),
    /// Octets, or a string.
    Octets(Vec<u8>),
}

impl Setting {
    fn read(value: &Value) -> Answer<Self> {
        let number = value.as_i64().or_else(|| value.as_bool().map(i64::from));
        let octets = value.as_str().map(|text| text.as_bytes().to_vec());
        let octets = octets.or_else(|| value.get("hex").and_then(Value::as_str).and_then(unhex));
        let setting = number.map(Self::Number).or(octets.map(Self::Octets));
        setting
            .ok_or_else(|| Failure::new("refused", format!("not the value of an option: {value}")))
    }

    /// The number, if it is one.
    pub fn number(&self) -> Answer<i64> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Octets(_) => Err(Failure::new("refused", "a number is needed")),
        }
    }

    /// The octets, if there are any.
    pub fn octets(&self) -> Answer<&[u8]> {
        match self {
            Self::Octets(octets) => Ok(octets),
            Self::Number(_) => Err(Failure::new("refused", "octets or a string are needed")),
        }
    }
}

/// Serves standard input to its end; the process ends with it.
pub fn serve<I: Implementation>(implementation: I) {
    let (lines, mut queue) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n').map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
        std::process::exit(0);
    });
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime else { std::process::exit(1) };
    let implementation = Arc::new(implementation);
    runtime.block_on(async {
        let mut sockets = HashMap::new();
        while let Some(line) = queue.recv().await {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let request = serde_json::from_slice::<Value>(&line).ok();
            let id = request.as_ref().and_then(|request| request["id"].as_u64());
            match (id, request) {
                (Some(id), Some(Value::Object(request))) => {
                    if let Err(failure) = take(&implementation, &mut sockets, id, request).await {
                        refuse(Some(id), &failure);
                    }
                }
                _ => refuse(None, &Failure::new("refused", "an object with an `id` is needed")),
            }
        }
    });
}

type Sockets = HashMap<String, mpsc::UnboundedSender<Order>>;

/// Cases at once, for an implementation that says nothing else in its `hello`.
const CONCURRENCY: u32 = 64;

const OPS: [&str; 13] = [
    "hello",
    "open",
    "bind",
    "connect",
    "set",
    "send",
    "recv",
    "subscribe",
    "unsubscribe",
    "close",
    "reset",
    "bye",
    "bench",
];

async fn take<I: Implementation>(
    implementation: &Arc<I>,
    sockets: &mut Sockets,
    id: u64,
    request: Map<String, Value>,
) -> Answer<()> {
    let text = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
    let needed =
        |name| text(name).ok_or_else(|| Failure::new("refused", format!("{name} is a string")));
    let op = needed("op")?;
    match op.as_str() {
        "hello" if request.get("proto").and_then(Value::as_u64) == Some(1) => {
            let mut hello = implementation.hello();
            hello["proto"] = json!(1);
            if hello.get("concurrency").is_none() {
                hello["concurrency"] = json!(CONCURRENCY);
            }
            hello["can"]["op"] = json!(OPS);
            hello["can"]["role"] = json!(["bind", "connect"]);
            accept(id, &hello);
            return Ok(());
        }
        "hello" => {
            return Err(Failure::new("refused", "this adapter speaks zeroproof/adapter/1"));
        }
        "reset" | "bye" => {
            for (_, socket) in sockets.drain() {
                end(&socket).await;
            }
            accept(id, &json!({}));
            if op == "bye" {
                std::process::exit(0);
            }
            return Ok(());
        }
        "bench" => return bench::start(Arc::clone(implementation), id, &request),
        known if OPS.contains(&known) => {}
        _ => return Err(Failure::new("unsupported", format!("op {op}"))),
    }
    let name = needed("s")?;
    match (op.as_str(), sockets.get(&name)) {
        ("open", None) => {
            let options = match request.get("opt") {
                Some(Value::Object(options)) => options.clone(),
                None => Map::new(),
                Some(_) => return Err(Failure::new("refused", "opt is an object")),
            };
            let options =
                options.iter().map(|(name, value)| Ok((name.clone(), Setting::read(value)?)));
            let options: Vec<_> = options.collect::<Answer<_>>()?;
            let socket = implementation.open(&needed("type")?, &options).await?;
            let (orders, queue) = mpsc::unbounded_channel();
            sockets.insert(name, orders);
            tokio::spawn(run(socket, queue));
            accept(id, &json!({}));
        }
        ("open", Some(_)) => return Err(Failure::new("state", format!("{name} is open already"))),
        (_, None) => return Err(Failure::new("state", format!("no open socket {name}"))),
        ("close", Some(socket)) => {
            end(socket).await;
            sockets.remove(&name);
            accept(id, &json!({}));
        }
        (_, Some(socket)) => {
            let _ = socket.send(Order::Call(id, op, request));
        }
    }
    Ok(())
}

async fn end(socket: &mpsc::UnboundedSender<Order>) {
    let (done, ended) = oneshot::channel();
    let _ = socket.send(Order::Close(done));
    let _ = ended.await;
}
