//! The peers of a run: two processes each, so that a peer meets itself as it meets others, or more
//! where a process bears few cells. What is known to end badly has processes of its own: what such
//! a cell does to them may outlive it.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join_all;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::cell::Side;
use crate::adapter::{Adapter, AdapterError, Hello, SocketId};
use crate::target::zap;

/// Start-up may import an interpreter and compile its code; any other answer is waited for less.
const START: Duration = Duration::from_secs(30);

/// Cells of a side that a peer should be able to bear at once.
const SEATS: usize = 8;
/// The same of cells that are known to end badly: they mostly wait.
const DOUBTED_SEATS: usize = 32;
/// The most processes of a side.
const COPIES: usize = 4;
/// Cells that may have processes of their own at once: each is two starts of an interpreter.
const APART: usize = 4;

/// A peer to be started.
#[derive(Clone, Debug)]
pub struct Recruit {
    /// What users type.
    pub name: String,
    /// The command of its adapter.
    pub argv: Vec<String>,
}

/// A peer of a run.
pub struct Member {
    /// What users type.
    pub name: String,
    /// What its adapter says of it.
    pub hello: Hello,
    /// For cells that should end well.
    trusted: Sides,
    /// For cells that are known to end badly.
    doubted: Sides,
    next: Cell<usize>,
}

/// Processes of each side; the first suffices for a peer that many cells may share.
type Sides = [Vec<Copy>; 2];

/// All peers of a run, by number.
pub struct Crew {
    members: Vec<Member>,
    /// Cells that may have processes of their own at once.
    apart: Arc<Semaphore>,
}

/// One process, started when it is needed and again after its end.
struct Copy {
    argv: Vec<String>,
    adapter: Mutex<Option<Adapter>>,
    /// Cells that may share it.
    room: Arc<Semaphore>,
}

/// A place in a process.
pub(super) struct Seat {
    pub(super) adapter: Adapter,
    _room: Option<OwnedSemaphorePermit>,
    _apart: Option<Arc<OwnedSemaphorePermit>>,
}

/// Places for both sides of a cell, or why there are none.
pub(super) type Seats = Result<[Seat; 2], AdapterError>;

impl Copy {
    fn new(argv: &[String], seats: usize) -> Self {
        let room = Arc::new(Semaphore::new(seats));
        Self { argv: argv.to_vec(), adapter: Mutex::default(), room }
    }

    async fn seat(&self) -> Result<Seat, AdapterError> {
        let room = Arc::clone(&self.room).acquire_owned().await.ok();
        let mut kept = self.adapter.lock().await;
        let adapter = match kept.as_ref().filter(|adapter| adapter.fate().is_none()) {
            Some(adapter) => adapter.clone(),
            None => start(&self.argv).await?,
        };
        *kept = Some(adapter.clone());
        Ok(Seat { adapter, _room: room, _apart: None })
    }
}

/// A process with somebody who lets every peer in, where it asks.
async fn start(argv: &[String]) -> Result<Adapter, AdapterError> {
    let adapter = Adapter::spawn(argv, START).await?;
    let can = &adapter.hello().can;
    let asks = can.has_transport("inproc") && can.has_type("ROUTER") && can.has_role("bind");
    if asks && can.has_opt("zap_domain") {
        let id = adapter.open("ROUTER", &[]).await?;
        adapter.bind(&id, zap::ENDPOINT).await?;
        tokio::task::spawn_local(admit(adapter.clone(), id));
    }
    Ok(adapter)
}

/// Lets everybody in, until the process ends.
async fn admit(adapter: Adapter, id: SocketId) {
    let idle = Duration::from_secs(3600);
    while let Ok(request) = adapter.recv(&id, idle).await {
        let Some(request) = request else { continue };
        if adapter.send(&id, &zap::reply(&request, "200"), START).await.is_err() {
            return;
        }
    }
}

impl Crew {
    /// Starts all of them, and tells who did not start, and why.
    pub async fn muster(recruits: &[Recruit]) -> (Self, Vec<(String, AdapterError)>) {
        let started = recruits.iter().map(|recruit| async move {
            let adapter = start(&recruit.argv).await?;
            let hello = adapter.hello().clone();
            let bears = usize::try_from(hello.concurrency).unwrap_or(1).clamp(1, 256);
            let copies = |seats: usize| -> Vec<Copy> {
                let count = seats.div_ceil(bears).min(COPIES);
                (0..count).map(|_| Copy::new(&recruit.argv, bears.min(seats))).collect()
            };
            let trusted = [copies(SEATS), copies(SEATS)];
            if let Some(copy) = trusted.iter().flatten().next() {
                *copy.adapter.lock().await = Some(adapter);
            }
            let doubted = [copies(DOUBTED_SEATS), copies(DOUBTED_SEATS)];
            let name = recruit.name.clone();
            Ok(Member { name, hello, trusted, doubted, next: Cell::new(0) })
        });
        let mut crew = Vec::new();
        let mut absent = Vec::new();
        for (recruit, started) in recruits.iter().zip(join_all(started).await) {
            match started {
                Ok(member) => crew.push(member),
                Err(error) => absent.push((recruit.name.clone(), error)),
            }
        }
        (Self { members: crew, apart: Arc::new(Semaphore::new(APART)) }, absent)
    }

    /// The peers, by number.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The name of a peer; empty for no peer.
    pub fn name(&self, number: usize) -> &str {
        self.members.get(number).map_or("", |member| member.name.as_str())
    }

    /// A place in a process that plays this side.
    pub(super) async fn seat(
        &self,
        number: usize,
        side: Side,
        is_doubted: bool,
    ) -> Result<Seat, AdapterError> {
        let member = self.members.get(number).ok_or_else(nobody)?;
        let copies = side.of(if is_doubted { &member.doubted } else { &member.trusted });
        // The first with room, so that no more are started than are needed; else one after another.
        let free = copies.iter().find(|copy| copy.room.available_permits() > 0);
        let turn = member.next.replace(member.next.get().wrapping_add(1));
        let copy = free.or_else(|| copies.iter().cycle().nth(turn % copies.len().max(1)));
        copy.ok_or_else(nobody)?.seat().await
    }

    /// Lets every process be a new one from now on: what was done to a peer may outlive its cell.
    pub(super) async fn renew(&self) {
        for member in &self.members {
            for copy in member.trusted.iter().chain(&member.doubted).flatten() {
                copy.adapter.lock().await.take();
            }
        }
    }

    /// Processes for one cell alone.
    pub(super) async fn alone(
        &self,
        first: usize,
        second: usize,
    ) -> Result<[Seat; 2], AdapterError> {
        let room = Arc::clone(&self.apart).acquire_owned().await.ok().map(Arc::new);
        let seat = async |number: usize, side: Side| {
            let member = self.members.get(number).ok_or_else(nobody)?;
            let copy = side.of(&member.trusted).first().ok_or_else(nobody)?;
            let adapter = start(&copy.argv).await?;
            Ok(Seat { adapter, _room: None, _apart: room.clone() })
        };
        Ok([seat(first, Side::First).await?, seat(second, Side::Second).await?])
    }
}

fn nobody() -> AdapterError {
    AdapterError::Spawn { command: String::new(), why: "no peer".into() }
}
