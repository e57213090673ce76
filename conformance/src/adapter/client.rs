//! The calls of `zeroproof/adapter/1`, as async functions. One `Adapter` is one process; clones
//! share it. The futures may be dropped at any time; a `recv` dropped while it waits may still take
//! one message from the socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::begun::Begun;
use super::error::{AdapterError, ErrorKind};
use super::hello::{Hello, PROTO};
use super::link::Link;
use super::part;
use crate::octets::hex;

/// A running adapter. Cheap to clone; the process is killed when the last clone is dropped.
#[derive(Clone)]
pub struct Adapter {
    inner: Arc<Inner>,
}

struct Inner {
    link: Link,
    hello: Hello,
    /// What an answer may take beyond the time the op itself may wait.
    deadline: Duration,
    sockets: AtomicU64,
}

/// A socket that was opened through an adapter, known there by this name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SocketId(Arc<str>);

impl std::fmt::Display for SocketId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let implementation = &self.hello().implementation;
        f.debug_struct("Adapter").field("impl", implementation).field("pid", &self.pid()).finish()
    }
}

impl Adapter {
    /// Starts `argv`, says hello and checks the answer. `deadline` is how long any answer may take,
    /// on top of the `within` of the call; hanging is an error, never a wait for ever.
    ///
    /// # Errors
    /// `Spawn`, or `Died`, `Deadline`, `Protocol`, `Refused` at hello; nothing is left running.
    pub async fn spawn(argv: &[String], deadline: Duration) -> Result<Self, AdapterError> {
        let link = Link::start(argv)?;
        let fields = fields(json!({"proto": PROTO, "suite": env!("CARGO_PKG_VERSION")}));
        let answer = judge("hello", link.call("hello", fields, deadline).await?)?;
        let line = answer.to_string();
        let hello = Hello::read(answer).map_err(|why| AdapterError::Protocol { line, why })?;
        let sockets = AtomicU64::new(0);
        Ok(Self { inner: Arc::new(Inner { link, hello, deadline, sockets }) })
    }

    /// What the adapter said of itself.
    pub fn hello(&self) -> &Hello {
        &self.inner.hello
    }

    /// Process id, for a debugger.
    pub fn pid(&self) -> Option<u32> {
        self.inner.link.pid()
    }

    /// Why the process is gone (`Died` or `Protocol`), or `None` while it runs.
    pub fn fate(&self) -> Option<AdapterError> {
        self.inner.link.fate()
    }

    /// Waits until the process is gone, and says why (`Died` or `Protocol`).
    pub async fn end(&self) -> AdapterError {
        self.inner.link.end().await
    }

    /// The last lines of its standard error so far, at most 20: evidence.
    pub fn stderr_tail(&self) -> String {
        self.inner.link.stderr_tail()
    }

    /// Opens a socket of a type (`PULL`). Options have libzmq's lower-case names; values are
    /// integers, booleans, strings, or `{"hex": "..."}` for octets.
    ///
    /// # Errors
    /// As [`Adapter::call`]; `Unsupported` for a type or option that the implementation lacks.
    pub async fn open(
        &self,
        kind: &str,
        options: &[(&str, Value)],
    ) -> Result<SocketId, AdapterError> {
        let number = self.inner.sockets.fetch_add(1, Ordering::Relaxed);
        let socket = SocketId(format!("s{number}").into());
        let options: Map<String, Value> =
            options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.done("open", json!({"s": *socket.0, "type": kind, "opt": options})).await?;
        Ok(socket)
    }

    /// Binds, and answers the endpoint with its real port or path.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn bind(&self, s: &SocketId, to: &str) -> Result<String, AdapterError> {
        let answer = self.call("bind", json!({"s": *s.0, "to": to}), Duration::ZERO).await?;
        match answer.get("endpoint").and_then(Value::as_str) {
            Some(endpoint) => Ok(endpoint.to_owned()),
            None => Err(wrong(&answer, "bind answers `endpoint`, a string")),
        }
    }

    /// Connects; whether anybody listens there is not waited for.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn connect(&self, s: &SocketId, to: &str) -> Result<(), AdapterError> {
        self.done("connect", json!({"s": *s.0, "to": to})).await
    }

    /// Sets an option of an open socket.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn set(&self, s: &SocketId, opt: &str, value: Value) -> Result<(), AdapterError> {
        self.done("set", json!({"s": *s.0, "opt": opt, "value": value})).await
    }

    /// Subscribes a SUB socket to a topic.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn subscribe(&self, s: &SocketId, topic: &[u8]) -> Result<(), AdapterError> {
        self.done("subscribe", json!({"s": *s.0, "topic": hex(topic)})).await
    }

    /// Takes back one subscription.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn unsubscribe(&self, s: &SocketId, topic: &[u8]) -> Result<(), AdapterError> {
        self.done("unsubscribe", json!({"s": *s.0, "topic": hex(topic)})).await
    }

    /// Sends a message of one part or more: done when the implementation has taken it.
    ///
    /// # Errors
    /// As [`Adapter::call`]; `Refused` with kind `Again` when it was not taken within `within`.
    pub async fn send(
        &self,
        s: &SocketId,
        parts: &[Vec<u8>],
        within: Duration,
    ) -> Result<(), AdapterError> {
        let parts: Vec<Value> = parts.iter().map(|octets| part::to_json(octets)).collect();
        let request = json!({"s": *s.0, "parts": parts, "within_ms": milliseconds(within)});
        self.call("send", request, within).await.map(|_| ())
    }

    /// Receives the next message, or `None` when none came within `within`.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn recv(
        &self,
        s: &SocketId,
        within: Duration,
    ) -> Result<Option<Vec<Vec<u8>>>, AdapterError> {
        let request = json!({"s": *s.0, "within_ms": milliseconds(within)});
        let answer = match self.call("recv", request, within).await {
            Err(AdapterError::Refused { kind: ErrorKind::Again, .. }) => return Ok(None),
            answer => answer?,
        };
        let parts = answer.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
        let parts = parts.ok_or_else(|| wrong(&answer, "recv answers `parts`, one or more"))?;
        let parts: Result<_, String> = parts.iter().map(part::from_json).collect();
        parts.map(Some).map_err(|why| wrong(&answer, &why))
    }

    /// Closes a socket. Its pending calls end as `Refused` with kind `Closed`.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn close(&self, s: &SocketId) -> Result<(), AdapterError> {
        self.done("close", json!({"s": *s.0})).await
    }

    /// Closes every socket of the process.
    ///
    /// # Errors
    /// As [`Adapter::call`].
    pub async fn reset(&self) -> Result<(), AdapterError> {
        self.done("reset", json!({})).await
    }

    /// Asks the process to end, closes its input and waits until it has ended, with exit code 0.
    /// Calls after that fail, with `Deadline` or `Died`.
    ///
    /// # Errors
    /// As [`Adapter::call`]; `Died` for another exit code, `Deadline` when it stays.
    pub async fn bye(&self) -> Result<(), AdapterError> {
        self.done("bye", json!({})).await?;
        self.inner.link.hang_up();
        match tokio::time::timeout(self.inner.deadline, self.end()).await {
            Ok(AdapterError::Died { status, .. }) if status == "exit code 0" => Ok(()),
            Ok(end) => Err(end),
            Err(_) => Err(AdapterError::Deadline { op: "bye".into(), after: self.inner.deadline }),
        }
    }

    /// Any op, also one this client has no function for. `request` is an object without `id` and
    /// `op`; `within` is how long the op itself may wait. The result is the `ok` of the answer.
    ///
    /// # Errors
    /// `Unsupported` and `Refused` as answered; `Deadline`, `Died` and `Protocol` when it was not.
    pub async fn call(
        &self,
        op: &str,
        request: Value,
        within: Duration,
    ) -> Result<Value, AdapterError> {
        let limit = within.saturating_add(self.inner.deadline);
        judge(op, self.inner.link.call(op, fields(request), limit).await?)
    }

    /// Starts the loop of a `bench`; `request` is its order.
    ///
    /// # Errors
    /// `Died` or `Protocol`, when the process is gone.
    pub fn bench(&self, request: Value) -> Result<Begun, AdapterError> {
        let (ready, answer) = self.inner.link.begin("bench", fields(request))?;
        Ok(Begun { adapter: self.clone(), ready: Some(ready), answer })
    }

    async fn done(&self, op: &str, request: Value) -> Result<(), AdapterError> {
        self.call(op, request, Duration::ZERO).await.map(|_| ())
    }
}

pub(super) fn judge(op: &str, answer: super::reply::Answer) -> Result<Value, AdapterError> {
    answer.map_err(|(kind, message)| match kind {
        ErrorKind::Unsupported => AdapterError::Unsupported { op: op.into(), message },
        kind => AdapterError::Refused { op: op.into(), kind, message },
    })
}

fn fields(request: Value) -> Map<String, Value> {
    match request {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn wrong(answer: &Value, why: &str) -> AdapterError {
    AdapterError::Protocol {
        line: answer.to_string().chars().take(1000).collect(),
        why: why.into(),
    }
}

/// Whole milliseconds, rounded up: 1 ns is a wait, and 0 is none.
fn milliseconds(within: Duration) -> u64 {
    u64::try_from(within.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
