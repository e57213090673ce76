//! Where mutants are built and judged: a copy of the workspace with a build folder of its own, so
//! that neither the checkout nor what is built of it is ever a mutant.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use tokio::process::Command;
use tokio::time::timeout;
use zeroproof_sim::hunt::Hunt;

use super::{Mutant, tree};
use crate::report::json::Report;
use crate::report::read;
use crate::verdict::Verdict;

/// A mutant that makes the suite or a test run longer than this hangs it.
const HANGS: Duration = Duration::from_secs(300);
/// Topologies under faults that a mutant has to stand, where an oracle is expected to notice it.
pub const SEEDS: u64 = 1000;
/// A build from nothing on a slow machine.
const BUILDS: Duration = Duration::from_secs(3600);

/// A copy of the workspace.
#[derive(Debug)]
pub struct Bench {
    root: PathBuf,
    target: PathBuf,
    tree: PathBuf,
    build: PathBuf,
}

/// What noticed a mutant: ids of cases or names of tests, and the worst they said.
pub type Noticed = BTreeMap<String, Verdict>;

/// What the suite and the simulator say of a mutant.
#[derive(Debug, Default)]
pub struct Judged {
    /// By whom it was noticed; the ids of oracles are among them.
    pub noticed: Noticed,
    /// What the simulator has seen, if it was asked.
    pub hunt: Option<Hunt>,
}

/// The verdicts of a report, by case and axes.
type Verdicts = BTreeMap<(String, [String; 3]), Verdict>;

impl Bench {
    /// The `number`th copy of a checkout, in its build folder.
    pub fn new(root: &Path, number: usize) -> Self {
        let target = env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
        let target = target.map_or_else(|| root.join("target"), |folder| root.join(folder));
        let place = target.join(format!("selftest/{number}"));
        let (tree, build) = (place.join("tree"), place.join("build"));
        Self { root: root.to_owned(), target, tree, build }
    }

    /// What the suite says of the engine as it is, which later runs are compared with.
    ///
    /// # Errors
    /// It does not build, or does not pass.
    pub async fn clean(&self) -> Result<Report, String> {
        self.copy()?;
        let (report, said) = self.check().await?;
        let report = report.ok_or(said)?;
        let bad = report.cases.iter().find(|case| case.verdict.is_bad());
        match bad {
            None => Ok(report),
            Some(case) => Err(format!("{} fails without any mutant", case.id)),
        }
    }

    /// What notices a mutant; nothing when it lives.
    ///
    /// # Errors
    /// It does not fit the engine any more or does not build; its test fails without it.
    pub async fn judge(&self, mutant: &Mutant, clean: &Report) -> Result<Judged, String> {
        self.copy()?;
        if let Some(test) = &mutant.test
            && !self.test(test).await?.is_empty()
        {
            return Err(format!("reference/tests/{test}.rs fails without any mutant"));
        }
        for (path, text) in mutant.patch(&self.root)?.applied(&self.tree)? {
            fs::write(self.tree.join(path), text).map_err(|error| format!("{path}: {error}"))?;
        }
        if let Some(test) = &mutant.test {
            let noticed = self.test(test).await?;
            return Ok(Judged { noticed, hunt: None });
        }
        let (report, said) = self.check().await?;
        let mut noticed = match report {
            Some(report) => worse(&verdicts(clean), &verdicts(&report)),
            None => Noticed::from([(said, Verdict::Crash)]),
        };
        let hunt = if mutant.oracle.is_some() { Some(self.hunt().await?) } else { None };
        let broken = hunt.iter().flat_map(|hunt| hunt.oracles.keys());
        noticed.extend(broken.map(|oracle| (oracle.clone(), Verdict::Fail)));
        Ok(Judged { noticed, hunt })
    }

    /// What the simulator says of the engine in the program that was built last.
    async fn hunt(&self) -> Result<Hunt, String> {
        let file = self.build.join("hunt.json");
        let _ = fs::remove_file(&file);
        let mut program = Command::new(self.build.join("debug/zeroproof"));
        let seeds = format!("1..{SEEDS}");
        program.args(["sim", "hunt", "--keep", "0", "--seeds", &seeds, "--json"]).arg(&file);
        let ended = self.run(program, HANGS).await?;
        let text = fs::read_to_string(&file).map_err(|_| ended.how("the hunt"))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn copy(&self) -> Result<(), String> {
        tree::mirror(&self.root, &self.tree, &self.target)
            .map_err(|error| format!("cannot copy to {}: {error}", self.tree.display()))
    }

    /// Builds the program and judges the engine in it: the report, or how the run ended without.
    async fn check(&self) -> Result<(Option<Report>, String), String> {
        let bin = ["build", "--package", "zeroproof-conformance", "--bin", "zeroproof"];
        let built = self.cargo(&bin, BUILDS).await?;
        if built.code != Some(0) {
            return Err(format!("it does not build:\n{}", built.said));
        }
        let report = self.build.join("report.json");
        let _ = fs::remove_file(&report);
        let mut program = Command::new(self.build.join("debug/zeroproof"));
        program.args(["check", "--json"]).arg(&report);
        let ended = self.run(program, HANGS).await?;
        Ok((read::file(&report).ok(), ended.how("the run itself")))
    }

    /// Runs a file of the engine's tests: those that failed.
    async fn test(&self, name: &str) -> Result<Noticed, String> {
        let all = ["test", "--package", "zeroproof-reference", "--test", name, "--no-run"];
        let built = self.cargo(&all, BUILDS).await?;
        if built.code != Some(0) {
            return Err(format!("its tests do not build:\n{}", built.said));
        }
        let [all @ .., _no_run] = &all;
        let ended = self.cargo(all, HANGS).await?;
        let failed = ended.said.lines().filter_map(|line| {
            let name = line.strip_suffix(" --- FAILED")?;
            Some((name.to_owned(), Verdict::Fail))
        });
        let failed: Noticed = failed.collect();
        Ok(match ended.code {
            Some(0) => Noticed::new(),
            _ if failed.is_empty() => Noticed::from([(ended.how(name), Verdict::Crash)]),
            _ => failed,
        })
    }

    async fn cargo(&self, arguments: &[&str], limit: Duration) -> Result<Ended, String> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(arguments).args(["--quiet", "--locked"]);
        // Little to write and little to do again: seconds for a mutant.
        command.env("CARGO_INCREMENTAL", "1").env("CARGO_PROFILE_DEV_DEBUG", "0");
        command.env("CARGO_TARGET_DIR", &self.build);
        self.run(command, limit).await
    }

    async fn run(&self, mut command: Command, limit: Duration) -> Result<Ended, String> {
        command.current_dir(&self.tree).stdin(Stdio::null()).kill_on_drop(true);
        let program = command.as_std().get_program().to_string_lossy().into_owned();
        match timeout(limit, command.output()).await {
            Err(_) => Ok(Ended { code: None, said: String::new() }),
            Ok(Err(error)) => Err(format!("cannot run {program}: {error}")),
            Ok(Ok(output)) => {
                let said = [output.stdout, output.stderr].concat();
                let said = String::from_utf8_lossy(&said).into_owned();
                Ok(Ended { code: Some(output.status.code().unwrap_or(-1)), said })
            }
        }
    }
}

/// How a program ended; without a code when it hung, -1 when a signal killed it.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    said: String,
}

impl Ended {
    fn how(&self, what: &str) -> String {
        match self.code {
            None => format!("{what}: it hangs"),
            Some(code) => format!("{what}: exit code {code}"),
        }
    }
}

fn verdicts(report: &Report) -> Verdicts {
    let of_case = |case: &crate::report::json::CaseReport| {
        let axes = [&case.axes.r#type, &case.axes.role, &case.axes.split].map(Clone::clone);
        ((case.id.clone(), axes), case.verdict)
    };
    report.cases.iter().map(of_case).collect()
}

/// How bad a verdict is; nothing for one that judges nothing.
fn rank(verdict: Verdict) -> Option<u8> {
    match verdict {
        Verdict::Pass => Some(0),
        Verdict::Info => Some(1),
        Verdict::Lenient => Some(2),
        bad if bad.is_bad() => Some(3),
        _ => None,
    }
}

/// The cases that say worse of the second than of the first, with the worst they say.
fn worse(clean: &Verdicts, mutant: &Verdicts) -> Noticed {
    let mut noticed = Noticed::new();
    for (instance, verdict) in mutant {
        let before = clean.get(instance).copied().and_then(rank).unwrap_or(0);
        if rank(*verdict).is_some_and(|now| now > before) {
            let worst = noticed.entry(instance.0.clone()).or_insert(*verdict);
            if rank(*verdict) > rank(*worst) {
                *worst = *verdict;
            }
        }
    }
    noticed
}

#[cfg(test)]
mod tests {
    use super::{Noticed, Verdicts, worse};
    use crate::verdict::Verdict::{self, Fail, Info, Lenient, NotApplicable, Pass};

    fn of(verdicts: &[(&str, &str, Verdict)]) -> Verdicts {
        let one = |&(id, kind, verdict): &(&str, &str, Verdict)| {
            ((id.to_owned(), [kind.to_owned(), String::new(), String::new()]), verdict)
        };
        verdicts.iter().map(one).collect()
    }

    #[test]
    fn what_became_worse_is_noticed_once_a_case_with_the_worst() {
        let clean = of(&[("a", "REP", Pass), ("a", "REQ", Pass), ("b", "", Info), ("c", "", Fail)]);
        let same = worse(&clean, &clean);
        assert_eq!(same, Noticed::new());
        let mutant =
            of(&[("a", "REP", Info), ("a", "REQ", Fail), ("b", "", Lenient), ("c", "", Pass)]);
        let expected = Noticed::from([("a".to_owned(), Fail), ("b".to_owned(), Lenient)]);
        assert_eq!(worse(&clean, &mutant), expected);
        let idle = of(&[("a", "REP", NotApplicable), ("a", "REQ", Verdict::NotRun)]);
        assert_eq!(worse(&clean, &idle), Noticed::new());
    }
}
