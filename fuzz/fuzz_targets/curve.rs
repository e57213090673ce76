//! The target `curve`: see `zeroproof_fuzz::curve`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(curve);
