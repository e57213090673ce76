//! The testers are tested: an honest filter changes no verdict, every case catches some liar that
//! leaves the sanity cases alone (a run would stop at them, and the case would say nothing), and
//! every lie is noticed by some case. Both lists of exceptions can only shrink.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use zeroproof_conformance::case::Case;
use zeroproof_conformance::cases;
use zeroproof_conformance::runner::{
    Axes, Instance, Plan, Profile, Record, Selection, Settings, Survey, plan, run,
};
use zeroproof_conformance::socket_type::SocketType;
use zeroproof_conformance::split::Split;
use zeroproof_conformance::target::Target;
use zeroproof_conformance::target::liar::{Edit, Lapse, Liar, Lie, Trick, Which};
use zeroproof_conformance::target::memory::MemoryTarget;
use zeroproof_conformance::verdict::Verdict;

/// Cases that catch no liar yet, and why. Write the liar, then take the case out.
const UNCAUGHT: &[(&str, &str)] = &[
    (
        "13/connection/zero-identity-sent",
        "the reference refuses such a routing_id, so that no liar in front of it has one to send",
    ),
    ("37/greeting/layout", "37/null/handshake, a sanity case, says it as well"),
    ("37/heartbeat/before-handshake", "it tells and never judges"),
    ("37/null/connecter-speaks-first", "37/null/handshake, a sanity case, says it as well"),
];

/// Lies that no case notices, and why.
const UNNOTICED: &[(Lie, &str)] = &[
    (
        Lie::ClosesOnGreeting(33, 64),
        "a receiver may refuse a filler that is not zero; 37/greeting/filler-received only tells",
    ),
    (Lie::Hears(Which::Unknown, Edit::Close), "what an unknown command does is told, not judged"),
    (
        Lie::Hears(Which::Properties(0, 0), Edit::Close),
        "whether READY needs a Socket-Type is told, not judged",
    ),
];

/// Whether a lie counts for a case. What most dialogues lean on, such as connections and PONG,
/// breaks many cases that are not about it; such a lie counts only for those that are.
fn pointed(lie: Lie, id: &str) -> bool {
    use Edit::{Close, Double, Drop, ThenClose};
    let about: &[&str] = match lie {
        Lie::Mute | Lie::CloseAfter(_) | Lie::StallAfter(_) => &["/greeting/", "/null/handshake"],
        Lie::Application(Trick::Links(_) | Trick::EndsAll) => {
            &["independent", "topology", "every-", "half-open", "returns", "temporary"]
        }
        Lie::Says(Which::Named("PONG"), Edit::First | Edit::Before(_) | Double) => return true,
        Lie::Says(Which::Named("PONG"), _) | Lie::Hears(Which::Named("PING"), Close | Drop) => {
            &["/heartbeat/"]
        }
        Lie::Hears(Which::NamedSized("PING", 3, _), _) => &["/heartbeat/"],
        Lie::Says(Which::Named("READY"), ThenClose) => &["/null/", "/greeting/"],
        // Every reader of frames notices these.
        Lie::Says(Which::Behind, Edit::Set(_)) => &["/framing/"],
        Lie::Hears(Which::Named("READY"), Double) => &["second-ready"],
        _ => return true,
    };
    about.iter().any(|part| id.contains(part))
}

/// The verdict on each case, by id.
type Verdicts = BTreeMap<&'static str, Verdict>;

fn reference() -> Rc<dyn Target> {
    Rc::new(MemoryTarget::default())
}

/// Whether a case is about security: those have lies of their own, and take a handshake each.
fn is_secure(case: &Case) -> bool {
    ["24/", "25/", "26/", "27/"].iter().any(|rfc| case.id.starts_with(rfc))
}

/// Whether a case is tried with a lie.
fn is_tried(case: &Case, lie: Lie) -> bool {
    let lies = if is_secure(case) { Lie::SECURE } else { Lie::ALL };
    matches!(lie, Lie::Honest | Lie::Curve(Lapse::None)) || case.sanity || lies.contains(&lie)
}

/// Each case on its first socket type and role, and the sanity cases wherever a case runs.
fn instances(target: &dyn Target, lie: Lie) -> Plan {
    let mut chosen = Plan::default();
    for case in cases::all().into_iter().filter(|case| is_tried(case, lie)) {
        let (level, splits) = (case.depth, vec![Split::Whole]);
        let selection = Selection { cases: vec![case], level, kind: None, role: None, splits };
        let planned = plan(&selection, &target.offers(), (3, 1));
        chosen.instances.extend(planned.instances.first());
        chosen.idle.extend(planned.idle);
    }
    let axes: BTreeSet<Axes> = chosen.instances.iter().map(|instance| instance.axes).collect();
    let fits = |case: &Case, axes: &Axes| {
        case.types.contains(&axes.kind) && case.roles.contains(&axes.role)
    };
    for case in cases::all().into_iter().filter(|case| case.sanity) {
        let own = chosen.instances.iter().find(|i| i.case.id == case.id).map(|i| i.axes);
        let others = axes.iter().filter(|axes| Some(**axes) != own && fits(case, axes));
        chosen.instances.extend(others.map(|&axes| Instance { case, axes }));
    }
    chosen
}

/// Runs every case under a paused clock, where a hang costs nothing.
fn judge(lie: Option<Lie>) -> Verdicts {
    let target: Rc<dyn Target> = match lie {
        Some(lie) => Rc::new(Liar::new(reference(), lie)),
        None => reference(),
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let settings = Settings {
        jobs: 16,
        deadline: Duration::from_secs(10),
        seed: 1,
        profile: Profile::Default,
        max_time: None,
        repeat: 1,
        until_fail: false,
    };
    let survey = Survey { kind: SocketType::Pull, version: (3, 1), pongs: true };
    let planned = instances(target.as_ref(), lie.unwrap_or(Lie::Honest));
    let mut tell = |_: &Record| {};
    let dialogue = run(target, survey, planned, &settings, &mut tell);
    let run = tokio::task::LocalSet::new().block_on(&runtime.unwrap(), dialogue);
    let mut verdicts = Verdicts::new();
    for record in &run.records {
        // A sanity case runs on several types; the first one it fails on speaks for it.
        let verdict = verdicts.entry(record.case.id).or_insert(record.verdict);
        if record.verdict.is_bad() && !verdict.is_bad() {
            *verdict = record.verdict;
        }
    }
    verdicts
}

/// Judges every liar; each has a clock of its own, so they share the cores.
fn judge_liars() -> Vec<(Lie, Verdicts)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = |first: usize| {
        move || {
            let others = Lie::SECURE.iter().filter(|lie| !Lie::ALL.contains(lie));
            let lies = Lie::ALL.iter().chain(others).skip(first).step_by(cores);
            let judged = lies.map(|&lie| (lie, judge(Some(lie))));
            judged.collect::<Vec<_>>()
        }
    };
    let threads: Vec<_> = (0..cores).map(|first| std::thread::spawn(share(first))).collect();
    threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn an_honest_filter_changes_no_verdict() {
    let bare = judge(None);
    let filtered = judge(Some(Lie::Honest));
    let differs = bare.iter().filter(|(id, verdict)| filtered.get(**id) != Some(verdict));
    let differs: Vec<_> = differs.map(|(id, verdict)| (id, verdict, filtered.get(id))).collect();
    assert!(differs.is_empty(), "{differs:?}");
}

/// A CURVE peer that is not the reference passes what is asked of CURVE alone, or what its lapses
/// catch would be its own.
#[test]
fn a_second_curve_peer_without_a_lapse_changes_no_verdict() {
    let bare = judge(None);
    let second = judge(Some(Lie::Curve(Lapse::None)));
    let about = |id: &str| id.starts_with("25/") || id.starts_with("26/");
    let differs = bare.iter().filter(|(id, verdict)| {
        let other = second.get(**id).copied();
        about(id) && other != Some(**verdict) && other != Some(Verdict::NotApplicable)
    });
    let differs: Vec<_> = differs.map(|(id, verdict)| (id, verdict, second.get(id))).collect();
    assert!(differs.is_empty(), "{differs:?}");
}

#[test]
fn who_comes_back_after_an_error_in_its_own_time_is_noticed() {
    let verdicts = judge(Some(Lie::Application(Trick::ReturnsLate)));
    for (id, wanted) in [
        ("37/errors/no-return-after-error", Verdict::Lenient),
        ("37/errors/no-return-after-plain-error", Verdict::Fail),
    ] {
        assert_eq!(verdicts.get(id), Some(&wanted), "{id}");
    }
}

#[test]
fn every_case_catches_a_liar_and_every_lie_is_noticed() {
    let honest = judge(None);
    let judged = honest.iter().filter(|(_, v)| matches!(v, Verdict::Pass | Verdict::Lenient));
    let mut caught: BTreeMap<&str, Vec<Lie>> = judged.map(|(&id, _)| (id, Vec::new())).collect();
    let mut unnoticed = Vec::new();
    for (lie, verdicts) in judge_liars() {
        // A flaky verdict is luck.
        let bad = |v: Verdict| (v.is_bad() || v == Verdict::Lenient) && v != Verdict::Flaky;
        let notice = |id: &str, verdict| bad(verdict) && honest.get(id) != Some(&verdict);
        let ids: Vec<_> =
            verdicts.into_iter().filter(|(id, v)| notice(id, *v)).map(|(id, _)| id).collect();
        if ids.is_empty() {
            unnoticed.push(lie);
        }
        for id in ids.into_iter().filter(|id| pointed(lie, id)) {
            caught.entry(id).or_default().push(lie);
        }
    }
    let blind: Vec<_> =
        caught.iter().filter(|(_, lies)| lies.is_empty()).map(|(id, _)| *id).collect();
    let listed: Vec<_> = UNCAUGHT.iter().map(|(id, _)| *id).collect();
    let free: Vec<_> = UNNOTICED.iter().map(|(lie, _)| *lie).collect();
    if blind != listed {
        for (id, lies) in &caught {
            println!("{id}: {} lies", lies.len());
            lies.iter().for_each(|lie| println!("    {lie:?}"));
        }
    }
    assert_eq!(blind, listed, "cases that catch no liar, and those that are listed");
    assert_eq!(unnoticed.len(), free.len(), "unnoticed {unnoticed:?}, listed {free:?}");
    assert!(unnoticed.iter().all(|lie| free.contains(lie)), "{unnoticed:?}, listed {free:?}");
}
