//! Small schedules: every pattern, and what can be done to two processes.

use zeroproof_sim::message::MessageId;
use zeroproof_sim::schedule::{Flow, Line, Op, Schedule, Socket, Then, Timed, Way, Work, stable};
use zeroproof_sim::trace::{Trace, What};
use zeroproof_sim::units::{Range, Size, Span};

/// A socket on a node of the same name; one that connects to nobody binds.
pub(super) fn socket(name: &str, kind: &str, connect: &[&str]) -> Socket {
    Socket {
        name: name.to_owned(),
        node: name.to_owned(),
        kind: stable(kind).unwrap(),
        bind: connect.is_empty(),
        connect: connect.iter().map(ToString::to_string).collect(),
        options: Default::default(),
        subscribe: Vec::new(),
        work: if kind == "REP" { Work::Reply } else { Work::Consume },
        takes: Span::default(),
        to: None,
    }
}

pub(super) fn flow(name: &str, from: &str, count: u32) -> Flow {
    Flow {
        name: name.to_owned(),
        from: from.to_owned(),
        to: Vec::new(),
        start: Span::ms(200),
        every: Span::ms(20),
        count,
        size: Range { least: Size(20), most: Size(300) },
        parts: 1,
        topics: Vec::new(),
        patience: None,
        then: Then::Next,
    }
}

pub(super) fn schedule(socket: Vec<Socket>, flow: Vec<Flow>) -> Schedule {
    Schedule {
        name: "test".to_owned(),
        seed: 7,
        duration: Span::secs(10),
        quiet_tail: Span::secs(5),
        link: Line {
            latency: Range { least: Span::ms(10), most: Span::ms(30) },
            tcp_give_up: Span::secs(2),
            ..Line::default()
        },
        socket,
        flow,
        op: Vec::new(),
        expect: Default::default(),
    }
}

/// A routing id for a socket.
pub(super) fn routed(mut socket: Socket) -> Socket {
    let id = zeroproof_sim::schedule::Setting::Text(socket.name.clone());
    socket.options.insert("routing_id".to_owned(), id);
    socket
}

fn topics(mut flow: Flow) -> Flow {
    flow.topics = ["a", "b", "c"].map(str::to_owned).to_vec();
    flow.parts = 2;
    flow
}

fn subscribed(mut socket: Socket, topics: &[&str]) -> Socket {
    socket.subscribe = topics.iter().map(ToString::to_string).collect();
    socket
}

fn on(mut socket: Socket, node: &str, work: Work, to: Option<&str>) -> Socket {
    (socket.node, socket.work, socket.to) = (node.to_owned(), work, to.map(str::to_owned));
    socket
}

/// One schedule a pattern, without faults.
pub(super) fn patterns() -> Vec<Schedule> {
    let forwarders = [pipeline_forwarder(), topic_forwarder(), request_forwarder()];
    direct().into_iter().chain(forwarders).collect()
}

fn named(name: &str, schedule: Schedule) -> Schedule {
    Schedule { name: name.to_owned(), ..schedule }
}

/// A flow that begins when subscriptions have arrived and peers are known.
fn later(flow: Flow) -> Flow {
    Flow { start: Span::secs(1), ..flow }
}

/// Two socket types that speak to each other.
fn direct() -> Vec<Schedule> {
    let push = |name| socket(name, "PUSH", &["sink"]);
    let pipeline = vec![socket("sink", "PULL", &[]), push("one"), push("two")];
    let request = vec![socket("server", "REP", &[]), socket("client", "REQ", &["server"])];
    let worker = |name| routed(on(socket(name, "DEALER", &["router"]), name, Work::Reply, None));
    let workers = vec![socket("router", "ROUTER", &[]), worker("w1"), worker("w2")];
    let jobs = Flow { to: vec!["w1".to_owned(), "w2".to_owned()], ..flow("a", "router", 100) };
    let asked = vec![
        on(socket("router", "ROUTER", &[]), "router", Work::Reply, None),
        socket("client", "REQ", &["router"]),
    ];
    let subscriber = |name, wanted: &[&str]| subscribed(socket(name, "SUB", &["pub"]), wanted);
    let news =
        vec![socket("pub", "PUB", &[]), subscriber("s1", &["a"]), subscriber("s2", &["b", "c"])];
    let open = vec![socket("pub", "XPUB", &[]), subscriber("sub", &["b"])];
    let pair = vec![socket("one", "PAIR", &[]), socket("two", "PAIR", &["one"])];
    let both = || vec![flow("a", "one", 100), flow("b", "two", 100)];
    let topical = || vec![later(topics(flow("a", "pub", 99)))];
    vec![
        named("PUSH PULL", schedule(pipeline, both())),
        named("REQ REP", schedule(request, vec![flow("a", "client", 80)])),
        named("DEALER ROUTER", schedule(workers, vec![later(jobs)])),
        named("REQ ROUTER", schedule(asked, vec![flow("a", "client", 80)])),
        named("PUB SUB", schedule(news, topical())),
        named("XPUB SUB", schedule(open, topical())),
        named("PAIR", schedule(pair, both())),
    ]
}

/// A process in the middle, with two sockets that bind.
fn middle(front: [&str; 2], back: [&str; 2], is_two_way: bool) -> Vec<Socket> {
    let ([front, front_kind], [back, back_kind]) = (front, back);
    let (work, to) = if is_two_way { (Work::Forward, Some(front)) } else { (Work::Consume, None) };
    vec![
        on(socket(front, front_kind, &[]), "middle", Work::Forward, Some(back)),
        on(socket(back, back_kind, &[]), "middle", work, to),
    ]
}

fn pipeline_forwarder() -> Schedule {
    let mut all = middle(["in", "PULL"], ["out", "PUSH"], false);
    all.extend([socket("source", "PUSH", &["in"]), socket("sink", "PULL", &["out"])]);
    named("PUSH forwarder", schedule(all, vec![flow("a", "source", 100)]))
}

fn topic_forwarder() -> Schedule {
    let mut all = middle(["in", "XSUB"], ["out", "XPUB"], true);
    all.push(socket("pub", "PUB", &["in"]));
    all.push(subscribed(socket("sub", "SUB", &["out"]), &["a"]));
    named("XSUB XPUB forwarder", schedule(all, vec![later(topics(flow("a", "pub", 99)))]))
}

fn request_forwarder() -> Schedule {
    let mut all = middle(["front", "ROUTER"], ["back", "DEALER"], true);
    all.extend([socket("client", "REQ", &["front"]), socket("server", "REP", &["back"])]);
    named("ROUTER DEALER forwarder", schedule(all, vec![flow("a", "client", 50)]))
}

fn at(millis: u64, op: Op) -> Timed {
    Timed { at: Span::ms(millis), op }
}

/// What is done to the first two nodes of a schedule: a name, and operations.
pub(super) fn faults(schedule: &Schedule) -> Vec<(&'static str, Vec<Timed>)> {
    let nodes: Vec<String> = schedule.nodes().into_iter().map(str::to_owned).collect();
    let between = || [nodes[0].clone(), nodes[1].clone()];
    let node = || nodes[0].clone();
    let cut = |from, to| {
        vec![
            at(from, Op::Cut { between: between(), way: Way::Both }),
            at(to, Op::Heal { between: between() }),
        ]
    };
    vec![
        ("short cut", cut(500, 1500)),
        ("long cut", cut(500, 4000)),
        (
            "kill",
            vec![
                at(700, Op::Kill { node: node() }),
                at(1500, Op::Boot { node: node(), new_identity: false }),
            ],
        ),
        (
            "power",
            vec![
                at(700, Op::PowerOff { node: node() }),
                at(1500, Op::Boot { node: node(), new_identity: false }),
            ],
        ),
        ("reset", vec![at(700, Op::Reset { between: between() })]),
        ("finish", vec![at(700, Op::Finish { between: between() })]),
        (
            "loss",
            vec![
                at(500, Op::Loss { between: between(), per_million: 100_000 }),
                at(2500, Op::Loss { between: between(), per_million: 0 }),
            ],
        ),
        ("chop", vec![at(0, Op::Chop { between: between(), most: Size(7) })]),
        ("stall", vec![at(500, Op::Stall { node: node() }), at(1500, Op::Flow { node: node() })]),
        (
            "refuse",
            vec![
                at(0, Op::Refuse { node: node() }),
                at(500, Op::Accept { node: node() }),
                at(700, Op::BlackHole { node: node() }),
                at(800, Op::Reset { between: between() }),
                at(1500, Op::Accept { node: node() }),
            ],
        ),
    ]
}

/// Which sockets have received which messages, in order of both.
pub(super) fn received(trace: &Trace) -> Vec<(u16, MessageId)> {
    let events = trace.events.iter();
    let mut all: Vec<_> = events
        .filter_map(|event| match &event.what {
            What::Received { socket, message } => Some((*socket, *message)),
            _ => None,
        })
        .collect();
    all.sort();
    all
}
