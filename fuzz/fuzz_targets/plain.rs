//! The target `plain`: see `zeroproof_fuzz::plain`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(plain);
