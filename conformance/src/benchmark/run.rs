//! One run of one cell: two processes, their orders, and doubt about what they say.
//!
//! ```text
//! binding side --ready--> connecting side, or bare peers --done, both--> checks --> figure
//! ```
//!
//! Deliberately absent: second attempts. What went wrong is told, and is no figure.

use std::fmt;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::cell::{Cell, Work};
use super::crew::{Member, START};
use super::machine;
use super::order::{Done, Order, Trips, Work as Task};
use super::raw;
use crate::adapter::{Adapter, AdapterError, Begun};
use crate::curve::{CLIENT_OPTIONS, SERVER_OPTIONS};
use crate::target::as_json;

/// What an adapter may take beyond the time of its order to say that it is over.
const GRACE: Duration = Duration::from_secs(2);
/// What may pass beside the messages of a run: handshakes, and a busy machine.
const ASIDE: Duration = Duration::from_secs(3);
/// Connections before those whose memory is measured: the first pay for what all share.
const FIRST: usize = 20;

/// What one run gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// In the unit of the cell.
    pub figure: f64,
    /// Of both sides, nanoseconds a message.
    pub cpu_ns: Option<f64>,
    /// Of round trips.
    pub trips: Option<Trips>,
}

/// Why a run has no figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid(pub String);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Invalid {
    fn of(side: &str, error: &AdapterError) -> Self {
        Self(format!("{side}: {error}"))
    }
}

/// Where and how long a run may take.
#[derive(Clone, Debug)]
pub struct Place {
    /// Free, below the ephemeral ones.
    pub port: u16,
    /// A folder for the files of ipc.
    pub folder: std::path::PathBuf,
    /// After this a run is over.
    pub deadline: Duration,
}

/// Both sides of a run; the binder alone where the other one is ours or in the same process.
struct Sides {
    binder: Adapter,
    connector: Option<Adapter>,
}

impl Sides {
    async fn start(cell: &Cell, member: &Member) -> Result<Self, Invalid> {
        let pinned = cell.work == Work::RoundTrip { pinned: true };
        let prefix: &[&str] = if pinned { &["taskset", "-c", "0"] } else { &[] };
        let argv: Vec<String> =
            prefix.iter().map(ToString::to_string).chain(member.argv.iter().cloned()).collect();
        let spawn = async |side| {
            Adapter::spawn(&argv, START).await.map_err(|error| Invalid::of(side, &error))
        };
        let alone = matches!(cell.work, Work::InProcess | Work::Visits { .. } | Work::Idle(_));
        let connector = if alone { None } else { Some(spawn("the connecting side").await?) };
        Ok(Self { binder: spawn("the binding side").await?, connector })
    }

    fn connector(&self) -> &Adapter {
        self.connector.as_ref().unwrap_or(&self.binder)
    }

    /// User and system time of all processes.
    fn cpu(&self) -> Option<Duration> {
        let of = |adapter: &Adapter| machine::cpu_time(adapter.pid()?);
        match &self.connector {
            Some(connector) => Some(of(&self.binder)? + of(connector)?),
            None => of(&self.binder),
        }
    }
}

/// Runs a cell once.
///
/// # Errors
/// Somebody refused, hung or died, or did not do what was ordered.
pub async fn run(cell: &Cell, member: &Member, place: &Place) -> Result<Sample, Invalid> {
    let sides = Sides::start(cell, member).await?;
    match cell.work {
        Work::Visits { .. } | Work::Idle(_) => beside_bare_peers(cell, member, place, &sides).await,
        _ => between(cell, member, place, &sides).await,
    }
}

fn begin(side: &str, adapter: &Adapter, order: &Order) -> Result<Begun, Invalid> {
    adapter.bench(json!(order)).map_err(|error| Invalid::of(side, &error))
}

async fn between(
    cell: &Cell,
    member: &Member,
    place: &Place,
    sides: &Sides,
) -> Result<Sample, Invalid> {
    let [bound, dials] = orders(cell, member, place);
    let limit = place.deadline + GRACE;
    let (cpu, crossed) = (sides.cpu(), machine::crossed());
    let mut first = begin("the binding side", &sides.binder, &bound)?;
    let ready = first.ready(limit).await;
    ready.map_err(|error| Invalid::of("the binding side", &error))?;
    let began = Instant::now();
    let second = begin("the connecting side", sides.connector(), &dials)?;
    let of = |side: &'static str| move |error| Invalid::of(side, &error);
    // Whoever fails first is the one to be told; the other can only wait.
    let (first, second) = tokio::try_join!(
        async { first.done(limit).await.map_err(of("the binding side")) },
        async {
            let mut second = second;
            second.ready(limit).await.map_err(of("the connecting side"))?;
            second.done(limit).await.map_err(of("the connecting side"))
        },
    )?;
    let wall = began.elapsed();
    let first = check("the binding side", &bound, &first, wall)?;
    let second = check("the connecting side", &dials, &second, wall)?;
    let receiver = if bound.work == Task::Send { (&dials, second) } else { (&bound, first) };
    if cell.transport == "tcp" {
        let crossed = machine::crossed().zip(crossed).map(|(now, before)| now - before);
        delivered(receiver.1.octets, crossed)?;
    }
    let cpu = sides.cpu().zip(cpu).map(|(now, before)| now.saturating_sub(before));
    let cpu_ns = cpu.map(|cpu| cpu.as_nanos() as f64 / receiver.1.messages as f64);
    let (figure, trips) = match second.trips.filter(|_| dials.work == Task::Ask) {
        Some(trips) => (trips.p50 as f64 / 1e3, Some(trips)),
        None => (receiver.0.count as f64 * 1e9 / receiver.1.ns as f64, None),
    };
    Ok(Sample { figure, cpu_ns, trips })
}

/// What the binding and the connecting side are to do.
fn orders(cell: &Cell, member: &Member, place: &Place) -> [Order; 2] {
    let endpoint = match cell.transport {
        "tcp" => format!("tcp://127.0.0.1:{}", place.port),
        "ipc" => format!("ipc://{}", place.folder.join(place.port.to_string()).display()),
        _ => "inproc://zeroproof-bench".to_owned(),
    };
    let within_ms = u64::try_from(place.deadline.as_millis()).unwrap_or(u64::MAX);
    let order = |work, kind: &str| Order {
        work,
        kind: kind.to_owned(),
        bind: None,
        connect: None,
        opt: options(cell, member, kind),
        size: cell.size,
        count: cell.count,
        warm_up: cell.warm_up(),
        sockets: 1,
        peers: 0,
        within_ms,
    };
    let (mut bound, mut dials) = match cell.work {
        Work::RoundTrip { .. } => (order(Task::Echo, "REP"), order(Task::Ask, "REQ")),
        Work::FanOut(_) => (order(Task::Send, "XPUB"), order(Task::Receive, "SUB")),
        _ => (order(Task::Receive, "PULL"), order(Task::Send, "PUSH")),
    };
    match cell.work {
        Work::FanOut(many) => {
            let all = many as u64;
            bound.peers = many;
            dials.sockets = many;
            (dials.count, dials.warm_up) = (dials.count * all, dials.warm_up * all);
        }
        Work::FanIn(many) => dials.sockets = many,
        Work::Stream { curve: true } => {
            for (order, keys) in [(&mut bound, SERVER_OPTIONS), (&mut dials, CLIENT_OPTIONS)] {
                let keys =
                    as_json(keys).into_iter().filter(|(name, _)| member.hello.can.has_opt(name));
                order.opt.extend(keys.map(|(name, value)| (name.to_owned(), value)));
            }
        }
        _ => {}
    }
    (bound.bind, dials.connect) = (Some(endpoint.clone()), Some(endpoint));
    [bound, dials]
}

/// The same queues for everybody who can say how long they are.
fn options(cell: &Cell, member: &Member, kind: &str) -> Map<String, Value> {
    let mut all = vec![("sndhwm", json!(1000)), ("rcvhwm", json!(1000))];
    if kind == "XPUB" && matches!(cell.work, Work::FanOut(_)) {
        all.extend([("xpub_nodrop", json!(1)), ("xpub_verbose", json!(1))]);
    }
    let known = all.into_iter().filter(|(name, _)| member.hello.can.has_opt(name));
    known.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Holds what a side says against what it was to do, and its clock against ours.
fn check(side: &str, order: &Order, said: &Value, wall: Duration) -> Result<Done, Invalid> {
    let wrong = |why: String| Invalid(format!("{side}: {why}"));
    let done: Done = serde_json::from_value(said.clone())
        .map_err(|error| wrong(format!("{said} is no answer to `bench`: {error}")))?;
    let octets = order.all() * order.size as u64;
    if (done.messages, done.octets) != (order.all(), octets) {
        let (messages, had) = (done.messages, done.octets);
        return Err(wrong(format!(
            "{messages} messages of {had} octets, where {} of {octets} were ordered",
            order.all()
        )));
    }
    let told = Duration::from_nanos(done.ns);
    let trips = done.trips.is_none_or(|trips| trips.is_ordered() && trips.max <= done.ns);
    if done.ns == 0 || told > wall || !trips || (order.work == Task::Ask) != done.trips.is_some() {
        return Err(wrong(format!("{said} is no time that can be, in a run of {wall:?}")));
    }
    // The messages of the warm-up took as long as the others.
    let whole = told.mul_f64(order.all() as f64 / order.count as f64);
    if order.work != Task::Send && whole * 2 + ASIDE < wall {
        return Err(wrong(format!("it tells of {told:?}, and the run took {wall:?}")));
    }
    Ok(done)
}

/// More than crossed the loopback interface cannot have been delivered.
fn delivered(octets: u64, crossed: Option<u64>) -> Result<(), Invalid> {
    match crossed {
        Some(crossed) if crossed < octets => Err(Invalid(format!(
            "the receiving side tells of {octets} octets, and {crossed} crossed the loopback \
             interface"
        ))),
        _ => Ok(()),
    }
}

async fn beside_bare_peers(
    cell: &Cell,
    member: &Member,
    place: &Place,
    sides: &Sides,
) -> Result<Sample, Invalid> {
    const SIDE: &str = "the binding side";
    let [mut order, _] = orders(cell, member, place);
    let work = cell.work;
    if matches!(work, Work::Idle(_)) {
        order.count = 1;
    }
    let (limit, deadline) = (place.deadline + GRACE, place.deadline);
    let cpu = sides.cpu();
    let mut begun = begin(SIDE, &sides.binder, &order)?;
    begun.ready(limit).await.map_err(|error| Invalid::of(SIDE, &error))?;
    let (address, pid, count) =
        (format!("127.0.0.1:{}", place.port), sides.binder.pid(), cell.count);
    let bare = tokio::task::spawn_blocking(move || match work {
        Work::Idle(many) => hold(&address, many, pid, deadline),
        Work::Visits { minor } => visits(&address, (count, minor), deadline),
        _ => Err(Invalid("no work for bare peers".into())),
    });
    let limited = tokio::time::timeout(limit, bare).await;
    let figure = limited.map_err(|_| Invalid(format!("bare peers: not done in {limit:?}")))?;
    let figure = figure.map_err(|error| Invalid(error.to_string()))??;
    let done = begun.done(limit).await.map_err(|error| Invalid::of(SIDE, &error))?;
    let done: Done = serde_json::from_value(done.clone())
        .map_err(|error| Invalid(format!("{SIDE}: {done} is no answer: {error}")))?;
    if done.messages != order.all() {
        let why = format!("{SIDE}: {} messages of {}", done.messages, order.all());
        return Err(Invalid(why));
    }
    let cpu = sides.cpu().zip(cpu).map(|(now, before)| now.saturating_sub(before));
    let cpu_ns = cpu.map(|cpu| cpu.as_nanos() as f64 / count as f64);
    Ok(Sample { figure, cpu_ns, trips: None })
}

#[expect(clippy::needless_pass_by_value, reason = "so that it can be given to map_err")]
fn bare(error: std::io::Error) -> Invalid {
    Invalid(format!("bare peers: {error}"))
}

/// Connections a second.
fn visits(address: &str, (count, minor): (u64, u8), within: Duration) -> Result<f64, Invalid> {
    let began = Instant::now();
    for _ in 0..count {
        let mut stream = raw::connect(address, minor, within).map_err(bare)?;
        raw::send(&mut stream).map_err(bare)?;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

/// KiB a connection that the process holds more when so many are there.
fn hold(address: &str, many: usize, pid: Option<u32>, within: Duration) -> Result<f64, Invalid> {
    let connect = |many: usize| -> Result<Vec<TcpStream>, Invalid> {
        (0..many).map(|_| raw::connect(address, 1, within).map_err(bare)).collect()
    };
    let unknown = || Invalid("this system does not tell the memory of a process".into());
    let resident = || pid.and_then(machine::resident).ok_or_else(unknown);
    let mut warm = connect(FIRST)?;
    let before = resident()?;
    let held = connect(many)?;
    let grown = resident()? - before;
    for stream in warm.iter_mut().take(1) {
        raw::send(stream).map_err(bare)?;
    }
    drop(held);
    Ok(grown.max(0.0) / many as f64)
}
