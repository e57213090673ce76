//! The target `splits`: see `zeroproof_fuzz::splits`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(splits);
