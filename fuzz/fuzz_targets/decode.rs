//! The target `decode`: see `zeroproof_fuzz::decode`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(decode);
