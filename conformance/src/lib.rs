//! Judges any ZMTP implementation, clause by clause.

pub mod adapter;
pub mod peers;
