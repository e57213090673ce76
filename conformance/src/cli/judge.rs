//! What `check` and `listen` have in common: canaries, survey, run, reports, exit code.

use std::rc::Rc;
use std::time::Duration;

use super::Failure;
use super::line::Line;
use super::options::Options;
use super::outputs::Format;
use crate::expect::{Expectations, Expected};
use crate::report::{human, json, lines};
use crate::runner::{self, Axes, Record, Run};
use crate::socket_type::SocketType;
use crate::target::{About, Role, Target};
use crate::verdict::{Level, Verdict};

/// One judgement of one target.
pub(super) struct Judge<'a> {
    /// The flags.
    pub(super) options: &'a Options,
    /// What is known of the peer.
    pub(super) known: Expectations,
    /// Only this socket type.
    pub(super) kind: Option<SocketType>,
    /// Whether the peer is a released one, known by name.
    pub(super) released: bool,
    /// Only this role.
    pub(super) role: Option<Role>,
    /// The command, for replay lines.
    pub(super) command: Line,
}

impl Judge<'_> {
    /// Judges a target; the exit code.
    pub(super) async fn judge(mut self, target: Rc<dyn Target>) -> Result<u8, Failure> {
        let began = std::time::Instant::now();
        let mut selection = self.options.selection(self.kind, self.role, self.released)?;
        self.options.outputs.probe()?;
        for canary in runner::canaries().await {
            if canary.got != canary.expected {
                let message = format!("a canary is wrong, which is a bug in the suite: {canary:?}");
                return Err(Failure { message, code: 5 });
            }
        }
        let offers = target.offers();
        if let Some(kind) = self.kind.filter(|kind| !offers.types.contains(kind)) {
            let all: Vec<_> = offers.types.iter().map(|kind| kind.name()).collect();
            let all = all.join(", ");
            return Err(Failure::usage(format!("this peer offers no {kind}; it offers {all}")));
        }
        let first = self.kind.or(offers.types.first().copied());
        let (Some(kind), Some(&role)) = (first, offers.roles.first()) else {
            return Err(Failure::unreachable("the adapter offers no socket type or no role"));
        };
        let settings = self.options.settings();
        let survey = runner::survey(target.as_ref(), kind, role, settings.deadline)
            .await
            .map_err(|error| Failure::unreachable(error.to_string()))?;
        let about = target.about();
        self.known.keep(&about.version);
        let (skipped, chosen): (Vec<_>, Vec<_>) =
            selection.cases.iter().partition(|case| self.known.skips(case).is_some());
        selection.cases = chosen;
        let mut plan = runner::plan(&selection, &offers, survey.version);
        for case in skipped {
            let why = self.known.skips(case).map_or("", |skip| skip.why.as_str());
            plan.leave_out(case, &format!("not tried on this peer: {why}"));
        }
        if plan.instances.is_empty() {
            return Err(Failure::usage("no case applies to this peer with these flags"));
        }
        let format = self.options.outputs.format;
        if format == Format::Jsonl {
            say!("{}", lines::run(&about));
        }
        let mut tell = |record: &Record| {
            if format == Format::Jsonl {
                say!("{}", lines::case(&json::case(record, &self.known, &|r| self.replay(r))));
            }
        };
        let run = runner::run(target, survey, plan, &settings, &mut tell).await;
        let report = self.report(&run, &about);
        match format {
            Format::Human => {
                self.print(&run, &about);
                self.summary(&run, &about, began.elapsed());
            }
            Format::Jsonl => say!("{}", lines::end(&report)),
            _ => say!("{}", format.text(&report, self.options.fail_on()).trim_end()),
        }
        self.options.outputs.write(&[report], None)?;
        Ok(self.exit_code(&run))
    }

    fn report(&self, run: &Run, about: &About) -> json::Report {
        json::report(run, about, self.options.asked(), &self.known, &|record| self.replay(record))
    }

    fn print(&self, run: &Run, about: &About) {
        for record in &run.records {
            let entry = self.known.entry(record);
            let new = record.verdict.is_bad() && entry.is_none();
            if new || self.options.verbose > 1 {
                let told = entry.map_or("not in the expectations of this peer", |e| &e.why);
                say!(
                    "{}",
                    human::failure(record, &about.name, told, &self.replay(record)).trim_end()
                );
            } else if self.options.verbose > 0 {
                let remark = record.remarks.lenient.first().map(|f| f.got.as_str());
                let remark = remark.or(record.finding.as_ref().map(|f| f.got.as_str()));
                let info = record.remarks.info.join("; ");
                let info = Some(info.as_str()).filter(|info| !info.is_empty());
                let told = remark.or(info).unwrap_or(&record.reason);
                say!("{:<14} {} [{}] {told}", record.verdict, record.case.id, record.axes);
            }
        }
        for entry in self.stale(run) {
            say!(
                "STALE  {}: expected {} [{}], which no longer comes; remove the entry",
                entry.case,
                entry.verdict,
                entry.signature
            );
        }
    }

    fn stale<'a>(&'a self, run: &'a Run) -> impl Iterator<Item = &'a Expected> {
        self.known.stale(&run.records, self.options.profile())
    }

    fn replay(&self, record: &Record) -> String {
        let Axes { kind, role, split } = record.axes;
        let (split, seed) = (split.to_string(), self.options.seed.to_string());
        let mut flags = vec!["--run", record.case.id, "--type", kind.name()];
        if self.command.takes_role {
            flags.extend(["--role", role.name()]);
        }
        flags.extend(["--split", &split, "--seed", &seed]);
        let kept = self.options.kept(record.case);
        flags.extend(kept.iter().map(String::as_str).chain(["-vv"]));
        self.command.with(&flags)
    }

    fn summary(&self, run: &Run, about: &About, took: Duration) {
        let totals = Verdict::ALL.iter().filter_map(|&verdict| {
            let count = human::count(&run.records, verdict);
            (count > 0).then(|| format!("{count} {verdict}"))
        });
        let expected =
            run.records.iter().filter(|record| self.known.entry(record).is_some()).count();
        let share = |level| {
            human::share(&run.records, level).map_or("-".to_owned(), |s| format!("{s:.1} %"))
        };
        if let Some(insane) = self.insane(run) {
            let id = insane.case.id;
            say!("{id} failed: a peer that fails this cannot be judged further");
        }
        if !run.complete {
            say!("stopped early: these results are partial");
        }
        let named = format!("{} {}", about.name, about.version);
        let via = if about.via == about.name { "" } else { &format!(" ({})", about.via) };
        say!(
            "{}{via}: {} results: {}; {expected} as expected of this peer   {:.2} s \
             (quiet {} ms)   MUST {}  SHOULD {}",
            named.trim_end(),
            run.records.len(),
            totals.collect::<Vec<_>>().join(", "),
            took.as_secs_f64(),
            run.quiet.as_millis(),
            share(Level::Must),
            share(Level::Should),
        );
    }

    /// A sanity case that failed, where that was not known.
    fn insane<'a>(&self, run: &'a Run) -> Option<&'a Record> {
        let bad = |record: &&Record| record.case.sanity && record.verdict.is_bad();
        run.records.iter().filter(bad).find(|record| self.known.entry(record).is_none())
    }

    fn exit_code(&self, run: &Run) -> u8 {
        let level = self.options.fail_on();
        let bad = level.is_some_and(|level| {
            let new = |record: &Record| self.known.entry(record).is_none();
            run.records.iter().any(|record| runner::counts(record, level) && new(record))
        });
        let insane = self.insane(run).is_some();
        let judged = run.records.iter().any(|record| !record.attempts.is_empty());
        match (insane, bad, run.complete && judged) {
            (true, _, _) => 4,
            (_, true, _) => 1,
            (_, _, false) => 6,
            _ if self.stale(run).next().is_some() => 3,
            _ => 0,
        }
    }
}

/// Runs a judgement on one thread; `paused` for a target in memory, where waiting costs nothing.
pub(super) fn block_on<F: Future<Output = Result<u8, Failure>>>(
    paused: bool,
    future: F,
) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(paused)
        .build()
        .map_err(|error| Failure { message: error.to_string(), code: 5 })?;
    tokio::task::LocalSet::new().block_on(&runtime, future)
}
