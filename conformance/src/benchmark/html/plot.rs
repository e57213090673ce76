//! One picture a group of cells, as SVG: lines over the size of messages or the number of peers,
//! where the cells of a group differ in that; else a row for each peer.

use std::fmt::Write;

use super::axis::Axis;
use crate::benchmark::human::short;
use crate::benchmark::report::{CellReport, Figures, Report, Spread};
use crate::report::html::cover::escape;

/// Of lines: the whole, and where they are drawn.
const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 330.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 500.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 285.0;
/// Of rows: where the first one is, and how far it is to the next.
const ROW: f64 = 26.0;
const ROWS_LEFT: f64 = 110.0;
/// Behind it the figures are written.
const ROWS_RIGHT: f64 = 455.0;

/// Every group of the report that has figures.
pub(super) fn all(report: &Report) -> String {
    let mut text = String::new();
    for cells in report.cells.chunk_by(|one, other| one.group == other.group) {
        let sizes = cells.iter().any(|cell| cells.iter().any(|other| other.size != cell.size));
        let many = cells.iter().any(|cell| cells.iter().any(|other| other.many != cell.many));
        let lines = !cells.iter().any(|cell| cell.less_is_more);
        let drawn = match () {
            () if sizes && lines => curves(report, cells, &Over::Size),
            () if many && lines => curves(report, cells, &Over::Many),
            () => cells.iter().filter_map(|cell| rows(report, cell)).collect(),
        };
        text.push_str(&drawn);
    }
    text
}

/// What the cells of a group differ in.
#[derive(Debug, PartialEq, Eq)]
enum Over {
    Size,
    Many,
}

impl Over {
    fn x(&self, cell: &CellReport) -> f64 {
        if *self == Self::Size { cell.size as f64 } else { cell.many as f64 }
    }

    /// What is drawn of a figure: octets a second, where messages have many sizes.
    fn y(&self, cell: &CellReport, figure: f64) -> f64 {
        if *self == Self::Size { figure * cell.size as f64 } else { figure }
    }

    fn name(&self, x: f64) -> String {
        match x {
            x if *self == Self::Many => format!("{x:.0}"),
            x if x >= 1_048_576.0 => format!("{:.0} MiB", x / 1_048_576.0),
            x if x >= 1024.0 => format!("{:.0} KiB", x / 1024.0),
            x => format!("{x:.0} B"),
        }
    }
}

fn figures(cell: &CellReport, peer: usize) -> Option<&Figures> {
    cell.peers.get(peer)?.figures.as_ref()
}

fn curves(report: &Report, cells: &[CellReport], over: &Over) -> String {
    let values = cells.iter().flat_map(|cell| {
        let peers = cell.peers.iter().filter_map(|peer| Some(peer.figures.as_ref()?.spread));
        let all = peers.chain(cell.floor).flat_map(|spread| [spread.min, spread.max]);
        all.map(|figure| over.y(cell, figure))
    });
    let Some(y) = Axis::over(values, BOTTOM, TOP) else { return String::new() };
    let ends = cells.iter().map(|cell| over.x(cell));
    let (least, most) =
        ends.fold((f64::MAX, 0.0_f64), |(least, most), x| (least.min(x), most.max(x)));
    let x = Axis::exact(least, most.max(least * 2.0), LEFT + 14.0, RIGHT - 8.0);
    let what = if *over == Over::Size { "octets/s" } else { "messages/s" };
    let mut text = opened(cells, what, HEIGHT);
    grid(&mut text, (&x, &y), cells, over);
    let mut names = Vec::new();
    let floor =
        |cell: &CellReport| Some((x.at(over.x(cell)), y.at(over.y(cell, cell.floor?.median))));
    let points: Vec<_> = cells.iter().filter_map(floor).collect();
    if let Some(last) = points.last() {
        let _ = write!(text, "<path class=\"floor\" d=\"{}\"/>", path(&points));
        names.push((last.1, "floor-name".to_owned(), "floor".to_owned()));
    }
    // The first peer is drawn last, above the others.
    for (at, who) in report.peers.iter().enumerate().rev() {
        let mut points = Vec::new();
        let _ = write!(text, "<g class=\"c{at}\">");
        for (cell, figures) in cells.iter().filter_map(|cell| Some((cell, figures(cell, at)?))) {
            let point = |figure| (x.at(over.x(cell)), y.at(over.y(cell, figure)));
            let Spread { min, median, max } = figures.spread;
            let ((px, py), (_, low), (_, high)) = (point(median), point(min), point(max));
            let _ = write!(
                text,
                "<path class=\"reach\" d=\"M{px:.1} {low:.1}V{high:.1}\"/><circle class=\"dot\" \
                 cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"3.5\"><title>{}, {}: {} {} ({} to {})</title>\
                 </circle>",
                escape(&who.name),
                escape(&cell.name),
                short(median),
                escape(&cell.unit),
                short(min),
                short(max)
            );
            points.push((px, py));
        }
        let _ = write!(text, "<path class=\"line\" d=\"{}\"/></g>", path(&points));
        if let Some((_, py)) = points.last() {
            names.push((*py, format!("named c{at}"), escape(&who.name)));
        }
    }
    named(&mut text, names);
    text.push_str("</svg></div></figure>");
    text
}

/// The lines of the figures, and what is written below.
fn grid(text: &mut String, (x, y): (&Axis, &Axis), cells: &[CellReport], over: &Over) {
    for tick in y.ticks() {
        let at = y.at(tick);
        let _ = write!(
            text,
            "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{RIGHT}\"/><text class=\"axis end\" \
             x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LEFT - 8.0,
            at + 4.0,
            round(tick)
        );
    }
    for cell in cells {
        let _ = write!(
            text,
            "<text class=\"axis mid\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x.at(over.x(cell)),
            BOTTOM + 20.0,
            over.name(over.x(cell))
        );
    }
    let below = if *over == Over::Size { "size of a message" } else { "subscribers" };
    let (middle, low) = (f64::midpoint(LEFT, RIGHT), BOTTOM + 40.0);
    let _ = write!(text, "<text class=\"axis mid\" x=\"{middle}\" y=\"{low}\">{below}</text>");
}

/// Names beside the ends of lines, none over another.
fn named(text: &mut String, mut names: Vec<(f64, String, String)>) {
    const APART: f64 = 15.0;
    names.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut last = TOP - APART;
    let room = names.len() as f64 * APART;
    for (left, (y, class, name)) in names.into_iter().enumerate() {
        let latest = BOTTOM + 4.0 - (room - (left as f64 + 1.0) * APART);
        last = y.max(last + APART).min(latest.max(last + APART));
        let (x, y) = (RIGHT + 10.0, last + 4.0);
        let _ = write!(text, "<text class=\"{class}\" x=\"{x}\" y=\"{y:.1}\">{name}</text>");
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let step = |(at, (x, y)): (usize, &(f64, f64))| {
        format!("{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" })
    };
    points.iter().enumerate().map(step).collect()
}

fn opened(cells: &[CellReport], unit: &str, height: f64) -> String {
    let first = cells.first();
    let group = first.map_or_else(String::new, |cell| escape(&cell.group));
    let better = if first.is_some_and(|cell| cell.less_is_more) { "less" } else { "more" };
    let unit = escape(unit);
    format!(
        "<figure><figcaption>{group} <small>{unit}, {better} is better</small></figcaption>\
         <div class=\"frame\"><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
         aria-label=\"{group}, {unit}; the figures are in the table above\">"
    )
}

/// One cell, a row a peer.
fn rows(report: &Report, cell: &CellReport) -> Option<String> {
    let all = cell.peers.iter().filter_map(|peer| peer.figures.as_ref());
    let reach = |figures: &Figures| {
        let tail = figures.p999_us.map_or(figures.spread.max, |tail| tail.median);
        [figures.spread.min, figures.spread.max, tail]
    };
    let values = all.flat_map(reach).chain(cell.floor.map(|floor| floor.median));
    let x = Axis::over(values, ROWS_LEFT + 10.0, ROWS_RIGHT)?;
    let shown: Vec<_> = report
        .peers
        .iter()
        .enumerate()
        .filter_map(|(at, who)| figures(cell, at).map(|figures| (at, who, figures)))
        .collect();
    let bottom = TOP + 8.0 + shown.len() as f64 * ROW;
    let mut text = opened(std::slice::from_ref(cell), &cell.unit, bottom + 30.0);
    text = text.replacen(" <small>", &format!(": {} <small>", escape(&cell.name)), 1);
    for tick in x.ticks() {
        let at = x.at(tick);
        let _ = write!(
            text,
            "<path class=\"grid\" d=\"M{at:.1} {TOP}V{bottom}\"/><text class=\"axis mid\" \
             x=\"{at:.1}\" y=\"{:.1}\">{}</text>",
            bottom + 18.0,
            round(tick)
        );
    }
    if let Some(floor) = cell.floor {
        let at = x.at(floor.median);
        let _ = write!(
            text,
            "<path class=\"floor\" d=\"M{at:.1} {TOP}V{bottom}\"><title>floor: {}</title></path>",
            short(floor.median)
        );
    }
    for (row, (at, who, figures)) in shown.into_iter().enumerate() {
        let y = TOP + 8.0 + (row as f64 + 0.5) * ROW;
        let Spread { min, median, max } = figures.spread;
        let (from, middle, to) = (x.at(min), x.at(median), x.at(max));
        let _ = write!(
            text,
            "<g class=\"c{at}\"><text class=\"named end\" x=\"{ROWS_LEFT}\" y=\"{:.1}\">{}</text>\
             <path class=\"reach\" d=\"M{from:.1} {y:.1}H{to:.1}\"/>",
            y + 4.0,
            escape(&who.name)
        );
        let (last, tail) = tails(&mut text, figures, &x, (to, y));
        let _ = write!(
            text,
            "<circle class=\"dot\" cx=\"{middle:.1}\" cy=\"{y:.1}\" r=\"4.5\"/><text x=\"{:.1}\" \
             y=\"{:.1}\">{}{}</text></g>",
            last.max(middle) + 10.0,
            y + 4.0,
            short(median),
            tail
        );
    }
    text.push_str("</svg></div></figure>");
    Some(text)
}

/// The slowest of round trips, from the end of a bar on: where they end, and their words.
fn tails(text: &mut String, figures: &Figures, x: &Axis, (from, y): (f64, f64)) -> (f64, String) {
    let mut last = from;
    for (tail, half) in [(figures.p99_us, 7.0), (figures.p999_us, 4.0)] {
        let Some(tail) = tail else { continue };
        let end = x.at(tail.median);
        let _ = write!(
            text,
            "<path class=\"thin\" d=\"M{last:.1} {y:.1}H{end:.1}\"/>\
             <path class=\"tail\" d=\"M{end:.1} {:.1}V{:.1}\"/>",
            y - half,
            y + half
        );
        last = end;
    }
    let tail = figures
        .p99_us
        .zip(figures.p999_us)
        .map(|(p99, p999)| format!(" · {} · {}", short(p99.median), short(p999.median)));
    (last, tail.unwrap_or_default())
}

/// A round number, short: `20M`.
fn round(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{:.0}G", value / 1e9),
        value if value >= 1e6 => format!("{:.0}M", value / 1e6),
        value if value >= 1e3 => format!("{:.0}k", value / 1e3),
        value => format!("{value}"),
    }
}
