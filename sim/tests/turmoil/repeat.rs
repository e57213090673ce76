//! Runs repeat: in one process, in fresh ones, and whatever ran before.
//!
//! `--nocapture` shows the hashes, so that builds can be compared, too.

use super::schedules::{faults, patterns};
use std::collections::{BTreeSet, HashSet};
use std::process::Command;
use std::time::Instant;
use zeroproof_sim::schedule::Schedule;
use zeroproof_sim::world::turmoil::run;

/// Set for a process that only tells its hashes; with this value, one that has a planted fault.
const CHILD: &str = "ZEROPROOF_SIM_CHILD";
const PLANTED: &str = "planted";

/// Every pattern with every fault would be too many: each pattern with another one.
fn stories() -> Vec<Schedule> {
    let patterns = patterns().into_iter().enumerate();
    let stories = patterns.map(|(number, schedule)| {
        let faults = faults(&schedule);
        let (name, op) = faults[number % faults.len()].clone();
        Schedule { name: format!("{} {name}", schedule.name), op, ..schedule }
    });
    stories.collect()
}

/// The mistake that the comparison is to find: an order that comes from a table with random keys.
fn planted(mut schedule: Schedule) -> Schedule {
    let names: HashSet<usize> = (0..schedule.flow.len().max(8)).collect();
    let delays = names.into_iter().enumerate();
    let first = schedule.flow[0].clone();
    schedule.flow.extend(delays.map(|(place, number)| {
        let mut flow = first.clone();
        (flow.name, flow.count) = (format!("planted {number}"), 1);
        flow.start.0 += place as u64 * 20_000_000 + number as u64;
        flow.size.least.0 += number as u64;
        flow.size.most = flow.size.least;
        flow
    }));
    schedule
}

fn hashes() -> Vec<String> {
    let is_planted = std::env::var(CHILD).is_ok_and(|value| value == PLANTED);
    let stories = stories().into_iter();
    let hash = |schedule: Schedule| {
        let name = schedule.name.clone();
        let schedule = if is_planted { planted(schedule) } else { schedule };
        format!("{:016x} {name}", run(&schedule).unwrap().hash)
    };
    stories.map(hash).collect()
}

/// What a fresh process tells.
fn child(value: &str) -> Vec<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "repeat::tell", "--nocapture"])
        .env(CHILD, value)
        // Where things lie in memory must not count, either.
        .env("PADDING", "x".repeat(std::process::id() as usize % 4096))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let told: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("hash ")).map(str::to_owned).collect();
    assert_eq!(told.len(), stories().len(), "{text}");
    told
}

#[test]
fn tell() {
    let hashes = hashes();
    for hash in &hashes {
        println!("hash {hash}");
    }
    let distinct: BTreeSet<_> = hashes.iter().filter_map(|hash| hash.split(' ').next()).collect();
    assert_eq!(distinct.len(), hashes.len(), "every story is another one");
}

#[test]
fn the_same_again_in_this_process() {
    for schedule in stories() {
        let (one, other) = (run(&schedule).unwrap(), run(&schedule).unwrap());
        let place = one.divergence(&other);
        assert_eq!(place, None, "{}: {:?}", schedule.name, place.map(|at| &one.events[at]));
        assert_eq!(one, other, "{}", schedule.name);
    }
}

#[test]
fn the_same_again_in_fresh_processes() {
    let here = hashes();
    for number in 0..3 {
        assert_eq!(child(&number.to_string()), here);
    }
}

#[test]
fn an_order_that_is_random_is_found() {
    let told: BTreeSet<_> = (0..4).map(|_| child(PLANTED)).collect();
    assert!(told.len() > 1, "four processes with random keys told the same");
}

#[test]
fn another_seed_is_another_run() {
    let schedule = stories().remove(0);
    let other = Schedule { seed: schedule.seed + 1, ..schedule.clone() };
    assert_ne!(run(&schedule).unwrap().hash, run(&other).unwrap().hash);
}

/// Prints how many runs there are in a second; what they cost is judged by nobody's clock.
#[test]
fn speed() {
    let schedule = patterns().into_iter().find(|schedule| schedule.name == "REQ REP").unwrap();
    let (since, runs) = (Instant::now(), 50);
    let hashes: BTreeSet<_> = (0..runs).map(|_| run(&schedule).unwrap().hash).collect();
    let passed = since.elapsed().as_secs_f64();
    println!("{:.0} runs of {} a second", f64::from(runs) / passed, schedule.duration);
    assert_eq!(hashes.len(), 1);
}
