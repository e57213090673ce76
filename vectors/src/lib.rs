//! The ZMTP specification as data: numbered clauses and golden octets, embedded and typed.
//!
//! - [`clauses`]: the [`Catalogue`] of everything the RFCs ask for, one [`Clause`] a sentence
//! - [`golden`]: octet strings with their meaning, one [`Vector`] each
//! - [`Catalogue::parse`], [`Catalogue::read`], [`Golden::parse`], [`Golden::read`]: the same for
//!   data that is not ours
//! - [`ids`]: every id ever given, with what became of it
//! - [`hex`]: octets as text
//!
//! The data are plain JSON files beside this crate, for any language; `README.md` there describes
//! them. The embedded copy is read once, at the first call. Deliberately absent: any dependency on
//! the engine or the tester, and any judgement.

mod catalogue;
mod clause;
mod decoded;
mod embedded;
mod error;
mod files;
mod golden;
pub mod hex;
mod ids;
mod record;

pub use catalogue::{CLAUSES_SCHEMA, Catalogue};
pub use clause::{Basis, Clause, Level, Observable, PeerReport, PeerVerdict, Role, SOCKET_TYPES};
pub use decoded::{Decoded, Frame, FrameKind, Property, SwapRecord};
pub use error::{Error, Fault};
pub use golden::{GOLDEN_SCHEMA, Golden, Vector, Verdict};
pub use ids::{Fate, Ids};

use std::sync::LazyLock;

/// The clauses of this repository.
///
/// # Errors
/// Only if the embedded data is broken, which the tests of this crate rule out.
pub fn clauses() -> Result<&'static Catalogue, &'static Error> {
    static CATALOGUE: LazyLock<Result<Catalogue, Error>> =
        LazyLock::new(|| Catalogue::parse_files(embedded::CLAUSES));
    CATALOGUE.as_ref()
}

/// The golden vectors of this repository.
///
/// # Errors
/// Only if the embedded data is broken, which the tests of this crate rule out.
pub fn golden() -> Result<&'static Golden, &'static Error> {
    static GOLDEN: LazyLock<Result<Golden, Error>> =
        LazyLock::new(|| Golden::parse_files(embedded::GOLDEN));
    GOLDEN.as_ref()
}

/// Every id that this repository ever gave to a clause or vector.
///
/// # Errors
/// Only if the embedded data is broken, which the tests of this crate rule out.
pub fn ids() -> Result<&'static Ids, &'static Error> {
    static IDS: LazyLock<Result<Ids, Error>> = LazyLock::new(|| Ids::parse(embedded::IDS));
    IDS.as_ref()
}

/// The examples of the README, run as a test of this crate.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
