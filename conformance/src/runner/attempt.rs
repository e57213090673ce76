//! One run of one instance: a context, the case function, a verdict.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use crate::bench::Bench;
use crate::context::{Context, Pool, Remarks, Setting};
use crate::entropy::Entropy;
use crate::quiet::Quiet;
use crate::runner::{Instance, Profile, Record, Survey};
use crate::target::{SocketSpec, Target};
use crate::transcript::{Step, Transcript};
use crate::verdict::{Finding, Level, Outcome, Stop, Verdict};

/// What an attempt works with.
#[derive(Clone)]
pub struct Job {
    /// The SUT.
    pub target: Rc<dyn Target>,
    /// The shared window.
    pub quiet: Rc<Quiet>,
    /// Shared sockets; `None` for a socket of its own.
    pub pool: Option<Rc<Pool>>,
    /// What the survey found.
    pub survey: Survey,
    /// Limit for what must happen.
    pub deadline: Duration,
    /// Where nonces and splits come from.
    pub seed: u64,
    /// How strict.
    pub profile: Profile,
    /// How often to run; the first bad one ends it.
    pub repeat: usize,
}

/// What an attempt brought.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The verdict.
    pub verdict: Verdict,
    /// What differs, when it is bad.
    pub finding: Option<Finding>,
    /// Why it did not apply.
    pub reason: String,
    /// What the case told besides.
    pub remarks: Remarks,
    /// Time it took.
    pub cost: Duration,
    /// Quiet windows it waited out.
    pub windows: u32,
    /// What crossed the wire.
    pub steps: Vec<Step>,
}

/// A dialogue may wait for several things that must happen; past this many deadlines it hangs.
const DEADLINES: u32 = 4;

/// Runs an instance, `repeat` times or until it is bad.
pub async fn attempt(job: Job, instance: Instance) -> Attempt {
    let mut last = one(&job, instance, 0).await;
    for round in 1..job.repeat {
        if last.verdict.is_bad() {
            break;
        }
        last = one(&job, instance, round).await;
    }
    last
}

async fn one(job: &Job, instance: Instance, round: usize) -> Attempt {
    let Instance { case, axes } = instance;
    let bench = Rc::new(Bench {
        transcript: RefCell::new(Transcript::default()),
        quiet: Rc::clone(&job.quiet),
        windows: Cell::new(0),
        deadline: job.deadline,
        split: axes.split,
        pongs: job.survey.pongs,
    });
    let name = format!("{} {axes} {round}", case.id);
    let mut context = Context::new(Setting {
        target: Rc::clone(&job.target),
        bench: Rc::clone(&bench),
        spec: SocketSpec { kind: axes.kind, role: axes.role, options: case.options },
        pool: job.pool.clone(),
        version: job.survey.version,
        entropy: Entropy::named(job.seed, &name),
    });
    let began = Instant::now();
    let limit = job.deadline.saturating_mul(DEADLINES);
    let outcome = timeout(limit, (case.run)(&mut context)).await.unwrap_or_else(|_| {
        let got = format!("not over within {} s", limit.as_secs_f32());
        Err(Stop::Hang(Finding::new("dialogue-hangs", "the dialogue ends", got)))
    });
    let cost = began.elapsed();
    context.finish().await;
    let steps = bench.transcript.borrow_mut().take();
    let remarks = std::mem::take(&mut context.remarks);
    // An end of stream may pass for what a case waits for, and be the death of the SUT.
    if outcome.is_err() || steps.iter().any(Step::is_end) {
        let _ = job.target.notice().await;
    }
    let outcome = match job.target.death() {
        Some(how) => Err(Stop::Crash(Finding::new("died", "the SUT lives", how))),
        None => outcome,
    };
    let (verdict, finding, reason) = judge(outcome, &remarks, case.level, job.profile);
    let windows = bench.windows.get();
    Attempt { verdict, finding, reason, remarks, cost, windows, steps }
}

fn judge(
    outcome: Outcome,
    remarks: &Remarks,
    level: Level,
    profile: Profile,
) -> (Verdict, Option<Finding>, String) {
    let soft = profile == Profile::Interop && level != Level::Must;
    match outcome {
        Ok(()) => match (remarks.lenient.first(), remarks.info.first()) {
            (Some(first), _) if profile == Profile::Strict => {
                (Verdict::Fail, Some(first.clone()), String::new())
            }
            (Some(first), _) => (Verdict::Lenient, Some(first.clone()), String::new()),
            (None, Some(_)) => (Verdict::Info, None, String::new()),
            (None, None) => (Verdict::Pass, None, String::new()),
        },
        Err(Stop::Fail(finding)) if soft => (Verdict::Lenient, Some(finding), String::new()),
        Err(Stop::Fail(finding)) => (Verdict::Fail, Some(finding), String::new()),
        Err(Stop::Hang(finding)) => (Verdict::Hang, Some(finding), String::new()),
        Err(Stop::Crash(finding)) => (Verdict::Crash, Some(finding), String::new()),
        Err(Stop::NotApplicable(need)) => (Verdict::NotApplicable, None, format!("needs {need}")),
        Err(Stop::Unreachable(why)) => {
            // The survey had a connection, so the SUT has gone away since.
            (Verdict::Crash, Some(Finding::new("gone", "the SUT lives", why)), String::new())
        }
    }
}

impl Attempt {
    /// The record of this attempt.
    pub fn into_record(self, instance: Instance) -> Record {
        Record {
            case: instance.case,
            axes: instance.axes,
            verdict: self.verdict,
            finding: self.finding,
            remarks: self.remarks,
            reason: self.reason,
            attempts: vec![self.verdict],
            cost: self.cost,
            windows: self.windows,
            steps: self.steps,
        }
    }
}
