//! Logs of messages: the golden octets of the format, what is broken in them, limits and modes.
//!
//! Deliberately absent: power cuts and schedules, which the simulator has (`sim/tests/swap.rs`).

#![cfg(test)]

#[path = "swap/golden.rs"]
mod golden;
#[path = "swap/limits.rs"]
mod limits;
#[path = "swap/memory.rs"]
mod memory;
