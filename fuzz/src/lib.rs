//! Here will live the fuzz targets as plain functions over octets, whose findings replay under
//! `cargo test`.
