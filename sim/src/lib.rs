//! Here will live the deterministic simulator: a topology under faults in virtual time, judged by
//! oracles.
