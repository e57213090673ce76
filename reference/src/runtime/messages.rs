//! A socket as a `Stream` of what it receives and a `Sink` for what it sends, at the same time.
//!
//! ```text
//! Messages<&Socket>   borrows        Messages<Socket>   owns        Messages<Arc<Socket>>   shares
//! ```
//!
//! Deliberately absent: `rcvtimeo` and `sndtimeo`; whoever combines streams has timeouts of their
//! own.

use super::socket::Socket;
use super::transport::{Net, Transport};
use crate::error::Refused;
use crate::message::Message;
use crate::socket;
use core::borrow::Borrow;
use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll, ready};
use futures_core::Stream;
use futures_sink::Sink;

/// Messages to and from a socket; the stream ends when the socket is closed.
///
/// What is received is never lost with a dropped future. What is sent has been sent once it is
/// flushed: one message may wait here for room. A REQ or a REP, which has to take turns, does not
/// go well with combinators that read ahead, such as `forward`.
///
/// ```
/// # use zeroproof_reference::{runtime::Context, Message, Refused, SocketType};
/// use futures_util::{SinkExt, StreamExt};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Refused> {
/// let context = Context::new();
/// let (router, req) = (context.socket(SocketType::Router)?, context.socket(SocketType::Req)?);
/// req.connect(&router.bind("tcp://127.0.0.1:*").await?.to_string())?;
/// tokio::spawn(async move {
///     let (replies, requests) = router.into_messages().split();
///     requests.forward(replies).await
/// });
/// req.messages().send(Message::from("echo")).await?;
/// assert_eq!(req.messages().next().await, Some(Ok(Message::from("echo"))));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Messages<S, T: Transport = Net> {
    socket: S,
    /// What there was no room for, or no turn.
    waiting: Option<Message>,
    /// So many have been sent in a row that others should get a turn.
    is_streak_over: bool,
    transport: PhantomData<fn() -> T>,
}

// The socket is never pinned.
impl<S, T: Transport> Unpin for Messages<S, T> {}

impl<T: Transport> Socket<T> {
    /// Its messages, borrowing it.
    #[must_use]
    pub const fn messages(&self) -> Messages<&Self, T> {
        Messages::new(self)
    }

    /// Its messages, owning it.
    #[must_use]
    pub const fn into_messages(self) -> Messages<Self, T> {
        Messages::new(self)
    }
}

impl<S: Borrow<Socket<T>>, T: Transport> Messages<S, T> {
    /// The messages of a socket that is owned, borrowed or shared.
    #[must_use]
    pub const fn new(socket: S) -> Self {
        Self { socket, waiting: None, is_streak_over: false, transport: PhantomData }
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> &Socket<T> {
        self.socket.borrow()
    }

    /// Sends what waits for room.
    fn poll_room(&mut self, cx: &Context<'_>) -> Poll<Result<(), Refused>> {
        let Some(message) = &self.waiting else { return Poll::Ready(Ok(())) };
        if core::mem::take(&mut self.is_streak_over) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let sent = ready!(self.socket().poll_send(cx, message));
        self.waiting = None;
        Poll::Ready(sent)
    }
}

impl<S: Borrow<Socket<T>>, T: Transport> Stream for Messages<S, T> {
    type Item = Result<Message, Refused>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let received = ready!(self.socket().poll_recv(cx, socket::Socket::recv));
        Poll::Ready(Some(received).filter(|received| *received != Err(Refused::Terminated)))
    }
}

impl<S: Borrow<Socket<T>>, T: Transport> Sink<Message> for Messages<S, T> {
    type Error = Refused;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        self.poll_room(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Refused> {
        if self.waiting.is_some() {
            return Err(Refused::WouldBlock);
        }
        match self.socket().send_in_turn(&message) {
            Ok(true) => return Ok(()),
            Ok(false) => self.is_streak_over = true,
            Err(Refused::WouldBlock) => {}
            Err(refused) => return Err(refused),
        }
        self.waiting = Some(message);
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        ready!(self.poll_room(cx))?;
        self.socket().poll_kept(cx)
    }

    /// Flushes; the socket stays open.
    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        self.poll_flush(cx)
    }
}
