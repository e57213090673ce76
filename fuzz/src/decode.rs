//! `zeroproof decode`: octets explained to people, whoever sent them.
//!
//! Octets: one direction of a connection, or a capture. Units follow each other without a gap up to
//! the last octet, fields stay within their unit, and titles are one line.

use crate::bounded::Bound;
use crate::mutator::Shape;
use zeroproof_conformance::capture::{Capture, is_capture};
use zeroproof_conformance::octets::{Dialect, Unit, frames, units};

/// A greeting, and whatever follows.
pub const SHAPE: Shape = Shape::Session { head: 0 };

/// A unit of one octet is some words and two texts.
const BOUND: Bound = Bound { each: 1 << 10, once: 64 << 10 };

/// See the module.
pub fn judge(octets: &[u8]) {
    BOUND.watch(octets.len(), || {
        if is_capture(octets) {
            capture(octets);
        }
        for dialect in [Dialect::V1, Dialect::V2, Dialect::V3] {
            tile(octets, &units(octets, dialect));
        }
        tile(octets, &frames(octets));
    });
    let (one, other) = octets.split_at(octets.len() / 2);
    assert_eq!(Dialect::of(one, other), Dialect::of(other, one), "no side comes first");
}

fn capture(octets: &[u8]) {
    let Ok(capture) = Capture::read(octets) else { return };
    for (_, sent, received) in capture.connections() {
        let most = sent.len() + received.len();
        assert!(most <= octets.len(), "{most} octets out of {}", octets.len());
    }
}

fn tile(octets: &[u8], units: &[Unit]) {
    let mut at = 0;
    for unit in units {
        assert_eq!(unit.at, at, "a gap, or the same octet twice");
        assert!(unit.len > 0, "a unit of nothing: {unit:?}");
        assert!(!unit.title.is_empty() && !unit.title.contains('\n'), "{unit:?}");
        at += unit.len;
        let mut field_at = unit.at;
        for field in &unit.fields {
            assert_eq!(field.at, field_at, "fields follow each other: {unit:?}");
            field_at += field.len;
        }
        assert!(field_at <= at, "fields beyond their unit: {unit:?}");
    }
    assert_eq!(at, octets.len(), "octets that nobody explains");
}
