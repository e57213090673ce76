//! Judges any ZMTP implementation, clause by clause.
