//! Sockets with a swap in the tight world: what a durable one loses, beside one that is not; and
//! traces changed as a bad swap would, which the oracles notice.

use zeroproof_sim::analysis::{Fate, Table};
use zeroproof_sim::library::known;
use zeroproof_sim::oracle::{Breach, judge};
use zeroproof_sim::scenario::{expand, parse};
use zeroproof_sim::schedule::{Schedule, Setting};
use zeroproof_sim::trace::{Event, Item, Trace, What};
use zeroproof_sim::world::run;

const SEEDS: u64 = 10;

fn scenario(name: &str, seed: u64) -> Schedule {
    let text = known(name).unwrap().text;
    expand(&parse(text).unwrap(), text, seed).unwrap()
}

/// What all seeds of a scenario say, each of them in order.
fn tables(name: &str) -> Vec<(Table, Trace)> {
    let all = (1..=SEEDS).map(|seed| {
        let schedule = scenario(name, seed);
        let trace = run(&schedule).unwrap();
        let (analysis, breaches) = judge(&schedule, &trace);
        assert_eq!(breaches, [], "{name}, seed {seed}");
        (analysis.table, trace)
    });
    all.collect()
}

fn count(trace: &Trace, is: impl Fn(&What) -> bool) -> usize {
    trace.events.iter().filter(|event| is(&event.what)).count()
}

/// The oracles that a changed trace breaks, in this schedule.
fn broken(schedule: &Schedule, trace: &Trace) -> Vec<Breach> {
    judge(schedule, trace).1
}

fn by(oracle: &str, breaches: &[Breach]) -> bool {
    breaches.iter().any(|breach| breach.oracle == oracle)
}

#[test]
fn with_the_power_goes_what_waits_unless_the_swap_is_durable() {
    for (table, _) in tables("swap-power") {
        assert_eq!(table.of(Fate::SenderDied), 0);
    }
    for (table, _) in tables("swap-power-none") {
        assert!(table.of(Fate::SenderDied) > 50, "{:?}", table.losses());
    }
}

#[test]
fn a_full_disk_and_a_failed_sync_are_told_to_who_sends_and_cost_nothing_that_was_taken() {
    for (name, doubtful) in [("swap-disk-full", 0), ("swap-sync-fails", 1)] {
        for (table, trace) in tables(name) {
            assert!(count(&trace, |what| matches!(what, What::Refused { .. })) > 100, "{name}");
            let doubted = count(&trace, |what| matches!(what, What::Doubtful { .. }));
            assert_eq!(doubted, doubtful, "{name}");
            let kernels = table.of(Fate::Network);
            assert_eq!(table.lost(), kernels, "{name}: what connections had written, no more");
        }
    }
}

#[test]
fn turned_bits_cost_messages_and_the_swap_tells_how_many() {
    let all = tables("swap-bit-rot");
    let gone: u64 = all.iter().map(|(table, _)| table.of(Fate::DiskRot)).sum();
    let told = all.iter().map(|(_, trace)| count(trace, |w| matches!(w, What::Damaged { .. })));
    assert!(gone > 0 && told.sum::<usize>() > 0, "{gone} gone");
}

#[test]
fn a_swap_that_only_says_that_it_is_durable_is_caught() {
    // What happened without a promise is judged by the promise.
    for seed in 1..=SEEDS {
        let trace = run(&scenario("swap-power-none", seed)).unwrap();
        let mut schedule = scenario("swap-power-none", seed);
        for socket in schedule.socket.iter_mut().filter(|socket| socket.has_swap()) {
            socket.options.insert("swap_durable".to_owned(), Setting::Text("each".to_owned()));
        }
        assert!(by("O2-conservation", &broken(&schedule, &trace)), "seed {seed}");
    }
}

#[test]
fn copies_without_a_cause_are_caught() {
    let schedule = scenario("swap-disk-full", 1);
    let honest = run(&schedule).unwrap();
    let number = |is: fn(&What) -> bool| {
        honest.events.iter().enumerate().filter(|(_, event)| is(&event.what)).nth(50).unwrap().0
    };
    for is in [
        |what: &What| matches!(what, What::Written { item: Item::Message(_), .. }),
        |what: &What| matches!(what, What::Received { .. }),
    ] {
        let mut trace = honest.clone();
        let copied = number(is);
        trace.events.insert(copied + 1, honest.events[copied].clone());
        assert!(by("O11-swap", &broken(&schedule, &trace)), "{:?}", honest.events[copied]);
    }
}

#[test]
fn another_order_out_of_a_swap_is_caught() {
    let schedule = scenario("swap-disk-full", 1);
    let mut trace = run(&schedule).unwrap();
    let wire = |what: &What| match what {
        What::Written { connection, item: Item::Message(_), .. } => Some(*connection),
        _ => None,
    };
    let first = trace.events.iter().find_map(|event| wire(&event.what)).unwrap();
    let mut same = (0..trace.events.len()).filter(|n| wire(&trace.events[*n].what) == Some(first));
    let (one, other) = (same.next().unwrap(), same.next().unwrap());
    let [early, late] = [one, other].map(|number| trace.events[number].what.clone());
    (trace.events[one].what, trace.events[other].what) = (late, early);
    assert!(by("O1-order", &broken(&schedule, &trace)));
}

#[test]
fn more_copies_after_a_crash_than_are_promised_are_caught() {
    let mut schedule = scenario("swap-power", 1);
    // Quick workers, so that many are handed over before the power goes.
    schedule.flow[0].every.0 /= 20;
    schedule.flow[0].count = 4_000;
    for socket in &mut schedule.socket {
        socket.takes.0 = 0;
        socket.options.remove("rcvhwm");
    }
    let mut trace = run(&schedule).unwrap();
    assert_eq!(broken(&schedule, &trace), []);
    let written = |what: &What| match what {
        What::Written { item: Item::Message(id), .. } => Some(*id),
        _ => None,
    };
    let died = trace.events.iter().position(|e| matches!(e.what, What::Died { .. })).unwrap();
    let before: Vec<_> =
        trace.events[..died].iter().filter_map(|event| written(&event.what)).take(1_100).collect();
    assert_eq!(before.len(), 1_100);
    let after = trace.events.iter().rposition(|event| matches!(event.what, What::Up { .. }));
    let after = after.unwrap() + 1;
    let Event { at, what: What::Up { connection } } = trace.events[after - 1] else { return };
    let again = before.into_iter().map(|id| {
        let what = What::Written { connection, side: 1, item: Item::Message(id) };
        Event { at, what }
    });
    trace.events.splice(after..after, again);
    let breaches = broken(&schedule, &trace);
    let says = |breach: &Breach| breach.oracle == "O11-swap" && breach.what.contains("more than");
    assert!(breaches.iter().any(says), "{:?}", breaches.first());
}

#[test]
fn damage_that_is_not_there_and_damage_that_is_not_told_are_caught() {
    let schedule = scenario("swap-disk-full", 1);
    let mut trace = run(&schedule).unwrap();
    let at = trace.events.last().unwrap().at;
    let what = What::Damaged { socket: 0, messages: 3 };
    trace.events.push(Event { at, what });
    assert!(by("O11-swap", &broken(&schedule, &trace)));
    let silent = (1..=SEEDS).filter(|seed| {
        let schedule = scenario("swap-bit-rot", *seed);
        let mut trace = run(&schedule).unwrap();
        trace.events.retain(|event| !matches!(event.what, What::Damaged { .. }));
        by("O11-swap", &broken(&schedule, &trace))
    });
    assert!(silent.count() > 0);
}
