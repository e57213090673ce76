//! The transports of the operating system: tcp and ipc.

use super::Transport;
use super::ipc::{self, IpcListener};
use super::tcp::{self, TcpAcceptor};
use crate::socket::Endpoint;
use crate::socket::options::Tcp;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::io::{self, IoSlice};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};

/// tcp and ipc.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Net;

/// Where peers come in.
#[derive(Debug)]
pub enum NetListener {
    /// From other machines, too.
    Tcp(TcpAcceptor),
    /// From this one.
    Ipc(IpcListener),
}

/// A stream to one peer.
#[derive(Debug)]
pub enum NetStream {
    /// On any machine.
    Tcp(TcpStream),
    /// On this one.
    Ipc(UnixStream),
}

impl Transport for Net {
    type Stream = NetStream;
    type Listener = NetListener;

    async fn bind(
        &self,
        endpoint: &Endpoint,
        options: &Tcp,
    ) -> io::Result<(NetListener, Endpoint)> {
        match endpoint {
            Endpoint::Tcp(address) => {
                let (listener, endpoint) = tcp::bind(address, options).await?;
                Ok((NetListener::Tcp(listener), endpoint))
            }
            Endpoint::Ipc(path) => {
                let (listener, endpoint) = ipc::bind(path, options)?;
                Ok((NetListener::Ipc(listener), endpoint))
            }
            Endpoint::Inproc(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    async fn accept(&self, listener: &mut NetListener) -> io::Result<(NetStream, String)> {
        match listener {
            NetListener::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                //= 27-FIELDS-001
                Ok((NetStream::Tcp(stream), address.ip().to_string()))
            }
            NetListener::Ipc(listener) => {
                let stream = listener.accept().await?;
                Ok((NetStream::Ipc(stream), String::new()))
            }
        }
    }

    async fn connect(&self, endpoint: &Endpoint, options: &Tcp) -> io::Result<(NetStream, String)> {
        match endpoint {
            Endpoint::Tcp(address) => {
                let stream = tcp::connect(address, options).await?;
                let address = stream.peer_addr()?.ip().to_string();
                Ok((NetStream::Tcp(stream), address))
            }
            Endpoint::Ipc(path) => {
                Ok((NetStream::Ipc(ipc::connect(path, options)?), String::new()))
            }
            Endpoint::Inproc(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

impl AsyncRead for NetStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Self::Ipc(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for NetStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write(cx, octets),
            Self::Ipc(stream) => Pin::new(stream).poll_write(cx, octets),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
            Self::Ipc(stream) => Pin::new(stream).poll_write_vectored(cx, pieces),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Ipc(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
