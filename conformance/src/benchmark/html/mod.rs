//! The result for a browser: one page, drawn before it is opened. It has no script, asks no network
//! and shares the style of the report (`conformance/src/report/html/style.css`). What a peer says
//! is escaped.

mod axis;
mod plot;

use std::fmt::Write;

use super::human::short;
use super::report::{CellReport, PeerReport, Report};
use crate::report::html::cover::escape;
use crate::report::html::{STYLE, filled};

const PAGE: &str = include_str!("page.html");
const OWN_STYLE: &str = include_str!("bench.css");
const HOW: &str = "<p>Each implementation sends and receives in a native loop of its own adapter, \
two processes on this machine (inproc: two threads of one), with queues of 1,000 messages where it \
has an option for that. Rounds go through all implementations in turn, so that what slows the \
machine slows everybody; a ratio is the median of the ratios within the rounds. A run in \
which not every \
message came, with its size, is told as INVALID and has no figure. Round trips are between two \
processes on one core, unless they are called unpinned: then each hop may have to wake a core.</p>\
<p>Not measured: real networks, many clients at once, memory under load, and whether the rules of \
the protocol are kept: that is what <code>zeroproof check</code> is for.</p>";

/// The page.
pub fn page(report: &Report) -> String {
    let base = report.peers.first().map_or_else(String::new, |who| escape(&who.name));
    let names: Vec<String> = report.peers.iter().map(|who| escape(&who.name)).collect();
    let parts = [
        ("title", names.join(", ")),
        ("style", format!("{STYLE}{OWN_STYLE}")),
        ("cover", cover(report)),
        ("base", base),
        ("table", table(report)),
        ("wrong", wrong(report)),
        ("plots", plot::all(report)),
        ("how", HOW.to_owned()),
    ];
    filled(PAGE, |name| {
        parts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text.as_str())
    })
}

fn cover(report: &Report) -> String {
    let mut text = String::from("<ul class=\"who\">");
    for (at, who) in report.peers.iter().enumerate() {
        let via = who.via.as_ref().map(|via| format!(", {}", escape(via))).unwrap_or_default();
        let _ = write!(
            text,
            "<li class=\"c{at}\"><b>{}</b> <small>{} {}, {}{via}</small></li>",
            escape(&who.name),
            escape(&who.implementation),
            escape(&who.version),
            escape(&who.language)
        );
    }
    let machine = &report.machine;
    let _ = write!(
        text,
        "</ul><p class=\"hint\">{}; {} cores of {}, {}; load average {:.1} to {:.1}. Memory is \
         copied at {}B/s, fsync takes {:.0} µs. {} rounds{}.{}</p>",
        escape(&report.started),
        machine.cores,
        escape(&machine.processor),
        escape(&machine.system),
        machine.load_min,
        machine.load_max,
        short(machine.memcpy_per_s),
        machine.fsync_us,
        report.runs,
        if report.complete { "" } else { ", stopped early" },
        if report.optimised { "" } else { " <b>The reference was built without optimisation.</b>" }
    );
    text
}

fn table(report: &Report) -> String {
    let mut text = String::from(
        "<div class=\"scroll\"><table class=\"ratios\"><thead><tr><th scope=\"col\">Cell</th>",
    );
    for who in &report.peers {
        let _ = write!(text, "<th scope=\"col\">{}</th>", escape(&who.name));
    }
    text.push_str("<th scope=\"col\">floor</th></tr></thead><tbody>");
    let mut group = "";
    for cell in &report.cells {
        if cell.group != group {
            group = &cell.group;
            let across = report.peers.len() + 2;
            let _ = write!(
                text,
                "<tr class=\"part\"><th colspan=\"{across}\">{} <small>in {}</small></th></tr>",
                escape(group),
                escape(&cell.unit)
            );
        }
        let _ = write!(text, "<tr><th scope=\"row\">{}</th>", escape(&cell.name));
        cell.peers.iter().for_each(|peer| text.push_str(&told(cell, peer)));
        let floor = cell.floor.map_or_else(|| "–".to_owned(), |floor| short(floor.median));
        let _ = write!(text, "<td><small>{floor}</small></td></tr>");
    }
    text.push_str("</tbody></table></div>");
    text
}

fn told(cell: &CellReport, peer: &PeerReport) -> String {
    let Some(figures) = &peer.figures else {
        return match &peer.missing {
            Some(missing) => {
                format!("<td title=\"{}\"><small>–</small></td>", escape(&missing.why))
            }
            None => "<td class=\"bad\"><b>INVALID</b></td>".to_owned(),
        };
    };
    let ratio = figures.ratio.map_or(1.0, |ratio| ratio.median);
    let class = match ratio {
        ratio if ratio >= 1.1 => "better",
        ratio if ratio <= 0.9 => "worse",
        _ => "",
    };
    let mut words = format!("{} {}", figures.spread.median, cell.unit);
    if let Some(cpu) = figures.cpu_ns {
        let _ = write!(words, "; {} ns of processor time a message", short(cpu));
    }
    let tail = figures.p99_us.map(|p99| format!(", p99 {}", short(p99.median)));
    let doubt = if peer.invalid.is_empty() { "" } else { " (some INVALID)" };
    format!(
        "<td class=\"{class}\" title=\"{}\"><b>{ratio:.2}×</b><small>{}{}{doubt}</small></td>",
        escape(&words),
        short(figures.spread.median),
        tail.unwrap_or_default()
    )
}

fn wrong(report: &Report) -> String {
    let mut items = String::new();
    for (cell, peer, why) in report.invalid() {
        let (cell, peer, why) = (escape(cell), escape(peer), escape(why));
        let _ = write!(items, "<li><b>{cell}, {peer}</b>: {why}</li>");
    }
    if items.is_empty() {
        return items;
    }
    format!("<div class=\"wrong\"><b>Runs without a figure</b><ul>{items}</ul></div>")
}
