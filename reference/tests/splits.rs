//! However octets are cut, the same comes out; whatever they are, nothing panics.
//!
//! ```text
//! codec     every value survives a round trip; arbitrary octets are judged, not feared
//! sessions  whole = random splits = octet by octet, for legal, mutated and arbitrary octets
//! ```
//!
//! Deliberately absent: what the outputs should be; `matrix` and `golden` say that.

#[cfg(test)]
mod splits {
    mod codec;
    mod sessions;
}
