//! The suite as named tests: every case on the built-in reference, in memory under a paused clock
//! and over real TCP; and on a running endpoint that the environment names, so that the author of a
//! library can run `ZEROPROOF_TARGET=tcp://host:port ZEROPROOF_TYPE=REP cargo test --test suite`.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Builder;
use tokio::task::LocalSet;
use zeroproof_conformance::case::Depth;
use zeroproof_conformance::cases;
use zeroproof_conformance::report::human;
use zeroproof_conformance::runner::{self, Profile, Selection, Settings};
use zeroproof_conformance::socket_type::SocketType;
use zeroproof_conformance::split::Split;
use zeroproof_conformance::target::memory::MemoryTarget;
use zeroproof_conformance::target::tcp::TcpTarget;
use zeroproof_conformance::target::{Role, Target};
use zeroproof_conformance::verdict::Verdict;

/// What an arm says of each case: whether it was judged at all, and the failure.
type Results = BTreeMap<&'static str, (bool, Result<(), String>)>;

fn judge(target: Rc<dyn Target>, kind: SocketType, level: Depth, paused: bool) -> Results {
    let runtime = Builder::new_current_thread().enable_all().start_paused(paused).build().unwrap();
    LocalSet::new().block_on(&runtime, async {
        let deadline = Duration::from_secs(10);
        let survey = runner::survey(target.as_ref(), kind, Role::Bind, deadline).await;
        let survey = survey.unwrap_or_else(|error| {
            eprintln!("{error}");
            std::process::exit(4)
        });
        let splits = vec![Split::Whole];
        let selection = Selection { cases: cases::all(), level, kind: None, role: None, splits };
        let plan = runner::plan(&selection, &target.offers(), survey.version);
        let settings = Settings {
            jobs: 16,
            deadline,
            seed: 1,
            profile: Profile::Default,
            max_time: None,
            repeat: 1,
            until_fail: false,
        };
        let run = runner::run(target, survey, plan, &settings, &mut |_| {}).await;
        let mut results = Results::new();
        for record in &run.records {
            let (judged, result) = results.entry(record.case.id).or_insert((false, Ok(())));
            *judged |= !record.attempts.is_empty() && record.verdict != Verdict::NotApplicable;
            if record.verdict.is_bad() || record.verdict == Verdict::Blocked {
                *result = Err(human::failure(record, "reference", "", ""));
            }
        }
        results
    })
}

fn main() {
    let arguments = Arguments::from_args();
    let memory = || Rc::new(MemoryTarget::default()) as Rc<dyn Target>;
    let v30 = || Rc::new(MemoryTarget::v30()) as Rc<dyn Target>;
    let over_tcp = || Rc::new(MemoryTarget::over_tcp()) as Rc<dyn Target>;
    let mut arms = vec![
        ("memory", judge(memory(), SocketType::Pull, Depth::Full, true)),
        ("memory-3.0", judge(v30(), SocketType::Pull, Depth::Full, true)),
        ("tcp", judge(over_tcp(), SocketType::Pull, Depth::Quick, false)),
    ];
    if let Ok(endpoint) = std::env::var("ZEROPROOF_TARGET") {
        let kind = std::env::var("ZEROPROOF_TYPE").unwrap_or_default();
        let kind = SocketType::parse(&kind).unwrap_or_else(|| {
            eprintln!("ZEROPROOF_TYPE must name the socket type of ZEROPROOF_TARGET: REP");
            std::process::exit(2)
        });
        let target = Rc::new(TcpTarget::new(&endpoint, kind).unwrap());
        arms.push(("endpoint", judge(target, kind, Depth::Full, false)));
    }
    let mut trials = Vec::new();
    for (arm, results) in arms {
        for (id, (judged, result)) in results {
            let run = move || result.map_err(|text| Failed::from(format!("\n{text}")));
            let kind = if judged { "" } else { "not applicable" };
            trials.push(Trial::test(format!("{arm}/{id}"), run).with_kind(kind));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
