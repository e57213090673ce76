//! The target `scenario-toml`: see `zeroproof_fuzz::scenario_toml`.
#![cfg_attr(fuzzing, no_main)]
zeroproof_fuzz::fuzz!(scenario_toml);
