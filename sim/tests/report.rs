//! What people read of a run: the report, the picture, the life of a message; and what shrinkers
//! and hunts leave.

#![cfg(test)]

use std::sync::atomic::AtomicBool;

use zeroproof_sim::analysis::analyse;
use zeroproof_sim::hunt::{Hunt, Plan, hunt};
use zeroproof_sim::library::known;
use zeroproof_sim::report::{explain, first_difference, loss_report, ndjson, parse_message, svg};
use zeroproof_sim::scenario::{expand, parse};
use zeroproof_sim::schedule::{Op, Schedule, invent};
use zeroproof_sim::shrink::shrink;
use zeroproof_sim::verdict;
use zeroproof_sim::world::{Which, record, run};

fn schedule(name: &str) -> Schedule {
    let text = known(name).unwrap().text;
    expand(&parse(text).unwrap(), text, 1).unwrap()
}

#[test]
fn the_first_three_lines_answer_what_is_lost_and_where() {
    let schedule = schedule("half-open-with-heartbeat");
    let report = loss_report(&schedule, &[&verdict::run(&schedule, Which::Tight).unwrap()]);
    let lines: Vec<&str> = report.lines().take(3).collect();
    assert!(lines[0].starts_with("VERDICT  ok"), "{report}");
    assert!(lines[1].starts_with("LOST     101 of 4000 messages (2.52 %)"), "{report}");
    assert_eq!(lines[2], "WHERE    101 in the network when the connection ended");
    assert!(report.contains("try      what the kernel has taken is not resent"), "{report}");
}

#[test]
fn a_fault_without_effect_is_called_vacuous() {
    let mut schedule = schedule("short-cut");
    // When nothing is sent any more, nobody notices a cut.
    for timed in &mut schedule.op {
        timed.at.0 += 21_000_000_000;
    }
    let report = loss_report(&schedule, &[&verdict::run(&schedule, Which::Tight).unwrap()]);
    assert!(report.contains("VACUOUS"), "{report}");
}

#[test]
fn the_picture_has_a_lane_for_each_process_and_a_cross_for_each_loss() {
    let schedule = schedule("push-pull-puller-dies");
    let trace = run(&schedule).unwrap();
    let analysis = analyse(&schedule, &trace);
    let picture = svg(&schedule, &trace, &analysis);
    for node in schedule.nodes() {
        assert!(picture.contains(&format!(">{node}</text>")), "{node}");
    }
    let crosses = picture.matches("class=\"lost\"").count() as u64;
    assert_eq!(crosses, analysis.table.lost());
    assert_eq!(picture.matches("class=\"down\"").count(), 1);
    assert_eq!(picture.matches('<').count(), picture.matches('>').count());
}

#[test]
fn the_life_of_a_message_ends_with_its_fate() {
    let schedule = schedule("slow-joiner");
    let trace = run(&schedule).unwrap();
    let analysis = analyse(&schedule, &trace);
    let life = |text: &str| {
        let id = parse_message(&schedule, text).unwrap();
        explain(&schedule, &trace, &analysis, id)
    };
    let lost = life("news/0");
    assert_eq!(lost.len(), 2, "{lost:?}");
    assert!(lost[1].ends_with("for subscriber: before the first subscription"), "{lost:?}");
    let came = life("news/1000");
    assert_eq!(came.len(), 5, "{came:?}");
    assert!(came[4].ends_with("for subscriber: delivered"), "{came:?}");
    let wrong = parse_message(&schedule, "old/0").unwrap_err();
    assert!(wrong.contains("write FLOW/NUMBER") && wrong.contains("news"), "{wrong}");
}

#[test]
fn a_shrinker_keeps_what_the_failure_needs_and_no_more() {
    let is_kill = |schedule: &Schedule| {
        schedule.op.iter().filter(|timed| matches!(timed.op, Op::Kill { .. })).count()
    };
    let long = (0..200).map(|seed| invent(seed, true)).find(|schedule| is_kill(schedule) >= 2);
    let long = long.unwrap();
    let shrunk = shrink(&long, 10_000, |candidate| is_kill(candidate) >= 2).schedule;
    assert!(long.op.len() > 2 && shrunk.op.len() == 2, "{} {}", long.op.len(), shrunk.op.len());
    assert_eq!(shrunk.socket.len(), 2);
    assert!(shrunk.op.iter().all(|timed| timed.at.0.is_multiple_of(1_000_000_000)));
}

#[test]
fn shards_of_a_hunt_add_up_to_the_whole() {
    let stop = AtomicBool::new(false);
    let part = |shard, shards| {
        let plan = Plan { seeds: 1..25, shard, shards, jobs: 2, world: Which::Tight, keep: 20 };
        hunt(&plan, |seed| Ok(Some(invent(seed, true))), &stop, |_| {}).unwrap()
    };
    let mut sum = Hunt::default();
    (1..=3).for_each(|shard| sum.merge(part(shard, 3)));
    assert_eq!(sum, part(1, 1));
    assert_eq!((sum.runs, sum.broken), (24, 0));
}

#[test]
fn events_as_lines_show_the_first_that_differs() {
    let schedule = schedule("req-relaxed");
    let trace = run(&schedule).unwrap();
    let text = ndjson(&schedule, Which::Tight, &trace).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), trace.events.len() + 1);
    assert_eq!(lines[0]["hash"], format!("{:016x}", trace.hash));
    let sent = lines.iter().find(|line| line["what"] == "sent").unwrap();
    assert!(sent["at"].is_u64() && sent["message"] == "0/0", "{sent}");
    assert_eq!(first_difference(&text, &text), None);
    let other = run(&Schedule { seed: 99, ..schedule.clone() }).unwrap();
    let other = ndjson(&schedule, Which::Tight, &other).unwrap();
    let told = first_difference(&text, &other).unwrap();
    assert!(told.starts_with("event ") && told.contains("\"at\":"), "{told}");
}

#[test]
fn a_recorded_run_is_the_same_run_with_its_octets() {
    let schedule = schedule("req-relaxed");
    let (plain, mut recorded) = (run(&schedule).unwrap(), record(&schedule).unwrap());
    let packets = recorded.packets.take().unwrap();
    assert_eq!(recorded, plain);
    assert!(packets.iter().any(|packet| packet.octets.starts_with(&[0xFF])), "a greeting");
    assert!(packets.is_sorted_by_key(|packet| packet.at));
}
