//! A topology out of a seed: sockets, options, traffic and faults that nobody thought of.
//!
//! Every stable pattern in turn, with few sockets, small queues and short times, so that many
//! things meet in one run.

use super::swarm::{DISKS, SWARM, Swarm};
use super::{Flow, Line, Schedule, Setting, Socket, Then, Work};
use crate::chance::{Chance, mix};
use crate::units::{Range, Size, Span};
use zeroproof_reference::SocketType;

/// The patterns that can be invented.
pub const PATTERNS: [&str; 10] = [
    "push-pull",
    "req-rep",
    "dealer-router",
    "router-dealer",
    "pub-sub",
    "xpub-xsub",
    "pair",
    "dealer-rep",
    "req-router",
    "pipeline",
];

/// The schedule of this seed; with faults, or without any.
#[must_use]
pub fn invent(seed: u64, with_faults: bool) -> Schedule {
    let pattern = (seed % PATTERNS.len() as u64) as usize;
    let mut chance = Chance::new(mix(seed ^ 0x005E_ED0F_A11F_A117));
    let name = PATTERNS.get(pattern).copied().unwrap_or("pair");
    let mut invention = Invention { chance: &mut chance, socket: Vec::new(), flow: Vec::new() };
    invention.topology(name);
    let mut disks = Chance::new(mix(seed ^ 0x000D_15C5_0000_5A4B));
    invention.socket.iter_mut().for_each(|socket| swap(socket, &mut disks));
    let Invention { socket, flow, .. } = invention;
    let latency = Range { least: Span(0), most: Span::ms(chance.within(0, 20)) };
    // Small ones fill, and then queues do.
    let buffer = Size(chance.pick(&[2 << 10, 8 << 10, 64 << 10]).copied().unwrap_or(64 << 10));
    let tcp_give_up = Span::secs(chance.within(2, 20));
    let (sndbuf, rcvbuf) = (buffer, buffer);
    // Small ones are under way one by one, so that faults come in the middle of a message.
    let mtu = Size(chance.pick(&[300, 1460, 64 << 10]).copied().unwrap_or(1460));
    let link = Line { latency, mtu, tcp_give_up, sndbuf, rcvbuf, ..Line::default() };
    let mut schedule = Schedule {
        name: format!("{name}-{seed}"),
        seed,
        duration: Span::secs(60),
        quiet_tail: Span::secs(40),
        link,
        socket,
        flow,
        op: Vec::new(),
        expect: super::Expect::default(),
    };
    if with_faults {
        let nodes = schedule.nodes();
        let pairs = pairs(&schedule);
        let swarm = Swarm {
            kinds: SWARM.to_vec(),
            every: Span::ms(chance.within(200, 3_000)),
            from: Span(0),
            until: Span::secs(8),
            longest: Span::ms(chance.within(10, 6_000)),
            nodes,
            pairs,
            binds: binds(&schedule),
            line: &schedule.link,
        };
        let mut op = swarm.faults(&mut chance);
        let swapping = schedule.socket.iter().filter(|socket| socket.has_swap());
        let nodes: Vec<&str> = swapping.map(|socket| socket.node.as_str()).collect();
        if !nodes.is_empty() {
            op.extend(Swarm { kinds: DISKS.to_vec(), nodes, ..swarm }.faults(&mut disks));
            op.sort_by_key(|timed| timed.at);
        }
        schedule.op = op;
    }
    schedule
}

/// Gives a socket that may have one a swap, or not.
fn swap(socket: &mut Socket, chance: &mut Chance) {
    let may = matches!(socket.kind, SocketType::Push | SocketType::Dealer | SocketType::Pair);
    if !may || chance.below(2) == 0 {
        return;
    }
    // Small ones fill, and turn their segments over.
    let octets = Setting::Number(chance.within(16 << 10, 256 << 10) as i64);
    let durable = chance.pick(&["none", "batch", "each"]).copied().unwrap_or("each");
    let durable = Setting::Text(durable.to_owned());
    socket.options.insert("swap".to_owned(), octets);
    socket.options.insert("swap_durable".to_owned(), durable);
}

/// The sockets that bind.
#[must_use]
pub fn binds(schedule: &Schedule) -> Vec<&str> {
    let binding = schedule.socket.iter().filter(|socket| socket.bind);
    binding.map(|socket| socket.name.as_str()).collect()
}

/// The processes with a connection between them.
#[must_use]
pub fn pairs(schedule: &Schedule) -> Vec<[&str; 2]> {
    let mut pairs = Vec::new();
    for socket in &schedule.socket {
        for (_, other) in socket.connect.iter().filter_map(|name| schedule.socket_named(name)) {
            let pair = [socket.node.as_str(), other.node.as_str()];
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

struct Invention<'a> {
    chance: &'a mut Chance,
    socket: Vec<Socket>,
    flow: Vec<Flow>,
}

impl Invention<'_> {
    fn topology(&mut self, pattern: &str) {
        match pattern {
            "push-pull" => self.sides(SocketType::Push, SocketType::Pull, Work::Consume),
            "req-rep" => self.sides(SocketType::Req, SocketType::Rep, Work::Reply),
            "dealer-router" => self.sides(SocketType::Dealer, SocketType::Router, Work::Reply),
            "dealer-rep" => self.sides(SocketType::Dealer, SocketType::Rep, Work::Reply),
            "req-router" => self.sides(SocketType::Req, SocketType::Router, Work::Reply),
            "pub-sub" => self.sides(SocketType::Pub, SocketType::Sub, Work::Consume),
            "xpub-xsub" => {
                let kinds = [SocketType::Sub, SocketType::Xsub];
                let to = self.chance.pick(&kinds).copied().unwrap_or(SocketType::Xsub);
                self.sides(SocketType::Xpub, to, Work::Consume);
            }
            "router-dealer" => self.routed(),
            "pipeline" => self.pipeline(),
            _ => self.pair(),
        }
    }

    /// Some that send and some that receive; one of the kinds binds.
    fn sides(&mut self, from: SocketType, to: SocketType, work: Work) {
        let (senders, receivers) = (self.chance.within(1, 3), self.chance.within(1, 3));
        let sender_binds = self.chance.below(2) == 0;
        let names = |stem: &str, count: u64| -> Vec<String> {
            (1..=count).map(|number| format!("{stem}.{number}")).collect()
        };
        let (from_names, to_names) = (names("sender", senders), names("receiver", receivers));
        for name in &from_names {
            let connect = if sender_binds { Vec::new() } else { to_names.clone() };
            self.add(name, from, connect, Work::Consume);
            self.traffic(name, from);
        }
        for name in &to_names {
            let connect = if sender_binds { from_names.clone() } else { Vec::new() };
            self.add(name, to, connect, work);
        }
    }

    /// A ROUTER that sends to DEALERs by their names.
    fn routed(&mut self) {
        let count = self.chance.within(1, 3);
        let names: Vec<String> = (1..=count).map(|number| format!("dealer.{number}")).collect();
        self.add("router", SocketType::Router, Vec::new(), Work::Consume);
        for name in &names {
            self.add(name, SocketType::Dealer, vec!["router".to_owned()], Work::Consume);
            let id = Setting::Text(name.clone());
            self.socket.last_mut().into_iter().for_each(|socket| {
                drop(socket.options.insert("routing_id".to_owned(), id.clone()));
            });
        }
        self.traffic("router", SocketType::Router);
        self.flow.last_mut().into_iter().for_each(|flow| flow.to.clone_from(&names));
    }

    /// A ventilator, workers and a sink.
    fn pipeline(&mut self) {
        let workers = self.chance.within(1, 3);
        self.add("ventilator", SocketType::Push, Vec::new(), Work::Consume);
        self.add("sink", SocketType::Pull, Vec::new(), Work::Consume);
        for number in 1..=workers {
            let node = format!("worker.{number}");
            let onward = format!("{node}.out");
            self.add(&node, SocketType::Pull, vec!["ventilator".to_owned()], Work::Forward);
            self.socket.last_mut().into_iter().for_each(|socket| socket.to = Some(onward.clone()));
            self.add(&onward, SocketType::Push, vec!["sink".to_owned()], Work::Consume);
            self.socket.last_mut().into_iter().for_each(|socket| socket.node.clone_from(&node));
        }
        self.traffic("ventilator", SocketType::Push);
    }

    fn pair(&mut self) {
        self.add("one", SocketType::Pair, Vec::new(), Work::Consume);
        self.add("other", SocketType::Pair, vec!["one".to_owned()], Work::Consume);
        self.traffic("one", SocketType::Pair);
        self.traffic("other", SocketType::Pair);
    }

    fn add(&mut self, name: &str, kind: SocketType, connect: Vec<String>, work: Work) {
        let mut socket = Socket {
            name: name.to_owned(),
            node: name.to_owned(),
            kind,
            bind: connect.is_empty(),
            connect,
            options: std::collections::BTreeMap::new(),
            subscribe: Vec::new(),
            work,
            takes: Span::ms(self.chance.below(4)),
            to: None,
        };
        let mut set = |name: &str, value: u64| {
            socket.options.insert(name.to_owned(), Setting::Number(value as i64));
        };
        set("reconnect_ivl", self.chance.within(10, 300));
        set("handshake_ivl", self.chance.within(3_000, 9_000));
        if self.chance.below(3) > 0 {
            let ivl = self.chance.within(200, 2_000);
            set("heartbeat_ivl", ivl);
            set("heartbeat_timeout", self.chance.within(ivl, 3_000));
            // Longer than 16 bits of milliseconds, which changes nothing.
            if self.chance.below(4) == 0 {
                set("heartbeat_ttl", self.chance.within(65_600, 90_000));
            }
        }
        if self.chance.below(2) == 0 {
            set("sndhwm", self.chance.within(1, 20));
            set("rcvhwm", self.chance.within(1, 20));
        }
        if kind == SocketType::Sub {
            let topics = ["", "a", "ab", "b"];
            socket.subscribe = topics
                .into_iter()
                .filter(|_| self.chance.below(2) == 0)
                .map(str::to_owned)
                .collect();
            if socket.subscribe.is_empty() {
                socket.subscribe = vec!["a".to_owned()];
            }
        }
        if kind == SocketType::Xsub {
            // It has no filter: whatever comes is its application's.
            socket.subscribe = vec![String::new()];
        }
        self.socket.push(socket);
    }

    fn traffic(&mut self, from: &str, kind: SocketType) {
        let publishes = kind.is_publisher();
        let requests = kind == SocketType::Req;
        let relaxed = requests && self.chance.below(2) == 0;
        if relaxed {
            let on = Setting::Flag(true);
            if let Some(socket) = self.socket.iter_mut().find(|socket| socket.name == from) {
                socket.options.insert("req_relaxed".to_owned(), on.clone());
                socket.options.insert("req_correlate".to_owned(), on);
            }
        }
        // Until long after the last fault, so that liveness is seen.
        let every = Span::ms(self.chance.within(50, 1_000));
        let least = self.chance.within(12, 100);
        let size = Range { least: Size(least), most: Size(least + self.chance.below(4_000)) };
        let patience = requests && (relaxed || self.chance.below(2) == 0);
        self.flow.push(Flow {
            name: format!("flow.{from}"),
            from: from.to_owned(),
            to: Vec::new(),
            start: Span::ms(self.chance.below(1_000)),
            every,
            count: (50_000_000_000 / every.0) as u32,
            size,
            parts: self.chance.within(1, 3) as u8,
            topics: if publishes {
                ["a", "ab", "abc", "b"].map(str::to_owned).to_vec()
            } else {
                Vec::new()
            },
            patience: patience.then(|| Span::ms(self.chance.within(300, 3_000))),
            then: if relaxed { Then::Next } else { Then::Reopen },
        });
    }
}
