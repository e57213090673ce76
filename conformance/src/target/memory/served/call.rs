//! An open socket and the calls that wait on it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use tokio::task::{AbortHandle, spawn_local};
use tokio::time::timeout;
use zeroproof_reference as reference;

use super::OPTIONS;
use super::line::{Failure, accept, number, octets, refuse, setting};
use crate::adapter::part;

/// The longest `within_ms`: a day.
const LONGEST_WAIT: u64 = 86_400_000;

/// A socket by its name.
pub(super) struct Open {
    socket: reference::runtime::Socket,
    /// Whose turn it is to receive; the lock is handed on in the order of the requests.
    receives: Mutex<()>,
    /// Whose turn it is to send.
    sends: Mutex<()>,
    /// Calls without an answer yet, by id.
    waiting: RefCell<BTreeMap<u64, AbortHandle>>,
}

impl Open {
    pub(super) fn new(socket: reference::runtime::Socket) -> Self {
        let waiting = RefCell::default();
        Self { socket, receives: Mutex::new(()), sends: Mutex::new(()), waiting }
    }

    pub(super) fn set(&self, name: &str, value: Option<&Value>) -> Result<(), Failure> {
        if name != "linger" && !OPTIONS.contains(&name) {
            return Err(Failure::unsupported(format!("option {name}")));
        }
        Ok(self.socket.set(name, setting(value)?)?)
    }

    pub(super) async fn bind(&self, to: &str) -> Result<String, Failure> {
        Ok(self.socket.bind(to).await?.to_string())
    }

    pub(super) fn connect(&self, to: &str) -> Result<(), Failure> {
        Ok(self.socket.connect(to)?)
    }

    pub(super) fn subscribe(&self, topic: Option<&Value>, on: bool) -> Result<(), Failure> {
        let topic = octets(topic)?;
        if self.socket.socket_type() != reference::SocketType::Sub {
            return Err(Failure::state("subscriptions are for SUB"));
        }
        let done = if on { self.socket.subscribe(topic) } else { self.socket.unsubscribe(topic) };
        Ok(done?)
    }

    /// Sends a message when its turn comes; the answer comes by itself.
    pub(super) fn send(
        self: &Rc<Self>,
        id: u64,
        request: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let parts = request.get("parts").and_then(Value::as_array).filter(|all| !all.is_empty());
        let parts = parts.ok_or_else(|| Failure::refused("a message has at least one part"))?;
        let parts = parts.iter().map(|each| octets(Some(each))).collect::<Result<Vec<_>, _>>()?;
        let (socket, message) = (Rc::clone(self), reference::Message::new(parts));
        let sent = async move {
            let _turn = socket.sends.lock().await;
            socket.socket.send(&message).await?;
            Ok(json!({}))
        };
        self.enter(id, request, "nobody to take it", sent)
    }

    /// Receives a message when its turn comes; the answer comes by itself.
    pub(super) fn recv(
        self: &Rc<Self>,
        id: u64,
        request: &Map<String, Value>,
    ) -> Result<(), Failure> {
        let socket = Rc::clone(self);
        let received = async move {
            let _turn = socket.receives.lock().await;
            let message = socket.socket.recv().await?;
            let parts: Vec<Value> =
                message.parts().iter().map(|each| part::to_json(each)).collect();
            Ok(json!({"parts": parts}))
        };
        self.enter(id, request, "no message", received)
    }

    /// Lets a call wait, for as long as it may; one that may not is tried once.
    fn enter(
        self: &Rc<Self>,
        id: u64,
        request: &Map<String, Value>,
        in_vain: &'static str,
        call: impl Future<Output = Result<Value, Failure>> + 'static,
    ) -> Result<(), Failure> {
        let within = Duration::from_millis(number(request, "within_ms")?.min(LONGEST_WAIT));
        let socket = Rc::clone(self);
        let task = spawn_local(async move {
            // What is ready at once is taken, however little time there is.
            let result = timeout(within, call).await.unwrap_or(Err(Failure::again(in_vain)));
            if socket.waiting.borrow_mut().remove(&id).is_some() {
                match result {
                    Ok(ok) => accept(id, &ok),
                    Err(failure) => refuse(Some(id), &failure),
                }
            }
        });
        self.waiting.borrow_mut().insert(id, task.abort_handle());
        Ok(())
    }

    /// Ends what waits, and closes the socket when the last task has let go of it.
    pub(super) fn close(&self) {
        for (id, task) in std::mem::take(&mut *self.waiting.borrow_mut()) {
            task.abort();
            refuse(Some(id), &Failure::closed());
        }
    }
}
