//! `zeroproof check`: judge a peer.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Failure;
use super::glob::matches;
use crate::case::{Case, Depth};
use crate::cases;
use crate::expect::Expectations;
use crate::peers;
use crate::report::{human, json};
use crate::runner::{self, Profile, Record, Run, Selection, Settings};
use crate::socket_type::SocketType;
use crate::split::Split;
use crate::target::adapter::AdapterTarget;
use crate::target::memory::MemoryTarget;
use crate::target::tcp::TcpTarget;
use crate::target::{About, Role, Target};
use crate::verdict::{Level, Verdict};

/// Judge a peer: the built-in reference, a running endpoint, a known peer, or an adapter
#[derive(Debug, Args)]
pub(super) struct Check {
    /// `reference` (default), a name of `zeroproof peers list`, or `tcp://host:port` with --type
    target: Option<String>,
    /// Socket type of the endpoint, or only this type of an adapter
    #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
    kind: Option<SocketType>,
    /// Only this role of the peer
    #[arg(long, value_enum)]
    role: Option<RoleChoice>,
    /// Only cases that match; `*` is one part of an id, `**` many (repeatable)
    #[arg(long, value_name = "GLOB")]
    run: Vec<String>,
    /// Not the cases that match (repeatable)
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,
    /// How much of the axes: one type and role, all, or all and every split
    #[arg(long, value_enum, default_value = "full")]
    level: LevelChoice,
    /// How to see accepted deviations
    #[arg(long, value_enum, default_value = "default")]
    profile: Profile,
    /// Ways to cut segments: whole, byte, random:8, coalesced (comma separated)
    #[arg(long, value_delimiter = ',', value_parser = split)]
    split: Vec<Split>,
    /// Limit for what must happen, seconds; costs nothing when it happens
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    deadline: f64,
    /// The run ends after this; what did not run is told, exit code 6
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    max_time: Option<f64>,
    /// Cases at once
    #[arg(long, default_value_t = 16)]
    jobs: usize,
    /// Where nonces and splits come from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Known deviations; the default for a known peer is built in
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Which levels make the run fail
    #[arg(long, value_enum, default_value = "must")]
    fail_on: FailOn,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Print every result; twice: with octets
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// An adapter and its arguments
    #[arg(last = true, value_name = "ADAPTER")]
    adapter: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RoleChoice {
    Bind,
    Connect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LevelChoice {
    Quick,
    Full,
    Exhaustive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Must,
    Should,
    Never,
}

fn kind(text: &str) -> Result<SocketType, String> {
    let names = SocketType::ALL.map(SocketType::name).join(", ");
    SocketType::parse(text).ok_or_else(|| format!("no socket type; there are {names}"))
}

fn split(text: &str) -> Result<Split, String> {
    Split::parse(text).ok_or_else(|| "write whole, byte, random:8 or coalesced".to_owned())
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: Result<f64, _> = text.trim_end_matches('s').parse();
    number.ok().filter(|n| *n > 0.0 && *n <= 86_400.0).ok_or_else(|| "0 to 86400 seconds".into())
}

impl Check {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let memory = self.adapter.is_empty()
            && self.target.as_deref().is_none_or(|target| target == "reference");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(memory)
            .build()
            .map_err(|error| Failure { message: error.to_string(), code: 5 })?;
        tokio::task::LocalSet::new().block_on(&runtime, self.judge())
    }

    async fn judge(&self) -> Result<u8, Failure> {
        let began = std::time::Instant::now();
        let cases = select(&self.run, &self.skip)?;
        let known = self.expectations()?;
        let target = self.target().await?;
        for canary in runner::canaries().await {
            if canary.got != canary.expected {
                let message = format!("a canary is wrong, which is a bug in the suite: {canary:?}");
                return Err(Failure { message, code: 5 });
            }
        }
        let offers = target.offers();
        let Some(first) = self.kind.or(offers.types.first().copied()) else {
            return Err(Failure::unreachable("the adapter offers no socket type"));
        };
        let deadline = Duration::from_secs_f64(self.deadline);
        let survey = runner::survey(target.as_ref(), first, Role::Bind, deadline)
            .await
            .map_err(|error| Failure::unreachable(error.to_string()))?;
        let about = target.about();
        let plan = runner::plan(&self.selection(cases), &offers);
        if plan.instances.is_empty() {
            return Err(Failure::usage("no case applies to this peer with these flags"));
        }
        let run = runner::run(target, survey, plan, &self.settings(deadline), &mut |_| {}).await;
        if let Some(path) = &self.json {
            let report = json::report(&run, &about, self.seed, &known);
            let text = serde_json::to_string_pretty(&report).unwrap_or_default();
            std::fs::write(path, text + "\n").map_err(|error| {
                Failure::usage(format!("cannot write {}: {error}", path.display()))
            })?;
        }
        self.print(&run, &about, &known);
        self.summary(&run, &about, &known, began.elapsed());
        Ok(self.exit_code(&run, &known))
    }

    async fn target(&self) -> Result<Rc<dyn Target>, Failure> {
        let started = |argv: Vec<String>| async move {
            let target = AdapterTarget::start(&argv).await;
            let target = target.map_err(|error| Failure::unreachable(error.to_string()))?;
            Ok(Rc::new(target) as Rc<dyn Target>)
        };
        match self.target.as_deref() {
            Some(_) if !self.adapter.is_empty() => {
                Err(Failure::usage("give a target or an adapter after --, not both"))
            }
            _ if !self.adapter.is_empty() => started(self.adapter.clone()).await,
            None | Some("reference") => Ok(Rc::new(MemoryTarget::default())),
            Some(endpoint) if endpoint.contains("://") => {
                let kind = self.kind.ok_or_else(|| {
                    Failure::usage("an endpoint does not tell its socket type: add --type REP")
                })?;
                Ok(Rc::new(TcpTarget::new(endpoint, kind).map_err(Failure::usage)?))
            }
            Some(name) => {
                let peer = peers::find(name).map_err(|error| match error {
                    peers::PeersError::Unknown { .. } => Failure::usage(error.to_string()),
                    other => Failure::unreachable(other.to_string()),
                })?;
                started(peer.argv().to_vec()).await
            }
        }
    }

    fn expectations(&self) -> Result<Expectations, Failure> {
        let built_in = match self.target.as_deref() {
            Some("libzmq") => include_str!("../../peers/libzmq.toml"),
            _ => "",
        };
        let (name, text) = match &self.expect {
            None => ("peers/libzmq.toml".to_owned(), built_in.to_owned()),
            Some(path) => {
                let read = std::fs::read_to_string(path);
                let name = path.display().to_string();
                let failed = |error| Failure::usage(format!("cannot read {name}: {error}"));
                (name.clone(), read.map_err(failed)?)
            }
        };
        Expectations::parse(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))
    }

    fn selection(&self, cases: Vec<&'static Case>) -> Selection {
        let level = match self.level {
            LevelChoice::Quick => Depth::Quick,
            LevelChoice::Full => Depth::Full,
            LevelChoice::Exhaustive => Depth::Exhaustive,
        };
        let all = [Split::Whole, Split::Bytes, Split::Random(8), Split::Coalesced];
        let splits = match (self.split.is_empty(), level) {
            (false, _) => self.split.clone(),
            (true, Depth::Exhaustive) => all.to_vec(),
            (true, Depth::Quick | Depth::Full) => vec![Split::Whole],
        };
        let role = self.role.map(|role| match role {
            RoleChoice::Bind => Role::Bind,
            RoleChoice::Connect => Role::Connect,
        });
        Selection { cases, level, kind: self.kind, role, splits }
    }

    fn settings(&self, deadline: Duration) -> Settings {
        Settings {
            jobs: self.jobs,
            deadline,
            seed: self.seed,
            profile: self.profile,
            max_time: self.max_time.map(Duration::from_secs_f64),
            repeat: 1,
            until_fail: false,
        }
    }

    fn print(&self, run: &Run, about: &About, known: &Expectations) {
        for record in &run.records {
            let entry = known.entry(record);
            let new = record.verdict.is_bad() && entry.is_none();
            if new || self.verbose > 1 {
                let told = entry.map_or("not in the expectations of this peer", |e| &e.why);
                print!("{}", human::failure(record, &about.name, told, &self.replay(record)));
            } else if self.verbose > 0 {
                let remark = record.remarks.lenient.first().map(|f| f.got.as_str());
                let remark = remark.or(record.finding.as_ref().map(|f| f.got.as_str()));
                let told = remark.or(record.remarks.info.first().map(String::as_str));
                let told = told.unwrap_or(&record.reason);
                println!("{:<14} {} [{}] {told}", record.verdict, record.case.id, record.axes);
            }
        }
        for entry in known.stale(&run.records) {
            println!(
                "STALE  {}: expected {} [{}], which no longer comes; remove the entry",
                entry.case, entry.verdict, entry.signature
            );
        }
    }

    fn replay(&self, record: &Record) -> String {
        let axes = record.axes;
        let peer = match (&self.target, self.adapter.is_empty()) {
            (Some(target), _) => target.clone(),
            (None, true) => "reference".to_owned(),
            (None, false) => String::new(),
        };
        let adapter = match self.adapter.is_empty() {
            true => String::new(),
            false => format!(" -- {}", self.adapter.join(" ")),
        };
        format!(
            "zeroproof check {peer} --run {} --type {} --role {} --split {} --seed {} -vv{adapter}",
            record.case.id, axes.kind, axes.role, axes.split, self.seed
        )
    }

    fn summary(&self, run: &Run, about: &About, known: &Expectations, took: Duration) {
        let totals = Verdict::ALL.iter().filter_map(|&verdict| {
            let count = human::count(&run.records, verdict);
            (count > 0).then(|| format!("{count} {verdict}"))
        });
        let expected = run.records.iter().filter(|record| known.entry(record).is_some()).count();
        let share = |level| {
            human::share(&run.records, level).map_or("-".to_owned(), |s| format!("{s:.1} %"))
        };
        println!(
            "{} {} ({}): {} results: {}; {expected} as expected of this peer   {:.2} s \
             (quiet {} ms)   MUST {}  SHOULD {}",
            about.name,
            about.version,
            about.via,
            run.records.len(),
            totals.collect::<Vec<_>>().join(", "),
            took.as_secs_f64(),
            run.quiet.as_millis(),
            share(Level::Must),
            share(Level::Should),
        );
    }

    fn exit_code(&self, run: &Run, known: &Expectations) -> u8 {
        let level = match self.fail_on {
            FailOn::Must => Some(Level::Must),
            FailOn::Should => Some(Level::Should),
            FailOn::Never => None,
        };
        let bad = level.is_some_and(|level| {
            let new = |record: &Record| known.entry(record).is_none();
            run.records.iter().any(|record| runner::counts(record, level) && new(record))
        });
        let insane = run.records.iter().any(|r| r.case.sanity && r.verdict.is_bad());
        let judged = run.records.iter().any(|record| !record.attempts.is_empty());
        match (insane, bad, run.complete && judged) {
            (true, _, _) => 4,
            (_, true, _) => 1,
            (_, _, false) => 6,
            _ if known.stale(&run.records).next().is_some() => 3,
            _ => 0,
        }
    }
}

/// The cases that `--run` and `--skip` leave; a pattern that matches nothing is an error.
fn select(run: &[String], skip: &[String]) -> Result<Vec<&'static Case>, Failure> {
    let all = cases::all();
    for pattern in run.iter().chain(skip) {
        if !all.iter().any(|case| matches(pattern, case.id)) {
            let why = format!("'{pattern}' matches no case: zeroproof list shows them");
            return Err(Failure::usage(why));
        }
    }
    let any = |patterns: &[String], id| patterns.iter().any(|pattern| matches(pattern, id));
    let chosen =
        all.into_iter().filter(|case| (run.is_empty() || any(run, case.id)) && !any(skip, case.id));
    Ok(chosen.collect())
}
