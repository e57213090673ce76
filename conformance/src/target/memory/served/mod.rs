//! The reference behind `zeroproof/adapter/1`: a program of its own that other peers can meet, as
//! `zeroproof adapter reference` runs it. The protocol is in `conformance/adapters/README.md`.
//!
//! One thread, and one for each `bench`. Each call that may wait is a task, and those of a socket
//! take turns: a fair lock for
//! those who receive, another for those who send. Deliberately absent: monitor events.

mod bench;
mod call;
mod line;

use std::collections::BTreeMap;
use std::io::BufRead;
use std::rc::Rc;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::LocalSet;
use zeroproof_reference as reference;

use super::OPTIONS;
use crate::adapter::PROTO;
use crate::socket_type::SocketType;
use call::Open;
use line::{Failure, accept, number, refuse, text};

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

/// What the sockets of this program share, and those that are open.
struct Served {
    context: reference::runtime::Context,
    sockets: BTreeMap<String, Rc<Open>>,
}

/// Serves standard input to its end, or until `bye`. The exit code of the process.
///
/// # Errors
/// No runtime can be had.
pub fn serve() -> std::io::Result<u8> {
    let (lines, queue) = unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().split(b'\n').map_while(Result::ok) {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, run(queue));
    // Tasks of sockets that linger are of no interest to anybody.
    runtime.shutdown_background();
    Ok(0)
}

async fn run(mut queue: UnboundedReceiver<Vec<u8>>) {
    let mut served =
        Served { context: reference::runtime::Context::new(), sockets: BTreeMap::new() };
    while let Some(line) = queue.recv().await {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let request = serde_json::from_slice::<Value>(&line).ok();
        let id = request.as_ref().and_then(|request| request.get("id")?.as_u64());
        let (Some(id), Some(Value::Object(request))) = (id, request) else {
            refuse(None, &Failure::refused("an object with an `id` is needed"));
            continue;
        };
        match served.take(id, &request).await {
            Ok(None) => {}
            Ok(Some(ok)) => accept(id, &ok),
            Err(failure) => refuse(Some(id), &failure),
        }
        // A call that waits takes its turn before the next request is read.
        tokio::task::yield_now().await;
        if request.get("op").and_then(Value::as_str) == Some("bye") {
            return;
        }
    }
}

impl Served {
    /// One request: the `ok` of its answer; `None` when the answer comes by itself.
    async fn take(
        &mut self,
        id: u64,
        request: &Map<String, Value>,
    ) -> Result<Option<Value>, Failure> {
        match text(request, "op")? {
            "hello" if number(request, "proto")? == PROTO => return Ok(Some(hello())),
            "hello" => return Err(Failure::refused("this adapter speaks zeroproof/adapter/1")),
            "reset" | "bye" => {
                for (_, socket) in std::mem::take(&mut self.sockets) {
                    socket.close();
                }
                return Ok(Some(json!({})));
            }
            op if !OPS.contains(&op) => {
                return Err(Failure::unsupported(format!("op {op}")));
            }
            "open" => return self.open(request).map(Some),
            "bench" => {
                return bench::start(self.context.clone(), id, request.clone()).map(|()| None);
            }
            _ => {}
        }
        let name = text(request, "s")?;
        let socket = self.sockets.get(name).cloned();
        let socket = socket.ok_or_else(|| Failure::state(format!("no open socket {name}")))?;
        match text(request, "op")? {
            "close" => {
                self.sockets.remove(name);
                socket.close();
            }
            "bind" => {
                let endpoint = socket.bind(text(request, "to")?).await?;
                return Ok(Some(json!({"endpoint": endpoint})));
            }
            "connect" => socket.connect(text(request, "to")?)?,
            "set" => socket.set(text(request, "opt")?, request.get("value"))?,
            "send" => return socket.send(id, request).map(|()| None),
            "recv" => return socket.recv(id, request).map(|()| None),
            op => socket.subscribe(request.get("topic"), op == "subscribe")?,
        }
        Ok(Some(json!({})))
    }

    fn open(&mut self, request: &Map<String, Value>) -> Result<Value, Failure> {
        let (name, kind) = (text(request, "s")?, text(request, "type")?);
        if self.sockets.contains_key(name) {
            return Err(Failure::state(format!("{name} is open already")));
        }
        let known = SocketType::CLASSIC.iter().any(|known| known.name() == kind);
        let kind = reference::SocketType::parse(kind.as_bytes()).filter(|_| known);
        let kind = kind.ok_or_else(|| Failure::unsupported("no such socket type"))?;
        let socket = self.context.socket(kind)?;
        socket.set("linger", 0)?;
        let socket = Rc::new(Open::new(socket));
        match request.get("opt") {
            None => {}
            Some(Value::Object(options)) => {
                for (name, value) in options {
                    socket.set(name, Some(value))?;
                }
            }
            Some(_) => return Err(Failure::refused("opt is an object")),
        }
        self.sockets.insert(name.to_owned(), socket);
        Ok(json!({}))
    }
}

fn hello() -> Value {
    let options: Vec<&str> = OPTIONS.into_iter().chain(["linger"]).collect();
    json!({
        "proto": PROTO,
        "impl": {"name": "reference", "version": env!("CARGO_PKG_VERSION"), "language": "Rust"},
        "concurrency": 64,
        "can": {
            "zmtp": ["3.1", "3.0", "2.0", "1.0"],
            "type": SocketType::CLASSIC.map(SocketType::name),
            "mech": ["NULL", "PLAIN", "CURVE"],
            "role": ["bind", "connect"],
            "transport": ["tcp", "ipc", "inproc"],
            "opt": options,
            "op": OPS,
        },
    })
}
