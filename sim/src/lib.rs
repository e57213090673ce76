//! What a ZeroMQ topology loses when something goes wrong: a deterministic simulator.
//!
//! ```text
//! units chance message   vocabulary: times and sizes, chance out of a seed, messages with names
//! schedule/              all that a run depends on, as data and as text (.zsim)
//! scenario/              what people write: TOML + seed -> Schedule
//! sniff trace            what passes on a wire, what happened
//! world/                 processes, pipes, faults, applications; virtual time: Schedule -> Trace
//! disk/                  a disk that loses what a real one may, for the log of the engine
//! analysis/              the life of every message, and sums: Schedule + Trace -> fates
//! oracle/                what must be true of every run, whatever is done to it
//! bites verdict          whether faults had an effect; one run, judged
//! agree                  two worlds, one answer
//! library                the scenarios that come with it
//! hunt                   many seeds on all cores
//! shrink report/         the same failure in fewer words; what people read
//! ```
//!
//! A line may use the lines above it, never those below.

pub mod agree;
pub mod analysis;
pub mod bites;
pub mod chance;
pub mod disk;
pub mod hunt;
pub mod library;
pub mod message;
pub mod oracle;
pub mod report;
pub mod scenario;
pub mod schedule;
pub mod shrink;
pub mod sniff;
pub mod speed;
pub mod trace;
pub mod units;
pub mod verdict;
pub mod world;
