//! What people write for the simulator: whatever it is, it is read or its mistake has a line.
//!
//! Octets: a scenario, or a `.zsim`. What can be read is spelled out, written, read again, and is
//! the same; it takes no more room than the bounds of the simulator allow.

use crate::bounded::Bound;
use crate::mutator::Shape;
use zeroproof_sim::scenario;
use zeroproof_sim::schedule::{Schedule, read, write};

/// A text.
pub const SHAPE: Shape = Shape::Text;

/// Few words may stand for many sockets, connections and faults, but not for any number of them.
const BOUND: Bound = Bound { each: 4 << 10, once: 64 << 20 };

/// See the module.
pub fn judge(octets: &[u8]) {
    let Ok(text) = core::str::from_utf8(octets) else { return };
    BOUND.watch(octets.len(), || {
        if let Ok((schedule, _)) = read(text) {
            survives(&schedule);
        }
        match scenario::parse(text) {
            Ok(scenario) => {
                let seeds = scenario::seeds(&scenario, text);
                let Ok(seeds) = seeds else {
                    assert_eq!(seeds.err(), None, "what was parsed has seeds");
                    return;
                };
                match scenario::expand(&scenario, text, seeds.start) {
                    Ok(schedule) => survives(&schedule),
                    Err(mistake) => judge_mistake(text, &mistake),
                }
            }
            Err(mistake) => judge_mistake(text, &mistake),
        }
    });
}

fn judge_mistake(text: &str, mistake: &scenario::Mistake) {
    let lines = text.bytes().filter(|octet| *octet == b'\n').count() + 1;
    assert!(mistake.line <= lines, "line {} of {lines}", mistake.line);
    assert!(!mistake.what.is_empty(), "a mistake without words");
}

fn survives(schedule: &Schedule) {
    let Ok(text) = write(schedule, &Default::default()) else { return };
    let again = read(&text);
    let again = again.as_ref().map(|(again, _)| again);
    assert_eq!(again, Ok(schedule), "what is written is read alike");
}
