//! What an oracle may allocate: so many octets for each that it was given, and a constant.
//!
//! The count is of the whole program, so whoever judges does it alone; libFuzzer and the replay run
//! one input at a time.

use crate::ALLOCATED;

/// The most that a judgement may take at once.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    /// For each octet that came in.
    pub each: usize,
    /// And once.
    pub once: usize,
}

impl Bound {
    /// Runs something that was given so many octets.
    pub fn watch<T>(self, octets: usize, run: impl FnOnce() -> T) -> T {
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        let outcome = run();
        let most = octets.saturating_mul(self.each).saturating_add(self.once);
        let peak = ALLOCATED.peak_usage().saturating_sub(before);
        assert!(peak <= most, "{peak} octets allocated for {octets} that came; {most} are allowed");
        outcome
    }
}
