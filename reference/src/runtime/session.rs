//! One connection, from its first octet to its last: reads, writes and waits at the same time.
//!
//! ```text
//! write what is there -> ask the link -> read if it may -> look at the clock -> sleep
//! ```
//!
//! Writing never holds up reading, or two peers that send much would wait for each other for ever.
//! Deliberately absent: what any octet means.

use super::context::entropy;
use super::shared::Shared;
use super::writing::Writing;
use super::zap::{Handler, Verdict};
use crate::connection::Input;
use crate::socket::{Ended, Link, LinkOutput, Origin, Setup};
use crate::time::Instant;
use bytes::BytesMut;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, ready};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Sleep;

/// Octets read at once: few from a quiet peer, many from a busy one.
const READ_MIN: usize = 4 << 10;
const READ_MAX: usize = 256 << 10;
/// Octets of answers that may wait before nothing more is read.
const ANSWERS_MAX: usize = 64 << 10;

/// The task of one connection.
pub(super) struct Session<S> {
    shared: Arc<Shared>,
    number: u64,
    link: Link,
    stream: S,
    writing: Writing,
    read_size: usize,
    is_open: bool,
    sleep: Option<(Instant, Pin<Box<Sleep>>)>,
    ended: Option<Ended>,
    zap: Option<Handler>,
    /// What the ZAP handler is thinking of.
    verdict: Option<Verdict>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Serves a stream until either side ends it.
    /// The address is the peer's, as the transport names it.
    pub(super) async fn serve(
        shared: Arc<Shared>,
        origin: Origin,
        stream: S,
        address: String,
        zap: Option<Handler>,
    ) {
        let setup = Setup { address, has_zap_handler: zap.is_some(), entropy: entropy() };
        let (number, link) = {
            let now = shared.now();
            let mut core = shared.lock();
            (core.enter(), Link::new(&mut core.socket, origin, setup, now))
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
        };
        let ended = poll_fn(|cx| session.poll(cx)).await;
        // What has been written is to arrive, and nobody is left to hear that it did not.
        let _ = session.stream.shutdown().await;
        let now = session.shared.now();
        let mut core = session.shared.lock();
        session.link.end(&mut core.socket, now, &ended);
        core.leave(session.number);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ended> {
        loop {
            match self.writing.poll_item(cx, &mut self.stream) {
                Poll::Ready(Ok(Some(batch))) => {
                    self.link.recycle(batch);
                    continue;
                }
                Poll::Ready(Ok(None)) => {
                    if let Some(ended) = self.ended.take() {
                        return Poll::Ready(ended);
                    }
                }
                Poll::Ready(Err(_)) => match self.ended.take() {
                    Some(ended) => return Poll::Ready(ended),
                    None => self.close(),
                },
                Poll::Pending => {}
            }
            let (output, may_read) = self.ask(cx);
            match output {
                LinkOutput::Transmit(octets) => self.writing.push_octets(octets),
                LinkOutput::Send(batch) => self.writing.push_batch(batch),
                LinkOutput::Close(ended) => self.ended = Some(ended),
                LinkOutput::Authenticate(request) => {
                    self.verdict = self.zap.as_ref().map(|zap| zap.ask(request));
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

    /// What the link wants now, and whether it may be read for.
    fn ask(&mut self, cx: &mut Context<'_>) -> (LinkOutput, bool) {
        let now = self.shared.now();
        let mut core = self.shared.lock();
        let output = self.link.poll(&mut core.socket, now, self.writing.is_empty());
        let mut may_read = false;
        if let LinkOutput::Wait(_) = output {
            may_read = self.is_open
                && self.ended.is_none()
                && self.writing.waiting() < ANSWERS_MAX
                && self.link.reads(&mut core.socket);
            core.wait(self.number, self.link.peer(), cx.waker());
        }
        core.settle();
        (output, may_read)
    }

    /// Ready when the link has been told what the ZAP handler says.
    fn poll_verdict(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(verdict) = &mut self.verdict else { return Poll::Pending };
        let verdict = ready!(verdict.as_mut().poll(cx));
        self.verdict = None;
        self.link.handle_input(self.shared.now(), Input::Verdict(verdict));
        Poll::Ready(())
    }

    fn close(&mut self) {
        self.writing = Writing::default();
        self.is_open = false;
        self.link.handle_input(self.shared.now(), Input::PeerClosed);
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
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
    fn poll_time(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> Poll<()> {
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
