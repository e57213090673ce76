//! The evidence of one case as text: both directions, unit by unit, octets beside their meaning.

use std::fmt::Write;

use crate::octets::{Dialect, Field, Unit, hex, units};
use crate::transcript::{Direction, Step};

/// One line of a dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which connection, from 0.
    pub connection: usize,
    /// Microseconds since the case began.
    pub at_us: u64,
    /// Who sent.
    pub direction: Direction,
    /// The octets of this unit; none for an event.
    pub octets: Vec<u8>,
    /// What they say.
    pub meaning: String,
    /// The parts of this unit, by offsets into its octets.
    pub fields: Vec<Field>,
}

/// Octets of a unit shown in full; longer ones are cut.
const SHOWN: usize = 12;

/// A transcript as lines: octets are joined by direction and cut into greeting and frames; a unit
/// has the time of its last octet.
pub fn lines(steps: &[Step]) -> Vec<Line> {
    let mut lines = Vec::new();
    let connections = steps.iter().map(|step| step.connection).max().map_or(0, |most| most + 1);
    for connection in 0..connections {
        let of = |direction| -> Vec<&Step> {
            let ours = |step: &&Step| step.connection == connection && step.direction == direction;
            steps.iter().filter(ours).collect()
        };
        let (sent, received) = (of(Direction::Sent), of(Direction::Received));
        let dialect = Dialect::of(&joined(&sent), &joined(&received));
        for (direction, steps) in [(Direction::Sent, sent), (Direction::Received, received)] {
            for unit in units(&joined(&steps), dialect) {
                lines.push(line(connection, direction, &steps, &unit));
            }
            let events = steps.iter().filter_map(|step| Some((step, step.note.clone()?)));
            lines.extend(events.map(|(step, meaning)| Line {
                connection,
                at_us: step.at_us,
                direction,
                octets: Vec::new(),
                meaning,
                fields: Vec::new(),
            }));
        }
    }
    lines.sort_by_key(|line| (line.at_us, line.connection, line.direction == Direction::Received));
    lines
}

fn joined(steps: &[&Step]) -> Vec<u8> {
    steps.iter().flat_map(|step| step.octets.iter().copied()).collect()
}

fn line(connection: usize, direction: Direction, steps: &[&Step], unit: &Unit) -> Line {
    let end = unit.at + unit.len;
    let mut seen = 0;
    let mut at_us = 0;
    for step in steps {
        if seen >= end {
            break;
        }
        seen += step.octets.len();
        at_us = step.at_us;
    }
    let octets = joined(steps).get(unit.at..end).unwrap_or_default().to_vec();
    let fields = unit.fields.iter().map(|field| Field { at: field.at - unit.at, ..field.clone() });
    let (meaning, fields) = (unit.title.clone(), fields.collect());
    Line { connection, at_us, direction, octets, meaning, fields }
}

/// Octets in pairs, runs of one value as `00*48`, cut after 12 of them.
pub fn short_hex(octets: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = octets;
    let mut shown = 0;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take_while(|&&octet| octet == first).count();
        let take = if run > 3 { run } else { 1 };
        if shown >= SHOWN {
            let _ = write!(text, "... ({} octets)", octets.len());
            break;
        }
        let _ = match take {
            1 => write!(text, "{} ", hex(&[first])),
            run => write!(text, "{}*{run} ", hex(&[first])),
        };
        shown += if take > 1 { 2 } else { 1 };
        rest = rest.get(take..).unwrap_or_default();
    }
    text.trim_end().to_owned()
}

/// The dialogue as a table; the last line of the SUT is marked as the place of the finding.
pub fn table(steps: &[Step]) -> String {
    let lines = lines(steps);
    let many = lines.iter().any(|line| line.connection > 0);
    let last = lines.iter().rposition(|line| line.direction == Direction::Received);
    let mut text =
        format!("   #{}    t/us dir octets / meaning\n", if many { " conn" } else { "" });
    for (at, line) in lines.iter().enumerate() {
        let arrow = match line.direction {
            Direction::Sent => '>',
            Direction::Received => '<',
        };
        let connection = if many { format!(" {:4}", line.connection + 1) } else { String::new() };
        let mark = if last == Some(at) { "   <-- here" } else { "" };
        let octets = match line.octets.len() {
            0 => String::new(),
            _ => format!("{:<40}  ", short_hex(&line.octets)),
        };
        let _ = writeln!(
            text,
            "  {:2}{connection} {:7}  {arrow}  {octets}{}{mark}",
            at + 1,
            line.at_us,
            line.meaning
        );
    }
    text
}
