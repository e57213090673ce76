//! Invented topologies in turmoil: the oracles that judge the tight world find nothing here.
//!
//! `ZEROPROOF_SIM_SEEDS=1000` goes on for longer, `ZEROPROOF_SIM_SEEDS=17..18` runs one seed.

use super::hunt::seeds;
use zeroproof_sim::oracle::judge;
use zeroproof_sim::schedule::{Schedule, invent};
use zeroproof_sim::units::Span;
use zeroproof_sim::world::turmoil::{HOSTS_MAX, refusal, run};

/// What turmoil can do of an invented schedule; none if there are too many processes.
fn story(seed: u64, with_faults: bool) -> Option<Schedule> {
    let mut schedule = invent(seed, with_faults);
    schedule.op.retain(|timed| refusal(&timed.op).is_none());
    schedule.link.bandwidth = None;
    // Ticks are as long as the least latency, and what they cost is what a run costs.
    let latency = &mut schedule.link.latency;
    latency.least = latency.least.max(Span::ms(10));
    latency.most = latency.most.max(latency.least);
    // One for the stranger.
    (schedule.nodes().len() < HOSTS_MAX).then_some(schedule)
}

fn campaign(with_faults: bool) {
    let (mut broken, mut runs) = (Vec::new(), 0);
    for story in seeds().filter_map(|seed| story(seed, with_faults)) {
        runs += 1;
        let (_, breaches) = judge(&story, &run(&story).unwrap());
        broken.extend(breaches.first().map(|breach| format!("{}: {breach:?}", story.name)));
    }
    assert!(runs > 0, "all of these have too many processes");
    assert!(broken.is_empty(), "{} of {runs}:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn without_faults() {
    campaign(false);
}

#[test]
fn with_faults() {
    campaign(true);
}
