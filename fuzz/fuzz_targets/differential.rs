//! The target `differential`: see `zeroproof_fuzz::differential`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(differential);
