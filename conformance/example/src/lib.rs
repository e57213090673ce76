//! A ZMTP library as small as one can be: PUSH and PULL, ZMTP 3.0, NULL, over plain tokio sockets.
//! It is here to be judged: `tests/zmtp.rs` runs the suite on it. Deliberately absent: everything a
//! user would miss first, such as older peers, and queues that stop a sender.

mod connection;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;
use tokio::time::interval;

/// A message, part by part.
pub type Message = Vec<Vec<u8>>;

/// Messages on their way to one peer.
const QUEUE: usize = 1000;
/// From the end of a connection to the next try.
const AGAIN: Duration = Duration::from_millis(10);

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends.
    Push,
    /// Receives.
    Pull,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Push => "PUSH",
            Self::Pull => "PULL",
        }
    }

    const fn peer(self) -> Self {
        match self {
            Self::Push => Self::Pull,
            Self::Pull => Self::Push,
        }
    }
}

/// A socket; its connections end when it is dropped.
#[derive(Debug)]
pub struct Socket {
    shared: Arc<Shared>,
    tasks: Mutex<Vec<AbortHandle>>,
}

#[derive(Debug)]
struct Shared {
    kind: Kind,
    /// What was received.
    inbox: Mutex<VecDeque<Message>>,
    /// Peers that take messages, the next one first.
    peers: Mutex<VecDeque<mpsc::Sender<Message>>>,
    /// Either of them has changed.
    changed: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Socket {
    /// A new socket. Its methods must be called on a tokio runtime.
    pub fn new(kind: Kind) -> Self {
        let (inbox, peers, changed) = Default::default();
        Self { shared: Arc::new(Shared { kind, inbox, peers, changed }), tasks: Mutex::default() }
    }

    /// Listens; the address with its real port.
    ///
    /// # Errors
    /// That of the system.
    pub async fn bind(&self, to: SocketAddr) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(to).await?;
        let address = listener.local_addr()?;
        let shared = Arc::clone(&self.shared);
        self.spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(connection::run(stream, Arc::clone(&shared)));
            }
        });
        Ok(address)
    }

    /// Connects, and again whenever the connection is lost.
    pub fn connect(&self, to: SocketAddr) {
        let shared = Arc::clone(&self.shared);
        self.spawn(async move {
            let mut pause = interval(AGAIN);
            loop {
                pause.tick().await;
                if let Ok(stream) = TcpStream::connect(to).await {
                    connection::run(stream, Arc::clone(&shared)).await;
                    pause.reset();
                }
            }
        });
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        lock(&self.tasks).push(tokio::spawn(task).abort_handle());
    }

    /// Gives a message to the next peer that has room; waits until there is one.
    pub async fn send(&self, message: Message) {
        loop {
            let changed = self.shared.changed.notified();
            if self.shared.offer(&message) {
                return;
            }
            changed.await;
        }
    }

    /// The next message.
    pub async fn recv(&self) -> Message {
        loop {
            let changed = self.shared.changed.notified();
            if let Some(message) = lock(&self.shared.inbox).pop_front() {
                return message;
            }
            changed.await;
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        lock(&self.tasks).iter().for_each(AbortHandle::abort);
    }
}

impl Shared {
    /// Whether a peer took it.
    fn offer(&self, message: &Message) -> bool {
        let mut peers = lock(&self.peers);
        peers.retain(|peer| !peer.is_closed());
        for _ in 0..peers.len() {
            let Some(peer) = peers.pop_front() else { break };
            let taken = peer.try_send(message.clone()).is_ok();
            peers.push_back(peer);
            if taken {
                return true;
            }
        }
        false
    }

    fn received(&self, message: Message) {
        lock(&self.inbox).push_back(message);
        self.changed.notify_waiters();
    }

    /// A peer that takes messages: what comes out of the queue is for it.
    fn joined(&self) -> mpsc::Receiver<Message> {
        let (peer, queue) = mpsc::channel(QUEUE);
        lock(&self.peers).push_back(peer);
        self.changed.notify_waiters();
        queue
    }
}
