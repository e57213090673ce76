//! Invented topologies under invented faults: no oracle is broken.
#![cfg(test)]

use zeroproof_sim::oracle::judge;
use zeroproof_sim::schedule::invent;
use zeroproof_sim::world::run;

/// Seeds; `ZEROPROOF_SEEDS` asks for others: `1000..2000`.
fn seeds() -> std::ops::Range<u64> {
    let text = std::env::var("ZEROPROOF_SEEDS").unwrap_or_else(|_| "0..300".to_owned());
    let (from, to) = text.split_once("..").unwrap();
    from.parse().unwrap()..to.parse().unwrap()
}

fn campaign(with_faults: bool) {
    let mut broken = Vec::new();
    for seed in seeds() {
        let schedule = invent(seed, with_faults);
        let trace = run(&schedule).unwrap();
        let (_, breaches) = judge(&schedule, &trace);
        broken
            .extend(breaches.first().map(|breach| (schedule.name, breaches.len(), breach.clone())));
    }
    assert!(
        broken.is_empty(),
        "{} seeds: {:#?}",
        broken.len(),
        broken.iter().take(12).collect::<Vec<_>>()
    );
}

#[test]
fn without_faults() {
    campaign(false);
}

#[test]
fn with_faults() {
    campaign(true);
}
