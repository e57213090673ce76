//! `zeroproof adapter`: what authors of an adapter need, a way to begin and a judge of the
//! protocol.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::Failure;
use super::line::quoted;
use super::options::seconds;
use super::peers::failed;
use crate::adapter::check::{self, Outcome, Rule};
use crate::adapter::skeleton::Language;
use crate::benchmark::floor;
use crate::peers;
use crate::target::memory;

/// The way in for a library: begin an adapter, and check it
#[derive(Debug, Subcommand)]
pub(super) enum Adapter {
    New(New),
    Check(Check),
    /// The built-in reference as an adapter, on standard input and output
    #[command(hide = true)]
    Reference,
    /// The work of a benchmark without messages, as an adapter
    #[command(hide = true)]
    Floor,
}

/// Write an adapter that runs at once, with a toy where your library goes; no file is overwritten
#[derive(Debug, Args)]
pub(super) struct New {
    /// The language
    #[arg(value_enum)]
    language: LanguageChoice,
    /// The folder; it is made
    #[arg(default_value = "zeroproof-adapter")]
    dir: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LanguageChoice {
    Python,
    C,
    Java,
    Js,
    Rust,
}

/// Try every rule of the adapter protocol; the first broken one is told with what was said, and the
/// fix; exit code 1 when a rule is broken, 4 when the adapter does not start
#[derive(Debug, Args)]
pub(super) struct Check {
    /// A name of `zeroproof peers list`, whose adapter is checked
    peer: Option<String>,
    /// Go on after the first broken rule
    #[arg(long)]
    all: bool,
    /// How long any answer may take, seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10.0, value_parser = seconds)]
    deadline: f64,
    /// An adapter and its arguments
    #[arg(last = true, value_name = "ADAPTER")]
    adapter: Vec<String>,
}

/// How many rules came to what.
#[derive(Default)]
struct Count {
    kept: usize,
    untried: usize,
    broken: usize,
}

impl Adapter {
    pub(super) fn run(self) -> Result<u8, Failure> {
        match self {
            Self::New(new) => new.run(),
            Self::Check(check) => check.run(),
            Self::Reference => {
                memory::serve().map_err(|error| Failure::unreachable(error.to_string()))
            }
            Self::Floor => floor::serve().map_err(|error| Failure::unreachable(error.to_string())),
        }
    }
}

impl New {
    fn run(self) -> Result<u8, Failure> {
        let language = match self.language {
            LanguageChoice::Python => Language::Python,
            LanguageChoice::C => Language::C,
            LanguageChoice::Java => Language::Java,
            LanguageChoice::Js => Language::Js,
            LanguageChoice::Rust => Language::Rust,
        };
        let written = language.write(&self.dir).map_err(|why| Failure::usage(why.to_string()))?;
        for path in written {
            say!("wrote  {}", path.display());
        }
        let folder = quoted(&self.dir.to_string_lossy());
        let program = language.start().replace("{}", &folder);
        if let Some(build) = language.build() {
            say!("build  {}", build.replace("{}", &folder));
        }
        say!("check  zeroproof adapter check -- {program}");
        say!("next   put your library into {}/{}, check again,", folder, language.library());
        say!("       and judge it: zeroproof check -- {program}");
        Ok(0)
    }
}

impl Check {
    fn run(self) -> Result<u8, Failure> {
        let argv = self.argv()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure { message: error.to_string(), code: 5 })?;
        let mut count = Count::default();
        let deadline = Duration::from_secs_f64(self.deadline);
        let ended = runtime.block_on(async {
            let mut tell = |rule: &Rule, outcome: &Outcome| count.tell(rule, outcome);
            tokio::select! {
                biased;
                () = crate::runner::asked() => None,
                ended = check::check(&argv, deadline, self.all, &mut tell) => Some(ended),
            }
        });
        if let Some(Err(error)) = &ended {
            return Err(Failure::unreachable(error.to_string()));
        }
        let Count { kept, untried, broken } = count;
        let all = check::rules().len();
        let rest = if untried > 0 { format!(", {untried} not tried") } else { String::new() };
        say!("{kept} of {all} rules kept, {broken} broken{rest}");
        match (ended, broken) {
            (None, _) => {
                say!("stopped early: these results are partial");
                Ok(6)
            }
            (Some(_), 0) => Ok(0),
            (Some(_), _) => Ok(1),
        }
    }

    fn argv(&self) -> Result<Vec<String>, Failure> {
        match &self.peer {
            Some(_) if !self.adapter.is_empty() => {
                Err(Failure::usage("give the name of a peer or an adapter after --, not both"))
            }
            Some(name) => Ok(peers::find(name).map_err(failed)?.argv().to_vec()),
            None if self.adapter.is_empty() => Err(Failure::usage(
                "which adapter? zeroproof adapter check -- python3 adapter.py, or the name of a \
                 peer",
            )),
            None => Ok(self.adapter.clone()),
        }
    }
}

impl Count {
    fn tell(&mut self, rule: &Rule, outcome: &Outcome) {
        let Rule { place, promise, fix, .. } = rule;
        match outcome {
            Outcome::Kept => {
                self.kept += 1;
                say!("ok         {place:<19} {promise}");
            }
            Outcome::Untried(why) => {
                self.untried += 1;
                say!("not tried  {place:<19} {promise}: {why}");
            }
            Outcome::Broken(broken) => {
                self.broken += 1;
                say!("BROKEN     {place:<19} {promise}");
                say!("    wrong  {}", broken.wrong);
                for line in &broken.dialogue {
                    say!("           {line}");
                }
                for (at, line) in broken.stderr.lines().enumerate() {
                    say!("   {}  {line}", if at == 0 { "stderr" } else { "      " });
                }
                say!("      fix  {fix}");
                let (heading, number) = place.split_once(' ').unwrap_or((place, ""));
                say!("     rule  conformance/adapters/README.md, \"{heading}\", {number}");
            }
        }
    }
}
