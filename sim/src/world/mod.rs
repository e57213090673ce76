//! The tight world: nodes of the engine, the pipes between them and applications, in one queue of
//! events and virtual time.
//!
//! ```text
//! queue --at--> applications   produce, work           (app)
//!           --> nodes          octets, timers          (host)     the engine, sans-I/O
//!           --> connections    SYN, segments, RST      (connection, pipe)
//!           --> operations     cut, kill, power off    (fault)
//!           --> disks          what swaps hold         (disk)
//! ```
//!
//! Time jumps from event to event. Events of one instant come in an order drawn from the seed, so
//! that seeds explore it. Deliberately absent: judgement, which is that of [`crate::oracle`], and
//! any knowledge of what is in the engine.

mod app;
mod connection;
mod dial;
mod disk;
mod ending;
mod fault;
mod flow;
mod host;
#[cfg(test)]
mod kernel;
mod pipe;
mod queue;
pub mod turmoil;
mod which;

pub use which::Which;

use crate::chance::Chance;
use crate::schedule::Schedule;
use crate::trace::{Trace, What};
use connection::{Connection, LineState};
use host::Host;
use queue::Queue;
use std::collections::{BTreeMap, BTreeSet};

/// Events after which a run is one that will never end.
const EVENTS_MAX: u64 = 20_000_000;

/// Why a schedule cannot be run: a name, an option or an endpoint makes no sense.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unrunnable(pub String);

impl core::fmt::Display for Unrunnable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs a schedule to its end.
///
/// # Errors
/// A socket does not exist or takes an option that it should not.
pub fn run(schedule: &Schedule) -> Result<Trace, Unrunnable> {
    play(schedule, Trace::default())
}

/// The same, and keeps the octets that passed: [`Trace::packets`].
///
/// # Errors
/// As [`run`].
pub fn record(schedule: &Schedule) -> Result<Trace, Unrunnable> {
    play(schedule, Trace { packets: Some(Vec::new()), ..Trace::default() })
}

fn play(schedule: &Schedule, trace: Trace) -> Result<Trace, Unrunnable> {
    let mut world = World { trace, ..World::new(schedule)? };
    world.start()?;
    world.play();
    Ok(world.finish())
}

/// What is to happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Due {
    Op(u32),
    Syn(u32),
    SynAck(u32),
    Refused(u32),
    /// Segments of this side come to the other.
    Arrive(u32, u8),
    /// To this side.
    Reset(u32, u8),
    GiveUp(u32, u8),
    /// Of this process, if the number is that of its last timer.
    Timer(u16, u32),
    /// Of this flow.
    Produce(u16),
    /// Of this socket, if its process is still that one.
    Work(u16, u32),
    /// The patience of a flow with this message.
    Patience(u16, u32),
}

struct World<'a> {
    schedule: &'a Schedule,
    now: u64,
    queue: Queue,
    chance: Chance,
    hosts: Vec<Host>,
    sockets: Vec<app::Sock>,
    flows: Vec<flow::FlowState>,
    connections: Vec<Connection>,
    /// Those that are not over.
    live: BTreeSet<u32>,
    lines: Vec<LineState>,
    line_of: BTreeMap<(u16, u16), usize>,
    trace: Trace,
}

impl<'a> World<'a> {
    fn new(schedule: &'a Schedule) -> Result<Self, Unrunnable> {
        let nodes = schedule.nodes();
        let mut sockets = Vec::new();
        for socket in &schedule.socket {
            sockets.push(app::Sock::new(schedule, socket, &nodes)?);
        }
        let mut flows = Vec::new();
        for flow in &schedule.flow {
            flows.push(flow::FlowState::new(schedule, flow)?);
        }
        let hosts = (0..nodes.len()).map(|index| Host::new(index, &sockets)).collect();
        Ok(Self {
            schedule,
            now: 0,
            queue: Queue::default(),
            chance: Chance::new(schedule.seed),
            hosts,
            sockets,
            flows,
            connections: Vec::new(),
            live: BTreeSet::new(),
            lines: Vec::new(),
            line_of: BTreeMap::new(),
            trace: Trace::default(),
        })
    }

    fn start(&mut self) -> Result<(), Unrunnable> {
        for (number, op) in (0_u32..).zip(&self.schedule.op) {
            self.queue.push_tied(op.at.0, 0, Due::Op(number));
        }
        for host in 0..self.hosts.len() {
            self.boot(host, false)?;
        }
        for (number, flow) in (0_u16..).zip(&self.schedule.flow) {
            self.push(flow.start.0, Due::Produce(number));
        }
        Ok(())
    }

    fn push(&mut self, at: u64, due: Due) {
        self.queue.push(&mut self.chance, at, due);
    }

    fn play(&mut self) {
        let until = self.schedule.duration.0;
        let mut steps = 0;
        while let Some((at, due)) = self.queue.pop() {
            if at > until {
                break;
            }
            steps += 1;
            if steps > EVENTS_MAX {
                self.trace.is_storm = true;
                break;
            }
            self.now = self.now.max(at);
            self.happen(due);
        }
        self.now = until;
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Op(number) => self.apply(number),
            Due::Syn(id) => self.syn(id),
            Due::SynAck(id) => self.syn_ack(id),
            Due::Refused(id) => self.refused(id),
            Due::Arrive(id, side) => self.arrive(id, side),
            Due::Reset(id, side) => self.reset_comes(id, side),
            Due::GiveUp(id, side) => self.give_up(id, side),
            Due::Timer(host, number) => self.timer(host.into(), number),
            Due::Produce(flow) => self.produce_due(flow.into()),
            Due::Work(socket, incarnation) => self.work_due(socket.into(), incarnation),
            Due::Patience(flow, number) => self.impatient(flow.into(), number),
        }
    }

    fn note(&mut self, what: What) {
        self.trace.push(self.now, what);
    }

    fn finish(mut self) -> Trace {
        (0..self.sockets.len()).for_each(|socket| self.note_damage(socket));
        self.note_left();
        self.trace
    }
}
