//! Octets and batches on their way into one transport, in order, partly written.
//!
//! Deliberately absent: a bound. The session takes messages only when all is written, and does not
//! read, which is what makes answers, while too much is not.

use crate::wire::batch::Batch;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use tokio::io::AsyncWrite;

/// Pieces given to one system call, at most.
const PIECES: usize = 64;

#[derive(Debug)]
enum Item {
    Octets(Vec<u8>),
    Batch(Batch),
}

/// What one session has still to write.
#[derive(Debug, Default)]
pub(super) struct Writing {
    items: VecDeque<Item>,
    /// Octets of the first item that are written.
    written: usize,
    /// Octets of control items behind it.
    waiting: usize,
}

impl Writing {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Octets that wait, the batch being written aside.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    pub(super) fn push_octets(&mut self, octets: Vec<u8>) {
        self.waiting = self.waiting.saturating_add(octets.len());
        match self.items.back_mut() {
            Some(Item::Octets(before)) => before.extend_from_slice(&octets),
            Some(Item::Batch(_)) | None => self.items.push_back(Item::Octets(octets)),
        }
    }

    pub(super) fn push_batch(&mut self, batch: Batch) {
        self.items.push_back(Item::Batch(batch));
    }

    /// Writes the first item whole; gives a batch back, to be used again. `None` if there is none.
    pub(super) fn poll_item<W: AsyncWrite + Unpin>(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut W,
    ) -> Poll<io::Result<Option<Batch>>> {
        while let Some(item) = self.items.front() {
            let (more, whole) = match item {
                Item::Octets(octets) => {
                    let rest = octets.get(self.written..).unwrap_or_default();
                    (ready!(Pin::new(&mut *stream).poll_write(cx, rest))?, octets.len())
                }
                Item::Batch(batch) => {
                    let written = ready!(poll_batch(cx, stream, batch, self.written))?;
                    (written, batch.size())
                }
            };
            if more == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written = self.written.saturating_add(more);
            if self.written < whole {
                continue;
            }
            self.written = 0;
            match self.items.pop_front() {
                Some(Item::Batch(batch)) => return Poll::Ready(Ok(Some(batch))),
                Some(Item::Octets(octets)) => {
                    self.waiting = self.waiting.saturating_sub(octets.len());
                }
                None => {}
            }
        }
        Poll::Ready(Ok(None))
    }
}

fn poll_batch<W: AsyncWrite + Unpin>(
    cx: &mut Context<'_>,
    stream: &mut W,
    batch: &Batch,
    written: usize,
) -> Poll<io::Result<usize>> {
    let mut skip = written;
    let mut pieces = batch.pieces().filter_map(|piece| {
        let rest = piece.get(skip..);
        skip = if rest.is_some() { 0 } else { skip.saturating_sub(piece.len()) };
        rest.filter(|rest| !rest.is_empty())
    });
    let first = pieces.next().unwrap_or_default();
    let mut slices = [IoSlice::new(&[]); PIECES];
    let mut used = 0_usize;
    for (slice, piece) in slices.iter_mut().zip([first].into_iter().chain(pieces)) {
        *slice = IoSlice::new(piece);
        used = used.saturating_add(1);
    }
    match slices.get(..used) {
        Some([_] | []) | None => Pin::new(stream).poll_write(cx, first),
        Some(slices) => Pin::new(stream).poll_write_vectored(cx, slices),
    }
}
