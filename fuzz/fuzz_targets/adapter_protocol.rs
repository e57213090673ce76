//! The target `adapter-protocol`: see `zeroproof_fuzz::adapter_protocol`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(adapter_protocol);
