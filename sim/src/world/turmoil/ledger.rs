//! What everybody in this world shares: who lives, which connections there are, what has happened.
//!
//! Hosts run one after another within a tick, so that what they note comes out of order; it is put
//! in order of time at the end, and hashed then. Deliberately absent: anything that a process would
//! take with it when it dies.

use super::super::Unrunnable;
use super::super::app::Sock;
use super::super::flow::FlowState;
use super::connection::Connection;
use super::host::Host;
use super::line::Line;
use super::stranger::Stranger;
use crate::chance::{Chance, mix};
use crate::message::MessageId;
use crate::schedule::Schedule;
use crate::trace::{Left, Trace, What};
use core::task::Waker;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Events after which a run is one that will never end.
const EVENTS_MAX: usize = 5_000_000;

/// The schedule, and what has become of it.
#[derive(Debug)]
pub(super) struct World {
    pub(super) schedule: Schedule,
    state: Mutex<State>,
}

#[derive(Debug)]
enum Noted {
    Event(What),
    /// The hash of octets that passed.
    Octets(u64),
}

#[derive(Debug)]
pub(super) struct State {
    /// What time it is while no host runs.
    pub(super) clock: Option<u64>,
    noted: Vec<(u64, Noted)>,
    pub(super) hosts: Vec<Host>,
    pub(super) sockets: Vec<Sock>,
    pub(super) flows: Vec<FlowState>,
    /// By socket: the application looks again.
    changes: Vec<Change>,
    pub(super) connections: Vec<Connection>,
    /// Who has dialed from this port of a host, and is side 0.
    pub(super) dialed_from: BTreeMap<(usize, u16), u32>,
    /// Between two hosts, the lower number first.
    pub(super) lines: BTreeMap<(usize, usize), Line>,
    /// Resets on their way: when, to which side.
    pub(super) resets: Vec<(u64, u32, usize)>,
    pub(super) stranger: Stranger,
    /// Where octets are cut, and which ticks are slow.
    pub(super) chance: Chance,
    /// What transports give the engine for entropy.
    pub(super) entropy: Chance,
    /// Why this schedule cannot be run after all.
    pub(super) failed: Option<String>,
    /// A task of the engine has panicked.
    pub(super) has_panicked: bool,
}

/// How often something has changed for an application, and who waits for the next time.
#[derive(Debug, Default)]
struct Change {
    count: u64,
    wakers: Vec<Waker>,
}

impl World {
    pub(super) fn new(schedule: &Schedule) -> Result<Arc<Self>, Unrunnable> {
        let nodes = schedule.nodes();
        let sockets: Vec<Sock> = (schedule.socket.iter())
            .map(|socket| Sock::new(schedule, socket, &nodes))
            .collect::<Result<_, _>>()?;
        let flows = schedule.flow.iter().map(|flow| FlowState::new(schedule, flow));
        let state = State {
            clock: Some(0),
            noted: Vec::new(),
            hosts: nodes.iter().map(|_| Host::default()).collect(),
            changes: sockets.iter().map(|_| Change::default()).collect(),
            sockets,
            flows: flows.collect::<Result<_, _>>()?,
            connections: Vec::new(),
            dialed_from: BTreeMap::new(),
            lines: BTreeMap::new(),
            resets: Vec::new(),
            stranger: Stranger::default(),
            chance: Chance::new(schedule.seed),
            entropy: Chance::new(mix(schedule.seed)),
            failed: None,
            has_panicked: false,
        };
        Ok(Arc::new(Self { schedule: schedule.clone(), state: Mutex::new(state) }))
    }

    /// Nothing is awaited, and no host runs, while this is held.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host of a socket of the schedule.
    pub(super) fn host_of(&self, socket: usize) -> usize {
        self.state().sockets.get(socket).map_or(0, |socket| socket.host)
    }
}

impl State {
    /// Nanoseconds since the start.
    pub(super) fn now(&self) -> u64 {
        let elapsed = || turmoil::sim_elapsed().unwrap_or_default().as_nanos();
        self.clock.unwrap_or_else(|| u64::try_from(elapsed()).unwrap_or(u64::MAX))
    }

    pub(super) fn note(&mut self, what: What) {
        let now = self.now();
        self.noted.push((now, Noted::Event(what)));
    }

    /// Octets have passed.
    pub(super) fn octets(&mut self, octets: &[u8]) {
        let mut hash = Trace::default();
        hash.octets(octets);
        let now = self.now();
        self.noted.push((now, Noted::Octets(hash.hash)));
    }

    /// More has happened than in anything that makes sense.
    pub(super) const fn is_storm(&self) -> bool {
        self.noted.len() > EVENTS_MAX
    }

    /// Has the application of a socket look again.
    pub(super) fn touch(&mut self, socket: usize) {
        if let Some(change) = self.changes.get_mut(socket) {
            change.count += 1;
            change.wakers.drain(..).for_each(Waker::wake);
        }
    }

    /// Has all applications of a host look again.
    pub(super) fn touch_all(&mut self, host: usize) {
        for socket in 0..self.sockets.len() {
            if self.sockets.get(socket).is_some_and(|socket| socket.host == host) {
                self.touch(socket);
            }
        }
    }

    /// How often a socket's application has had to look again.
    pub(super) fn changes(&self, socket: usize) -> u64 {
        self.changes.get(socket).map_or(0, |change| change.count)
    }

    /// Whether that has grown; if not, the task is woken when it does.
    pub(super) fn has_changed(&mut self, socket: usize, seen: u64, waker: &Waker) -> bool {
        let Some(change) = self.changes.get_mut(socket) else { return true };
        if change.count == seen && !change.wakers.iter().any(|known| known.will_wake(waker)) {
            change.wakers.push(waker.clone());
        }
        change.count != seen
    }

    /// All that has happened, in order of time.
    pub(super) fn trace(&mut self) -> Trace {
        let mut trace = Trace { is_storm: self.is_storm(), ..Trace::default() };
        let mut noted = core::mem::take(&mut self.noted);
        // Stable: what was noted first at one time stays first.
        noted.sort_by_key(|(at, _)| *at);
        for (at, noted) in noted {
            match noted {
                Noted::Event(what) => trace.push(at, what),
                Noted::Octets(hash) => trace.octets(&hash.to_le_bytes()),
            }
        }
        trace.left = self.left();
        trace
    }

    /// What applications wait for.
    fn left(&self) -> Vec<Left> {
        let mut left = Vec::new();
        for (number, flow) in (0_u16..).zip(&self.flows) {
            let socket = flow.socket as u16;
            left.extend(flow.awaits.map(|message| Left::Reply { socket, message }));
            if flow.is_blocked {
                let message = MessageId { flow: number, number: flow.next, is_reply: false };
                left.push(Left::Room { socket, message });
            }
        }
        for (number, socket) in (0_u16..).zip(&self.sockets) {
            let holding = socket.holding.as_ref();
            left.extend(holding.map(|(id, _)| Left::Working { socket: number, message: *id }));
            let outgoing = socket.outgoing.as_ref();
            left.extend(
                outgoing.map(|(to, id, _)| Left::Room { socket: *to as u16, message: *id }),
            );
        }
        left
    }
}
