//! Topology in 3.0: the as-server octet names the role.
//! Clause 23-TOPOLOGY-001 needs a mechanism with a client and a server; under NULL the octet is
//! zero (37-NULL-002). Deliberately absent until PLAIN and CURVE can be spoken: every case.

use crate::case::Case;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[];
