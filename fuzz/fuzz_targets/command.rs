//! The target `command`: see `zeroproof_fuzz::command`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(command);
