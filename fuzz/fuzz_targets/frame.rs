//! The target `frame`: see `zeroproof_fuzz::frame`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(frame);
