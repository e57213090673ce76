//! Radio-dish: groups, JOIN and LEAVE. Deliberately without cases: no target offers RADIO or DISH,
//! and a case that was never seen to pass and to fail proves nothing. `coverage/cd.toml` names the
//! clauses.

use crate::case::Case;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[];
