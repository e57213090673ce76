//! Topology.

use crate::case::Case;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[];
