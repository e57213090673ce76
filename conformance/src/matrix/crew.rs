//! The peers of a run: two processes each, so that a peer meets itself as it meets others.

use std::cell::RefCell;
use std::time::Duration;

use futures_util::future::join_all;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use super::cell::Side;
use crate::adapter::{Adapter, AdapterError, Hello, SocketId};
use crate::target::zap;

/// Start-up may import an interpreter and compile its code; any other answer is waited for less.
const START: Duration = Duration::from_secs(30);

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
    copies: [Copy; 2],
}

/// All peers of a run, by number.
pub struct Crew(Vec<Member>);

/// One process, started when it is needed and again after its end.
struct Copy {
    argv: Vec<String>,
    adapter: Mutex<Option<Adapter>>,
    /// Cells that may share it.
    room: RefCell<Arc<Semaphore>>,
}

/// A place in a process.
pub(super) struct Seat {
    pub(super) adapter: Adapter,
    _room: Option<OwnedSemaphorePermit>,
}

impl Copy {
    fn new(argv: &[String]) -> Self {
        let room = RefCell::new(Arc::new(Semaphore::new(1)));
        Self { argv: argv.to_vec(), adapter: Mutex::default(), room }
    }

    async fn seat(&self) -> Result<Seat, AdapterError> {
        let room = Arc::clone(&self.room.borrow());
        let room = room.acquire_owned().await.ok();
        let mut kept = self.adapter.lock().await;
        let adapter = match kept.as_ref().filter(|adapter| adapter.fate().is_none()) {
            Some(adapter) => adapter.clone(),
            None => start(&self.argv).await?,
        };
        *kept = Some(adapter.clone());
        Ok(Seat { adapter, _room: room })
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
            let copies = [(); 2].map(|()| Copy::new(&recruit.argv));
            let hello = match copies.first() {
                Some(copy) => copy.seat().await?.adapter.hello().clone(),
                None => {
                    return Err(AdapterError::Spawn { command: String::new(), why: String::new() });
                }
            };
            let seats = usize::try_from(hello.concurrency).unwrap_or(1).min(256);
            for copy in &copies {
                *copy.room.borrow_mut() = Arc::new(Semaphore::new(seats));
            }
            Ok(Member { name: recruit.name.clone(), hello, copies })
        });
        let mut crew = Vec::new();
        let mut absent = Vec::new();
        for (recruit, started) in recruits.iter().zip(join_all(started).await) {
            match started {
                Ok(member) => crew.push(member),
                Err(error) => absent.push((recruit.name.clone(), error)),
            }
        }
        (Self(crew), absent)
    }

    /// The peers, by number.
    pub fn members(&self) -> &[Member] {
        &self.0
    }

    /// The name of a peer; empty for no peer.
    pub fn name(&self, number: usize) -> &str {
        self.0.get(number).map_or("", |member| member.name.as_str())
    }

    /// A place in the process that plays this side.
    pub(super) async fn seat(&self, number: usize, side: Side) -> Result<Seat, AdapterError> {
        match self.0.get(number) {
            Some(member) => side.of(&member.copies).seat().await,
            None => Err(AdapterError::Spawn { command: String::new(), why: "no peer".into() }),
        }
    }

    /// A process for one cell alone.
    pub(super) async fn alone(&self, number: usize, side: Side) -> Result<Seat, AdapterError> {
        match self.0.get(number) {
            Some(member) => {
                let adapter = start(&side.of(&member.copies).argv).await?;
                Ok(Seat { adapter, _room: None })
            }
            None => Err(AdapterError::Spawn { command: String::new(), why: "no peer".into() }),
        }
    }
}
