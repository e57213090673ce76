//! A run as a picture: time to the right, a lane for each process, faults above, messages between.
//!
//! A delivered message is a line from its sender to its receiver; a lost one ends in a cross in the
//! lane where it was lost. Runs with many messages show every nth, and say so. One file without
//! scripts or fonts, for light and dark pages.

use crate::analysis::{Analysis, Fate, Life};
use crate::schedule::{Op, Schedule};
use crate::trace::{Trace, What};
use crate::units::Span;
use core::fmt::Write;

const LEFT: f64 = 150.0;
const WIDTH: f64 = 1000.0;
const LANE: f64 = 64.0;
const BAR: f64 = 15.0;
/// Lines that can still be told apart.
const LINES_MAX: usize = 600;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#222}.dim{fill:#667}\
.lane{fill:#eef1f5}\
.down{fill:#e9b4ae}.fault{fill:#f0c674}.ok{stroke:#2a7f9e;stroke-width:1;opacity:.55}\
.lost{stroke:#b3261e;stroke-width:1.6}.grid{stroke:#ccd;stroke-width:1}.page{fill:#fff}\
@media(prefers-color-scheme:dark){text{fill:#e6e6ea}.dim{fill:#9aa}.lane{fill:#262a33}\
.page{fill:#15181e}.down{fill:#6d2f2b}.fault{fill:#8a6a1f}.ok{stroke:#6fc3e0}\
.lost{stroke:#ff8a80}.grid{stroke:#333a46}}";

/// The picture of a run.
#[must_use]
pub fn svg(schedule: &Schedule, trace: &Trace, analysis: &Analysis) -> String {
    let nodes = schedule.nodes();
    let faults = faults(schedule);
    let top = 58.0 + BAR * faults.len() as f64;
    let height = top + LANE * nodes.len() as f64 + 44.0;
    let until = schedule.duration.0.max(1);
    let mut drawing = Drawing { text: String::new(), top, until, schedule };
    let full = LEFT + WIDTH + 20.0;
    drawing.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full} {height}\" role=\"img\">\
         <title>{}</title><style>{STYLE}</style>\
         <rect class=\"page\" width=\"{full}\" height=\"{height}\"/>",
        escaped(&schedule.name)
    ));
    let table = &analysis.table;
    drawing.words(
        10.0,
        20.0,
        "",
        &format!(
            "{}, seed {}: {} of {} messages lost ({:.2} %)",
            schedule.name,
            schedule.seed,
            table.lost(),
            table.sent(),
            table.lost_percent()
        ),
    );
    drawing.grid(height);
    for (number, (op, from, to)) in faults.iter().enumerate() {
        drawing.fault(number, op, *from, *to);
    }
    for (number, node) in nodes.iter().enumerate() {
        drawing.lane(number, node, trace);
    }
    let shown = drawing.messages(&nodes, &analysis.lives);
    let legend = if shown > 1 {
        format!("; one of {shown} delivered messages is drawn")
    } else {
        String::new()
    };
    drawing.words(LEFT, height - 8.0, "dim", &format!(
        "blue: delivered, from sender to receiver; red cross: lost, in the lane where; red lane: \
        down{legend}"
    ));
    drawing.text.push_str("</svg>\n");
    drawing.text
}

struct Drawing<'a> {
    text: String,
    top: f64,
    until: u64,
    schedule: &'a Schedule,
}

impl Drawing<'_> {
    fn put(&mut self, parts: core::fmt::Arguments<'_>) {
        let written = self.text.write_fmt(parts);
        debug_assert!(written.is_ok(), "a string takes everything");
        self.text.push('\n');
    }

    fn x(&self, at: u64) -> f64 {
        LEFT + WIDTH * (at.min(self.until) as f64 / self.until as f64)
    }

    fn y(&self, lane: usize) -> f64 {
        self.top + LANE * lane as f64
    }

    fn words(&mut self, x: f64, y: f64, class: &str, words: &str) {
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\">{}</text>",
            escaped(words)
        ));
    }

    /// Ten or so lines with round times.
    fn grid(&mut self, height: f64) {
        let rough = self.until / 10;
        let mut step = 1_000_000;
        for factor in [2, 5, 2].into_iter().cycle() {
            if step >= rough {
                break;
            }
            step = if factor == 5 { step / 2 * 5 } else { step * 2 };
        }
        let mut at = 0;
        while at <= self.until {
            let x = self.x(at);
            self.put(format_args!(
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"34\" x2=\"{x:.1}\" y2=\"{:.1}\"/>",
                height - 26.0
            ));
            // The last one would be cut off.
            if x + 40.0 < LEFT + WIDTH {
                self.words(x + 3.0, 44.0, "dim", &Span(at).to_string());
            }
            at += step;
        }
    }

    fn fault(&mut self, number: usize, op: &Op, from: u64, to: u64) {
        let y = 50.0 + BAR * number as f64;
        let (x, end) = (self.x(from), self.x(to));
        let width = (end - x).max(3.0);
        self.put(format_args!(
            "<rect class=\"fault\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" \
            height=\"{:.1}\" rx=\"2\"/>",
            BAR - 3.0
        ));
        let place = match (op.node(), op.between()) {
            (Some(node), _) => node.to_owned(),
            (_, Some([one, other])) => format!("{one} – {other}"),
            _ => String::new(),
        };
        let words = format!("{} {place}", op.kind());
        // Beside the bar, on the side that has room.
        if x + width + 160.0 < LEFT + WIDTH {
            self.words(x + width + 4.0, y + 10.0, "dim", &words);
        } else {
            self.put(format_args!(
                "<text x=\"{:.1}\" y=\"{:.1}\" class=\"dim\" text-anchor=\"end\">{}</text>",
                x - 4.0,
                y + 10.0,
                escaped(&words)
            ));
        }
    }

    fn lane(&mut self, number: usize, node: &str, trace: &Trace) {
        let y = self.y(number) + 8.0;
        self.put(format_args!(
            "<rect class=\"lane\" x=\"{LEFT}\" y=\"{y:.1}\" width=\"{WIDTH}\" height=\"{:.1}\" \
            rx=\"3\"/>",
            LANE - 16.0
        ));
        let mut down: Option<u64> = None;
        let mut spans = Vec::new();
        for event in &trace.events {
            match event.what {
                What::Died { node, .. } if usize::from(node) == number => {
                    down = down.or(Some(event.at));
                }
                What::Booted { node } if usize::from(node) == number => {
                    spans.extend(down.take().map(|since| (since, event.at)));
                }
                _ => {}
            }
        }
        spans.extend(down.map(|since| (since, self.until)));
        for (since, until) in spans {
            let (x, end) = (self.x(since), self.x(until));
            self.put(format_args!(
                "<rect class=\"down\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>",
                (end - x).max(2.0),
                LANE - 16.0
            ));
        }
        let sockets: Vec<&str> = self
            .schedule
            .socket
            .iter()
            .filter(|socket| socket.node == node)
            .map(|socket| socket.kind.name())
            .collect();
        self.words(10.0, y + 20.0, "", node);
        self.words(10.0, y + 36.0, "dim", &sockets.join(", "));
    }

    /// Draws messages, or every nth of them; which n.
    fn messages(&mut self, nodes: &[&str], lives: &[Life]) -> usize {
        let lane_of = |socket: usize| {
            let node = self.schedule.socket.get(socket).map(|socket| socket.node.as_str());
            nodes.iter().position(|lane| Some(*lane) == node).unwrap_or(0)
        };
        let every = lives.len().div_ceil(LINES_MAX).max(1);
        let mut lines = Vec::new();
        for (number, life) in lives.iter().enumerate() {
            // Of losses there are few, and they are what is looked for.
            let is_lost = life.fate.is_lost();
            let is_drawn =
                number.is_multiple_of(every) || (is_lost && lives.len() < LINES_MAX * 20);
            if !is_drawn {
                continue;
            }
            let flow = self.schedule.flow.get(usize::from(life.id.flow));
            let asker = flow
                .and_then(|flow| self.schedule.socket_named(&flow.from))
                .map_or(0, |(number, _)| number);
            // A reply comes from whom its requester asked, which is not known here: from its own
            // lane.
            let from = lane_of(if life.id.is_reply { life.end } else { asker });
            lines.push((life, from, lane_of(life.end)));
        }
        for (life, from, to) in lines {
            self.message(life, from, to);
        }
        every
    }

    fn message(&mut self, life: &Life, from: usize, to: usize) {
        let middle = LANE / 2.0;
        let (x, y) = (self.x(life.sent), self.y(from) + middle);
        if let Some(at) = life.received {
            let (end, to) = (self.x(at), self.y(to) + middle);
            self.put(format_args!(
                "<line class=\"ok\" x1=\"{x:.1}\" y1=\"{y:.1}\" x2=\"{end:.1}\" y2=\"{to:.1}\"/>"
            ));
        } else if life.fate.is_lost() {
            let there =
                matches!(life.fate, Fate::ReceiverDied | Fate::InApplication | Fate::StaleReply);
            let target = self.y(to) + middle;
            let y = match life.fate {
                Fate::Network => (y + target) / 2.0,
                _ if there => target,
                _ => y,
            };
            self.put(format_args!(
                "<path class=\"lost\" d=\"M{:.1} {:.1}l6 6m0 -6l-6 6\"><title>{}: \
                {}</title></path>",
                x - 3.0,
                y - 3.0,
                life.id,
                life.fate
            ));
        }
    }
}

/// What begins a fault, from when to when.
fn faults(schedule: &Schedule) -> Vec<(&Op, u64, u64)> {
    let begun = schedule.op.iter().enumerate().filter(|(_, timed)| timed.op.begins());
    begun
        .map(|(number, timed)| {
            let instant =
                matches!(timed.op, Op::Reset { .. } | Op::Finish { .. } | Op::Evil { .. });
            let until = if instant { timed.at } else { schedule.until(number) };
            (&timed.op, timed.at.0, until.0)
        })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
