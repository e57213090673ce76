//! What excuses a loss, a copy or a silence is looked for where it is: schedules of the corpus that
//! have an excuse, and the same without it.

use std::path::Path;

use zeroproof_sim::oracle::judge;
use zeroproof_sim::schedule::{Op, Schedule, Setting, read};
use zeroproof_sim::trace::{Item, Trace, What};
use zeroproof_sim::world::run;

/// A schedule of the corpus, what happens in it, and that no oracle minds.
fn excused(name: &str) -> (Schedule, Trace) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("corpus/{name}.zsim"));
    let (schedule, _) = read(&std::fs::read_to_string(path).unwrap()).unwrap();
    let trace = run(&schedule).unwrap();
    assert_eq!(judge(&schedule, &trace).1, [], "{name}");
    (schedule, trace)
}

/// The first oracle that minds.
fn first(schedule: &Schedule, trace: &Trace) -> Option<&'static str> {
    judge(schedule, trace).1.first().map(|breach| breach.oracle)
}

#[test]
fn a_message_for_one_that_never_came_back_would_not_wait_where_only_who_is_there_has_a_queue() {
    let (mut schedule, trace) = excused("dealt-to-one-that-never-comes-back");
    for socket in &mut schedule.socket {
        socket.options.insert("immediate".to_owned(), Setting::Flag(true));
    }
    assert_eq!(first(&schedule, &trace), Some("O2-conservation"));
}

#[test]
fn a_handshake_that_had_time_is_no_reason_to_lose_what_came() {
    let (mut schedule, trace) = excused("woken-after-the-handshake");
    for socket in &mut schedule.socket {
        socket.options.insert("handshake_ivl".to_owned(), Setting::Number(60_000));
    }
    assert_eq!(first(&schedule, &trace), Some("O2-conservation"));
}

#[test]
fn a_process_that_is_gone_has_a_disk_to_blame_or_is_missed() {
    let (schedule, mut trace) = excused("swap-not-opened-after-a-boot");
    let fails = |what: &What| match what {
        What::Op { number } => schedule.op[*number as usize].op.is_of_disks(),
        _ => false,
    };
    trace.events.retain(|event| !fails(&event.what));
    assert_eq!(first(&schedule, &trace), Some("O5-liveness"));
}

#[test]
fn what_a_failed_sync_took_was_told_or_is_missed() {
    let (schedule, mut trace) = excused("swap-sync-fails-behind-a-forwarder");
    trace.events.retain(|event| !matches!(event.what, What::Doubtful { .. }));
    assert_eq!(first(&schedule, &trace), Some("O2-conservation"));
}

#[test]
fn an_overflow_has_a_rotten_disk_to_blame_or_is_missed() {
    let (mut schedule, trace) = excused("swap-overflow-on-a-rotten-disk");
    // The numbers of the others stay.
    for timed in &mut schedule.op {
        if let Op::BitRot { node } = &timed.op {
            timed.op = Op::SyncFails { node: node.clone() };
        }
    }
    assert!(judge(&schedule, &trace).1.iter().any(|breach| breach.oracle == "O2-conservation"));
}

#[test]
fn a_forwarder_sends_what_it_got_twice_and_no_more() {
    for name in ["swap-copies-through-a-forwarder", "swap-copies-and-a-forwarder-dies"] {
        let (schedule, mut trace) = excused(name);
        let sent = |what: &What| match what {
            What::Sent { socket, message, .. } => Some((*socket, *message)),
            _ => None,
        };
        let all: Vec<_> = trace.events.iter().filter_map(|event| sent(&event.what)).collect();
        let copied = (0..all.len()).find(|n| all[..*n].contains(&all[*n])).unwrap();
        let (_, id) = all[copied];
        let is_written = |what: &What| match what {
            What::Written { item: Item::Message(written), side: 0, .. } => *written == id,
            _ => false,
        };
        let last = trace.events.iter().rposition(|event| is_written(&event.what)).unwrap();
        let once_more = trace.events[last].clone();
        trace.events.insert(last + 1, once_more);
        assert_eq!(first(&schedule, &trace), Some("O11-swap"), "{name}");
    }
}

#[test]
fn a_second_reply_belongs_to_a_request_that_may_come_twice() {
    let (mut schedule, trace) = excused("swap-reply-to-a-copy");
    for socket in &mut schedule.socket {
        socket.options.retain(|name, _| !name.starts_with("swap"));
    }
    assert_eq!(first(&schedule, &trace), Some("O1-order"));
}
