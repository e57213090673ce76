//! Crowds of peers against the runtime, over pipes in memory and over tcp.
//!
//! Deliberately absent: octets that are wrong; here they are missing, slow or many.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zeroproof_reference::limits::HANDSHAKES;
use zeroproof_reference::runtime::transport::Transport;
use zeroproof_reference::runtime::{Context, Socket};
use zeroproof_reference::socket::monitor::Event;
use zeroproof_reference::socket::options::Tcp;
use zeroproof_reference::{Endpoint, Message, Refused, SocketType};

use crate::session::{greeting, hex, ready};

const HERE: &str = "tcp://127.0.0.1:5555";

/// One listener, and streams that are memory.
#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Option<UnboundedSender<DuplexStream>>>>);

impl Memory {
    fn dial(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(4096);
        let listener = self.0.lock().unwrap().clone();
        let sent = listener.and_then(|listener| listener.send(theirs).ok());
        sent.map(|()| ours).ok_or_else(|| io::ErrorKind::ConnectionRefused.into())
    }
}

impl Transport for Memory {
    type Stream = DuplexStream;
    type Listener = UnboundedReceiver<DuplexStream>;

    async fn bind(&self, endpoint: &Endpoint, _: &Tcp) -> io::Result<(Self::Listener, Endpoint)> {
        let (sender, receiver) = unbounded_channel();
        *self.0.lock().unwrap() = Some(sender);
        Ok((receiver, endpoint.clone()))
    }

    async fn accept(&self, listener: &mut Self::Listener) -> io::Result<(DuplexStream, String)> {
        let stream = listener.recv().await.ok_or(io::ErrorKind::BrokenPipe)?;
        Ok((stream, String::new()))
    }

    async fn connect(&self, _: &Endpoint, _: &Tcp) -> io::Result<(DuplexStream, String)> {
        Ok((self.dial()?, String::new()))
    }
}

/// Where every attempt to connect is swallowed.
#[derive(Clone, Debug, Default)]
struct BlackHole(Memory);

impl Transport for BlackHole {
    type Stream = DuplexStream;
    type Listener = UnboundedReceiver<DuplexStream>;

    async fn bind(&self, endpoint: &Endpoint, tcp: &Tcp) -> io::Result<(Self::Listener, Endpoint)> {
        self.0.bind(endpoint, tcp).await
    }

    async fn accept(&self, listener: &mut Self::Listener) -> io::Result<(DuplexStream, String)> {
        self.0.accept(listener).await
    }

    async fn connect(&self, _: &Endpoint, _: &Tcp) -> io::Result<(DuplexStream, String)> {
        core::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_closing_socket_does_not_wait_for_a_peer_that_never_answers_longer_than_linger() {
    let push = Context::over(BlackHole::default()).socket(SocketType::Push).unwrap();
    push.set("linger", 500).unwrap();
    push.connect(HERE).unwrap();
    push.send("never").await.unwrap();
    tokio::task::yield_now().await;
    let before = tokio::time::Instant::now();
    let closed = tokio::time::timeout(Duration::from_secs(600), push.close()).await;
    assert!(closed.is_ok(), "it waits for ever");
    assert!(before.elapsed() < Duration::from_millis(510), "{:?}", before.elapsed());
}

/// An echo, and a client of it.
async fn service<T: Transport>(context: &Context<T>, endpoint: &str) -> (Socket<T>, String) {
    let rep = context.socket(SocketType::Rep).unwrap();
    let endpoint = rep.bind(endpoint).await.unwrap().to_string();
    let req = context.socket(SocketType::Req).unwrap();
    req.connect(&endpoint).unwrap();
    tokio::spawn(async move {
        while let Ok(request) = rep.recv().await {
            rep.send(&request).await.unwrap();
        }
    });
    ask(&req).await.unwrap();
    (req, endpoint)
}

async fn ask<T: Transport>(req: &Socket<T>) -> Result<(), Refused> {
    req.send("hi").await?;
    let reply = req.recv().await?;
    assert_eq!(reply, Message::from("hi"));
    Ok(())
}

/// Octets of memory that the process has, other tests included; zero where the system does not
/// say.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0) * 4096
}

fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_that_never_finish_a_handshake_harm_nobody_and_go_in_time() {
    let memory = Memory::default();
    let context = Context::over(memory.clone());
    let (req, _) = service(&context, HERE).await;
    let before = resident();
    let mut crowd = Vec::new();
    for number in 0..10_000_usize {
        let mut stream = memory.dial().unwrap();
        let octets = greeting(1);
        stream.write_all(&octets[..number % 64]).await.unwrap();
        crowd.push(stream);
        if number % 1000 == 0 {
            ask(&req).await.unwrap();
        }
    }
    ask(&req).await.unwrap();
    let grown = resident().saturating_sub(before);
    assert!(grown < 512 << 20, "{} octets each", grown / 10_000);
    tokio::time::advance(Duration::from_secs(31)).await;
    for stream in &mut crowd {
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        assert!(heard.len() <= 64, "{} octets", heard.len());
    }
    ask(&req).await.unwrap();
    let late = context.socket(SocketType::Req).unwrap();
    late.connect(HERE).unwrap();
    ask(&late).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn of_too_many_handshakes_the_oldest_makes_room_at_once() {
    let memory = Memory::default();
    let context = Context::over(memory.clone());
    let (req, _) = service(&context, HERE).await;
    let before = tokio::time::Instant::now();
    let mut crowd: Vec<_> = (0..HANDSHAKES * 4).map(|_| memory.dial().unwrap()).collect();
    let late = context.socket(SocketType::Req).unwrap();
    late.connect(HERE).unwrap();
    ask(&late).await.unwrap();
    ask(&req).await.unwrap();
    let mut kept = crowd.split_off(HANDSHAKES * 3 + 1);
    for mut stream in crowd {
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
    }
    for stream in &mut kept {
        stream.write_all(&greeting(1)).await.unwrap();
    }
    assert!(before.elapsed() < Duration::from_secs(1), "nobody waited for a timeout");
}

/// Memory of a system that has run out of descriptors for so many attempts to accept.
#[derive(Clone, Debug, Default)]
struct Exhausted(Memory, Arc<Mutex<u32>>);

impl Transport for Exhausted {
    type Stream = DuplexStream;
    type Listener = UnboundedReceiver<DuplexStream>;

    async fn bind(&self, endpoint: &Endpoint, tcp: &Tcp) -> io::Result<(Self::Listener, Endpoint)> {
        self.0.bind(endpoint, tcp).await
    }

    async fn accept(&self, listener: &mut Self::Listener) -> io::Result<(DuplexStream, String)> {
        let left = std::mem::replace(&mut *self.1.lock().unwrap(), 0);
        *self.1.lock().unwrap() = left.saturating_sub(1);
        if left > 0 { Err(io::Error::from_raw_os_error(24)) } else { self.0.accept(listener).await }
    }

    async fn connect(&self, at: &Endpoint, tcp: &Tcp) -> io::Result<(DuplexStream, String)> {
        self.0.connect(at, tcp).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_listener_outlives_a_lack_of_descriptors_and_does_not_spin() {
    let context = Context::over(Exhausted(Memory::default(), Arc::new(Mutex::new(5))));
    let pull = context.socket(SocketType::Pull).unwrap();
    let mut events = pull.monitor(Event::AcceptFailed(0).number() | Event::Accepted.number());
    let before = tokio::time::Instant::now();
    pull.bind(HERE).await.unwrap();
    let push = context.socket(SocketType::Push).unwrap();
    push.connect(HERE).unwrap();
    push.send("after all").await.unwrap();
    assert_eq!(pull.recv().await.unwrap(), Message::from("after all"));
    for _ in 0..5 {
        assert_eq!(events.recv().await.unwrap().event, Event::AcceptFailed(24));
    }
    assert_eq!(events.recv().await.unwrap().event, Event::Accepted);
    assert!(before.elapsed() >= Duration::from_millis(50), "a pause after each");
}

#[tokio::test(start_paused = true)]
async fn a_monitor_hears_of_an_attempt_when_it_begins() {
    let push = Context::over(BlackHole::default()).socket(SocketType::Push).unwrap();
    let mut events = push.monitor(Event::ConnectDelayed.number());
    push.connect(HERE).unwrap();
    let heard = tokio::time::timeout(Duration::from_secs(1), events.recv()).await;
    assert_eq!(heard.unwrap().unwrap().event, Event::ConnectDelayed);
}

#[tokio::test]
async fn huge_sizes_are_announced_and_no_memory_is_taken() {
    let memory = Memory::default();
    let context = Context::over(memory.clone());
    let (req, _) = service(&context, HERE).await;
    let before = resident();
    let mut crowd = Vec::new();
    for _ in 0..1000 {
        let mut stream = memory.dial().unwrap();
        // As much as is allowed: it may come, and nothing is set aside for it.
        let octets = [greeting(1), ready("REQ"), hex("02 0000000040000000 00*100")].concat();
        stream.write_all(&octets).await.unwrap();
        crowd.push(stream);
    }
    ask(&req).await.unwrap();
    let grown = resident().saturating_sub(before);
    assert!(grown < 512 << 20, "{} octets each", grown / 1000);
}

#[tokio::test]
async fn a_peer_that_writes_octet_by_octet_is_served_and_holds_up_nobody() {
    let context = Context::new();
    let (req, endpoint) = service(&context, "tcp://127.0.0.1:*").await;
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("tcp://")).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let request = hex("01 00 00 02 6869");
    for octet in [greeting(1), ready("REQ"), request.clone()].concat() {
        stream.write_all(&[octet]).await.unwrap();
        ask(&req).await.unwrap();
    }
    let mut heard = Vec::new();
    while !heard.ends_with(&request) {
        assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn peers_that_come_and_go_leave_nothing_behind() {
    let rounds: usize =
        std::env::var("ZEROPROOF_SOAK").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let context = Context::new();
    let (req, endpoint) = service(&context, "tcp://127.0.0.1:*").await;
    let (mut files, mut memory) = (0, 0);
    for round in 0..rounds {
        let guest = context.socket(SocketType::Req).unwrap();
        guest.connect(&endpoint).unwrap();
        ask(&guest).await.unwrap();
        guest.disconnect(&endpoint).unwrap();
        guest.close().await;
        if round == rounds / 10 {
            ask(&req).await.unwrap();
            (files, memory) = (descriptors(), resident());
        }
    }
    ask(&req).await.unwrap();
    // Other tests run at the same time, and have files and memory of their own.
    assert!(descriptors() <= files + 64, "{} files, not {files}", descriptors());
    let grown = resident().saturating_sub(memory);
    assert!(grown < (300 << 20), "{grown} octets more after {rounds} peers");
}
