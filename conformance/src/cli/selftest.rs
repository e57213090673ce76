//! `zeroproof selftest`: known bugs are put back into the engine, and the suite must notice.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::env;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use futures_util::future::join_all;

use super::Failure;
use super::glob;
use super::outputs::{bug, can_write, save};
use super::say::aside;
use crate::mutants::{self, Bench, Judged, Mutant, Noticed};
use crate::report::html::{Killed, Kills};
use crate::report::json::Report;

/// Put known bugs into a copy of the engine, one at a time: does the suite notice each?
#[derive(Debug, Args)]
pub(super) struct Selftest {
    /// Only this mutant of `conformance/mutants/mutants.toml` (repeatable)
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// Only so many; which ones goes round with --seed
    #[arg(long, value_name = "N", conflicts_with = "only")]
    sample: Option<NonZeroUsize>,
    /// Which sample
    #[arg(long, default_value_t = 0, requires = "sample")]
    seed: usize,
    /// Mutants at once; each job makes a build of its own first, which takes minutes
    #[arg(long, value_name = "N", default_value = "1")]
    jobs: NonZeroUsize,
    /// Write the kill matrix as JSON, which `report --html --kills` shows
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// What is expected to notice it fails.
    Killed,
    /// What is expected to notice it says so without failing, since the specification leaves room.
    Remarked,
    /// Only something else notices.
    Missed,
    /// Nothing notices.
    Alive,
}

impl Selftest {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let here = env::current_dir().unwrap_or_default();
        let root = mutants::checkout(&here).ok_or_else(|| {
            Failure::usage("this is no checkout of Zeroproof, which has the engine: run it in one")
        })?;
        let all = mutants::load(&root).map_err(Failure::usage)?;
        let chosen = self.chosen(all)?;
        if let Some(path) = &self.json {
            // Before the work, not after it.
            can_write(path)?;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::unreachable(error.to_string()))?;
        let began = Instant::now();
        let benches: Vec<Bench> =
            (0..self.jobs.get().min(chosen.len())).map(|n| Bench::new(&root, n)).collect();
        let results = runtime.block_on(judge(&benches, &chosen))?;
        let count =
            |fate| results.iter().filter(|(_, judged, m)| of(m, &judged.noticed) == fate).count();
        let [killed, remarked, missed, alive] =
            [Fate::Killed, Fate::Remarked, Fate::Missed, Fate::Alive].map(count);
        say!(
            "{} mutants: {killed} killed, {remarked} remarked, {missed} missed, {alive} alive   \
             {:.0} s",
            results.len(),
            began.elapsed().as_secs_f64()
        );
        if let Some(path) = &self.json {
            let mut rows = results;
            rows.sort_by_key(|(at, _, _)| *at);
            let rows = rows.into_iter().map(|(_, judged, mutant)| Killed {
                id: mutant.id.clone(),
                title: mutant.title.clone(),
                killed_by: judged.noticed.into_keys().collect(),
            });
            let text = serde_json::to_string_pretty(&Kills::new(rows.collect()));
            let text = text.map_err(|error| bug(error.to_string()))?;
            save(Some(path), || text + "\n")?;
        }
        Ok(u8::from(missed + alive > 0))
    }

    fn chosen(&self, all: Vec<Mutant>) -> Result<Vec<Mutant>, Failure> {
        for id in &self.only {
            if !all.iter().any(|mutant| mutant.id == *id) {
                let known: Vec<&str> = all.iter().map(|mutant| mutant.id.as_str()).collect();
                let known = known.join(", ");
                return Err(Failure::usage(format!("no mutant is called {id}: {known}")));
            }
        }
        Ok(match self.sample {
            Some(count) => sample(all, count.get(), self.seed),
            None if self.only.is_empty() => all,
            None => all.into_iter().filter(|mutant| self.only.contains(&mutant.id)).collect(),
        })
    }
}

/// The `seed`th so many, going round: as many runs as it takes meet each.
fn sample(all: Vec<Mutant>, count: usize, seed: usize) -> Vec<Mutant> {
    let (many, count) = (all.len().max(1), count.min(all.len()));
    let first = (seed % many).saturating_mul(count) % many;
    let is_in = |at: usize| (at + many - first) % many < count;
    all.into_iter().enumerate().filter(|(at, _)| is_in(*at)).map(|(_, mutant)| mutant).collect()
}

type Row<'a> = (usize, Judged, &'a Mutant);

/// Judges all of them, as many at once as there are benches, and tells each as it is done.
async fn judge<'a>(benches: &[Bench], chosen: &'a [Mutant]) -> Result<Vec<Row<'a>>, Failure> {
    let Some(first) = benches.first() else { return Ok(Vec::new()) };
    aside("building the engine without a mutant; the first build takes minutes");
    let clean = first.clean().await.map_err(Failure::unreachable)?;
    let waiting: RefCell<VecDeque<_>> = RefCell::new(chosen.iter().enumerate().collect());
    let rows = join_all(benches.iter().map(|bench| work(bench, &clean, &waiting))).await;
    let mut all = Vec::new();
    for rows in rows {
        all.extend(rows?);
    }
    Ok(all)
}

async fn work<'a>(
    bench: &Bench,
    clean: &Report,
    waiting: &RefCell<VecDeque<(usize, &'a Mutant)>>,
) -> Result<Vec<Row<'a>>, Failure> {
    let mut rows = Vec::new();
    loop {
        let next = waiting.borrow_mut().pop_front();
        let Some((at, mutant)) = next else { return Ok(rows) };
        let judged = bench.judge(mutant, clean).await;
        let judged = judged.map_err(|why| Failure::unreachable(format!("{}: {why}", mutant.id)))?;
        tell(mutant, &judged);
        rows.push((at, judged, mutant));
    }
}

/// Whether this is what one would expect to notice a mutant.
fn is_expected(mutant: &Mutant, by: &str) -> bool {
    mutant.test.is_some()
        || mutant.oracle.as_deref() == Some(by)
        || mutant.killed_by.iter().any(|pattern| glob::matches(pattern, by))
}

/// Whether a case notices it, if one is expected to, and an oracle, if one is.
fn has_all(mutant: &Mutant, noticed: &Noticed) -> bool {
    let oracle = mutant.oracle.as_ref().is_none_or(|oracle| noticed.contains_key(oracle));
    let is_case = |by: &String| mutant.oracle.as_ref() != Some(by) && is_expected(mutant, by);
    oracle && noticed.keys().any(is_case)
}

fn of(mutant: &Mutant, noticed: &Noticed) -> Fate {
    let expected = || noticed.iter().filter(|(by, _)| is_expected(mutant, by));
    if !noticed.is_empty() && !has_all(mutant, noticed) {
        Fate::Missed
    } else if expected().any(|(_, verdict)| verdict.is_bad()) {
        Fate::Killed
    } else if expected().next().is_some() {
        Fate::Remarked
    } else if noticed.is_empty() {
        Fate::Alive
    } else {
        Fate::Missed
    }
}

fn tell(mutant: &Mutant, judged: &Judged) {
    let noticed = &judged.noticed;
    let (fate, what) = match of(mutant, noticed) {
        Fate::Killed => ("killed", "by"),
        Fate::Remarked => ("remarked", "by"),
        Fate::Missed => ("MISSED", "only by"),
        Fate::Alive => ("ALIVE", "by nothing"),
    };
    let (mut names, others): (Vec<&str>, Vec<&str>) =
        noticed.keys().map(String::as_str).partition(|by| is_expected(mutant, by));
    names.extend(others);
    let more = match names.len() {
        0..=2 => String::new(),
        many => format!(" and {} more", many - 2),
    };
    names.truncate(2);
    say!("{} {fate:<8} {}", mutant.id, mutant.title);
    let line = format!("{what} {}{more}", names.join(", "));
    say!("             {}", line.trim_end());
    for (oracle, broken) in judged.hunt.iter().flat_map(|hunt| &hunt.oracles) {
        let runs = judged.hunt.as_ref().map_or(0, |hunt| hunt.runs);
        let median = median(*broken, runs);
        say!("             {oracle} in {broken} of {runs} seeds; half of all hunts need {median}");
    }
}

/// Seeds after which half of all hunts have found what so many of them show.
fn median(broken: u64, runs: u64) -> u64 {
    let misses = 1.0 - broken as f64 / runs.max(1) as f64;
    if misses <= 0.5 { 1 } else { (0.5_f64.ln() / misses.ln()).ceil() as u64 }
}

#[cfg(test)]
mod tests {
    use super::{Fate, median, of, sample};
    use crate::mutants::{Mutant, Noticed};
    use crate::verdict::Verdict::{Fail, Lenient};

    fn mutant(id: &str) -> Mutant {
        let toml = format!("id = '{id}'\ntitle = ''\nkilled_by = ['37/a/*', '28/b/c']");
        toml::from_str(&toml).unwrap()
    }

    #[test]
    fn a_mutant_is_killed_by_what_one_expects_or_not_at_all() {
        let noticed = |by: &[(&str, _)]| -> Noticed {
            by.iter().map(|&(by, verdict)| (by.to_owned(), verdict)).collect()
        };
        let mutant = mutant("M01");
        assert_eq!(of(&mutant, &noticed(&[("37/a/x", Fail)])), Fate::Killed);
        assert_eq!(of(&mutant, &noticed(&[("37/a/x", Lenient), ("28/b/c", Fail)])), Fate::Killed);
        assert_eq!(of(&mutant, &noticed(&[("37/a/x", Lenient), ("1/x", Fail)])), Fate::Remarked);
        assert_eq!(of(&mutant, &noticed(&[("37/b/x", Fail)])), Fate::Missed);
        assert_eq!(of(&mutant, &noticed(&[])), Fate::Alive);
    }

    #[test]
    fn where_an_oracle_is_expected_a_case_alone_is_not_enough() {
        let noticed =
            |by: &[&str]| -> Noticed { by.iter().map(|by| ((*by).to_owned(), Fail)).collect() };
        let mutant = Mutant { oracle: Some("O5-liveness".to_owned()), ..mutant("M01") };
        assert_eq!(of(&mutant, &noticed(&["37/a/x", "O5-liveness"])), Fate::Killed);
        assert_eq!(of(&mutant, &noticed(&["37/a/x"])), Fate::Missed);
        assert_eq!(of(&mutant, &noticed(&["37/a/x", "O1-order"])), Fate::Missed);
        assert_eq!(of(&mutant, &noticed(&["O5-liveness"])), Fate::Missed);
        assert_eq!(of(&mutant, &noticed(&[])), Fate::Alive);
    }

    #[test]
    fn half_of_all_hunts_need_the_median() {
        assert_eq!([median(1000, 1000), median(500, 1000), median(1, 1000)], [1, 1, 693]);
        assert_eq!(median(344, 1000), 2);
    }

    #[test]
    fn samples_go_round_all() {
        let ids = |mutants: Vec<Mutant>| mutants.into_iter().map(|m| m.id).collect::<Vec<_>>();
        let all: Vec<Mutant> = ["1", "2", "3", "4", "5"].map(mutant).into();
        let mut met: Vec<String> = (0..5).flat_map(|n| ids(sample(all.clone(), 3, n))).collect();
        assert_eq!(met.len(), 15);
        met.sort();
        met.dedup();
        assert_eq!(met.len(), 5);
        assert_eq!(ids(sample(all.clone(), 2, 2)), ["1", "5"]);
        assert_eq!(ids(sample(all, 9, usize::MAX)).len(), 5);
    }
}
