//! The target `swap`: see `zeroproof_fuzz::swap`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(swap);
