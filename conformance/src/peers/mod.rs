//! The registry of peers: what can be judged, how it is installed, what is missing.
