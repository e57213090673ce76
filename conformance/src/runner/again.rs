//! A bad verdict must come again, alone on a socket of its own; else it is FLAKY, which fails. A
//! hang costs the deadline each time, so it is repeated once, another failure three times.

use std::rc::Rc;

use crate::runner::attempt::{Attempt, Job, attempt};
use crate::runner::{Instance, Record};
use crate::target::Target;
use crate::verdict::{Finding, Verdict};

/// How often a bad one is run again.
pub(super) fn times(first: Verdict) -> usize {
    if first == Verdict::Hang { 1 } else { 3 }
}

/// Repeats a crash, the SUT started anew whenever it is dead. A crash takes down every case in
/// flight, so this one may be innocent.
pub(super) async fn after_crash(
    target: Rc<dyn Target>,
    job: Job,
    instance: Instance,
    first: Attempt,
) -> Record {
    let mut attempts: Vec<Attempt> = Vec::new();
    for _ in 0..3 {
        let dead = match attempts.last() {
            Some(last) => last.verdict == Verdict::Crash,
            None => target.death().is_some(),
        };
        if dead && target.restart().await.is_err() {
            break;
        }
        attempts.push(attempt(job.clone(), instance).await);
    }
    judge(instance, first, attempts)
}

/// A crash that comes back with no case alone still happened: then all that were in flight share
/// the blame as FLAKY, so that the run does not pass.
pub(super) fn share_blame(records: &mut [Record], death: Option<&Finding>) {
    if records.iter().any(|record| record.verdict == Verdict::Crash) {
        return;
    }
    for record in records {
        record.verdict = Verdict::Flaky;
        let how = death.map(|finding| finding.got.as_str()).unwrap_or_default();
        let got = format!("it died while this case and others ran, not alone: {how}");
        record.finding = Some(Finding::new("died-in-company", "the SUT lives", got));
    }
}

/// The verdict of the first attempt and of those alone together.
pub(super) fn judge(instance: Instance, first: Attempt, attempts: Vec<Attempt>) -> Record {
    let alone: Vec<Verdict> = attempts.iter().map(|attempt| attempt.verdict).collect();
    let innocent =
        first.verdict == Verdict::Crash && !alone.is_empty() && !alone.contains(&Verdict::Crash);
    let all = [&[first.verdict], &alone[..]].concat();
    let judged = if innocent { &alone } else { &all };
    let same = judged.windows(2).all(|pair| pair.first() == pair.last());
    let chosen = match attempts.into_iter().last() {
        Some(last) if innocent || (same && last.finding == first.finding) => last,
        _ => first,
    };
    let mut record = chosen.into_record(instance);
    if !same {
        record.verdict = Verdict::Flaky;
    }
    record.attempts = all;
    record
}
