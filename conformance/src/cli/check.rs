//! `zeroproof check`: judge a peer.

use std::rc::Rc;
use std::time::Duration;

use clap::Args;

use super::Failure;
use crate::case::Depth;
use crate::report::human;
use crate::runner::{self, Profile, Selection, Settings};
use crate::socket_type::SocketType;
use crate::split::Split;
use crate::target::adapter::AdapterTarget;
use crate::target::memory::MemoryTarget;
use crate::target::tcp::TcpTarget;
use crate::target::{Role, Target};
use crate::verdict::Verdict;

/// Judge a peer: the built-in reference, a running endpoint, a known peer, or an adapter.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// `reference`, a peer of `zeroproof peers`, or `tcp://host:port`
    target: Option<String>,
    /// Socket type of the endpoint
    #[arg(long = "type")]
    kind: Option<String>,
    /// Only this role of the peer
    #[arg(long)]
    role: Option<String>,
    /// Only cases whose id contains this
    #[arg(long)]
    run: Option<String>,
    /// quick, full or exhaustive
    #[arg(long, default_value = "full")]
    level: String,
    /// Limit for what must happen, seconds
    #[arg(long, default_value_t = 10.0)]
    deadline: f32,
    /// Cases at once
    #[arg(long, default_value_t = 16)]
    jobs: usize,
    /// Print every record
    #[arg(short, long)]
    verbose: bool,
    /// An adapter and its arguments
    #[arg(last = true)]
    adapter: Vec<String>,
}

impl Check {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let memory =
            self.target.as_deref().is_none_or(|t| t == "reference") && self.adapter.is_empty();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(memory)
            .build()
            .map_err(|error| Failure::usage(error.to_string()))?;
        let local = tokio::task::LocalSet::new();
        local.block_on(&runtime, self.judge())
    }

    #[expect(clippy::too_many_lines, reason = "replaced by the full command line")]
    async fn judge(self) -> Result<u8, Failure> {
        let kind = match &self.kind {
            None => None,
            Some(name) => Some(
                SocketType::parse(name)
                    .ok_or_else(|| Failure::usage(format!("'{name}' is no socket type")))?,
            ),
        };
        let target: Rc<dyn Target> = match self.target.as_deref() {
            _ if !self.adapter.is_empty() => Rc::new(
                AdapterTarget::start(&self.adapter)
                    .await
                    .map_err(|error| Failure::unreachable(error.to_string()))?,
            ),
            None | Some("reference") => Rc::new(MemoryTarget::default()),
            Some(endpoint) => Rc::new(
                TcpTarget::new(endpoint, kind.unwrap_or(SocketType::Rep))
                    .map_err(Failure::usage)?,
            ),
        };
        let began = std::time::Instant::now();
        for canary in runner::canaries().await {
            if canary.got != canary.expected {
                return Err(Failure { message: format!("bug in the suite: {canary:?}"), code: 5 });
            }
        }
        let deadline = Duration::from_secs_f32(self.deadline);
        let offers = target.offers();
        let first = kind.or(offers.types.first().copied()).unwrap_or(SocketType::Pull);
        let survey = runner::survey(target.as_ref(), first, Role::Bind, deadline)
            .await
            .map_err(|error| Failure::unreachable(error.to_string()))?;
        let level = match self.level.as_str() {
            "quick" => Depth::Quick,
            "full" => Depth::Full,
            _ => Depth::Exhaustive,
        };
        let cases = crate::cases::all()
            .into_iter()
            .filter(|case| self.run.as_ref().is_none_or(|run| case.id.contains(run.as_str())))
            .collect();
        let role =
            self.role.as_deref().map(|r| if r == "bind" { Role::Bind } else { Role::Connect });
        let splits = match level {
            Depth::Exhaustive => {
                vec![Split::Whole, Split::Bytes, Split::Random(8), Split::Coalesced]
            }
            Depth::Quick | Depth::Full => vec![Split::Whole],
        };
        let selection = Selection { cases, level, kind, role, splits };
        let settings = Settings {
            jobs: self.jobs,
            deadline,
            seed: 7,
            profile: Profile::Default,
            max_time: None,
            repeat: 1,
            until_fail: false,
        };
        let plan = runner::plan(&selection, &offers);
        let about = target.about();
        let run = runner::run(target, survey, plan, &settings, &mut |_| {}).await;
        for record in &run.records {
            if record.verdict.is_bad() || record.verdict == Verdict::Lenient {
                print!("{}", human::failure(record, &about.name, "", ""));
            } else if self.verbose {
                println!(
                    "{:<15} {} {} {} {:?}",
                    record.verdict, record.case.id, record.axes, record.reason, record.remarks.info
                );
            }
        }
        let totals: Vec<String> = Verdict::ALL
            .iter()
            .filter(|verdict| human::count(&run.records, **verdict) > 0)
            .map(|verdict| format!("{} {verdict}", human::count(&run.records, *verdict)))
            .collect();
        println!(
            "{}: {}  {:.2} s, quiet {:?}",
            run.records.len(),
            totals.join(", "),
            began.elapsed().as_secs_f64(),
            run.quiet
        );
        Ok(u8::from(run.records.iter().any(|record| record.verdict.is_bad())))
    }
}
