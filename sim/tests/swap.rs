//! The log of the engine on a disk that loses what a real one may: every crash point, and chance.
//!
//! ```text
//! story      messages, what they are and what became of each; the oracle
//! crashes    power off at every operation, with every choice of what is left
//! chance     schedules out of seeds: crashes within recovery too, failing disks, full disks
//! rot        turned bits: what is lost is told
//! liars      disks and logs that break one promise each, and are caught
//! worlds     sockets with a swap in the simulated world, and liars of their oracle
//! ```
//!
//! `ZEROPROOF_SWAP_SEEDS` runs so many schedules instead of a few; a failure names its seed.
//! Deliberately absent: real disks, which the engine's own tests have.

#![cfg(test)]

#[path = "swap/chance.rs"]
mod chance;
#[path = "swap/crashes.rs"]
mod crashes;
#[path = "swap/liars.rs"]
mod liars;
#[path = "swap/rot.rs"]
mod rot;
#[path = "swap/story.rs"]
mod story;
#[path = "swap/worlds.rs"]
mod worlds;
