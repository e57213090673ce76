//! The socket that applications use.
//!
//! Every method takes `&self`, so that many tasks may share one socket, and every future may be
//! dropped: a message has then been sent whole or not at all, received whole or not at all.

use super::context::Context;
use super::endpoints;
use super::keeping;
use super::monitor::Monitor;
use super::shared::Shared;
use super::transport::{Net, Transport};
use crate::connection::PeerInfo;
use crate::error::Refused;
use crate::message::{Message, Parts};
use crate::pattern::Wish;
use crate::socket::{self, Endpoint, Ready, Value};
use crate::socket_type::SocketType;
use core::future::{Future, poll_fn};
use core::task::{self, Poll};
use core::time::Duration;
use std::sync::Arc;

/// A socket; dropping it closes it, and what is queued still leaves as `linger` says.
#[derive(Debug)]
pub struct Socket<T: Transport = Net> {
    context: Context<T>,
    pub(super) shared: Arc<Shared>,
}

impl<T: Transport> Socket<T> {
    pub(super) const fn new(context: Context<T>, shared: Arc<Shared>) -> Self {
        Self { context, shared }
    }

    /// Gives an option a value; `subscribe` and `unsubscribe` act at once. Options of endpoints
    /// count for those bound or connected later.
    ///
    /// # Errors
    /// No such option, not for this type, or not this value.
    pub fn set(&self, name: &str, value: impl Into<Value>) -> Result<(), Refused> {
        self.with(|socket| socket.set(name, value))
    }

    /// Speaks 3.1 on connections made from now on, or with 0 only 3.0, as older peers do.
    pub fn set_minor(&self, minor: u8) {
        self.shared.lock().socket.set_minor(minor);
    }

    /// The value of an option, such as `last_endpoint`; of `events`, what would not have to wait.
    ///
    /// # Errors
    /// No such option, or not to be read.
    pub fn value(&self, name: &str) -> Result<Value, Refused> {
        // Looking for a message drops what is none, which makes room.
        self.with(|socket| socket.value(name))
    }

    /// Reports what happens to its endpoints and connections from now on: events whose
    /// [`number`](crate::socket::monitor::Event::number) is in the mask.
    #[must_use]
    pub fn monitor(&self, mask: u16) -> Monitor {
        Monitor::new(&self.shared, mask)
    }

    /// Subscribes to what starts with this topic.
    ///
    /// # Errors
    /// The type subscribes to nothing.
    pub fn subscribe(&self, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.ask(Wish::Subscribe(topic.as_ref()))
    }

    /// Takes one subscription back.
    ///
    /// # Errors
    /// The type subscribes to nothing.
    pub fn unsubscribe(&self, topic: impl AsRef<[u8]>) -> Result<(), Refused> {
        self.ask(Wish::Cancel(topic.as_ref()))
    }

    fn ask(&self, wish: Wish<'_>) -> Result<(), Refused> {
        self.with(|socket| socket.ask(wish))
    }

    /// Binds to an endpoint, such as `tcp://127.0.0.1:*`; returns it with every wildcard filled
    /// in.
    ///
    /// # Errors
    /// The endpoint is none to bind to, or is in use.
    pub async fn bind(&self, endpoint: &str) -> Result<Endpoint, Refused> {
        endpoints::bind(&self.context, &self.shared, endpoint).await
    }

    /// Connects to an endpoint. There need not be anybody yet: the socket dials until there is.
    ///
    /// # Errors
    /// The endpoint is none to connect to, or a peer has the name that `connect_routing_id` gives.
    ///
    /// # Panics
    /// Outside a tokio runtime, which is to run the task that dials.
    pub fn connect(&self, endpoint: &str) -> Result<(), Refused> {
        endpoints::connect(&self.context, &self.shared, endpoint)
    }

    /// Stops listening to an endpoint, and returns when its address is free; peers that came that
    /// way stay.
    ///
    /// # Errors
    /// The socket is not bound to it.
    pub async fn unbind(&self, endpoint: &str) -> Result<(), Refused> {
        endpoints::unbind(&self.shared, endpoint).await
    }

    /// Undoes every [`Socket::connect`] to this endpoint, as in libzmq; what is queued for it still
    /// leaves, for as long as `linger` says.
    ///
    /// # Errors
    /// The socket is not connected to it.
    pub fn disconnect(&self, endpoint: &str) -> Result<(), Refused> {
        self.with(|socket| socket.disconnect(endpoint, self.shared.now()))
    }

    /// Sends one message; waits while the type says so, at most for `sndtimeo`.
    ///
    /// # Errors
    /// What the type refuses; [`Refused::WouldBlock`] after `sndtimeo`.
    pub async fn send(&self, message: impl Parts) -> Result<(), Refused> {
        let mut sent = self.send_in_turn(&message);
        if sent == Ok(false) {
            // Before it is sent: whoever drops this future then knows that it was not.
            tokio::task::yield_now().await;
            sent = self.send_in_turn(&message);
        }
        match sent {
            Ok(true) => {}
            Ok(false) | Err(Refused::WouldBlock) => {
                let timeout = self.shared.lock().socket.options().timing.sndtimeo;
                within(timeout, poll_fn(|cx| self.poll_send(cx, &message))).await?;
            }
            Err(refused) => return Err(refused),
        }
        if self.has_swap() { self.kept().await } else { Ok(()) }
    }

    /// Sends one message now. With a durable swap the calling thread waits until the disk has it,
    /// beside the lock: an asynchronous program rather uses [`Socket::send`].
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] if that would have to wait.
    pub fn try_send(&self, message: impl Parts) -> Result<(), Refused> {
        let mut core = self.shared.lock();
        message.with_parts(|parts| core.send_now(parts))?;
        self.keep_now(core)
    }

    /// Sends messages in order, at least one and as many as there is room for under one lock; tells
    /// how many. Waits as [`Socket::send`] does.
    ///
    /// # Errors
    /// What the type refuses of the first, and none was sent.
    pub async fn send_batch(&self, messages: &[impl Parts]) -> Result<usize, Refused> {
        // Before and not after: dropped while it yields, it has sent nothing.
        if self.shared.lock().is_streak_over(messages.len()) {
            tokio::task::yield_now().await;
        }
        let sent = self.with(|socket| socket.send_batch(messages));
        let sent = match sent {
            Err(Refused::WouldBlock) => {
                let timeout = self.shared.lock().socket.options().timing.sndtimeo;
                within(timeout, poll_fn(|cx| self.poll_send_batch(cx, messages))).await?
            }
            outcome => outcome?,
        };
        if self.has_swap() {
            self.kept().await?;
        }
        Ok(sent)
    }

    /// Sends as many messages as there is room for now, in order; tells how many. With a durable
    /// swap it waits as [`Socket::try_send`] does.
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] if already the first would have to wait.
    pub fn try_send_batch(&self, messages: &[impl Parts]) -> Result<usize, Refused> {
        let mut core = self.shared.lock();
        let sent = core.socket.send_batch(messages);
        core.settle();
        let sent = sent?;
        self.keep_now(core).map(|()| sent)
    }

    /// Receives one message; waits at most for `rcvtimeo`.
    ///
    /// # Errors
    /// What the type refuses; [`Refused::WouldBlock`] after `rcvtimeo`.
    pub fn recv(&self) -> impl Future<Output = Result<Message, Refused>> {
        self.receive(socket::Socket::recv)
    }

    /// Receives one message as [`Socket::recv`] does, and tells who sent it.
    ///
    /// ```
    /// # use zeroproof_reference::{runtime::Context, Refused, SocketType};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Refused> {
    /// let context = Context::new();
    /// let (pull, push) = (context.socket(SocketType::Pull)?, context.socket(SocketType::Push)?);
    /// push.set("metadata", "X-Colour:red")?;
    /// push.connect(&pull.bind("tcp://127.0.0.1:*").await?.to_string())?;
    /// push.send("hello").await?;
    /// let (message, sender) = pull.recv_from().await?;
    /// assert_eq!(message.first(), b"hello");
    /// assert_eq!(sender.property("X-Colour"), Some(&b"red"[..]));
    /// assert_eq!(sender.property("Peer-Address"), Some(&b"127.0.0.1"[..]));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`Socket::recv`].
    pub fn recv_from(&self) -> impl Future<Output = Result<(Message, Arc<PeerInfo>), Refused>> {
        self.receive(socket::Socket::recv_from)
    }

    /// Appends the messages that are there, at least one and at most `limit`, all taken under one
    /// lock; tells how many. Waits as [`Socket::recv`] does.
    ///
    /// # Errors
    /// As for [`Socket::recv`]; nothing was received.
    pub fn recv_batch(
        &self,
        into: &mut Vec<Message>,
        limit: usize,
    ) -> impl Future<Output = Result<usize, Refused>> {
        self.receive(move |socket| socket.recv_batch(into, limit))
    }

    async fn receive<V>(
        &self,
        mut attempt: impl FnMut(&mut socket::Socket) -> Result<V, Refused>,
    ) -> Result<V, Refused> {
        match self.with(&mut attempt) {
            Err(Refused::WouldBlock) => {}
            outcome => return outcome,
        }
        let timeout = self.shared.lock().socket.options().timing.rcvtimeo;
        within(timeout, poll_fn(|cx| self.poll_recv(cx, &mut attempt))).await
    }

    /// Receives one message that is there now.
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] if there is none.
    pub fn try_recv(&self) -> Result<Message, Refused> {
        self.with(socket::Socket::recv)
    }

    /// Appends the messages that are there now, at most `limit`; tells how many.
    ///
    /// # Errors
    /// [`Refused::WouldBlock`] if there is none.
    pub fn try_recv_batch(&self, into: &mut Vec<Message>, limit: usize) -> Result<usize, Refused> {
        self.with(|socket| socket.recv_batch(into, limit))
    }

    /// Waits until some of this need not wait, and tells what; another task may still be faster.
    ///
    /// # Errors
    /// [`Refused::Terminated`].
    pub async fn ready(&self, wanted: Ready) -> Result<Ready, Refused> {
        poll_fn(|cx| self.poll_ready(cx, wanted)).await
    }

    /// Does something to the socket, and wakes whoever has to look again.
    fn with<V>(
        &self,
        act: impl FnOnce(&mut socket::Socket) -> Result<V, Refused>,
    ) -> Result<V, Refused> {
        let mut core = self.shared.lock();
        let outcome = act(&mut core.socket);
        core.settle();
        outcome
    }

    pub(super) fn poll_recv<V>(
        &self,
        cx: &task::Context<'_>,
        attempt: impl FnOnce(&mut socket::Socket) -> Result<V, Refused>,
    ) -> Poll<Result<V, Refused>> {
        self.shared.lock().poll_recv(cx.waker(), attempt)
    }

    pub(super) fn poll_send(
        &self,
        cx: &task::Context<'_>,
        message: &impl Parts,
    ) -> Poll<Result<(), Refused>> {
        let mut core = self.shared.lock();
        let sent =
            message.with_parts(|parts| core.poll_send(cx.waker(), |socket| socket.send(parts)));
        keeping::begin(&self.shared, &mut core);
        sent
    }

    pub(super) fn poll_send_batch(
        &self,
        cx: &task::Context<'_>,
        messages: &[impl Parts],
    ) -> Poll<Result<usize, Refused>> {
        let mut core = self.shared.lock();
        let sent = core.poll_send(cx.waker(), |socket| socket.send_batch(messages));
        keeping::begin(&self.shared, &mut core);
        sent
    }

    /// Sends one message now; false, and it is not sent, if so many have gone in a row that others
    /// should get a turn first.
    pub(super) fn send_in_turn(&self, message: &impl Parts) -> Result<bool, Refused> {
        let mut core = self.shared.lock();
        let sent = message.with_parts(|parts| core.send(parts));
        keeping::begin(&self.shared, &mut core);
        sent
    }

    pub(super) fn poll_ready(
        &self,
        cx: &task::Context<'_>,
        wanted: Ready,
    ) -> Poll<Result<Ready, Refused>> {
        self.shared.lock().poll_ready(cx.waker(), wanted)
    }

    /// The type, as it was opened.
    #[must_use]
    pub fn socket_type(&self) -> SocketType {
        self.shared.lock().socket.options().socket_type
    }

    /// Closes the socket, and waits until everything queued has been written or `linger` is over.
    pub async fn close(self) {
        self.shared.close();
        poll_fn(|cx| self.shared.lock().poll_closed(cx.waker())).await;
    }
}

impl<T: Transport> Drop for Socket<T> {
    fn drop(&mut self) {
        self.shared.close();
    }
}

async fn within<V>(
    timeout: Option<Duration>,
    outcome: impl Future<Output = Result<V, Refused>>,
) -> Result<V, Refused> {
    match timeout {
        None => outcome.await,
        Some(timeout) => {
            tokio::time::timeout(timeout, outcome).await.unwrap_or(Err(Refused::WouldBlock))
        }
    }
}
