//! RFC 13, ZMTP 1.0.

mod connection;
mod content;
mod framing;

use crate::case::Case;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[framing::CASES, connection::CASES, content::CASES];
