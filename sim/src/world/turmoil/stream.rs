//! A stream of turmoil under the eyes of the ledger, as the engine has it.

use super::ledger::World;
use crate::trace::End;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::io::{self, ErrorKind, IoSlice};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::net::TcpStream;

/// A stream of turmoil, until its process dies.
///
/// tokio drops the tasks of a runtime in an order that is not the same in every run. What streams
/// say at their ends has latencies of chance, so that the order counts: whoever is dropped first
/// drops all of its process in order.
pub(super) type Inner = Arc<Mutex<Option<TcpStream>>>;

/// One side of a connection.
#[derive(Debug)]
pub(super) struct Stream {
    inner: Inner,
    world: Arc<World>,
    id: u32,
    side: usize,
    /// It has said that nothing follows.
    is_shut: bool,
}

impl Stream {
    pub(super) fn new(inner: TcpStream, world: Arc<World>, id: u32, side: usize) -> Self {
        let inner = Arc::new(Mutex::new(Some(inner)));
        world.state().opened(id, side, Arc::clone(&inner));
        Self { inner, world, id, side, is_shut: false }
    }

    fn with<V>(
        &self,
        act: impl FnOnce(Pin<&mut TcpStream>) -> Poll<io::Result<V>>,
    ) -> Poll<io::Result<V>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match inner.as_mut() {
            Some(inner) => act(Pin::new(inner)),
            None => Poll::Ready(Err(ErrorKind::NotConnected.into())),
        }
    }

    /// It is over for this side, and why.
    pub(super) fn note_end(&self, end: End) {
        self.world.state().closed(self.id, self.side, end);
    }

    fn failed(&self, kind: ErrorKind) -> io::Error {
        self.note_end(if kind == ErrorKind::TimedOut { End::TimedOut } else { End::Reset });
        kind.into()
    }

    /// A fault has it look as if this side had closed; what the engine still writes goes nowhere.
    fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut state = self.world.state();
        let finishes = state.side(self.id, self.side).is_some_and(|side| side.finishes);
        drop(state);
        if finishes && !self.is_shut {
            self.is_shut = true;
            ready!(self.with(|inner| inner.poll_shutdown(cx)))?;
        }
        Poll::Ready(Ok(finishes))
    }

    fn poll_pieces(
        &mut self,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if ready!(self.poll_finish(cx))? {
            let octets = gather(pieces, usize::MAX);
            self.world.state().wrote(self.id, self.side, &octets);
            return Poll::Ready(Ok(octets.len()));
        }
        let link = &self.world.schedule.link;
        let window = link.sndbuf.0.saturating_add(link.rcvbuf.0).max(1);
        let ours = (self.id, self.side);
        let room = self.world.state().room(ours, (window, link.mtu.0), cx.waker());
        let room = match room {
            Ok(0) => return Poll::Pending,
            Ok(room) => room,
            Err(kind) => return Poll::Ready(Err(self.failed(kind))),
        };
        let octets = gather(pieces, room);
        match ready!(self.with(|inner| inner.poll_write(cx, &octets))) {
            Ok(count) => {
                let written = octets.get(..count).unwrap_or(&octets);
                self.world.state().wrote(self.id, self.side, written);
                Poll::Ready(Ok(count))
            }
            Err(error) => Poll::Ready(Err(self.failed(error.kind()))),
        }
    }
}

/// The first octets of these pieces, at most so many.
fn gather(pieces: &[IoSlice<'_>], most: usize) -> Vec<u8> {
    let mut octets = Vec::new();
    for piece in pieces {
        let room = most.saturating_sub(octets.len());
        octets.extend_from_slice(piece.get(..room.min(piece.len())).unwrap_or_default());
    }
    octets
}

impl Drop for Stream {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.world.state().has_panicked = true;
        }
        // The engine says why it leaves; otherwise its process is gone.
        self.note_end(End::Died);
        for inner in self.world.state().let_go(self.id, self.side) {
            drop(inner.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.poll_finish(cx))?;
        let reads = self.world.state().reads(self.id, self.side, cx.waker());
        if let Err(kind) = reads {
            return Poll::Ready(Err(self.failed(kind)));
        }
        if let Err(error) = ready!(self.with(|inner| inner.poll_read(cx, buffer))) {
            return Poll::Ready(Err(self.failed(error.kind())));
        }
        let count = buffer.filled().len() - before;
        if count == 0 && buffer.remaining() > 0 {
            self.note_end(End::Finished);
        } else if !self.world.state().has_read(self.id, self.side, count) {
            buffer.set_filled(before);
            return Poll::Ready(Err(self.failed(ErrorKind::ConnectionReset)));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_pieces(cx, &[IoSlice::new(octets)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_pieces(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if core::mem::replace(&mut self.is_shut, true) {
            return Poll::Ready(Ok(()));
        }
        self.with(|inner| inner.poll_shutdown(cx))
    }
}

#[test]
fn pieces_are_put_together_up_to_the_room_there_is() {
    let pieces = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cde")];
    assert_eq!(gather(&pieces, 4), b"abcd");
    assert_eq!(gather(&pieces, 99), b"abcde");
}
