//! The loss report: a verdict, what is lost and where, and then the table.

use super::advice;
use crate::analysis::Row;
use crate::bites::{Bites, add, is_vacuous};
use crate::schedule::Schedule;
use crate::verdict::Outcome;
use core::fmt::Write;

/// The report of all seeds of a scenario. The schedule is that of the worst one, which is the first
/// of the outcomes.
#[must_use]
pub fn loss_report(schedule: &Schedule, outcomes: &[&Outcome]) -> String {
    let Some(worst) = outcomes.first() else { return "no seed was run\n".to_owned() };
    let mut text = String::new();
    let mut line = |parts: core::fmt::Arguments<'_>| {
        let written = text.write_fmt(parts);
        debug_assert!(written.is_ok(), "a string takes everything");
        text.push('\n');
    };
    let mut sums = Bites::new();
    outcomes.iter().for_each(|outcome| add(&mut sums, &outcome.bites));
    let bad = outcomes.iter().filter(|outcome| !outcome.is_good()).count();
    let vacuous = if is_vacuous(&sums) { "  VACUOUS: no fault had any effect" } else { "" };
    let verdict = if bad == 0 { "ok" } else { "FAILS" };
    line(format_args!("VERDICT  {verdict}: {}{vacuous}", verdict_words(outcomes, bad)));
    line(format_args!("LOST     {}", lost_words(outcomes)));
    line(format_args!("WHERE    {}", where_words(worst)));
    for what in worst.missed.iter().take(5) {
        line(format_args!("EXPECT   {what}"));
    }
    for breach in worst.breaches.iter().take(5) {
        line(format_args!("BREACH   {}: {}", breach.oracle, breach.what));
    }
    line(format_args!(""));
    let width =
        worst.table.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(4).max(4);
    line(format_args!(
        "{:width$}  {:>7} {:>9} {:>6} {:>4} {:>7} {:>11}  recovered",
        "flow", "sent", "delivered", "lost", "dup", "reorder", "longest gap"
    ));
    for row in &worst.table.rows {
        line(format_args!("{}", row_words(row, width)));
    }
    line(format_args!(""));
    if let Some((node, peak)) = largest(schedule, &worst.table.peak_queued) {
        line(format_args!("memory   at most {peak} octets of messages in the queues of {node}"));
    }
    for (flow, blocked) in
        schedule.flow.iter().zip(&worst.table.blocked).filter(|(_, span)| span.0 > 0)
    {
        line(format_args!("waited   {} for room: {:.2} s in all", flow.name, blocked.as_secs()));
    }
    for (kind, bite) in &sums {
        line(format_args!("fault    {kind}: {} done, {} had an effect", bite.done, bite.bit));
    }
    for advice in advice(schedule, &worst.table) {
        line(format_args!("try      {advice}"));
    }
    line(format_args!("trace    seed {}, hash {:016x}", worst.seed, worst.hash));
    text
}

fn verdict_words(outcomes: &[&Outcome], bad: usize) -> String {
    let seeds = outcomes.len();
    let kind = if seeds == 1 { "seed" } else { "seeds" };
    if bad == 0 {
        format!("no oracle is broken and every expectation holds ({seeds} {kind})")
    } else {
        format!("{bad} of {seeds} {kind} break an oracle or an expectation")
    }
}

fn lost_words(outcomes: &[&Outcome]) -> String {
    let Some(worst) = outcomes.first() else { return String::new() };
    let (lost, sent) = (worst.table.lost(), worst.table.sent());
    let own = if lost == 0 {
        format!("nothing of {sent} messages")
    } else {
        format!("{lost} of {sent} messages ({:.2} %)", worst.table.lost_percent())
    };
    let copies = match worst.table.copies() {
        0 => String::new(),
        copies => format!(", {copies} came twice"),
    };
    let stuck = match worst.table.stuck {
        0 => String::new(),
        1 => ", 1 requester waits for ever".to_owned(),
        stuck => format!(", {stuck} requesters wait for ever"),
    };
    let mut all: Vec<u64> = outcomes.iter().map(|outcome| outcome.table.lost()).collect();
    all.sort_unstable();
    let median = all.get(all.len() / 2).copied().unwrap_or(0);
    let of = if outcomes.len() > 1 {
        format!("; the worst of {} seeds, {median} in the median", outcomes.len())
    } else {
        String::new()
    };
    format!("{own}{copies}{stuck}{of}")
}

fn where_words(worst: &Outcome) -> String {
    let losses = worst.table.losses();
    let words: Vec<String> = losses.iter().map(|(fate, count)| format!("{count} {fate}")).collect();
    if words.is_empty() { "nowhere".to_owned() } else { words.join("; ") }
}

fn row_words(row: &Row, width: usize) -> String {
    let recovered =
        row.recovered.map_or("-".to_owned(), |span| format!("+{:.2} s", span.as_secs()));
    format!(
        "{:width$}  {:>7} {:>9} {:>6} {:>4} {:>7} {:>9.2} s  {recovered}",
        row.name,
        row.sent,
        row.delivered,
        row.lost(),
        row.copies,
        row.reordered,
        row.longest_gap.as_secs(),
    )
}

fn largest<'a>(schedule: &'a Schedule, peaks: &[u64]) -> Option<(&'a str, u64)> {
    schedule.nodes().into_iter().zip(peaks.iter().copied()).max_by_key(|(_, peak)| *peak)
}

/// One line for a run: its seed, what was lost, and what is wrong.
#[must_use]
pub fn outcome_lines(outcome: &Outcome) -> String {
    let breaches =
        outcome.breaches.iter().map(|breach| format!("{}: {}", breach.oracle, breach.what));
    let all: Vec<String> = breaches.chain(outcome.missed.iter().cloned()).take(3).collect();
    let rest = if all.is_empty() { "ok".to_owned() } else { all.join("; ") };
    format!(
        "seed {}: lost {} of {}: {rest}",
        outcome.seed,
        outcome.table.lost(),
        outcome.table.sent()
    )
}
