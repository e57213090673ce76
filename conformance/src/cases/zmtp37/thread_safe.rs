//! Thread-safe socket types, which know no multipart messages. Deliberately without cases: no
//! target offers such a type, and a case that was never seen to pass and to fail proves nothing.
//! `coverage/cd.toml` names the clauses.

use crate::case::Case;

/// The cases of this section.
pub(super) const CASES: &[Case] = &[];
