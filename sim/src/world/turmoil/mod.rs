//! The turmoil world: the engine's real tokio runtime on hosts of
//! [turmoil](https://docs.rs/turmoil).
//!
//! ```text
//! Schedule --> Arena --tick--> turmoil: a host a process, links, crashes
//!                                host --> process --> work, produce    applications, as tasks
//!                                     --> transport --> stream         what the engine calls TCP
//!              ledger <-- all of them note --> Trace
//! ```
//!
//! The same schedules as in the tight world, and the same kind of trace. Tight finds bugs of the
//! protocol; here are those of tasks: lost wake-ups, futures that are dropped too early, tasks that
//! stay, and everything that is in `reference/src/runtime` alone. It is also a second opinion on
//! the pipes of the tight world, since what is between the hosts was written by somebody else.
//!
//! | operation | what is done |
//! |---|---|
//! | cut, heal | hold, release; after `tcp-give-up` what is held is dropped, its sender times out |
//! | loss | ticks in which a link takes 0.2, 0.6, 1.4 ... s longer, as if TCP sent again |
//! | latency, chop | the link's latency; how large a segment may be |
//! | reset, reset-after, finish | the streams of both sides say so, or close |
//! | kill | crash: the end, or a reset where something is unread |
//! | power-off | partition of all links, then crash: silence |
//! | boot | links as they were, then bounce; who had sent to it is reset |
//! | stall, flow, refuse, black-hole, accept, evil | as in tight |
//! | cut one way, bandwidth, pause, resume, clock-rate | refused: turmoil has nothing like it |
//! | disk-full, sync-fails, bit-rot, and sockets with a swap | refused: its hosts have no disks |
//!
//! turmoil's own `fail_rate` is never used: it sends nothing again, so that one loss is the end of
//! a stream.
//!
//! Time goes in ticks of the least latency, at least 1 ms and at most 10; operations wait for the
//! next tick, and a segment may come up to one tick early. There are at most ten processes, since
//! what turmoil costs grows with their cube.

mod connection;
mod fault;
mod host;
mod ledger;
mod line;
mod patience;
mod process;
mod produce;
mod stranger;
mod stream;
mod transport;
mod work;

pub use fault::refusal;

use super::Unrunnable;
use crate::schedule::{Op, Schedule};
use crate::trace::Trace;
use core::time::Duration;
use host::{DIALED_FROM, address};
use ledger::World;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::SystemTime;
use turmoil::Sim;

/// Processes, and a stranger, at most.
pub const HOSTS_MAX: usize = 10;
/// Segments that one stream of turmoil holds.
const CAPACITY: usize = 4096;

/// Runs a schedule to its end.
///
/// # Errors
/// A socket does not exist or takes an option that it should not, there are more than
/// [`HOSTS_MAX`] processes, or an operation is one that turmoil cannot do.
///
/// # Panics
/// The engine has: the same panic goes on.
pub fn run(schedule: &Schedule) -> Result<Trace, Unrunnable> {
    check(schedule)?;
    let mut arena = Arena::new(schedule)?;
    arena.play()?;
    let trace = arena.world.state().trace();
    Ok(trace)
}

fn check(schedule: &Schedule) -> Result<(), Unrunnable> {
    for timed in &schedule.op {
        if let Some(why) = refusal(&timed.op) {
            return Err(Unrunnable(format!("{} at {}: {why}", timed.op.kind(), timed.at)));
        }
    }
    if let Some(socket) = schedule.socket.iter().find(|socket| socket.has_swap()) {
        let message =
            format!("socket {}: swap: turmoil's hosts have no disks; use tight", socket.name);
        return Err(Unrunnable(message));
    }
    if schedule.link.bandwidth.is_some() {
        return Err(Unrunnable("link.bandwidth: turmoil has none; use tight".to_owned()));
    }
    let hosts = schedule.nodes().len() + usize::from(has_stranger(schedule));
    if hosts > HOSTS_MAX {
        let message = format!("{hosts} processes are more than turmoil runs well, {HOSTS_MAX}");
        return Err(Unrunnable(message));
    }
    Ok(())
}

fn has_stranger(schedule: &Schedule) -> bool {
    schedule.op.iter().any(|timed| matches!(timed.op, Op::Evil { .. }))
}

/// The least latency in whole milliseconds, which tokio's timers count in.
fn tick(schedule: &Schedule) -> Duration {
    Duration::from_millis((schedule.link.latency.least.0 / 1_000_000).clamp(1, 10))
}

struct Arena<'a> {
    sim: Sim<'a>,
    world: Arc<World>,
    tick: Duration,
}

impl Arena<'_> {
    fn new(schedule: &Schedule) -> Result<Self, Unrunnable> {
        let (world, tick) = (World::new(schedule)?, tick(schedule));
        let nanos = Duration::from_nanos;
        let link = &schedule.link;
        let mut sim = turmoil::Builder::new()
            .rng_seed(schedule.seed)
            .epoch(SystemTime::UNIX_EPOCH)
            .simulation_duration(nanos(schedule.duration.0) + Duration::from_secs(1))
            .tick_duration(tick)
            .min_message_latency(nanos(link.latency.least.0).max(tick))
            .max_message_latency(nanos(link.latency.most.0).max(tick))
            .tcp_capacity(CAPACITY)
            .ephemeral_ports(DIALED_FROM)
            .build();
        let ours = schedule.nodes().len();
        for host in 0..ours {
            let world = Arc::clone(&world);
            sim.host(address(host), move || process::run(Arc::clone(&world), host));
        }
        if has_stranger(schedule) {
            world.state().hosts.push(host::Host::default());
            let world = Arc::clone(&world);
            sim.host(address(ours), move || stranger::run(Arc::clone(&world), ours));
        }
        world.state().lay_lines(link);
        Ok(Self { sim, world, tick })
    }

    fn play(&mut self) -> Result<(), Unrunnable> {
        let step = u64::try_from(self.tick.as_nanos()).unwrap_or(u64::MAX);
        let (mut now, mut ops) = (0, 0);
        while now < self.world.schedule.duration.0 && !self.world.state().is_storm() {
            self.world.state().clock = Some(now);
            while self.world.schedule.op.get(ops).is_some_and(|timed| timed.at.0 <= now) {
                self.apply(ops);
                ops += 1;
            }
            self.wait_for_confirmation();
            self.lose_segments();
            self.world.state().clock = None;
            let stepped = self.sim.step();
            let mut state = self.world.state();
            if let Some(failed) = state.failed.take() {
                return Err(Unrunnable(failed));
            }
            if state.has_panicked {
                drop(state);
                resume_unwind(Box::new("a task of the engine has panicked"));
            }
            if let Err(error) = stepped {
                drop(state);
                resume_unwind(Box::new(error.to_string()));
            }
            now += step;
        }
        self.world.state().clock = Some(now);
        Ok(())
    }
}
