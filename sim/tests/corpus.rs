//! Schedules that were worth keeping: each leads to the trace that its file names, in every build
//! and on every machine, and breaks no oracle.
#![cfg(test)]

use std::path::{Path, PathBuf};
use std::process::Command;

use zeroproof_sim::oracle::judge;
use zeroproof_sim::schedule::{PATTERNS, invent, read, write};
use zeroproof_sim::world::run;

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
fn every_file_leads_to_its_trace() {
    if std::env::var_os("ZEROPROOF_UPDATE").is_some() {
        update();
    }
    let files = files();
    assert!(files.len() >= PATTERNS.len(), "{}", files.len());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let (schedule, hashes) = read(&text).unwrap();
        let trace = run(&schedule).unwrap();
        let at = path.display();
        assert_eq!(
            hashes.get("tight").map(|hash| format!("{hash:016x}")),
            Some(format!("{:016x}", trace.hash)),
            "{at}"
        );
        assert_eq!(judge(&schedule, &trace).1, [], "{at}");
        assert_eq!(
            write(&schedule, &hashes).unwrap(),
            text,
            "{at}: what was read is written alike"
        );
    }
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
        let hashes = [("tight".to_owned(), run(&schedule).unwrap().hash)].into();
        std::fs::write(path, write(&schedule, &hashes).unwrap()).unwrap();
    }
}

/// What a process of its own says that the first file hashes to.
const ASKED: &str = "ZEROPROOF_HASH";

#[test]
fn other_processes_see_the_same() {
    let (schedule, hashes) = read(&std::fs::read_to_string(&files()[0]).unwrap()).unwrap();
    if std::env::var_os(ASKED).is_some() {
        println!("hash {:016x}", run(&schedule).unwrap().hash);
        return;
    }
    for number in 0..10 {
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args(["other_processes_see_the_same", "--exact", "--nocapture"]);
        // Another environment moves the stack and seeds hash maps otherwise.
        process.env(ASKED, "x".repeat(number * 100 + 1));
        let output = process.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(&format!("hash {:016x}", hashes["tight"])), "{number}: {text}");
    }
}
