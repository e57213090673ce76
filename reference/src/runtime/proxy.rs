//! A proxy: what comes to one socket leaves by the other, both ways, until told otherwise.
//!
//! ```text
//! frontend --batch--> capture --> backend        control: PAUSE, RESUME, STATISTICS, TERMINATE
//! frontend <-- capture <--batch-- backend
//! ```
//!
//! A side is read only while the other has room, and not again before the batch is gone: what waits
//! in here is two batches at most, and the queues of the sockets hold back whoever sends more.
//! Deliberately absent: a task; the caller runs it, and may stop and go on with what it held.

use super::socket::Socket;
use super::transport::{Net, Transport};
use crate::error::Refused;
use crate::message::{Body, Message};
use crate::socket::Ready;
use crate::socket_type::SocketType;
use core::future::poll_fn;
use core::task::{Context, Poll};

/// Messages read at once from a side, at most.
const BATCH: usize = 128;

/// What one socket of a proxy has received and sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Messages received.
    pub messages_in: u64,
    /// Octets of their parts.
    pub octets_in: u64,
    /// Messages sent.
    pub messages_out: u64,
    /// Octets of their parts.
    pub octets_out: u64,
}

/// What a proxy has done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Statistics {
    /// By its first socket.
    pub frontend: Traffic,
    /// By the other.
    pub backend: Traffic,
}

impl Statistics {
    /// Eight parts of eight octets, in the order of the fields and of this machine, as libzmq
    /// answers.
    #[must_use]
    pub fn to_message(self) -> Message {
        let counts = [self.frontend, self.backend].map(|side| {
            let Traffic { messages_in, octets_in, messages_out, octets_out } = side;
            [messages_in, octets_in, messages_out, octets_out]
        });
        Message::new(counts.as_flattened().iter().map(|count| Body::from(&count.to_ne_bytes())))
    }
}

/// Messages on their way to one side.
#[derive(Debug, Default)]
struct Flow {
    batch: Vec<Message>,
    /// How many of them the capture has.
    captured: usize,
    /// How many of them have gone.
    gone: usize,
}

impl Flow {
    fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Reads the next batch if the last one has gone, and sends what it can; whether it did any.
    fn poll<T: Transport>(
        &mut self,
        cx: &Context<'_>,
        [from, to]: [&Socket<T>; 2],
        capture: Option<&Socket<T>>,
        reads: bool,
        [received, sent]: [&mut Traffic; 2],
    ) -> Result<bool, Refused> {
        let mut has_moved = false;
        if reads && self.is_empty() && self.read(cx, from, to)? {
            received.messages_in = sum(received.messages_in, self.batch.len());
            received.octets_in = sum(received.octets_in, octets(&self.batch));
            has_moved = true;
        }
        has_moved |= self.capture(cx, capture)?;
        let ready = self.batch.get(self.gone..self.captured).unwrap_or_default();
        if ready.is_empty() {
            return Ok(has_moved);
        }
        match to.poll_send_batch(cx, ready) {
            Poll::Ready(Ok(count)) => {
                let (gone, _) = ready.split_at_checked(count).unwrap_or((ready, &[]));
                sent.messages_out = sum(sent.messages_out, gone.len());
                sent.octets_out = sum(sent.octets_out, octets(gone));
                self.gone = self.gone.saturating_add(count);
            }
            Poll::Ready(Err(Refused::Unreachable)) => self.gone = self.gone.saturating_add(1),
            Poll::Ready(Err(refused)) => return Err(refused),
            Poll::Pending => return Ok(has_moved),
        }
        if self.gone >= self.batch.len() {
            self.batch.clear();
            (self.captured, self.gone) = (0, 0);
        }
        Ok(true)
    }

    /// Reads a batch if the other side has room for one message at least.
    fn read<T: Transport>(
        &mut self,
        cx: &Context<'_>,
        from: &Socket<T>,
        to: &Socket<T>,
    ) -> Result<bool, Refused> {
        let Poll::Ready(room) = to.poll_ready(cx, Ready::SEND) else { return Ok(false) };
        room?;
        match from.poll_recv(cx, |socket| socket.recv_batch(&mut self.batch, BATCH)) {
            Poll::Ready(Ok(_)) => Ok(true),
            // One that only sends.
            Poll::Ready(Err(Refused::NotSupported { .. })) | Poll::Pending => Ok(false),
            Poll::Ready(Err(refused)) => Err(refused),
        }
    }

    /// Shows the capture what it has not seen.
    fn capture<T: Transport>(
        &mut self,
        cx: &Context<'_>,
        capture: Option<&Socket<T>>,
    ) -> Result<bool, Refused> {
        let unseen = self.batch.get(self.captured..).unwrap_or_default();
        let Some(capture) = capture.filter(|_| !unseen.is_empty()) else {
            self.captured = self.batch.len();
            return Ok(false);
        };
        let Poll::Ready(count) = capture.poll_send_batch(cx, unseen) else { return Ok(false) };
        self.captured = self.captured.saturating_add(count?);
        Ok(true)
    }
}

fn octets(messages: &[Message]) -> usize {
    messages.iter().flat_map(Message::parts).map(|part| part.len()).sum()
}

fn sum(total: u64, count: usize) -> u64 {
    total.saturating_add(u64::try_from(count).unwrap_or(u64::MAX))
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Running,
    Paused,
    Ending,
}

/// Two sockets that pass on to each other what they receive: ROUTER and DEALER, XSUB and XPUB, PULL
/// and PUSH, or any two that suit each other's messages.
///
/// ```
/// # use zeroproof_reference::{runtime::{Context, Proxy}, Refused, SocketType};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Refused> {
/// let context = Context::new();
/// let socket = |socket_type| context.socket(socket_type);
/// let (pull, push) = (socket(SocketType::Pull)?, socket(SocketType::Push)?);
/// pull.bind("inproc://in").await?;
/// push.bind("inproc://out").await?;
/// tokio::spawn(async move { Proxy::new(&pull, &push).run().await });
/// let (from, to) = (socket(SocketType::Push)?, socket(SocketType::Pull)?);
/// from.connect("inproc://in")?;
/// to.connect("inproc://out")?;
/// from.send("through").await?;
/// assert_eq!(to.recv().await?.first(), b"through");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Proxy<'a, T: Transport = Net> {
    frontend: &'a Socket<T>,
    backend: &'a Socket<T>,
    capture: Option<&'a Socket<T>>,
    control: Option<&'a Socket<T>>,
    state: State,
    /// What is still to be said to the control.
    answer: Option<Message>,
    forth: Flow,
    back: Flow,
    statistics: Statistics,
}

impl<'a, T: Transport> Proxy<'a, T> {
    /// A proxy between two sockets.
    #[must_use]
    pub fn new(frontend: &'a Socket<T>, backend: &'a Socket<T>) -> Self {
        Self {
            frontend,
            backend,
            capture: None,
            control: None,
            state: State::Running,
            answer: None,
            forth: Flow::default(),
            back: Flow::default(),
            statistics: Statistics::default(),
        }
    }

    /// Sends each message, whichever way it goes, to this socket as well, before it goes on: a PUB
    /// never holds the proxy up, a PUSH, DEALER or PAIR without room does.
    #[must_use]
    pub const fn capture(mut self, socket: &'a Socket<T>) -> Self {
        self.capture = Some(socket);
        self
    }

    /// Does what this socket is told: `PAUSE` and `RESUME` reading, `STATISTICS`, `TERMINATE`.
    ///
    /// `STATISTICS` is answered with [`Statistics::to_message`]. A REP answers all else, which may
    /// have no meaning, with an empty message.
    #[must_use]
    pub const fn control(mut self, socket: &'a Socket<T>) -> Self {
        self.control = Some(socket);
        self
    }

    /// Passes messages on until it is told to `TERMINATE` and what it had read has gone; tells what
    /// it has done. Dropped before that, it goes on when it is run again.
    ///
    /// A message that a ROUTER with `router_mandatory` cannot deliver, as its peer is gone, is
    /// dropped, rather than the proxy.
    ///
    /// # Errors
    /// What a socket refuses; [`Refused::Terminated`] once one is closed.
    pub async fn run(&mut self) -> Result<Statistics, Refused> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &Context<'_>) -> Poll<Result<Statistics, Refused>> {
        let told = self.poll_control(cx)?;
        let reads = self.state == State::Running;
        let Statistics { frontend, backend } = &mut self.statistics;
        let forth = [self.frontend, self.backend];
        let went = self.forth.poll(cx, forth, self.capture, reads, [frontend, backend])?;
        let back = [self.backend, self.frontend];
        let came = self.back.poll(cx, back, self.capture, reads, [backend, frontend])?;
        let is_empty = self.answer.is_none() && self.forth.is_empty() && self.back.is_empty();
        if self.state == State::Ending && is_empty {
            self.state = State::Running;
            return Poll::Ready(Ok(self.statistics));
        }
        if told || went || came {
            // Others get a turn before the next batch.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Says what is to be said, or hears one command; whether it did.
    fn poll_control(&mut self, cx: &Context<'_>) -> Result<bool, Refused> {
        let Some(control) = self.control else { return Ok(false) };
        if let Some(answer) = &self.answer {
            match control.poll_send(cx, answer) {
                // One that only receives has nobody to tell.
                Poll::Ready(Ok(()) | Err(Refused::NotSupported { .. })) => {}
                Poll::Ready(Err(refused)) => return Err(refused),
                Poll::Pending => return Ok(false),
            }
            self.answer = None;
            return Ok(true);
        }
        let Poll::Ready(command) = control.poll_recv(cx, crate::socket::Socket::recv) else {
            return Ok(false);
        };
        let command = command?;
        match command.first() {
            b"PAUSE" => self.state = State::Paused,
            b"RESUME" => self.state = State::Running,
            b"TERMINATE" => self.state = State::Ending,
            b"STATISTICS" => self.answer = Some(self.statistics.to_message()),
            _ => {}
        }
        // Which could not hear the next command otherwise.
        if control.socket_type() == SocketType::Rep {
            self.answer.get_or_insert_with(|| Message::from(""));
        }
        Ok(true)
    }
}
