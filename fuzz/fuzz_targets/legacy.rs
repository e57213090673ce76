//! The target `legacy`: see `zeroproof_fuzz::legacy`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(legacy);
