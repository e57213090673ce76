//! The `zeroproof` program.

fn main() {}
