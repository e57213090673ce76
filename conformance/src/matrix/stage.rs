//! A cell on stage: two sockets, what is sent and received there, and what differs.

use std::cell::{Cell as Slot, RefCell};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::timeout;

use super::bodies::{self, Parts};
use super::cell::{Cell, Side};
use super::outcome::{Fault, Outcome, Step};
use super::patience::{Patience, Turn};
use super::pattern::envelope;
use super::publish;
use super::talk::Scene;
use crate::adapter::{Adapter, AdapterError, ErrorKind, SocketId};

/// How long a message may be under way before it is sent again.
const PAUSE: Duration = Duration::from_millis(10);
/// The same for one that was sent in vain many times.
const LONG_PAUSE: Duration = Duration::from_millis(100);

/// What a step comes to.
pub(super) type Done<T = ()> = Result<T, Fault>;

/// What both sides of a cell are, and how long they may take.
pub(super) struct Stage<'a> {
    pub(super) cell: &'a Cell,
    /// A word that no other cell has.
    pub(super) tag: String,
    pub(super) adapters: [&'a Adapter; 2],
    pub(super) names: [&'a str; 2],
    pub(super) patience: &'a Patience,
    pub(super) turn: Turn<'a>,
    /// Probes that were published, so that none is like another.
    pub(super) probes: Slot<usize>,
    /// What is open.
    pub(super) sockets: RefCell<Vec<(Side, SocketId)>>,
}

/// Two open sockets.
pub(super) struct Play<'s, 'a> {
    pub(super) stage: &'s Stage<'a>,
    pub(super) sockets: [SocketId; 2],
    /// The word of its messages: that of the cell, or with a number after a restart.
    pub(super) tag: String,
    /// By which name a ROUTER of each side knows the other.
    pub(super) ids: [RefCell<Vec<u8>>; 2],
    /// What each side received, as far as it is needed to tell what came twice.
    pub(super) heard: [RefCell<Vec<Parts>>; 2],
    /// What the second side wants of a publisher.
    pub(super) wishes: Slot<&'static [&'static str]>,
}

impl<'a> Stage<'a> {
    pub(super) fn name(&self, side: Side) -> &'a str {
        let name: &&'a str = side.of(&self.names);
        name
    }

    pub(super) fn adapter(&self, side: Side) -> &'a Adapter {
        let adapter: &&'a Adapter = side.of(&self.adapters);
        adapter
    }

    /// A side in words: `libzmq (PULL)`.
    pub(super) fn who(&self, side: Side) -> String {
        format!("{} ({})", self.name(side), self.cell.kind(side))
    }

    /// A call of a side's application, in time or not at all.
    pub(super) async fn call<T>(
        &self,
        step: Step,
        side: Side,
        what: &str,
        call: impl Future<Output = Result<T, AdapterError>>,
    ) -> Done<T> {
        let limit = self.patience.limit();
        // What the call itself may wait, and as long for its answer.
        match self.patience.wait(&self.turn, limit * 2, call).await {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(self.error(step, side, what, &error)),
            None => Err(Fault::fails(
                step,
                "no-answer",
                format!("{} answers to {what}", self.who(side)),
                format!("no answer within {} ms", (limit * 2).as_millis()),
            )),
        }
    }

    fn error(&self, step: Step, side: Side, what: &str, error: &AdapterError) -> Fault {
        let (outcome, signature) = match error {
            AdapterError::Unsupported { .. } => (Outcome::NotApplicable, "unsupported"),
            AdapterError::Refused { kind: ErrorKind::Again, .. } => (Outcome::Fails, "not-taken"),
            AdapterError::Refused { .. } => (Outcome::Refuses, "refused"),
            AdapterError::Died { .. } => (Outcome::Dies, "died"),
            AdapterError::Protocol { .. } => (Outcome::Dies, "broken-adapter"),
            AdapterError::Deadline { .. } => (Outcome::Fails, "no-answer"),
            AdapterError::Spawn { .. } => (Outcome::Dies, "no-start"),
        };
        let earlier = step <= Step::Connect;
        let outcome = match outcome {
            Outcome::NotApplicable if !earlier => Outcome::Refuses,
            outcome => outcome,
        };
        let dead = (outcome == Outcome::Dies).then(|| self.adapter(side).pid()).flatten();
        let expected = format!("{} can {what}", self.who(side));
        let got = format!("{}: {error}", self.name(side));
        Fault { outcome, step, signature: signature.to_owned(), expected, got, dead }
    }

    /// Opens the socket of a side.
    pub(super) async fn open(&self, side: Side) -> Done<SocketId> {
        let adapter = self.adapter(side);
        let options = self.cell.options(side, adapter.hello());
        let kind = self.cell.kind(side).name();
        let open = self.call(Step::Open, side, "open", adapter.open(kind, &options));
        let socket = open.await?;
        self.sockets.borrow_mut().push((side, socket.clone()));
        Ok(socket)
    }

    /// Closes a socket; nobody waits for what goes wrong.
    pub(super) async fn close(&self, side: Side, socket: &SocketId) {
        self.sockets.borrow_mut().retain(|(owner, open)| *owner != side || open != socket);
        let closed = self.adapter(side).close(socket);
        let _ = self.patience.wait(&self.turn, self.patience.limit(), closed).await;
    }

    /// Closes all that is open.
    pub(super) async fn close_all(&self) {
        let open = self.sockets.take();
        join_all(open.iter().map(|(side, socket)| self.close(*side, socket))).await;
    }
}

impl<'s, 'a> Play<'s, 'a> {
    pub(super) fn new(stage: &'s Stage<'a>, sockets: [SocketId; 2], tag: String) -> Self {
        let ids = Side::ALL.map(|side| RefCell::new(side.other().name().as_bytes().to_vec()));
        let wishes = Slot::new(&publish::WISHES[..]);
        Self { stage, sockets, tag, ids, heard: Default::default(), wishes }
    }

    /// The same with a fresh socket of a side, and another word for its messages.
    pub(super) fn with(self, side: Side, fresh: SocketId) -> Self {
        let [first, second] = self.sockets;
        let sockets = if side == Side::First { [fresh, second] } else { [first, fresh] };
        let tag = format!("{}/2", self.stage.tag);
        Self { wishes: self.wishes, ..Self::new(self.stage, sockets, tag) }
    }

    fn socket(&self, side: Side) -> &SocketId {
        side.of(&self.sockets)
    }

    fn enveloped(&self, side: Side, body: &[Vec<u8>]) -> Parts {
        let cell = self.stage.cell;
        let (kind, other) = (cell.kind(side), cell.kind(side.other()));
        let mut parts = envelope(kind, other, &side.of(&self.ids).borrow());
        parts.extend_from_slice(body);
        parts
    }

    /// Lets a side send one message.
    pub(super) async fn send(&self, step: Step, from: Side, body: &[Vec<u8>]) -> Done {
        let parts = self.enveloped(from, body);
        let limit = self.stage.patience.limit();
        let sent = self.stage.adapter(from).send(self.socket(from), &parts, limit);
        self.stage.call(step, from, "send", sent).await
    }

    /// Lets a side try to send, without waiting; whether it was taken.
    pub(super) async fn try_send(&self, step: Step, from: Side, body: &[Vec<u8>]) -> Done<bool> {
        let parts = self.enveloped(from, body);
        let sent = self.stage.adapter(from).send(self.socket(from), &parts, Duration::ZERO);
        match self.stage.call(step, from, "send", sent).await {
            Ok(()) => Ok(true),
            Err(fault) if ["refused", "not-taken"].contains(&fault.signature.as_str()) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// What a side receives next, without its envelope.
    pub(super) async fn recv(&self, step: Step, to: Side, within: Duration) -> Done<Option<Parts>> {
        let began = Instant::now();
        let got = self.stage.adapter(to).recv(self.socket(to), within);
        let got = self.stage.call(step, to, "receive", got).await?;
        let Some(mut parts) = got else { return Ok(None) };
        self.stage.patience.note(began.elapsed());
        let cell = self.stage.cell;
        let shape = envelope(cell.kind(to), cell.kind(to.other()), b"id");
        for (at, wanted) in shape.iter().enumerate() {
            let part = if parts.is_empty() { None } else { Some(parts.remove(0)) };
            match part {
                Some(id) if at == 0 && wanted == b"id" => {
                    *to.of(&self.ids).borrow_mut() = id;
                }
                Some(part) if part.is_empty() => {}
                other => {
                    let expected = format!("{} receives an empty delimiter", self.stage.who(to));
                    let got = other
                        .map_or("a message without it".to_owned(), |part| bodies::shown(&[part]));
                    return Err(Fault::fails(step, "envelope", expected, got));
                }
            }
        }
        Ok(Some(parts))
    }

    /// Sends, again and again, until the other side receives something or it is over. One call of
    /// that side waits all the time: to give up a call and make another is a test of its own.
    pub(super) async fn until_heard(
        &self,
        step: Step,
        to: Side,
        mut send: impl AsyncFnMut() -> Done,
        over: impl Fn(Duration) -> bool,
    ) -> Done<Option<Parts>> {
        let (began, limit) = (Instant::now(), self.stage.patience.limit());
        let got = self.recv(step, to, limit);
        tokio::pin!(got);
        let mut pause = PAUSE;
        loop {
            let last = over(began.elapsed());
            send().await?;
            let now = pause;
            pause = (pause * 2).min(LONG_PAUSE);
            match timeout(now, &mut got).await {
                Ok(got) => return got,
                Err(_) if last => return Ok(None),
                Err(_) => {}
            }
        }
    }

    /// Lets a side receive exactly this; `later` is what else may still come.
    pub(super) async fn expect(&self, step: Step, to: Side, body: &Parts, later: &[Scene]) -> Done {
        let got = self.recv(step, to, self.stage.patience.limit()).await?;
        self.compare(step, to, body, got.as_ref(), later)
    }

    /// What a side received against what it was to receive.
    pub(super) fn compare(
        &self,
        step: Step,
        to: Side,
        body: &Parts,
        got: Option<&Parts>,
        later: &[Scene],
    ) -> Done {
        let heard = to.of(&self.heard);
        let limit = self.stage.patience.limit();
        let result = if got == Some(body) {
            Ok(())
        } else {
            let heard = heard.borrow();
            let (signature, got) = bodies::difference(&self.tag, body, got, &heard, later, limit);
            let expected = format!("{} receives {}", self.stage.who(to), bodies::shown(body));
            Err(Fault::fails(step, signature, expected, got))
        };
        heard.borrow_mut().push(body.clone());
        result
    }
}
