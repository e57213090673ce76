//! Logs of messages: the golden octets of the format, what is broken in them, limits and modes;
//! sockets over them, with real files and a program that is killed.
//!
//! Deliberately absent: every choice of what a power cut leaves, and schedules, which the simulator
//! has (`sim/tests/swap.rs`).

#![cfg(test)]

#[path = "swap/golden.rs"]
mod golden;
#[path = "swap/killed.rs"]
mod killed;
#[path = "swap/limits.rs"]
mod limits;
#[path = "swap/memory.rs"]
mod memory;
#[path = "swap/power.rs"]
mod power;
#[path = "swap/sockets.rs"]
mod sockets;
