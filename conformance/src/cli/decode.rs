//! `zeroproof decode`: what octets mean, from hex, a file, a capture, a swap log or
//! standard input.

use std::io::Read;
use std::path::Path;

use super::Failure;
use crate::capture::{Capture, is_capture};
use crate::octets::{Dialect, Unit, frames, hex, swap, units};

/// Octets of a field that are shown.
const SHOWN: usize = 24;

/// Prints the octets of `input` with their meaning.
pub(super) fn decode(input: &str) -> Result<u8, Failure> {
    let octets = read(input)?;
    if let Some(units) = swap(&octets) {
        print(&units, &octets);
        return Ok(0);
    }
    if !is_capture(&octets) {
        print(&of_one(&octets), &octets);
        return Ok(0);
    }
    let capture = Capture::read(&octets)
        .map_err(|error| Failure::usage(format!("{input} is no whole capture: {error}")))?;
    let connections = capture.connections();
    if connections.is_empty() {
        return Err(Failure::usage(format!("{input} has no TCP octets")));
    }
    for ((from, to), sent, received) in connections {
        let dialect = Dialect::of(&sent, &received);
        for (from, to, octets) in [(from, to, sent), (to, from, received)] {
            say!("{}:{} > {}:{}", from.0, from.1, to.0, to.1);
            print(&units(&octets, dialect), &octets);
        }
    }
    Ok(0)
}

fn read(input: &str) -> Result<Vec<u8>, Failure> {
    let octets = match input {
        "-" => {
            let mut octets = Vec::new();
            let read = std::io::stdin().read_to_end(&mut octets);
            read.map_err(|error| Failure::usage(format!("cannot read: {error}")))?;
            octets
        }
        path if Path::new(path).exists() => std::fs::read(path)
            .map_err(|error| Failure::usage(format!("cannot read {path}: {error}")))?,
        text => text.as_bytes().to_vec(),
    };
    let text = std::str::from_utf8(&octets).ok().map(str::trim).filter(|text| !text.is_empty());
    // As people paste it: any blanks, lines, capitals.
    let tidy =
        |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    match text.map(|text| zeroproof_vectors::hex::decode(&tidy(text))) {
        Some(Ok(decoded)) => Ok(decoded),
        Some(Err(error)) if input != "-" && !Path::new(input).exists() => {
            Err(Failure::usage(format!("'{input}' is neither a file nor hex: {error}")))
        }
        _ => Ok(octets),
    }
}

/// One direction alone: from its start when that looks like an opening, else frames of 3.x.
fn of_one(octets: &[u8]) -> Vec<Unit> {
    match octets.first() {
        Some(0xFF) => units(octets, Dialect::of(octets, octets)),
        _ => frames(octets),
    }
}

fn print(units: &[Unit], octets: &[u8]) {
    let of = |at: usize, len: usize| octets.get(at..at + len).unwrap_or_default();
    for unit in units {
        say!("{:6}  {}", unit.at, unit.title);
        if unit.fields.is_empty() {
            say!("        {}", shown(of(unit.at, unit.len)));
        }
        for field in &unit.fields {
            say!("        {:<50} {}", shown(of(field.at, field.len)), field.text);
        }
    }
}

fn shown(octets: &[u8]) -> String {
    match octets.get(..SHOWN) {
        Some(head) if octets.len() > SHOWN => {
            format!("{}... ({} octets)", hex(head), octets.len())
        }
        _ => hex(octets),
    }
}
