//! The scenarios of the library: each keeps its promises, none is vacuous, and the page that tells
//! their answers is what they answer.
#![cfg(test)]

use std::fmt::Write;
use std::path::Path;

use zeroproof_sim::agree::{Run, disagree};
use zeroproof_sim::bites::{Bites, add, is_vacuous};
use zeroproof_sim::library::LIBRARY;
use zeroproof_sim::report::{loss_report, outcome_lines};
use zeroproof_sim::scenario::{Scenario, expand, parse, seeds};
use zeroproof_sim::verdict::{Outcome, run};
use zeroproof_sim::world::Which;

/// All seeds of a scenario, the worst first.
fn outcomes(scenario: &Scenario, text: &str) -> Vec<Outcome> {
    let seeds = seeds(scenario, text).unwrap();
    let mut outcomes: Vec<Outcome> = seeds
        .map(|seed| run(&expand(scenario, text, seed).unwrap(), Which::Tight).unwrap())
        .collect();
    outcomes.sort_by_key(|outcome| (outcome.is_good(), std::cmp::Reverse(outcome.table.lost())));
    outcomes
}

#[test]
fn every_scenario_keeps_its_promises_and_the_page_tells_its_answer() {
    let mut page = String::from(
        "# What is lost, and where\n\nEach file here is a question; its answer is measured, over \
         all its seeds, by `zeroproof sim run NAME`.\n\nThis page is made from them: \
         `ZEROPROOF_UPDATE=1 cargo test -p zeroproof-sim --test library`.\n",
    );
    let mut wrong = Vec::new();
    for known in LIBRARY {
        let scenario = parse(known.text).unwrap_or_else(|error| panic!("{}:{error}", known.name));
        assert_eq!(scenario.scenario.name, known.name);
        let outcomes = outcomes(&scenario, known.text);
        let bad = outcomes.iter().filter(|outcome| !outcome.is_good());
        wrong.extend(
            bad.take(2).map(|outcome| format!("{}: {}", known.name, outcome_lines(outcome))),
        );
        let mut sums = Bites::new();
        outcomes.iter().for_each(|outcome| add(&mut sums, &outcome.bites));
        if is_vacuous(&sums) {
            wrong.push(format!("{}: vacuous", known.name));
        }
        let worst = expand(&scenario, known.text, outcomes[0].seed).unwrap();
        let report = loss_report(&worst, &outcomes.iter().collect::<Vec<_>>());
        let answer: Vec<&str> = report.lines().skip(1).take(2).collect();
        let title = known.text.lines().next().unwrap_or_default().trim_start_matches("# ");
        write!(
            page,
            "\n## {}\n\n{title} {}\n\n```text\n{}\n```\n",
            known.name,
            scenario.scenario.teaches,
            answer.join("\n")
        )
        .unwrap();
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/README.md");
    if std::env::var_os("ZEROPROOF_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "scenarios/README.md is stale; run this test with ZEROPROOF_UPDATE=1");
}

#[test]
fn the_library_is_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    let known: Vec<&str> = LIBRARY.iter().map(|known| known.name).collect();
    assert_eq!(known, names);
    assert!(known.len() >= 25);
}

#[test]
fn both_worlds_give_the_same_answer() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for known in LIBRARY {
        let scenario = parse(known.text).unwrap();
        let seed = seeds(&scenario, known.text).unwrap().next().unwrap();
        let schedule = expand(&scenario, known.text, seed).unwrap();
        // What turmoil cannot do has no answer there.
        let Ok(there) = Run::new(&schedule, Which::Turmoil) else { continue };
        let here = Run::new(&schedule, Which::Tight).unwrap();
        let why = disagree(&schedule, &here, &there);
        wrong.extend(why.map(|why| format!("{}: {why}", known.name)));
        let breaches = [&here, &there].into_iter().flat_map(|run| &run.outcome.breaches);
        wrong.extend(breaches.map(|breach| format!("{}: {breach:?}", known.name)));
        compared += 1;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(compared >= 25, "only {compared} scenarios could be run in both");
}
