//! The target `zap`: see `zeroproof_fuzz::zap`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(zap);
