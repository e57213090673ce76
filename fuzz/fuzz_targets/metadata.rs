//! The target `metadata`: see `zeroproof_fuzz::metadata`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(metadata);
