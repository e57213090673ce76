//! A topology under faults, in the tight simulator: no oracle of it is broken, nothing panics.
//!
//! Octets: eight that invent a topology, then faults in records of six (when, how long, which,
//! where, how much); one of them is a stranger, who says what else there is. Determinism is asked
//! for as well, of one run in four.

use crate::choices::Choices;
use crate::mutator::Shape;
use zeroproof_conformance::octets::hex;
use zeroproof_sim::schedule::{Op, Schedule, Timed, Way, invent, pairs, write};
use zeroproof_sim::units::{Bandwidth, Range, Size, Span};
use zeroproof_sim::verdict::run;
use zeroproof_sim::world::Which;

/// Decisions.
pub const SHAPE: Shape = Shape::Choices;

/// Faults of one run.
const MOST: usize = 12;
/// When the last fault is over.
const QUIET_FROM: u64 = 8_000;

/// What is asked for where a stranger may say anything, such as a good handshake of 1.0 and
/// messages of its own: the other oracles know what our own applications send, and nothing else.
const WITH_STRANGERS: [&str; 1] = ["O4-bounds"];

/// See the module.
pub fn judge(octets: &[u8]) {
    let Some((seed, rest)) = octets.split_first_chunk::<8>() else { return };
    let seed = u64::from_be_bytes(*seed);
    let mut schedule = invent(seed, false);
    // Traffic for some seconds before and after the faults; fewer messages are more runs.
    for flow in &mut schedule.flow {
        flow.every = Span(flow.every.0.max(250_000_000));
        flow.count = flow.count.min(120);
    }
    schedule.op = faults(&schedule, rest);
    let outcome = match run(&schedule, Which::Tight) {
        Ok(outcome) => outcome,
        Err(error) => {
            assert_eq!(error.0, "", "what is invented can be run");
            return;
        }
    };
    let text = || write(&schedule, &Default::default()).unwrap_or_default();
    let has_stranger = schedule.op.iter().any(|timed| matches!(timed.op, Op::Evil { .. }));
    let mut breaches = outcome.breaches;
    breaches.retain(|breach| !has_stranger || WITH_STRANGERS.contains(&breach.oracle));
    assert!(breaches.is_empty(), "{breaches:?}\n{}", text());
    if seed & 3 == 0 {
        let again = run(&schedule, Which::Tight).map(|outcome| outcome.hash);
        assert_eq!(again, Ok(outcome.hash), "the same schedule, another trace");
    }
}

fn faults(schedule: &Schedule, octets: &[u8]) -> Vec<Timed> {
    let (nodes, pairs) = (schedule.nodes(), pairs(schedule));
    let mut choices = Choices::new(octets);
    let mut ops = Vec::new();
    for _ in 0..MOST {
        if choices.is_over() {
            break;
        }
        let at = u64::from(choices.octet()) * 32;
        let end = (at + u64::from(choices.octet()) * 24 + 1).min(QUIET_FROM);
        let (Some(node), Some(mut pair)) = (choices.pick(&nodes), choices.pick(&pairs)) else {
            break;
        };
        let (kind, much) = (choices.octet(), choices.octet());
        if kind & 0x80 != 0 {
            pair.reverse();
        }
        if kind & 0x7F == 0x7F {
            let binder = schedule.socket.iter().find(|socket| socket.bind);
            let Some(binder) = binder else { break };
            let octets = hex(choices.rest().get(..2048).unwrap_or(choices.rest()));
            let op = Op::Evil { socket: binder.name.clone(), octets, closes: much & 1 == 1 };
            ops.push(Timed { at: Span::ms(at), op });
            break;
        }
        let op = fault(kind & 0x7F, u64::from(much), node.to_owned(), pair.map(str::to_owned));
        let mut undo = op.undo(&schedule.link);
        if let Some(Op::Boot { new_identity, .. }) = &mut undo {
            *new_identity = much & 3 == 3;
        }
        ops.push(Timed { at: Span::ms(at), op });
        ops.extend(undo.map(|op| Timed { at: Span::ms(end.max(at)), op }));
    }
    ops.sort_by_key(|timed| timed.at);
    ops
}

fn fault(kind: u8, much: u64, node: String, between: [String; 2]) -> Op {
    match kind % 16 {
        0 => Op::Cut { between, way: Way::Both },
        1 => Op::Cut { between, way: Way::There },
        2 => Op::Loss { between, per_million: u32::try_from(much * 800).unwrap_or(0) },
        3 => Op::Latency { between, latency: Range { least: Span(0), most: Span::ms(much) } },
        4 => Op::Bandwidth { between, bandwidth: Some(Bandwidth(Size(much * 500 + 1000))) },
        5 => Op::Chop { between, most: Size(much % 40 + 1) },
        6 => Op::Reset { between },
        7 => Op::ResetAfter { between, octets: Size(much * 4 + 1) },
        8 => Op::Finish { between },
        9 => Op::Kill { node },
        10 => Op::PowerOff { node },
        11 => Op::Pause { node },
        12 => Op::Stall { node },
        13 => Op::Refuse { node },
        14 => Op::BlackHole { node },
        _ => Op::ClockRate { node, percent: u32::try_from(much % 150 + 50).unwrap_or(100) },
    }
}
