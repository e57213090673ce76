//! Two connections joined by a pipe in memory, under virtual time.
//!
//! Each test is a story: `traffic` tells what arrives, `silence` what happens when nothing does,
//! `security` who comes in.
//! Deliberately absent: hostile octets, which are in `violations` and `splits`.

#[cfg(test)]
mod pair {
    mod link;
    mod security;
    mod silence;
    mod traffic;
}
