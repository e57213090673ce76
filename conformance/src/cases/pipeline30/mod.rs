//! RFC 30, pipeline: PUSH gives each message to one PULL, in turn, and loses none by itself.

mod pull;
mod push;

use crate::case::Case;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[push::CASES, pull::CASES];
