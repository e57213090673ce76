//! In how many pieces a greeting leaves: a peer must not care, but the network does.
//!
//! Deliberately absent: what is in it, which `splits` and the golden vectors judge.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeroproof_reference::runtime::Context;
use zeroproof_reference::runtime::transport::Transport;
use zeroproof_reference::socket::options::Tcp;
use zeroproof_reference::{Endpoint, SocketType};

/// Sizes of what was written.
type Pieces = Arc<Mutex<Vec<usize>>>;

/// A stream that notes the size of each piece written to it.
#[derive(Debug)]
struct Noted(DuplexStream, Pieces);

impl AsyncRead for Noted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Task<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Noted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Task<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.1.lock().unwrap().push(octets.len());
        Pin::new(&mut self.0).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// One listener, in memory.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Option<UnboundedSender<Noted>>>>);

impl Transport for Memory {
    type Stream = Noted;
    type Listener = UnboundedReceiver<Noted>;

    async fn bind(&self, endpoint: &Endpoint, _: &Tcp) -> io::Result<(Self::Listener, Endpoint)> {
        let (sender, receiver) = unbounded_channel();
        *self.0.lock().unwrap() = Some(sender);
        Ok((receiver, endpoint.clone()))
    }

    async fn accept(&self, listener: &mut Self::Listener) -> io::Result<(Noted, String)> {
        let stream = listener.recv().await.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok((stream, String::new()))
    }

    async fn connect(&self, _: &Endpoint, _: &Tcp) -> io::Result<(Noted, String)> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }
}

/// What somebody who has said so much hears at first, and in which pieces.
async fn heard(said: usize) -> (Vec<u8>, Vec<usize>) {
    let memory = Memory::default();
    let pull = Context::over(memory.clone()).socket(SocketType::Pull).unwrap();
    pull.bind("tcp://127.0.0.1:5555").await.unwrap();
    let (mut ours, theirs) = tokio::io::duplex(4096);
    let mut greeting = [0; 64];
    greeting[..16].copy_from_slice(b"\xFF\0\0\0\0\0\0\0\0\x7F\x03\x01NULL");
    ours.write_all(&greeting[..said]).await.unwrap();
    let pieces = Pieces::default();
    let noted = Noted(theirs, Arc::clone(&pieces));
    memory.0.lock().unwrap().as_ref().unwrap().send(noted).unwrap();
    let mut octets = vec![0; 4096];
    let read = ours.read(&mut octets).await.unwrap();
    octets.truncate(read);
    let pieces = pieces.lock().unwrap().clone();
    (octets, pieces)
}

#[tokio::test]
async fn whoever_has_spoken_is_greeted_in_one_piece() {
    let (octets, pieces) = heard(64).await;
    assert!(octets.len() >= 64, "the greeting, and more if there is any: {}", octets.len());
    assert_eq!(pieces, [octets.len()]);
}

#[tokio::test]
async fn whoever_waits_is_not_kept_waiting() {
    for said in [0, 1, 9] {
        let (octets, pieces) = heard(said).await;
        // Our signature: the version is told to those who have one themselves.
        assert!((10..=11).contains(&octets.len()), "{said}: {octets:?}");
        assert_eq!(pieces, [octets.len()]);
    }
}
