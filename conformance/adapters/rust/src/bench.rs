//! The op `bench`: an application of the implementation in a thread and a runtime of its own, with
//! one thread, where each of those in Rust is at its best. No line is read or written between two
//! messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::line::{accept, ready, refuse};
use crate::{Answer, Failure, Implementation, Setting, Socket};

struct Order {
    work: String,
    kind: String,
    bind: Option<String>,
    connect: Option<String>,
    options: Vec<(String, Setting)>,
    size: usize,
    count: u64,
    warm_up: u64,
    sockets: u64,
    peers: u64,
    within: Duration,
}

fn refused(why: &str) -> Failure {
    Failure::new("refused", why)
}

impl Order {
    fn read(request: &Map<String, Value>) -> Answer<Self> {
        let text = |name: &str| request.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str, otherwise: Option<u64>| match request.get(name) {
            None => otherwise.ok_or_else(|| refused(&format!("{name} is a whole number"))),
            Some(value) => {
                value.as_u64().ok_or_else(|| refused(&format!("{name} is a whole number")))
            }
        };
        let options = request.get("opt").and_then(Value::as_object).cloned().unwrap_or_default();
        let options = options.iter().map(|(name, value)| Ok((name.clone(), Setting::read(value)?)));
        let order = Self {
            work: text("work").ok_or_else(|| refused("work is a string"))?,
            kind: text("type").ok_or_else(|| refused("type is a string"))?,
            bind: text("bind"),
            connect: text("connect"),
            options: options.collect::<Answer<_>>()?,
            size: usize::try_from(number("size", None)?).unwrap_or(usize::MAX),
            count: number("count", None)?,
            warm_up: number("warm_up", Some(0))?,
            sockets: number("sockets", Some(1))?,
            peers: number("peers", Some(0))?,
            within: Duration::from_millis(number("within_ms", None)?),
        };
        match () {
            () if order.bind.is_some() == order.connect.is_some() => {
                Err(refused("either bind or connect is a string"))
            }
            () if order.size > 64 << 20 => Err(refused("size is at most 64 MiB")),
            () if order.count == 0 || order.sockets == 0 || order.sockets > 1000 => {
                Err(refused("count is at least 1, sockets is 1 to 1000"))
            }
            () if !["send", "receive", "echo", "ask"].contains(&order.work.as_str()) => {
                Err(Failure::new("unsupported", format!("work {}", order.work)))
            }
            () => Ok(order),
        }
    }

    const fn all(&self) -> u64 {
        self.count + self.warm_up
    }
}

/// How many messages are done, socket by socket.
type Counts = Vec<Arc<AtomicU64>>;

pub(crate) fn start<I: Implementation>(
    implementation: Arc<I>,
    id: u64,
    request: &Map<String, Value>,
) -> Answer<()> {
    let order = Order::read(request)?;
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { std::process::exit(1) };
        let played = async move {
            let counts: Counts = (0..order.sockets).map(|_| Arc::default()).collect();
            let (done, kept) = match open(&*implementation, &order).await {
                Err(failure) => (Err(failure), Vec::new()),
                Ok(sockets) => {
                    let endpoint = order.bind.as_ref().or(order.connect.as_ref());
                    ready(id, endpoint.map_or("", String::as_str));
                    let done = || counts.iter().map(|count| count.load(Relaxed)).sum::<u64>();
                    match timeout(order.within, play(&order, sockets, &counts)).await {
                        Ok(Ok((kept, answer))) => (Ok(answer), kept),
                        Ok(Err(failure)) => (Err(failure), Vec::new()),
                        Err(_) => {
                            let why = format!("not done in time: {} of {}", done(), order.all());
                            (Err(Failure::new("again", why)), Vec::new())
                        }
                    }
                }
            };
            match done {
                Ok(ok) => accept(id, &ok),
                Err(failure) => refuse(Some(id), &failure),
            }
            // What they still hold goes out until the process ends.
            std::future::pending::<()>().await;
            drop(kept);
        };
        runtime.block_on(async { tokio::spawn(played).await })
    });
    Ok(())
}

async fn open<I: Implementation>(implementation: &I, order: &Order) -> Answer<Vec<I::Socket>> {
    let mut sockets = Vec::new();
    for _ in 0..order.sockets {
        let mut socket = implementation.open(&order.kind, &order.options).await?;
        socket.be_patient().await?;
        if order.kind == "SUB" {
            socket.subscribe(b"", true).await?;
        }
        match (&order.bind, &order.connect) {
            (Some(to), _) => drop(socket.bind(to).await?),
            (None, to) => socket.connect(to.as_deref().unwrap_or_default()).await?,
        }
        sockets.push(socket);
    }
    Ok(sockets)
}

/// The sockets, and the `ok`.
async fn play<S: Socket>(
    order: &Order,
    mut sockets: Vec<S>,
    counts: &Counts,
) -> Answer<(Vec<S>, Value)> {
    let mut trips = Vec::new();
    let mut took = Duration::ZERO;
    match (order.work.as_str(), sockets.first_mut(), counts.first()) {
        ("send", Some(_), Some(count)) => took = send(order, &mut sockets, count).await?,
        ("receive", Some(_), _) => (sockets, took) = receive_all(order, sockets, counts).await?,
        ("echo", Some(socket), Some(count)) => {
            let began = Instant::now();
            for at in 0..order.all() {
                take(socket, order.size).await?;
                socket.put(vec![b'x'; order.size]).await?;
                count.store(at + 1, Relaxed);
            }
            took = began.elapsed();
        }
        (_, Some(socket), Some(count)) => {
            for at in 0..order.all() {
                let began = Instant::now();
                socket.put(vec![b'x'; order.size]).await?;
                take(socket, order.size).await?;
                if at >= order.warm_up {
                    trips.push(began.elapsed());
                }
                count.store(at + 1, Relaxed);
            }
            took = trips.iter().sum();
        }
        _ => {}
    }
    let messages: u64 = counts.iter().map(|count| count.load(Relaxed)).sum();
    let octets = messages * order.size as u64;
    let mut ok = json!({"messages": messages, "octets": octets, "ns": nanoseconds(took)});
    if !trips.is_empty() {
        trips.sort_unstable();
        let last = trips.len() - 1;
        let at = |n: usize| nanoseconds(trips.get(last * n / 1000).copied().unwrap_or_default());
        ok["trips"] = json!({"p50": at(500), "p99": at(990), "p999": at(999), "max": at(1000)});
    }
    Ok((sockets, ok))
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

async fn take<S: Socket>(socket: &mut S, size: usize) -> Answer<()> {
    match socket.take().await? {
        right if right == size => Ok(()),
        wrong => Err(refused(&format!("a message of {wrong} octets, not {size}"))),
    }
}

async fn send<S: Socket>(order: &Order, sockets: &mut [S], count: &AtomicU64) -> Answer<Duration> {
    if let Some(socket) = sockets.first_mut() {
        for _ in 0..order.peers {
            socket.take().await?;
        }
    }
    let (mut began, mut at) = (Instant::now(), 0);
    while at < order.all() {
        for socket in &mut *sockets {
            if at == order.warm_up {
                began = Instant::now();
            }
            socket.put(vec![b'x'; order.size]).await?;
            at += 1;
        }
        count.store(at, Relaxed);
    }
    Ok(began.elapsed())
}

/// One task a socket; the clock starts when the first of them is warm.
async fn receive_all<S: Socket>(
    order: &Order,
    sockets: Vec<S>,
    counts: &Counts,
) -> Answer<(Vec<S>, Duration)> {
    let shares = (order.all() / order.sockets, order.warm_up / order.sockets);
    let mut tasks = JoinSet::new();
    for (socket, count) in sockets.into_iter().zip(counts.iter().cloned()) {
        let size = order.size;
        tasks.spawn(async move { receive(socket, shares, size, &count).await });
    }
    let (mut kept, mut first) = (Vec::new(), None::<Instant>);
    while let Some(ended) = tasks.join_next().await {
        let (socket, began) = ended.map_err(|error| Failure::new("internal", error))??;
        kept.push(socket);
        first = Some(first.map_or(began, |first| first.min(began)));
    }
    Ok((kept, first.map_or(Duration::ZERO, |first| first.elapsed())))
}

async fn receive<S: Socket>(
    mut socket: S,
    (all, warm_up): (u64, u64),
    size: usize,
    count: &AtomicU64,
) -> Answer<(S, Instant)> {
    let mut began = Instant::now();
    for at in 0..all {
        take(&mut socket, size).await?;
        count.store(at + 1, Relaxed);
        if at + 1 == warm_up {
            began = Instant::now();
        }
    }
    Ok((socket, began))
}
