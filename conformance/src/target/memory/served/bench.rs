//! The op `bench`: an application of the engine in a thread of its own, with a runtime of its own,
//! as its documentation tells users to write one. Nothing is tuned, and no line is read or written
//! between two messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;
use zeroproof_reference as reference;
use zeroproof_reference::runtime::{Context, Socket};

use super::OPTIONS;
use super::line::{Failure, accept, ready, refuse, setting};
use crate::benchmark::order::{Done, Order, Trips, Work};

/// From here on a body is handed over instead of copied.
const LARGE: usize = 64 << 10;

/// Starts it; the answer comes by itself.
pub(super) fn start(context: Context, id: u64, request: Map<String, Value>) -> Result<(), Failure> {
    let order = Order::read(request).map_err(Failure::refused)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::refused(error.to_string()))?;
    std::thread::spawn(move || {
        let played = async move {
            let sockets = open(&context, &order).await;
            let sockets = sockets.map(|(sockets, endpoint)| {
                ready(id, &endpoint);
                sockets
            });
            let counts: Vec<_> = (0..order.sockets).map(|_| Arc::new(AtomicU64::new(0))).collect();
            let done = match &sockets {
                Ok(sockets) => play(&order, sockets, &counts).await,
                Err(failure) => Err(failure.clone()),
            };
            match done {
                Ok(done) => accept(id, &json!(done)),
                Err(failure) => refuse(Some(id), &failure),
            }
            // What they still hold goes out until the process ends.
            std::future::pending::<()>().await;
            drop(sockets);
        };
        runtime.block_on(async { tokio::spawn(played).await })
    });
    Ok(())
}

async fn open(context: &Context, order: &Order) -> Result<(Vec<Arc<Socket>>, String), Failure> {
    let kind = reference::SocketType::parse(order.kind.as_bytes());
    let kind = kind.ok_or_else(|| Failure::unsupported("no such socket type"))?;
    let (mut sockets, mut endpoint) = (Vec::new(), String::new());
    for _ in 0..order.sockets {
        let socket = context.socket(kind)?;
        for (name, value) in &order.opt {
            if name != "linger" && !OPTIONS.contains(&name.as_str()) {
                return Err(Failure::unsupported(format!("option {name}")));
            }
            socket.set(name, setting(Some(value))?)?;
        }
        if kind == reference::SocketType::Sub {
            socket.subscribe("")?;
        }
        match (&order.bind, &order.connect) {
            (Some(to), _) => endpoint = socket.bind(to).await?.to_string(),
            (None, to) => {
                endpoint = to.clone().unwrap_or_default();
                socket.connect(&endpoint)?;
            }
        }
        sockets.push(Arc::new(socket));
    }
    Ok((sockets, endpoint))
}

async fn play(
    order: &Order,
    sockets: &[Arc<Socket>],
    counts: &[Arc<AtomicU64>],
) -> Result<Done, Failure> {
    let within = Duration::from_millis(order.within_ms);
    let one = sockets.first().zip(counts.first());
    let (socket, count) = one.ok_or_else(|| Failure::refused("no socket"))?;
    let work = async {
        match order.work {
            Work::Send => Ok((send(order, sockets, count).await?, None)),
            Work::Receive => Ok((receive_all(order, sockets, counts).await?, None)),
            Work::Echo => Ok((echo(order, socket, count).await?, None)),
            Work::Ask => {
                let trips = ask(order, socket, count).await?;
                Ok((Duration::from_nanos(trips.iter().sum()), Some(Trips::of(trips))))
            }
        }
    };
    let done = || counts.iter().map(|count| count.load(Relaxed)).sum::<u64>();
    let ended = timeout(within, work).await;
    let ended = ended.unwrap_or_else(|_| {
        Err(Failure::again(&format!("not done in time: {} of {} messages", done(), order.all())))
    });
    let (took, trips) = ended?;
    let messages = done();
    let octets = messages * order.size as u64;
    Ok(Done { messages, octets, ns: u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), trips })
}

async fn put(socket: &Socket, body: &mut Vec<u8>, size: usize) -> Result<(), Failure> {
    // Filled anew, as everybody does.
    body.clear();
    body.resize(size, b'x');
    if size < LARGE {
        Ok(socket.send(&*body).await?)
    } else {
        Ok(socket.send(Bytes::from(std::mem::take(body))).await?)
    }
}

async fn take(socket: &Socket, size: usize) -> Result<reference::Message, Failure> {
    let message = socket.recv().await?;
    if message.first().len() == size && message.parts().len() == 1 {
        return Ok(message);
    }
    Err(Failure::refused(format!("{} octets, not {size}", message.first().len())))
}

async fn send(
    order: &Order,
    sockets: &[Arc<Socket>],
    count: &AtomicU64,
) -> Result<Duration, Failure> {
    if let Some(socket) = sockets.first() {
        for _ in 0..order.peers {
            socket.recv().await?;
        }
    }
    let (mut body, mut began) = (Vec::with_capacity(order.size), Instant::now());
    let turns = sockets.iter().cycle().take(usize::try_from(order.all()).unwrap_or(usize::MAX));
    for (at, socket) in (0..).zip(turns) {
        if at == order.warm_up {
            began = Instant::now();
        }
        put(socket, &mut body, order.size).await?;
        count.store(at + 1, Relaxed);
    }
    Ok(began.elapsed())
}

/// One task a socket; the clock starts when the first of them is warm.
async fn receive_all(
    order: &Order,
    sockets: &[Arc<Socket>],
    counts: &[Arc<AtomicU64>],
) -> Result<Duration, Failure> {
    let many = order.sockets as u64;
    let (all, warm_up) = (order.all() / many, order.warm_up / many);
    if let ([socket], [count]) = (sockets, counts) {
        return Ok(receive(socket, (all, warm_up), order.size, count).await?.elapsed());
    }
    let (mut tasks, mut first) = (JoinSet::new(), None::<Instant>);
    for (socket, count) in sockets.iter().cloned().zip(counts.iter().cloned()) {
        let size = order.size;
        tasks.spawn(async move { receive(&socket, (all, warm_up), size, &count).await });
    }
    while let Some(ended) = tasks.join_next().await {
        let began = ended.map_err(|error| Failure::refused(error.to_string()))??;
        first = Some(first.map_or(began, |first| first.min(began)));
    }
    Ok(first.map_or(Duration::ZERO, |first| first.elapsed()))
}

async fn receive(
    socket: &Socket,
    (all, warm_up): (u64, u64),
    size: usize,
    count: &AtomicU64,
) -> Result<Instant, Failure> {
    let mut began = Instant::now();
    for at in 0..all {
        take(socket, size).await?;
        count.store(at + 1, Relaxed);
        if at + 1 == warm_up {
            began = Instant::now();
        }
    }
    Ok(began)
}

async fn echo(order: &Order, socket: &Socket, count: &AtomicU64) -> Result<Duration, Failure> {
    let began = Instant::now();
    for at in 0..order.all() {
        let message = take(socket, order.size).await?;
        socket.send(&message).await?;
        count.store(at + 1, Relaxed);
    }
    Ok(began.elapsed())
}

async fn ask(order: &Order, socket: &Socket, count: &AtomicU64) -> Result<Vec<u64>, Failure> {
    let (mut body, mut trips) = (Vec::with_capacity(order.size), Vec::new());
    for at in 0..order.all() {
        let began = Instant::now();
        put(socket, &mut body, order.size).await?;
        take(socket, order.size).await?;
        if at >= order.warm_up {
            trips.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        count.store(at + 1, Relaxed);
    }
    Ok(trips)
}
