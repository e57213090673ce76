//! Invented topologies in turmoil: the oracles that judge the tight world find nothing here.
//!
//! `ZEROPROOF_SIM_SEEDS=1000` goes on for longer, `ZEROPROOF_SIM_SEEDS=17..18` runs one seed.

use super::hunt::seeds;
use zeroproof_sim::oracle::judge;
use zeroproof_sim::schedule::{Schedule, invent};
use zeroproof_sim::world::Which;
use zeroproof_sim::world::turmoil::run;

fn story(seed: u64, with_faults: bool) -> Option<Schedule> {
    Which::Turmoil.adapted(invent(seed, with_faults))
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
