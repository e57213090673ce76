//! The target `pair`: see `zeroproof_fuzz::pair`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(pair);
