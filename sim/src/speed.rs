//! The workloads that have a budget: how many seeds a second one core does.

use crate::schedule::{Flow, Line, Op, Schedule, Setting, Socket, Then, Timed, Way, Work};
use crate::trace::{Trace, What};
use crate::units::{Range, Size, Span};
use crate::world::Which;
use std::collections::BTreeMap;
use zeroproof_reference::SocketType;

/// A workload, and how often a second it has to run.
#[derive(Clone, Copy, Debug)]
pub struct Workload {
    /// What it is called.
    pub name: &'static str,
    /// What it does.
    pub what: &'static str,
    /// Seeds a second on one core.
    pub least: f64,
    /// Where it runs.
    pub world: Which,
    clients: u16,
    requests: u32,
    seconds: u64,
    has_faults: bool,
}

/// All of them.
pub const WORKLOADS: [Workload; 3] = [
    Workload {
        name: "pair",
        what: "2 nodes, 10 s, 50 REQ/REP round trips, a heartbeat each second, no faults",
        least: 10_000.0,
        world: Which::Tight,
        clients: 1,
        requests: 50,
        seconds: 10,
        has_faults: false,
    },
    Workload {
        name: "star",
        what: "10 nodes, 30 s, 900 REQ/REP round trips, heartbeats, 5 cuts, a power loss and 1 % \
        loss",
        least: 1_000.0,
        world: Which::Tight,
        clients: 9,
        requests: 100,
        seconds: 30,
        has_faults: true,
    },
    Workload {
        name: "turmoil",
        what: "the pair in turmoil, in ticks of 10 ms",
        least: 100.0,
        world: Which::Turmoil,
        clients: 1,
        requests: 50,
        seconds: 10,
        has_faults: false,
    },
];

impl Workload {
    /// Its schedule, for seed 0.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        let clients: Vec<String> =
            (1..=self.clients).map(|number| format!("client.{number}")).collect();
        let mut sockets = vec![socket("server", SocketType::Rep, None)];
        sockets.extend(clients.iter().map(|name| socket(name, SocketType::Req, Some("server"))));
        let flows = clients.iter().map(|name| self.flow(name)).collect();
        let op = if self.has_faults { self.faults(&clients) } else { Vec::new() };
        // A tick of turmoil is the least latency.
        let least = if self.world == Which::Turmoil { Span::ms(10) } else { Span::ms(1) };
        Schedule {
            name: self.name.to_owned(),
            seed: 0,
            duration: Span::secs(self.seconds),
            quiet_tail: Span::secs(self.seconds / 3),
            link: Line {
                latency: Range { least, most: Span(least.0 + 4_000_000) },
                ..Line::default()
            },
            socket: sockets,
            flow: flows,
            op,
            expect: crate::schedule::Expect::default(),
        }
    }

    fn flow(&self, from: &str) -> Flow {
        Flow {
            name: from.to_owned(),
            from: from.to_owned(),
            to: Vec::new(),
            start: Span::ms(100),
            every: Span(self.seconds * 1_000_000_000 / 2 / u64::from(self.requests)),
            count: self.requests,
            size: Range::only(Size(50)),
            parts: 1,
            topics: Vec::new(),
            patience: self.has_faults.then(|| Span::secs(2)),
            then: Then::Next,
        }
    }

    fn faults(&self, clients: &[String]) -> Vec<Timed> {
        let mut ops = Vec::new();
        for (number, client) in (1..).zip(clients.iter().take(5)) {
            let between = [client.clone(), "server".to_owned()];
            let again = between.clone();
            ops.push(Timed { at: Span::secs(number), op: Op::Cut { between, way: Way::Both } });
            ops.push(Timed { at: Span::ms(number * 1000 + 800), op: Op::Heal { between: again } });
        }
        for client in clients {
            let between = [client.clone(), "server".to_owned()];
            ops.push(Timed { at: Span(0), op: Op::Loss { between, per_million: 10_000 } });
        }
        let node = "server".to_owned();
        ops.push(Timed { at: Span::secs(8), op: Op::PowerOff { node: node.clone() } });
        ops.push(Timed { at: Span::secs(9), op: Op::Boot { node, new_identity: false } });
        ops.sort_by_key(|timed| timed.at);
        ops
    }

    /// What is wrong with a run: a workload that does less than it says is not quick.
    #[must_use]
    pub fn wrong(&self, schedule: &Schedule, trace: &Trace) -> Option<String> {
        let replies = trace.events.iter().filter(
            |event| matches!(event.what, What::Received { message, .. } if message.is_reply),
        );
        let (count, wanted) = (replies.count(), self.requests as usize * usize::from(self.clients));
        // Requests that meet a fault are given up.
        let least = if self.has_faults { wanted * 9 / 10 } else { wanted };
        (count < least).then(|| {
            format!("{}: {count} of {wanted} replies came, seed {}", self.name, schedule.seed)
        })
    }
}

fn socket(name: &str, kind: SocketType, connect: Option<&str>) -> Socket {
    let numbers = [("heartbeat_ivl", 1000), ("heartbeat_timeout", 2000), ("reconnect_ivl", 100)];
    let mut options: BTreeMap<String, Setting> = numbers
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Setting::Number(value)))
        .collect();
    if kind == SocketType::Req {
        for name in ["req_relaxed", "req_correlate"] {
            options.insert(name.to_owned(), Setting::Flag(true));
        }
    }
    Socket {
        name: name.to_owned(),
        node: name.to_owned(),
        kind,
        bind: connect.is_none(),
        connect: connect.map(str::to_owned).into_iter().collect(),
        options,
        subscribe: Vec::new(),
        work: if kind == SocketType::Rep { Work::Reply } else { Work::Consume },
        takes: Span(0),
        to: None,
    }
}
