//! One connection, from its first octet to its last: reads, writes and waits at the same time.
//!
//! ```text
//! write what is there -> ask the link -> read if it may -> look at the clock -> sleep
//! ```
//!
//! Writing never holds up reading, or two peers that send much would wait for each other for ever.
//! Deliberately absent: what any octet means.

use super::context::Context;
use super::shared::Shared;
use super::transport::Transport;
use super::writing::Writing;
use super::zap::{Handler, Verdict};
use crate::connection::Input;
use crate::limits::ANSWERS;
use crate::mechanism::Entropy;
use crate::socket::options::Mechanism;
use crate::socket::{Ended, Link, LinkOutput, Origin, Setup};
use crate::time::Instant;
use bytes::BytesMut;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{self, Poll, ready};
use core::time::Duration;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Sleep;

/// Octets read at once: few from a quiet peer, many from a busy one.
const READ_MIN: usize = 4 << 10;
const READ_MAX: usize = 256 << 10;
/// Reads of what a peer that takes no more had still said: what a system holds for us.
const LAST_READS: u8 = 64;
/// How long a peer that we leave may take to close its side.
const PARTING: Duration = Duration::from_secs(1);
/// A peer that has dialed has often spoken when we accept: our signature waits for one look at
/// that, so that it leaves in one piece with the rest of the greeting.
const SILENT_TURNS: u8 = 2;

/// The task of one connection.
pub(super) struct Session<T: Transport> {
    shared: Arc<Shared>,
    number: u64,
    link: Link,
    stream: T::Stream,
    writing: Writing,
    read_size: usize,
    is_open: bool,
    sleep: Option<(Instant, Pin<Box<Sleep>>)>,
    ended: Option<Ended>,
    zap: Option<Handler>,
    /// What the ZAP handler is thinking of.
    verdict: Option<Verdict>,
    /// Turns to come in which nothing is written.
    silent_turns: u8,
}

/// What a link wants.
struct Asked {
    output: LinkOutput,
    /// Whether its stream may be read.
    may_read: bool,
    /// Whether there is more to write than before.
    has_answers: bool,
}

impl<T: Transport> Session<T> {
    /// Serves a stream until either side ends it.
    /// The address is the peer's, as the transport names it.
    pub(super) async fn serve(
        context: Context<T>,
        shared: Arc<Shared>,
        origin: Origin,
        stream: T::Stream,
        address: String,
    ) {
        let zap = context.zap_handler();
        let has_zap_handler = zap.is_some();
        let (number, link) = {
            let now = shared.now();
            let mut core = shared.lock();
            let entropy = match core.socket.options().security.mechanism {
                Mechanism::Curve => context.entropy(),
                Mechanism::Null | Mechanism::Plain => Entropy::default(),
            };
            let number = core.enter();
            let setup = Setup { number, address, has_zap_handler, entropy };
            let link = Link::new(&mut core.socket, origin, setup, now);
            core.settle();
            (number, link)
        };
        let mut session = Self {
            shared,
            number,
            link,
            stream,
            writing: Writing::default(),
            read_size: READ_MIN,
            is_open: true,
            sleep: None,
            ended: None,
            zap,
            verdict: None,
            silent_turns: SILENT_TURNS,
        };
        let ended = poll_fn(|cx| session.poll(cx)).await;
        context.transport().leaving(&mut session.stream, &ended);
        // What has been written is to arrive, and nobody is left to hear that it did not.
        let _ = session.stream.shutdown().await;
        if ended == Ended::Local {
            session.hear_out(origin).await;
        }
        let now = session.shared.now();
        let mut core = session.shared.lock();
        session.link.end(&mut core.socket, now, &ended);
        core.leave(session.number);
    }

    /// Reads until the peer has closed as well. A system that is left with octets nobody read
    /// resets the connection, and then what was written last is lost on the way.
    async fn hear_out(&mut self, origin: Origin) {
        let now = self.shared.now();
        let over = self.shared.lock().socket.linger_deadline(origin);
        let until = over.map_or(now + PARTING, |over| over.min(now + PARTING));
        let mut unheard = vec![0; READ_MIN];
        let rest = async { while let Ok(1..) = self.stream.read(&mut unheard).await {} };
        let _ = tokio::time::timeout_at(self.shared.at(until), rest).await;
    }

    fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Ended> {
        loop {
            let is_silent = self.silent_turns > 0;
            if !is_silent && let Poll::Ready(ended) = self.poll_write(cx) {
                return Poll::Ready(ended);
            }
            self.silent_turns = self.silent_turns.saturating_sub(1);
            let Asked { output, may_read, has_answers } = self.ask(cx);
            match output {
                LinkOutput::Transmit(octets) => self.writing.push_octets(octets),
                LinkOutput::Wait(_) if is_silent => {
                    if !may_read || self.poll_read(cx).is_pending() {
                        self.silent_turns = 0;
                    }
                }
                LinkOutput::Wait(_) if has_answers => {}
                LinkOutput::Send(batch) => self.writing.push_batch(batch),
                LinkOutput::Close(ended) => {
                    if ended == Ended::Local {
                        // Linger is over, whatever is left.
                        self.writing = Writing::default();
                    }
                    self.ended = Some(ended);
                }
                LinkOutput::Authenticate(request) => {
                    self.verdict = self.zap.as_ref().map(|zap| zap.ask(*request));
                }
                LinkOutput::Wait(_) if self.poll_verdict(cx).is_ready() => {}
                LinkOutput::Wait(deadline) => {
                    let read = may_read && self.poll_read(cx).is_ready();
                    if !read && self.poll_time(cx, deadline).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    /// Writes what there is; ready when the session is over.
    fn poll_write(&mut self, cx: &mut task::Context<'_>) -> Poll<Ended> {
        loop {
            let written = self.writing.poll_item(cx, &mut self.stream);
            match written {
                Poll::Ready(Ok(Some(batch))) => self.link.recycle(batch),
                Poll::Ready(Err(_)) if self.ended.is_none() => {
                    self.hear_last(cx);
                    return Poll::Pending;
                }
                // The last words were tried: a peer that does not read is not waited for.
                Poll::Ready(Ok(None) | Err(_)) | Poll::Pending => break,
            }
        }
        self.ended.take().map_or(Poll::Pending, Poll::Ready)
    }

    /// What the link wants now; its answers are put together, to be written at once.
    fn ask(&mut self, cx: &mut task::Context<'_>) -> Asked {
        let now = self.shared.now();
        let mut core = self.shared.lock();
        let mut output = self.link.poll(&mut core.socket, now, self.writing.is_empty());
        let mut has_answers = false;
        while let LinkOutput::Transmit(octets) = output {
            has_answers = true;
            self.writing.push_octets(octets);
            output = self.link.poll(&mut core.socket, now, false);
        }
        let mut may_read = false;
        if let LinkOutput::Wait(_) = output {
            may_read = self.is_open
                && self.ended.is_none()
                && self.writing.waiting() < ANSWERS
                && self.link.reads(&mut core.socket);
            core.wait(self.number, self.link.peer(), cx.waker());
        }
        core.settle();
        Asked { output, may_read, has_answers }
    }

    /// Ready when the link has been told what the ZAP handler says.
    fn poll_verdict(&mut self, cx: &mut task::Context<'_>) -> Poll<()> {
        let Some(verdict) = &mut self.verdict else { return Poll::Pending };
        let verdict = ready!(verdict.as_mut().poll(cx));
        self.verdict = None;
        self.link.handle_input(self.shared.now(), Input::Verdict(verdict));
        Poll::Ready(())
    }

    /// The peer has gone; what it said before is still here to be read.
    fn hear_last(&mut self, cx: &mut task::Context<'_>) {
        let reads = (0..LAST_READS).take_while(|_| self.is_open && self.poll_read(cx).is_ready());
        let _read = reads.count();
        if self.is_open {
            self.close();
        }
    }

    fn close(&mut self) {
        self.writing = Writing::default();
        self.is_open = false;
        self.link.handle_input(self.shared.now(), Input::PeerClosed);
    }

    fn poll_read(&mut self, cx: &mut task::Context<'_>) -> Poll<()> {
        let buffer = self.link.buffer();
        let held = buffer.len();
        // Room grows with what has come, not with what has been announced.
        buffer.reserve(self.read_size.max(held.min(READ_MAX)));
        let read = pin!(self.stream.read_buf(buffer)).poll(cx);
        match read {
            Poll::Pending => {
                if held == 0 {
                    // A quiet connection keeps no buffer.
                    *self.link.buffer() = BytesMut::new();
                }
                return Poll::Pending;
            }
            Poll::Ready(Ok(read @ 1..)) => {
                self.read_size = match read {
                    _ if read >= self.read_size => self.read_size.saturating_mul(4).min(READ_MAX),
                    _ if read < self.read_size / 8 => (self.read_size / 2).max(READ_MIN),
                    _ => self.read_size,
                };
                self.link.handle_input(self.shared.now(), Input::Read);
            }
            Poll::Ready(Ok(0) | Err(_)) => self.close(),
        }
        Poll::Ready(())
    }

    /// Ready when the link has been told that its time has come.
    fn poll_time(&mut self, cx: &mut task::Context<'_>, deadline: Option<Instant>) -> Poll<()> {
        let Some(deadline) = deadline else {
            self.sleep = None;
            return Poll::Pending;
        };
        let at = self.shared.at(deadline);
        let (set, sleep) =
            self.sleep.get_or_insert_with(|| (deadline, Box::pin(tokio::time::sleep_until(at))));
        if *set != deadline {
            *set = deadline;
            sleep.as_mut().reset(at);
        }
        if sleep.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        self.sleep = None;
        self.link.handle_input(self.shared.now().max(deadline), Input::Timeout);
        Poll::Ready(())
    }
}
