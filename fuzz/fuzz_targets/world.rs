//! The target `world`: see `zeroproof_fuzz::world`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(world);
