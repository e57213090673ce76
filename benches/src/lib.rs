//! Here will live the benchmarks: this engine and the real implementations, side by side in one
//! run.
