//! Backwards interoperability with 1.0, as RFC 15 tells it. RFC 37 tells the same, so that
//! `zmtp37/backward` judges both, and nothing is left to judge here.

use crate::case::Case;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[];
