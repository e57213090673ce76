//! Judges any ZMTP implementation, clause by clause, with octets as evidence.
//!
//! A [`case::Case`] is one promise of the specification and a dialogue over raw octets
//! ([`probe::Link`]). The [`runner`] lays the cases out on what a [`target`] offers and judges.
//! Octets are built and read by [`octets`] alone: the tester shares no code with the tested.

pub mod adapter;
pub mod bench;
pub mod capture;
pub mod case;
pub mod cases;
pub mod cli;
pub mod context;
pub mod coverage;
pub mod curve;
pub mod entropy;
pub mod expect;
pub mod glob;
pub mod in_process;
pub mod matrix;
pub mod mutants;
pub mod octets;
pub mod peers;
pub mod probe;
pub mod quiet;
pub mod report;
pub mod runner;
pub mod socket_type;
pub mod spec;
pub mod split;
pub mod target;
pub mod transcript;
pub mod verdict;
pub mod witness;
