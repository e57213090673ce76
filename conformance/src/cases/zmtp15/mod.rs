//! RFC 15, ZMTP 2.0.

mod backward;
mod compatibility;
mod framing;
mod greeting;
mod pubsub;

use crate::case::Case;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] =
    &[greeting::CASES, framing::CASES, compatibility::CASES, pubsub::CASES, backward::CASES];
