//! The result as tables of Markdown, which people read as they are.

use std::fmt::Write;

use super::report::{CellReport, PeerReport, Report, Spread};

/// All of it: who, where, and a table a group.
pub fn text(report: &Report) -> String {
    let mut text = head(report);
    let mut group = "";
    for cell in &report.cells {
        if cell.group != group {
            group = &cell.group;
            let _ = write!(text, "\n| {group} | floor |");
            report.peers.iter().for_each(|who| {
                let _ = write!(text, " {} |", who.name);
            });
            text.push_str("\n|---|---|");
            report.peers.iter().for_each(|_| text.push_str("---|"));
            text.push('\n');
        }
        row(&mut text, cell);
    }
    text.push_str(&foot(report));
    text
}

fn head(report: &Report) -> String {
    let mut text = String::new();
    for who in &report.peers {
        let via = who.via.as_ref().map(|via| format!("  ({via})")).unwrap_or_default();
        let _ = writeln!(text, "{}: {} {}{via}", who.name, who.implementation, who.version);
    }
    let machine = &report.machine;
    let _ = writeln!(
        text,
        "{} cores of {}, {}; load {:.1} to {:.1}; memcpy of 1 MiB {}B/s; fsync {:.0} us",
        machine.cores,
        machine.processor,
        machine.system,
        machine.load_min,
        machine.load_max,
        short(machine.memcpy_per_s),
        machine.fsync_us
    );
    if !report.optimised {
        text.push_str(
            "This program was built without --release: the reference is slower than it is\n",
        );
    }
    text
}

fn row(text: &mut String, cell: &CellReport) {
    let floor = cell.floor.map_or_else(|| "-".into(), |floor| short(floor.median));
    let _ = write!(text, "| {}, {} | {floor} |", cell.name, cell.unit);
    for peer in &cell.peers {
        let _ = write!(text, " {} |", told(peer));
    }
    text.push('\n');
}

fn told(peer: &PeerReport) -> String {
    let Some(figures) = &peer.figures else {
        return if peer.missing.is_some() { "-".into() } else { "INVALID".into() };
    };
    let Spread { min, median, max } = figures.spread;
    let ratio = figures.ratio.map(|ratio| format!("**{:.2}x** ", ratio.median)).unwrap_or_default();
    let tail = figures.p99_us.zip(figures.p999_us);
    let tail = tail
        .map(|(p99, p999)| format!(", p99 {}, p99.9 {}", short(p99.median), short(p999.median)));
    let wrong = if peer.invalid.is_empty() { "" } else { ", some INVALID" };
    let tail = tail.unwrap_or_default();
    format!("{ratio}{} ({} to {}){tail}{wrong}", short(median), short(min), short(max))
}

fn foot(report: &Report) -> String {
    let mut text = String::from("\nRatios: ");
    let base = report.peers.first().map_or("", |who| who.name.as_str());
    let _ = writeln!(
        text,
        "above 1 is better than {base} in the same rounds. Medians of {} runs (least to most). \
         Round trips\nwith both processes on one core unless their name says unpinned.",
        report.runs
    );
    for (cell, peer, why) in report.invalid() {
        let _ = writeln!(text, "INVALID  {cell} {peer}: {why}");
    }
    for cell in &report.cells {
        for peer in &cell.peers {
            if let Some(missing) = &peer.missing {
                let _ = writeln!(text, "not run  {} {}: {}", cell.name, peer.peer, missing.why);
            }
        }
    }
    text
}

/// A number of three digits: `4.12M`.
pub fn short(value: f64) -> String {
    let (scaled, unit) = match value {
        value if value >= 1e9 => (value / 1e9, "G"),
        value if value >= 1e6 => (value / 1e6, "M"),
        value if value >= 1e4 => (value / 1e3, "k"),
        value => (value, ""),
    };
    match scaled {
        scaled if scaled >= 100.0 => format!("{scaled:.0}{unit}"),
        scaled if scaled >= 10.0 => format!("{scaled:.1}{unit}"),
        scaled => format!("{scaled:.2}{unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in [
            (4_123_456.0, "4.12M"),
            (12_345.0, "12.3k"),
            (9_876.0, "9876"),
            (7.75, "7.75"),
            (0.0, "0.00"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
