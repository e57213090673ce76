//! The target `greeting`: see `zeroproof_fuzz::greeting`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(greeting);
