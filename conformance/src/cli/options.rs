//! The flags that every judging command takes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::Failure;
use super::glob::{matches, patterns};
use super::outputs::Outputs;
use super::peers::failed;
use crate::case::{Case, Depth, Mechanism};
use crate::cases;
use crate::expect::Expectations;
use crate::peers;
use crate::report::json::Asked;
use crate::runner::{Profile, Selection, Settings};
use crate::socket_type::SocketType;
use crate::spec::Spec;
use crate::split::Split;
use crate::target::Role;
use crate::verdict::Level;

/// Seconds for what must happen.
const DEADLINE: f64 = 10.0;

/// What to run, how, and where the results go.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Only cases that match: `*` inside a part of an id, `**` over many parts, `@FILE` for
    /// patterns in a file, one a line with `#` comments (repeatable)
    #[arg(long, value_name = "GLOB")]
    run: Vec<String>,
    /// Not the cases that match; `@FILE` as above (repeatable)
    #[arg(long, value_name = "GLOB")]
    skip: Vec<String>,
    /// Only cases that set the peer to this mechanism
    #[arg(long, value_enum)]
    mech: Option<MechanismChoice>,
    /// Only what judges these revisions of ZMTP: 3.1, 3.0, 2.0, 1.0 (comma separated). Security and
    /// patterns belong to 3.x
    #[arg(long, value_name = "VERSION", value_delimiter = ',', value_parser = spec)]
    spec: Vec<Spec>,
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
    #[arg(long, value_name = "SECONDS", default_value_t = DEADLINE, value_parser = seconds)]
    deadline: f64,
    /// The run ends after this; what did not run is told, exit code 6
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    max_time: Option<f64>,
    /// Cases at once
    #[arg(long, default_value_t = 48)]
    jobs: usize,
    /// Where nonces and splits come from
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Run each case this often
    #[arg(long, value_name = "N", default_value_t = 1)]
    repeat: usize,
    /// End the run at the first bad result
    #[arg(long)]
    until_fail: bool,
    /// Known deviations; the default for a known peer is built in
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Which levels make the run fail
    #[arg(long, value_enum, default_value = "must")]
    fail_on: FailOn,
    #[command(flatten)]
    pub(super) outputs: Outputs,
    /// For a known peer, also run the cases whose failure may be a flaw that is not public yet
    #[arg(long)]
    sensitive: bool,
    /// Print every result; twice: with octets
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPERCASE")]
enum MechanismChoice {
    Null,
    Plain,
    Curve,
}

impl MechanismChoice {
    fn mechanism(self) -> Mechanism {
        match self {
            Self::Null => Mechanism::Null,
            Self::Plain => Mechanism::Plain,
            Self::Curve => Mechanism::Curve,
        }
    }
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

fn spec(text: &str) -> Result<Spec, String> {
    let names = Spec::ALL.map(Spec::name).join(", ");
    Spec::parse(text).ok_or_else(|| format!("no revision of ZMTP; there are {names}"))
}

fn split(text: &str) -> Result<Split, String> {
    Split::parse(text).ok_or_else(|| "write whole, byte, random:8 or coalesced".to_owned())
}

/// Reads a time in seconds.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let number: Result<f64, _> = text.trim_end_matches('s').parse();
    number.ok().filter(|n| *n > 0.0 && *n <= 86_400.0).ok_or_else(|| "0 to 86400 seconds".into())
}

/// A role, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleChoice {
    Bind,
    Connect,
}

impl RoleChoice {
    /// The role.
    pub(super) fn role(self) -> Role {
        match self {
            Self::Bind => Role::Bind,
            Self::Connect => Role::Connect,
        }
    }
}

/// Reads a socket type.
pub(super) fn kind(text: &str) -> Result<SocketType, String> {
    let names = SocketType::ALL.map(SocketType::name).join(", ");
    SocketType::parse(text).ok_or_else(|| format!("no socket type; there are {names}"))
}

impl Options {
    /// What to run.
    ///
    /// # Errors
    /// A pattern that matches no case.
    pub(super) fn selection(
        &self,
        kind: Option<SocketType>,
        role: Option<Role>,
        released: bool,
    ) -> Result<Selection, Failure> {
        let level = match self.level {
            LevelChoice::Quick => Depth::Quick,
            LevelChoice::Full => Depth::Full,
            LevelChoice::Exhaustive => Depth::Exhaustive,
        };
        let all = [Split::Whole, Split::Bytes, Split::Random(8), Split::Coalesced];
        let splits = match (self.split.is_empty(), level) {
            (false, _) => self.split.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            (true, Depth::Exhaustive) => all.to_vec(),
            (true, Depth::Quick | Depth::Full) => vec![Split::Whole],
        };
        Ok(Selection { cases: self.select(released)?, level, kind, role, splits })
    }

    /// How to run it.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            jobs: self.jobs,
            deadline: Duration::from_secs_f64(self.deadline),
            seed: self.seed,
            profile: self.profile,
            max_time: self.max_time.map(Duration::from_secs_f64),
            repeat: self.repeat,
            until_fail: self.until_fail,
        }
    }

    /// What is known of the peer: a file, or what is built in for a known peer.
    ///
    /// # Errors
    /// An unreadable or wrong file.
    pub(super) fn expectations(&self, peer: Option<&str>) -> Result<Expectations, Failure> {
        let (name, text) = match (&self.expect, peer.map(peers::entry)) {
            (None, Some(Ok(entry))) => {
                let (name, text) = entry.expectations().map_err(failed)?;
                (name.to_owned(), text.to_owned())
            }
            (None, _) => return Ok(Expectations::default()),
            (Some(path), _) => {
                let read = std::fs::read_to_string(path);
                let name = path.display().to_string();
                let failed = |error| Failure::usage(format!("cannot read {name}: {error}"));
                (name.clone(), read.map_err(failed)?)
            }
        };
        Expectations::parse(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))
    }

    /// How strict.
    pub(super) fn profile(&self) -> Profile {
        self.profile
    }

    /// The flags that a replay of this case needs again, besides its axes.
    pub(super) fn kept(&self, case: &Case) -> Vec<String> {
        let mut kept = Vec::new();
        let mut keep = |words: &[&str]| kept.extend(words.iter().map(|word| (*word).to_owned()));
        if case.depth == Depth::Exhaustive {
            keep(&["--level", "exhaustive"]);
        }
        match self.profile {
            Profile::Default => {}
            Profile::Strict => keep(&["--profile", "strict"]),
            Profile::Interop => keep(&["--profile", "interop"]),
        }
        if self.deadline.to_bits() != DEADLINE.to_bits() {
            keep(&["--deadline", &self.deadline.to_string()]);
        }
        if self.sensitive {
            keep(&["--sensitive"]);
        }
        if let Some(path) = &self.expect {
            keep(&["--expect", &path.to_string_lossy()]);
        }
        kept
    }

    /// What a report tells of these flags.
    pub(super) fn asked(&self) -> Asked {
        let level = match self.level {
            LevelChoice::Quick => "quick",
            LevelChoice::Full => "full",
            LevelChoice::Exhaustive => "exhaustive",
        };
        Asked { seed: self.seed, profile: self.profile, level }
    }

    /// The last level whose bad results count; `None` for none.
    pub(super) fn fail_on(&self) -> Option<Level> {
        match self.fail_on {
            FailOn::Must => Some(Level::Must),
            FailOn::Should => Some(Level::Should),
            FailOn::Never => None,
        }
    }

    /// The cases that `--run` and `--skip` leave; a pattern that matches nothing is an error.
    fn select(&self, released: bool) -> Result<Vec<&'static Case>, Failure> {
        let all = cases::all();
        let (run, skip) = (patterns(&self.run)?, patterns(&self.skip)?);
        for pattern in run.iter().chain(&skip) {
            if !all.iter().any(|case| matches(pattern, case.id)) {
                let why = format!("'{pattern}' matches no case: zeroproof list shows them");
                return Err(Failure::usage(why));
            }
        }
        let any = |patterns: &[String], id| patterns.iter().any(|pattern| matches(pattern, id));
        let chosen = all.into_iter().filter(|case| {
            (run.is_empty() || any(&run, case.id))
                && !any(&skip, case.id)
                && (self.spec.is_empty() || self.spec.iter().any(|spec| spec.has(case)))
                && self.mech.is_none_or(|mech| mech.mechanism() == case.mechanism())
                && (!case.discreet || !released || self.sensitive)
        });
        Ok(chosen.collect())
    }
}
