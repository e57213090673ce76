//! The part of the page that is there without a script: who was judged, and what it came to.

use std::fmt::Write;

use crate::report::json::Report;
use crate::report::score::Score;
use crate::verdict::{Level, Verdict};

/// The sign of a verdict: a shape, since colour alone tells some readers nothing.
pub(super) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Info => "i",
        Verdict::Lenient => "~",
        Verdict::Fail => "✗",
        Verdict::Hang => "∞",
        Verdict::Crash => "!",
        Verdict::Flaky => "?",
        Verdict::NotApplicable => "–",
        Verdict::Blocked => "⊘",
        Verdict::NotRun => "·",
    }
}

/// The table of peers.
pub(super) fn html(reports: &[Report]) -> String {
    let mut rows = String::new();
    for report in reports {
        row(&mut rows, report);
    }
    format!(
        "<div class=\"scroll\"><table class=\"peers\"><caption>{}</caption><thead><tr>\
         <th scope=\"col\">Peer</th><th scope=\"col\">Outcome</th>\
         <th scope=\"col\" title=\"promises kept, of those judged\">MUST</th>\
         <th scope=\"col\" title=\"promises kept, of those judged\">SHOULD</th>\
         <th scope=\"col\">Results</th><th scope=\"col\">Judged</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>",
        match reports {
            [_] => "Who was judged".to_owned(),
            all => format!("The {} peers that were judged", all.len()),
        }
    )
}

fn row(rows: &mut String, report: &Report) {
    let new = report.unexpected().count();
    let (kind, shape) = match (new, report.known_bad(), report.complete) {
        (1.., _, _) => ("bad", sign(Verdict::Fail)),
        (0, _, false) => ("open", sign(Verdict::NotRun)),
        (0, 0, true) => ("good", sign(Verdict::Pass)),
        (0, _, true) => ("known", sign(Verdict::Lenient)),
    };
    let said = [&report.peer.language, &report.peer.via];
    let said: Vec<&str> = said.into_iter().map(String::as_str).filter(|s| !s.is_empty()).collect();
    let _ = write!(
        rows,
        "<tr><th scope=\"row\">{}<small>{}</small></th>\
         <td class=\"outcome {kind}\"><span aria-hidden=\"true\">{shape}</span> {}</td>\
         {}{}<td>{}{}</td>\
         <td><time datetime=\"{date}\">{}</time>\
         <small>zeroproof {}, {}, {}, {:.2} s</small></td></tr>",
        escape(&report.name()),
        escape(&said.join(", ")),
        escape(&report.outcome()),
        score(report.score(Level::Must)),
        score(report.score(Level::Should)),
        bar(report),
        counts(report),
        escape(&day(&report.started)),
        escape(&report.suite_version),
        escape(
            serde_json::to_value(report.profile).unwrap_or_default().as_str().unwrap_or_default()
        ),
        escape(&report.level),
        report.wall_ms / 1e3,
        date = escape(&report.started),
    );
}

fn day(started: &str) -> String {
    match started.split_once('T') {
        Some((day, time)) => format!("{day} {}", time.get(..5).unwrap_or_default()),
        None => started.to_owned(),
    }
}

fn score(score: Score) -> String {
    let whole = if score.kept == score.judged { "whole" } else { "part" };
    format!("<td class=\"score {whole}\">{score}</td>")
}

/// The verdicts as one bar; the words beside it say the same.
fn bar(report: &Report) -> String {
    let all = report.cases.len().max(1);
    let mut at = 0.0;
    let mut parts = String::new();
    for (verdict, &count) in &report.totals {
        let width = count.min(all) as f64 * 240.0 / all as f64;
        if count > 0 {
            let _ = write!(
                parts,
                "<rect class=\"v-{verdict}\" x=\"{at:.1}\" y=\"0\" width=\"{width:.1}\" \
                 height=\"10\"/>"
            );
        }
        at += width;
    }
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 240 10\" preserveAspectRatio=\"none\" \
         aria-hidden=\"true\">{parts}</svg>"
    )
}

fn counts(report: &Report) -> String {
    let came = report.totals.iter().filter(|(_, count)| **count > 0);
    let counts: Vec<String> = came
        .map(|(verdict, count)| {
            format!("<span class=\"n v-{verdict}\">{} {count} {verdict}</span>", sign(*verdict))
        })
        .collect();
    format!("<small class=\"counts\">{}</small>", counts.join(" "))
}

/// Text as HTML, in an element or in double quotes.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Nor may a name turn the direction of the text around it.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => out.push('\u{FFFD}'),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
        out
    })
}
