//! Schedules that were worth keeping: each leads to the traces that its file names, in both worlds,
//! in every build and on every machine, and breaks no oracle.
#![cfg(test)]

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use zeroproof_sim::agree::{Run, disagree};
use zeroproof_sim::hunt::differs;
use zeroproof_sim::message::MessageId;
use zeroproof_sim::oracle::judge;
use zeroproof_sim::schedule::{PATTERNS, Schedule, invent, read, write};
use zeroproof_sim::trace::{Trace, What};
use zeroproof_sim::world::Which;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "zsim"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_file_leads_to_its_trace_in_every_world() {
    if std::env::var_os("ZEROPROOF_UPDATE").is_some() {
        update();
    }
    let files = files();
    assert!(files.len() >= PATTERNS.len(), "{}", files.len());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let (schedule, hashes) = read(&text).unwrap();
        let at = path.display();
        assert_eq!(hashes.len(), Which::ALL.len(), "{at}: a hash for each world");
        for world in Which::ALL {
            let (adapted, trace) = run(world, &schedule);
            let hex = |hash: &u64| format!("{hash:016x}");
            let name = world.name();
            assert_eq!(hashes.get(name).map(hex), Some(hex(&trace.hash)), "{at} in {name}");
            assert_eq!(judge(&adapted, &trace).1, [], "{at} in {name}");
        }
        assert_eq!(
            write(&schedule, &hashes).unwrap(),
            text,
            "{at}: what was read is written alike"
        );
    }
}

/// Without what a world cannot do, both lose about as much, and for the same reasons.
#[test]
fn worlds_agree_on_every_file() {
    for path in files() {
        let (schedule, _) = read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let schedule = Which::Turmoil.adapted(schedule).unwrap();
        let [one, other] = Which::ALL.map(|world| Run::new(&schedule, world).unwrap());
        assert_eq!(disagree(&schedule, &one, &other), None, "{}", path.display());
    }
}

fn run(world: Which, schedule: &Schedule) -> (Schedule, Trace) {
    let adapted = world.adapted(schedule.clone()).unwrap();
    let trace = world.run(&adapted).unwrap();
    (adapted, trace)
}

/// Hashes anew what is there; the first time, an invention of each pattern.
fn update() {
    for (number, pattern) in PATTERNS.iter().enumerate() {
        let path = corpus().join(format!("{pattern}.zsim"));
        if !path.exists() {
            std::fs::write(
                &path,
                write(&invent(number as u64 + 20, true), &Default::default()).unwrap(),
            )
            .unwrap();
        }
    }
    for path in files() {
        let (schedule, _) = read(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let hash = |world: Which| (world.name().to_owned(), run(world, &schedule).1.hash);
        let hashes = Which::ALL.map(hash).into();
        std::fs::write(path, write(&schedule, &hashes).unwrap()).unwrap();
    }
}

/// What a process of its own says that the first file hashes to.
const ASKED: &str = "ZEROPROOF_HASH";

#[test]
fn a_hundred_processes_see_the_same() {
    let (schedule, hashes) = read(&std::fs::read_to_string(&files()[0]).unwrap()).unwrap();
    if std::env::var_os(ASKED).is_some() {
        for world in Which::ALL {
            println!("{} {:016x}", world.name(), run(world, &schedule).1.hash);
        }
        return;
    }
    for number in 0..100 {
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["a_hundred_processes_see_the_same", "--exact", "--nocapture"]);
        // Another environment moves the stack and seeds hash maps otherwise.
        process.env(ASKED, "x".repeat(number * 100 + 1));
        let output = process.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        for (world, hash) in &hashes {
            assert!(text.contains(&format!("{world} {hash:016x}")), "{number}: {text}");
        }
    }
}

/// The liar of the test above: what goes through a hash map comes out otherwise each time, and the
/// first event that does is named.
#[test]
fn the_order_of_a_hash_map_is_found_and_told() {
    let trace = || {
        let sockets: HashSet<u16> = (0..100).collect();
        let mut trace = Trace::default();
        trace.push(0, What::Booted { node: 0 });
        let message = MessageId { flow: 0, number: 0, is_reply: false };
        sockets.into_iter().for_each(|socket| trace.push(1, What::Received { socket, message }));
        trace
    };
    let (one, other) = (trace(), trace());
    assert_ne!(one.hash, other.hash);
    let told = differs(&one, &other).unwrap();
    assert!(told.contains("Received { socket: ") && told.contains("once, and"), "{told}");
    assert_eq!(differs(&one, &one.clone()), None);
}
