//! Runs cases against a target: survey, sanity gate, everything in parallel, then what needs quiet,
//! failures once more alone, and what needs the SUT for itself. Results come in the order of ids.

mod again;
mod attempt;
mod canary;
mod plan;
mod stop;
mod survey;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;

pub use attempt::{Attempt, attempt};
pub use canary::{Canary, canaries};
pub use plan::{Axes, Instance, Plan, Selection, plan};
pub use survey::{Survey, SurveyError, survey};

use attempt::Job;
pub(crate) use stop::{Early, asked};

use crate::case::{Case, Pace};
use crate::context::{Pool, Remarks};
use crate::quiet::Quiet;
use crate::socket_type::SocketType;
use crate::target::{Role, SocketSpec, Target};
use crate::transcript::Step;
use crate::verdict::{Finding, Level, Verdict};

/// How strictly accepted deviations are seen.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// What is accepted with a remark fails.
    Strict,
    /// Clauses as they are.
    Default,
    /// Only what breaks talk between peers fails: a SHOULD becomes a remark.
    Interop,
}

/// Settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Cases at once.
    pub jobs: usize,
    /// Limit for what must happen.
    pub deadline: Duration,
    /// Where nonces and splits come from.
    pub seed: u64,
    /// How strict.
    pub profile: Profile,
    /// The run ends after this; what did not run is told.
    pub max_time: Option<Duration>,
    /// Each instance runs this often.
    pub repeat: usize,
    /// Ends at the first bad verdict.
    pub until_fail: bool,
}

/// The result of one instance.
#[derive(Clone, Debug)]
pub struct Record {
    /// Which case.
    pub case: &'static Case,
    /// On what.
    pub axes: Axes,
    /// The verdict.
    pub verdict: Verdict,
    /// What differs, when it is bad.
    pub finding: Option<Finding>,
    /// What the case told besides.
    pub remarks: Remarks,
    /// Why it did not run, or who blocks it; else empty.
    pub reason: String,
    /// The verdicts of every attempt, the first one in company.
    pub attempts: Vec<Verdict>,
    /// Time of the first attempt.
    pub cost: Duration,
    /// Quiet windows it waited out.
    pub windows: u32,
    /// What crossed the wire.
    pub steps: Vec<Step>,
}

impl Record {
    /// A record of something that did not run.
    pub fn idle(
        case: &'static Case,
        axes: Axes,
        verdict: Verdict,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            case,
            axes,
            verdict,
            finding: None,
            remarks: Remarks::default(),
            reason: reason.into(),
            attempts: Vec::new(),
            cost: Duration::ZERO,
            windows: 0,
            steps: Vec::new(),
        }
    }
}

/// What a run brought.
#[derive(Debug)]
pub struct Run {
    /// One record an instance, in the order of ids.
    pub records: Vec<Record>,
    /// When it began.
    pub began: SystemTime,
    /// Wall time of the cases.
    pub wall: Duration,
    /// Time in which cases waited out the quiet window.
    pub quiet: Duration,
    /// Whether everything planned was run.
    pub complete: bool,
}

/// Runs a plan. `tell` hears of every record as it is made.
pub async fn run(
    target: Rc<dyn Target>,
    survey: Survey,
    plan: Plan,
    settings: &Settings,
    tell: &mut dyn FnMut(&Record),
) -> Run {
    let (date, began) = (SystemTime::now(), Instant::now());
    // The witness dials, so it needs a SUT that binds.
    let offers = target.offers();
    let binds = offers.roles.contains(&Role::Bind);
    let role = if binds { Role::Bind } else { Role::Connect };
    let spec = SocketSpec { kind: survey.kind, role, options: &[] };
    let quiet = Quiet::new(Rc::clone(&target), spec);
    let most = if offers.pooled { offers.concurrency.max(1) } else { 1 };
    let mut runner = Runner {
        pooled: offers.pooled,
        jobs: settings.jobs.clamp(1, most),
        most,
        target,
        survey,
        settings,
        quiet,
        pool: Rc::new(RefCell::new(BTreeMap::new())),
        early: Rc::new(Early::new(settings.max_time.map(|limit| began + limit))),
        records: plan.idle,
        stopped: false,
    };
    for record in &runner.records {
        tell(record);
    }
    runner.all(plan.instances, tell).await;
    let Runner { mut records, quiet, stopped, .. } = runner;
    records.sort_by(|a, b| (a.case.id, a.axes).cmp(&(b.case.id, b.axes)));
    let (wall, quiet) = (began.elapsed(), quiet.total());
    Run { records, began: date, wall, quiet, complete: !stopped }
}

struct Runner<'a> {
    target: Rc<dyn Target>,
    survey: Survey,
    settings: &'a Settings,
    quiet: Rc<Quiet>,
    pool: Rc<Pool>,
    pooled: bool,
    jobs: usize,
    /// What the SUT can bear, whatever the user asks for.
    most: usize,
    early: Rc<Early>,
    records: Vec<Record>,
    stopped: bool,
}

impl Runner<'_> {
    async fn all(&mut self, instances: Vec<Instance>, tell: &mut dyn FnMut(&Record)) {
        let (sanity, rest): (Vec<_>, Vec<_>) =
            instances.into_iter().partition(|instance| instance.case.sanity);
        let suspects = self.batch(sanity, self.jobs, tell).await;
        self.again(suspects, self.jobs, tell).await;
        let gate = Gate::of(&self.records);
        let mut open = Vec::new();
        for instance in rest {
            match gate.blocks(&instance) {
                None => open.push(instance),
                Some(by) => {
                    let record = Record::idle(instance.case, instance.axes, Verdict::Blocked, by);
                    tell(&record);
                    self.records.push(record);
                }
            }
        }
        let (exclusive, open): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|instance| instance.case.pace == Pace::Exclusive);
        let (quiet, open): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|instance| instance.case.pace == Pace::Quiet);
        let mut suspects = self.batch(open, self.jobs, tell).await;
        suspects.extend(self.batch(quiet, self.most, tell).await);
        self.again(suspects, self.jobs, tell).await;
        let suspects = self.batch(exclusive, 1, tell).await;
        self.again(suspects, 1, tell).await;
    }

    /// Runs a batch, at most `jobs` at once. What killed the SUT is tried again alone; other bad
    /// ones are left, for [`Runner::again`].
    async fn batch(
        &mut self,
        instances: Vec<Instance>,
        jobs: usize,
        tell: &mut dyn FnMut(&Record),
    ) -> Vec<(Instance, Attempt)> {
        let mut waiting = instances.into_iter();
        let mut running = FuturesUnordered::new();
        let mut suspects = Vec::new();
        let mut dropped = Vec::new();
        let early = Rc::clone(&self.early);
        let mut dead = false;
        loop {
            // After a death nobody else starts until those in flight have told what they saw.
            if dead && running.is_empty() {
                self.pool.borrow_mut().clear();
                self.stopped |= self.target.restart().await.is_err();
                dead = false;
            }
            while running.len() < jobs && !dead && !self.over() {
                let Some(instance) = waiting.next() else { break };
                dropped.push(instance);
                running.push(self.once(instance));
            }
            let next = tokio::select! {
                biased;
                next = running.next() => next,
                () = early.over() => None,
            };
            let Some((instance, attempt)) = next else { break };
            dead |= attempt.verdict == Verdict::Crash;
            dropped
                .retain(|other| (other.case.id, other.axes) != (instance.case.id, instance.axes));
            if attempt.verdict.is_bad() {
                suspects.push((instance, attempt));
            } else {
                let record = attempt.into_record(instance);
                tell(&record);
                self.records.push(record);
            }
        }
        drop(running);
        let (crashed, suspects): (Vec<_>, Vec<_>) =
            suspects.into_iter().partition(|(_, first)| first.verdict == Verdict::Crash);
        self.after_crashes(crashed, tell).await;
        for instance in dropped.into_iter().chain(waiting) {
            self.stopped = true;
            let reason = "the run ended before";
            let record = Record::idle(instance.case, instance.axes, Verdict::NotRun, reason);
            tell(&record);
            self.records.push(record);
        }
        suspects
    }

    /// Runs again, one by one, what was in flight when the SUT died.
    async fn after_crashes(
        &mut self,
        crashed: Vec<(Instance, Attempt)>,
        tell: &mut dyn FnMut(&Record),
    ) {
        let (early, job) = (Rc::clone(&self.early), self.alone());
        let death = crashed.first().and_then(|(_, first)| first.finding.clone());
        let mut records = Vec::new();
        for (instance, first) in crashed {
            self.pool.borrow_mut().clear();
            let untried = first.clone().into_record(instance);
            let target = Rc::clone(&self.target);
            records.push(tokio::select! {
                biased;
                () = early.over() => untried,
                record = again::after_crash(target, job.clone(), instance, first) => record,
            });
        }
        again::share_blame(&mut records, death.as_ref());
        self.tell_bad(records, tell);
    }

    /// Runs other bad ones again, `jobs` attempts at once: they share nothing but the SUT.
    async fn again(
        &mut self,
        suspects: Vec<(Instance, Attempt)>,
        jobs: usize,
        tell: &mut dyn FnMut(&Record),
    ) {
        let (early, job) = (Rc::clone(&self.early), self.alone());
        let rounds = suspects.iter().enumerate().flat_map(|(at, (instance, first))| {
            std::iter::repeat_n((at, *instance), again::times(first.verdict))
        });
        let attempts = rounds.map(|(at, instance)| {
            let job = job.clone();
            async move { (at, attempt(job, instance).await) }
        });
        let mut attempts = pin!(futures_util::stream::iter(attempts).buffer_unordered(jobs));
        let mut alone = BTreeMap::<usize, Vec<Attempt>>::new();
        while let Some((at, attempt)) = tokio::select! {
            biased;
            () = early.over() => None,
            next = attempts.next() => next,
        } {
            alone.entry(at).or_default().push(attempt);
        }
        let records = suspects.iter().enumerate().map(|(at, (instance, first))| {
            let attempts = alone.remove(&at).unwrap_or_default();
            match attempts.len() == again::times(first.verdict) {
                true => again::judge(*instance, first.clone(), attempts),
                false => first.clone().into_record(*instance),
            }
        });
        let records = records.collect();
        self.tell_bad(records, tell);
    }

    fn tell_bad(&mut self, records: Vec<Record>, tell: &mut dyn FnMut(&Record)) {
        for record in records {
            tell(&record);
            self.stopped |= self.settings.until_fail;
            self.records.push(record);
        }
    }

    fn over(&self) -> bool {
        self.stopped || self.early.is_over()
    }

    /// A future that borrows nothing of the runner, so that many can run at once.
    fn once(&self, instance: Instance) -> impl Future<Output = (Instance, Attempt)> + use<> {
        let shares = instance.may_share() && self.pooled;
        let job = Job { pool: self.job().pool.filter(|_| shares), ..self.job() };
        async move {
            let attempt = attempt(job, instance).await;
            (instance, attempt)
        }
    }

    /// For an attempt on a socket of its own.
    fn alone(&self) -> Job {
        Job { pool: None, repeat: 1, ..self.job() }
    }

    fn job(&self) -> Job {
        Job {
            target: Rc::clone(&self.target),
            quiet: Rc::clone(&self.quiet),
            pool: Some(Rc::clone(&self.pool)),
            survey: self.survey.clone(),
            deadline: self.settings.deadline,
            seed: self.settings.seed,
            profile: self.settings.profile,
            repeat: self.settings.repeat.max(1),
        }
    }
}

/// Which sanity cases failed, by socket type and role.
struct Gate(BTreeSet<(SocketType, Role, &'static str)>);

impl Gate {
    fn of(records: &[Record]) -> Self {
        let failed = records.iter().filter(|record| record.case.sanity && record.verdict.is_bad());
        Self(failed.map(|record| (record.axes.kind, record.axes.role, record.case.id)).collect())
    }

    fn blocks(&self, instance: &Instance) -> Option<&'static str> {
        let Axes { kind, role, .. } = instance.axes;
        self.0.iter().find(|(k, r, _)| (*k, *r) == (kind, role)).map(|(_, _, by)| *by)
    }
}

/// Whether a verdict counts against the SUT at this `--fail-on` level.
pub fn counts(record: &Record, fail_on: Level) -> bool {
    record.verdict.is_bad() && record.case.level <= fail_on
}
