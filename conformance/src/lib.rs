//! Judges any ZMTP implementation, clause by clause, with octets as evidence.
//!
//! A [`case::Case`] is one promise of the specification and a dialogue over raw octets
//! ([`probe::Link`]). The [`runner`] lays the cases out on what a [`target`] offers and judges.
//! Octets are built and read by [`octets`] alone: the tester shares no code with the tested.

pub mod adapter;
pub mod capture;
pub mod octets;

// `cargo fuzz` needs the three above, and the others would be most of its build.
#[cfg(not(fuzzing))]
pub mod bench;
#[cfg(not(fuzzing))]
pub mod benchmark;
#[cfg(not(fuzzing))]
pub mod case;
#[cfg(not(fuzzing))]
pub mod cases;
#[cfg(not(fuzzing))]
pub mod cli;
#[cfg(not(fuzzing))]
pub mod context;
#[cfg(not(fuzzing))]
pub mod coverage;
#[cfg(not(fuzzing))]
pub mod curve;
#[cfg(not(fuzzing))]
pub mod entropy;
#[cfg(not(fuzzing))]
pub mod expect;
#[cfg(not(fuzzing))]
pub mod glob;
#[cfg(not(fuzzing))]
pub mod in_process;
#[cfg(not(fuzzing))]
pub mod matrix;
#[cfg(not(fuzzing))]
pub mod mutants;
#[cfg(not(fuzzing))]
pub mod peers;
#[cfg(not(fuzzing))]
pub mod probe;
#[cfg(not(fuzzing))]
pub mod quiet;
#[cfg(not(fuzzing))]
pub mod report;
#[cfg(not(fuzzing))]
pub mod runner;
#[cfg(not(fuzzing))]
pub mod socket_type;
#[cfg(not(fuzzing))]
pub mod spec;
#[cfg(not(fuzzing))]
pub mod split;
#[cfg(not(fuzzing))]
pub mod target;
#[cfg(not(fuzzing))]
pub mod transcript;
#[cfg(not(fuzzing))]
pub mod verdict;
#[cfg(not(fuzzing))]
pub mod witness;
