//! RFC 23, ZMTP 3.0: what differs from RFC 37.

mod null;
mod pubsub;
mod topology;
mod version;

use crate::case::Case;

/// The sections, in the order of the RFC.
pub(super) const ALL: &[&[Case]] = &[topology::CASES, null::CASES, pubsub::CASES, version::CASES];
