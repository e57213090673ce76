//! Faults at random, in turmoil: nothing comes twice, out of order or from nowhere, every loss has
//! a place, and what is sent when the faults are over arrives.
//!
//! `ZEROPROOF_SIM_SEEDS=1000` hunts for longer, `ZEROPROOF_SIM_SEEDS=17..18` runs one seed.

use super::losses::{Place, allowed, losses, nonsense, twice};
use super::schedules::{flow, received, schedule, socket};
use zeroproof_sim::chance::Chance;
use zeroproof_sim::schedule::{Op, Schedule, Setting, Timed, Way, Work};
use zeroproof_sim::units::{Range, Size, Span};
use zeroproof_sim::world::turmoil;

/// Messages that are sent when all is calm again.
const LAST: u32 = 10;

fn sockets(chance: &mut Chance) -> Schedule {
    let kinds = [("PULL", "PUSH"), ("REP", "REQ"), ("PAIR", "PAIR"), ("ROUTER", "DEALER")];
    let (binds, dials) = chance.pick(&kinds).copied().unwrap();
    let mut all = vec![socket("one", binds, &[]), socket("two", dials, &["one"])];
    if binds == "ROUTER" {
        all[0].work = Work::Reply;
    }
    if binds == "PULL" && chance.happens(500_000) {
        all.push(socket("three", dials, &["one"]));
    }
    let takes = Span::ms(chance.below(3) * 7);
    for socket in &mut all {
        socket.takes = takes;
        let number = Setting::Number;
        for (name, value) in [("sndhwm", 5), ("rcvhwm", 5)] {
            if chance.happens(300_000) {
                socket.options.insert(name.to_owned(), number(value));
            }
        }
        // Who is half open would lose what is sent when all is calm, and a PAIR let nobody else in.
        socket.options.insert("heartbeat_ivl".to_owned(), number(200));
        socket.options.insert("heartbeat_timeout".to_owned(), number(500));
        if socket.kind.name() == "REQ" {
            for name in ["req_relaxed", "req_correlate"] {
                socket.options.insert(name.to_owned(), Setting::Flag(true));
            }
        }
    }
    let mut flows = Vec::new();
    for socket in all.iter().skip(1) {
        let mut early = flow(&format!("early {}", socket.name), &socket.name, 100);
        early.size = Range { least: Size(20), most: Size(20 + chance.below(3) * 20_000) };
        let mut late = flow(&format!("late {}", socket.name), &socket.name, LAST);
        if socket.kind.name() == "REQ" {
            // One flow, or two of them would wait for each other's replies.
            early.count = 40;
            early.patience = Some(Span::ms(700));
            early.start = Span::ms(200);
        }
        late.start = Span::secs(20);
        late.every = Span::ms(200);
        late.patience = early.patience;
        flows.extend([early, late]);
    }
    schedule(all, flows)
}

fn fault(chance: &mut Chance, at: u64) -> Vec<Timed> {
    let between = || ["one".to_owned(), "two".to_owned()];
    let node = ["one", "two"][chance.below(2) as usize];
    let node = || node.to_owned();
    let until = at + 50 + chance.below(3000);
    let pair = |one: Op, other: Op| {
        vec![Timed { at: Span::ms(at), op: one }, Timed { at: Span::ms(until), op: other }]
    };
    let heal = || Op::Heal { between: between() };
    let boot = || Op::Boot { node: node(), new_identity: false };
    match chance.below(11) {
        0 | 1 => pair(Op::Cut { between: between(), way: Way::Both }, heal()),
        2 => pair(Op::Kill { node: node() }, boot()),
        3 => pair(Op::PowerOff { node: node() }, boot()),
        4 => pair(Op::Reset { between: between() }, heal()),
        5 => pair(Op::Stall { node: node() }, Op::Flow { node: node() }),
        6 => {
            let loss = |per_million| Op::Loss { between: between(), per_million };
            pair(loss(200_000), loss(0))
        }
        7 => {
            let chop = |most| Op::Chop { between: between(), most: Size(most) };
            pair(chop(1 + chance.below(100)), chop(0))
        }
        // Whatever waits is dropped and begun again, all the time.
        8 => {
            let beats = (0..40).map(|beat| (Span::ms(at + beat * 20), beat % 2 == 0));
            let op = |stalls| match stalls {
                true => Op::Stall { node: node() },
                false => Op::Flow { node: node() },
            };
            beats.map(|(at, stalls)| Timed { at, op: op(stalls) }).collect()
        }
        9 => pair(Op::ResetAfter { between: between(), octets: Size(chance.below(5000)) }, heal()),
        _ => pair(Op::Finish { between: between() }, heal()),
    }
}

fn story(seed: u64) -> Schedule {
    let mut chance = Chance::new(seed);
    let mut story = sockets(&mut chance);
    for _ in 0..=chance.below(4) {
        let at = chance.below(3000);
        story.op.extend(fault(&mut chance, at));
    }
    story.op.sort_by_key(|timed| timed.at);
    (story.seed, story.duration) = (seed, Span::secs(30));
    story.link.latency = Range { least: Span::ms(10), most: Span::ms(10 + chance.below(2) * 20) };
    story
}

/// What is wrong with the run of a seed.
fn verdict(story: &Schedule) -> Result<(), String> {
    let trace = turmoil::run(story).map_err(|error| error.0)?;
    let (lost, mut may) = (losses(story, &trace), allowed(story));
    // Whoever is silent for long enough is dead for the other, whatever the reason.
    may.insert(Place::Wire);
    let strange: Vec<_> = lost.iter().filter(|(place, _)| !may.contains(place)).collect();
    if !strange.is_empty() {
        return Err(format!("lost: {strange:?}"));
    }
    if let Some(twice) = twice(&trace) {
        return Err(format!("received twice: {twice:?}"));
    }
    if let Some(wrong) = nonsense(&trace).into_iter().next() {
        return Err(wrong);
    }
    let is_late = |number: usize| number % 2 == 1;
    for (number, flow) in story.flow.iter().enumerate().filter(|(number, _)| is_late(*number)) {
        let came = received(&trace);
        let came = came.iter().filter(|(_, id)| usize::from(id.flow) == number && !id.is_reply);
        let came = came.count() as u32;
        if came != LAST {
            return Err(format!("{came} of {LAST} of flow {} came when all was calm", flow.name));
        }
    }
    Ok(())
}

pub(super) fn seeds() -> core::ops::Range<u64> {
    let wanted = std::env::var("ZEROPROOF_SIM_SEEDS").unwrap_or_else(|_| "40".to_owned());
    match wanted.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => 0..wanted.parse().unwrap(),
    }
}

#[test]
fn faults_at_random() {
    let mut broken = Vec::new();
    for seed in seeds() {
        let story = story(seed);
        if let Err(wrong) = verdict(&story) {
            broken.push(format!("seed {seed}: {wrong}\n  {:?}", story.op));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
