//! Commands: their names, their place among frames, and who sees them (37-CMD-001 to -008).
//! Absent: what single commands mean, which is said in the sections that define them.

mod received;
mod sent;
mod surface;

use crate::case::Case;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[
    received::SPLIT_READY,
    received::MALFORMED_IN_HANDSHAKE,
    received::MALFORMED_IN_TRAFFIC,
    received::LOWER_CASE_READY,
    received::NULL_SEPARATOR,
    received::INSIDE_MESSAGE,
    sent::NAMES,
    sent::SUBSCRIBE_BODY,
    sent::NOT_INSIDE_MESSAGE,
    surface::PING_HIDDEN,
    surface::UNKNOWN_HIDDEN,
    surface::SUBSCRIBE_HIDDEN,
    surface::JOIN_HIDDEN,
];
