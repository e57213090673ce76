//! What a run says to people and to programs.

pub mod dialogue;
pub mod human;
pub mod json;
pub mod junit;
