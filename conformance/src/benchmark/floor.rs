//! The floor: the work of a cell without messages, as an adapter of its own, so that it is measured
//! in the same run by the same runner. A stream is written and read in large pieces, a round trip
//! is one octet there and back: nothing that carries messages over this kernel is faster.
//!
//! Deliberately absent: sockets and every other op; and cells in which no octet crosses the kernel.

use std::io::{self, BufRead, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::order::{Done, Order, Trips, Work};

/// Octets of a write, or the message if that is larger.
const WRITE: usize = 64 << 10;
/// Octets of a read.
const READ: usize = 256 << 10;

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// Where somebody listens.
enum Door {
    Tcp(TcpListener),
    Ipc(UnixListener),
}

/// Serves standard input to its end. The exit code of the process.
///
/// # Errors
/// None; it has the form of its siblings.
pub fn serve() -> io::Result<u8> {
    for line in io::stdin().lock().lines() {
        let Ok(Value::Object(request)) = serde_json::from_str(&line?) else { continue };
        let id = request.get("id").cloned().unwrap_or_default();
        match request.get("op").and_then(Value::as_str) {
            Some("hello") => say(&json!({"id": id, "ok": hello()})),
            Some("bench") => {
                thread::spawn(move || match play(&id, request) {
                    Ok(done) => say(&json!({"id": id, "ok": done})),
                    Err(error) => {
                        let message = error.to_string();
                        say(&json!({"id": id, "err": {"kind": "refused", "message": message}}));
                    }
                });
            }
            _ => say(&json!({"id": id, "err": {"kind": "unsupported"}})),
        }
    }
    Ok(0)
}

fn hello() -> Value {
    let ops =
        ["hello", "open", "bind", "connect", "send", "recv", "close", "reset", "bye", "bench"];
    json!({
        "proto": 1,
        "impl": {"name": "floor", "version": env!("CARGO_PKG_VERSION"), "language": "Rust"},
        "concurrency": 1,
        "can": {"zmtp": [], "type": ["PUSH", "PULL", "REQ", "REP", "XPUB", "SUB"], "mech": ["NULL"],
            "role": ["bind", "connect"], "transport": ["tcp", "ipc"], "opt": ["xpub_nodrop"],
            "op": ops},
    })
}

fn say(line: &Value) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn play(id: &Value, request: Map<String, Value>) -> io::Result<Done> {
    let order = Order::read(request).map_err(io::Error::other)?;
    let streams = open(id, &order)?;
    let all = usize::try_from(order.all()).unwrap_or(usize::MAX);
    let (took, trips) = match order.work {
        Work::Send => (send(&order, streams)?, None),
        Work::Receive => (receive_all(&order, streams)?, None),
        Work::Ask => {
            let trips = ask(&order, streams)?;
            (Duration::from_nanos(trips.iter().sum()), Some(Trips::of(trips)))
        }
        Work::Echo => (echo(&order, streams)?, None),
    };
    let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
    Ok(Done { messages: order.all(), octets: (all * order.size) as u64, ns, trips })
}

/// The streams of one side; those who listen tell so before they accept.
fn open(id: &Value, order: &Order) -> io::Result<Vec<Box<dyn Stream>>> {
    let ready = |to: &str| say(&json!({"ev": "ready", "of": id, "endpoint": to}));
    if let Some(to) = &order.bind {
        let door = match to.split_once("://") {
            Some(("tcp", address)) => Door::Tcp(TcpListener::bind(address)?),
            Some((_, path)) => Door::Ipc(UnixListener::bind(path)?),
            None => return Err(io::Error::other("no endpoint")),
        };
        ready(to);
        return (0..order.peers.max(1)).map(|_| door.accept()).collect();
    }
    let to = order.connect.clone().unwrap_or_default();
    let streams = (0..order.sockets).map(|_| match to.split_once("://") {
        Some(("tcp", address)) => plain(TcpStream::connect(address)?),
        Some((_, path)) => Ok(Box::new(UnixStream::connect(path)?) as Box<dyn Stream>),
        None => Err(io::Error::other("no endpoint")),
    });
    let streams = streams.collect::<io::Result<Vec<_>>>()?;
    ready(&to);
    Ok(streams)
}

fn plain(stream: TcpStream) -> io::Result<Box<dyn Stream>> {
    stream.set_nodelay(true)?;
    Ok(Box::new(stream))
}

impl Door {
    fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Tcp(door) => plain(door.accept()?.0),
            Self::Ipc(door) => Ok(Box::new(door.accept()?.0)),
        }
    }
}

/// All octets of all messages to each of the streams.
fn send(order: &Order, mut streams: Vec<Box<dyn Stream>>) -> io::Result<Duration> {
    let piece = vec![b'x'; WRITE.max(order.size)];
    let mut left = usize::try_from(order.all()).unwrap_or(usize::MAX) * order.size;
    let began = Instant::now();
    while let Some(octets) = piece.get(..left.min(piece.len())).filter(|piece| !piece.is_empty()) {
        for stream in &mut streams {
            stream.write_all(octets)?;
        }
        left -= octets.len();
    }
    Ok(began.elapsed())
}

fn receive_all(order: &Order, streams: Vec<Box<dyn Stream>>) -> io::Result<Duration> {
    let many = streams.len() as u64;
    let share = |messages: u64| {
        usize::try_from(messages / many).unwrap_or(usize::MAX).saturating_mul(order.size)
    };
    let (all, warm_up) = (share(order.all()), share(order.warm_up));
    let readers =
        streams.into_iter().map(|stream| thread::spawn(move || read(stream, all, warm_up)));
    let readers: Vec<_> = readers.collect();
    let mut first = None::<Instant>;
    for reader in readers {
        let began = reader.join().map_err(|_| io::Error::other("a reader panicked"))??;
        first = Some(first.map_or(began, |first| first.min(began)));
    }
    Ok(first.map_or(Duration::ZERO, |first| first.elapsed()))
}

/// Reads so many octets; when the first ones were there.
fn read(mut stream: Box<dyn Stream>, all: usize, warm_up: usize) -> io::Result<Instant> {
    let mut buffer = vec![0; READ];
    let (mut had, mut began) = (0, None);
    while had < all {
        let room = READ.min(all - had);
        let got = stream.read(buffer.get_mut(..room).unwrap_or_default())?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        had += got;
        if had >= warm_up && began.is_none() {
            began = Some(Instant::now());
        }
    }
    Ok(began.unwrap_or_else(Instant::now))
}

fn only(streams: Vec<Box<dyn Stream>>) -> io::Result<Box<dyn Stream>> {
    streams.into_iter().next().ok_or_else(|| io::Error::other("no stream"))
}

fn ask(order: &Order, streams: Vec<Box<dyn Stream>>) -> io::Result<Vec<u64>> {
    let (mut stream, mut octets) = (only(streams)?, vec![0; order.size]);
    let mut trips = Vec::new();
    for at in 0..order.all() {
        let began = Instant::now();
        stream.write_all(&octets)?;
        stream.read_exact(&mut octets)?;
        if at >= order.warm_up {
            trips.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
    }
    Ok(trips)
}

fn echo(order: &Order, streams: Vec<Box<dyn Stream>>) -> io::Result<Duration> {
    let (mut stream, mut octets) = (only(streams)?, vec![0; order.size]);
    let began = Instant::now();
    for _ in 0..order.all() {
        stream.read_exact(&mut octets)?;
        stream.write_all(&octets)?;
    }
    Ok(began.elapsed())
}
