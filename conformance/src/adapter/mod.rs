//! The adapter protocol `zeroproof/adapter/1`: how the suite drives an implementation.
