//! The ZMTP specification as data.
