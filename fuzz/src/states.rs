//! Which steps of the protocol were taken, told to libFuzzer as coverage of its own kind.
//!
//! Edges of code say little of states: the same `match` runs in each. So every output of a link is
//! counted under the output before it, and an input that leads to a new pair is worth keeping.

use core::sync::atomic::{AtomicU8, Ordering};
use zeroproof_reference::{Event, Output, Reason};

/// Kinds of outputs; a power of two.
const KINDS: usize = 64;

#[cfg_attr(
    fuzzing,
    expect(
        unsafe_code,
        reason = "the name of a section is all: libFuzzer looks for counters there"
    )
)]
#[cfg_attr(fuzzing, unsafe(link_section = "__libfuzzer_extra_counters"))]
static COUNTERS: [AtomicU8; KINDS * KINDS] = [const { AtomicU8::new(0) }; KINDS * KINDS];

/// Where a link is, as far as its outputs show.
#[derive(Clone, Copy, Debug, Default)]
pub struct State(usize);

impl State {
    /// The next output.
    pub fn meets(&mut self, output: &Output) {
        let next = kind(output) % KINDS;
        if let Some(counter) = COUNTERS.get(self.0 * KINDS + next) {
            counter.store(counter.load(Ordering::Relaxed).saturating_add(1), Ordering::Relaxed);
        }
        self.0 = next;
    }
}

fn kind(output: &Output) -> usize {
    match output {
        Output::Transmit(octets) => 1 + spread(octets.get(..4).unwrap_or_default(), 15),
        Output::Send(_) => 16,
        Output::Wait(None) => 17,
        Output::Wait(Some(_)) => 18,
        Output::Event(event) => 19 + of_event(event),
        Output::Close(Reason::Violation(violation)) => {
            40 + spread(crate::named::clause(violation).as_bytes(), 24)
        }
        Output::Close(reason) => 30 + of_reason(reason),
    }
}

const fn of_event(event: &Event) -> usize {
    match event {
        Event::Authenticate(_) => 0,
        Event::Ready(_) => 1,
        Event::Messages(_) => 2,
        Event::Subscribe(_) => 3,
        Event::Cancel(_) => 4,
        Event::Join(_) => 5,
        Event::Leave(_) => 6,
    }
}

const fn of_reason(reason: &Reason) -> usize {
    match reason {
        Reason::PeerClosed => 0,
        Reason::RefusedByPeer(_) => 1,
        Reason::Denied(_) => 2,
        Reason::Handler(_) => 3,
        Reason::NoHandler => 4,
        Reason::HandshakeTimeout => 5,
        Reason::HeartbeatTimeout => 6,
        Reason::TtlExpired => 7,
        Reason::Misconfigured(_) | Reason::Violation(_) => 8,
    }
}

/// Texts and octets as few numbers: FNV, as good as any here.
fn spread(octets: &[u8], over: usize) -> usize {
    let hash = octets.iter().fold(0x811C_9DC5_usize, |hash, octet| {
        (hash ^ usize::from(*octet)).wrapping_mul(0x0100_0193)
    });
    hash % over
}
